//! Export: the whole history as an archive, streamed, so that no file of it stands anywhere else.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use store::{Filter, Store};
use tar::{EntryType, Header};
use tokio::sync::mpsc;

use super::Style;
use super::text::written;
use crate::failed;

/// Turns read at a time.
const PAGE: u32 = 200;
/// An archive is of blocks of this size, in bytes.
const BLOCK: usize = 512;

/// Sends the archive piece by piece.
pub(super) async fn send(
    store: &Store,
    now: SystemTime,
    pieces: &mpsc::Sender<Vec<u8>>,
) -> anyhow::Result<()> {
    let put = async |bytes: Vec<u8>| pieces.send(bytes).await.context("nobody listens any more");
    let mut after = None;
    loop {
        let page = store.list(&Filter::default(), after.as_deref(), PAGE, now).map_err(failed)?;
        for entry in &page.entries {
            let text = written(entry, Style::Json)?.into_bytes();
            put(header(&format!("turns/{}.json", entry.id), text.len() as u64, entry.at)?).await?;
            put(padded(text)).await?;
            let Some(clip) = store.clip(entry.id, now) else { continue };
            put(header(&format!("sounds/{}.flac", entry.id), clip.len(), entry.at)?).await?;
            let mut from = 0;
            while from < clip.len() {
                let piece = clip.read(from..clip.len(), now).await.map_err(failed)?;
                let gone = "failed to export: a turn was deleted meanwhile; begin again";
                let piece = piece.context(gone)?;
                from += piece.len() as u64;
                let is_last = from == clip.len();
                put(if is_last { padded_at(piece, from) } else { piece }).await?;
            }
        }
        after = page.next;
        if after.is_none() {
            // Two empty blocks end it.
            return put(vec![0; 2 * BLOCK]).await;
        }
    }
}

fn header(path: &str, bytes: u64, at: SystemTime) -> anyhow::Result<Vec<u8>> {
    let mut header = Header::new_ustar();
    header.set_path(path)?;
    header.set_size(bytes);
    header.set_mode(0o600);
    header.set_entry_type(EntryType::Regular);
    header.set_mtime(at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs());
    header.set_cksum();
    Ok(header.as_bytes().to_vec())
}

fn padded(bytes: Vec<u8>) -> Vec<u8> {
    let length = bytes.len() as u64;
    padded_at(bytes, length)
}

/// Fills the last block of a file of that length.
fn padded_at(mut bytes: Vec<u8>, length: u64) -> Vec<u8> {
    let over = (length % BLOCK as u64) as usize;
    if over > 0 {
        bytes.resize(bytes.len() + BLOCK - over, 0);
    }
    bytes
}
