//! `hark history`: the store from a terminal, by the same rules as the pages.

use std::io::{IsTerminal as _, Write};
use std::path::PathBuf;
use std::time::SystemTime;

use anyhow::Context as _;
use clap::Subcommand;
use daemon::terminal::{self, Deletion, Request, Style};
use jiff::Timestamp;
use store::{Keep, Store};
use tokio::sync::mpsc;
use voice::{AudioSink as _, Outcome};

use super::{Common, output, runtime};

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
    /// All of it as a tar archive: what was said as JSON, the sounds as FLAC
    Export {
        /// Write it here; without it, to stdout
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Open a history that is locked, until the speaker is restarted
    Unlock,
    /// Set, change or take away the passphrase that guards the history
    ///
    /// On a terminal it is asked for. Else the one that holds (an empty line if none does) and the
    /// new one are read from stdin, each on a line.
    Passphrase {
        /// Let none guard it any more
        #[arg(long)]
        remove: bool,
    },
    /// Confirm that the clock of this machine is right, after it jumped
    ///
    /// A clock that jumps forward hides what would be due, and destroys it only when the jump is
    /// believed: because a second clock agrees, after a day, or by this.
    ConfirmTime,
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
    fn filter(&self) -> anyhow::Result<terminal::Find> {
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
        Ok(terminal::Find {
            text: self.text.clone(),
            since,
            until: self.until.as_ref().map(parsed).transpose()?,
            outcome: self.outcome.map(|outcome| outcome.as_str().to_owned()),
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
    let is_terminal = std::io::stdout().is_terminal();
    let style = match (common.json, is_terminal) {
        (true, _) => Style::Json,
        (false, true) => Style::Dimmed,
        (false, false) => Style::Plain,
    };
    let request = match command {
        Command::List(find) => Request::List(find.filter()?, style),
        Command::Show { id } => Request::Show(id, style),
        Command::Play { id, output } => return play(id, output, common),
        Command::Delete { ids, all, find } => {
            let chosen = [!ids.is_empty(), all, !find.is_empty()];
            anyhow::ensure!(
                chosen.iter().filter(|&&chosen| chosen).count() == 1,
                "failed to see what to delete: give ids, or --all, or one of --today, --since, \
                 --until, --outcome and --text"
            );
            Request::Delete(if all {
                Deletion::All
            } else if ids.is_empty() {
                Deletion::Find(find.filter()?)
            } else {
                Deletion::Ids(ids)
            })
        }
        Command::ConfirmTime => Request::ConfirmTime,
        Command::Unlock => Request::Unlock(secret("Passphrase: ")?),
        Command::Passphrase { remove } => passphrase(remove)?,
        Command::Retention { class, duration } => Request::Retention(class, duration),
        Command::Export { output } => return to_file(Request::Export, output, common),
    };
    ask(request, common, &mut std::io::stdout().lock())
}

/// A line that is not shown while it is typed; of stdin where that is no terminal.
fn secret(prompt: &str) -> anyhow::Result<String> {
    let line = if std::io::stdin().is_terminal() {
        rpassword::prompt_password(prompt)
    } else {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).map(|_| line)
    };
    let line = line.context("failed to read the passphrase")?;
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}

fn passphrase(remove: bool) -> anyhow::Result<Request> {
    let given = |text: String| (!text.is_empty()).then_some(text);
    let current = given(secret("The one that holds now (nothing if none does): ")?);
    if remove {
        return Ok(Request::Passphrase { current, new: None });
    }
    let new = secret("The new one: ")?;
    if std::io::stdin().is_terminal() {
        let again = secret("The new one again: ")?;
        anyhow::ensure!(new == again, "failed to set the passphrase: it was typed in two ways");
    }
    anyhow::ensure!(
        !new.is_empty(),
        "failed to set the passphrase: there is none; to take it away give --remove"
    );
    Ok(Request::Passphrase { current, new: Some(new) })
}

/// Asks, and writes the answer to a new file that only its owner can read, or to stdout.
pub(super) fn to_file(
    request: Request,
    output: Option<PathBuf>,
    common: &Common,
) -> anyhow::Result<()> {
    let Some(path) = output else {
        let mut out = std::io::stdout().lock();
        anyhow::ensure!(
            !(matches!(request, Request::Export) && out.is_terminal()),
            "failed to export: an archive does not belong on a terminal; name a file with -o"
        );
        return ask(request, common, &mut out);
    };
    output::privately(&path, |file, _| ask(request, common, file))
}

fn play(id: String, output: Option<PathBuf>, common: &Common) -> anyhow::Result<()> {
    let mut flac = Vec::new();
    ask(Request::Sound(id), common, &mut flac)?;
    let pcm = audio::read_from(std::io::Cursor::new(flac), "the clip").map_err(super::failed)?;
    if let Some(path) = output {
        return output::privately(&path, |_, part| {
            audio::write_file(part, pcm.samples()).map_err(super::failed)
        });
    }
    let config = common.config()?;
    let mut speaker = audio::Speaker::open(&config.audio.speaker).map_err(super::failed)?;
    speaker.write(pcm.samples())?;
    Ok(speaker.drain()?)
}

/// Asks the running speaker, or the store itself if none runs.
pub(super) fn ask(request: Request, common: &Common, out: &mut dyn Write) -> anyhow::Result<()> {
    let config = common.config()?;
    let data = common.data()?;
    if terminal::ask_speaker(&data, &request, out)? {
        return Ok(());
    }
    anyhow::ensure!(
        !matches!(request, Request::Unlock(_)),
        "failed to unlock the history: no speaker runs on {}; start it first",
        data.display()
    );
    anyhow::ensure!(
        data.join("vault.db").exists() || matches!(request, Request::Enrol { .. }),
        "failed to find a history in {}: name the folder with --data",
        data.display()
    );
    let runtime = runtime()?;
    let (pieces, mut taken) = mpsc::channel::<Vec<u8>>(1);
    let answering = runtime.spawn(async move {
        let store = Store::open(&data, &config.store).await.map_err(super::failed)?;
        let answered = async {
            store.tick(daemon::clock::reading()).await.map_err(super::failed)?;
            terminal::answer(request, &store, &pieces).await
        };
        // However slowly the answer is read, a speaker that starts does not wait for that.
        let answered = tokio::select! {
            answered = answered => answered,
            () = store.waited_for() => Err(anyhow::anyhow!(
                "failed to answer to the end: a speaker starts on {}; ask again in a moment",
                data.display()
            )),
        };
        store.close().await;
        answered
    });
    let mut written = Ok(());
    while let Some(piece) = taken.blocking_recv() {
        written = out.write_all(&piece);
        if written.is_err() {
            break;
        }
    }
    drop(taken);
    let answered = runtime.block_on(answering).context("failed to answer; try again")?;
    written.and_then(|()| out.flush()).context("failed to write the answer")?;
    answered
}
