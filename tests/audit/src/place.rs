//! Where a store is, with the chip of its root beside it.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use store::{Config, Store, Tier};
use tempfile::TempDir;

use crate::script::{DAYS, retention};

/// Bytes of the smallest chip.
pub const CHIP: usize = 56;

/// Bytes of a slot of the chip.
pub const CHIP_SLOT: usize = 24;

/// Bytes of a slot on the card.
pub const CARD_SLOT: usize = 256 * 1024;

/// Memory that is shown as files: what a chip holds never reaches a card from there.
const IN_MEMORY: &str = "/dev/shm";

/// All files that may be there; those in `clips` are named by 32 digits.
const NAMES: [&str; 13] = [
    "clips",
    "forget",
    "household.db",
    "household.db-journal",
    "household.db-shm",
    "household.db-wal",
    "household.root",
    "lock",
    "reserve",
    "root",
    "vault.db",
    "vault.db-shm",
    "vault.db-wal",
];

/// The three places where a root can live.
pub const TIERS: [Tier; 3] = [Tier::Card, Tier::Chip, Tier::Memory];

/// A data folder and the chip that belongs to it.
#[derive(Clone)]
pub struct Place {
    /// The data folder.
    pub folder: PathBuf,
    /// The memory of the chip; unused by the other tiers.
    pub chip: PathBuf,
    /// Where the root lives.
    pub tier: Tier,
}

/// A folder that is in memory where the system has such a place.
///
/// # Errors
/// If it cannot be made.
pub fn in_memory() -> Result<TempDir> {
    let memory = Path::new(IN_MEMORY);
    Ok(if memory.is_dir() { TempDir::new_in(memory)? } else { TempDir::new()? })
}

/// The tier called so.
///
/// # Errors
/// If there is none.
pub fn tier(name: &str) -> Result<Tier> {
    TIERS.into_iter().find(|tier| tier.as_str() == name).with_context(|| format!("no tier {name}"))
}

impl Place {
    /// A place below two folders, one for the data and one for the chip, which is made empty.
    ///
    /// # Errors
    /// If the chip cannot be made.
    pub fn new(data: &Path, memory: &Path, tier: Tier) -> Result<Self> {
        let place = Self { folder: data.join("data"), chip: memory.join("chip"), tier };
        fs::write(&place.chip, [0; CHIP])?;
        Ok(place)
    }

    /// How the store is set up.
    pub fn config(&self) -> Config {
        let root_at = if self.tier == Tier::Chip { self.chip.clone() } else { PathBuf::new() };
        Config { root: self.tier, root_at, retention: retention(DAYS) }
    }

    /// Opens the store.
    ///
    /// # Errors
    /// What the store says.
    pub async fn open(&self) -> store::Result<Store> {
        Store::open(&self.folder, &self.config()).await
    }

    /// A copy below another folder. Another process makes it: one that closes a file gives up its
    /// locks on it, also those of an open store.
    ///
    /// # Errors
    /// If something cannot be copied.
    pub fn copy(&self, to: &Path) -> Result<Self> {
        let copy = Self { folder: to.join("data"), chip: to.join("chip"), tier: self.tier };
        for (from, to) in [(&self.folder, &copy.folder), (&self.chip, &copy.chip)] {
            let done =
                Command::new("cp").args(["-a", "--sparse=always"]).arg(from).arg(to).status()?;
            ensure!(done.success(), "{} is not copied", from.display());
        }
        fs::set_permissions(&copy.folder, Permissions::from_mode(0o700))?;
        Ok(copy)
    }

    /// In how many slots something stands that is not erased.
    ///
    /// # Errors
    /// If the slots cannot be read.
    pub fn standing_roots(&self) -> Result<usize> {
        let standing = |bytes: &[u8], slot| {
            bytes.chunks_exact(slot).take(2).filter(|slot| slot.iter().any(|&b| b != 0)).count()
        };
        Ok(match self.tier {
            Tier::Memory => 0,
            Tier::Chip => standing(&fs::read(&self.chip)?, CHIP_SLOT),
            Tier::Card => standing(&fs::read(self.folder.join("root"))?, CARD_SLOT),
        })
    }

    /// Names of files that have no business there, as copies of what is damaged would be.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn strange_files(&self) -> Result<Vec<String>> {
        let names = |folder: &Path| -> Result<Vec<String>> {
            let entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
            Ok(entries.iter().map(|e| e.file_name().to_string_lossy().into_owned()).collect())
        };
        let mut strange = names(&self.folder)?;
        strange.retain(|name| !NAMES.contains(&name.as_str()));
        let is_clip =
            |name: &String| name.len() == 32 && name.bytes().all(|b| b.is_ascii_hexdigit());
        strange
            .extend(names(&self.folder.join("clips"))?.into_iter().filter(|name| !is_clip(name)));
        Ok(strange)
    }
}
