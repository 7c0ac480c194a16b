//! `hark ask`: types a command to the running speaker.

use anyhow::Context as _;
use daemon::terminal::{self, Request};

use super::Common;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The command, as it would be spoken
    #[arg(required = true, value_name = "TEXT")]
    texts: Vec<String>,
}

pub(super) fn run(args: &Args, common: &Common) -> anyhow::Result<()> {
    let data = common.data()?;
    let request = Request::Ask { text: args.texts.join(" "), json: common.json };
    let asked = terminal::ask_speaker(&data, &request, &mut std::io::stdout().lock())?;
    asked.then_some(()).with_context(|| {
        format!("failed to ask: no speaker runs on {}; start it with `hark run`", data.display())
    })
}
