//! Opens the database of the household with its key.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use sqlx::SqlitePool;
use zeroize::Zeroizing;

use super::{Household, plain};
use crate::error::Doing as _;
use crate::vault::seal::Key;
use crate::{Error, Result, folder, sqlite};

impl Household {
    /// Opens the database in the folder, making it and its key if there is none.
    pub async fn open(folder: &Path) -> Result<Self> {
        let path = folder.join("household.db");
        let db = sqlite::open(&path).await?;
        let opened = Self::open_with(folder, &path, db.clone()).await;
        if opened.is_err() {
            // Its log would stay behind otherwise.
            db.close().await;
        }
        opened
    }

    async fn open_with(folder: &Path, path: &Path, db: SqlitePool) -> Result<Self> {
        sqlite::migrate(path, &db, sqlx::migrate!("migrations/household")).await?;
        let things: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM thing").fetch_one(&db).await?;
        let key = match read(&folder.join("household.key"))? {
            Some(key) => key,
            // A key that the power cut short has sealed nothing yet.
            None if things == 0 => make(folder)?,
            None => {
                return Err(Error::Folder {
                    path: folder.join("household.key"),
                    reason: "it is missing or damaged, and settings and lists cannot be read \
                             without it; put it back, or remove household.db to begin anew"
                        .to_owned(),
                });
            }
        };
        let household = Self { db, key };
        plain::seal(&household).await?;
        Ok(household)
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

fn make(folder: &Path) -> Result<Key> {
    let key = Key::random().map_err(Error::Random)?;
    let path = folder.join("household.key");
    let mut options = OpenOptions::new();
    let opened = options.write(true).create(true).truncate(true).mode(0o600).open(&path);
    let written = opened.and_then(|mut file| {
        file.write_all(key.bytes())?;
        // What is sealed under it must not outlive it.
        file.sync_all()
    });
    written.doing("write", &path)?;
    folder::sync(folder)?;
    Ok(key)
}
