//! A change: what one transaction writes into the tables of the vault.

use super::factor::Factor;
use super::keys::{Bucket, PartId, Rekeyed, Ring};
use crate::root::Root;
use crate::statements::{Statements, Value};
use crate::{Error, Result};

/// What is sealed and written together.
#[derive(Default)]
pub(super) struct Change(Statements);

impl Change {
    /// The ring as it will be.
    pub fn put_ring(
        &mut self,
        ring: &Ring,
        rekeyed: &Rekeyed,
        root: &Root,
        factor: Option<&Factor>,
    ) -> Result<()> {
        let sealed = ring.seal_with(rekeyed, root).map_err(Error::Random)?;
        let salt = factor.map_or(Value::None, |factor| Value::Bytes(factor.salt.to_vec()));
        self.0.push(
            "INSERT INTO ring (one, generation, sealed, salt) VALUES (1, ?1, ?2, ?3)
             ON CONFLICT (one) DO UPDATE
             SET generation = excluded.generation, sealed = excluded.sealed, salt = excluded.salt",
            [Value::Number(root.generation.into()), Value::Bytes(sealed), salt],
        );
        Ok(())
    }

    pub fn put_bucket(&mut self, id: i64, bucket: &Bucket) -> Result<()> {
        let sealed = bucket.seal(id).map_err(Error::Random)?;
        self.0.push(
            "INSERT INTO bucket (id, sealed) VALUES (?1, ?2)
             ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed",
            [Value::Number(id), Value::Bytes(sealed)],
        );
        Ok(())
    }

    pub fn remove_bucket(&mut self, id: i64) {
        self.0.push("DELETE FROM bucket WHERE id = ?1", [Value::Number(id)]);
    }

    pub fn put_part(&mut self, id: PartId, sealed: Vec<u8>) {
        let values = [Value::Bytes(id.to_vec()), Value::Bytes(sealed)];
        self.0.push("INSERT INTO part (id, sealed) VALUES (?1, ?2)", values);
    }

    pub fn remove_part(&mut self, id: PartId) {
        self.0.push("DELETE FROM part WHERE id = ?1", [Value::Bytes(id.to_vec())]);
    }

    pub fn write_down(&mut self, id: PartId) {
        let values = [Value::Bytes(id.to_vec())];
        self.0.push("INSERT OR IGNORE INTO pending (id) VALUES (?1)", values);
    }

    pub fn forget_what_was_written_down(&mut self) {
        self.0.push("DELETE FROM pending", []);
    }

    /// What a transaction has to do.
    pub fn statements(&self) -> &Statements {
        &self.0
    }

    /// All tables but the ring.
    pub fn empty(&mut self) {
        self.0.push("DELETE FROM part", []);
        self.0.push("DELETE FROM bucket", []);
        self.forget_what_was_written_down();
    }
}
