//! The result of a search: the n-best list with its scores, and the free text.

use voice::Phrase;

use super::{Hypothesis, Node, ROOT, Search};
use crate::graph::Part;
use crate::greedy::Piece;
use crate::stream::frames_to_samples;

/// Frames around a sentence in which the free text may write it.
const AROUND: u32 = 4;
/// Words in the window whose worst value reveals near misses.
const PAIR: usize = 2;

/// A word of a sentence.
#[derive(Clone, PartialEq)]
pub struct Word {
    /// In lower case.
    pub text: String,
    /// What it is part of.
    pub part: Part,
    /// The carrier phrase that begins with it.
    pub phrase: Option<Phrase>,
    /// Pieces in it.
    pub pieces: usize,
    /// First frame of the word, about: samples since the stream began.
    pub start: u64,
    /// Sample after its last frame.
    pub end: u64,
    /// Log-likelihood ratio to the free text at the same time: 0 or a little less when just that was
    /// said, −5 and less when something else.
    pub log_ratio: f32,
    /// The same without the part of the internal language model that the search leaves out: how much less
    /// it sounds like this word than like the free text, whatever is said more often.
    pub acoustic_ratio: f32,
    /// Log-probability of the word for each of its pieces, with the waiting for them.
    pub per_piece: f32,
}

/// A word of the free text.
#[derive(Clone, PartialEq)]
pub struct FreeWord {
    /// In lower case.
    pub text: String,
    /// When it was emitted, in samples since the stream began.
    pub at: u64,
    /// Confidence: the probability of its worst piece, 0…1.
    pub confidence: f32,
}

/// A sentence of the grammar.
#[derive(Clone, PartialEq)]
pub struct Sentence {
    /// Its words.
    pub words: Vec<Word>,
    /// Pieces in them.
    pub pieces: usize,
    /// Pieces of the free text at the same time.
    pub free_pieces: usize,
    /// Posterior: its share of the probability of all sentences of the n-best list, 0…1.
    pub posterior: f32,
    /// Log-likelihood ratio to the free text for each piece: below −2.4 nothing of the grammar was
    /// said.
    pub per_token: f32,
    /// Log-probability of the sentence for each piece. Far below −1 there were no words.
    pub plain_per_token: f32,
    /// The worst log-likelihood ratio to the free text of any two words that follow each other (or of
    /// the only one): reveals a value that is not in the grammar.
    pub worst_pair: f32,
}

impl Sentence {
    /// The words with blanks between.
    pub fn text(&self) -> String {
        let words: Vec<&str> = self.words.iter().map(|word| word.text.as_str()).collect();
        words.join(" ")
    }
}

/// What a search found.
#[derive(Clone, PartialEq)]
pub struct SearchResult {
    /// The n-best list: sentences of the grammar, best first; empty when none can end here.
    pub sentences: Vec<Sentence>,
    /// The free text.
    pub free: Vec<FreeWord>,
    /// When each of its pieces was emitted, in samples since the stream began.
    pub free_at: Vec<u64>,
    /// Log-probability of the free text for each piece; `None` when it is empty. Far below −1 there
    /// were no words, or none that can be understood.
    pub free_per_token: Option<f32>,
}

/// Whether what was said could be all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Completeness {
    /// How far the best whole sentence is behind the best beginning of one, as natural logarithm;
    /// 0 when it is the best.
    pub behind: f32,
    /// Trailing frames of 40 ms since the last piece of that sentence.
    pub trailing_frames: u32,
}

/// A finished hypothesis while it is turned into a sentence.
struct Path {
    score: f32,
    nodes: Vec<Node>,
}

impl Search {
    /// Whether a whole sentence was said so far; `None` when no hypothesis is one.
    pub fn complete(&self) -> Option<Completeness> {
        // To wait for a sentence is no beginning of one, and cheaper than free words.
        let begun = self.beam.iter().filter(|h| h.node != ROOT);
        let best = begun.map(|h| h.score).fold(f32::NEG_INFINITY, f32::max);
        let end = self.ends().max_by(|a, b| a.score.total_cmp(&b.score))?;
        let said = self.nodes[end.node as usize].frame;
        Some(Completeness {
            behind: best - end.score,
            trailing_frames: (self.free.frames - 1).saturating_sub(said),
        })
    }

    /// The words so far, finished or not.
    pub fn partial(&self) -> String {
        let best = self.beam.iter().max_by(|a, b| a.score.total_cmp(&b.score));
        let nodes = best.map(|best| self.path(best.node)).unwrap_or_default();
        self.model.tokens().text(nodes.iter().map(|node| node.token))
    }

