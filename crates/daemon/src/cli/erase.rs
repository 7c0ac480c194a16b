//! `hark erase`: proves that deletion works on this machine.

use std::path::PathBuf;

use daemon::terminal::Request;

use super::Common;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Keep something made up, delete it, and look for it everywhere
    #[arg(long, required = true)]
    prove: bool,
    /// Look on this raw device or partition, too
    #[arg(long, value_name = "DEVICE")]
    raw: Option<PathBuf>,
}

pub(super) fn run(args: Args, common: &Common) -> anyhow::Result<()> {
    super::history::ask(
        Request::Prove { raw: args.raw, json: common.json },
        common,
        &mut std::io::stdout().lock(),
    )
}
