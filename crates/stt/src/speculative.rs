//! Speculative decoding: runs an offline recogniser, one that needs the whole clip, on a thread of
//! its own, and starts it at a pause.
//!
//! The speculation is that nothing more will be said. If so, the words are there sooner; if the
//! person goes on, the work is given up. Everything the recogniser does happens on its thread, one
//! clip at a time.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use voice::level::{LEVEL_BLOCK, mean_power};
use voice::{Partial, SAMPLE_RATE, Transcriber, Transcript};

use crate::error::{Error, Result};

/// Longest utterance, in samples: 30 s.
const MAX_SAMPLES: usize = 30 * SAMPLE_RATE as usize;
/// How many of these before a pause say how loud the room is: 80 ms, which is less than the silence
/// that makes a pause.
const ROOM_LEVELS: usize = 2;
/// With this many times the power of the room someone speaks: 10 dB. If it was only a noise the clip
/// is decoded again at its end; if soft words were missed, the next pause brings them.
const SPEAKS: f32 = 10.0;
/// Power below which nobody speaks: −55 dB relative to full scale.
const SILENT: f32 = 3.2e-6;
/// Clips that may wait while the recogniser gives up the one before.
const WAITING: usize = 1;
/// Number of no clip at all.
const NONE: u64 = 0;

/// Stops an engine at work, from any thread.
#[derive(Clone, Debug, Default)]
pub struct Canceller(Arc<AtomicBool>);

impl Canceller {
    /// Makes the running [`Transcriber::finish`], or the next one before a reset, return
    /// [`voice::Error::Cancelled`] soon.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Release);
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    pub(crate) fn clear(&self) {
        self.0.store(false, Ordering::Release);
    }
}

/// Says whether anybody still waits for the clip that is decoded.
pub struct Stop {
    canceller: Canceller,
    wanted: Arc<AtomicU64>,
    job: u64,
}

impl Stop {
    /// A stop that never comes, for measurements.
    pub fn never() -> Self {
        Self { canceller: Canceller::default(), wanted: Arc::new(AtomicU64::new(1)), job: 1 }
    }

    /// Whether the work is for nothing. Costs as much as reading two numbers.
    pub fn is_asked(&self) -> bool {
        self.canceller.is_cancelled() || self.wanted.load(Ordering::Acquire) != self.job
    }
}

/// One clip to work on, and where its words go.
struct Job {
    pcm: Vec<f32>,
    stop: Stop,
    reply: SyncSender<voice::Result<Transcript>>,
}

/// What was said until a pause, on the assumption that it is all.
struct Speculation {
    /// Samples of it.
    samples: usize,
    /// Power of the room.
    room: f32,
    /// Where the words will be; `None` if the recogniser was still giving up the clip before.
    reply: Option<Receiver<voice::Result<Transcript>>>,
}

/// An offline recogniser behind the interface of a streaming one, on a thread that ends with it.
pub struct SpeculativeTranscriber {
    jobs: Option<SyncSender<Job>>,
    thread: Option<JoinHandle<()>>,
    canceller: Canceller,
    /// Number of the clip whose words are wanted, or [`NONE`].
    wanted: Arc<AtomicU64>,
    last_job: u64,
    pcm: Vec<f32>,
    /// How much of `pcm` has been measured.
    measured: usize,
    speculation: Option<Speculation>,
}

