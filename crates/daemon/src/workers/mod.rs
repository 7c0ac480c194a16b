//! Workers: the threads of a satellite, which listen, transcribe and speak.

pub(crate) mod listen;
pub(crate) mod second_opinion;
mod source;
pub(crate) mod speak;
pub(crate) mod transcribe;

use std::thread::JoinHandle;

use anyhow::Context as _;
use voice::Stopper;

pub use source::Source;
pub use speak::speak;

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

/// Waits for the threads. Only a recording is answered to its end: anything else is silenced.
pub(crate) async fn join(threads: Vec<JoinHandle<()>>, silenced: Option<Stopper>) {
    if let Some(stopper) = silenced {
        stopper.stop();
    }
    let joined = tokio::task::spawn_blocking(move || {
        for thread in threads {
            // A thread that panicked has reported it already.
            let _ = thread.join();
        }
    });
    let _ = joined.await;
}
