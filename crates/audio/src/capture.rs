//! Capture: the microphone. The callback copies, this thread converts.

use std::time::{Duration, Instant};

use cpal::traits::DeviceTrait as _;
use cpal::{SampleFormat, StreamConfig};
use voice::{AudioSource, FRAME_MS, SAMPLE_RATE};
use zeroize::DefaultIsZeroes;

use crate::apart::{self, Opening};
use crate::config::MicConfig;
use crate::device::{self, Direction, OpenDevice};
use crate::error::Result;
use crate::file::wait_until;
use crate::resample::Resampler;
use crate::ring::{Health, Pull, capture_ring};

/// How much the ring holds while nobody reads, in milliseconds.
const RING_MS: u32 = 2_000;
/// A stream that gives nothing for this long is as good as unplugged: a sound server that has ended is not told of.
const SILENT_DEVICE: Duration = Duration::from_secs(3);
/// The same for one that has given nothing yet: some wake up slowly.
const WAKING_DEVICE: Duration = Duration::from_secs(8);
/// How long one read waits for a device that is being opened: meanwhile the microphone can be closed.
const OPENS_WITHIN: Duration = Duration::from_secs(1);
/// How long a device that works may take to close: it is given back before another one is opened.
const CLOSES_WITHIN: Duration = Duration::from_secs(1);
/// Back-off between two attempts to reopen a lost device, at first and at most.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(1));
/// Interval at which the ring is polled while it is empty: half a frame, so that nothing is late.
const POLL: Duration = Duration::from_millis(FRAME_MS as u64 / 2);

/// A microphone of the system. It is closed by dropping it.
pub struct Microphone {
    config: MicConfig,
    open: Option<Open>,
    opening: Option<Opening<Open>>,
    back_off: Duration,
    /// What came last, of which everything before `at` was given out. Freed, and thereby wiped, when all was.
    ready: Vec<f32>,
    at: usize,
    lost: u64,
}

struct Open {
    /// Holds the device open; capturing stops when it is dropped.
    stream: cpal::Stream,
    pull: Box<dyn Pull>,
    health: Health,
    xruns: u64,
    resampler: Resampler,
    rate: u32,
    silence: Silence,
}

impl Microphone {
    /// Opens the microphone of the configuration.
    ///
    /// # Errors
    /// [`crate::Error::DeviceLost`] when it is not there or cannot be used.
    pub fn open(config: &MicConfig) -> Result<Self> {
        let mut microphone = Self::absent(config);
        microphone.open = Some(Open::new(config)?);
        Ok(microphone)
    }

    /// A microphone that is not there yet: every [`AudioSource::read`] tries to open it.
    pub fn absent(config: &MicConfig) -> Self {
        Self {
            config: config.clone(),
            open: None,
            opening: None,
            back_off: BACK_OFF.0,
            ready: Vec::new(),
            at: 0,
            lost: 0,
        }
    }

    /// Waits for the back-off and tries to open the device. One that takes longer goes on being opened.
    fn reopen(&mut self) -> Result<()> {
        let opening = if let Some(opening) = self.opening.take() {
            opening
        } else {
            wait_until(Instant::now() + self.back_off, || false);
            self.back_off = (self.back_off * 2).min(BACK_OFF.1);
            let config = self.config.clone();
            Opening::begin(Direction::Input, move || Open::new(&config))?
        };
        let Some(opened) = opening.wait(OPENS_WITHIN) else {
            self.opening = Some(opening);
            return Err(device::silent(&self.config.device, Direction::Input));
        };
        let open = self.open.insert(opened?);
        // It may have been open for long before it was taken.
        open.silence = Silence::new(Instant::now());
        self.back_off = BACK_OFF.0;
        Ok(())
    }
}

impl Drop for Microphone {
    fn drop(&mut self) {
        if let Some(open) = self.open.take() {
            open.close(CLOSES_WITHIN);
        }
    }
}

/// Time without a sample, after which a device is deaf.
struct Silence {
    since: Instant,
    limit: Duration,
}

impl Silence {
    fn new(opened: Instant) -> Self {
        Self { since: opened, limit: WAKING_DEVICE }
    }

    /// Samples came.
    fn broken(&mut self, now: Instant) {
        (self.since, self.limit) = (now, SILENT_DEVICE);
    }

    fn is_over(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.since) > self.limit
    }
}