impl SpeculativeTranscriber {
    /// `engine` gets clips (16 kHz mono `f32`, up to 30 s) and should give up when its [`Stop`] is
    /// asked for; what it returns then does not matter. `name` is that of the thread.
    ///
    /// # Errors
    /// [`Error::Thread`] when there can be no further thread.
    pub fn new(
        name: &str,
        mut engine: impl FnMut(&[f32], &Stop) -> voice::Result<Transcript> + Send + 'static,
    ) -> Result<Self> {
        let (jobs, taken) = sync_channel::<Job>(WAITING);
        let work = move || {
            while let Ok(Job { pcm, stop, reply }) = taken.recv() {
                let unwanted = stop.is_asked();
                let words =
                    if unwanted { Err(voice::Error::Cancelled) } else { engine(&pcm, &stop) };
                // Nobody waits for the words of a clip that was given up.
                let _ = reply.try_send(words);
            }
        };
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(work);
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread.map_err(Error::Thread)?),
            canceller: Canceller::default(),
            wanted: Arc::default(),
            last_job: NONE,
            pcm: Vec::new(),
            measured: 0,
            speculation: None,
        })
    }

    /// A handle that stops the work from any thread.
    pub fn canceller(&self) -> Canceller {
        self.canceller.clone()
    }

    /// So many samples as work to be done, and where their words will be. The work before is off.
    fn job(&mut self, samples: usize) -> (Job, Receiver<voice::Result<Transcript>>) {
        self.last_job += 1;
        self.wanted.store(self.last_job, Ordering::Release);
        let (reply, words) = sync_channel(1);
        let wanted = Arc::clone(&self.wanted);
        let stop = Stop { canceller: self.canceller.clone(), wanted, job: self.last_job };
        (Job { pcm: self.pcm[..samples].to_vec(), stop, reply }, words)
    }

    /// Gives up the speculation: the person goes on.
    fn go_on(&mut self) {
        self.speculation = None;
        self.wanted.store(NONE, Ordering::Release);
    }

    /// Whether someone speaks in what was fed since this was last asked.
    fn speaks(&mut self, room: f32) -> bool {
        let new = &self.pcm[self.measured..];
        let speaks = powers(new).any(|power| power > SILENT.max(SPEAKS * room));
        self.measured += new.len() / LEVEL_BLOCK * LEVEL_BLOCK;
        speaks
    }

    fn words(&mut self) -> voice::Result<Transcript> {
        if self.canceller.is_cancelled() {
            return Err(voice::Error::Cancelled);
        }
        let (samples, begun) = match self.speculation.take() {
            // The same samples either way, so that the words do not depend on the machine.
            Some(speculation) => (speculation.samples, speculation.reply),
            None => (self.pcm.len(), None),
        };
        let words = begun.or_else(|| {
            let (job, words) = self.job(samples);
            self.jobs.as_ref()?.send(job).ok().map(|()| words)
        });
        let Some(words) = words.and_then(|words| words.recv().ok()) else { self.died() };
        if self.canceller.is_cancelled() { Err(voice::Error::Cancelled) } else { words }
    }

    /// The recogniser panicked, and so does whoever owns it: there is no way to go on.
    fn died(&mut self) -> ! {
        self.jobs = None;
        let ended = self.thread.take().map(JoinHandle::join);
        match ended {
            Some(Err(panic)) => resume_unwind(panic),
            _ => unreachable!("the thread of a recogniser ends only with its owner"),
        }
    }
}

/// Mean power of each whole block.
fn powers(pcm: &[f32]) -> impl DoubleEndedIterator<Item = f32> {
    pcm.chunks_exact(LEVEL_BLOCK).map(mean_power)
}

impl Transcriber for SpeculativeTranscriber {
    fn feed(&mut self, pcm: &[f32]) -> voice::Result<Option<Partial>> {
        let room = MAX_SAMPLES - self.pcm.len().min(MAX_SAMPLES);
        self.pcm.extend_from_slice(&pcm[..pcm.len().min(room)]);
        if let Some(room) = self.speculation.as_ref().map(|speculation| speculation.room)
            && self.speaks(room)
        {
            self.go_on();
        }
        Ok(None)
    }

    /// Begins to decode what was said so far; there is no partial hypothesis yet.
    fn pause(&mut self) -> voice::Result<Option<Partial>> {
        // Something was said since the last pause, or there would not be another one.
        self.go_on();
        if self.pcm.is_empty() {
            return Ok(None);
        }
        let room = powers(&self.pcm).rev().take(ROOM_LEVELS).fold(0.0, f32::max);
        let samples = self.pcm.len();
        self.measured = samples;
        let (job, words) = self.job(samples);
        let reply = match self.jobs.as_ref().map(|jobs| jobs.try_send(job)) {
            Some(Ok(())) => Some(words),
            Some(Err(TrySendError::Full(_))) => None,
            Some(Err(TrySendError::Disconnected(_))) | None => self.died(),
        };
        self.speculation = Some(Speculation { samples, room, reply });
        Ok(None)
    }

    fn finish(&mut self) -> voice::Result<Transcript> {
        let words = self.words();
        self.reset();
        words
    }

    fn reset(&mut self) {
        self.go_on();
        // Memory is wiped when it is freed, and not where it is only used again.
        self.pcm = Vec::new();
        self.canceller.clear();
    }
}

impl Drop for SpeculativeTranscriber {
    fn drop(&mut self) {
        self.go_on();
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // What it panicked with was passed on where its words were waited for.
            let _ = thread.join();
        }
    }
}
