//! Times of files, rounded down so that they do not tell when something was said: to whoever lists a folder, copies it
//! or restores it elsewhere. The file system's own notes of when it made and changed a file cannot be set by anybody;
//! the README says what they tell.

use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Stat, Timespec, Timestamps};

/// To how many seconds: an hour. A program that compares times with those of its copy sees at the next hour that
/// something changed.
const TO_S: i64 = 3600;

/// Rounds the times of a file that is open.
pub(crate) fn blur(file: &File) -> io::Result<()> {
    let found = rustix::fs::fstat(file)?;
    Ok(rustix::fs::futimens(file, &rounded(&found))?)
}

/// The same by its name, so that no lock that SQLite has on it is given up. Whether it can be done makes no difference
/// to what is kept.
pub(crate) fn blur_at(path: &Path) {
    let blurred = rustix::fs::lstat(path).and_then(|found| {
        rustix::fs::utimensat(CWD, path, &rounded(&found), AtFlags::SYMLINK_NOFOLLOW)
    });
    match blurred {
        Ok(()) | Err(rustix::io::Errno::NOENT) => {}
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            tracing::debug!(error, "failed to round the times of a file");
        }
    }
}

fn rounded(found: &Stat) -> Timestamps {
    let down = |seconds: i64| Timespec { tv_sec: seconds - seconds.rem_euclid(TO_S), tv_nsec: 0 };
    Timestamps { last_access: down(found.st_atime), last_modification: down(found.st_mtime) }
}
