//! Scoring with a cache: the log-probabilities of the next piece for all contexts that a search needs
//! in one frame.

use std::sync::Arc;

use crate::Model;
use crate::encoder::Workspace;
use crate::joiner::PADDED;
use crate::predictor::{Context, WIDTH};
use crate::tokens::Token;

/// Contexts whose prediction is kept; 3.3 kB each.
const KEPT: usize = 512;
/// Places in which a context may lie.
const WAYS: usize = 8;
/// Contexts in one frame, at most.
pub(crate) const MOST: usize = 64;

/// What the network expects after a context, whatever is heard.
#[derive(Clone)]
struct Expectation {
    context: Option<Context>,
    /// The last frame in which it was asked for.
    used: u64,
    prediction: [f32; WIDTH],
    /// The internal language model: logarithms of the probabilities without sound and blank.
    internal: Option<Box<[f32; PADDED]>>,
}

/// Which of the contexts of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot(u8);

/// Evaluates predictor and joiner, each context once a frame.
#[derive(Clone)]
pub(crate) struct Scorer {
    model: Arc<Model>,
    kept: Vec<Expectation>,
    frame: u64,
    contexts: Vec<(Context, usize)>,
    hidden: Vec<[f32; WIDTH]>,
    rows: Vec<[f32; PADDED]>,
    workspace: Workspace,
}

impl Scorer {
    pub(crate) fn new(model: Arc<Model>) -> Self {
        let empty =
            || Expectation { context: None, used: 0, prediction: [0.0; WIDTH], internal: None };
        Self {
            model,
            kept: (0..KEPT).map(|_| empty()).collect(),
            frame: 0,
            contexts: Vec::with_capacity(MOST),
            hidden: vec![[0.0; WIDTH]; MOST],
            rows: vec![[0.0; PADDED]; MOST],
            workspace: Workspace::new(),
        }
    }

    /// Starts a frame.
    pub(crate) fn begin(&mut self) {
        self.frame += 1;
        self.contexts.clear();
    }

    /// Asks for a context in this frame; `None` when there are too many.
    pub(crate) fn ask(&mut self, context: Context) -> Option<Slot> {
        if let Some(at) = self.contexts.iter().position(|&(known, _)| known == context) {
            return Some(Slot(at as u8));
        }
        if self.contexts.len() == MOST {
            return None;
        }
        let place = self.place(context);
        self.contexts.push((context, place));
        Some(Slot(self.contexts.len() as u8 - 1))
    }

    /// Where the prediction for the context lies, computed if need be.
    fn place(&mut self, context: Context) -> usize {
        // Fibonacci hashing; what two pieces have in common is in the low bits.
        let home = (context.key().wrapping_mul(0x9e37_79b9) >> 16) as usize % KEPT;
        let mut oldest = None;
        for way in 0..KEPT {
            let at = (home + way) % KEPT;
            let kept = &self.kept[at];
            if kept.context == Some(context) {
                self.kept[at].used = self.frame;
                return at;
            }
            // What this frame needs stays.
            if kept.used < self.frame
                && oldest.is_none_or(|old: usize| kept.used < self.kept[old].used)
            {
                oldest = Some(at);
            }
            if way + 1 >= WAYS && oldest.is_some() {
                break;
            }
        }
        let at = oldest.unwrap_or(home);
        let kept = &mut self.kept[at];
        self.model.predictor.predict(context, &mut kept.prediction);
        kept.context = Some(context);
        kept.used = self.frame;
        // An old row is kept as space.
        if let Some(row) = &mut kept.internal {
            row[0] = f32::NAN;
        }
        at
    }

    /// Evaluates all that was asked.
    pub(crate) fn run(&mut self, frame: &[f32; WIDTH]) {
        let count = self.contexts.len();
        for (hidden, &(_, place)) in self.hidden.iter_mut().zip(&self.contexts) {
            *hidden = self.kept[place].prediction;
        }
        self.model.joiner.log_probs(
            frame,
            &mut self.hidden[..count],
            &mut self.rows[..count],
            &mut self.workspace,
            true,
        );
    }

    /// Logarithms of the probabilities of all pieces, after [`Scorer::run`].
    pub(crate) fn row(&self, slot: Slot) -> &[f32; PADDED] {
        &self.rows[usize::from(slot.0)]
    }

    /// Logarithms of the probabilities without sound; that of the blank says nothing.
    pub(crate) fn internal(&mut self, slot: Slot) -> &[f32; PADDED] {
        let kept = &mut self.kept[self.contexts[usize::from(slot.0)].1];
        let row = kept.internal.get_or_insert_with(|| Box::new([f32::NAN; PADDED]));
        if row[0].is_nan() {
            let mut hidden = [kept.prediction];
            let out = std::slice::from_mut(&mut **row);
            self.model.joiner.log_probs(
                &[0.0; WIDTH],
                &mut hidden,
                out,
                &mut self.workspace,
                false,
            );
        }
        row
    }

    /// The likeliest piece or blank, and its logarithm.
    pub(crate) fn best(&self, slot: Slot) -> (Token, f32) {
        best(self.row(slot))
    }
}

/// The likeliest of a row, leaving out the signs that are never said.
pub(crate) fn best(row: &[f32; PADDED]) -> (Token, f32) {
    let first = usize::from(crate::tokens::FIRST_SAID);
    let mut best = (0, row[0]);
    for (token, &value) in row.iter().enumerate().skip(first) {
        if value > best.1 {
            best = (token as Token, value);
        }
    }
    best
}
