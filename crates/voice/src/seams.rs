//! Traits that engines, devices and skills implement.

use std::future::Future;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::{Context, Handles, Intent, Partial, Reply, Result, Transcript, Wake};

/// A future that a skill returns.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A microphone, or a file in its place: 16 kHz mono `f32`.
pub trait AudioSource: Send {
    /// Fills `out` from the front and returns how many samples were written. Blocks until there is
    /// at least one; 0 means that the source has ended for good.
    ///
    /// # Errors
    /// [`crate::Error::DeviceLost`] when the device is gone; the next call tries to open it again.
    fn read(&mut self, out: &mut [f32]) -> Result<usize>;

    /// Samples of 16 kHz lost since the last call, because nobody read in time.
    fn take_lost(&mut self) -> u64 {
        0
    }
}

/// A loudspeaker, or a file in its place: 16 kHz mono `f32`.
pub trait AudioSink: Send {
    /// Queues samples; blocks while the queue is full. Samples queued after a [`Stopper::stop`]
    /// that this thread has not yet acknowledged with [`AudioSink::resume`] are thrown away.
    ///
    /// # Errors
    /// [`crate::Error::DeviceLost`] when the device is gone; the next call tries to open it again.
    fn write(&mut self, pcm: &[f32]) -> Result<()>;

    /// Blocks until everything queued was heard, or was thrown away by a [`Stopper::stop`].
    ///
    /// # Errors
    /// [`crate::Error::DeviceLost`] when the device is gone.
    fn drain(&mut self) -> Result<()>;

    /// A handle that silences this sink from any thread.
    fn stopper(&self) -> Stopper;

    /// Accepts sound again after a stop.
    fn resume(&mut self);

    /// Sets the loudness, 0 (silent) … 1 (as recorded).
    fn set_volume(&mut self, volume: f32);
}

/// Silences an [`AudioSink`] at once, from any thread. Each stop has a number, so that a stop is
/// neither lost nor seen twice.
#[derive(Clone, Debug, Default)]
pub struct Stopper(Arc<AtomicU64>);

impl Stopper {
    /// Throws away what is queued and everything written until the sink is resumed.
    pub fn stop(&self) {
        self.0.fetch_add(1, Ordering::Release);
    }

    /// How many stops there were; a sink compares it with the last one it has seen.
    pub fn stops(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }
}

/// Hears the wake word in a running stream.
pub trait WakeDetector: Send {
    /// Takes the next samples (16 kHz mono `f32`, any number) and says whether the word ended in
    /// them. [`Wake::at`] counts samples since the last [`WakeDetector::reset`].
    ///
    /// # Errors
    /// [`crate::Error::Failed`] when the engine broke.
    fn feed(&mut self, pcm: &[f32]) -> Result<Option<Wake>>;

    /// Forgets all audio so far.
    fn reset(&mut self);
}

/// Turns one utterance into words. Reusable after [`Transcriber::finish`] or
/// [`Transcriber::reset`].
pub trait Transcriber: Send {
    /// Takes the next samples (16 kHz mono `f32`, any number) while the person speaks.
    ///
    /// # Errors
    /// [`crate::Error::Failed`] when the engine broke; the utterance is lost, the next may work.
    fn feed(&mut self, pcm: &[f32]) -> Result<Option<Partial>>;

    /// The person has paused: what would it be if the utterance were over now? More may come. An
    /// engine for which that is no less work than [`Transcriber::finish`] says nothing.
    ///
    /// # Errors
    /// As [`Transcriber::feed`].
    fn pause(&mut self) -> Result<Option<Partial>> {
        Ok(None)
    }

    /// The utterance is over: what was it? Text is empty when it was nothing the engine knows.
    ///
    /// # Errors
    /// [`crate::Error::Cancelled`] after an abort, [`crate::Error::Failed`] when the engine broke.
    fn finish(&mut self) -> Result<Transcript>;

    /// Forgets the utterance.
    fn reset(&mut self);
}

/// Turns text into sound.
pub trait Synthesizer: Send {
    /// Samples a second of what [`Synthesizer::speak`] gives out.
    fn sample_rate(&self) -> u32;

    /// Speaks `text`, giving out mono `f32` pieces as they are made, until `out` breaks.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`] when the engine is not installed, [`crate::Error::Failed`]
    /// when it broke.
    fn speak(&mut self, text: &str, out: &mut dyn FnMut(&[f32]) -> ControlFlow<()>) -> Result<()>;

    /// Makes ready what will often be said in these very words, in a quiet moment after the start. A
    /// synthesizer that keeps no sound has nothing to do.
    ///
    /// # Errors
    /// As [`Synthesizer::speak`]; what was made until then stays.
    fn prepare(&mut self, _stock: Vec<String>) -> Result<()> {
        Ok(())
    }
}

/// The reply of a skill, when it is there.
pub type Answering<'a> = BoxFuture<'a, Result<Reply>>;

/// Something Hark can do.
pub trait Skill: Send + Sync {
    /// Its name in logs.
    fn name(&self) -> &'static str;

    /// The intents it answers, with their risks.
    fn intents(&self) -> &'static [Handles];

    /// Does what the intent asks and says what to answer.
    ///
    /// # Errors
    /// When it did not work; the person hears a short apology, the cause is logged.
    fn handle<'a>(&'a self, intent: &'a Intent, context: &'a Context) -> Answering<'a>;

    /// What speaks against doing it later, as far as that is known now: nothing here is called so, or two
    /// things are. Nothing is changed.
    fn objection(&self, _intent: &Intent, _context: &Context) -> Option<Reply> {
        None
    }
}
