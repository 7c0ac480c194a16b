//! A process that uses a store and says what the store has promised, until it is killed.

use std::io::{BufRead as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::place::{self, Place};
use crate::script::{self, Op};

/// What a program must be called with to become such a process.
pub const NAME: &str = "deed";

/// `FOLDER CHIP TIER SEED SCRIPT`: opens the store, does what the script says, and prints a line for
/// each operation as soon as the store has answered.
///
/// # Errors
/// What the store says.
pub async fn run(arguments: &[String]) -> Result<()> {
    let [folder, chip, tier, seed, script] = arguments else {
        anyhow::bail!("{NAME} FOLDER CHIP TIER SEED SCRIPT");
    };
    let place = Place { folder: folder.into(), chip: chip.into(), tier: place::tier(tier)? };
    let seed = seed.parse()?;
    let store = place.open().await?;
    say("open");
    for op in script::read(script)? {
        script::perform(&store, seed, &op).await?;
        match op {
            Op::Memory => say(&memory()?),
            Op::Wait => {
                say("wait");
                std::io::stdin().lock().read_line(&mut String::new())?;
            }
            _ => say(&op.to_string()),
        }
    }
    store.close().await;
    Ok(())
}

/// Nothing may wait in a buffer when the process is killed.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // Whoever started it may have stopped listening.
    let _ = out.write_all(format!("{line}\n").as_bytes()).and_then(|()| out.flush());
}

/// How much memory this process has, as the system counts it.
fn memory() -> Result<String> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    Ok(line.context("no VmRSS")?.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The command that does a script at a place, in a process of its own.
pub fn command(program: &Path, place: &Place, seed: u64, ops: &[Op]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments(place, seed, ops));
    command
}

/// What [`command`] passes on.
pub fn arguments(place: &Place, seed: u64, ops: &[Op]) -> [PathBuf; 6] {
    [
        NAME.into(),
        place.folder.clone(),
        place.chip.clone(),
        place.tier.as_str().into(),
        seed.to_string().into(),
        script::write(ops).into(),
    ]
}
