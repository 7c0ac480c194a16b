//! Two calls to the kernel that no library wraps: where a file lies on its device (FIEMAP), and the discarding of
//! what a file system no longer uses (FITRIM, which `fstrim` makes).
#![expect(unsafe_code, reason = "the kernel takes and fills structures of C")]

use std::fs::File;
use std::io;

use rustix::ioctl::{Updater, ioctl, opcode};

/// A piece of a file that lies in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    /// Where it begins in the file, in bytes.
    pub logical: u64,
    /// Where it begins on the device, in bytes.
    pub physical: u64,
    /// How long it is, in bytes.
    pub bytes: u64,
    /// What the file system says of it, see [`STABLE`] and the kernel's `fiemap.h`.
    pub flags: u32,
}

/// Flags that leave an extent in one known place: that it is the last one, that nothing was written to it
/// yet, that it was joined from others.
const HARMLESS: u32 = LAST | UNWRITTEN | MERGED;
const LAST: u32 = 0x0001;
const UNWRITTEN: u32 = 0x0800;
const MERGED: u32 = 0x1000;
/// Somebody else has it, too: a snapshot or a copy by reference.
const SHARED: u32 = 0x2000;
/// What is not on the device yet is written there first.
const SYNC: u32 = 1;

impl Extent {
    /// Whether another file has the same blocks.
    pub fn is_shared(self) -> bool {
        self.flags & SHARED != 0
    }

    /// Whether its bytes stand there, and nowhere else: not packed, not inside the file system's own tables, not
    /// on their way.
    pub fn is_plain(self) -> bool {
        self.flags & !(HARMLESS | SHARED) == 0
    }
}

/// Extents that are asked for at once. What lies in more pieces is asked for in several steps.
const AT_ONCE: usize = 32;

/// `struct fiemap` of `linux/fiemap.h`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Head {
    start: u64,
    length: u64,
    flags: u32,
    mapped: u32,
    count: u32,
    reserved: u32,
}

/// `struct fiemap_extent` of `linux/fiemap.h`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Piece {
    logical: u64,
    physical: u64,
    length: u64,
    reserved: [u64; 2],
    flags: u32,
    reserved_too: [u32; 3],
}

#[repr(C)]
struct Map {
    head: Head,
    pieces: [Piece; AT_ONCE],
}

/// The number of the call says how long its head is, without what follows that.
const FIEMAP: u32 = opcode::read_write::<Head>(b'f', 11);

/// Where the first `bytes` of a file lie.
///
/// # Errors
/// When the file system does not tell.
pub(super) fn extents(file: &File, bytes: u64) -> io::Result<Vec<Extent>> {
    let mut found = Vec::new();
    let mut start = 0;
    while start < bytes {
        let count = AT_ONCE as u32;
        let head = Head { start, length: bytes - start, flags: SYNC, count, ..Head::default() };
        let mut map = Map { head, pieces: [Piece::default(); AT_ONCE] };
        // SAFETY: `Map` is what FIEMAP takes: its head, which says how many pieces have room behind it.
        unsafe { ioctl(file, Updater::<FIEMAP, Map>::new(&mut map)) }?;
        let pieces = &map.pieces[..(map.head.mapped as usize).min(AT_ONCE)];
        found.extend(pieces.iter().map(|piece| Extent {
            logical: piece.logical,
            physical: piece.physical,
            bytes: piece.length,
            flags: piece.flags,
        }));
        match pieces.last() {
            Some(last) if last.flags & LAST == 0 => start = last.logical + last.length.max(1),
            _ => break,
        }
    }
    Ok(found)
}

/// `struct fstrim_range` of `linux/fs.h`.
#[repr(C)]
struct Range {
    start: u64,
    length: u64,
    least: u64,
}

const FITRIM: u32 = opcode::read_write::<Range>(b'X', 121);

/// Discards whatever the file system with this file or folder no longer uses, and waits for it; returns how many
/// bytes that were.
///
/// # Errors
/// When this process may not (only root may), or the device takes no such hint.
pub(super) fn trim(file: &File) -> io::Result<u64> {
    let mut range = Range { start: 0, length: u64::MAX, least: 0 };
    // SAFETY: `Range` is what FITRIM takes and fills.
    unsafe { ioctl(file, Updater::<FITRIM, Range>::new(&mut range)) }?;
    Ok(range.length)
}
