//! The wish that all of it is to go, as a file: what a broken card keeps from being done is done by a later start, before
//! anything is shown.

use std::path::{Path, PathBuf};

use crate::folder;
use crate::{Error, Result};

/// The file. It is empty, and there only while the wish is not done.
const NAME: &str = "forget";

pub(super) struct Wish(PathBuf);

impl Wish {
    pub fn of(folder: &Path) -> Self {
        Self(folder.join(NAME))
    }

    /// Writes it down; whether that is on the card makes no difference to what is done now.
    pub fn write(&self) -> bool {
        let is_new = !self.is_there();
        let written = folder::make_private_file(&self.0)
            .and_then(|()| self.0.parent().map_or(Ok(()), folder::sync));
        if let Err(error) = &written {
            let error = error as &dyn std::error::Error;
            tracing::warn!(
                error,
                "failed to write down that everything is to go; trying it at once"
            );
        }
        written.is_ok() || !is_new
    }

    pub fn is_there(&self) -> bool {
        self.0.exists()
    }

    /// It is done: what comes from now on must not go with it.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn fulfil(&self) -> Result<()> {
        folder::erase(&self.0)?;
        self.0.parent().map_or(Ok(()), folder::sync)
    }
}

/// Says of an error in erasing whether it is tried again after a restart.
pub(super) fn or_for_now<T>(erased: Result<T>, is_written_down: bool) -> Result<T> {
    match erased {
        Err(Error::Erase(source)) if !is_written_down => Err(Error::EraseForNow(source)),
        erased => erased,
    }
}
