//! Opening what is sealed, written anew from the description of the format, as an attacker would. It
//! only reads.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use anyhow::Result;
use chacha20poly1305::aead::AeadInOut as _;
use chacha20poly1305::{KeyInit as _, Tag, XChaCha20Poly1305, XNonce};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};
use tempfile::TempDir;

/// A key.
pub type Key = [u8; 32];

/// The id of a part.
pub type Id = [u8; 16];

const NONCE: usize = 24;
const TAG: usize = 16;

/// The piece of a clip that is sealed together.
const PIECE: usize = 16 * 1024 + NONCE + TAG;

/// Something sealed, and what it is bound to.
#[derive(Clone)]
pub struct Ciphertext {
    about: Vec<u8>,
    nonce: XNonce,
    body: Vec<u8>,
    tag: Tag,
}

impl Ciphertext {
    /// From bytes as they are stored; nothing if they are too short.
    pub fn new(about: Vec<u8>, sealed: &[u8]) -> Option<Self> {
        let (nonce, rest) = sealed.split_at_checked(NONCE)?;
        let (body, tag) = rest.split_at_checked(rest.len().checked_sub(TAG)?)?;
        let (nonce, tag) = (nonce.try_into().ok()?, tag.try_into().ok()?);
        Some(Self { about, nonce, body: body.to_vec(), tag })
    }

    /// What is in it, if this is its key.
    pub fn open(&self, key: &Key) -> Option<Vec<u8>> {
        let mut plain = self.body.clone();
        let cipher = XChaCha20Poly1305::new(key.into());
        let body = plain.as_mut_slice().into();
        cipher.decrypt_inout_detached(&self.nonce, &self.about, body, &self.tag).ok()?;
        Some(plain)
    }
}

/// The key of a root from its secret.
pub fn root_key(secret: &[u8]) -> Key {
    let mut hasher = blake3::Hasher::new_derive_key("hark 2026 root of the history");
    hasher.update(secret);
    *hasher.finalize().as_bytes()
}

/// The secret in a slot with its number, if the slot is whole.
pub fn unframe(slot: &[u8]) -> Option<(u32, &[u8])> {
    let (signed, check) = slot.split_at_checked(slot.len().checked_sub(4)?)?;
    let (secret, generation) = signed.split_at_checked(signed.len().checked_sub(4)?)?;
    let hash = blake3::keyed_hash(b"hark: is this slot a whole one? ", signed);
    if hash.as_bytes()[..4] != *check {
        return None;
    }
    Some((u32::from_le_bytes(generation.try_into().ok()?), secret))
}

/// The keys of all roots that stand in these slots.
pub fn root_keys(slots: &[u8], slot: usize) -> Vec<(u32, Key)> {
    let whole = slots.chunks_exact(slot).take(2).filter_map(unframe);
    whole.map(|(generation, secret)| (generation, root_key(secret))).collect()
}

/// Everything sealed that a store had at one moment.
#[derive(Clone, Default)]
pub struct Sealed {
    /// The ring and its generation.
    pub ring: Option<(u32, Ciphertext)>,
    /// Buckets by their number.
    pub buckets: Vec<(i64, Ciphertext)>,
    /// Parts by their id.
    pub parts: Vec<(Id, Ciphertext)>,
    /// The first piece of each clip.
    pub clips: Vec<(Id, Ciphertext)>,
}

impl Sealed {
    /// Reads the files of a store that nobody has open. They are copied first: opening a database
    /// changes it.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn read(folder: &Path) -> Result<Self> {
        let (_copy, mut db) = open_copy(folder).await?;
        let rings: Vec<(i64, Vec<u8>)> =
            sqlx::query_as("SELECT generation, sealed FROM ring").fetch_all(&mut db).await?;
        let buckets: Vec<(i64, Vec<u8>)> =
            sqlx::query_as("SELECT id, sealed FROM bucket").fetch_all(&mut db).await?;
        let parts: Vec<(Vec<u8>, Vec<u8>)> =
            sqlx::query_as("SELECT id, sealed FROM part").fetch_all(&mut db).await?;
        db.close().await?;
        let ring = rings.into_iter().find_map(|(generation, bytes)| {
            let generation = generation as u32;
            let about = [b"hark ring 1".as_slice(), &generation.to_le_bytes()].concat();
            Some((generation, Ciphertext::new(about, &bytes)?))
        });
        let mut sealed = Self { ring, ..Self::default() };
        sealed.buckets.extend(buckets.into_iter().filter_map(|(id, bytes)| {
            let about = [b"hark bucket 1".as_slice(), &id.to_le_bytes()].concat();
            Some((id, Ciphertext::new(about, &bytes)?))
        }));
        sealed.parts.extend(parts.into_iter().filter_map(|(id, bytes)| {
            let about = [b"hark part 1".as_slice(), &id].concat();
            Some((id.try_into().ok()?, Ciphertext::new(about, &bytes)?))
        }));
        for clip in fs::read_dir(folder.join("clips"))? {
            let clip = clip?;
            let bytes = fs::read(clip.path())?;
            let name = u128::from_str_radix(&clip.file_name().to_string_lossy(), 16);
            let (Ok(name), Some(piece)) = (name, bytes.get(..PIECE)) else { continue };
            let id = name.to_be_bytes();
            let about = [b"hark clip 1".as_slice(), &id, &0_u64.to_le_bytes()].concat();
            sealed.clips.extend(Ciphertext::new(about, piece).map(|sealed| (id, sealed)));
        }
        Ok(sealed)
    }
}

