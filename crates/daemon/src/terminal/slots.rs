//! Who is answered: a few terminals at a time. One that does not read on goes when somebody else waits, or it
//! would keep others from deleting.

use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit, watch};

/// Terminals that are answered at the same time; more wait.
const TERMINALS: usize = 8;
/// A terminal that takes nothing for so long, while another one waits, is not answered any more.
const STALLED: Duration = Duration::from_secs(3);

/// The places of terminals that are answered.
pub(super) struct Slots {
    free: Semaphore,
    /// How many terminals wait for one.
    waiting: watch::Sender<usize>,
}

impl Default for Slots {
    fn default() -> Self {
        Self { free: Semaphore::new(TERMINALS), waiting: watch::Sender::new(0) }
    }
}

impl Slots {
    /// Waits for a place, which is free again when it is dropped.
    pub(super) async fn enter(&self) -> Option<SemaphorePermit<'_>> {
        if let Ok(slot) = self.free.try_acquire() {
            return Some(slot);
        }
        self.waiting.send_modify(|count| *count += 1);
        let _left = Left(&self.waiting);
        self.free.acquire().await.ok()
    }

    /// Ends when somebody else has waited for so long that whoever takes nothing has to go.
    pub(super) async fn wanted(&self) {
        let mut waiting = self.waiting.subscribe();
        // Its sender is here.
        let _ = waiting.wait_for(|count| *count > 0).await;
        tokio::time::sleep(STALLED).await;
    }
}

/// One that waited does so no longer.
struct Left<'a>(&'a watch::Sender<usize>);

impl Drop for Left<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}
