//! `hark backup`, `hark restore` and `hark reset`

use std::path::PathBuf;
use std::time::SystemTime;

use anyhow::Context as _;
use daemon::terminal::Request;
use store::{Backup, Store};

use super::{Common, failed, line, runtime};

#[derive(clap::Args)]
pub(crate) struct BackupArgs {
    /// Write it here; without it, to stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(clap::Args)]
pub(crate) struct RestoreArgs {
    /// What `hark backup` wrote
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

#[derive(clap::Args)]
pub(crate) struct ResetArgs {
    /// Everything goes: history, lists, alarms, settings, enrolled voices
    #[arg(long, required = true)]
    factory: bool,
}

pub(super) fn backup(args: BackupArgs, common: &Common) -> anyhow::Result<()> {
    super::history::to_file(Request::Backup, args.output, common)
}

pub(super) fn restore(args: &RestoreArgs, common: &Common) -> anyhow::Result<()> {
    let named = || args.file.display().to_string();
    let text = std::fs::read(&args.file).with_context(|| format!("failed to read {}", named()))?;
    // The parser would quote the household's words.
    let backup: Backup = serde_json::from_slice(&text)
        .map_err(|_| anyhow::anyhow!("failed to read {}: it is no backup of hark", named()))?;
    let (config, data) = (common.config()?, common.data()?);
    runtime()?.block_on(async {
        let store = Store::open(&data, &config.store).await.map_err(failed)?;
        let done = store.restore(&backup, SystemTime::now()).await.map_err(failed);
        store.close().await;
        done
    })?;
    line("restored")
}

pub(super) fn reset(_: &ResetArgs, common: &Common) -> anyhow::Result<()> {
    let (config, data) = (common.config()?, common.data()?);
    let doubts = runtime()?.block_on(Store::reset(&data, &config.store)).map_err(failed)?;
    if let Some(uncertain) = store::uncertain(&doubts) {
        anyhow::bail!("everything was removed, and the speaker is as new. {uncertain}");
    }
    line("everything is gone; the speaker is as new")
}
