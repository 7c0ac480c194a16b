//! Slots on the card. The root is the hash of a slot of a quarter of a megabyte of random bytes: if a
//! single block of it is lost, none of it is left. So a card that moves what is overwritten elsewhere
//! must keep every old block to keep the root. (LUKS spreads a given key in the same way; a root need
//! not be given, so that a hash does.)

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt as _, FileTypeExt as _, OpenOptionsExt as _};
use std::path::Path;

use rustix::fs::{FallocateFlags, OFlags, fallocate};
use zeroize::{Zeroize as _, Zeroizing};

use super::{Slot, framed, unframed};

/// A slot, in bytes; a multiple of a card's blocks.
const SLOT_BYTES: usize = 256 * 1024;
/// What goes past the system's cache must lie at such an address.
const ALIGNED: usize = 4096;

pub(crate) struct Block {
    file: File,
    /// Whether freed blocks are given back at once, which only a raw device takes.
    is_device: bool,
}

impl Block {
    pub fn open(path: &Path) -> io::Result<Self> {
        let open = |flags: OFlags| {
            let mut options = OpenOptions::new();
            options.read(true).write(true).create(true).mode(0o600);
            options.custom_flags(flags.bits().cast_signed()).open(path)
        };
        // Past the system's cache, so that what is written goes to the card and what is read comes
        // from there. A file system in memory has no card behind it and may refuse.
        let file = match open(OFlags::DIRECT | OFlags::NOFOLLOW) {
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => open(OFlags::NOFOLLOW)?,
            opened => opened?,
        };
        let is_device = file.metadata()?.file_type().is_block_device();
        let block = Self { file, is_device };
        if !is_device && block.file.metadata()?.len() < 2 * SLOT_BYTES as u64 {
            // Room for both is taken once, so that a full card cannot stop a deletion.
            fallocate(&block.file, FallocateFlags::empty(), 0, 2 * SLOT_BYTES as u64)?;
            for slot in Slot::BOTH {
                block.put(slot, &[])?;
            }
        }
        Ok(block)
    }

    pub fn read(&self, slot: Slot) -> io::Result<Option<(u32, Zeroizing<Vec<u8>>)>> {
        let mut buffer = Aligned::new();
        self.file.read_exact_at(buffer.slot(), at(slot))?;
        Ok(unframed(buffer.slot()))
    }

    pub fn write(&mut self, slot: Slot, generation: u32) -> io::Result<()> {
        self.put(slot, &framed(SLOT_BYTES, generation)?)
    }

    pub fn erase(&mut self, slot: Slot) -> io::Result<()> {
        self.put(slot, &[])?;
        let mut buffer = Aligned::new();
        self.file.read_exact_at(buffer.slot(), at(slot))?;
        if buffer.slot().iter().any(|&byte| byte != 0) {
            return Err(io::Error::other("the card does not hold what was written to it"));
        }
        if self.is_device {
            let discard = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
            // A card that takes no such hint has been overwritten all the same.
            let _ = fallocate(&self.file, discard, at(slot), SLOT_BYTES as u64);
        }
        Ok(())
    }

    /// Writes these bytes and zeros behind them.
    fn put(&self, slot: Slot, bytes: &[u8]) -> io::Result<()> {
        let mut buffer = Aligned::new();
        buffer.slot()[..bytes.len()].copy_from_slice(bytes);
        self.file.write_all_at(buffer.slot(), at(slot))?;
        self.file.sync_all()
    }
}

fn at(slot: Slot) -> u64 {
    slot as u64 * SLOT_BYTES as u64
}

/// Room for a slot at an address that the card takes.
struct Aligned {
    room: Vec<u8>,
    from: usize,
}

impl Aligned {
    fn new() -> Self {
        let room = vec![0; SLOT_BYTES + ALIGNED];
        let from = room.as_ptr().align_offset(ALIGNED);
        Self { room, from }
    }

    fn slot(&mut self) -> &mut [u8] {
        &mut self.room[self.from..self.from + SLOT_BYTES]
    }
}

impl Drop for Aligned {
    fn drop(&mut self) {
        self.room.zeroize();
    }
}
