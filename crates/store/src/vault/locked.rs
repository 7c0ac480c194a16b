//! A vault of which the passphrase was not given yet.

use std::path::{Path, PathBuf};

use sqlx::SqlitePool;

use super::load::Row;
use super::{Loaded, Vault};
use crate::passphrase::Factor;
use crate::root::{Roots, Slot};
use crate::{Error, Result};

/// The place of a vault in the store.
pub(crate) enum Seat {
    Open(Box<Vault>),
    Locked(Locked),
}

/// What opens with a passphrase.
pub(crate) struct Locked {
    db: SqlitePool,
    folder: PathBuf,
    /// None once they have been erased.
    roots: Option<Roots>,
    row: Row,
    salt: [u8; 16],
}

impl Locked {
    pub(super) fn new(
        db: SqlitePool,
        folder: &Path,
        roots: Roots,
        row: Row,
        salt: [u8; 16],
    ) -> Self {
        Self { db, folder: folder.to_owned(), roots: Some(roots), row, salt }
    }

    /// What its passphrase is mixed with.
    pub fn salt(&self) -> [u8; 16] {
        self.salt
    }

    /// Opens the vault with what follows from a passphrase.
    pub async fn unlock(&mut self, factor: &Factor) -> Result<(Vault, Loaded)> {
        let roots = self.roots.take().ok_or(Error::Locked)?;
        match Vault::with_ring(&self.db, &self.folder, roots, &self.row, Some(factor))? {
            Ok(vault) => vault.loaded(false).await,
            Err(roots) => {
                self.roots = Some(roots);
                Err(Error::Passphrase)
            }
        }
    }

    /// Erases everything, for which nobody has to read it, and begins a vault without a passphrase.
    pub async fn clear(&mut self) -> Result<Vault> {
        let mut roots = self.roots.take().ok_or(Error::Locked)?;
        for slot in Slot::BOTH {
            if let Err(error) = roots.erase(slot) {
                self.roots = Some(roots);
                return Err(error);
            }
        }
        let before = self.row.generation as u32;
        Vault::begin(self.db.clone(), &self.folder, roots, before).await
    }

    /// How often a root has been drawn.
    pub fn generation(&self) -> u32 {
        self.row.generation as u32
    }

    pub async fn close(&self) {
        self.db.close().await;
    }
}
