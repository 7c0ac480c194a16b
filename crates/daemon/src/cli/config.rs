//! `hark config`

use clap::Subcommand;
use daemon::config;

use super::{Common, line};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Say whether the configuration can be used
    Check,
    /// Every value with its source
    Show,
    /// Which file is used
    Path,
}

pub(super) fn run(command: &Command, common: &Common) -> anyhow::Result<()> {
    let loaded = config::load(common.config.as_deref())?;
    match command {
        Command::Check => match &loaded.path {
            Some(path) => line(&format!("{} is fine", path.display())),
            None => line("There is no configuration file; the defaults hold"),
        },
        Command::Show => line(loaded.show()?.trim_end()),
        Command::Path => match &loaded.path {
            Some(path) => line(&path.display().to_string()),
            None => anyhow::bail!(
                "found no configuration file; looked for {}",
                config::places()
                    .iter()
                    .map(|p| p.display().to_string())
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
        },
    }
}
