//! `hark history`: the store from a terminal, by the same rules as the pages.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::time::SystemTime;

use anyhow::Context as _;
use clap::Subcommand;
use jiff::Timestamp;
use serde::Serialize;
use store::{Entry, Filter, Keep, Selection, Store};
use voice::{AudioSink as _, Outcome, RecordId};

use super::{Common, json, line, runtime};

/// Turns read at a time.
const PAGE: u32 = 200;

#[derive(clap::Args, Clone, Default)]
pub(crate) struct Find {
    /// Only turns with these words
    #[arg(long, value_name = "WORDS")]
    text: Option<String>,
    /// Not before this time, such as 2026-11-22 or 2026-11-22T09:00
    #[arg(long, value_name = "T")]
    since: Option<String>,
    /// Before this time
    #[arg(long, value_name = "T")]
    until: Option<String>,
    /// Only turns that ended so
    #[arg(long, value_name = "X", value_parser = outcome)]
    outcome: Option<Outcome>,
    /// Only turns of today
    #[arg(long, conflicts_with_all = ["since", "until"])]
    today: bool,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// What is kept, newest first
    List(Find),
    /// One turn
    Show {
        /// Its id
        id: String,
    },
    /// Play the sound of a turn
    Play {
        /// Its id
        id: String,
        /// Write a WAV file in place of playing
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Delete turns; says how many went, after they are gone
    Delete {
        /// Their ids
        #[arg(value_name = "ID")]
        ids: Vec<String>,
        /// Everything
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        find: Find,
    },
    /// Show or set how long things are kept, such as `audio 7d`, `text 24h`, `text none`
    Retention {
        /// audio, text or `false_wakes`
        class: Option<String>,
        /// none, or a number with m, h or d
        #[arg(requires = "class")]
        duration: Option<Keep>,
    },
}

fn outcome(word: &str) -> Result<Outcome, String> {
    Outcome::parse(word).ok_or_else(|| {
        let all = Outcome::ALL.map(Outcome::as_str).join(", ");
        format!("choose one of {all}")
    })
}

impl Find {
    fn filter(&self) -> anyhow::Result<Filter> {
        let zone = jiff::tz::TimeZone::system();
        let parsed = |text: &String| -> anyhow::Result<SystemTime> {
            if let Ok(timestamp) = text.parse::<Timestamp>() {
                return Ok(timestamp.into());
            }
            let local: jiff::civil::DateTime = text.parse().map_err(|_| {
                anyhow::anyhow!(
                    "failed to read the time '{text}': write 2026-11-22 or 2026-11-22T09:00"
                )
            })?;
            Ok(local.to_zoned(zone.clone())?.into())
        };
        let mut since = self.since.as_ref().map(parsed).transpose()?;
        if self.today {
            let start = Timestamp::now().to_zoned(zone.clone()).start_of_day()?;
            since = Some(start.into());
        }
        Ok(Filter {
            text: self.text.clone(),
            since,
            until: self.until.as_ref().map(parsed).transpose()?,
            outcome: self.outcome,
        })
    }

