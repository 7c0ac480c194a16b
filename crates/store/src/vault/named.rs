//! The file of the ring, and the root that it names.

use sqlx::SqlitePool;

use super::factor::Factor;
use super::keys::Ring;
use crate::Result;
use crate::root::{Root, Roots, Slot};

/// The root that a ring names, and what hangs from it.
pub(super) struct Named {
    pub slot: Slot,
    pub root: Root,
    pub ring: Ring,
}

impl Named {
    /// The one that opens this row, together with the passphrase if there is one; if any does.
    pub fn by(roots: &Roots, row: &Row, factor: Option<&Factor>) -> Result<Option<Self>> {
        for slot in Slot::BOTH {
            let Some(root) = roots.read(slot, factor)? else { continue };
            if i64::from(root.generation) != row.generation {
                continue;
            }
            if let Some(ring) = Ring::open(&root, &row.sealed) {
                return Ok(Some(Self { slot, root, ring }));
            }
        }
        Ok(None)
    }

    /// A new root, after the one with that number, from which nothing hangs.
    pub fn anew(roots: &mut Roots, before: u32) -> Result<Self> {
        for slot in Slot::BOTH {
            roots.erase(slot)?;
        }
        let slot = Slot::First;
        let root = roots.write(slot, before.wrapping_add(1), None)?;
        Ok(Self { slot, root, ring: Ring::default() })
    }
}

/// The sealed ring with the number of its root and the salt of its passphrase.
#[derive(sqlx::FromRow)]
pub(super) struct Row {
    pub generation: i64,
    pub sealed: Vec<u8>,
    pub salt: Option<Vec<u8>>,
}

impl Row {
    pub async fn read(pool: &SqlitePool) -> Result<Option<Self>> {
        let select = "SELECT generation, sealed, salt FROM ring";
        Ok(sqlx::query_as(select).fetch_optional(pool).await?)
    }

    pub fn number(&self) -> u32 {
        self.generation as u32
    }
}
