//! Answers to the requests of terminals, by the speaker or by the command itself.

use std::time::SystemTime;

use anyhow::Context as _;
use store::{Entry, Keep, Selection, Store};
use tokio::sync::mpsc;
use voice::PrivateText;

use super::text::written;
use super::{Deletion, Request, export, proof, record_id};
use crate::{clock, failed};

/// Turns read at a time.
const PAGE: u32 = 200;

/// Answers a request piece by piece. Who does not take the pieces any more ends it.
///
/// # Errors
/// One line for the person who asked.
pub async fn answer(
    request: Request,
    store: &Store,
    pieces: &mpsc::Sender<Vec<u8>>,
) -> anyhow::Result<()> {
    let now = SystemTime::now();
    let send = async |piece: Vec<u8>| pieces.send(piece).await.context("nobody listens any more");
    match request {
        Request::List(find, style) => {
            let filter = find.filter();
            let mut after = None;
            loop {
                let page = store.list(&filter, after.as_deref(), PAGE, now).map_err(failed)?;
                let mut text = String::new();
                for entry in &page.entries {
                    text.push_str(&written(entry, style)?);
                }
                send(text.into_bytes()).await?;
                after = page.next;
                if after.is_none() {
                    return Ok(());
                }
            }
        }
        Request::Ask { .. } => {
            anyhow::bail!("failed to ask: no speaker runs on this data folder; start it first")
        }
        Request::Page => {
            anyhow::bail!(
                "failed to open the page: no speaker runs on this data folder; start it first"
            )
        }
        Request::Show(id, style) => send(written(&one(store, &id, now)?, style)?.into()).await,
        Request::Sound(id) => sound(&id, store, now, pieces).await,
        Request::Delete(doomed) => {
            let selection = match doomed {
                Deletion::All => Selection::All,
                Deletion::Find(find) => Selection::Filter(find.filter()),
                Deletion::Ids(ids) => {
                    Selection::Ids(ids.iter().map(|id| record_id(id)).collect::<Result<_, _>>()?)
                }
            };
            let gone = store.delete(&selection, now).await.map_err(failed)?;
            send(format!("{gone} deleted\n").into_bytes()).await
        }
        Request::Export => export::send(store, now, pieces).await,
        Request::Backup => {
            let backup = store.backup().await.map_err(failed)?;
            send(format!("{}\n", serde_json::to_string_pretty(&backup)?).into_bytes()).await
        }
        Request::Voices | Request::Enrol { .. } | Request::ForgetVoice(_) => {
            send(voices(request, store).await?).await
        }
        Request::Prove { raw, json } => {
            let proof = store.prove(raw.as_deref(), now).await.map_err(failed)?;
            let receipts = store.receipts().await.map_err(failed)?;
            send(proof::report(&proof, &receipts, json)?.into_bytes()).await?;
            anyhow::ensure!(proof.holds(), "failed to erase: something was found, see above");
            anyhow::ensure!(proof.is_certain(), "failed to prove it: nothing was found, see above");
            Ok(())
        }
        Request::ConfirmTime => {
            store.confirm_time();
            store.tick(clock::reading()).await.map_err(failed)?;
            send(b"the clock is believed\n".to_vec()).await
        }
        Request::Unlock(passphrase) => {
            store.unlock(&passphrase.into()).await.map_err(failed)?;
            send(b"the history is open\n".to_vec()).await
        }
        Request::Passphrase { current, new } => {
            send(passphrase(current, new, store).await?.into_bytes()).await
        }
        Request::Retention(class, keep) => {
            send(retention(class.as_deref(), keep, store, now).await?.into_bytes()).await
        }
    }
}

/// Gives, keeps or forgets enrolled voices.
async fn voices(request: Request, store: &Store) -> anyhow::Result<Vec<u8>> {
    let said = match request {
        Request::Enrol { name, templates } => {
            store.put_voice(&name, templates).await.map_err(failed)?;
            "The voice is kept, sealed with the lists, and used from now on.\n"
        }
        Request::ForgetVoice(name) => {
            if store.forget_voice(&name).await.map_err(failed)? {
                "The voices for it are forgotten.\n"
            } else {
                "No voice was enrolled for it.\n"
            }
        }
        _ => return Ok(serde_json::to_vec(&store.voices().await.map_err(failed)?)?),
    };
    Ok(said.as_bytes().to_vec())
}

/// Sets, changes or takes away the passphrase, and says what holds.
async fn passphrase(
    current: Option<String>,
    new: Option<String>,
    store: &Store,
) -> anyhow::Result<String> {
    let (current, new) = (current.map(PrivateText::from), new.map(PrivateText::from));
    store.set_passphrase(current.as_ref(), new.as_ref()).await.map_err(failed)?;
    let holds = if new.is_some() { "the passphrase holds" } else { "there is none now" };
    Ok(format!("{holds}\n"))
}

/// Sends the sound of a turn.
async fn sound(
    id: &str,
    store: &Store,
    now: SystemTime,
    pieces: &mpsc::Sender<Vec<u8>>,
) -> anyhow::Result<()> {
    let entry = one(store, id, now)?;
    let clip = store.clip(entry.id, now);
    let clip = clip.context("failed to play that turn: its sound is not kept")?;
    let mut from = 0;
    while from < clip.len() {
        let piece = clip.read(from..clip.len(), now).await.map_err(failed)?;
        let piece = piece.context("failed to play that turn: it has just been deleted")?;
        from += piece.len() as u64;
        pieces.send(piece).await.context("nobody listens any more")?;
    }
    Ok(())
}

/// Sets how long a class is kept, if one is named, and says what holds.
async fn retention(
    class: Option<&str>,
    keep: Option<Keep>,
    store: &Store,
    now: SystemTime,
) -> anyhow::Result<String> {
    let mut retention = store.settings().borrow().retention;
    if let (Some(class), Some(keep)) = (class, keep) {
        retention.set(class, keep).map_err(failed)?;
        store.set_retention(retention, now).await.map_err(failed)?;
    }
    let all = [
        ("audio", retention.audio),
        ("text", retention.text),
        ("false_wakes", retention.false_wakes),
    ];
    let shown = all.iter().filter(|(name, _)| class.is_none_or(|class| class == *name));
    let lines: Vec<_> = shown.map(|(name, keep)| format!("{name} {keep}\n")).collect();
    Ok(lines.concat())
}

fn one(store: &Store, id: &str, now: SystemTime) -> anyhow::Result<Entry> {
    let entry = store.get(record_id(id)?, now);
    entry.context("failed to find that turn: it was deleted, or has expired")
}
