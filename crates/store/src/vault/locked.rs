//! A locked vault: its passphrase was not given yet.

use std::path::{Path, PathBuf};

use super::factor::Factor;
use super::named::{Named, Row};
use super::wish::{Wish, or_for_now};
use super::{Loaded, Vault};
use crate::database::Database;
use crate::root::{Doubts, Roots};
use crate::{Error, Result};

/// The place of a vault in the store.
pub(crate) enum Seat {
    Open(Box<Vault>),
    Locked(Locked),
}

/// What opens with a passphrase.
pub(crate) struct Locked {
    /// None after something went wrong on the way out of here: the next start finds out what is there.
    inner: Option<(Database, Roots)>,
    folder: PathBuf,
    generation: u32,
    salt: [u8; 16],
}

impl Locked {
    pub(super) fn new(
        database: Database,
        folder: &Path,
        roots: Roots,
        generation: u32,
        salt: [u8; 16],
    ) -> Self {
        Self { inner: Some((database, roots)), folder: folder.to_owned(), generation, salt }
    }

    /// What its passphrase is mixed with.
    pub fn salt(&self) -> [u8; 16] {
        self.salt
    }

    /// What speaks against relying on an erasure.
    pub fn doubts(&self) -> Doubts {
        self.inner.as_ref().map(|(_, roots)| roots.doubts()).unwrap_or_default()
    }

    /// How often a root has been drawn.
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// Opens the vault with what follows from a passphrase.
    pub async fn unlock(&mut self, factor: Factor) -> Result<(Vault, Loaded)> {
        let (database, roots) = self.inner.as_ref().ok_or(Error::Torn)?;
        let row = Row::read(&database.pool).await?.ok_or(Error::Torn)?;
        let named = Named::by(roots, &row, Some(&factor))?.ok_or(Error::Passphrase)?;
        let (database, roots) = self.inner.take().ok_or(Error::Torn)?;
        Vault::of(database, &self.folder, roots, named, Some(factor)).load().await
    }

    /// Erases everything, for which nobody has to read it, and begins a vault without a passphrase.
    pub async fn clear(&mut self) -> Result<Vault> {
        let wish = Wish::of(&self.folder);
        let is_written_down = wish.write();
        let vault = or_for_now(self.clear_now().await, is_written_down)?;
        wish.fulfil()?;
        Ok(vault)
    }

    async fn clear_now(&mut self) -> Result<Vault> {
        let (_, roots) = self.inner.as_mut().ok_or(Error::Torn)?;
        // The roots go first, even if nothing else works.
        let named = Named::anew(roots, self.generation)?;
        let (database, roots) = self.inner.take().ok_or(Error::Torn)?;
        let mut vault = Vault::of(database, &self.folder, roots, named, None);
        vault.empty().await?;
        Ok(vault)
    }

    pub async fn close(&self) {
        if let Some((database, _)) = &self.inner {
            database.close().await;
        }
    }
}
