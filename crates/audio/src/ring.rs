//! Ring buffers (SPSC) between the sound card's callbacks and the threads that read and write, and the
//! health of a stream.

use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use cpal::{FromSample, SizedSample};
use rtrb::{Consumer, Producer, RingBuffer};
use zeroize::{DefaultIsZeroes, Zeroize as _};

/// Vague errors in a row that end a stream; sound servers report one now and then and go on.
const VAGUE_ERRORS: u32 = 5;

/// What went wrong with an open stream, noted by its callbacks.
#[derive(Clone)]
pub(crate) struct Health {
    begun: Instant,
    /// When sound flowed last, in milliseconds since then.
    flowed: Arc<AtomicU64>,
    fault: Arc<OnceLock<cpal::Error>>,
    vague: Arc<AtomicU32>,
    dropped: Arc<AtomicU64>,
}

impl Health {
    /// Of a stream that is opened at `begun`.
    pub(crate) fn new(begun: Instant) -> Self {
        Self {
            begun,
            flowed: Arc::default(),
            fault: Arc::default(),
            vague: Arc::default(),
            dropped: Arc::default(),
        }
    }

    /// Called when the sound system reports an error: only those that end the stream count.
    pub(crate) fn report(&self, error: cpal::Error) {
        use cpal::ErrorKind::{BackendError, DeviceChanged, Other, RealtimeDenied, Xrun};
        match error.kind() {
            Xrun => {
                self.dropped.fetch_add(1, Ordering::Relaxed);
            }
            DeviceChanged | RealtimeDenied => {}
            BackendError | Other
                if self.vague.fetch_add(1, Ordering::Relaxed) + 1 < VAGUE_ERRORS => {}
            _ => drop(self.fault.set(error)),
        }
    }

    /// Called when sound flows: errors before it did no harm.
    pub(crate) fn flows(&self) {
        self.vague.store(0, Ordering::Relaxed);
        let flowed = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.flowed.store(flowed, Ordering::Relaxed);
    }

    /// How long no sound has flowed.
    pub(crate) fn still_for(&self, now: Instant) -> Duration {
        let flowed = self.begun + Duration::from_millis(self.flowed.load(Ordering::Relaxed));
        now.saturating_duration_since(flowed)
    }

    /// The error that ended the stream, if one did.
    pub(crate) fn fault(&self) -> Option<&cpal::Error> {
        self.fault.get()
    }

    /// Overruns or underruns that the sound system reported.
    pub(crate) fn xruns(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

/// The callback's end of a capture ring.
pub(crate) struct Push<T> {
    ring: Producer<T>,
    lost: Arc<AtomicU64>,
}

impl<T: Copy> Push<T> {
    /// Copies a block, or drops all of it and counts it when the reader is too late.
    pub(crate) fn push(&mut self, block: &[T]) {
        if self.ring.push_entire_slice(block).is_err() {
            self.lost.fetch_add(block.len() as u64, Ordering::Relaxed);
        }
    }
}

/// The reader's end of a capture ring, whatever the device's sample format.
pub(crate) trait Pull: Send {
    /// Appends the whole frames that are there to `out` as mono, and leaves nothing of them in the ring;
    /// returns how many were lost since the last call.
    fn pull(&mut self, out: &mut Vec<f32>) -> u64;
}

struct Puller<T> {
    ring: Consumer<T>,
    lost: Arc<AtomicU64>,
    channels: usize,
    channel: Option<u16>,
}

impl<T: SizedSample + DefaultIsZeroes + Send> Pull for Puller<T>
where
    f32: FromSample<T>,
{
    fn pull(&mut self, out: &mut Vec<f32>) -> u64 {
        let frames = self.ring.slots() / self.channels;
        if let Ok(mut chunk) = self.ring.read_chunk(frames * self.channels) {
            let (first, second) = chunk.as_mut_slices();
            let samples: Vec<f32> =
                first.iter().chain(&*second).map(|&s| sane(f32::from_sample_(s))).collect();
            first.zeroize();
            second.zeroize();
            out.extend(samples.chunks_exact(self.channels).map(|frame| match self.channel {
                Some(channel) => frame[usize::from(channel)],
                None => frame.iter().sum::<f32>() / frame.len() as f32,
            }));
            chunk.commit_all();
        }
        self.lost.swap(0, Ordering::Relaxed) / self.channels as u64
    }
}

/// Devices with a float format may send anything; sound is a number in −1…1.
fn sane(sample: f32) -> f32 {
    if sample.is_finite() { sample.clamp(-1.0, 1.0) } else { 0.0 }
}

/// A ring for `frames` frames of `channels` samples, read as mono: the mean, or one channel.
pub(crate) fn capture_ring<T>(
    frames: usize,
    channels: u16,
    channel: Option<u16>,
) -> (Push<T>, Box<dyn Pull>)
where
    T: SizedSample + DefaultIsZeroes + Send + 'static,
    f32: FromSample<T>,
{
    let channels = usize::from(channels.max(1));
    let (producer, consumer) = RingBuffer::new(frames * channels);
    let lost = Arc::new(AtomicU64::new(0));
    let pull = Puller { ring: consumer, lost: lost.clone(), channels, channel };
    (Push { ring: producer, lost }, Box::new(pull))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_are_averaged_or_picked() {
        for (channel, expected) in [(None, [0.25, 0.0]), (Some(1), [0.5, -0.5])] {
            let (mut push, mut pull) = capture_ring::<i16>(4, 2, channel);
            push.push(&[0, 16384, 16384, -16384]);
            let mut out = Vec::new();
            assert_eq!(pull.pull(&mut out), 0);
            assert_eq!(out, expected);
        }
    }

    #[test]
    fn a_late_reader_loses_whole_blocks_and_learns_how_much() {
        let (mut push, mut pull) = capture_ring::<f32>(4, 2, None);
        push.push(&[0.5; 6]);
        push.push(&[0.25; 4]);
        push.push(&[0.125; 2]);
        let mut out = Vec::new();
        assert_eq!(pull.pull(&mut out), 2);
        assert_eq!(out, [0.5, 0.5, 0.5, 0.125]);
        assert_eq!(pull.pull(&mut out), 0);
    }

    #[test]
    fn an_underrun_is_no_fault_but_an_unplugged_device_is() {
        let health = Health::new(Instant::now());
        health.report(cpal::ErrorKind::Xrun.into());
        assert!(health.fault().is_none());
        assert_eq!(health.xruns(), 1);
        for _ in 0..20 {
            health.report(cpal::ErrorKind::BackendError.into());
            health.flows();
        }
        assert!(health.fault().is_none());
        health.report(cpal::ErrorKind::DeviceNotAvailable.into());
        assert!(health.fault().is_some());
    }
}
