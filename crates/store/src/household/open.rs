//! Opens the database of the household with its root, and takes over what an earlier version kept under a key that
//! stood in a file and stayed for ever.

use std::io;
use std::path::Path;

use sqlx::SqlitePool;
use tokio::sync::Mutex;
use zeroize::Zeroizing;

use super::held::Held;
use super::ring::Ring;
use super::rows::{by_root, put_ring, sealed_ring};
use super::seat::Seat;
use super::{Household, Kind, about, plain};
use crate::database::Database;
use crate::root::{HOUSEHOLD, Roots, Slot, place_of_household};
use crate::statements::{Statements, Value};
use crate::things::Thing;
use crate::vault::seal::{Key, padded, unpadded};
use crate::{Config, Error, Result, folder, sqlite};

/// The file of its log.
const LOG: &str = "household.db-wal";
/// The key of earlier versions.
const OLD_KEY: &str = "household.key";

impl Household {
    /// Opens the database in the folder, making it and its root if there is none.
    pub async fn open(folder: &Path, config: &Config) -> Result<Self> {
        let path = folder.join("household.db");
        let db = sqlite::open(&path).await?;
        let opened = Self::open_with(folder, &path, db.clone(), config).await;
        if opened.is_err() {
            // Its log would stay behind otherwise.
            db.close().await;
        }
        opened
    }

    async fn open_with(
        folder: &Path,
        path: &Path,
        db: SqlitePool,
        config: &Config,
    ) -> Result<Self> {
        sqlite::migrate(path, &db, sqlx::migrate!("migrations/household")).await?;
        let roots = Roots::of_household(config, folder)?;
        let doubts = roots.doubts();
        let database = Database::new(db, folder, LOG);
        let mut slots = Slot::BOTH.into_iter().map(|slot| roots.read(slot, None));
        let both = slots.try_fold(true, |all, slot| Ok::<_, Error>(all && slot?.is_some()))?;
        // What the last process wrote may be in the system's memory only, if the card failed then.
        match database.settle().await {
            // A full card does not keep the speaker from starting, unless a root has to go.
            Err(Error::Full) if !both => {}
            settled => settled?,
        }
        let seat = match sealed_ring(&database.pool).await? {
            Some(sealed) => {
                let mut seat = named(folder, config, (database, roots), &sealed).await?;
                seat.finish_erasing()?;
                // Nothing hangs from what is in there any more.
                if let Some(mut before) = Roots::of_household_before(config, folder)? {
                    Slot::BOTH.into_iter().try_for_each(|slot| before.erase(slot))?;
                    folder::erase(&folder.join(HOUSEHOLD))?;
                }
                seat
            }
            None => begin(folder, database, roots).await?,
        };
        // It has sealed nothing any more since the ring stands there.
        folder::erase(&folder.join(OLD_KEY))?;
        let household = Self { seat: Mutex::new(seat), doubts };
        plain::seal(&household).await?;
        Ok(household)
    }
}

/// The seat with the root that opens this ring. A root that stands in a file though its place is a partition by now
/// is drawn anew in there.
async fn named(
    folder: &Path,
    config: &Config,
    (database, roots): (Database, Roots),
    sealed: &[u8],
) -> Result<Seat> {
    let (held, tried) = (Held::default(), Vec::new());
    if let Some((slot, root, ring)) = by_root(&roots, sealed)? {
        return Ok(Seat { database, roots, slot, root, ring, unerased: true, tried, held });
    }
    let place = place_of_household(config)?.map_or_else(|| folder.join(HOUSEHOLD), Path::to_owned);
    let before = Roots::of_household_before(config, folder)?;
    let before = before.map(|before| by_root(&before, sealed)).transpose()?.flatten();
    let Some((_, root, ring)) = before else { return Err(missing(&place)) };
    let slot = Slot::Second;
    let mut seat = Seat { database, roots, slot, root, ring, unerased: true, tried, held };
    seat.renew_all().await?;
    Ok(seat)
}

