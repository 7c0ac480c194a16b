//! The command line: one command a stage, so that each can be tried by hand, driven by a test, and measured.

mod ask;
mod audio;
mod config;
mod doctor;
mod enrol;
mod erase;
mod hear;
mod history;
mod household;
mod models;
mod output;
mod page;
mod pages;
mod run;
mod say;
mod transcribe;
mod understand;
mod wake;

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use daemon::terminal::Request;
use daemon::{Config, failed};
use serde::Serialize;

/// The voice assistant that forgets: hears, understands and acts without leaving the house.
#[derive(Parser)]
#[command(name = "hark", version, propagate_version = true, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    common: Common,
}

/// What every command takes.
#[derive(Args, Clone)]
pub(crate) struct Common {
    /// Configuration file [default: /etc/hark/config.toml, else ~/.config/hark/config.toml]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Data folder [default: the service's, else ~/.local/share/hark]
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// One JSON object a line on stdout
    #[arg(long, global = true)]
    json: bool,
    /// Say more on stderr; twice for everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
}

#[derive(Subcommand)]
enum Command {
    /// The speaker: microphone, pages, timers, house
    Run(run::Args),
    /// The whole path on recordings, without a sound card
    ///
    /// Each recording has timers, alarms, reminders and scheduled actions of its own: those in the data
    /// folder neither ring nor are listed or cancelled, and what is set in a recording ends with it.
    /// With --data its history and its lists are kept there.
    Hear(hear::Args),
    /// Find the wake word in recordings, or teach the speaker a voice
    Wake(wake::Args),
    /// Speech to text
    Transcribe(transcribe::Args),
    /// Text to intents; lines from stdin unless given
    Understand(understand::Args),
    /// Type a command to the running speaker
    Ask(ask::Args),
    /// Speak a text
    Say(say::Args),
    /// Open the page of the running speaker
    ///
    /// Prints a link that is good once and for a minute, and opens it where there is a screen. The browser is
    /// let in for a month, or until the speaker is restarted.
    Page(page::Args),
    /// Review and delete what is kept
    #[command(subcommand)]
    History(history::Command),
    /// Prove that what is deleted is gone
    Erase(erase::Args),
    /// Settings, lists and alarms for a new card; never the history
    Backup(household::BackupArgs),
    /// Take in a backup
    Restore(household::RestoreArgs),
    /// Make the speaker as new
    Reset(household::ResetArgs),
    /// Find and judge microphone and loudspeaker
    #[command(subcommand)]
    Audio(audio::Command),
    /// Speech models: what is there, what is missing
    #[command(subcommand)]
    Models(models::Command),
    /// The configuration, checked
    #[command(subcommand)]
    Config(config::Command),
    /// All checks on one page
    Doctor,
    /// Completions for a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Write the manual pages into a folder
    #[command(hide = true)]
    Man {
        /// The folder
        folder: PathBuf,
    },
}

impl Cli {
    /// Does what was asked.
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let common = self.common;
        common.start_log(matches!(self.command, Command::Run(_)));
        match self.command {
            Command::Run(args) => run::run(&args, &common),
            Command::Hear(args) => hear::run(&args, &common),
            Command::Wake(args) => wake::run(args, &common),
            Command::Transcribe(args) => transcribe::run(&args, &common),
            Command::Understand(args) => understand::run(args, &common),
            Command::Ask(args) => ask::run(&args, &common),
            Command::Say(args) => say::run(&args, &common),
            Command::Page(args) => page::run(&args, &common),
            Command::History(command) => history::run(command, &common),
            Command::Backup(args) => household::backup(args, &common),
            Command::Restore(args) => household::restore(&args, &common),
            Command::Reset(args) => household::reset(&args, &common),
            Command::Erase(args) => erase::run(args, &common),
            Command::Audio(command) => audio::run(command, &common),
            Command::Models(command) => models::run(&command, &common),
            Command::Config(command) => config::run(&command, &common),
            Command::Doctor => doctor::run(&common),
            Command::Completions { shell } => pages::completions(shell),
            Command::Man { folder } => pages::manual(&folder),
        }
    }
}

impl Common {
    fn config(&self) -> anyhow::Result<Config> {
        Ok(daemon::config::load(self.config.as_deref())?.config)
    }

    /// The enrolled voices, if there are any that can be opened.
    fn voices(&self) -> ::wake::Voices {
        let is_there = self.data().is_ok_and(|data| data.join("vault.db").exists());
        let mut answer = Vec::new();
        if !is_there || history::ask(Request::Voices, self, &mut answer).is_err() {
            return ::wake::Voices::default();
        }
        let voices: Vec<(String, Vec<u8>)> = serde_json::from_slice(&answer).unwrap_or_default();
        voices.into_iter().collect()
    }

