//! Where the root of all keys lives: the one thing that can truly be erased.
//!
//! Everything that is kept is encrypted under the root, by a hierarchy of keys. A deletion draws a new root,
//! seals under it what stays, and erases the old one; what was sealed under that is noise from then
//! on, on whichever block of the card it still stands (Di Crescenzo et al., "How to Forget a Secret",
//! STACS 1999; Reardon et al., "Secure Data Deletion from Persistent Media", CCS 2013).

mod block;
mod chip;
mod doubt;
mod ground;
mod ioctl;
mod mount;

pub(crate) use block::Doubts;
pub use chip::chips;
pub(crate) use doubt::once_each;
pub use doubt::{Doubt, uncertain};
pub use ground::doubts_of;
pub(crate) use ground::give_back;

use std::path::Path;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::vault::Factor;
use crate::vault::seal::{Key, fill_random};
use crate::{Config, Error, Result};

/// Where the root lives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// On the card itself, spread over so many blocks that one lost block is enough to lose it. Best
    /// effort: a card may keep copies of all of them.
    #[default]
    Card,
    /// In the battery-backed memory of a clock chip: nothing of it is left after a deletion.
    Chip,
    /// In the memory of the program: nothing is left after a deletion, nor after it ends.
    Memory,
}

impl Tier {
    /// What a person can rely on, in their words.
    pub fn promise(self) -> &'static str {
        match self {
            Self::Chip => {
                "What is deleted cannot be brought back by anyone: its key was in the memory of the \
                 clock chip and has been overwritten there."
            }
            Self::Memory => {
                "What is deleted cannot be brought back by anyone. All of it is forgotten when the \
                 speaker loses power."
            }
            Self::Card => {
                "What is deleted cannot be read by anyone who has the speaker or its card. Whoever \
                 copied the whole card before still has what was on it, and a laboratory that opens \
                 the card's chips could bring it back if the card kept every old block; a clock chip \
                 with memory closes both gaps."
            }
        }
    }

    /// As it stands in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Chip => "chip",
            Self::Memory => "memory",
        }
    }
}

/// Which of the two slots.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slot {
    First,
    Second,
}

impl Slot {
    pub const BOTH: [Self; 2] = [Self::First, Self::Second];

    pub fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }
}

/// A root: its number and the key that follows from it.
#[derive(Clone)]
pub(crate) struct Root {
    pub generation: u32,
    pub key: Key,
}

/// The file of the household's root in the folder.
pub(crate) const HOUSEHOLD: &str = "household.root";

/// The two slots in which a root can stand; both hold one only during a deletion.
pub(crate) enum Roots {
    Memory([Option<Root>; 2]),
    Chip(chip::Chip),
    Card(block::Block),
}

impl Roots {
    /// Opens the place of that tier: the memory or the partition `at`, or a file in the folder.
    pub fn open(tier: Tier, at: &Path, folder: &Path) -> Result<Self> {
        Ok(match tier {
            Tier::Memory => Self::Memory([None, None]),
            Tier::Chip => Self::Chip(chip::Chip::open(at).map_err(|error| unusable(at, &error))?),
            Tier::Card => {
                let in_folder = || folder.join("root");
                let path = if at.as_os_str().is_empty() { in_folder() } else { at.to_owned() };
                Self::Card(block::Block::open(&path, 0).map_err(|error| unusable(&path, &error))?)
            }
        })
    }

    /// What speaks against relying on an erasure here; it may grow.
    pub fn doubts(&self) -> Doubts {
        match self {
            Self::Card(block) => block.doubts(),
            Self::Memory(_) | Self::Chip(_) => Doubts::default(),
        }
    }

    /// Bytes that tell wherever they are found that what is in a slot still stands there; none where the slot
    /// is empty, or in memory only.
    pub fn telling(&self, slot: Slot) -> Result<Vec<Zeroizing<Vec<u8>>>> {
        let telling = match self {
            Self::Memory(_) => return Ok(Vec::new()),
            Self::Chip(chip) => {
                chip.read(slot).map(|root| root.map(|(_, secret)| secret).into_iter().collect())
            }
            Self::Card(block) => block.telling(slot),
        };
        telling.map_err(Error::Erase)
    }

    /// That of the household: on the card whatever the history's is, so that lists and alarms survive a battery or a
    /// power cut; next to the history's if that has a partition with room for both.
    pub fn of_household(config: &Config, folder: &Path) -> Result<Self> {
        let (path, base) = match place_of_household(config)? {
            Some(partition) => (partition.to_owned(), block::ROOM),
            None => (folder.join(HOUSEHOLD), 0),
        };
        let block = block::Block::open(&path, base);
        Ok(Self::Card(block.map_err(|error| unusable(&path, &error))?))
    }

