//! Slots on the card. The root is the hash of a slot of a quarter of a megabyte of random bytes: if a
//! single block of it is lost, none of it is left. So a card that moves what is overwritten elsewhere
//! must keep every old block to keep the root. (LUKS spreads a given key in the same way; a root need
//! not be given, so that a hash does.)

use std::fs::{File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom};
use std::os::unix::fs::{FileExt as _, FileTypeExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rustix::fs::{FallocateFlags, OFlags, fallocate};
use zeroize::{Zeroize as _, Zeroizing};

use super::doubt::Doubt;
use super::ground;
use super::ioctl::Extent;
use super::{Slot, framed, unframed};
use crate::blur::blur;

/// A slot, in bytes; a multiple of a card's blocks.
const SLOT_BYTES: usize = 256 * 1024;
/// What the two slots of a root take.
pub(crate) const ROOM: u64 = 2 * SLOT_BYTES as u64;
/// What goes past the system's cache must lie at such an address.
const ALIGNED: usize = 4096;

/// Bytes of a slot that are looked for to see whether it still stands somewhere, and where in it: any of them
/// that is found is one too many, and no block of a card is missed between the first and the last.
const TELLING: usize = 32;
const TELLING_AT: [usize; 4] = [0, 84 * 1024, 168 * 1024, 252 * 1024];

/// Whether that is a device with room for the root of the history and for another one behind it.
pub(super) fn has_room_for_two(path: &Path) -> io::Result<bool> {
    if path.as_os_str().is_empty() || !std::fs::metadata(path)?.file_type().is_block_device() {
        return Ok(false);
    }
    // The length of a device is where its end is.
    Ok(File::open(path)?.seek(SeekFrom::End(0))? >= 2 * ROOM)
}

pub(crate) struct Block {
    file: File,
    /// Where the first slot begins.
    base: u64,
    /// Whether freed blocks are given back at once, which only a raw device takes.
    is_device: bool,
    /// Where the slots lie on the device, if they are a file.
    lies: Vec<Extent>,
    doubts: Doubts,
}

/// What speaks against relying on an erasure; it may grow while the store is open.
pub(crate) type Doubts = Arc<Mutex<Vec<Doubt>>>;

impl Block {
    /// The slots in that file or on that device, behind `base` bytes; made if there is no such file.
    pub fn open(path: &Path, base: u64) -> io::Result<Self> {
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
        let (lies, doubts) = (Vec::new(), Doubts::default());
        let mut block = Self { file, base, is_device, lies, doubts };
        let end = base + ROOM;
        if !is_device && block.file.metadata()?.len() < end {
            // Room for both is taken once, so that a full card cannot stop a deletion.
            fallocate(&block.file, FallocateFlags::empty(), 0, end)?;
            for slot in Slot::BOTH {
                block.put(slot, &[])?;
            }
        }
        let doubts = if is_device {
            ground::doubts_of_device(&block.file)
        } else {
            let (doubts, lies) = ground::doubts(&block.file, end);
            block.lies = lies;
            doubts
        };
        *block.doubts.lock().unwrap_or_else(PoisonError::into_inner) = doubts;
        Ok(block)
    }

    /// What speaks against relying on an erasure, now and later.
    pub fn doubts(&self) -> Doubts {
        self.doubts.clone()
    }

    /// Bytes of a slot that tell wherever they are found that it still stands there; none if it is empty.
    pub fn telling(&self, slot: Slot) -> io::Result<Vec<Zeroizing<Vec<u8>>>> {
        let mut buffer = Aligned::new();
        self.file.read_exact_at(buffer.slot(), self.at(slot))?;
        if unframed(buffer.slot()).is_none() {
            return Ok(Vec::new());
        }
        let from = |at: usize| Zeroizing::new(buffer.slot()[at..at + TELLING].to_vec());
        Ok(TELLING_AT.map(from).into())
    }

    pub fn read(&self, slot: Slot) -> io::Result<Option<(u32, Zeroizing<Vec<u8>>)>> {
        let mut buffer = Aligned::new();
        self.file.read_exact_at(buffer.slot(), self.at(slot))?;
        Ok(unframed(buffer.slot()))
    }

    pub fn write(&mut self, slot: Slot, generation: u32) -> io::Result<()> {
        self.put(slot, &framed(SLOT_BYTES, generation)?)
    }

    pub fn erase(&mut self, slot: Slot) -> io::Result<()> {
        self.put(slot, &[])?;
        let mut buffer = Aligned::new();
        self.file.read_exact_at(buffer.slot(), self.at(slot))?;
        if buffer.slot().iter().any(|&byte| byte != 0) {
            return Err(io::Error::other("the card does not hold what was written to it"));
        }
        if self.is_device {
            let discard = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
            // A card that takes no such hint has been overwritten all the same.
            let _ = fallocate(&self.file, discard, self.at(slot), SLOT_BYTES as u64);
        } else if !self.lies.is_empty()
            && let Some(doubt) = ground::has_moved(&self.file, self.base + ROOM, &self.lies)
        {
            let mut doubts = self.doubts.lock().unwrap_or_else(PoisonError::into_inner);
            if !doubts.contains(&doubt) {
                tracing::warn!("the key of what was deleted may still be read: {doubt}");
                doubts.push(doubt);
            }
        }
        Ok(())
    }

    fn at(&self, slot: Slot) -> u64 {
        self.base + slot as u64 * SLOT_BYTES as u64
    }

    /// Writes these bytes and zeros behind them.
    fn put(&self, slot: Slot, bytes: &[u8]) -> io::Result<()> {
        let mut buffer = Aligned::new();
        buffer.slot()[..bytes.len()].copy_from_slice(bytes);
        self.file.write_all_at(buffer.slot(), self.at(slot))?;
        if !self.is_device {
            blur(&self.file)?;
        }
        self.file.sync_all()
    }
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