impl AudioSource for Microphone {
    fn read(&mut self, out: &mut [f32]) -> voice::Result<usize> {
        while self.ready.is_empty() {
            let Some(open) = &mut self.open else {
                self.reopen()?;
                continue;
            };
            match open.take(&mut self.ready, Instant::now()) {
                Ok(lost) => self.lost += lost,
                Err(source) => {
                    // It hangs, most likely, and nothing else has this device.
                    if let Some(open) = self.open.take() {
                        open.close(Duration::ZERO);
                    }
                    return Err(device::lost(&self.config.device, Direction::Input, source).into());
                }
            }
            if self.ready.is_empty() {
                wait_until(Instant::now() + POLL, || false);
            }
        }
        let rest = &self.ready[self.at..];
        let count = out.len().min(rest.len());
        out[..count].copy_from_slice(&rest[..count]);
        self.at += count;
        if self.at == self.ready.len() {
            (self.ready, self.at) = (Vec::new(), 0);
        }
        Ok(count)
    }

    fn take_lost(&mut self) -> u64 {
        std::mem::take(&mut self.lost)
    }
}

impl Open {
    fn new(config: &MicConfig) -> Result<Self> {
        let (health, channel) = (Health::new(Instant::now()), config.channel);
        let OpenDevice { stream, end: pull, rate } =
            device::open(&config.device, Direction::Input, channel, |device, config, format| {
                build(device, config, format, channel, &health)
            })?;
        Ok(Self {
            stream,
            pull,
            xruns: health.xruns(),
            health,
            resampler: Resampler::new(rate, SAMPLE_RATE)?,
            rate,
            silence: Silence::new(Instant::now()),
        })
    }

    /// Closes the device. Where that hangs, what was heard does not stay in the ring.
    fn close(mut self, limit: Duration) {
        self.pull.pull(&mut Vec::new());
        apart::close(self.stream, limit);
    }

    /// Moves what has come until `now` to `ready`; returns how many samples of 16 kHz were lost before it.
    fn take(&mut self, ready: &mut Vec<f32>, now: Instant) -> Result<u64, cpal::Error> {
        // Made and freed each time: what is freed is wiped, and sound would stand in what is kept.
        let mut mono = Vec::new();
        let mut lost = self.pull.pull(&mut mono);
        // The sound card lost at least something in an overrun; it does not say how much.
        let xruns = self.health.xruns();
        lost += (xruns - std::mem::replace(&mut self.xruns, xruns)) * u64::from(self.rate) / 1000;
        if mono.is_empty() {
            if let Some(fault) = self.health.fault() {
                return Err(fault.clone());
            }
            if self.silence.is_over(now) {
                return Err(cpal::ErrorKind::DeviceNotAvailable.into());
            }
        } else {
            self.silence.broken(now);
            self.resampler.process(&mono, ready);
        }
        Ok((lost * u64::from(SAMPLE_RATE)).div_ceil(u64::from(self.rate)))
    }
}

fn build(
    device: &cpal::Device,
    config: StreamConfig,
    format: SampleFormat,
    channel: Option<u16>,
    health: &Health,
) -> Result<(cpal::Stream, Box<dyn Pull>), cpal::Error> {
    match format {
        SampleFormat::I16 => build_as::<i16>(device, config, channel, health),
        SampleFormat::F32 => build_as::<f32>(device, config, channel, health),
        SampleFormat::I32 => build_as::<i32>(device, config, channel, health),
        SampleFormat::U8 => build_as::<u8>(device, config, channel, health),
        _ => Err(cpal::ErrorKind::UnsupportedConfig.into()),
    }
}

fn build_as<T>(
    device: &cpal::Device,
    config: StreamConfig,
    channel: Option<u16>,
    health: &Health,
) -> Result<(cpal::Stream, Box<dyn Pull>), cpal::Error>
where
    T: cpal::SizedSample + DefaultIsZeroes + Send + 'static,
    f32: cpal::FromSample<T>,
{
    let frames = config.sample_rate / 1000 * RING_MS;
    let (mut push, pull) = capture_ring::<T>(frames as usize, config.channels, channel);
    let (health, in_callback) = (health.clone(), health.clone());
    let stream = device.build_input_stream::<T, _, _>(
        config,
        move |block, _| {
            in_callback.flows();
            push.push(block);
        },
        move |error| health.report(error),
        None,
    )?;
    Ok((stream, pull))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_that_gives_nothing_is_deaf_after_a_few_seconds() {
        let opened = Instant::now();
        let at = |millis| opened + Duration::from_millis(millis);
        let mut silence = Silence::new(opened);
        assert!(!silence.is_over(at(7_000)) && silence.is_over(at(8_001)), "it wakes up slowly");
        silence.broken(at(9_000));
        assert!(!silence.is_over(at(11_999)), "a hiccup");
        assert!(silence.is_over(at(12_001)));
        silence.broken(at(12_002));
        assert!(!silence.is_over(at(15_000)));
    }
}
