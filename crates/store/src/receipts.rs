//! Receipts: that something was erased, and nothing about what it was.
//!
//! A receipt proves that the root was drawn anew, not that nobody made a copy before.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use crate::household::Kind;
use crate::{Result, Store, time};

/// How long a receipt is kept; the next deletion after that takes it away.
const KEPT: Duration = Duration::from_secs(90 * 24 * 3600);
const DAY_MS: i64 = 24 * 3600 * 1000;

/// A deletion that was finished.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Its day, UTC, counted from 1970-01-01.
    pub day: i64,
    /// How many parts of turns went; words and sound of a turn are two.
    pub parts: u64,
    /// Numbers of the roots before and after.
    pub roots: (u32, u32),
    /// Hash of the ring of keys as it was sealed under the new root.
    pub ring: Vec<u8>,
    /// Hash of all this and of the receipt before.
    pub link: Vec<u8>,
}

impl Receipt {
    fn linked(mut self, before: &[u8]) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("hark 2026 chain of receipts");
        hasher.update(before);
        hasher.update(&self.day.to_le_bytes());
        hasher.update(&self.parts.to_le_bytes());
        hasher.update(&self.roots.0.to_le_bytes());
        hasher.update(&self.roots.1.to_le_bytes());
        hasher.update(&self.ring);
        self.link = hasher.finalize().as_bytes().to_vec();
        self
    }
}

/// Whether each receipt follows from the one before; the first may follow from one that expired.
pub fn are_whole(receipts: &[Receipt]) -> bool {
    receipts.windows(2).all(|pair| pair[1].clone().linked(&pair[0].link) == pair[1])
}

impl Store {
    /// The receipts that are kept, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn receipts(&self) -> Result<Vec<Receipt>> {
        let all: Vec<(i64, Receipt)> = self.household.all(Kind::Receipt).await?;
        Ok(all.into_iter().map(|(_, receipt)| receipt).collect())
    }

    /// Writes down that `parts` were erased. That it was erased does not depend on it, so that a
    /// failure is only logged.
    pub(crate) async fn write_receipt(
        &self,
        parts: u64,
        roots: (u32, u32),
        ring: [u8; 32],
        now: SystemTime,
    ) {
        let now_ms = time::to_ms(self.at(now).time);
        // No transaction: a card that breaks within one would take the settings along. Whoever erases
        // holds the vault, so that nobody writes a receipt in between.
        let written = async {
            let [_, newest] = self.household.ends::<Receipt>(Kind::Receipt).await?;
            let before = newest.map(|(_, receipt)| receipt.link);
            let receipt = Receipt {
                day: now_ms.div_euclid(DAY_MS),
                parts,
                roots,
                ring: ring.to_vec(),
                link: Vec::new(),
            };
            let receipt = receipt.linked(&before.unwrap_or_default());
            self.household.put(Kind::Receipt, None, &receipt).await?;
            let oldest = (now_ms - KEPT.as_millis() as i64).div_euclid(DAY_MS);
            while let [Some((id, receipt)), _] =
                self.household.ends::<Receipt>(Kind::Receipt).await?
                && receipt.day < oldest
            {
                self.household.remove(Kind::Receipt, &[id]).await?;
            }
            Result::<(), crate::Error>::Ok(())
        };
        if let Err(error) = written.await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(
                error,
                "failed to write a receipt; what was deleted is gone all the same"
            );
        }
    }
}
