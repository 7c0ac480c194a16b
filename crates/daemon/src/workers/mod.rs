//! Workers: the threads of a satellite, which listen, transcribe and speak.

pub(crate) mod listen;
pub(crate) mod second_opinion;
mod source;
pub(crate) mod speak;
pub(crate) mod transcribe;

use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::Context as _;
use tokio::sync::oneshot;
use voice::Stopper;

use crate::error::warn_of;

pub use source::Source;
pub use speak::speak;

/// Threads that have not ended so long after a stop are left behind, since one may wait for a sound server that
/// is gone: whoever stops a service kills it after a while, and until then it holds the data folder.
const ENDS_WITHIN: Duration = Duration::from_secs(3);

/// Calls `died` when a thread unwinds.
struct Watch<F: FnMut()> {
    died: F,
}

impl<F: FnMut()> Drop for Watch<F> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            (self.died)();
        }
    }
}

/// Starts a thread that reports with `died` when it unwinds.
pub(crate) fn worker(
    name: &'static str,
    died: impl FnMut() + Send + 'static,
    work: impl FnOnce() + Send + 'static,
) -> anyhow::Result<JoinHandle<()>> {
    let watch = Watch { died };
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || {
            let _watch = watch;
            work();
        })
        .with_context(|| format!("failed to start the {name} thread"))
}

/// Waits for the threads. Only a recording is answered to its end: anything else is silenced, and a thread that
/// does not end then is left behind.
pub(crate) async fn join(threads: Vec<JoinHandle<()>>, silenced: Option<Stopper>) {
    let (done, joined) = oneshot::channel();
    let joining = move || {
        for thread in threads {
            // A thread that panicked has reported it already.
            let _ = thread.join();
        }
        // Nobody may wait any more.
        let _ = done.send(());
    };
    // The runtime would wait at its end for a task of its own that blocks.
    if let Err(error) = std::thread::Builder::new().name("join".to_owned()).spawn(joining) {
        warn_of!(error, "failed to wait for what is under way");
        return;
    }
    let Some(stopper) = silenced else { return drop(joined.await) };
    stopper.stop();
    if tokio::time::timeout(ENDS_WITHIN, joined).await.is_err() {
        tracing::warn!("a device or an engine did not stop; hark ends without waiting for it");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sound server that is stopped never comes back from closing its device.
    #[tokio::test]
    async fn a_thread_that_hangs_keeps_nothing_from_ending() {
        let (never, waits) = std::sync::mpsc::sync_channel::<()>(0);
        let hangs = std::thread::spawn(move || assert!(waits.recv().is_err()));
        let stopper = Stopper::default();
        join(vec![hangs], Some(stopper.clone())).await;
        assert_eq!(stopper.stops(), 1, "it is silent");
        drop(never);
    }
}
