//! Greedy decoding: the free text, with the likeliest piece of each frame, or none.

use std::sync::Arc;

use crate::Model;
use crate::predictor::{Context, WIDTH};
use crate::scorer::{Scorer, Slot};
use crate::tokens::{BLANK, Token};

/// Pieces for which there is room from the start; more than anyone says in half a minute.
const ROOM: usize = 256;

/// A piece that was emitted.
#[derive(Clone, Copy)]
pub struct Piece {
    /// Which.
    pub token: Token,
    /// The frame in which it came.
    pub frame: u32,
    /// Its log-probability there.
    pub score: f32,
}

/// The free text: what the network writes without a grammar.
#[derive(Clone)]
pub struct Free {
    /// The pieces so far.
    pub tokens: Vec<Piece>,
    /// Log-probability of all choices so far.
    pub score: f32,
    /// What the internal language model makes of the pieces: the sum of their log-probabilities without
    /// sound.
    pub internal: f32,
    /// Frames so far.
    pub frames: u32,
    pub(crate) context: Context,
}

impl Default for Free {
    fn default() -> Self {
        let tokens = Vec::with_capacity(ROOM);
        Self { tokens, score: 0.0, internal: 0.0, frames: 0, context: Context::START }
    }
}

impl Free {
    /// Log-probability for each piece: near 0 for clear speech, −1 and less for noise.
    /// `None` when nothing was said.
    pub fn per_token(&self) -> Option<f32> {
        (!self.tokens.is_empty()).then(|| self.score / self.tokens.len() as f32)
    }

    pub(crate) fn clear(&mut self) {
        self.tokens.clear();
        self.score = 0.0;
        self.internal = 0.0;
        self.frames = 0;
        self.context = Context::START;
    }

    /// Advances by the best of a frame; `true` when a piece was emitted.
    pub(crate) fn advance(&mut self, scorer: &mut Scorer, slot: Slot) -> bool {
        let (token, score) = scorer.best(slot);
        self.score += score;
        if token != BLANK {
            self.internal += scorer.internal(slot)[usize::from(token)];
            self.tokens.push(Piece { token, frame: self.frames, score });
            self.context = self.context.then(token);
        }
        self.frames += 1;
        token != BLANK
    }
}

/// A greedy decoder alone.
#[derive(Clone)]
pub struct Greedy {
    scorer: Scorer,
    free: Free,
}

impl Greedy {
    /// A decoder at the start.
    pub fn new(model: Arc<Model>) -> Self {
        Self { scorer: Scorer::new(model), free: Free::default() }
    }

    /// Forgets what was said.
    pub fn reset(&mut self) {
        self.free.clear();
    }

    /// Advances by a frame.
    pub fn accept_frame(&mut self, frame: &[f32; WIDTH]) {
        self.scorer.begin();
        if let Some(slot) = self.scorer.ask(self.free.context) {
            self.scorer.run(frame);
            self.free.advance(&mut self.scorer, slot);
        }
    }

    /// What was said so far.
    pub fn free(&self) -> &Free {
        &self.free
    }
}
