//! The keys between the root and the parts: a ring of buckets, each with the keys of a few parts.

use std::collections::{BTreeMap, HashMap};
use std::io;

use zeroize::Zeroizing;

use super::seal::{KEY_BYTES, Key};
use crate::caps::Caps;
use crate::root::Root;

/// The id of a part: random, and never used again.
pub(crate) type PartId = [u8; 16];

/// Parts of which the keys are sealed together. A deletion seals the keys of its bucket anew, so few
/// are cheap to delete from; many make the ring short.
pub(super) const BUCKET_PARTS: usize = 64;

/// The keys of some parts.
#[derive(Clone)]
pub(super) struct Bucket {
    pub key: Key,
    pub parts: HashMap<PartId, Key>,
}

impl Bucket {
    pub fn new() -> io::Result<Self> {
        Ok(Self { key: Key::random()?, parts: HashMap::new() })
    }

    pub fn seal(&self, id: i64) -> io::Result<Vec<u8>> {
        let room = self.parts.len() * (16 + KEY_BYTES);
        let mut plain = Zeroizing::new(Vec::with_capacity(room));
        for (part, key) in &self.parts {
            plain.extend_from_slice(part);
            plain.extend_from_slice(key.bytes());
        }
        self.key.seal(&about_bucket(id), &plain)
    }

    pub fn open(key: &Key, id: i64, sealed: &[u8]) -> Option<Self> {
        let plain = key.open(&about_bucket(id), sealed)?;
        let entries = plain.chunks_exact(16 + KEY_BYTES);
        if !entries.remainder().is_empty() {
            return None;
        }
        let parts = entries
            .map(|entry| {
                let (part, key) = entry.split_at(16);
                Some((part.try_into().ok()?, Key::from_bytes(key)?))
            })
            .collect::<Option<_>>()?;
        Some(Self { key: key.clone(), parts })
    }
}

pub(super) fn about_bucket(id: i64) -> Vec<u8> {
    [b"hark bucket 1".as_slice(), &id.to_le_bytes()].concat()
}

/// What is sealed under the root.
#[derive(Default)]
pub(super) struct Ring {
    pub keys: BTreeMap<i64, Key>,
    pub caps: Caps,
}

/// Buckets that get another key, or none any more.
pub(super) type Rekeyed = BTreeMap<i64, Option<Key>>;

impl Ring {
    /// As it will be with other keys of some buckets. There may be thousands of keys, so that no
    /// copy is made of those that stay.
    pub fn seal_with(&self, rekeyed: &Rekeyed, root: &Root) -> io::Result<Vec<u8>> {
        let stays = self.keys.iter().filter(|(id, _)| !rekeyed.contains_key(id));
        let comes = rekeyed.iter().filter_map(|(id, key)| Some((id, key.as_ref()?)));
        let caps = self.caps.to_bytes();
        let room = 4 + (self.keys.len() + rekeyed.len()) * (8 + KEY_BYTES) + caps.len();
        let mut plain = Zeroizing::new(Vec::with_capacity(room));
        let mut count = 0_u32;
        plain.extend_from_slice(&count.to_le_bytes());
        for (id, key) in stays.chain(comes) {
            plain.extend_from_slice(&id.to_le_bytes());
            plain.extend_from_slice(key.bytes());
            count += 1;
        }
        plain[..4].copy_from_slice(&count.to_le_bytes());
        plain.extend_from_slice(&caps);
        root.key.seal(&about_ring(root.generation), &plain)
    }

    pub fn rekey(&mut self, rekeyed: Rekeyed) {
        for (id, key) in rekeyed {
            match key {
                Some(key) => self.keys.insert(id, key),
                None => self.keys.remove(&id),
            };
        }
    }

    pub fn open(root: &Root, sealed: &[u8]) -> Option<Self> {
        let plain = root.key.open(&about_ring(root.generation), sealed)?;
        let (count, rest) = plain.split_at_checked(4)?;
        let count = u32::from_le_bytes(count.try_into().ok()?) as usize;
        let (keys, caps) = rest.split_at_checked(count.checked_mul(8 + KEY_BYTES)?)?;
        let keys = keys
            .chunks_exact(8 + KEY_BYTES)
            .map(|entry| {
                let (id, key) = entry.split_at(8);
                Some((i64::from_le_bytes(id.try_into().ok()?), Key::from_bytes(key)?))
            })
            .collect::<Option<_>>()?;
        Some(Self { keys, caps: Caps::from_bytes(caps)? })
    }
}

pub(super) fn about_ring(generation: u32) -> Vec<u8> {
    [b"hark ring 1".as_slice(), &generation.to_le_bytes()].concat()
}
