//! The listener: a state machine from a stream of samples to wake words and commands. No threads, no
//! channels, no clock.

use voice::{EndReason, Result, SpeechSpan, Wake, WakeDetector, millis_to_samples};

use crate::Config;
use crate::endpoint::{EndpointEvent, Endpointer};
use crate::preroll::Preroll;
use crate::vad::{BLOCK_SAMPLES, Block, Vad};

/// How far before the estimated end of the wake word the search for its real end begins.
const SEARCH_BEFORE: u64 = millis_to_samples(150);
/// How far after it the search ends.
const SEARCH_AFTER: u64 = millis_to_samples(250);
/// Silence that ends the wake word, in VAD blocks: 80 ms, longer than the stop in the middle of a
/// word.
const GAP_BLOCKS: usize = 5;
/// Probability below which a block is silence.
const SILENCE: f32 = 0.35;
/// How far into the silence behind the wake word the command may begin at the earliest.
const AFTER_WORD: u64 = millis_to_samples(50);
/// How much before the end of a word the network emits its last piece: 128 ms on the median of 249
/// recordings, 72 to 208 for four in five of them.
const EARLY_EMISSION: u64 = millis_to_samples(100);
/// How much silence a recording needs after its last word before the detector has decided, in
/// milliseconds.
pub const TAIL_MS: u32 = 1_500;

/// Probability of speech from which the detector is worth its work; below what counts as
/// speech, so that a soft voice is not missed, and above what rooms and noise read (0.1 to 0.3).
const MAYBE_SPEECH: f32 = 0.35;
/// How long the detector goes on after the last such moment: it decides up to a second after the end
/// of a word.
const STAY_AWAKE: u64 = millis_to_samples(1_500);
/// How much of the past the detector hears at such a moment.
const LOOKBACK: u64 = millis_to_samples(600);

/// Something was heard.
pub enum ListenerEvent<'a> {
    /// The wake word. Answer with [`Listener::listen`] or [`Listener::rest`].
    Wake(Wake),
    /// The next samples of the command, 16 kHz mono.
    Audio(&'a [f32]),
    /// The person has paused. Answer with [`Listener::paused`] if an engine can tell whether the
    /// sentence is whole.
    Pause,
    /// The command is over; the listener waits for the wake word again.
    End {
        /// Why.
        reason: EndReason,
        /// Where the speech was, in samples since the source was opened; `None` if there was none.
        speech: Option<SpeechSpan>,
    },
}

enum State {
    /// Waiting for the wake word.
    Resting,
    /// Heard it; waiting for [`Listener::listen`] or [`Listener::rest`]. Everything stays in the
    /// pre-roll.
    Woken(u64),
    /// To listen from this sample on; the pre-roll goes out with the next frame.
    Starting(Endpointer, u64),
    /// Handing out audio.
    Capturing(Endpointer),
}

/// Hears the wake word, then the command behind it.
pub struct Listener {
    detector: Box<dyn WakeDetector>,
    config: Config,
    vad: Vad,
    /// Blocks that became complete with the newest samples.
    blocks: Vec<Block>,
    /// End of the last complete VAD block.
    blocks_end: u64,
    preroll: Preroll,
    state: State,
    /// Position at which the detector was last reset.
    detector_from: u64,
    /// Until when the detector is fed; it rests while nobody can be speaking.
    awake_until: u64,
    /// Whether it rests, and has forgotten what it heard.
    asleep: bool,
}

impl Listener {
    /// A listener that waits for the wake word of `detector`.
    pub fn new(detector: Box<dyn WakeDetector>, config: &Config) -> Self {
        Self {
            detector,
            config: config.clone(),
            vad: Vad::default(),
            blocks: Vec::new(),
            blocks_end: 0,
            preroll: Preroll::default(),
            state: State::Resting,
            detector_from: 0,
            awake_until: STAY_AWAKE,
            asleep: false,
        }
    }

