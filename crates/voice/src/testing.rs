//! Fakes of the seams, and turns that nobody had, for the tests of whoever uses them.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use crate::{
    AudioSink, AudioSource, Engine, Error, Outcome, Partial, Pcm, Result, Stopper, Synthesizer,
    Timings, Transcriber, Transcript, Turn, TurnId, Wake, WakeDetector,
};

/// A turn in which these words were heard and something was done.
pub fn turn(text: &str, clip: Pcm) -> Turn {
    Turn {
        id: TurnId(1),
        satellite: crate::SatelliteId::local(),
        started: Instant::now(),
        wake: None,
        speech: None,
        transcript: Some(Transcript {
            text: text.into(),
            engine: Engine::Grammar,
            confidence: 0.9,
            alternatives: Vec::new(),
            words: Vec::new(),
        }),
        intent: None,
        reply: "Very well.".into(),
        outcome: Outcome::Done,
        timings: Timings::default(),
        clip: Some(clip),
    }
}

/// Noise: in a file it is as long as sound can be. It is the same each time.
pub fn noise(samples: usize) -> Pcm {
    let mut seed = 1_u32;
    let noise = (0..samples).map(|_| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (f64::from(seed >> 8) / 8_388_608.0 - 1.0) as f32
    });
    Pcm::new(noise.collect::<Vec<_>>())
}

/// A source that gives the samples it was made with, then ends.
pub struct FakeSource {
    samples: VecDeque<f32>,
    /// The call, counted from 1, that fails as if the device were gone.
    pub fail_on_call: Option<usize>,
    calls: usize,
}

impl FakeSource {
    /// Gives these 16 kHz mono samples.
    pub fn new(samples: impl IntoIterator<Item = f32>) -> Self {
        Self { samples: samples.into_iter().collect(), fail_on_call: None, calls: 0 }
    }
}

impl AudioSource for FakeSource {
    fn read(&mut self, out: &mut [f32]) -> Result<usize> {
        self.calls += 1;
        if self.fail_on_call == Some(self.calls) {
            return Err(Error::device_lost("read the microphone", "unplugged"));
        }
        let count = out.len().min(self.samples.len());
        for (slot, sample) in out.iter_mut().zip(self.samples.drain(..count)) {
            *slot = sample;
        }
        Ok(count)
    }
}

/// A sink that remembers what was played.
#[derive(Default)]
pub struct FakeSink {
    heard: Arc<Mutex<Vec<f32>>>,
    stopper: Stopper,
    seen: u64,
}

impl FakeSink {
    /// Everything that was heard so far, shared with the sink.
    pub fn heard(&self) -> Arc<Mutex<Vec<f32>>> {
        Arc::clone(&self.heard)
    }
}

impl AudioSink for FakeSink {
    fn write(&mut self, pcm: &[f32]) -> Result<()> {
        if self.stopper.stops() == self.seen
            && let Ok(mut heard) = self.heard.lock()
        {
            heard.extend_from_slice(pcm);
        }
        Ok(())
    }

    fn drain(&mut self) -> Result<()> {
        Ok(())
    }

    fn stopper(&self) -> Stopper {
        self.stopper.clone()
    }

    fn resume(&mut self) {
        self.seen = self.stopper.stops();
    }

    fn set_volume(&mut self, _volume: f32) {}
}

/// A detector that wakes at fixed samples.
pub struct FakeDetector {
    at: Vec<u64>,
    position: u64,
}

impl FakeDetector {
    /// Wakes whenever one of these positions, counted from the last reset, has passed.
    pub fn new(at: impl IntoIterator<Item = u64>) -> Self {
        Self { at: at.into_iter().collect(), position: 0 }
    }
}

impl WakeDetector for FakeDetector {
    fn feed(&mut self, pcm: &[f32]) -> Result<Option<Wake>> {
        let before = self.position;
        self.position += pcm.len() as u64;
        let hit = self.at.iter().find(|at| (before..self.position).contains(at));
        Ok(hit.map(|&at| Wake { word: "computer".into(), score: 1.0, threshold: 0.5, at }))
    }

    fn reset(&mut self) {
        self.position = 0;
    }
}

/// A transcriber that answers how many samples it was fed, or fails on the n-th utterance.
#[derive(Default)]
pub struct FakeTranscriber {
    samples: usize,
    utterances: usize,
    /// The utterance, counted from 1, that fails.
    pub fail_on: Option<usize>,
}

impl Transcriber for FakeTranscriber {
    fn feed(&mut self, pcm: &[f32]) -> Result<Option<Partial>> {
        self.samples += pcm.len();
        Ok(None)
    }

    fn finish(&mut self) -> Result<Transcript> {
        self.utterances += 1;
        let samples = std::mem::take(&mut self.samples);
        if self.fail_on == Some(self.utterances) {
            return Err(Error::failed("transcribe the utterance", "it is broken"));
        }
        let text = if samples == 0 { String::new() } else { format!("{samples} samples") };
        Ok(Transcript {
            text: text.into(),
            engine: Engine::Grammar,
            confidence: 1.0,
            alternatives: Vec::new(),
            words: Vec::new(),
        })
    }

    fn reset(&mut self) {
        self.samples = 0;
    }
}

/// A synthesizer that gives ten samples a character.
pub struct FakeSynthesizer;

impl Synthesizer for FakeSynthesizer {
    fn sample_rate(&self) -> u32 {
        crate::SAMPLE_RATE
    }

    fn speak(&mut self, text: &str, out: &mut dyn FnMut(&[f32]) -> ControlFlow<()>) -> Result<()> {
        for _ in text.chars() {
            if out(&[0.1; 10]).is_break() {
                break;
            }
        }
        Ok(())
    }
}

/// What every transcriber must do: answer nothing to silence, be usable again, forget on reset.
///
/// # Panics
/// When it does not.
pub fn check_transcriber(transcriber: &mut dyn Transcriber, utterance: &[f32]) {
    let once = |transcriber: &mut dyn Transcriber| {
        for piece in utterance.chunks(crate::FRAME_SAMPLES) {
            assert!(transcriber.feed(piece).is_ok(), "feeding failed");
        }
        let Ok(transcript) = transcriber.finish() else { panic!("finishing failed") };
        assert!((0.0..=1.0).contains(&transcript.confidence), "confidence is 0…1");
        transcript.text
    };
    let first = once(transcriber);
    assert!(first == once(transcriber), "the same utterance gives the same words again");
    assert!(transcriber.feed(utterance).is_ok(), "feeding failed");
    transcriber.reset();
    let Ok(nothing) = transcriber.finish() else { panic!("finishing nothing failed") };
    assert!(nothing.text.is_empty(), "after a reset there is nothing left of the utterance");
}
