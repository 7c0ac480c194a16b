//! Beam search over places in a grammar, with the free text as the reference for rejection.
//!
//! Scores are log-probabilities (natural). The score that ranks hypotheses leaves out a part of the
//! internal language model, what the network expects without listening, because the grammar knows
//! that better; the score that rejects them does not.

mod background;
mod result;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use voice::Phrase;

pub use result::{Completeness, FreeWord, SearchResult, Sentence, Word};

use self::background::Background;

use crate::Model;
use crate::graph::{Grammar, Move, Part, Place};
use crate::greedy::Free;
use crate::joiner::PADDED;
use crate::predictor::{Context, WIDTH};
use crate::scorer::{MOST, Scorer, Slot};
use crate::tokens::{BLANK, FIRST_SAID, Token, VOCABULARY};

/// No piece yet.
const ROOT: u32 = u32::MAX;
/// An alternative this much worse (1 in 3,000) is not worth keeping.
const WORTH_KEEPING: f32 = 8.0;
/// Pieces for which there is room from the start: those of half a minute.
const ROOM: usize = 16 * 1024;
/// A minute is longer than any sentence; what follows is not heard, so that memory stays flat.
const LONGEST: u32 = 1_500;
/// Places at which a text may stand, on average.
const PLACES: usize = 8;
/// Candidates of one frame for which there is room from the start.
const CANDIDATES: usize = 4096;

/// Frames between two pieces of one word, at most: 480 ms. Later ones are made of the noise behind a
/// word ("open" … "ing").
const WITHIN_WORD: u32 = 12;

/// How to search.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Texts that are followed. One text may stand at several places of the grammar, in the names of
    /// several lists for example; that costs little and does not count.
    pub beam: usize,
    /// Hypotheses this much worse than the best are given up, as natural logarithm.
    pub margin: f32,
    /// How much of the internal language model is left out, 0…1.
    pub internal_lm: f32,
    /// What each piece of free words costs, as natural logarithm: without it they would swallow the
    /// words of the sentence.
    pub open_cost: f32,
    /// Cost of each piece that is said before or behind a sentence, as natural logarithm: without it
    /// nothing would have to be part of the sentence.
    pub filler_cost: f32,
    /// The same of a piece of background speech, which is much softer than the rest.
    pub background_cost: f32,
    /// Cost of a carrier phrase ("in ten minutes", "and then"), as natural logarithm: most sentences are
    /// said without.
    pub carrier_cost: f32,
    /// The same of a negation ("don't"). It is less, because to overhear one is worse than to hear one
    /// that nobody said.
    pub negation_cost: f32,
    /// Size of the n-best list.
    pub n_best: usize,
}

impl Default for Config {
    fn default() -> Self {
        // Beam and share as measured on recordings with noise; a beam of 32 gains nothing.
        Self {
            beam: 12,
            margin: 14.0,
            internal_lm: 0.3,
            open_cost: 4.0,
            filler_cost: 1.5,
            background_cost: 0.3,
            carrier_cost: 4.0,
            negation_cost: 2.0,
            n_best: 5,
        }
    }
}

/// One way to have understood the sound so far.
#[derive(Clone, Copy)]
struct Hypothesis {
    place: Place,
    context: Context,
    /// Hash of the pieces in their order.
    history: u64,
    /// The last piece, in [`Search::nodes`].
    node: u32,
    /// Frame of the last piece.
    said: u32,
    lead: Lead,
    /// What ranks it.
    score: f32,
    /// Logarithm of the probability that the network gives it.
    plain: f32,
    /// What the internal language model makes of its pieces.
    internal: f32,
}

/// A piece of a hypothesis.
#[derive(Clone, Copy)]
struct Node {
    before: u32,
    token: Token,
    part: Part,
    /// The carrier phrase that begins with it.
    phrase: Option<Phrase>,
    frame: u32,
    /// Logarithm of the probability that the network gives the hypothesis, up to here.
    plain: f32,
    /// The same of the free text.
    free: f32,
    /// What the internal language model makes of its pieces, and of those of the free text.
    internal: f32,
    free_internal: f32,
    /// The sums before the first piece.
    lead: Lead,
}

