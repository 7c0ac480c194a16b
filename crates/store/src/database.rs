//! A database of keys: its transactions, and whether it is known what came of the last one.
//!
//! A commit that fails may be on the card all the same: it is whole there as soon as its last page
//! is, and only then does anything go wrong with making it safe. Nor does reading it back tell: after
//! a write that failed the system's memory may show what the card does not hold (Rebello et al., "Can
//! Applications Recover from fsync Failures?", USENIX ATC 2020). So nothing is built on such a
//! database before it is settled.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use sqlx::SqlitePool;

use crate::blur::blur_at;
use crate::error::Doing as _;
use crate::reserve::Reserve;
use crate::statements::Statements;
use crate::wal::is_log_damaged;
use crate::{Error, Result, folder};

pub(crate) struct Database {
    pub pool: SqlitePool,
    /// The file of its log in the folder.
    log: &'static str,
    folder: PathBuf,
    reserve: Reserve,
    /// Whether the last transaction may be on the card or not.
    pub torn: bool,
}

impl Database {
    pub fn new(pool: SqlitePool, folder: &Path, log: &'static str) -> Self {
        let reserve = Reserve::take(folder);
        Self { pool, log, folder: folder.to_owned(), reserve, torn: false }
    }

    /// The folder that it is in.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Changes all of it or nothing.
    pub async fn write(&mut self, change: &Statements) -> Result<()> {
        // It is set first, because somebody who no longer waits for this does not hear of it either.
        self.torn = true;
        let written = self.transact(change).await;
        self.blur();
        // What a full card does not take has no end, and is taken back for certain.
        if matches!(written, Ok(()) | Err(Error::Full)) {
            self.torn = false;
        }
        written
    }

    async fn transact(&self, change: &Statements) -> Result<()> {
        let mut tx = self.pool.begin().await?;
        change.perform(&mut tx).await?;
        Ok(tx.commit().await?)
    }

    /// Does one statement, on which nothing else depends: without a transaction, because a connection in which a
    /// card breaks within one is of no use any more, not even to read.
    pub async fn write_one(&self, change: &Statements) -> Result<()> {
        let written = change.perform(&mut *self.pool.acquire().await?).await;
        self.blur();
        written
    }

    /// Closes it, which may write to it once more.
    pub async fn close(&self) {
        self.pool.close().await;
        self.blur();
    }

    /// Neither the database nor its log nor their folder tells when it was written to last.
    fn blur(&self) {
        let log = self.log_path();
        blur_at(&log);
        // The log is called as its database, and four letters.
        blur_at(&log.with_extension("db"));
        blur_at(&self.folder);
    }

    /// As [`write`](Self::write), also on a full card.
    pub async fn write_for_certain(&mut self, change: &Statements) -> Result<()> {
        let written = self.write(change).await;
        if self.reserve.makes_room(&written)? { self.write(change).await } else { written }
    }

    /// Makes what is read from now on the only thing that the card holds: all of it is written into
    /// the file itself, whatever stands in the log, and then the log is cut for certain. It stays
    /// `torn` until somebody has looked what that is.
    ///
    /// # Errors
    /// While the card does not take it; then it may hold the one or the other.
    pub async fn settle(&self) -> Result<()> {
        let cut = self.cut_log().await;
        if self.reserve.makes_room(&cut)? { self.cut_log().await } else { cut }?;
        if let Some(log) = self.log()? {
            log.sync_all().doing("write", &self.log_path())?;
        }
        folder::sync(&self.folder)
    }

    /// Whether the log, as the last process left it, is damaged before what was written last.
    pub fn is_log_damaged(&self) -> Result<bool> {
        let Some(log) = self.log()? else { return Ok(false) };
        is_log_damaged(BufReader::new(log)).doing("read", &self.log_path())
    }

    /// The log, if there is one. SQLite has no locks on it that would go when it is closed.
    fn log(&self) -> Result<Option<File>> {
        let path = self.log_path();
        match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            log => log.map(Some).doing("read", &path),
        }
    }

    fn log_path(&self) -> PathBuf {
        self.folder.join(self.log)
    }

    /// Moves the log into the database and cuts it to nothing. The pragma reports a failure only
    /// in its result row, so that row is checked.
    pub async fn cut_log(&self) -> Result<()> {
        let (busy, _, _): (i64, i64, i64) =
            sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&self.pool).await?;
        self.blur();
        if busy == 0 { Ok(()) } else { Err(Error::Busy) }
    }

    /// Takes room on the card again, in case it was given up.
    pub fn renew_reserve(&self) {
        self.reserve.renew();
    }
}
