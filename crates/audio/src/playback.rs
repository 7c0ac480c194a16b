//! Playback: the loudspeaker. This thread converts, the callback plays, with silence where nothing is
//! queued.

mod player;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use cpal::traits::StreamTrait as _;
use rtrb::{Producer, RingBuffer};
use voice::{AudioSink, SAMPLE_RATE, Stopper};

use self::player::{Player, Shared, build};
use crate::apart::{self, Opening};
use crate::config::SpeakerConfig;
use crate::device::{self, Direction, OpenDevice, PERIOD_MS};
use crate::error::Result;
use crate::file::wait_until;
use crate::resample::Resampler;
use crate::ring::Health;

/// How much is queued at most, in milliseconds.
const RING_MS: u32 = 1_000;
/// Interval at which the ring is polled while it is full.
const POLL: Duration = Duration::from_millis(PERIOD_MS as u64);
/// A stream that takes nothing for this long is as good as unplugged.
const STUCK_DEVICE: Duration = Duration::from_secs(3);
/// A stream that took not even silence for this long is opened anew before something is to be heard: its sound server
/// may have ended, and it is not told.
const STILL_DEVICE: Duration = Duration::from_secs(1);
/// How long a sound waits for the device to be opened; later ones find it open.
const OPENS_WITHIN: Duration = Duration::from_secs(3);
/// How long a device that works may take to close: it is given back before it is opened again.
const CLOSES_WITHIN: Duration = Duration::from_secs(1);

/// A loudspeaker of the system. It stays open and plays silence between sounds.
pub struct Speaker {
    config: SpeakerConfig,
    open: Option<Open>,
    opening: Option<Opening<Open>>,
    shared: Arc<Shared>,
    stopper: Stopper,
    seen: u64,
    /// Underruns that were logged.
    underruns: u64,
}

struct Open {
    /// Holds the device open; playing stops when it is dropped.
    stream: cpal::Stream,
    ring: Producer<f32>,
    health: Health,
    resampler: Resampler,
    /// What is to be queued next. Freed, and thereby wiped, when it is.
    converted: Vec<f32>,
    period: Duration,
}

impl Drop for Speaker {
    fn drop(&mut self) {
        self.close(CLOSES_WITHIN);
    }
}

impl Speaker {
    /// Opens the loudspeaker of the configuration.
    ///
    /// # Errors
    /// [`crate::Error::DeviceLost`] when it is not there or cannot be used.
    pub fn open(config: &SpeakerConfig) -> Result<Self> {
        let mut speaker = Self::absent(config);
        speaker.open = Some(Open::new(config, &speaker.shared, &speaker.stopper)?);
        Ok(speaker)
    }

    /// A loudspeaker that is not there yet: every [`AudioSink::write`] tries to open it.
    pub fn absent(config: &SpeakerConfig) -> Self {
        let shared = Shared { volume: AtomicU32::new(1.0_f32.to_bits()), ..Shared::default() };
        Self {
            config: config.clone(),
            open: None,
            opening: None,
            shared: Arc::new(shared),
            stopper: Stopper::default(),
            seen: 0,
            underruns: 0,
        }
    }

    /// Logs how often sound was late since this was last asked; the first block of a sound may be,
    /// without a gap that anybody hears.
    fn log_underruns(&mut self) {
        let reported = self.open.as_ref().map_or(0, |open| open.health.xruns());
        let all = self.shared.underruns.load(Ordering::Relaxed) + reported;
        let underruns = all.saturating_sub(std::mem::replace(&mut self.underruns, all));
        if underruns > 0 {
            tracing::debug!(underruns, "the loudspeaker ran dry");
        }
    }

    /// The device, opened if need be. One that broke while it was silent is opened again before anything is lost.
    fn opened(&mut self) -> Result<&mut Open> {
        let now = Instant::now();
        let is_broken = |open: &Open| {
            open.health.fault().is_some() || open.health.still_for(now) > STILL_DEVICE
        };
        if self.open.as_ref().is_some_and(is_broken) {
            self.close(CLOSES_WITHIN);
        }
        let open = match self.open.take() {
            Some(open) => open,
            None => self.opening()?,
        };
        Ok(self.open.insert(open))
    }

    fn opening(&mut self) -> Result<Open> {
        let opening = if let Some(opening) = self.opening.take() {
            opening
        } else {
            let (config, shared) = (self.config.clone(), Arc::clone(&self.shared));
            let stopper = self.stopper.clone();
            Opening::begin(Direction::Output, move || Open::new(&config, &shared, &stopper))?
        };
        opening.wait(OPENS_WITHIN).unwrap_or_else(|| {
            self.opening = Some(opening);
            Err(device::silent(&self.config.device, Direction::Output))
        })
    }

    fn close(&mut self, limit: Duration) {
        if let Some(open) = self.open.take() {
            apart::close(open.stream, limit);
        }
    }

