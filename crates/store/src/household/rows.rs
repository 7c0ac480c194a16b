//! What stands in the database of the household: things and their ring, sealed.

use sqlx::SqlitePool;

use super::ring::Ring;
use super::{Operation, about};
use crate::root::{Root, Roots, Slot};
use crate::statements::{Statements, Value};
use crate::vault::seal::Key;
use crate::{Error, Result};

impl Operation {
    pub(super) fn perform(&self, ring: &Ring, statements: &mut Statements) -> Result<()> {
        let (kind, id) = (self.kind as i64, self.id);
        match &self.plain {
            None => statements.push(
                "DELETE FROM thing WHERE kind = ?1 AND id = ?2",
                [Value::Number(kind), Value::Number(id)],
            ),
            Some(plain) => {
                let sealed = ring.key(self.kind)?.seal(&about(self.kind, id), plain);
                let sealed = Value::Bytes(sealed.map_err(Error::Random)?);
                statements.push(
                    "INSERT INTO thing (kind, id, sealed) VALUES (?1, ?2, ?3)
                     ON CONFLICT (kind, id) DO UPDATE SET sealed = excluded.sealed",
                    [Value::Number(kind), Value::Number(id), sealed],
                );
            }
        }
        Ok(())
    }
}

/// The key of the household that follows from its root.
pub(super) fn of_household(root: &Root) -> Key {
    Key::derived("hark 2026 root of the household", &[root.key.bytes()])
}

/// Lets that ring hang from that root.
pub(super) fn put_ring(ring: &Ring, root: &Root, statements: &mut Statements) -> Result<()> {
    let sealed = ring.seal(&of_household(root)).map_err(Error::Random)?;
    statements.push(
        "INSERT INTO keyring (one, sealed) VALUES (1, ?1)
         ON CONFLICT (one) DO UPDATE SET sealed = excluded.sealed",
        [Value::Bytes(sealed)],
    );
    Ok(())
}

/// The ring as it stands in the database.
pub(super) async fn sealed_ring(pool: &SqlitePool) -> Result<Option<Vec<u8>>> {
    Ok(sqlx::query_scalar("SELECT sealed FROM keyring").fetch_optional(pool).await?)
}

/// The root that opens this ring, if one does.
pub(super) fn by_root(roots: &Roots, sealed: &[u8]) -> Result<Option<(Slot, Root, Ring)>> {
    for slot in Slot::BOTH {
        let Some(root) = roots.read(slot, None)? else { continue };
        if let Some(ring) = Ring::open(&of_household(&root), sealed) {
            return Ok(Some((slot, root, ring)));
        }
    }
    Ok(None)
}
