//! Validates a ggml file: is it a whisper model, and is all of it there?
//!
//! whisper.cpp aborts the whole process on some broken files, so every file is walked through
//! before it is handed over: head, filters, vocabulary, and each tensor with its size, to the last
//! byte. Layout from `whisper_model_load` in whisper.cpp 1.8.

use std::fs::File;
use std::io::{BufReader, Read as _, Seek as _};
use std::path::Path;

use crate::error::{Error, Result};

/// "ggml" as a little-endian number.
const MAGIC: u32 = 0x6767_6d6c;
/// Quantised files add this times the version of the quantisation to their type.
const QUANTISATION_VERSION: i32 = 1_000;
/// Numbers of encoder layers that whisper.cpp knows a name for; it throws at any other.
const LAYERS: [i32; 5] = [4, 6, 12, 24, 32];
/// Sizes of vocabularies of whisper: English only, multilingual, large-v3.
const VOCABULARIES: std::ops::RangeInclusive<i32> = 51_864..=51_866;
/// Longest token and longest tensor name that is accepted, in bytes.
const MAX_NAME: u32 = 512;

/// How tensors are stored: number of the type, elements in a block, bytes of a block.
const TYPES: [(i32, u64, u64); 7] =
    [(0, 1, 4), (1, 1, 2), (2, 32, 18), (3, 32, 20), (6, 32, 22), (7, 32, 24), (8, 32, 34)];

/// Checks that `path` is a whole whisper model in ggml form.
///
/// # Errors
/// [`Error::Unreadable`] or [`Error::BrokenModel`], which says what is wrong.
pub fn check_model(path: &Path) -> Result<()> {
    let unreadable = |source| Error::Unreadable { path: path.to_owned(), source };
    let file = File::open(path).map_err(unreadable)?;
    let length = file.metadata().map_err(unreadable)?.len();
    let mut walk = Walk { file: BufReader::new(file), length };
    walk.whole().map_err(|fault| match fault {
        Fault::Unreadable(source) => unreadable(source),
        Fault::Broken(reason) => {
            let path = path.to_owned();
            Error::BrokenModel { kind: super::NAME, path, reason, source: None }
        }
    })
}

struct Walk {
    file: BufReader<File>,
    length: u64,
}

/// Why a file cannot be walked to its end.
enum Fault {
    Unreadable(std::io::Error),
    /// What is wrong with it.
    Broken(String),
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::UnexpectedEof => Self::from("it is cut off"),
            _ => Self::Unreadable(error),
        }
    }
}

impl From<&str> for Fault {
    fn from(reason: &str) -> Self {
        Self::Broken(reason.to_owned())
    }
}

type Step<T> = std::result::Result<T, Fault>;

impl Walk {
    fn whole(&mut self) -> Step<()> {
        if self.number()? as u32 != MAGIC {
            return Err("it is not a ggml file".into());
        }
        let mut head = [0; 11];
        for value in &mut head {
            *value = self.number()?;
        }
        let [
            vocabulary,
            audio,
            state,
            heads,
            layers,
            text,
            text_state,
            text_heads,
            text_layers,
            mels,
            kind,
        ] = head;
        let plausible = VOCABULARIES.contains(&vocabulary)
            && (1..=1_500).contains(&audio)
            && (1..=448).contains(&text)
            && (64..=2_048).contains(&state)
            && state == text_state
            && [heads, text_heads].iter().all(|&heads| heads > 0 && state % heads == 0)
            && LAYERS.contains(&layers)
            && (1..=32).contains(&text_layers)
            && matches!(mels, 80 | 128)
            && (0..=9).contains(&(kind % QUANTISATION_VERSION));
        if !plausible {
            return Err("it is not a whisper model".into());
        }
        let (filters, bins) = (self.number()?, self.number()?);
        if filters != mels || bins != 201 {
            return Err("its filters are not those of whisper".into());
        }
        self.skip(filters as u64 * bins as u64 * 4)?;
        self.vocabulary(vocabulary)?;
        // Eleven outside of the layers, fifteen in each of the encoder, twenty-four of the decoder.
        let expected = 11 + 15 * layers + 24 * text_layers;
        let mut tensors = 0;
        while self.position()? < self.length {
            self.tensor()?;
            tensors += 1;
        }
        if tensors == expected {
            Ok(())
        } else {
            Err(Fault::Broken(format!("it has {tensors} of {expected} tensors")))
        }
    }

    /// whisper.cpp looks some tokens up and aborts when they are missing.
    fn vocabulary(&mut self, at_most: i32) -> Step<()> {
        let count = self.number()?;
        if !(256..=at_most).contains(&count) {
            return Err("its vocabulary is not that of whisper".into());
        }
        let mut missing = vec![&b" "[..], b" -", b" '"];
        for _ in 0..count {
            let length = self.number()? as u32;
            if length > MAX_NAME {
                return Err("its vocabulary is damaged".into());
            }
            let mut token = vec![0; length as usize];
            self.file.read_exact(&mut token)?;
            missing.retain(|needed| *needed != token);
        }
        if missing.is_empty() { Ok(()) } else { Err("its vocabulary is incomplete".into()) }
    }

    fn tensor(&mut self) -> Step<()> {
        let damaged = || Fault::from("one of its tensors is damaged");
        let (dimensions, name, kind) = (self.number()?, self.number()?, self.number()?);
        if !(1..=3).contains(&dimensions) || name <= 0 || name as u32 > MAX_NAME {
            return Err(damaged());
        }
        let mut elements = 1_u64;
        for _ in 0..dimensions {
            let size = u64::try_from(self.number()?).map_err(|_| damaged())?;
            elements = elements.checked_mul(size).ok_or_else(damaged)?;
        }
        let (_, block, bytes) =
            TYPES.into_iter().find(|&(known, ..)| known == kind).ok_or_else(damaged)?;
        if elements == 0 || elements > 1 << 31 || !elements.is_multiple_of(block) {
            return Err(damaged());
        }
        self.skip(name as u64 + elements / block * bytes)
    }

    fn number(&mut self) -> Step<i32> {
        let mut bytes = [0; 4];
        self.file.read_exact(&mut bytes)?;
        Ok(i32::from_le_bytes(bytes))
    }

    fn position(&mut self) -> Step<u64> {
        Ok(self.file.stream_position()?)
    }

    fn skip(&mut self, bytes: u64) -> Step<()> {
        if self.position()?.saturating_add(bytes) > self.length {
            return Err("it is cut off".into());
        }
        Ok(self.file.seek_relative(i64::try_from(bytes).unwrap_or(i64::MAX))?)
    }
}
