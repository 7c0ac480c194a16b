//! What is left of deleted things in the bytes of a folder.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// Length of the pieces of sound that are looked for, in bytes: 32 samples.
const PIECE: usize = 64;

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the folder can be read") {
        let entry = entry.expect("an entry of the folder");
        let kind = entry.file_type().expect("a kind of file");
        if kind.is_dir() {
            files(&entry.path(), found);
        } else if kind.is_file() {
            found.push(entry.path());
        }
    }
}

/// Names of files under `folder` in which, or in whose name, `words` occur; upper and lower case
/// are the same.
pub fn of_words(folder: &Path, words: &str) -> Vec<PathBuf> {
    let words = words.to_lowercase();
    let holds = |bytes: &[u8]| {
        let bytes = bytes.to_ascii_lowercase();
        bytes.windows(words.len()).any(|window| window == words.as_bytes())
    };
    matching(folder, |path, bytes| holds(path.as_os_str().as_encoded_bytes()) || holds(bytes))
}

/// Names of files under `folder` that hold a piece of this sound file.
pub fn of_sound(folder: &Path, wav: &[u8]) -> Vec<PathBuf> {
    // Silence occurs in many files; sound that varies does not.
    let varied = |piece: &&[u8]| piece.iter().collect::<HashSet<_>>().len() > PIECE / 3;
    let pieces: HashSet<&[u8]> = wav.chunks_exact(PIECE).filter(varied).collect();
    assert!(pieces.len() > 20, "the clip holds sound");
    matching(folder, |_, bytes| bytes.windows(PIECE).any(|window| pieces.contains(window)))
}

fn matching(folder: &Path, holds: impl Fn(&Path, &[u8]) -> bool) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    files(folder, &mut paths);
    paths.retain(|path| {
        let inside = path.strip_prefix(folder).unwrap_or(path);
        holds(inside, &std::fs::read(path).expect("the file can be read"))
    });
    paths
}
