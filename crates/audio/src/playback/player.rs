//! The loudspeaker's callback: it plays what is queued, and silence where nothing is.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use cpal::traits::DeviceTrait as _;
use cpal::{SampleFormat, StreamConfig};
use rtrb::Consumer;
use voice::Stopper;
use zeroize::Zeroize as _;

use crate::ring::Health;

/// Time in which the volume moves from one value to another without a click, in milliseconds.
const RAMP_MS: u32 = 20;

/// State that the writer and the callback share.
#[derive(Default)]
pub(super) struct Shared {
    /// Bits of the `f32` volume.
    pub volume: AtomicU32,
    /// The last stop that the callback has carried out.
    pub stops_done: AtomicU64,
    /// Blocks the callback was asked for.
    pub blocks: AtomicU64,
    /// Whether more sound is about to be queued, so that an empty ring is an underrun.
    pub expecting: AtomicBool,
    pub underruns: AtomicU64,
    /// Time from the callback to the ear, in microseconds.
    pub latency_us: AtomicU64,
}

/// The callback's side: a ring of mono samples at the device's rate.
pub(super) struct Player {
    ring: Consumer<f32>,
    shared: Arc<Shared>,
    stopper: Stopper,
    channels: usize,
    volume: f32,
    /// How far the volume may move per sample.
    ramp: f32,
}

impl Player {
    pub fn new(
        ring: Consumer<f32>,
        shared: Arc<Shared>,
        stopper: Stopper,
        config: StreamConfig,
    ) -> Self {
        // A stream that starts has nothing queued that an earlier stop could mean.
        shared.stops_done.store(stopper.stops(), Ordering::Release);
        let volume = f32::from_bits(shared.volume.load(Ordering::Relaxed));
        let ramp = 1000.0 / (config.sample_rate * RAMP_MS) as f32;
        Self { ring, shared, stopper, channels: usize::from(config.channels.max(1)), volume, ramp }
    }

    fn fill<T: cpal::SizedSample + cpal::FromSample<f32>>(&mut self, block: &mut [T]) {
        self.shared.blocks.fetch_add(1, Ordering::Relaxed);
        let stops = self.stopper.stops();
        if stops != self.shared.stops_done.load(Ordering::Relaxed) {
            if let Ok(mut queued) = self.ring.read_chunk(self.ring.slots()) {
                let (first, second) = queued.as_mut_slices();
                first.zeroize();
                second.zeroize();
                queued.commit_all();
            }
            self.shared.stops_done.store(stops, Ordering::Release);
        }
        let target = f32::from_bits(self.shared.volume.load(Ordering::Relaxed));
        let wanted = block.len() / self.channels;
        let there = self.ring.slots().min(wanted);
        if there < wanted && self.shared.expecting.load(Ordering::Relaxed) {
            self.shared.underruns.fetch_add(1, Ordering::Relaxed);
        }
        // As many are there: nobody else takes any.
        let Ok(mut queued) = self.ring.read_chunk(there) else { return };
        let (first, second) = queued.as_mut_slices();
        // Nothing of what was played stays in the ring.
        let mut samples = first.iter_mut().chain(second).map(std::mem::take);
        for frame in block.chunks_mut(self.channels) {
            let sample = samples.next().unwrap_or(0.0);
            self.volume += (target - self.volume).clamp(-self.ramp, self.ramp);
            frame.fill(T::from_sample_((sample * self.volume).clamp(-1.0, 1.0)));
        }
        queued.commit_all();
    }
}

/// Opens a stream that the player fills, in the format that the device takes.
pub(super) fn build(
    device: &cpal::Device,
    config: StreamConfig,
    format: SampleFormat,
    player: Player,
    health: &Health,
) -> Result<cpal::Stream, cpal::Error> {
    match format {
        SampleFormat::I16 => build_as::<i16>(device, config, player, health),
        SampleFormat::F32 => build_as::<f32>(device, config, player, health),
        SampleFormat::I32 => build_as::<i32>(device, config, player, health),
        SampleFormat::U8 => build_as::<u8>(device, config, player, health),
        _ => Err(cpal::ErrorKind::UnsupportedConfig.into()),
    }
}

fn build_as<T>(
    device: &cpal::Device,
    config: StreamConfig,
    mut player: Player,
    health: &Health,
) -> Result<cpal::Stream, cpal::Error>
where
    T: cpal::SizedSample + cpal::FromSample<f32>,
{
    let (health, in_callback) = (health.clone(), health.clone());
    device.build_output_stream::<T, _, _>(
        config,
        move |block, info| {
            in_callback.flows();
            let times = info.timestamp();
            let latency = times.playback.duration_since(times.callback);
            player.shared.latency_us.store(latency.as_micros() as u64, Ordering::Relaxed);
            player.fill(block);
        },
        move |error| health.report(error),
        None,
    )
}

#[cfg(test)]
mod tests {
    use rtrb::{Producer, RingBuffer};

    use super::*;

    fn player(channels: u16) -> (Producer<f32>, Player, Arc<Shared>, Stopper) {
        let (producer, consumer) = RingBuffer::new(100);
        let shared =
            Arc::new(Shared { volume: AtomicU32::new(1.0_f32.to_bits()), ..Shared::default() });
        let stopper = Stopper::default();
        let config =
            StreamConfig { channels, sample_rate: 1000, buffer_size: cpal::BufferSize::Default };
        (producer, Player::new(consumer, shared.clone(), stopper.clone(), config), shared, stopper)
    }

    #[test]
    fn every_channel_hears_it_and_then_silence() {
        let (mut ring, mut player, shared, _) = player(2);
        shared.expecting.store(true, Ordering::Relaxed);
        ring.push_entire_slice(&[0.5, -0.5]).unwrap();
        let mut block = [1_i16; 8];
        player.fill(&mut block);
        assert_eq!(block, [16384, 16384, -16384, -16384, 0, 0, 0, 0]);
        assert_eq!(shared.underruns.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn a_stop_throws_the_queue_away_once() {
        let (mut ring, mut player, shared, stopper) = player(1);
        ring.push_entire_slice(&[0.5; 50]).unwrap();
        stopper.stop();
        let mut block = [1_i16; 4];
        player.fill(&mut block);
        assert_eq!(block, [0; 4]);
        assert_eq!(shared.stops_done.load(Ordering::Relaxed), stopper.stops());
        ring.push_entire_slice(&[0.5; 4]).unwrap();
        player.fill(&mut block);
        assert_eq!(block, [16384; 4]);
    }

    #[test]
    fn the_volume_moves_in_small_steps() {
        let (mut ring, mut player, shared, _) = player(1);
        shared.volume.store(0.0_f32.to_bits(), Ordering::Relaxed);
        ring.push_entire_slice(&[1.0; 40]).unwrap();
        let mut block = [0.0_f32; 40];
        player.fill(&mut block);
        assert!(block.windows(2).all(|pair| (pair[0] - pair[1]).abs() <= 0.051), "{block:?}");
        assert!(block[RAMP_MS as usize].abs() < 1e-3 && block[0] > 0.9, "{block:?}");
    }
}
