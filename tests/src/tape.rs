//! A recording in the place of the microphone, in a room that stays quiet when nobody speaks.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use voice::{AudioSource, Pcm, SAMPLE_RATE};

use crate::recordings;

/// What is said into the microphone; the handle of the test.
#[derive(Clone, Default)]
pub struct Tape(Arc<Shared>);

#[derive(Default)]
struct Shared {
    waiting: Mutex<VecDeque<f32>>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, VecDeque<f32>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tape {
    /// Someone speaks.
    pub fn say(&self, speech: &Pcm) {
        self.0.lock().extend(speech.samples());
        self.0.changed.notify_all();
    }

    /// Samples that were said and not heard yet.
    pub fn waiting(&self) -> usize {
        self.0.lock().len()
    }

    /// Waits until all was heard; `false` when it was not within `limit`.
    pub fn heard_within(&self, limit: Duration) -> bool {
        let waiting = self.0.lock();
        let result = self.0.changed.wait_timeout_while(waiting, limit, |left| !left.is_empty());
        let (waiting, _) = result.unwrap_or_else(PoisonError::into_inner);
        waiting.is_empty()
    }

    /// The microphone: what was said as fast as it is read, silence in real time.
    pub fn microphone(&self) -> Box<dyn AudioSource> {
        Box::new(Microphone(self.clone()))
    }
}

struct Microphone(Tape);

impl AudioSource for Microphone {
    fn read(&mut self, out: &mut [f32]) -> voice::Result<usize> {
        let Shared { changed, .. } = &*self.0.0;
        let span = Duration::from_secs_f64(out.len() as f64 / f64::from(SAMPLE_RATE));
        let waiting = self.0.0.lock();
        let result = changed.wait_timeout_while(waiting, span, |left| left.is_empty());
        let (mut waiting, _) = result.unwrap_or_else(PoisonError::into_inner);
        if waiting.is_empty() {
            let millis = voice::SAMPLE_RATE.div_ceil(1000);
            let count = out.len();
            for (slot, sample) in out.iter_mut().zip(recordings::quiet(count as u32 * millis)) {
                *slot = sample;
            }
            return Ok(count);
        }
        let count = out.len().min(waiting.len());
        for (slot, sample) in out.iter_mut().zip(waiting.drain(..count)) {
            *slot = sample;
        }
        changed.notify_all();
        Ok(count)
    }
}
