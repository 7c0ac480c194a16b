//! Streaming front end: sound in, encoder frames out.

use crate::Model;
use crate::encoder::Encoder;
use crate::features::{BINS, Fbank, HOP, LAG};
use crate::predictor::WIDTH;

/// Samples that a frame stands for: 40 ms.
pub const FRAME_SAMPLES: u64 = 640;
/// Rows that the encoder sees at once, the last of them only to look ahead.
const SEEN: usize = 45;
/// Rows by which it moves on: 320 ms.
const STEP: usize = 32;
/// Frames that come of one step.
const FRAMES: usize = 8;
/// Silence after the end, so that the last word is seen whole: 500 ms.
const TAIL: usize = voice::millis_to_samples(500) as usize;

/// Samples before frame number `frame` of a stream.
pub const fn frames_to_samples(frame: u32) -> u64 {
    frame as u64 * FRAME_SAMPLES
}

/// One stream of sound through features and encoder. Does not allocate after `new`.
#[derive(Clone)]
pub struct Stream {
    fbank: Fbank,
    rows: Box<[f32; SEEN * BINS]>,
    filled: usize,
    encoder: Encoder,
    out: Box<[f32; FRAMES * WIDTH]>,
}

impl Stream {
    /// A stream from silence.
    pub fn new(model: &Model) -> Self {
        Self {
            fbank: Fbank::new(),
            rows: Box::new([0.0; SEEN * BINS]),
            filled: 0,
            encoder: Encoder::new(model.encoder.clone()),
            out: Box::new([0.0; FRAMES * WIDTH]),
        }
    }

    /// Forgets the sound so far; nothing of it is left here.
    pub fn reset(&mut self) {
        self.fbank.reset();
        self.encoder.reset();
        self.rows.fill(0.0);
        self.out.fill(0.0);
        self.filled = 0;
    }

    /// Takes 16 kHz mono `f32` in pieces of any length and gives each frame that is complete to
    /// `each`. Frames come eight at once, every 320 ms, 130 ms after the sound they end with.
    pub fn feed(&mut self, samples: &[f32], mut each: impl FnMut(&[f32; WIDTH])) {
        let Self { fbank, rows, filled, encoder, out } = self;
        fbank.feed(samples, |row| {
            rows[*filled * BINS..(*filled + 1) * BINS].copy_from_slice(row);
            *filled += 1;
            if *filled == SEEN {
                encoder.step(&rows[..], &mut out[..]);
                out.as_chunks::<WIDTH>().0.iter().for_each(&mut each);
                rows.copy_within(STEP * BINS.., 0);
                *filled = SEEN - STEP;
            }
        });
    }

    /// Ends the sound with 0.5 s of silence and gives the frames that this completes. Afterwards
    /// the stream has to be [`reset`](Self::reset).
    pub fn finish(&mut self, mut each: impl FnMut(&[f32; WIDTH])) {
        // Kaldi mirrors the end to complete the last windows: after silence that is silence.
        let mut left = TAIL + LAG;
        while left > 0 {
            let piece = left.min(HOP);
            self.feed(&[0.0; HOP][..piece], &mut each);
            left -= piece;
        }
    }
}