    /// The result so far.
    pub fn result(&self) -> SearchResult {
        let mut paths: Vec<Path> = Vec::new();
        for end in self.ends() {
            let nodes = self.path(end.node);
            self.recombined(end, &nodes, &mut paths);
            paths.push(Path { score: end.score, nodes });
        }
        paths.sort_by(|a, b| b.score.total_cmp(&a.score));
        let mut sentences: Vec<(f32, Sentence)> = Vec::new();
        for path in &paths {
            let sentence = self.sentence(path);
            let known = sentences.iter().any(|(_, other)| same_words(other, &sentence));
            if !known && sentences.len() < self.config.n_best {
                sentences.push((path.score, sentence));
            }
        }
        let best = sentences.first().map_or(0.0, |first| first.0);
        let all: f32 = sentences.iter().map(|(score, _)| (score - best).exp()).sum();
        let sentences = sentences
            .into_iter()
            .map(|(score, sentence)| Sentence { posterior: (score - best).exp() / all, ..sentence })
            .collect();
        SearchResult {
            sentences,
            free: self.free_words(),
            free_at: self.free.tokens.iter().map(|piece| frames_to_samples(piece.frame)).collect(),
            free_per_token: self.free.per_token(),
        }
    }

    /// The free text so far.
    pub fn free_words(&self) -> Vec<FreeWord> {
        let tokens = self.model.tokens();
        let pieces = self.free.tokens.as_slice();
        let words = pieces.chunk_by(|_, next| !tokens.begins_word(next.token));
        let word = |pieces: &[Piece]| FreeWord {
            text: tokens.text(pieces.iter().map(|piece| piece.token)),
            at: pieces.first().map_or(0, |piece| frames_to_samples(piece.frame)),
            confidence: pieces.iter().map(|piece| piece.score).fold(0.0, f32::min).exp(),
        };
        words.map(word).collect()
    }

    fn ends(&self) -> impl Iterator<Item = &Hypothesis> {
        self.beam.iter().filter(|h| h.node != ROOT && self.grammar.ends(h.place))
    }

    /// The pieces up to a node, in order.
    fn path(&self, mut node: u32) -> Vec<Node> {
        let mut nodes = Vec::new();
        while let Some(here) = self.nodes.get(node as usize) {
            nodes.push(*here);
            node = here.before;
        }
        nodes.reverse();
        nodes
    }

    /// The paths that were recombined into that of `end`.
    fn recombined(&self, end: &Hypothesis, nodes: &[Node], paths: &mut Vec<Path>) {
        let mut at = end.node;
        let mut after = nodes.len();
        while let Some(here) = self.nodes.get(at as usize) {
            for other_path in self.recombinations.iter().filter(|path| path.winner == at) {
                let mut other = self.path(other_path.loser);
                other.extend(
                    nodes[after..]
                        .iter()
                        .map(|node| Node { plain: node.plain - other_path.plain_gap, ..*node }),
                );
                paths.push(Path { score: end.score - other_path.score_gap, nodes: other });
            }
            at = here.before;
            after -= 1;
        }
    }

    fn sentence(&self, path: &Path) -> Sentence {
        let tokens = self.model.tokens();
        let mut words: Vec<Word> = Vec::new();
        let mut spans: Vec<&[Node]> = Vec::new();
        let mut from = 0;
        for to in 1..=path.nodes.len() {
            if to == path.nodes.len() || tokens.begins_word(path.nodes[to].token) {
                spans.push(&path.nodes[from..to]);
                from = to;
            }
        }
        // Background speech before and behind the sentence says nothing about it.
        let lead = path.nodes.first().map(|node| node.lead).unwrap_or_default();
        let mut before = lead.plain - lead.free;
        let mut plain = lead.plain;
        let mut expected = -lead.free_internal;
        for span in spans {
            let (Some(first), Some(last)) = (span.first(), span.last()) else { continue };
            let sum = last.plain - last.free;
            let expected_now = last.internal - last.free_internal;
            let log_ratio = sum - before;
            words.push(Word {
                text: tokens.text(span.iter().map(|node| node.token)),
                part: first.part,
                phrase: first.phrase,
                pieces: span.len(),
                start: frames_to_samples(first.frame),
                end: frames_to_samples(last.frame + 1),
                log_ratio,
                acoustic_ratio: log_ratio - self.config.internal_lm * (expected_now - expected),
                per_piece: (last.plain - plain) / span.len() as f32,
            });
            (before, plain, expected) = (sum, last.plain, expected_now);
        }
        let ratios: Vec<f32> = words.iter().map(|word| word.log_ratio).collect();
        let worst_pair = ratios
            .windows(PAIR.min(ratios.len()).max(1))
            .map(|pair| pair.iter().sum())
            .fold(f32::INFINITY, f32::min);
        let count = path.nodes.len().max(1) as f32;
        let last = path.nodes.last();
        let (first_frame, last_frame) =
            (path.nodes.first().map_or(0, |node| node.frame), last.map_or(0, |node| node.frame));
        let around = first_frame.saturating_sub(AROUND)..=last_frame + AROUND;
        Sentence {
            words,
            pieces: path.nodes.len(),
            posterior: 0.0,
            per_token: ratios.iter().sum::<f32>() / count,
            plain_per_token: last.map_or(0.0, |last| last.plain - lead.plain) / count,
            free_pieces: self
                .free
                .tokens
                .iter()
                .filter(|piece| around.contains(&piece.frame))
                .count(),
            worst_pair,
        }
    }
}

fn same_words(a: &Sentence, b: &Sentence) -> bool {
    a.words.iter().map(|word| (&word.text, word.part)).eq(b.words.iter().map(|w| (&w.text, w.part)))
}