/// What waiting for the first piece cost.
#[derive(Clone, Copy, Default)]
struct Lead {
    plain: f32,
    free: f32,
    free_internal: f32,
}

/// Recombination of two paths to the same place with the same last pieces: the worse is kept for the
/// n-best list.
#[derive(Clone, Copy)]
struct Recombination {
    winner: u32,
    loser: u32,
    score_gap: f32,
    plain_gap: f32,
}

#[derive(Clone, Copy)]
struct Candidate {
    next: Hypothesis,
    /// What was said in this frame, if anything.
    token: Token,
    /// The carrier phrase that begins with it.
    phrase: Option<Phrase>,
}

/// A search through a grammar, fed frame by frame. After a warm-up it does not allocate.
#[derive(Clone)]
pub struct Search {
    scorer: Scorer,
    grammar: Grammar,
    config: Config,
    begins: Box<[bool; VOCABULARY]>,
    free: Free,
    /// The scores of the free text before the newest frame.
    free_before: f32,
    internal_before: f32,
    background: Background,
    beam: Vec<Hypothesis>,
    slots: Vec<Slot>,
    candidates: Vec<Candidate>,
    nodes: Vec<Node>,
    recombinations: Vec<Recombination>,
    /// Scores of the pieces in a context without the internal language model's part.
    ranked: Box<[f32; PADDED]>,
    model: Arc<Model>,
}

impl Search {
    /// A search that has heard nothing.
    pub fn new(model: Arc<Model>, grammar: Grammar, mut config: Config) -> Self {
        config.beam = config.beam.clamp(2, MOST - 2);
        let tokens = model.tokens();
        let mut search = Self {
            scorer: Scorer::new(model.clone()),
            begins: Box::new(std::array::from_fn(|token| tokens.begins_word(token as Token))),
            free: Free::default(),
            free_before: 0.0,
            internal_before: 0.0,
            background: Background::new(config.filler_cost, config.background_cost),
            beam: Vec::with_capacity(config.beam * PLACES),
            slots: Vec::with_capacity(config.beam * PLACES),
            candidates: Vec::with_capacity(CANDIDATES),
            nodes: Vec::with_capacity(ROOM),
            recombinations: Vec::with_capacity(ROOM),
            ranked: Box::new([0.0; PADDED]),
            grammar,
            config,
            model,
        };
        search.reset();
        search
    }

    /// Forgets what was heard.
    pub fn reset(&mut self) {
        self.free.clear();
        self.background.clear();
        self.nodes.clear();
        self.recombinations.clear();
        self.beam.clear();
        self.beam.push(Hypothesis {
            place: self.grammar.start(),
            context: Context::START,
            history: 0,
            node: ROOT,
            said: 0,
            lead: Lead::default(),
            score: 0.0,
            plain: 0.0,
            internal: 0.0,
        });
    }

    /// Exchanges the grammar and forgets what was heard: places of the old one mean nothing.
    pub fn set_grammar(&mut self, grammar: Grammar) {
        self.grammar = grammar;
        self.reset();
    }

    /// The grammar.
    pub fn grammar(&self) -> &Grammar {
        &self.grammar
    }

    /// The free text: greedy decoding of the same frames without the grammar.
    pub fn free(&self) -> &Free {
        &self.free
    }

    /// Advances by a frame of a recording in which nobody else speaks.
    pub fn accept_frame(&mut self, frame: &[f32; WIDTH]) {
        self.accept_frame_at(frame, 0.0);
    }

