//! The search in the memory of this process.
//!
//! Pages that nothing was ever written to are passed over. They hold zeros, and where memory is locked, reading them would
//! take hundreds of megabytes for good: each thread reserves 64 MB for what it may allocate.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::ops::Range;

use super::{Needle, Searched, search, searched};
use crate::trace::{Place, Trace};

/// Pages that are asked about at once.
const PAGES: usize = 1024;
/// Bits of an entry of `/proc/self/pagemap`: the page is in memory, or in swap
/// (<https://docs.kernel.org/admin-guide/mm/pagemap.html>).
const PRESENT_OR_SWAPPED: u64 = 0b11 << 62;

/// Searches what may be written to and was.
pub(crate) fn search_memory(needles: &[Needle]) -> Searched {
    searched(Place::Memory, look_through(needles))
}

fn look_through(needles: &[Needle]) -> io::Result<(u64, Vec<Trace>)> {
    let maps = std::fs::read_to_string("/proc/self/maps")?;
    let mut memory = File::open("/proc/self/mem")?;
    let mut pages = Pages::open()?;
    let (mut bytes, mut found) = (0, Vec::new());
    for line in maps.lines() {
        let mut columns = line.split_ascii_whitespace();
        let (Some(span), Some(rights)) = (columns.next(), columns.next()) else { continue };
        let is_of_kernel = line.ends_with("[vvar]") || line.ends_with("[vsyscall]");
        if !rights.starts_with("rw") || is_of_kernel {
            continue;
        }
        let Some((from, to)) = span.split_once('-') else { continue };
        let number = |text| u64::from_str_radix(text, 16).map_err(io::Error::other);
        for used in pages.used(number(from)?..number(to)?)? {
            let (more, also) = search_span(&mut memory, used, needles)?;
            bytes += more;
            found.extend(also);
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok((bytes, found))
}

fn search_span(
    memory: &mut File,
    mut span: Range<u64>,
    needles: &[Needle],
) -> io::Result<(u64, Vec<Trace>)> {
    memory.seek(SeekFrom::Start(span.start))?;
    search(needles, |buffer| {
        let most = (span.end - span.start).min(buffer.len() as u64) as usize;
        // What was mapped a moment ago may be gone.
        let count = memory.read(&mut buffer[..most]).unwrap_or(0);
        span.start += count as u64;
        Ok(count)
    })
}

/// Which pages of this process are in use.
struct Pages {
    map: File,
    /// Bytes.
    size: u64,
}

impl Pages {
    fn open() -> io::Result<Self> {
        Ok(Self { map: File::open("/proc/self/pagemap")?, size: rustix::param::page_size() as u64 })
    }

    /// The parts of a mapping that were ever written to, in order; neighbours are one.
    fn used(&mut self, span: Range<u64>) -> io::Result<Vec<Range<u64>>> {
        let mut used: Vec<Range<u64>> = Vec::new();
        self.map.seek(SeekFrom::Start(span.start / self.size * 8))?;
        let mut entries = [0; PAGES * 8];
        let mut at = span.start;
        while at < span.end {
            let left = (span.end - at).div_ceil(self.size).min(PAGES as u64) as usize;
            let entries = &mut entries[..left * 8];
            self.map.read_exact(entries)?;
            for entry in entries.as_chunks::<8>().0 {
                let end = at + self.size;
                if u64::from_ne_bytes(*entry) & PRESENT_OR_SWAPPED != 0 {
                    match used.last_mut() {
                        Some(before) if before.end == at => before.end = end,
                        _ => used.push(at..end),
                    }
                }
                at = end;
            }
        }
        Ok(used)
    }
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;

    #[test]
    fn what_was_written_is_found_and_what_was_not_is_left_alone() {
        const ROOM: usize = 64 * 1024 * 1024;
        let mut room: Vec<u8> = Vec::with_capacity(ROOM);
        let span = room.as_ptr() as u64..room.as_ptr() as u64 + ROOM as u64;
        // Backwards in the program, so that it stands nowhere else.
        let word = || "leipsnekcolg".bytes().rev();
        let needles = [Needle::new(Trace::Words, &Zeroizing::new(word().collect::<Vec<_>>()))];
        let (_, before) = look_through(&needles).expect("it may look into itself");
        assert!(before.is_empty(), "nor in the list of what to look for");
        // Across the border of two pages.
        room.resize(8_190, 0);
        room.extend(word());
        let (bytes, found) = look_through(&needles).expect("it may look into itself");
        assert_eq!(found, [Trace::Words]);
        assert!(bytes > room.len() as u64);
        let mut pages = Pages::open().expect("Linux");
        let used = pages.used(span).expect("Linux").iter().map(|used| used.end - used.start).sum();
        // A huge page is 2 MiB at most of such a room.
        assert!(ROOM as u64 / 4 > used, "{used} bytes are in use");
    }
}
