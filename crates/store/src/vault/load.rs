//! Opens the vault: which root holds, what a power cut left, and what is in the parts.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use futures_util::TryStreamExt as _;
use sqlx::SqlitePool;
use zeroize::Zeroizing;

use super::factor::Factor;
use super::keys::{Bucket, PartId};
use super::named::{Named, Row};
use super::seal::unpadded;
use super::wish::Wish;
use super::{Locked, Seat, Vault, about_part, remove};
use crate::database::Database;
use crate::error::Doing as _;
use crate::root::{Roots, Slot};
use crate::{Error, Result, folder};

/// The file of its log.
const LOG: &str = "vault.db-wal";

/// What was found when the vault was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LoadReport {
    /// The root is gone, and with it everything that hung from it.
    pub lost: bool,
    /// So many parts were damaged, and have been removed.
    pub damaged: u64,
    /// What was written last may be missing.
    pub log_damaged: bool,
}

/// What stands in a vault that was opened.
#[derive(Default)]
pub(crate) struct Loaded {
    pub parts: Vec<(PartId, Zeroizing<Vec<u8>>)>,
    pub found: LoadReport,
}

/// A vault that was opened, or is locked.
pub(crate) struct Opened {
    pub seat: Seat,
    pub loaded: Loaded,
}

impl Vault {
    /// Closes the database.
    pub async fn close(&self) {
        self.database.close().await;
    }

    /// Opens the vault in that database, finishes what was begun before the power went, and reads
    /// all parts. Nothing is shown of anything before this is done.
    pub async fn open(db: SqlitePool, folder: &Path, mut roots: Roots) -> Result<Opened> {
        let database = Database::new(db, folder, LOG);
        let log_damaged = database.is_log_damaged()?;
        let is_there = |slot| Ok::<_, Error>(roots.read(slot, None)?.is_some());
        let both = is_there(Slot::First)? && is_there(Slot::Second)?;
        // What the last process wrote may be in the system's memory only, if the card failed then.
        match database.settle().await {
            // A full card does not keep the speaker from starting, unless a root has to go.
            Err(Error::Full) if !both => {}
            settled => settled?,
        }
        let row = Row::read(&database.pool).await?;
        let named = match &row {
            Some(row) => match (row.salt.as_deref().map(<[u8; 16]>::try_from), row.number()) {
                (Some(Ok(salt)), number) if roots.has(number)? => {
                    let mut locked = Locked::new(database, folder, roots, number, salt);
                    if Wish::of(folder).is_there() {
                        let seat = Seat::Open(Box::new(locked.clear().await?));
                        return Ok(Opened { seat, loaded: Loaded::default() });
                    }
                    let found = LoadReport { log_damaged, ..LoadReport::default() };
                    let loaded = Loaded { found, ..Loaded::default() };
                    return Ok(Opened { seat: Seat::Locked(locked), loaded });
                }
                (Some(_), _) => None,
                (None, _) => Named::by(&roots, row, None)?,
            },
            None => None,
        };
        let is_new = named.is_none();
        let named = if let Some(named) = named {
            named
        } else {
            Named::anew(&mut roots, row.as_ref().map_or(0, Row::number))?
        };
        let mut vault = Self::of(database, folder, roots, named, None);
        if Wish::of(folder).is_there() {
            // A card that still refuses shows nothing of it all the same: whatever is done next tries it first.
            if let Err(error) = vault.clear().await {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(
                    error,
                    "failed to erase everything, as was asked; it is tried again"
                );
            }
            let seat = Seat::Open(Box::new(vault));
            return Ok(Opened { seat, loaded: Loaded::default() });
        }
        if is_new {
            vault.empty().await?;
        }
        let (vault, mut loaded) = vault.load().await?;
        loaded.found.lost = is_new && row.is_some();
        loaded.found.log_damaged = log_damaged;
        Ok(Opened { seat: Seat::Open(Box::new(vault)), loaded })
    }

    /// What hangs from that root; nothing of it is read yet.
    pub(super) fn of(
        database: Database,
        folder: &Path,
        roots: Roots,
        Named { slot, root, ring }: Named,
        factor: Option<Factor>,
    ) -> Self {
        Self {
            database,
            clips: folder.join("clips"),
            roots,
            slot,
            root,
            factor,
            factor_before: None,
            ring,
            buckets: BTreeMap::new(),
            places: HashMap::new(),
            filling: None,
            // Whatever is in the other slot is a root that was given up, or never used.
            unerased: true,
            owed: Vec::new(),
            clearing: false,
        }
    }

    /// Takes away what was in the tables before: without its root it is noise.
    pub(super) async fn empty(&mut self) -> Result<()> {
        self.empty_tables().await?;
        self.remove_all_clips()?;
        self.database.cut_log().await
    }

    /// Finishes what was begun before the power went, and reads all parts.
    pub(super) async fn load(mut self) -> Result<(Self, Loaded)> {
        self.finish_erasing()?;
        let damaged_buckets = self.read_buckets().await?;
        self.finish_pending().await?;
        let mut loaded = self.read_parts().await?;
        loaded.found.damaged += damaged_buckets;
        self.remove_orphans(&loaded)?;
        Ok((self, loaded))
    }

    /// Opens all buckets; says how many parts are lost because theirs cannot be opened.
    pub(super) async fn read_buckets(&mut self) -> Result<u64> {
        let rows: Vec<(i64, Vec<u8>)> =
            sqlx::query_as("SELECT id, sealed FROM bucket").fetch_all(&self.database.pool).await?;
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
            sqlx::query_as("SELECT id FROM pending").fetch_all(&self.database.pool).await?;
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
                .fetch(&self.database.pool);
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
        for file in folder::entries(&self.clips)? {
            if !names.contains(&*file.file_name().to_string_lossy()) {
                tracing::info!("removing a clip that belongs to no turn");
                std::fs::remove_file(file.path()).doing("remove", &file.path())?;
                any = true;
            }
        }
        if any { self.sync_clips() } else { Ok(()) }
    }
}