    /// Advances by a frame with the level there, in decibels of any reference; after a minute it
    /// accepts no more.
    pub fn accept_frame_at(&mut self, frame: &[f32; WIDTH], level: f32) {
        if self.free.frames >= LONGEST {
            return;
        }
        self.scorer.begin();
        // There is room for the contexts of the whole beam and this one.
        let Some(free) = self.scorer.ask(self.free.context) else { return };
        self.slots.clear();
        for hypothesis in &self.beam {
            let Some(slot) = self.scorer.ask(hypothesis.context) else { return };
            self.slots.push(slot);
        }
        self.scorer.run(frame);
        self.free_before = self.free.score;
        self.internal_before = self.free.internal;
        let emitted = self.free.advance(&mut self.scorer, free);
        self.background.accept_frame(level, emitted);
        self.expand();
        self.prune();
    }

    /// Collects where each hypothesis may go in this frame.
    fn expand(&mut self) {
        let Self {
            scorer,
            grammar,
            config,
            begins,
            beam,
            slots,
            candidates,
            ranked,
            free,
            free_before,
            internal_before,
            background,
            ..
        } = self;
        candidates.clear();
        let now = free.frames - 1;
        let gain = free.score - *free_before;
        let emitted = free.tokens.last().is_some_and(|piece| piece.frame == now);
        let skipped = if emitted { background.newest() } else { 0.0 };
        candidates.push(begun_later(grammar.start(), free, background.all()));
        let mut best = f32::NEG_INFINITY;
        let mut worst = f32::INFINITY;
        let mut best_end = f32::NEG_INFINITY;
        for (hypothesis, &slot) in beam.iter().zip(&*slots) {
            let blank = scorer.row(slot)[usize::from(BLANK)];
            let mut next = *hypothesis;
            // Behind a sentence others may go on to speak; not behind free words, of which they
            // would then be a part. It costs what it costs to wait for a sentence: if silence were
            // cheaper, a short one at the start would win against the longer one that was said.
            let ends = next.node != ROOT && grammar.ends(next.place);
            let others = ends && next.place.part() != Part::Open;
            next.score += if others { gain - skipped } else { blank };
            next.plain += blank;
            candidates.push(Candidate { next, token: BLANK, phrase: None });
            best = best.max(next.score);
            worst = worst.min(next.score);
            if next.node != ROOT && grammar.ends(next.place) {
                best_end = best_end.max(next.score);
            }
        }
        // With a full beam, nothing below the worst that just goes on can come into the next.
        let first = |&(at, hypothesis): &(usize, &Hypothesis)| {
            beam[..at].iter().all(|other| other.history != hypothesis.history)
        };
        let full = beam.iter().enumerate().filter(first).count() >= config.beam;
        let floor = if full { worst } else { f32::NEG_INFINITY }.max(best - config.margin);
        for (hypothesis, &slot) in beam.iter().zip(&*slots) {
            let internal = *scorer.internal(slot);
            let row = scorer.row(slot);
            for ((ranked, row), internal) in ranked.iter_mut().zip(row).zip(&internal) {
                *ranked = row - config.internal_lm * internal;
            }
            let late = hypothesis.node != ROOT && now - hypothesis.said > WITHIN_WORD;
            let mut consider = |token: Token, place: Place, phrase, plain: f32, ranked: f32| {
                if late && !begins[usize::from(token)] {
                    return;
                }
                let score = hypothesis.score + ranked;
                if score < floor && !(score > best_end && grammar.ends(place)) {
                    return;
                }
                let next = Hypothesis {
                    place,
                    context: hypothesis.context.then(token),
                    history: then(hypothesis.history, token),
                    node: hypothesis.node,
                    said: now,
                    lead: if hypothesis.node == ROOT {
                        Lead {
                            plain: hypothesis.plain,
                            free: *free_before,
                            free_internal: *internal_before,
                        }
                    } else {
                        hypothesis.lead
                    },
                    score,
                    plain: hypothesis.plain + plain,
                    internal: hypothesis.internal + internal[usize::from(token)],
                };
                candidates.push(Candidate { next, token, phrase });
            };
            grammar.moves(hypothesis.place, |step| match step {
                Move::Piece(token, place, phrase) => {
                    let at = usize::from(token);
                    let cost = match phrase {
                        None => 0.0,
                        Some(Phrase::Negation) => config.negation_cost,
                        Some(_) => config.carrier_cost,
                    };
                    consider(token, place, phrase, row[at], ranked[at] - cost);
                }
                Move::Any(first, place) => {
                    for token in FIRST_SAID..VOCABULARY as Token {
                        let at = usize::from(token);
                        if begins[at] || !first {
                            // No grammar knows these words, so what the network expects counts.
                            consider(token, place, None, row[at], row[at] - config.open_cost);
                        }
                    }
                }
            });
        }
        candidates.sort_unstable_by(|a, b| b.next.score.total_cmp(&a.next.score));
    }

