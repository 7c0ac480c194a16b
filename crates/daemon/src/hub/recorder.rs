//! Recorder and expiry sweep: writes turns into the history and erases them when they are due. Both
//! happen off the path from voice to answer: if they fail, the speaker still answers.

use std::time::{Duration, SystemTime};

use store::Store;
use tokio::sync::{broadcast, mpsc, oneshot};
use voice::Event;

use crate::clock;
use crate::error::warn_of;
use crate::queues::RecorderEntry;

/// Longest time between two sweeps: a clock that was set does not delay expiry by more.
const SWEEP_EVERY: Duration = Duration::from_secs(30);

/// Writes turns until nobody can send one any more.
pub(crate) async fn record(
    store: Store,
    speaker: String,
    mut entries: mpsc::Receiver<RecorderEntry>,
    events: broadcast::Sender<Event>,
) {
    let mut failing = false;
    while let Some(entry) = entries.recv().await {
        match entry {
            RecorderEntry::Turn(turn, at) => match store.record(&turn, at, &speaker).await {
                Ok(stored) => {
                    failing = false;
                    if let Some(id) = stored {
                        // Nobody may be watching, which is no failure.
                        let _ = events.send(Event::TurnStored(id));
                    }
                }
                Err(error) => {
                    if !std::mem::replace(&mut failing, true) {
                        warn_of!(error, "failed to store a turn; none is kept until this is fixed");
                    }
                }
            },
            RecorderEntry::Flush(done) => {
                // Whoever asked may have given up.
                let _ = done.send(());
            }
        }
    }
}

/// Waits until everything sent to the recorder before is written.
pub(crate) async fn flush(recorder: &mpsc::Sender<RecorderEntry>) {
    let (done, written) = oneshot::channel();
    if recorder.send(RecorderEntry::Flush(done)).await.is_ok() {
        // Without a recorder there is nothing to wait for.
        let _ = written.await;
    }
}

/// Erases what is due, at once and then whenever something becomes due.
pub(crate) async fn sweep(store: Store, events: broadcast::Sender<Event>) {
    let mut failing = false;
    loop {
        let now = SystemTime::now();
        let mut wait = SWEEP_EVERY;
        let swept = match store.tick(clock::reading()).await {
            Ok(_) => store.sweep(now).await,
            Err(error) => Err(error),
        };
        match swept {
            Ok(swept) => {
                failing = false;
                if swept.texts + swept.clips > 0 {
                    tracing::info!(texts = swept.texts, clips = swept.clips, "expired");
                    let _ = events.send(Event::HistoryChanged);
                }
                if let Some(next) = swept.next {
                    wait = wait.min(next.duration_since(now).unwrap_or_default());
                }
            }
            Err(error) => {
                if !std::mem::replace(&mut failing, true) {
                    warn_of!(error, "failed to erase what is due; it is tried again");
                }
            }
        }
        // A turn stored meanwhile may be due earlier, but never earlier than a minute from now.
        tokio::time::sleep(wait.max(Duration::from_secs(1))).await;
    }
}
