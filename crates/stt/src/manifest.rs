//! Model manifest: which models can be fetched, and whether the files have the published hashes.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::error::{Error, Result};

/// The list that comes with the program.
const BUILT_IN: &str = include_str!("../../../models/manifest.toml");
/// Bytes that are hashed between two reports of progress.
const PIECE: usize = 1 << 20;

/// A model that can be had.
#[derive(Deserialize, Serialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// What `models/fetch` calls it.
    pub name: String,
    /// The engine that it is for: `whisper`, or `transducer` for wake words and commands.
    pub kind: String,
    /// Its file, or its folder when it has members.
    pub file: String,
    /// Where it is published.
    pub url: String,
    /// Size as the publisher shows it, in millions of bytes.
    pub megabytes: Option<f64>,
    /// Hash of the file; an archive has those of its members.
    pub sha256: Option<String>,
    /// Licence of the weights.
    pub licence: String,
    /// What it is good for.
    pub about: String,
    /// Files of an archive.
    #[serde(default)]
    pub member: Vec<Member>,
}

/// A file of an archive.
#[derive(Deserialize, Serialize, Clone, Debug, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Its name in the model's folder.
    pub file: String,
    /// Its size.
    pub bytes: u64,
    /// Its hash.
    pub sha256: String,
}

/// All models that can be had.
#[derive(Deserialize, Serialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Those of a kind from the smallest to the best.
    pub model: Vec<Model>,
}

/// Result of checking a model's files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// All there, with the right hashes.
    Right,
    /// Not there, or not all of it.
    Missing,
    /// There, but something else.
    Wrong,
}

impl Manifest {
    /// The list that comes with the program.
    ///
    /// # Errors
    /// [`Error::Manifest`] when it was built with a broken one.
    pub fn built_in() -> Result<Self> {
        Self::parse(BUILT_IN, Path::new("models/manifest.toml"))
    }

    /// A list from a file.
    ///
    /// # Errors
    /// [`Error::Unreadable`] and [`Error::Manifest`].
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| Error::Unreadable { path: path.to_owned(), source })?;
        Self::parse(&text, path)
    }

    fn parse(text: &str, path: &Path) -> Result<Self> {
        toml::from_str(text).map_err(|source| Error::Manifest { path: path.to_owned(), source })
    }

    /// The model called `name`.
    pub fn get(&self, name: &str) -> Option<&Model> {
        self.model.iter().find(|model| model.name == name)
    }
}

impl Model {
    /// Where it is, in a folder of models.
    pub fn path(&self, models_dir: &Path) -> PathBuf {
        models_dir.join(&self.file)
    }

    /// The first of its files that is missing in `models_dir` or has another size than it should, without
    /// reading any; `None` if none does.
    pub fn lacking(&self, models_dir: &Path) -> Option<PathBuf> {
        let path = self.path(models_dir);
        let whole = |path: &Path, fits: &dyn Fn(u64) -> bool| {
            path.metadata().is_ok_and(|file| file.is_file() && fits(file.len()))
        };
        if self.sha256.is_some() {
            return (!whole(&path, &|bytes| bytes > 0)).then_some(path);
        }
        let is_short =
            |member: &&Member| !whole(&path.join(&member.file), &|bytes| bytes == member.bytes);
        self.member.iter().find(is_short).map(|member| path.join(&member.file))
    }

    /// Compares the files in `models_dir` with their hashes; `progress` gets the bytes done.
    ///
    /// # Errors
    /// [`Error::Unreadable`] when a file is there and cannot be read.
    pub fn check(&self, models_dir: &Path, progress: &mut dyn FnMut(u64)) -> Result<Check> {
        let path = self.path(models_dir);
        let files: Vec<(PathBuf, &str)> = match &self.sha256 {
            Some(sha256) => vec![(path, sha256)],
            None => self.member.iter().map(|m| (path.join(&m.file), m.sha256.as_str())).collect(),
        };
        let mut found = Check::Right;
        let mut done = 0;
        for (path, sha256) in files {
            if !path.is_file() {
                return Ok(Check::Missing);
            }
            if !hash(&path, &mut done, progress)?.eq_ignore_ascii_case(sha256) {
                found = Check::Wrong;
            }
        }
        Ok(found)
    }
}

/// SHA-256 of a file in hexadecimal.
fn hash(path: &Path, done: &mut u64, progress: &mut dyn FnMut(u64)) -> Result<String> {
    let unreadable = |source| Error::Unreadable { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(unreadable)?;
    let mut hasher = Sha256::new();
    let mut piece = vec![0; PIECE];
    loop {
        let count = file.read(&mut piece).map_err(unreadable)?;
        if count == 0 {
            break;
        }
        hasher.update(&piece[..count]);
        *done += count as u64;
        progress(*done);
    }
    let digits = hasher.finalize().into_iter().flat_map(|byte| [byte >> 4, byte & 15]);
    Ok(digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_list_is_whole() {
        let manifest = Manifest::built_in().unwrap();
        assert!(manifest.get("tiny.en-q5_1").is_some());
        for model in &manifest.model {
            assert!(model.url.starts_with("https://"), "{}", model.name);
            let hashes: Vec<&String> = match &model.sha256 {
                Some(sha256) => vec![sha256],
                None => model.member.iter().map(|member| &member.sha256).collect(),
            };
            assert!(!hashes.is_empty(), "{} has no hash", model.name);
            for hash in hashes {
                assert!(hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit()));
            }
        }
    }

    #[test]
    fn files_are_compared_by_their_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let text = r#"
            [[model]]
            name = "a"
            kind = "whisper"
            file = "a.bin"
            url = "https://example.org/a.bin"
            sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
            licence = "MIT"
            about = ""
        "#;
        let path = folder.path().join("manifest.toml");
        std::fs::write(&path, text).unwrap();
        let manifest = Manifest::read(&path).unwrap();
        let model = manifest.get("a").unwrap();
        let check = |progress: &mut dyn FnMut(u64)| model.check(folder.path(), progress).unwrap();
        assert_eq!(check(&mut |_| {}), Check::Missing);
        std::fs::write(folder.path().join("a.bin"), "abd").unwrap();
        assert_eq!(check(&mut |_| {}), Check::Wrong);
        std::fs::write(folder.path().join("a.bin"), "abc").unwrap();
        let mut done = 0;
        assert_eq!(check(&mut |bytes| done = bytes), Check::Right);
        assert_eq!(done, 3);
        assert_eq!(model.lacking(folder.path()), None);
        std::fs::write(folder.path().join("a.bin"), "").unwrap();
        assert_eq!(model.lacking(folder.path()), Some(folder.path().join("a.bin")));
        std::fs::write(&path, "[[model]]\nnam = 1").unwrap();
        assert!(matches!(Manifest::read(&path), Err(Error::Manifest { .. })));
    }
}
