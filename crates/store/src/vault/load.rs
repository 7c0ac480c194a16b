//! Opening the vault: which root holds, what a power cut left, and what is in the parts.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use futures_util::TryStreamExt as _;
use sqlx::SqlitePool;
use zeroize::Zeroizing;

use super::keys::{Bucket, PartId, Ring};
use super::seal::unpadded;
use super::{Locked, Seat, Vault, about_part, remove};
use crate::passphrase::Factor;
use crate::reserve::Reserve;
use crate::root::{Roots, Slot};
use crate::{Error, Result};

/// What was found when the vault was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// The root is gone, and with it everything that hung from it.
    pub lost: bool,
    /// So many parts were damaged, and have been removed.
    pub damaged: u64,
}

/// What stands in a vault that was opened.
#[derive(Default)]
pub(crate) struct Loaded {
    pub parts: Vec<(PartId, Zeroizing<Vec<u8>>)>,
    pub found: Found,
}

/// A vault that was opened, or is locked.
pub(crate) struct Opened {
    pub seat: Seat,
    pub loaded: Loaded,
}

/// The ring as it stands in the database.
#[derive(sqlx::FromRow)]
pub(super) struct Row {
    pub generation: i64,
    pub sealed: Vec<u8>,
    pub salt: Option<Vec<u8>>,
}

impl Vault {
    /// Closes the database.
    pub async fn close(&self) {
        self.db.close().await;
    }

    /// Opens the vault in that database, finishes what was begun before the power went, and reads
    /// all parts. Nothing is shown of anything before this is done.
    pub async fn open(db: SqlitePool, folder: &Path, roots: Roots) -> Result<Opened> {
        let row: Option<Row> =
            sqlx::query_as("SELECT generation, sealed, salt FROM ring").fetch_optional(&db).await?;
        let Some(row) = row else {
            return Self::begin(db, folder, roots, 0).await?.load(false).await;
        };
        let roots = match row.salt.as_deref().map(<[u8; 16]>::try_from) {
            Some(Ok(salt)) if roots.has(row.generation)? => {
                let locked = Locked::new(db, folder, roots, row, salt);
                return Ok(Opened { seat: Seat::Locked(locked), loaded: Loaded::default() });
            }
            Some(_) => roots,
            None => match Self::with_ring(&db, folder, roots, &row, None)? {
                Ok(vault) => return vault.load(false).await,
                Err(roots) => roots,
            },
        };
        Self::begin(db, folder, roots, row.generation as u32).await?.load(true).await
    }

    async fn load(self, lost: bool) -> Result<Opened> {
        let (vault, loaded) = self.loaded(lost).await?;
        Ok(Opened { seat: Seat::Open(Box::new(vault)), loaded })
    }

    /// Finishes what was begun, and reads all parts.
    pub(super) async fn loaded(mut self, lost: bool) -> Result<(Self, Loaded)> {
        let vault = &mut self;
        vault.finish_erasing()?;
        let damaged_buckets = vault.read_buckets().await?;
        vault.finish_pending().await?;
        let mut loaded = vault.read_parts().await?;
        loaded.found.lost = lost;
        loaded.found.damaged += damaged_buckets;
        vault.remove_orphans(&loaded)?;
        Ok((self, loaded))
    }

    /// The vault whose ring this is, or the roots back if none of them opens it.
    pub(super) fn with_ring(
        db: &SqlitePool,
        folder: &Path,
        roots: Roots,
        row: &Row,
        factor: Option<&Factor>,
    ) -> Result<std::result::Result<Self, Roots>> {
        for slot in Slot::BOTH {
            let Some(root) = roots.read(slot, factor)? else { continue };
            if i64::from(root.generation) != row.generation {
                continue;
            }
            let Some(ring) = Ring::open(&root, &row.sealed) else { continue };
            return Ok(Ok(Self {
                db: db.clone(),
                clips: folder.join("clips"),
                reserve: Reserve::take(folder),
                roots,
                slot,
                root,
                factor: factor.cloned(),
                ring,
                buckets: BTreeMap::new(),
                places: HashMap::new(),
                filling: None,
                // Whatever is in the other slot is a root that was given up, or never used.
                unerased: true,
                owed: Vec::new(),
            }));
        }
        Ok(Err(roots))
    }

