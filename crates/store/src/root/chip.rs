//! Slots in the battery-backed memory of a clock chip, which the system shows as a file (nvmem). The
//! smallest such memory has 56 bytes (DS1307, DS1338, M41T11).

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::{Slot, framed, unframed};

/// A slot: a secret of 16 bytes, its number, a check.
const SLOT_BYTES: usize = 24;

/// Where the system shows memories that a battery keeps.
const SHOWN_IN: &str = "/sys/bus/nvmem/devices";

/// The memories of clock chips that this machine has.
pub fn chips() -> Vec<PathBuf> {
    let devices = std::fs::read_dir(SHOWN_IN).into_iter().flatten().flatten();
    let is_chip = |device: &PathBuf| {
        let kind = std::fs::read_to_string(device.join("type")).unwrap_or_default();
        let memory = std::fs::metadata(device.join("nvmem"));
        kind.trim() == "Battery backed" && memory.is_ok_and(|m| m.len() >= 2 * SLOT_BYTES as u64)
    };
    devices.map(|device| device.path()).filter(is_chip).map(|device| device.join("nvmem")).collect()
}

pub(crate) struct Chip(File);

impl Chip {
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        let chip = Self(file);
        chip.bytes(Slot::Second)?;
        Ok(chip)
    }

    fn bytes(&self, slot: Slot) -> io::Result<Zeroizing<[u8; SLOT_BYTES]>> {
        let mut bytes = Zeroizing::new([0; SLOT_BYTES]);
        self.0.read_exact_at(&mut bytes[..], at(slot))?;
        Ok(bytes)
    }

    pub fn read(&self, slot: Slot) -> io::Result<Option<(u32, Zeroizing<Vec<u8>>)>> {
        Ok(unframed(&self.bytes(slot)?[..]))
    }

    pub fn write(&mut self, slot: Slot, generation: u32) -> io::Result<()> {
        self.put(slot, &framed(SLOT_BYTES, generation)?)
    }

    pub fn erase(&mut self, slot: Slot) -> io::Result<()> {
        // Every bit is turned once before it is cleared, so that none stands at one value for so long
        // that the cell remembers it.
        self.put(slot, &[0xff; SLOT_BYTES])?;
        self.put(slot, &[0; SLOT_BYTES])
    }

    fn put(&mut self, slot: Slot, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all_at(bytes, at(slot))?;
        match self.0.sync_data() {
            // What the system shows of a chip is written through and has nothing to sync.
            Err(error) if error.kind() != io::ErrorKind::InvalidInput => return Err(error),
            _ => {}
        }
        if self.bytes(slot)?[..] == *bytes {
            Ok(())
        } else {
            Err(io::Error::other("the chip does not hold what was written to it"))
        }
    }
}

fn at(slot: Slot) -> u64 {
    slot as u64 * SLOT_BYTES as u64
}