/// A first root, from which hangs what is there already.
async fn begin(folder: &Path, database: Database, mut roots: Roots) -> Result<Seat> {
    let rows: Vec<(i64, i64, Vec<u8>)> =
        sqlx::query_as("SELECT kind, id, sealed FROM thing").fetch_all(&database.pool).await?;
    let key = read(&folder.join(OLD_KEY))?;
    if key.is_none() && !rows.is_empty() {
        return Err(missing(&folder.join(OLD_KEY)));
    }
    // What stands in the slots is a root that the power cut short; nothing hangs from it.
    for slot in Slot::BOTH {
        roots.erase(slot)?;
    }
    let ring = Ring::new().map_err(Error::Random)?;
    let root = roots.write(Slot::First, 1, None)?;
    let mut statements = Statements::default();
    for (number, id, sealed) in rows {
        let Some((kind, key)) = Kind::of(number).zip(key.as_ref()) else { continue };
        let Some(plain) = key.open(&about(kind, id), &sealed) else { continue };
        for (kind, plain) in halves(kind, plain) {
            let sealed = ring.key(kind)?.seal(&about(kind, id), &plain).map_err(Error::Random)?;
            statements.push(
                "INSERT INTO thing (kind, id, sealed) VALUES (?1, ?2, ?3)
                 ON CONFLICT (kind, id) DO UPDATE SET sealed = excluded.sealed",
                [Value::Number(kind as i64), Value::Number(id), Value::Bytes(sealed)],
            );
        }
    }
    put_ring(&ring, &root, &mut statements)?;
    let (held, tried) = (Held::default(), Vec::new());
    let slot = Slot::First;
    let mut seat = Seat { database, roots, slot, root, ring, unerased: false, tried, held };
    seat.database.write_for_certain(&statements).await?;
    seat.database.cut_log().await?;
    Ok(seat)
}

/// A timer or an entry as it was kept in one, in its two halves; anything else as it is.
fn halves(kind: Kind, plain: Zeroizing<Vec<u8>>) -> Vec<(Kind, Zeroizing<Vec<u8>>)> {
    let thing = match kind {
        Kind::Timer => Thing::Timer,
        Kind::Entry => Thing::Entry,
        _ => return vec![(kind, plain)],
    };
    let fields = unpadded(&plain).and_then(|plain| serde_json::from_slice(plain).ok());
    let Some(fields) = fields else { return vec![(kind, plain)] };
    let (due, words) = thing.split(fields);
    let bytes = |fields| serde_json::to_vec(&fields).map(|bytes| padded(&Zeroizing::new(bytes)));
    thing
        .kinds()
        .into_iter()
        .zip([bytes(due), bytes(words)])
        .filter_map(|(kind, it)| Some((kind, it.ok()?)))
        .collect()
}

fn missing(path: &Path) -> Error {
    Error::Folder {
        path: path.to_owned(),
        reason: "it is missing or damaged, and settings and lists cannot be read without it; put it back, or \
                 remove household.db to begin anew"
            .to_owned(),
    }
}

fn read(path: &Path) -> Result<Option<Key>> {
    match std::fs::read(path).map(Zeroizing::new) {
        Ok(bytes) => Ok(Key::from_bytes(&bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::Folder {
            path: path.to_owned(),
            reason: format!("{error}; check that it belongs to you"),
        }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Store;

    /// A household that an earlier version sealed under a key which stayed: it opens, and its key is gone.
    #[tokio::test]
    async fn what_hung_from_a_key_in_a_file_hangs_from_a_root() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("data");
        let config = Config::default();
        Store::open(&folder, &config).await.unwrap().close().await;
        let key = Key::random().unwrap();
        let db = sqlite::open(&folder.join("household.db")).await.unwrap();
        sqlx::query("DELETE FROM keyring").execute(&db).await.unwrap();
        sqlx::query("DELETE FROM thing").execute(&db).await.unwrap();
        for (kind, id, thing) in [
            (Kind::List, 2, json!({"name": "groceries"})),
            (Kind::Item, 5, json!({"list": 2, "text": "rhubarb", "position": 1})),
            (Kind::Timer, 3, json!({"name": "eggs", "due_ms": 7})),
            (Kind::Entry, 4, json!({"label": "dentist", "steps": "[]", "next_ms": 8})),
        ] {
            let plain = padded(&serde_json::to_vec(&thing).unwrap());
            let sealed = key.seal(&about(kind, id), &plain).unwrap();
            let insert = "INSERT INTO thing (kind, id, sealed) VALUES (?1, ?2, ?3)";
            let insert = sqlx::query(insert).bind(kind as i64).bind(id).bind(sealed);
            insert.execute(&db).await.unwrap();
        }
        db.close().await;
        std::fs::write(folder.join(OLD_KEY), key.bytes()).unwrap();
        for _ in 0..2 {
            let store = Store::open(&folder, &config).await.unwrap();
            assert!(!folder.join(OLD_KEY).exists());
            assert_eq!(store.lists().await.unwrap()[0].items, [(5, "rhubarb".to_owned())]);
            let timers: Vec<(i64, serde_json::Value)> = store.things(Thing::Timer).await.unwrap();
            assert_eq!(timers, [(3, json!({"name": "eggs", "due_ms": 7}))]);
            let entries: Vec<(i64, serde_json::Value)> = store.things(Thing::Entry).await.unwrap();
            assert_eq!(entries[0].1["label"], "dentist");
            store.close().await;
        }
    }
}