    /// Takes the next samples (16 kHz mono `f32`, usually [`voice::FRAME_SAMPLES`]) and gives out
    /// what was heard in them.
    ///
    /// # Errors
    /// Whatever the detector fails with; the listener goes on with the next frame.
    pub fn frame(&mut self, frame: &[f32], out: &mut dyn FnMut(ListenerEvent<'_>)) -> Result<()> {
        self.start_capture(out);
        self.preroll.push(frame);
        self.blocks.clear();
        let (blocks, end) = (&mut self.blocks, &mut self.blocks_end);
        self.vad.feed_with_level(frame, &mut |probability, level| {
            *end += BLOCK_SAMPLES as u64;
            blocks.push(Block { end: *end, probability, level });
        });
        for &block in &self.blocks {
            self.preroll.push_block(block);
        }
        match &self.state {
            State::Resting => {
                if let Some(mut wake) = self.detect(frame)? {
                    wake.at += self.detector_from;
                    self.state = State::Woken(wake.at);
                    out(ListenerEvent::Wake(wake));
                }
            }
            State::Capturing(_) => {
                out(ListenerEvent::Audio(frame));
                let blocks = std::mem::take(&mut self.blocks);
                self.follow(&blocks, out);
                self.blocks = blocks;
            }
            State::Woken(_) | State::Starting(..) => {}
        }
        Ok(())
    }

    /// Hands out a command from now on: after a wake word the audio right behind it, from memory;
    /// for a follow-up what comes next.
    pub fn listen(&mut self, follow_up: bool) {
        let now = self.preroll.end();
        let start = match self.state {
            State::Woken(word_end) if !follow_up => self.command_start(word_end),
            _ => now,
        };
        let mut endpointer = Endpointer::new(&self.config, start, !follow_up);
        if let State::Woken(word_end) = self.state
            && !follow_up
        {
            let word = self.preroll.blocks_since(0).take_while(|block| block.end <= word_end);
            let loudest = word.map(|block| block.level).fold(f32::NEG_INFINITY, f32::max);
            endpointer = endpointer.after_level(loudest);
        }
        self.state = State::Starting(endpointer, start);
    }

    /// Whether the sentence is whole now that the person has paused, if the engine can tell.
    pub fn paused(&mut self, complete: Option<bool>) {
        if let State::Capturing(endpointer) = &mut self.state {
            endpointer.paused(complete);
        }
    }

    /// Progress of the recogniser: whether its partial hypothesis is a whole sentence, and for how many
    /// samples it has been stable.
    pub fn progress(&mut self, complete: Option<bool>, stable_for: u64) {
        let now = self.preroll.end();
        if let State::Capturing(endpointer) = &mut self.state {
            endpointer.progress(complete, stable_for, now);
        }
    }

    /// The turn is over or was cancelled: waits for the wake word again. What was said is forgotten.
    pub fn rest(&mut self) {
        self.state = State::Resting;
        // Nobody looks further back than this: the detector begins here.
        self.preroll.clear_sound();
        self.detector.reset();
        self.detector_from = self.preroll.end();
        self.awake_until = self.detector_from + STAY_AWAKE;
    }

    /// Hears the wake word by another detector from now on, unless somebody is giving a command; says whether it does.
    pub fn adopt(&mut self, detector: Box<dyn WakeDetector>) -> bool {
        let rests = matches!(self.state, State::Resting);
        if rests {
            self.detector = detector;
            self.rest();
        }
        rests
    }

    /// The source ended: ends a command that was being heard.
    pub fn end(&mut self, out: &mut dyn FnMut(ListenerEvent<'_>)) {
        self.start_capture(out);
        if let State::Capturing(endpointer) = &self.state {
            let found = endpointer.end(EndReason::EndOfStream, self.preroll.end());
            self.rest();
            report(found, out);
        }
    }

    /// Samples were lost: what was heard before has nothing to do with what comes.
    pub fn gap(&mut self) {
        self.vad.reset();
        self.blocks_end = self.preroll.end();
        if matches!(self.state, State::Resting) {
            self.preroll.clear();
            self.detector.reset();
            self.detector_from = self.preroll.end();
        }
    }

    /// Forgets what was heard, unless somebody is giving a command.
    pub fn forget(&mut self) {
        if matches!(self.state, State::Resting) {
            self.gap();
        }
    }

    /// Samples taken since the source was opened.
    pub fn position(&self) -> u64 {
        self.preroll.end()
    }

    /// Feeds the frame to the detector, unless there has been nothing like speech for a while.
    fn detect(&mut self, frame: &[f32]) -> Result<Option<Wake>> {
        let slept = self.preroll.end() - frame.len() as u64 > self.awake_until;
        let is_voiced = |block: &&Block| block.probability >= MAYBE_SPEECH;
        let voiced = self.blocks.iter().find(is_voiced).map(|block| block.end);
        if let Some(last) = self.blocks.iter().rfind(is_voiced) {
            self.awake_until = last.end + STAY_AWAKE;
        }
        match (slept, voiced) {
            (false, _) => self.detector.feed(frame),
            (true, None) => {
                // It may rest for hours, and what it heard last is forgotten within seconds.
                if !std::mem::replace(&mut self.asleep, true) {
                    self.detector.reset();
                }
                Ok(None)
            }
            (true, Some(at)) => {
                self.asleep = false;
                let from = at.saturating_sub(LOOKBACK).max(self.preroll.start());
                self.detector.reset();
                self.detector_from = from;
                self.detector.feed(&self.preroll.since(from))
            }
        }
    }

    /// Where the command begins: a moment into the silence behind the wake word if there is one,
    /// else where the detector says that the word ended.
    fn command_start(&self, word_end: u64) -> u64 {
        let from = word_end.saturating_sub(SEARCH_BEFORE);
        let near: Vec<Block> = self
            .preroll
            .blocks_since(from)
            .take_while(|block| block.end <= word_end + SEARCH_AFTER)
            .collect();
        let gap = near
            .windows(GAP_BLOCKS)
            .find(|blocks| blocks.iter().all(|block| block.probability < SILENCE))
            .map(|blocks| blocks[0].end - BLOCK_SAMPLES as u64 + AFTER_WORD);
        gap.unwrap_or(word_end + EARLY_EMISSION).clamp(self.preroll.start(), self.preroll.end())
    }

    /// Hands out the pre-roll when listening was just asked for.
    fn start_capture(&mut self, out: &mut dyn FnMut(ListenerEvent<'_>)) {
        let State::Starting(endpointer, start) = &self.state else { return };
        let start = *start;
        self.state = State::Capturing(endpointer.clone());
        let past = self.preroll.since(start);
        if !past.is_empty() {
            out(ListenerEvent::Audio(&past));
        }
        let blocks: Vec<Block> = self.preroll.blocks_since(start).collect();
        self.follow(&blocks, out);
    }

    /// Takes the endpointer through blocks, until it finds the end.
    fn follow(&mut self, blocks: &[Block], out: &mut dyn FnMut(ListenerEvent<'_>)) {
        for block in blocks {
            let State::Capturing(endpointer) = &mut self.state else { return };
            if let Some(found) = endpointer.step(block.probability, block.level, block.end) {
                if matches!(found, EndpointEvent::End { .. }) {
                    self.rest();
                }
                report(found, out);
            }
        }
    }
}

fn report(found: EndpointEvent, out: &mut dyn FnMut(ListenerEvent<'_>)) {
    match found {
        // Where speech began is reported with its end.
        EndpointEvent::Start(_) => {}
        EndpointEvent::Pause => out(ListenerEvent::Pause),
        EndpointEvent::End { reason, speech } => out(ListenerEvent::End { reason, speech }),
    }
}
