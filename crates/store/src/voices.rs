//! Enrolled voices: templates of the wake word, each under the name of its word. They are words of the household:
//! sealed, locked with the lists, and gone for good when they are forgotten.

use std::path::{Path, PathBuf};

use crate::error::Doing as _;
use crate::household::{Kind, Voice};
use crate::{Error, Result, Store, folder};

/// Where versions before kept them, as files that nothing sealed.
const BEFORE: &str = "wake";
/// More is no template.
const LARGEST: u64 = 4 * 1024 * 1024;

impl Store {
    /// The enrolled voices: for each name its templates.
    ///
    /// # Errors
    /// [`Error::Locked`] until the passphrase is given, and when the database cannot be read.
    pub async fn voices(&self) -> Result<Vec<(String, Vec<u8>)>> {
        let voices = self.household.voices().await?;
        Ok(voices.into_iter().map(|(_, voice)| (voice.name, voice.templates)).collect())
    }

    /// Keeps a voice under that name, in place of the one before.
    ///
    /// # Errors
    /// [`Error::Locked`] until the passphrase is given, [`Error::Invalid`] for what is no template, and when the
    /// database cannot be written.
    pub async fn put_voice(&self, name: &str, templates: Vec<u8>) -> Result<()> {
        if name.is_empty() || name.len() > 200 || templates.len() as u64 > LARGEST {
            return Err(Error::Invalid("keep the voice: it is no recording of a word".to_owned()));
        }
        let voices = self.household.voices().await?;
        let before = voices.into_iter().find(|(_, voice)| voice.name == name);
        let voice = Voice { name: name.to_owned(), templates };
        self.household.put_voice(before.map(|(id, _)| id), &voice).await?;
        self.voices.send_modify(|changes| *changes += 1);
        Ok(())
    }

    /// Forgets the voice of that name, for good, and says whether there was one.
    ///
    /// # Errors
    /// As [`Store::put_voice`].
    pub async fn forget_voice(&self, name: &str) -> Result<bool> {
        let voices = self.household.voices().await?;
        let ours = voices.into_iter().find(|(_, voice)| voice.name == name);
        let Some((id, _)) = ours else { return Ok(false) };
        self.household.remove(Kind::Voice, &[id]).await?;
        self.voices.send_modify(|changes| *changes += 1);
        Ok(true)
    }

    /// Takes over the files of a version before, and erases them.
    ///
    /// # Errors
    /// When one cannot be read, written or erased; it is tried again by the next start.
    pub(crate) async fn take_over_voices(&self) -> Result<()> {
        let folder = self.folder().join(BEFORE);
        if !folder.is_dir() || self.household.is_locked().await {
            return Ok(());
        }
        for path in templates_in(&folder)? {
            let large = std::fs::metadata(&path).doing("read", &path)?.len() > LARGEST;
            let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
            if !large && !name.is_empty() {
                let templates = std::fs::read(&path).doing("read", &path)?;
                self.put_voice(name, templates).await?;
            }
            folder::erase(&path)?;
        }
        // What else somebody put there is theirs.
        let _ = std::fs::remove_dir(&folder);
        Ok(())
    }
}

fn templates_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let files = folder::entries(folder)?.into_iter().map(|entry| entry.path());
    let of_voices = |path: &PathBuf| {
        path.is_file() && path.extension().is_some_and(|it| it == "rpw" || it == "new")
    };
    Ok(files.filter(of_voices).collect())
}
