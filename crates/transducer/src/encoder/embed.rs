//! The convolutions in front: 45 frames of 80 features become 16 frames of 128 values.
//!
//! All of it is in floats, as in the file. Channels lie innermost, so that the taps of a convolution
//! along the bands are one run of memory and a convolution is a product of matrices.

use super::{
    FEATURES, STEP_FRAMES, WIDTH,
    kernels::{Activation, Dense, Kernels, Rows, Tile, tiles},
    quant::{Linear, Quantised},
};

/// Frames that come out of one step.
pub(super) const LINES: usize = 16;
/// Shape after the first convolution: 3 × 3, bands padded by one on both sides.
pub(super) const FIRST_LINES: usize = STEP_FRAMES - 2;
pub(super) const FIRST_BANDS: usize = FEATURES;
pub(super) const FIRST_CHANNELS: usize = 8;
/// Length of a padded line of features.
pub(super) const PADDED: usize = FEATURES + 2;
/// Shape after the second: 3 × 3, every second line and band.
const SECOND_LINES: usize = (FIRST_LINES - 3) / 2 + 1;
const SECOND_BANDS: usize = (FIRST_BANDS - 3) / 2 + 1;
pub(super) const SECOND_CHANNELS: usize = 32;
/// Shape after the third: 3 × 3, every second band. Three lines more than come out are the reach of
/// the square convolution forwards.
const THIRD_LINES: usize = SECOND_LINES - 2;
pub(super) const BANDS: usize = (SECOND_BANDS - 3) / 2 + 1;
/// Side of the square convolution, and the lines it remembers.
pub(super) const SQUARE: usize = 7;
const PAST: usize = SQUARE / 2;
/// Places of a line that is padded for the square convolution.
pub(super) const PADDED_BANDS: usize = BANDS + SQUARE - 1;
const PADDED_LINE: usize = PADDED_BANDS * WIDTH;
/// Values of one line after the third convolution.
pub(super) const LINE: usize = BANDS * WIDTH;
/// Width between the two products that follow the square convolution.
pub(super) const HIDDEN: usize = 384;
/// Places that pass through those two products together.
const PLACES: usize = 24;

/// Weights of the front.
pub(super) struct Embed {
    /// Eight channels for each of nine taps.
    pub first: Vec<f32>,
    pub first_bias: Vec<f32>,
    pub second: Dense,
    pub third: Dense,
    /// 128 channels for each of 49 taps.
    pub square: Vec<f32>,
    pub square_bias: Vec<f32>,
    pub widen: Dense,
    pub narrow: Dense,
    pub out: Linear,
    pub norm_bias: Vec<f32>,
    pub norm_scale: f32,
}

/// What the second convolution reads of the first one's output: 3 × 3, every second line and band.
const SECOND_ROWS: Rows = Rows {
    lines: SECOND_LINES,
    per_line: SECOND_BANDS,
    line_stride: 2 * FIRST_BANDS * FIRST_CHANNELS,
    row_stride: 2 * FIRST_CHANNELS,
    parts: 3,
    run: 3 * FIRST_CHANNELS,
    part_stride: FIRST_BANDS * FIRST_CHANNELS,
};
/// What the third convolution reads of the second one's output: 3 × 3, every line and every second
/// band.
const THIRD_ROWS: Rows = Rows {
    lines: THIRD_LINES,
    per_line: BANDS,
    line_stride: SECOND_BANDS * SECOND_CHANNELS,
    row_stride: 2 * SECOND_CHANNELS,
    parts: 3,
    run: 3 * SECOND_CHANNELS,
    part_stride: SECOND_BANDS * SECOND_CHANNELS,
};

/// What the front remembers, and room to work in.
#[derive(Clone)]
pub(super) struct EmbedState {
    padded: Vec<f32>,
    first: Vec<f32>,
    second: Vec<f32>,
    third: Vec<f32>,
    /// The last lines of the step before, then this step's, padded.
    lines: Vec<f32>,
    square: Vec<f32>,
    hidden: Vec<f32>,
    tiles: Vec<Tile>,
}

impl EmbedState {
    pub fn new() -> Self {
        Self {
            padded: vec![0.0; STEP_FRAMES * PADDED],
            first: vec![0.0; FIRST_LINES * FIRST_BANDS * FIRST_CHANNELS],
            second: vec![0.0; SECOND_LINES * SECOND_BANDS * SECOND_CHANNELS],
            third: vec![0.0; THIRD_LINES * LINE],
            lines: vec![0.0; (PAST + THIRD_LINES) * PADDED_LINE],
            square: vec![0.0; LINES * LINE],
            hidden: vec![0.0; PLACES * HIDDEN],
            tiles: tiles(),
        }
    }

    pub fn reset(&mut self) {
        let Self { padded, first, second, third, lines, square, hidden, tiles } = self;
        for values in [padded, first, second, third, lines, square, hidden] {
            values.fill(0.0);
        }
        tiles.fill(Tile::default());
    }
}

impl Embed {
    /// Turns `features` into [`LINES`] frames of [`WIDTH`].
    pub fn step(
        &self,
        kernels: Kernels,
        features: &[f32],
        state: &mut EmbedState,
        quantised: &mut Quantised,
        out: &mut [f32],
    ) {
        let EmbedState { padded, first, second, third, lines, square, hidden, tiles } = state;
        for (line, frame) in padded.chunks_exact_mut(PADDED).zip(features.chunks_exact(FEATURES)) {
            for (slot, &value) in line[1..].iter_mut().zip(frame) {
                *slot = if value.is_finite() { value } else { 0.0 };
            }
        }
        let bend = Activation::SWOOSH_R;
        kernels.first_convolution(padded, &self.first, &self.first_bias, first);

        kernels.dense(first, SECOND_ROWS, &self.second, bend, tiles, second);
        kernels.dense(second, THIRD_ROWS, &self.third, bend, tiles, third);

        // What the square convolution looks back on; the last three lines of a step come again.
        lines.copy_within(LINES * PADDED_LINE..(LINES + PAST) * PADDED_LINE, 0);
        let new = lines[PAST * PADDED_LINE..].chunks_exact_mut(PADDED_LINE);
        for (padded, line) in new.zip(third.chunks_exact(LINE)) {
            padded[SQUARE / 2 * WIDTH..][..LINE].copy_from_slice(line);
        }
        kernels.square_convolution(lines, &self.square, &self.square_bias, square);
        let residual = &third[..LINES * LINE];
        let places = square.chunks_mut(PLACES * WIDTH).zip(residual.chunks(PLACES * WIDTH));
        for (places, residual) in places {
            let count = places.len() / WIDTH;
            let hidden = &mut hidden[..count * HIDDEN];
            let rows = Rows::contiguous(count, WIDTH);
            kernels.dense(places, rows, &self.widen, Activation::SWOOSH_L, tiles, hidden);
            let rows = Rows::contiguous(count, HIDDEN);
            kernels.dense(hidden, rows, &self.narrow, Activation::Linear, tiles, places);
            for (place, &residual) in places.iter_mut().zip(residual) {
                *place += residual;
            }
        }
        kernels.quantise(square, LINES, self.out.steps, quantised);
        kernels.product(quantised, &self.out, out);
        kernels.normalise(out, &self.norm_bias, self.norm_scale);
    }
}