/// How many parts a store has written down that are to be deleted.
///
/// # Errors
/// If the database cannot be read.
pub async fn pending(folder: &Path) -> Result<i64> {
    let (_copy, mut db) = open_copy(folder).await?;
    let (count,) = sqlx::query_as("SELECT count(*) FROM pending").fetch_one(&mut db).await?;
    db.close().await?;
    Ok(count)
}

async fn open_copy(folder: &Path) -> Result<(TempDir, SqliteConnection)> {
    let copy = TempDir::new()?;
    let path = copy.path().join("vault.db");
    fs::copy(folder.join("vault.db"), &path)?;
    let log = folder.join("vault.db-wal");
    if log.exists() {
        fs::copy(log, copy.path().join("vault.db-wal"))?;
    }
    let options = SqliteConnectOptions::new().filename(&path);
    let db = options.journal_mode(SqliteJournalMode::Wal).connect().await?;
    Ok((copy, db))
}

/// Keys and what they opened.
#[derive(Default)]
pub struct Attacker {
    buckets: HashMap<i64, Vec<Key>>,
    parts: HashMap<Id, Vec<Key>>,
    clips: HashMap<Id, Vec<Key>>,
    /// Everything that was opened.
    pub plain: Vec<Vec<u8>>,
}

impl Attacker {
    /// Opens all that hangs from these roots, in all that was ever sealed. Each key is tried on what
    /// it could be meant for at any moment, not only at its own.
    pub fn open(roots: &[Key], versions: &[Sealed]) -> Self {
        let mut all = Self::default();
        for version in versions {
            let Some((_, ring)) = &version.ring else { continue };
            for plain in roots.iter().filter_map(|root| ring.open(root)) {
                all.learn_buckets(&plain);
            }
        }
        for (id, bucket) in versions.iter().flat_map(|version| &version.buckets) {
            let keys = all.buckets.get(id).cloned().unwrap_or_default();
            for plain in keys.iter().filter_map(|key| bucket.open(key)) {
                for entry in plain.chunks_exact(48) {
                    let (Ok(id), Ok(key)) = (entry[..16].try_into(), entry[16..].try_into()) else {
                        continue;
                    };
                    learn(&mut all.parts, id, key);
                }
            }
        }
        for (id, part) in versions.iter().flat_map(|version| &version.parts) {
            let keys = all.parts.get(id).cloned().unwrap_or_default();
            for plain in keys.iter().filter_map(|key| part.open(key)) {
                all.learn_clip(*id, &plain);
                all.plain.push(plain);
            }
        }
        for (id, clip) in versions.iter().flat_map(|version| &version.clips) {
            let keys = all.clips.get(id).cloned().unwrap_or_default();
            all.plain.extend(keys.iter().filter_map(|key| clip.open(key)));
        }
        all
    }

    fn learn_buckets(&mut self, ring: &[u8]) {
        let Some((count, entries)) = ring.split_first_chunk() else { return };
        let count = u32::from_le_bytes(*count) as usize;
        for entry in entries.chunks_exact(40).take(count) {
            let (Ok(id), Ok(key)) = (entry[..8].try_into(), entry[8..].try_into()) else {
                continue;
            };
            learn(&mut self.buckets, i64::from_le_bytes(id), key);
        }
    }

    /// The key of a clip stands in the part that tells of it.
    fn learn_clip(&mut self, id: Id, part: &[u8]) {
        let Some((length, text)) = part.split_first_chunk() else { return };
        let text = text.get(..u32::from_le_bytes(*length) as usize).unwrap_or_default();
        let Ok(part) = serde_json::from_slice::<serde_json::Value>(text) else { return };
        let digits = part["sound"]["key"].as_array().into_iter().flatten();
        let key: Vec<u8> = digits.filter_map(|byte| byte.as_u64()?.try_into().ok()).collect();
        if let Ok(key) = key.try_into() {
            learn(&mut self.clips, id, key);
        }
    }

    /// Whether something that was opened has one of these in it.
    pub fn knows(&self, traces: &[Vec<u8>]) -> bool {
        let knows = |trace: &Vec<u8>| {
            self.plain.iter().any(|plain| memchr::memmem::find(plain, trace).is_some())
        };
        traces.iter().any(knows)
    }

    /// Whether it opened a clip.
    pub fn has_sound(&self) -> bool {
        self.plain.iter().any(|plain| plain.starts_with(b"fLaC"))
    }
}

fn learn<T: std::hash::Hash + Eq>(keys: &mut HashMap<T, Vec<Key>>, id: T, key: Key) {
    let known = keys.entry(id).or_default();
    if !known.contains(&key) {
        known.push(key);
    }
}
