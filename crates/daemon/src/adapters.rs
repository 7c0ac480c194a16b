//! The store behind the seams of the skills.

use std::sync::Arc;
use std::time::SystemTime;

use skills::{Forget, MemoryTimers, NoHistory, Span, Timer, TimerBook};
use store::{Filter, Keep, Retention, Selection, Store, StoredTimer};
use tokio::sync::{broadcast, mpsc};
use voice::{BoxFuture, Error, Event, Result};

use crate::recorder::Entry;

/// Timers in the database, or in memory when nothing is kept.
pub(crate) fn timer_book(store: Option<Store>) -> Arc<dyn TimerBook> {
    match store {
        Some(store) => Arc::new(Timers(store)),
        None => Arc::new(MemoryTimers::default()),
    }
}

/// The history that can be forgotten by voice, or the statement that there is none.
pub(crate) fn history(
    store: Option<Store>,
    recorder: mpsc::Sender<Entry>,
    events: broadcast::Sender<Event>,
) -> Arc<dyn Forget> {
    match store {
        Some(store) => Arc::new(History { store, recorder, events }),
        None => Arc::new(NoHistory),
    }
}

struct Timers(Store);

fn failed(error: store::Error) -> Error {
    Error::failed(error.to_string(), error)
}

impl TimerBook for Timers {
    fn load(&self) -> BoxFuture<'_, Result<Vec<Timer>>> {
        Box::pin(async {
            let timers = self.0.timers().await.map_err(failed)?;
            Ok(timers.into_iter().map(timer).collect())
        })
    }

    fn save<'a>(&'a self, timer: &'a Timer) -> BoxFuture<'a, Result<i64>> {
        Box::pin(async { self.0.save_timer(&stored(timer)).await.map_err(failed) })
    }

    fn remove(&self, id: i64) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move { self.0.remove_timer(id).await.map_err(failed) })
    }
}

fn timer(stored: StoredTimer) -> Timer {
    let StoredTimer { id, name, due, total, paused_left, ringing } = stored;
    Timer { id, name, due, total, paused_left, ringing }
}

fn stored(timer: &Timer) -> StoredTimer {
    StoredTimer {
        id: timer.id,
        name: timer.name.clone(),
        due: timer.due,
        total: timer.total,
        paused_left: timer.paused_left,
        ringing: timer.ringing,
    }
}

struct History {
    store: Store,
    recorder: mpsc::Sender<Entry>,
    events: broadcast::Sender<Event>,
}

impl Forget for History {
    fn forget(&self, what: Span) -> BoxFuture<'_, Result<u64>> {
        Box::pin(async move {
            // A turn that waits to be written must not appear after it was deleted.
            crate::flush(&self.recorder).await;
            let selection = match what {
                Span::Last => Selection::Latest,
                Span::Since(since) => {
                    Selection::Filter(Filter { since: Some(since), ..Filter::default() })
                }
                Span::All => Selection::All,
            };
            let gone = self.store.delete(&selection, SystemTime::now()).await.map_err(failed)?;
            // Nobody may be watching, which is no failure.
            let _ = self.events.send(Event::HistoryChanged);
            Ok(gone)
        })
    }

    fn retention(&self) -> BoxFuture<'_, Result<String>> {
        let Retention { audio, text, .. } = self.store.settings().borrow().retention;
        let kept = |what: &str, keep| match keep {
            Keep::None => format!("{what} not at all"),
            Keep::For(_) => format!("{what} for {}", keep.spoken()),
        };
        let speech = format!(
            "I keep {} and {}.",
            kept("what was said", text),
            kept("the sound of it", audio)
        );
        Box::pin(std::future::ready(Ok(speech)))
    }
}
