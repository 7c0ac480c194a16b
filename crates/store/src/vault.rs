//! The vault: the key hierarchy on the disk, and the one way in which anything leaves it, a new root.
//!
//! What is in here knows neither turns nor times; it keeps parts, each under a key of its own.

mod change;
mod factor;
#[doc(hidden)]
pub mod fuzz;
mod keys;
mod load;
mod locked;
mod named;
mod remove;
pub(crate) mod seal;
mod wish;

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use zeroize::Zeroizing;

use self::change::Change;
pub(crate) use self::factor::Factor;
pub(crate) use self::keys::PartId;
use self::keys::{BUCKET_PARTS, Bucket, Rekeyed, Ring};
pub(crate) use self::load::{LoadReport, Loaded, Opened};
pub(crate) use self::locked::{Locked, Seat};
pub(crate) use self::remove::clip_name;
use self::seal::{Key, padded};
use crate::caps::Caps;
use crate::database::Database;
use crate::root::{Doubts, Root, Roots, Slot};
use crate::trace::Trace;
use crate::{Error, Result};

/// A part that is to be kept.
pub(crate) struct NewPart {
    pub id: PartId,
    pub plain: Zeroizing<Vec<u8>>,
}

/// The keys and the database. Whoever changes it holds it alone.
pub(crate) struct Vault {
    database: Database,
    clips: PathBuf,
    roots: Roots,
    slot: Slot,
    root: Root,
    /// What the root is derived from next to its slot.
    factor: Option<Factor>,
    /// The same before it was changed, as long as it is not known whether it was.
    factor_before: Option<Factor>,
    ring: Ring,
    buckets: BTreeMap<i64, Bucket>,
    /// In which bucket the key of a part is.
    places: HashMap<PartId, i64>,
    /// The bucket that is being filled.
    filling: Option<i64>,
    /// Whether an old root may still stand in the other slot, because erasing it failed.
    unerased: bool,
    /// Parts whose removal failed on the way; the next one takes them along.
    owed: Vec<PartId>,
    /// Whether everything is to go, and something failed on the way.
    clearing: bool,
}

impl Vault {
    /// Keeps parts, all of them or none.
    ///
    /// # Errors
    /// Then nobody is shown them; should they be on the card, the next removal takes them.
    pub async fn add(&mut self, parts: &[NewPart]) -> Result<()> {
        self.settle().await?;
        let mut rekeyed = Rekeyed::new();
        let mut changed: BTreeMap<i64, Bucket> = BTreeMap::new();
        let mut filling = self.filling;
        let mut change = Change::default();
        for part in parts {
            let key = Key::random().map_err(Error::Random)?;
            let sealed = key.seal(&about_part(&part.id), &padded(&part.plain));
            change.put_part(part.id, sealed.map_err(Error::Random)?);
            let id = match filling {
                Some(id) => id,
                None => random_number(&self.buckets)?,
            };
            let known = || self.buckets.get(&id).cloned();
            let bucket = match changed.remove(&id).or_else(known) {
                Some(bucket) => bucket,
                None => Bucket::new().map_err(Error::Random)?,
            };
            let bucket = changed.entry(id).or_insert(bucket);
            bucket.parts.insert(part.id, key);
            filling = (bucket.parts.len() < BUCKET_PARTS).then_some(id);
            if !self.buckets.contains_key(&id) {
                rekeyed.insert(id, Some(bucket.key.clone()));
            }
        }
        if !rekeyed.is_empty() {
            change.put_ring(&self.ring, &rekeyed, &self.root, self.factor.as_ref())?;
        }
        for (id, bucket) in &changed {
            change.put_bucket(*id, bucket)?;
        }
        let owed = self.owed.len();
        self.owed.extend(parts.iter().map(|part| part.id));
        let written = self.database.write(change.statements()).await;
        if !self.database.torn {
            self.owed.truncate(owed);
        }
        written?;
        self.places.extend(
            changed
                .iter()
                .flat_map(|(id, bucket)| bucket.parts.keys().map(move |part| (*part, *id))),
        );
        self.ring.rekey(rekeyed);
        self.buckets.extend(changed);
        self.filling = filling;
        Ok(())
    }

    /// Writes what holds for everything that was kept until now.
    pub async fn set_caps(&mut self, caps: Caps) -> Result<()> {
        self.settle().await?;
        let before = std::mem::replace(&mut self.ring.caps, caps);
        let mut change = Change::default();
        let factor = self.factor.as_ref();
        let changed = match change.put_ring(&self.ring, &Rekeyed::new(), &self.root, factor) {
            Ok(()) => self.database.write(change.statements()).await,
            failed => failed,
        };
        if changed.is_err() {
            self.ring.caps = before;
        }
        changed
    }

    /// Writes what holds since `since_ms`, unless that is written already.
    pub async fn hold(&mut self, retention: &crate::Retention, since_ms: i64) -> Result<()> {
        let mut caps = self.ring.caps.clone();
        caps.tighten(retention, since_ms);
        if caps == self.ring.caps { Ok(()) } else { self.set_caps(caps).await }
    }

    /// The shortenings that hold.
    pub fn caps(&self) -> &Caps {
        &self.ring.caps
    }

    /// The passphrase that guards it.
    pub fn factor(&self) -> Option<&Factor> {
        self.factor.as_ref()
    }

    /// How often a root has been drawn.
    pub fn generation(&self) -> u32 {
        self.root.generation
    }

    /// The keys that open these parts, for whoever checks that they are gone.
    pub fn keys_of(&self, parts: &[PartId]) -> Vec<(Trace, Key)> {
        let mut keys = vec![(Trace::Root, self.root.key.clone())];
        for part in parts {
            let bucket = self.places.get(part).and_then(|place| self.buckets.get(place));
            keys.extend(bucket.map(|bucket| (Trace::Bucket, bucket.key.clone())));
            keys.extend(self.key(part).map(|key| (Trace::Part, key.clone())));
        }
        keys
    }

    /// Bytes that tell wherever they are found that the slot of the root still stands there.
    pub fn telling(&self) -> Result<Vec<Zeroizing<Vec<u8>>>> {
        self.roots.telling(self.slot)
    }

    /// What speaks against relying on an erasure.
    pub fn doubts(&self) -> Doubts {
        self.roots.doubts()
    }

    /// Hash of the ring as it is sealed now.
    pub async fn ring_hash(&self) -> Result<[u8; 32]> {
        let (sealed,): (Vec<u8>,) =
            sqlx::query_as("SELECT sealed FROM ring").fetch_one(&self.database.pool).await?;
        Ok(*blake3::hash(&sealed).as_bytes())
    }

    fn key(&self, part: &PartId) -> Option<&Key> {
        self.buckets.get(self.places.get(part)?)?.parts.get(part)
    }
}

fn about_part(id: &PartId) -> Vec<u8> {
    [b"hark part 1".as_slice(), id].concat()
}

/// A random number that is none of these; it tells no order.
fn random_number(taken: &BTreeMap<i64, Bucket>) -> Result<i64> {
    loop {
        let id = seal::random_id().map_err(Error::Random)?;
        let number = i64::from_le_bytes([id[0], id[1], id[2], id[3], id[4], id[5], id[6], 0]);
        if number != 0 && !taken.contains_key(&number) {
            return Ok(number);
        }
    }
}
