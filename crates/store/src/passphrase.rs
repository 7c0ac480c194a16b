//! The passphrase: a second factor of the keys of history and household, so that whoever takes the speaker reads
//! nothing. After a power cut both stay locked until somebody gives it.

use voice::PrivateText;

use crate::error::finished;
use crate::index::Index;
use crate::retention::Retention;
use crate::vault::{Factor, Loaded, Seat};
use crate::{Error, Result, Store};

/// A shorter one is soon guessed by whoever has the card.
const SHORTEST: usize = 12;

/// Whether a passphrase guards what is kept.
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

    /// Opens what is locked: the history, and the words of the household. Guesses are taken one after the other,
    /// each of which takes a moment.
    ///
    /// # Errors
    /// [`Error::Passphrase`] when it is another one, and as [`Store::open`].
    pub async fn unlock(&self, passphrase: &PrivateText) -> Result<()> {
        let _one_at_a_time = self.guesses.lock().await;
        let mut salts = match &*self.vault.lock().await {
            Seat::Open(_) => Vec::new(),
            Seat::Locked(locked) => vec![locked.salt()],
        };
        if self.household.is_locked().await {
            salts.extend(self.household.salts().await);
        }
        salts.sort_unstable();
        salts.dedup();
        let mut opened = salts.is_empty();
        for salt in salts {
            let factor = Factor::of(passphrase, salt).await?;
            // It goes on even if nobody waits for it any more, because half of it cannot be taken back.
            let store = self.clone();
            let unlocked = tokio::spawn(async move { store.unlock_with(factor).await });
            opened |= finished("unlock the history", unlocked).await??;
        }
        if opened { Ok(()) } else { Err(Error::Passphrase) }
    }

    /// Whether that opened anything.
    async fn unlock_with(&self, factor: Factor) -> Result<bool> {
        let mut seat = self.vault.lock().await;
        let mut opened = false;
        if let Seat::Locked(locked) = &mut *seat
            && locked.salt() == factor.salt
        {
            match locked.unlock(factor.clone()).await {
                Ok((mut vault, loaded)) => {
                    // What was set meanwhile holds for what was locked.
                    self.hold(&mut vault).await?;
                    self.show_loaded(loaded, vault.caps())?;
                    *seat = Seat::Open(Box::new(vault));
                    opened = true;
                }
                Err(Error::Passphrase) => {}
                Err(error) => return Err(error),
            }
        }
        opened |= self.household.unlock(&factor).await?;
        if let Seat::Open(vault) = &mut *seat
            && opened
            && !self.household.is_locked().await
        {
            // A power cut, or damage to one of the two, may have left them under different ones.
            match vault.factor().cloned() {
                None => vault.set_factor(Some(factor)).await?,
                Some(ours) if self.household.salts().await != [ours.salt] => {
                    self.household.guard(vec![ours]).await?;
                }
                Some(_) => {}
            }
        }
        self.say_lock(&seat).await;
        drop(seat);
        self.take_over_voices().await?;
        if opened {
            self.voices.send_modify(|changes| *changes += 1);
        }
        Ok(opened)
    }

    /// Says whether something waits for its passphrase.
    pub(crate) async fn say_lock(&self, seat: &Seat) {
        let is_locked = self.household.is_locked().await;
        self.lock.send_replace(match seat {
            Seat::Locked(_) => Lock::Closed,
            Seat::Open(_) if is_locked => Lock::Closed,
            Seat::Open(vault) if vault.factor().is_some() => Lock::Open,
            Seat::Open(_) => Lock::None,
        });
    }

    /// Sets, changes or takes away the passphrase. `current` is the one that guards the history now.
    /// The roots are drawn anew, so that neither history nor lists open without the new one any more.
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
        if self.is_locked() {
            return Err(Error::Locked);
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
        let store = self.clone();
        let set = tokio::spawn(async move { store.exchange(guards, factor).await });
        finished("set the passphrase", set).await?
    }

    /// Lets both databases hang from another passphrase. The household's hangs from either on the way, so that
    /// whichever the history is left with opens it.
    async fn exchange(&self, before: Option<Factor>, after: Option<Factor>) -> Result<()> {
        let mut seat = self.vault.lock().await;
        let Seat::Open(vault) = &mut *seat else { return Err(Error::Locked) };
        let (old, new): (Vec<_>, Vec<_>) =
            (before.into_iter().collect(), after.iter().cloned().collect());
        let either = if new.is_empty() { Vec::new() } else { [old.clone(), new.clone()].concat() };
        self.household.guard(either).await?;
        let set = vault.set_factor(after).await;
        let holds = vault.factor().map(|factor| factor.salt);
        let ours = old.into_iter().chain(new).filter(|factor| Some(factor.salt) == holds).collect();
        let followed = match &set {
            // Nobody knows yet which of the two it is.
            Err(Error::Torn | Error::Database(_)) => Ok(()),
            _ => self.household.guard(ours).await,
        };
        self.say_lock(&seat).await;
        set.and(followed)
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