    /// That of the household in a file of the folder, if it is there though its place is a partition by now.
    pub fn of_household_before(config: &Config, folder: &Path) -> Result<Option<Self>> {
        let path = folder.join(HOUSEHOLD);
        if place_of_household(config)?.is_none() || !path.exists() {
            return Ok(None);
        }
        let block = block::Block::open(&path, 0);
        Ok(Some(Self::Card(block.map_err(|error| unusable(&path, &error))?)))
    }

    /// The root in a slot, if a whole one is there; its key follows from the passphrase, too, if there
    /// is one.
    pub fn read(&self, slot: Slot, factor: Option<&Factor>) -> Result<Option<Root>> {
        let secret = match self {
            Self::Memory(slots) => return Ok(slots[slot as usize].clone()),
            Self::Chip(chip) => chip.read(slot),
            Self::Card(block) => block.read(slot),
        };
        let secret = secret.map_err(Error::Erase)?;
        Ok(secret.map(|(generation, secret)| {
            let key = match factor {
                None => Key::derived("hark 2026 root of the history", &[&secret]),
                Some(factor) => Key::derived(
                    "hark 2026 root of the history and its passphrase",
                    &[&secret, factor.key.bytes()],
                ),
            };
            Root { generation, key }
        }))
    }

    /// Whether a root of that number is in one of the slots.
    pub fn has(&self, generation: u32) -> Result<bool> {
        for slot in Slot::BOTH {
            let root = self.read(slot, None)?;
            if root.is_some_and(|root| root.generation == generation) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Puts a new root into a slot and reads it back.
    pub fn write(&mut self, slot: Slot, generation: u32, factor: Option<&Factor>) -> Result<Root> {
        match self {
            Self::Memory(slots) => {
                let key = Key::random().map_err(Error::Erase)?;
                slots[slot as usize] = Some(Root { generation, key });
            }
            Self::Chip(chip) => chip.write(slot, generation).map_err(Error::Erase)?,
            Self::Card(block) => block.write(slot, generation).map_err(Error::Erase)?,
        }
        let root = self.read(slot, factor)?.filter(|root| root.generation == generation);
        root.ok_or_else(|| Error::Erase(std::io::Error::other("what was written is not there")))
    }

    /// Overwrites a slot, and checks that it is empty.
    pub fn erase(&mut self, slot: Slot) -> Result<()> {
        match self {
            Self::Memory(slots) => slots[slot as usize] = None,
            Self::Chip(chip) => chip.erase(slot).map_err(Error::Erase)?,
            Self::Card(block) => block.erase(slot).map_err(Error::Erase)?,
        }
        Ok(())
    }
}

/// The partition that has the root of the household; none if that is a file in the folder.
pub(crate) fn place_of_household(config: &Config) -> Result<Option<&Path>> {
    let at = &config.root_at;
    if config.root != Tier::Card {
        return Ok(None);
    }
    let has_room = block::has_room_for_two(at).map_err(|error| unusable(at, &error))?;
    Ok(has_room.then_some(at))
}

fn unusable(path: &Path, error: &std::io::Error) -> Error {
    Error::Root { path: path.to_owned(), reason: error.to_string() }
}

/// The secret of a root with its number and a check: `random ‖ number ‖ check`.
fn framed(bytes: usize, generation: u32) -> std::io::Result<Zeroizing<Vec<u8>>> {
    let mut frame = Zeroizing::new(vec![0; bytes]);
    let body = bytes - CHECK_BYTES - 4;
    fill_random(&mut frame[..body])?;
    frame[body..body + 4].copy_from_slice(&generation.to_le_bytes());
    let check = check(&frame[..body + 4]);
    frame[body + 4..].copy_from_slice(&check);
    Ok(frame)
}

/// The number and the secret in such a frame; nothing if it is empty, torn or something else.
fn unframed(frame: &[u8]) -> Option<(u32, Zeroizing<Vec<u8>>)> {
    let (signed, found) = frame.split_at_checked(frame.len().checked_sub(CHECK_BYTES)?)?;
    let (secret, generation) = signed.split_at_checked(signed.len().checked_sub(4)?)?;
    if found != check(signed) {
        return None;
    }
    let generation = u32::from_le_bytes(generation.try_into().ok()?);
    Some((generation, Zeroizing::new(secret.to_vec())))
}

/// Bytes that tell whether a slot is whole.
const CHECK_BYTES: usize = 4;

fn check(signed: &[u8]) -> [u8; CHECK_BYTES] {
    let hash = blake3::keyed_hash(b"hark: is this slot a whole one? ", signed);
    let mut check = [0; CHECK_BYTES];
    check.copy_from_slice(&hash.as_bytes()[..CHECK_BYTES]);
    check
}
