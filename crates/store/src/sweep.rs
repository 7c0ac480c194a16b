//! Expiry sweep: erases what is due.

use std::time::{Duration, SystemTime};

use crate::{Error, Result, Store, time};

/// What is due cannot be read from that moment on; the keys of all that became due are erased
/// together, at most this much later. A deletion that somebody asked for never waits.
const BATCH: Duration = Duration::from_secs(15 * 60);

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Turns whose words went.
    pub texts: u64,
    /// Sounds that went.
    pub clips: u64,
    /// When the next sweep has something to do.
    pub next: Option<SystemTime>,
}

impl Store {
    /// Erases what is due at `now`, in the same way as a deletion, unless the last such sweep was
    /// less than 15 minutes ago.
    ///
    /// # Errors
    /// As for [`Store::delete`]; what could not be erased is tried again by the next sweep.
    pub async fn sweep(&self, now: SystemTime) -> Result<Swept> {
        let mut vault = match self.vault().await {
            // What nobody can open does not need a sweep; unlocking takes what is due.
            Err(Error::Locked) => return Ok(Swept::default()),
            vault => vault?,
        };
        let now_ms = time::to_ms(now);
        let last_ms = *self.swept_ms();
        // A clock that was set back must not delay expiry for as long.
        let waits_until = last_ms
            .filter(|last| *last <= now_ms)
            .map(|last| last + BATCH.as_millis() as i64)
            .filter(|until| *until > now_ms);
        let at = self.at(now);
        if let Some(until) = waits_until {
            vault.remove(&[]).await?;
            let (next, overdue) = self.read_index().next_due(&at);
            let until = time::from_ms(until);
            let next = if overdue { Some(until) } else { next.map(|next| next.max(until)) };
            return Ok(Swept { next, ..Swept::default() });
        }
        let before = vault.generation();
        let (texts, clips, parts) = self.write_index().take_due(&at);
        vault.remove(&parts).await?;
        self.receive(&vault, parts.len() as u64, before, now).await;
        if !parts.is_empty() {
            *self.swept_ms() = Some(now_ms);
        }
        let (next, _) = self.read_index().next_due(&at);
        Ok(Swept { texts, clips, next })
    }
}
