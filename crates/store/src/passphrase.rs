//! The passphrase: a second factor of the root's key, so that whoever takes the speaker has nothing. After
//! a power cut the history stays locked until somebody gives it.

use voice::PrivateText;

use crate::error::finished;
use crate::index::Index;
use crate::retention::Retention;
use crate::vault::{Factor, Loaded, Seat};
use crate::{Error, Result, Store};

/// A shorter one is soon guessed by whoever has the card.
const SHORTEST: usize = 12;

/// Whether a passphrase guards the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// None does.
    None,
    /// One does, and was given.
    Open,
    /// One does, and was not given since the speaker started: nothing can be shown, and nothing new is
    /// kept.
    Closed,
}

impl Store {
    /// Whether a passphrase guards the history; the receiver sees every change.
    pub fn lock(&self) -> tokio::sync::watch::Receiver<Lock> {
        self.lock.subscribe()
    }

    /// Opens a history that is locked. Guesses are taken one after the other, each of which takes a
    /// moment.
    ///
    /// # Errors
    /// [`Error::Passphrase`] when it is another one, and as [`Store::open`].
    pub async fn unlock(&self, passphrase: &PrivateText) -> Result<()> {
        let _one_at_a_time = self.guesses.lock().await;
        let salt = match &*self.vault.lock().await {
            Seat::Open(_) => return Ok(()),
            Seat::Locked(locked) => locked.salt(),
        };
        let factor = Factor::of(passphrase, salt).await?;
        // It goes on even if nobody waits for it any more, because half of it cannot be taken back.
        let store = self.clone();
        let opened = tokio::spawn(async move { store.unlock_with(factor).await });
        finished("unlock the history", opened).await?
    }

    async fn unlock_with(&self, factor: Factor) -> Result<()> {
        let mut seat = self.vault.lock().await;
        let Seat::Locked(locked) = &mut *seat else { return Ok(()) };
        let (mut vault, loaded) = locked.unlock(factor).await?;
        // What was set meanwhile holds for what was locked.
        let held = self.hold(&mut vault).await;
        self.show_loaded(loaded, vault.caps())?;
        *seat = Seat::Open(Box::new(vault));
        self.lock.send_replace(Lock::Open);
        held
    }

    /// Sets, changes or takes away the passphrase. `current` is the one that guards the history now.
    /// The root is drawn anew, so that the history does not open without the new one any more.
    ///
    /// # Errors
    /// [`Error::Passphrase`] when `current` is another one, [`Error::Locked`] while the history is
    /// locked, [`Error::Invalid`] when the new one is too short or there is nothing to guard.
    pub async fn set_passphrase(
        &self,
        current: Option<&PrivateText>,
        new: Option<&PrivateText>,
    ) -> Result<()> {
        if self.tier == crate::Tier::Memory {
            let why = "set a passphrase: the history is in memory only, and goes with the power";
            return Err(Error::Invalid(why.to_owned()));
        }
        if new.is_some_and(|new| new.expose().trim().chars().count() < SHORTEST) {
            let why =
                format!("set the passphrase: take {SHORTEST} letters or more, a few words do");
            return Err(Error::Invalid(why));
        }
        let _one_at_a_time = self.guesses.lock().await;
        let guards = {
            let mut vault = self.vault().await?;
            vault.settle().await?;
            vault.factor().cloned()
        };
        if let Some(guards) = &guards {
            let given = current.ok_or(Error::Passphrase)?;
            if Factor::of(given, guards.salt).await?.key.bytes() != guards.key.bytes() {
                return Err(Error::Passphrase);
            }
        }
        let factor = match new {
            Some(new) => Some(Factor::new(new).await?),
            None => None,
        };
        let mut vault = self.vault().await?;
        let set = vault.set_factor(factor).await;
        self.lock.send_replace(if vault.factor().is_some() { Lock::Open } else { Lock::None });
        set
    }

    /// What was said of how long things are kept while the vault was closed.
    pub(crate) async fn hold(&self, vault: &mut crate::vault::Vault) -> Result<()> {
        let since = crate::settings::retention_since_ms(&self.household).await?;
        let retention: Retention = self.settings.borrow().retention;
        match since {
            Some(since) => vault.hold(&retention, since).await,
            None => Ok(()),
        }
    }

    /// Adds the decrypted parts of the vault to the index.
    pub(crate) fn show_loaded(&self, loaded: Loaded, caps: &crate::caps::Caps) -> Result<()> {
        {
            let mut found = self.found();
            let log_damaged = found.log_damaged;
            *found = loaded.found;
            found.log_damaged |= log_damaged;
        }
        for (part, plain) in loaded.parts {
            let (written, id, outcome) = crate::content::Written::from_bytes(&plain)?;
            self.show(part, written, id, outcome);
        }
        let index: &mut Index = &mut self.write_index();
        index.restamp(|sound, false_wake, stamp| caps.stamp(sound, false_wake, stamp));
        Ok(())
    }
}
