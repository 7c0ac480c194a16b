//! Opens SQLite databases, and sorts what goes wrong with that.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{ConnectOptions as _, Connection as _};

use crate::{Error, Result, folder};

/// How long a query waits for another process to finish with the database.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// One connection a database: SQLite serialises writers anyway, and without a second reader a
/// checkpoint always gets through.
pub(crate) async fn open(path: &Path) -> Result<SqlitePool> {
    folder::make_private_file(path)?;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("secure_delete", "ON")
        // Nobody else has the file while it is open, so nobody can keep its log from being cut.
        .locking_mode(SqliteLockingMode::Exclusive)
        // Sorting in a file would leave words in the temporary folder.
        .pragma("temp_store", "MEMORY")
        // A card that is slow for a second is no fault, and its owner has no use for SQL.
        .disable_statement_logging();
    SqlitePoolOptions::new()
        .max_connections(1)
        // SQLite takes a transaction back by itself when the disk is full or broken. The library then
        // still counts it, and would put all later ones inside it, where none is ever committed.
        .after_release(|connection, _| {
            Box::pin(async move {
                connection.ping().await?;
                Ok(!connection.is_in_transaction())
            })
        })
        .connect_with(options)
        .await
        .map_err(|error| damaged_or(path, error))
}

pub(crate) async fn migrate(
    path: &Path,
    pool: &SqlitePool,
    migrator: sqlx::migrate::Migrator,
) -> Result<()> {
    use sqlx::migrate::MigrateError;
    migrator.run(pool).await.map_err(|error| match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => {
            damaged_or(path, error)
        }
        MigrateError::VersionMissing(_) => Error::Folder {
            path: path.to_owned(),
            reason:
                "a newer version of hark has written it; install that version again, or choose \
                     another folder with --data"
                    .to_owned(),
        },
        other => Error::Folder {
            path: path.to_owned(),
            reason: format!("it was written by another version of hark ({other})"),
        },
    })
}

/// SQLite's result codes for a file that is no (longer a) database: it is corrupt or another kind of
/// file, it ends too early, an index is corrupt.
const DAMAGED: [&str; 4] = ["11", "26", "522", "779"];
/// Those for a file that another program has open.
const BUSY: [&str; 2] = ["5", "261"];

pub(crate) fn damaged_or(path: &Path, error: sqlx::Error) -> Error {
    match &error {
        sqlx::Error::Database(database)
            if database.code().is_some_and(|code| DAMAGED.contains(&code.as_ref())) =>
        {
            Error::Damaged { path: path.to_owned(), source: error }
        }
        sqlx::Error::Database(database)
            if database.code().is_some_and(|code| BUSY.contains(&code.as_ref())) =>
        {
            Error::Busy
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
