//! What Hark keeps: the history of turns, which expires, and the household's settings, timers and
//! lists, which do not.
//!
//! The two live in separate databases, so that losing one does not lose the other. Nobody outside
//! sees SQL or file names; nothing here knows a page or a sentence. Times are passed in.

mod agenda;
mod clips;
pub mod clock;
mod erase;
mod error;
mod filter;
mod lists;
mod record;
mod retention;
mod settings;
mod sweep;
mod time;
mod timers;
mod turns;

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use tokio::sync::watch;

pub use agenda::StoredEntry;
pub use erase::Selection;
pub use error::{Error, Result};
pub use filter::{Filter, Page};
pub use lists::StoredList;
pub use record::{ClipInfo, Entry, StoredIntent};
pub use retention::{Keep, Retention};
pub use settings::{Settings, Switch, Switches};
pub use sweep::Swept;
pub use timers::StoredTimer;

/// How long a query waits for another process to finish with the database.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// What the file says about the store; what the household changed later overrides it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// How long things are kept until the household says otherwise.
    pub retention: Retention,
}

/// The store; cheap to clone.
#[derive(Clone)]
pub struct Store {
    history: SqlitePool,
    household: SqlitePool,
    clips: PathBuf,
    settings: std::sync::Arc<watch::Sender<Settings>>,
}

impl Store {
    /// Opens the store in `folder`, making what is missing.
    ///
    /// # Errors
    /// [`Error::Folder`] when the folder cannot be used, [`Error::Damaged`] when a file in it is no
    /// longer a database.
    pub async fn open(folder: &Path, config: &Config) -> Result<Self> {
        let clips = folder.join("clips");
        make_private_folder(folder)?;
        make_private_folder(&clips)?;
        let history = database(&folder.join("history.db")).await?;
        migrate(&folder.join("history.db"), &history, sqlx::migrate!("migrations/history")).await?;
        let household = database(&folder.join("household.db")).await?;
        migrate(&folder.join("household.db"), &household, sqlx::migrate!("migrations/household"))
            .await?;
        let settings = Settings::load(&household, config).await?;
        Ok(Self { history, household, clips, settings: watch::Sender::new(settings).into() })
    }

    /// Waits for what is under way and closes the files.
    pub async fn close(&self) {
        self.history.close().await;
        self.household.close().await;
    }
}

/// One connection a database: SQLite serialises writers anyway, and without a second reader of our
/// own a checkpoint always gets through.
async fn database(path: &Path) -> Result<SqlitePool> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("secure_delete", "ON")
        // Sorting in a file would leave words in the temporary folder.
        .pragma("temp_store", "MEMORY");
    SqlitePoolOptions::new()
        .max_connections(1)
        .connect_with(options)
        .await
        .map_err(|error| damaged_or(path, error))
}

async fn migrate(path: &Path, pool: &SqlitePool, migrator: sqlx::migrate::Migrator) -> Result<()> {
    use sqlx::migrate::MigrateError;
    migrator.run(pool).await.map_err(|error| match error {
        MigrateError::Execute(error) => damaged_or(path, error),
        other => Error::Folder {
            path: path.to_owned(),
            reason: format!("it was written by another version of hark ({other})"),
        },
    })
}

/// SQLite's result codes for a file that is no (longer a) database.
const DAMAGED: [&str; 2] = ["11", "26"];

fn damaged_or(path: &Path, error: sqlx::Error) -> Error {
    match &error {
        sqlx::Error::Database(database)
            if database.code().is_some_and(|code| DAMAGED.contains(&code.as_ref())) =>
        {
            Error::Damaged { path: path.to_owned(), source: error }
        }
        sqlx::Error::Database(database) if database.code().is_some_and(|code| code == "14") => {
            Error::Folder {
                path: path.to_owned(),
                reason: "it cannot be opened; check that it belongs to you".to_owned(),
            }
        }
        _ => error.into(),
    }
}

fn make_private_folder(path: &Path) -> Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    let refused = |error: std::io::Error| Error::Folder {
        path: path.to_owned(),
        reason: format!("{error}; choose another with --data"),
    };
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(refused)?;
    let mut rights = std::fs::metadata(path).map_err(refused)?.permissions();
    if rights.mode() & 0o077 != 0 {
        rights.set_mode(0o700);
        std::fs::set_permissions(path, rights).map_err(refused)?;
    }
    Ok(())
}
