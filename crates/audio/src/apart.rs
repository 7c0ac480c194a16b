//! Opening and closing devices apart, on threads of their own: a sound server that is stopped, or was killed while a
//! device was open, may never come back from either.
//!
//! Who waits for it waits for a while only. A thread that hangs is left behind with its device, because nothing can
//! end it. There is a bound to that, since each keeps a stack, a few open files and memory of the sound server's
//! library; beyond it only a restart of the program helps, which also takes less time than finding out what still works.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use crate::device::Direction;
use crate::error::{Error, Result};

/// Threads that may be under way or hang: with two for each end of a sound server, sixteen of them are survived, which
/// is more than a day of a server that is broken should have, and stays far below the limit of open files.
const MOST: usize = 32;

/// How many more may be when a loudspeaker is opened, so that the restart comes while nothing is heard anyway, and not
/// between a command and its answer.
const MORE_FOR_ANSWERS: usize = 8;

/// Those of this program.
static THREADS: Threads = Threads { count: AtomicUsize::new(0), most: MOST };

struct Threads {
    count: AtomicUsize,
    most: usize,
}

impl Threads {
    fn is_full(&self, direction: Direction) -> bool {
        let more = match direction {
            Direction::Input => 0,
            Direction::Output => MORE_FOR_ANSWERS,
        };
        self.count.load(Ordering::Relaxed) >= self.most + more
    }

    /// Starts a thread that is counted; what it cannot be started for is done here.
    fn start(&'static self, name: &str, work: impl FnOnce() + Send + 'static) {
        let counted = Counted::of(self);
        let work = move || {
            let _counted = counted;
            work();
        };
        // Without a thread the work is dropped, and a device in it closed.
        if let Err(error) = std::thread::Builder::new().name(name.to_owned()).spawn(work) {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "failed to start a thread for a device"
            );
        }
    }
}

struct Counted(&'static Threads);

impl Counted {
    fn of(threads: &'static Threads) -> Self {
        threads.count.fetch_add(1, Ordering::Relaxed);
        Self(threads)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.count.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A device that is being opened. When this is dropped before, it is closed as soon as it is open.
pub(crate) struct Opening<T>(Receiver<Result<T>>);

impl<T: Send + 'static> Opening<T> {
    /// Begins.
    ///
    /// # Errors
    /// [`Error::LeftBehind`] when too many devices hang.
    pub(crate) fn begin(
        direction: Direction,
        open: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<Self> {
        Self::among(&THREADS, direction, open)
    }

    fn among(
        threads: &'static Threads,
        direction: Direction,
        open: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<Self> {
        if threads.is_full(direction) {
            return Err(Error::LeftBehind { count: threads.most });
        }
        // Without room, so that a device which nobody takes comes back to its thread and is closed there.
        let (opened, taken): (SyncSender<Result<T>>, _) = sync_channel(0);
        threads.start("open", move || drop(opened.send(open())));
        Ok(Self(taken))
    }

    /// What came of it; nothing when it is still under way after `limit`.
    pub(crate) fn wait(&self, limit: Duration) -> Option<Result<T>> {
        match self.0.recv_timeout(limit) {
            Ok(opened) => Some(opened),
            Err(RecvTimeoutError::Timeout) => None,
            // Its thread could not be started.
            Err(RecvTimeoutError::Disconnected) => Some(Err(Error::LeftBehind { count: MOST })),
        }
    }
}

/// Closes a device by dropping it, and waits until it is closed or `limit` is over.
pub(crate) fn close<T: Send + 'static>(device: T, limit: Duration) {
    close_among(&THREADS, device, limit);
}

fn close_among<T: Send + 'static>(threads: &'static Threads, device: T, limit: Duration) {
    let (open, closed) = sync_channel::<()>(0);
    // Closing is never refused: a device that is muted must be given back.
    threads.start("close", move || {
        let _open = open;
        drop(device);
    });
    if closed.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) && !limit.is_zero() {
        tracing::debug!("a device does not close; it is left behind");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::from_millis(10);
    const LONG: Duration = Duration::from_secs(20);

    fn threads(most: usize) -> &'static Threads {
        Box::leak(Box::new(Threads { count: AtomicUsize::new(0), most }))
    }

    /// A device that never closes until the other end is dropped.
    struct Hangs(Receiver<()>);

    impl Drop for Hangs {
        fn drop(&mut self) {
            let _ = self.0.recv();
        }
    }

    #[test]
    fn so_many_may_hang_and_no_more() {
        let threads = threads(2);
        let mut held = Vec::new();
        for _ in 0..2 {
            let (ends, waits) = sync_channel(0);
            held.push(ends);
            close_among(threads, Hangs(waits), SHORT);
        }
        let refused = Opening::among(threads, Direction::Input, || Ok(()));
        assert!(matches!(refused, Err(Error::LeftBehind { count: 2 })));
        let answer = Opening::among(threads, Direction::Output, || Ok(()));
        assert!(answer.is_ok_and(|opening| opening.wait(LONG).is_some()), "an answer is spoken");
        drop(held);
        while threads.is_full(Direction::Input) {
            std::thread::yield_now();
        }
        let opening = Opening::among(threads, Direction::Input, || Ok(()));
        assert!(opening.is_ok_and(|opening| opening.wait(LONG).is_some()), "they have ended");
    }

    #[test]
    fn who_waits_is_not_held_and_what_comes_late_is_taken_or_closed() {
        let threads = threads(8);
        for is_taken in [true, false] {
            let (server, waits) = sync_channel::<()>(0);
            let (device, closed) = sync_channel::<()>(0);
            let opening = Opening::among(threads, Direction::Input, move || {
                let _ = waits.recv();
                Ok(device)
            });
            let opening = opening.unwrap_or_else(|error| panic!("{error}"));
            assert!(opening.wait(SHORT).is_none(), "the server does not answer");
            if is_taken {
                drop(server);
                assert!(opening.wait(LONG).is_some_and(|opened| opened.is_ok()));
            } else {
                drop(opening);
                drop(server);
            }
            assert_eq!(
                closed.recv_timeout(LONG),
                Err(RecvTimeoutError::Disconnected),
                "it is closed"
            );
        }
    }
}
