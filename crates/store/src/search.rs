//! The search for bytes in files, in the memory of this process and on a raw card.

mod memory;

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::Path;

use rustix::fs::OFlags;
use zeroize::Zeroizing;

pub(crate) use self::memory::search_memory;
use crate::trace::{Place, Trace};

/// Bytes that are searched at once.
const WINDOW: usize = 1024 * 1024;

/// A place where something deleted was searched for.
#[derive(Clone, Debug)]
pub struct Searched {
    /// Which.
    pub place: Place,
    /// How much was searched, in bytes; an error says why nothing was.
    pub bytes: std::result::Result<u64, String>,
    /// What was found.
    pub found: Vec<Trace>,
    /// Whether something speaks against relying on an erasure here.
    pub in_doubt: bool,
}

impl Searched {
    /// A sign for what came of it, and the same in words.
    pub fn verdict(&self) -> (char, String) {
        match (&self.bytes, &self.found[..]) {
            (Err(why), _) => ('–', format!("not looked through ({why})")),
            (Ok(bytes), []) => {
                let nothing = format!("nothing of it in {} MB", bytes.div_ceil(1_000_000));
                if self.in_doubt {
                    ('–', format!("{nothing}, which proves nothing here"))
                } else {
                    ('✓', nothing)
                }
            }
            (Ok(_), found) => {
                let names: Vec<_> = found.iter().map(|found| found.as_str()).collect();
                ('✗', format!("found {}", names.join(", ")))
            }
        }
    }
}

/// Something that must not be found. It is held with its bits masked, or it would be found in the very
/// list of what to look for.
#[derive(Clone)]
pub(crate) struct Needle {
    pub name: Trace,
    masked: Vec<u8>,
}

const MASK: u8 = 0xa5;

impl Needle {
    pub fn new(name: Trace, bytes: &[u8]) -> Self {
        Self { name, masked: bytes.iter().map(|byte| byte ^ MASK).collect() }
    }

    fn is_in(&self, bytes: &[u8]) -> bool {
        // No finder of the whole needle: it would hold its bytes.
        memchr::memchr_iter(self.masked[0] ^ MASK, bytes).any(|at| {
            let window = bytes.get(at..at + self.masked.len());
            window.is_some_and(|it| it.iter().zip(&self.masked).all(|(byte, m)| byte ^ MASK == *m))
        })
    }
}

pub(crate) fn searched(place: Place, found: io::Result<(u64, Vec<Trace>)>) -> Searched {
    match found {
        Ok((bytes, found)) => Searched { place, bytes: Ok(bytes), found, in_doubt: false },
        Err(error) => {
            let (bytes, found) = (Err(error.to_string()), Vec::new());
            Searched { place, bytes, found, in_doubt: false }
        }
    }
}

/// How much a file holds, and which of the needles.
pub(crate) fn search_file(path: &Path, needles: &[Needle]) -> io::Result<(u64, Vec<Trace>)> {
    let mut file = File::open(path)?;
    search(needles, |buffer| file.read(buffer))
}

/// The same of a raw card, past the system's cache: what a file system wrote is not seen in that.
pub(crate) fn search_raw(path: &Path, needles: &[Needle]) -> io::Result<(u64, Vec<Trace>)> {
    if !std::fs::metadata(path)?.file_type().is_block_device() {
        return search_file(path, needles);
    }
    let direct = OFlags::DIRECT.bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(direct).open(path)?;
    let room = Zeroizing::new(vec![0; WINDOW + ALIGNED]);
    let from = room.as_ptr().align_offset(ALIGNED);
    let mut direct = Direct { file, room, rest: from..from, from };
    search(needles, |buffer| direct.read(buffer))
}

/// What goes past the system's cache must lie at such an address.
const ALIGNED: usize = 4096;

/// Reads a device past the system's cache.
struct Direct {
    file: File,
    room: Zeroizing<Vec<u8>>,
    /// Where in there the device reads to.
    from: usize,
    /// What was read and not taken.
    rest: std::ops::Range<usize>,
}

impl Direct {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.rest.is_empty() {
            let read = self.file.read(&mut self.room[self.from..self.from + WINDOW])?;
            self.rest = self.from..self.from + read;
        }
        let count = buffer.len().min(self.rest.len());
        buffer[..count].copy_from_slice(&self.room[self.rest.start..self.rest.start + count]);
        self.rest.start += count;
        Ok(count)
    }
}

/// Searches what `read` gives, piece by piece; pieces overlap, so that nothing is cut in two.
fn search(
    needles: &[Needle],
    mut read: impl FnMut(&mut [u8]) -> io::Result<usize>,
) -> io::Result<(u64, Vec<Trace>)> {
    let overlap = needles.iter().map(|needle| needle.masked.len()).max().unwrap_or(1) - 1;
    let mut buffer = Zeroizing::new(vec![0; WINDOW]);
    let (mut kept, mut bytes, mut found) = (0, 0, Vec::new());
    loop {
        let count = read(&mut buffer[kept..])?;
        if count == 0 {
            return Ok((bytes, found));
        }
        bytes += count as u64;
        let end = kept + count;
        for needle in needles {
            if !found.contains(&needle.name) && needle.is_in(&buffer[..end]) {
                found.push(needle.name);
            }
        }
        kept = overlap.min(end);
        buffer.copy_within(end - kept..end, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A proof that cannot find anything proves nothing.
    #[test]
    fn what_is_there_is_found_wherever_it_is_cut() {
        let needles = [Needle::new(Trace::Words, b"xylophone"), Needle::new(Trace::Part, &[7; 32])];
        for at in [0, 1, WINDOW - 9, WINDOW - 5, WINDOW - 1, WINDOW, 2 * WINDOW - 3] {
            for step in [WINDOW, 1000] {
                let mut card = vec![0; 3 * WINDOW];
                card[at..at + 9].copy_from_slice(b"xylophone");
                let mut rest = &card[..];
                let found = search(&needles, |buffer| {
                    let most = step.min(buffer.len());
                    rest.read(&mut buffer[..most])
                });
                assert_eq!(found.unwrap(), (card.len() as u64, vec![Trace::Words]), "{at}, {step}");
            }
        }
        assert!(!needles.iter().any(|needle| needle.is_in(&needle.masked)), "nor in the list");
    }
}
