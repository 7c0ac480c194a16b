//! `hark config`: checks and shows the configuration.

use clap::Subcommand;
use daemon::{Assistant, config};

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
        Command::Check => {
            let (texts, problems) =
                daemon::with_folder(&loaded.config.language, loaded.config.sentences.as_deref())?;
            if let [first, rest @ ..] = &problems[..] {
                for problem in rest {
                    line(problem)?;
                }
                anyhow::bail!("{first}");
            }
            let assistant = super::understand::assistant(&loaded.config, texts)?;
            check_routines(&loaded.config, &assistant)?;
            warn_of_names(&loaded.config, &assistant)?;
            match &loaded.path {
                Some(path) => line(&format!("{} is fine", path.display())),
                None => line("There is no configuration file; the defaults hold"),
            }
        }
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

/// Warns of names with which something else is meant, and of devices of which nobody knows what they are.
fn warn_of_names(config: &daemon::Config, assistant: &Assistant) -> anyhow::Result<()> {
    let house = home::House::new(&config.home)?;
    for voice::Shadowed { id, name, command } in assistant.shadowed(&house.lists()) {
        line(&format!(
            "warning: \"{command}\" is a command and does not mean {id}; give it another name than \
             \"{name}\""
        ))?;
    }
    for warning in daemon::unclassed(&house) {
        line(&format!("warning: {warning}"))?;
    }
    Ok(())
}

/// Whether every command of the routines is understood.
fn check_routines(config: &daemon::Config, assistant: &Assistant) -> anyhow::Result<()> {
    for routine in &config.routines {
        let name = routine.say.first().map_or("", String::as_str);
        anyhow::ensure!(
            !name.is_empty(),
            "a routine has no words to start it: give it say = [\"…\"]"
        );
        for command in &routine.commands {
            anyhow::ensure!(
                assistant.recognise(command).is_some(),
                "the routine '{name}' holds '{command}', which is not understood; try it with \
                 `hark understand`"
            );
        }
    }
    Ok(())
}
