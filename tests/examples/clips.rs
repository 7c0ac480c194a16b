//! Puts every recorded command behind a recorded wake word, each spoken by another person:
//! `cargo run -p e2e --example clips -- FOLDER`, then
//! `hark hear --json --home tests/clips-house.yaml --area kitchen FOLDER/*.wav`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use e2e::recordings;

/// Which wake clip goes before which command: every fifth, so that the people are many.
const STEP: usize = 5;

fn main() -> Result<()> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from).context("usage: clips FOLDER")?;
    std::fs::create_dir_all(&folder)?;
    let wakes = names("wake/computer")?;
    let commands = names("commands")?;
    for (index, command) in commands.iter().enumerate() {
        let wake = &wakes[(index * STEP + 3) % wakes.len()];
        // A microphone has heard the room before anyone speaks.
        let mut speech: Vec<f32> = recordings::quiet(1_000).collect();
        speech.extend_from_slice(recordings::joined(wake, command).samples());
        let name = Path::new(command).file_stem().unwrap_or_default();
        audio::write_file(folder.join(name).with_extension("wav"), &speech)?;
    }
    println!("{} commands in {}", commands.len(), folder.display());
    Ok(())
}

/// The recordings in a folder, relative to the place of all of them, sorted.
fn names(folder: &str) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(recordings::place().join(folder)).context(folder.to_owned())? {
        let name = PathBuf::from(entry?.file_name());
        if name.extension().is_some_and(|ending| ending == "flac") {
            names.push(format!("{folder}/{}", name.display()));
        }
    }
    names.sort();
    Ok(names)
}