    fn is_empty(&self) -> bool {
        !self.today
            && self.text.is_none()
            && self.since.is_none()
            && self.until.is_none()
            && self.outcome.is_none()
    }
}

pub(super) fn run(command: Command, common: &Common) -> anyhow::Result<()> {
    let config = common.config()?;
    let data = common.data()?;
    runtime()?.block_on(async {
        anyhow::ensure!(
            data.join("history.db").exists(),
            "failed to find a history in {}: name the folder with --data",
            data.display()
        );
        let store = Store::open(&data, &config.store).await.map_err(failed)?;
        let done = act(command, common, &config, &store).await;
        store.close().await;
        done
    })
}

fn failed(error: store::Error) -> anyhow::Error {
    let what = format!("failed to {error}");
    anyhow::Error::new(error).context(what)
}

async fn act(
    command: Command,
    common: &Common,
    config: &daemon::Config,
    store: &Store,
) -> anyhow::Result<()> {
    let now = SystemTime::now();
    match command {
        Command::List(find) => {
            let filter = find.filter()?;
            let mut after = None;
            loop {
                let page =
                    store.list(&filter, after.as_deref(), PAGE, now).await.map_err(failed)?;
                for entry in &page.entries {
                    show(entry, common.json)?;
                }
                after = page.next;
                if after.is_none() {
                    return Ok(());
                }
            }
        }
        Command::Show { id } => show(&one(store, &id, now).await?, common.json),
        Command::Play { id, output } => {
            let entry = one(store, &id, now).await?;
            let clip = store.clip(entry.id, now).await.map_err(failed)?;
            let wav = clip.context("failed to play that turn: its sound is not kept")?;
            if let Some(path) = output {
                return std::fs::write(&path, wav)
                    .with_context(|| format!("failed to write {}", path.display()));
            }
            let pcm = audio::read_from(std::io::Cursor::new(wav), "the clip")
                .map_err(|error| anyhow::anyhow!("failed to {error}"))?;
            let mut speaker = audio::Speaker::open(&config.audio.speaker)
                .map_err(|error| anyhow::anyhow!("failed to {error}"))?;
            speaker.write(pcm.samples())?;
            Ok(speaker.drain()?)
        }
        Command::Delete { ids, all, find } => {
            let chosen = [!ids.is_empty(), all, !find.is_empty()];
            anyhow::ensure!(
                chosen.iter().filter(|&&chosen| chosen).count() == 1,
                "failed to see what to delete: give ids, or --all, or one of --today, --since, \
                 --until, --outcome and --text"
            );
            let selection = if all {
                Selection::All
            } else if ids.is_empty() {
                Selection::Filter(find.filter()?)
            } else {
                Selection::Ids(ids.iter().map(|id| record_id(id)).collect::<Result<_, _>>()?)
            };
            let gone = store.delete(&selection, now).await.map_err(failed)?;
            line(&format!("{gone} deleted"))
        }
        Command::Retention { class, duration } => {
            let mut retention = store.settings().borrow().retention;
            if let (Some(class), Some(keep)) = (&class, duration) {
                retention.set(class, keep).map_err(failed)?;
                store.set_retention(retention, now).await.map_err(failed)?;
            }
            let all = [
                ("audio", retention.audio),
                ("text", retention.text),
                ("false_wakes", retention.false_wakes),
            ];
            for (name, keep) in all {
                if class.as_ref().is_none_or(|class| class == name) {
                    line(&format!("{name} {keep}"))?;
                }
            }
            Ok(())
        }
    }
}

fn record_id(text: &str) -> anyhow::Result<RecordId> {
    text.parse().map_err(|_| {
        anyhow::anyhow!("failed to read the id '{text}': `hark history list --json` shows ids")
    })
}

async fn one(store: &Store, id: &str, now: SystemTime) -> anyhow::Result<Entry> {
    let id = record_id(id)?;
    let entry = store.get(id, now).await.map_err(failed)?;
    entry.context("failed to find that turn: it was deleted, or has expired")
}

#[derive(Serialize)]
struct Line<'a> {
    id: String,
    at: String,
    speaker: &'a str,
    text: &'a str,
    intent: Option<&'a str>,
    reply: &'a str,
    audio: bool,
    outcome: &'static str,
    expires: String,
}

fn show(entry: &Entry, as_json: bool) -> anyhow::Result<()> {
    let at = Timestamp::try_from(entry.at)?;
    if as_json {
        return json(&Line {
            id: entry.id.to_string(),
            at: at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            speaker: &entry.speaker,
            text: entry.text.expose(),
            intent: entry.intent.as_ref().map(|intent| intent.name.as_str()),
            reply: entry.reply.expose(),
            audio: entry.clip.is_some(),
            outcome: entry.outcome.as_str(),
            expires: Timestamp::try_from(entry.expires)?.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        });
    }
    let local = at.to_zoned(jiff::tz::TimeZone::system());
    let mut out = std::io::stdout().lock();
    let (dim, plain) = if out.is_terminal() { ("\x1b[2m", "\x1b[0m") } else { ("", "") };
    writeln!(
        out,
        "{dim}{} {}{plain}  {}  {dim}{}{plain}{}",
        entry.id,
        local.strftime("%Y-%m-%d %H:%M"),
        if entry.text.is_empty() { "–" } else { entry.text.expose() },
        entry.outcome.as_str(),
        if entry.reply.is_empty() {
            String::new()
        } else {
            format!("  → {}", entry.reply.expose())
        },
    )?;
    Ok(())
}