    /// Keeps the best, recombining equal ones, at least one that may be the end (noise after a command
    /// would otherwise push the search into longer sentences), and one that has not begun.
    fn prune(&mut self) {
        self.beam.clear();
        let best = self.candidates.first().map_or(0.0, |c| c.next.score);
        let (mut has_end, mut has_wait) = (false, false);
        let mut texts = 0;
        for at in 0..self.candidates.len() {
            let candidate = self.candidates[at];
            let Candidate { next, token, .. } = candidate;
            let same =
                |kept: &&mut Hypothesis| kept.place == next.place && kept.context == next.context;
            if let Some(kept) = self.beam.iter_mut().find(same) {
                let (score_gap, plain_gap) = (kept.score - next.score, kept.plain - next.plain);
                if next.node == ROOT && kept.node == ROOT {
                    // The same waiting twice, of which the better one comes first.
                } else if kept.history == next.history {
                    kept.score = log_add(kept.score, next.score);
                    kept.plain = log_add(kept.plain, next.plain);
                } else if score_gap < WORTH_KEEPING {
                    let winner = kept.node;
                    let loser = self.node(candidate);
                    self.recombinations.push(Recombination { winner, loser, score_gap, plain_gap });
                }
                continue;
            }
            let ends = (token != BLANK || next.node != ROOT) && self.grammar.ends(next.place);
            let known = self.beam.iter().any(|kept| kept.history == next.history);
            // Half a sentence that passes over what is said looks better than to wait for another
            // one, until that is said.
            let waits = next.node == ROOT && token == BLANK && !has_wait;
            let good =
                (known || texts < self.config.beam) && next.score >= best - self.config.margin;
            let fits = (good || waits) && self.beam.len() < self.config.beam * PLACES;
            has_wait |= waits && fits;
            texts += usize::from(fits && !known);
            if fits {
                let node = self.node(candidate);
                self.beam.push(Hypothesis { node, ..next });
                has_end |= ends;
            } else if ends && !has_end {
                let node = self.node(candidate);
                // There is always room for one more.
                self.beam.push(Hypothesis { node, ..next });
                has_end = true;
            }
        }
    }

    /// The node of a candidate.
    fn node(&mut self, Candidate { next, token, phrase }: Candidate) -> u32 {
        if token == BLANK {
            return next.node;
        }
        self.nodes.push(Node {
            before: next.node,
            token,
            part: next.place.part(),
            phrase,
            frame: self.free.frames - 1,
            plain: next.plain,
            free: self.free.score,
            internal: next.internal,
            free_internal: self.free.internal,
            lead: next.lead,
        });
        self.nodes.len() as u32 - 1
    }
}

/// A sentence that has not begun yet, behind what others said: it begins behind the free text.
fn begun_later(start: Place, free: &Free, skipped: f32) -> Candidate {
    let next = Hypothesis {
        place: start,
        context: free.context,
        history: 0,
        node: ROOT,
        said: 0,
        lead: Lead::default(),
        score: free.score - skipped,
        plain: free.score,
        internal: 0.0,
    };
    Candidate { next, token: BLANK, phrase: None }
}

/// The sum of two probabilities.
fn log_add(a: f32, b: f32) -> f32 {
    let (high, low) = if a > b { (a, b) } else { (b, a) };
    high + (low - high).exp().ln_1p()
}

/// The history after a piece: the hash of Fowler, Noll and Vo.
fn then(history: u64, token: Token) -> u64 {
    (history ^ u64::from(token)).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(23)
}