    /// The data folder: the one that was named, the service's, or the user's.
    fn data(&self) -> anyhow::Result<PathBuf> {
        if let Some(data) = &self.data {
            return Ok(data.clone());
        }
        if let Some(state) = std::env::var_os("STATE_DIRECTORY") {
            return Ok(state.into());
        }
        let home = std::env::var_os("HOME").map(PathBuf::from);
        std::env::var_os("XDG_DATA_HOME")
            .map(PathBuf::from)
            .or_else(|| home.map(|home| home.join(".local/share")))
            .map(|data| data.join("hark"))
            .context("failed to find a data folder: name one with --data")
    }

    fn start_log(&self, speaker: bool) {
        use tracing_subscriber::EnvFilter;
        let level = match (self.verbose, speaker) {
            (0, false) => "warn",
            (0, true) => "info,sqlx=warn",
            (1, _) => "debug,sqlx=warn",
            _ => "trace",
        };
        let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
        // Others log what passes through them: addresses of pages with the words that are searched.
        let quiet = ["axum", "hyper", "sqlx", "tower_http"];
        let filter =
            quiet.iter().fold(filter, |filter, target| match format!("{target}=warn").parse() {
                Ok(directive) => filter.add_directive(directive),
                Err(_) => filter,
            });
        let log = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(std::io::stderr)
            // What cannot be written is left out: to say so elsewhere would end the speaker.
            .log_internal_errors(false)
            .with_target(self.verbose > 0)
            .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
            .without_time()
            .finish();
        // Only a second logger could make this fail, and there is none.
        let _ = tracing::subscriber::set_global_default(log);
    }
}

/// Two workers carry session, skills, store and pages; speech has threads of its own.
fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("failed to start")
}

/// Writes a line to stdout.
fn line(text: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout().lock(), "{text}")?;
    Ok(())
}

/// Writes an object as one line of JSON.
fn json(object: &impl Serialize) -> anyhow::Result<()> {
    line(&serde_json::to_string(object)?)
}

/// A file from disk, or stdin for `-`, as 16 kHz mono.
fn read_audio(path: &std::path::Path) -> anyhow::Result<voice::Pcm> {
    let pcm = if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut bytes)?;
        ::audio::read_from(std::io::Cursor::new(bytes), "stdin")
    } else {
        ::audio::read_file(path)
    };
    pcm.map_err(failed)
}

/// The same as a source that decodes while it is read, with so many samples of silence around it.
fn audio_source(
    path: &std::path::Path,
    before: usize,
    behind: usize,
) -> anyhow::Result<::audio::FileSource> {
    let source = if path.as_os_str() == "-" {
        ::audio::FileSource::from_pcm(&read_audio(path)?)
    } else {
        ::audio::FileSource::open(path).map_err(failed)?
    };
    Ok(source.within_silence(before, behind))
}

/// The house of `--home FILE` in place of the configured one.
fn with_home(
    config: &mut Config,
    home: Option<&std::path::Path>,
    area: Option<String>,
) -> anyhow::Result<()> {
    if let Some(path) = home {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("failed to read {}", path.display()))?;
        config.home = home::Config::from_yaml(&text)
            .with_context(|| format!("failed to use {}", path.display()))?;
        config.area = None;
    }
    if area.is_some() {
        config.area = area;
    }
    Ok(())
}

/// The sentences of a file or of all `.yaml` files in a folder, or the built-in ones.
fn texts(code: &str, path: Option<&std::path::Path>) -> anyhow::Result<daemon::Texts> {
    let built_in = daemon::texts(code)?;
    let Some(path) = path else { return Ok(built_in) };
    let mut paths = vec![path.to_owned()];
    if path.is_dir() {
        paths = std::fs::read_dir(path)?
            .map(|entry| Ok(entry?.path()))
            .collect::<std::io::Result<Vec<_>>>()?;
        paths.retain(|path| path.extension().is_some_and(|end| end == "yaml" || end == "json"));
        paths.sort();
    }
    let mut files = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("failed to read {}", path.display()))?;
        files.push((path.display().to_string(), text));
    }
    let files: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let sentences = intent::Sentences::parse(&files).context("failed to read the sentences")?;
    let language = built_in.language.with_own(&files).context("failed to read the responses")?;
    Ok(daemon::Texts { sentences: sentences.into(), language: language.into() })
}
