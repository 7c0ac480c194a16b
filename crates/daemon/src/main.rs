//! The `hark` command line.

mod cli;
mod heap;
mod private;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
pub(crate) use daemon::one_line;

fn main() -> ExitCode {
    heap::settle();
    private::close_up();
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Nowhere is left to report that the terminal is gone.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
        }
    };
    match cli.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "hark: {}", one_line(&error));
            ExitCode::FAILURE
        }
    }
}

/// Whoever read our output has seen enough, as in `hark history list | head`.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .any(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe)
}
