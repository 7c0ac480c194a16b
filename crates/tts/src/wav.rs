//! The head of a WAV stream whose length is not known yet.

use std::io::{Error, ErrorKind};

/// Longest head that is looked through for the sound, in bytes.
const MAX_HEAD: usize = 4_096;

/// Takes a WAV stream in any pieces and leaves out everything before its first sample. The lengths
/// in it are those of a program that writes to a pipe, so the length of the sound is not believed.
#[derive(Default)]
pub(crate) struct Header {
    head: Vec<u8>,
    done: bool,
}

impl Header {
    /// The part of `bytes` that is sound.
    pub(crate) fn skip<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8], Error> {
        if self.done {
            return Ok(bytes);
        }
        let before = self.head.len();
        self.head.extend_from_slice(bytes);
        match sound_begins(&self.head)? {
            Some(at) => {
                self.done = true;
                self.head = Vec::new();
                Ok(&bytes[at - before.min(at)..])
            }
            None if self.head.len() > MAX_HEAD => Err(ErrorKind::InvalidData.into()),
            None => Ok(&[]),
        }
    }
}

/// Where the sound begins; `None` when the head is not complete yet.
fn sound_begins(head: &[u8]) -> Result<Option<usize>, Error> {
    let invalid = || Error::from(ErrorKind::InvalidData);
    let known = head.len().min(4);
    if head[..known] != b"RIFF"[..known] {
        return Err(invalid());
    }
    if head.len() < 12 {
        return Ok(None);
    }
    if &head[8..12] != b"WAVE" {
        return Err(invalid());
    }
    let mut at = 12;
    while let Some(chunk) = head.get(at..at + 8) {
        if &chunk[..4] == b"data" {
            return Ok(Some(at + 8));
        }
        let length = u32::from_le_bytes([chunk[4], chunk[5], chunk[6], chunk[7]]) as usize;
        if length > MAX_HEAD {
            return Err(invalid());
        }
        at += 8 + length + length % 2;
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream() -> Vec<u8> {
        let mut bytes = b"RIFF\xff\xff\xff\x7fWAVE".to_vec();
        bytes.extend_from_slice(b"LIST\x03\x00\x00\x00abc\x00");
        bytes.extend_from_slice(
            b"fmt \x10\x00\x00\x00\x01\x00\x01\x00\x22\x56\x00\x00\x44\xac\x00\x00\x02\x00\x10\x00",
        );
        bytes.extend_from_slice(b"data\x00\x00\x00\x7f");
        bytes.extend_from_slice(b"the sound");
        bytes
    }

    #[test]
    fn any_pieces_give_the_sound() {
        for size in [1, 2, 7, 13, 44, 1000] {
            let mut header = Header::default();
            let mut sound = Vec::new();
            for piece in stream().chunks(size) {
                sound.extend_from_slice(header.skip(piece).unwrap());
            }
            assert_eq!(sound, b"the sound", "pieces of {size}");
        }
    }

    #[test]
    fn what_is_no_wav_is_refused() {
        assert!(Header::default().skip(b"espeak-ng: no such voice").is_err());
        assert!(Header::default().skip(b"RIFF\0\0\0\0AVI ").is_err());
        assert!(Header::default().skip(b"RIFF\0\0\0\0WAVEjunk\xff\xff\xff\xff").is_err());
        let mut endless = b"RIFF\0\0\0\0WAVE".to_vec();
        endless.extend(b"junk\x00\x00\x00\x00".repeat(1000));
        assert!(Header::default().skip(&endless).is_err());
    }
}