    fn stopped(&self) -> bool {
        self.stopper.stops() != self.seen
    }

    /// Queues what stands in `converted`; blocks while the ring is full.
    fn queue(&mut self) -> voice::Result<()> {
        let mut done = 0;
        let mut waiting = Waiting::new();
        loop {
            let stopped = self.stopped();
            let Some(open) = &mut self.open else { return Ok(()) };
            if stopped || done == open.converted.len() {
                open.converted = Vec::new();
                return Ok(());
            }
            // A stop that the callback has not carried out yet would swallow the new sound.
            if self.shared.stops_done.load(Ordering::Acquire) == self.seen {
                let (taken, _) = open.ring.push_partial_slice(&open.converted[done..]);
                done += taken.len();
            }
            if done < open.converted.len() {
                self.wait(&mut waiting, POLL)?;
            }
        }
    }

    /// Waits for the callback, unless the device is gone.
    fn wait(&mut self, waiting: &mut Waiting, nap: Duration) -> voice::Result<()> {
        let fault = self.open.as_ref().and_then(|open| open.health.fault().cloned());
        let stuck = waiting.is_stuck(self.shared.blocks.load(Ordering::Relaxed), Instant::now());
        let fault = fault.or_else(|| stuck.then(|| cpal::ErrorKind::DeviceNotAvailable.into()));
        if let Some(source) = fault {
            self.close(Duration::ZERO);
            return Err(device::lost(&self.config.device, Direction::Output, source).into());
        }
        wait_until(Instant::now() + nap, || self.stopped());
        Ok(())
    }
}

impl AudioSink for Speaker {
    fn write(&mut self, pcm: &[f32]) -> voice::Result<()> {
        if self.stopped() {
            return Ok(());
        }
        let shared = Arc::clone(&self.shared);
        let open = self.opened()?;
        shared.expecting.store(true, Ordering::Relaxed);
        open.resampler.process(pcm, &mut open.converted);
        self.queue()
    }

    fn drain(&mut self) -> voice::Result<()> {
        let Some(open) = &mut self.open else { return Ok(()) };
        open.resampler.finish(&mut open.converted);
        self.queue()?;
        self.shared.expecting.store(false, Ordering::Relaxed);
        self.log_underruns();
        let mut waiting = Waiting::new();
        while let Some(open) = &self.open {
            if self.stopped() {
                return Ok(());
            }
            if open.ring.slots() == open.ring.buffer().capacity() {
                break;
            }
            self.wait(&mut waiting, POLL)?;
        }
        // The last block is in the sound card now.
        let period = self.open.as_ref().map_or(Duration::ZERO, |open| open.period);
        let latency = Duration::from_micros(self.shared.latency_us.load(Ordering::Relaxed));
        wait_until(Instant::now() + latency.min(Duration::from_secs(1)) + period, || {
            self.stopped()
        });
        Ok(())
    }

    fn stopper(&self) -> Stopper {
        self.stopper.clone()
    }

    fn resume(&mut self) {
        self.seen = self.stopper.stops();
        self.shared.expecting.store(false, Ordering::Relaxed);
        if let Some(open) = &mut self.open {
            open.resampler.finish(&mut open.converted);
            open.converted = Vec::new();
        }
    }

    fn set_volume(&mut self, volume: f32) {
        self.shared.volume.store(volume.clamp(0.0, 1.0).to_bits(), Ordering::Relaxed);
    }
}

/// Notices when the callback is no longer called.
struct Waiting {
    blocks: Option<u64>,
    since: Instant,
}

impl Waiting {
    fn new() -> Self {
        Self { blocks: None, since: Instant::now() }
    }

    fn is_stuck(&mut self, blocks: u64, now: Instant) -> bool {
        if self.blocks != Some(blocks) {
            *self = Self { blocks: Some(blocks), since: now };
        }
        now.saturating_duration_since(self.since) > STUCK_DEVICE
    }
}

impl Open {
    fn new(config: &SpeakerConfig, shared: &Arc<Shared>, stopper: &Stopper) -> Result<Self> {
        let health = Health::new(Instant::now());
        let OpenDevice { stream, end: ring, rate } =
            device::open(&config.device, Direction::Output, None, |device, config, format| {
                let slots = config.sample_rate / 1000 * RING_MS;
                let (producer, consumer) = RingBuffer::new(slots as usize);
                let player = Player::new(consumer, shared.clone(), stopper.clone(), config);
                Ok((build(device, config, format, player, &health)?, producer))
            })?;
        let frames = stream.buffer_size().unwrap_or(rate / 1000 * PERIOD_MS);
        Ok(Self {
            stream,
            ring,
            health,
            resampler: Resampler::new(SAMPLE_RATE, rate)?,
            converted: Vec::new(),
            period: Duration::from_secs_f64(f64::from(frames) / f64::from(rate)),
        })
    }
}