    /// An empty vault: what was in the tables before is noise.
    pub(super) async fn begin(
        db: SqlitePool,
        folder: &Path,
        mut roots: Roots,
        before: u32,
    ) -> Result<Self> {
        for slot in Slot::BOTH {
            roots.erase(slot)?;
        }
        let slot = Slot::First;
        let root = roots.write(slot, before.wrapping_add(1), None)?;
        let mut vault = Self {
            db,
            clips: folder.join("clips"),
            reserve: Reserve::take(folder),
            roots,
            slot,
            root,
            factor: None,
            ring: Ring::default(),
            buckets: BTreeMap::new(),
            places: HashMap::new(),
            filling: None,
            unerased: false,
            owed: Vec::new(),
        };
        vault.empty_tables().await?;
        vault.remove_all_clips()?;
        vault.truncate_log().await?;
        Ok(vault)
    }

    /// Opens all buckets; says how many parts are lost because theirs cannot be opened.
    async fn read_buckets(&mut self) -> Result<u64> {
        let rows: Vec<(i64, Vec<u8>)> =
            sqlx::query_as("SELECT id, sealed FROM bucket").fetch_all(&self.db).await?;
        for (id, sealed) in rows {
            let key = self.ring.keys.get(&id);
            let Some(bucket) = key.and_then(|key| Bucket::open(key, id, &sealed)) else { continue };
            self.places.extend(bucket.parts.keys().map(|part| (*part, id)));
            self.buckets.insert(id, bucket);
        }
        let broken: Vec<i64> =
            self.ring.keys.keys().filter(|id| !self.buckets.contains_key(id)).copied().collect();
        for id in &broken {
            self.ring.keys.remove(id);
        }
        Ok(broken.len() as u64)
    }

    async fn finish_pending(&mut self) -> Result<()> {
        let rows: Vec<(Vec<u8>,)> =
            sqlx::query_as("SELECT id FROM pending").fetch_all(&self.db).await?;
        let pending: Vec<PartId> =
            rows.into_iter().filter_map(|(id,)| id.try_into().ok()).collect();
        if pending.is_empty() {
            return Ok(());
        }
        tracing::info!(parts = pending.len(), "finishing a deletion that was interrupted");
        self.remove_pending(&pending).await?;
        self.tidy(&pending).await
    }

    /// Opens all parts, and removes those that nothing opens.
    async fn read_parts(&mut self) -> Result<Loaded> {
        let mut loaded = Loaded::default();
        let mut orphans: Vec<PartId> = Vec::new();
        {
            let mut rows = sqlx::query_as::<_, (Vec<u8>, Vec<u8>)>("SELECT id, sealed FROM part")
                .fetch(&self.db);
            while let Some((id, sealed)) = rows.try_next().await? {
                let Ok(id) = PartId::try_from(id) else { continue };
                let opened = self.key(&id).and_then(|key| key.open(&about_part(&id), &sealed));
                match opened.as_deref().and_then(|plain| unpadded(plain)) {
                    Some(plain) => loaded.parts.push((id, Zeroizing::new(plain.to_vec()))),
                    None => orphans.push(id),
                }
            }
        }
        let there: std::collections::HashSet<PartId> =
            loaded.parts.iter().map(|(id, _)| *id).collect();
        // Keys without a part, too: a key that opens nothing is only a risk.
        orphans.extend(self.places.keys().filter(|id| !there.contains(*id)));
        if !orphans.is_empty() {
            loaded.found.damaged = orphans.len() as u64;
            self.remove(&orphans).await?;
        }
        Ok(loaded)
    }

    /// Removes files that belong to no part.
    fn remove_orphans(&self, loaded: &Loaded) -> Result<()> {
        let names: std::collections::HashSet<String> =
            loaded.parts.iter().map(|(id, _)| remove::clip_name(id)).collect();
        let mut any = false;
        for file in std::fs::read_dir(&self.clips).map_err(Error::Clip)? {
            let file = file.map_err(Error::Clip)?;
            if !names.contains(&*file.file_name().to_string_lossy()) {
                tracing::info!("removing a clip that belongs to no turn");
                std::fs::remove_file(file.path()).map_err(Error::Clip)?;
                any = true;
            }
        }
        if any { self.sync_clips() } else { Ok(()) }
    }
}
