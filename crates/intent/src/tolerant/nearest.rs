//! The cheapest ways through the graph of sentences with the words of a text: a search over pairs of
//! a node and how much of the text is used up, node by node, as for the edit distance.

use std::collections::HashMap;
use std::sync::Arc;

use voice::Step;

use super::likeness::{Outline, Sounding};
use super::tokens::Token;
use super::values::ValueMatch;
use super::{MOST, MOST_OPEN, Near, Outer, Tolerance};
use crate::lexicon::Lexicon;

/// Ways that are kept to the same place.
const KEPT: usize = 4;
/// Sentences that are told.
const TOLD: usize = 16;
/// Longer texts are no commands.
const LONGEST: usize = 24;
/// What a small word costs that is missing or too many.
const SMALL_COST: f32 = 0.3;
/// What it costs to take one word that we know for another.
const OTHER_KNOWN: f32 = 0.25;
/// What it costs that one word was written as two.
const JOINED_COST: f32 = 0.1;
/// What free words cost, each.
const FREE_COST: f32 = 0.03;
/// Small words are rather part of the sentence.
const FREE_SMALL_COST: f32 = 0.2;
/// The share of the letters that must have been heard.
const EVIDENCE: f32 = 0.6;
/// How much less a word tells for what it costs.
const DOUBT: f32 = 1.2;
/// What was written as two words must be nearly the one.
const JOINED_MOST: f32 = 0.4;

/// A way to a place.
#[derive(Clone, Copy)]
struct Way {
    cost: f32,
    /// Tells the words that were said.
    said: u64,
    /// The newest of them, in the arena.
    node: u32,
    /// Letters that were heard, those of unlike words less.
    heard: f32,
    open: bool,
}

/// What was said on a way.
#[derive(Clone, Copy)]
enum Said {
    Word(u32),
    Value(u32),
    /// These words of the text.
    Free(u16, u16),
}

impl Said {
    /// A number for everything said up to here (the multiplier is that of Knuth's linear congruential
    /// generator MMIX).
    fn after(self, before: u64) -> u64 {
        let this = match self {
            Self::Word(word) => u64::from(word) << 2,
            Self::Value(value) => (u64::from(value) << 2) | 1,
            Self::Free(from, to) => (u64::from(from) << 32) | (u64::from(to) << 2) | 2,
        };
        (before ^ this).wrapping_mul(6_364_136_223_846_793_005).wrapping_add(this).rotate_left(23)
    }
}

struct Search<'t> {
    tolerance: &'t Tolerance,
    tokens: &'t [Token],
    /// By node and words used up, where its ways are in `ways`, from 1; most places have none.
    places: Vec<u32>,
    ways: Vec<Vec<Way>>,
    /// Whether any way leads to the node.
    reached: Vec<bool>,
    arena: Vec<(u32, Said)>,
}

const ROOT: u32 = u32::MAX;

/// The cheapest sentences for these words.
pub(super) fn sentences(tolerance: &Tolerance, tokens: &[Token], alike: &mut Alike) -> Vec<Near> {
    if tokens.is_empty() || tokens.len() > LONGEST {
        return Vec::new();
    }
    let mut by_start: Vec<Vec<ValueMatch>> = (0..tokens.len()).map(|_| Vec::new()).collect();
    for found in tolerance.values.find(tokens, |word| tolerance.knows(word)) {
        by_start[found.from].push(found);
    }
    let width = tokens.len() + 1;
    let mut search = Search {
        tolerance,
        tokens,
        places: vec![0; tolerance.outer.steps.len() * width],
        ways: Vec::new(),
        reached: vec![false; tolerance.outer.steps.len()],
        arena: Vec::new(),
    };
    let costs = WordCosts::new(tolerance, tokens, alike);
    let start = Way { cost: 0.0, said: 0, node: ROOT, heard: 0.0, open: false };
    search.reach(tolerance.graph().start(), 0, start);
    for &node in &tolerance.outer.order {
        if !search.reached[node as usize] {
            continue;
        }
        for at in 0..width {
            let place = search.places[node as usize * width + at] as usize;
            let Some(place) = place.checked_sub(1) else { continue };
            let ways = std::mem::take(&mut search.ways[place]);
            for way in &ways {
                search.pass_over(node, at, way, &costs);
                for (step, to) in &tolerance.outer.steps[node as usize] {
                    search.step(*step, *to, at, way, &by_start, &costs);
                }
            }
            search.ways[place] = ways;
        }
    }
    search.told()
}

impl Search<'_> {
    fn width(&self) -> usize {
        self.tokens.len() + 1
    }

    /// A small word too many.
    fn pass_over(&mut self, node: u32, at: usize, way: &Way, costs: &WordCosts) {
        if let Some(cost) = costs.extra.get(at).copied().flatten() {
            self.reach(node, at + 1, Way { cost: way.cost + cost, ..*way });
        }
    }

    fn step(
        &mut self,
        step: Step,
        to: u32,
        at: usize,
        way: &Way,
        values: &[Vec<ValueMatch>],
        costs: &WordCosts,
    ) {
        match step {
            Step::Empty => self.reach(to, at, *way),
            Step::Word(word) => {
                let small = self.tolerance.outer.small[word as usize];
                if small {
                    let cost = way.cost + SMALL_COST;
                    self.say(to, at, Way { cost, ..*way }, Said::Word(word));
                }
                if let Some(cost) = costs.of(at, word) {
                    let letters = if small { 0 } else { self.tokens[at].said.len() };
                    let heard = way.heard + heard(letters, cost);
                    let way = Way { cost: way.cost + cost, heard, ..*way };
                    self.say(to, at + 1, way, Said::Word(word));
                }
                if let Some(cost) = costs.joined(at, word)
                    && self.are_one(at, word)
                {
                    let letters = self.tokens[at].said.len() + self.tokens[at + 1].said.len();
                    let heard = way.heard + heard(letters, cost);
                    let way = Way { cost: way.cost + cost, heard, ..*way };
                    self.say(to, at + 2, way, Said::Word(word));
                }
            }
            Step::List(list) => {
                for found in values.get(at).into_iter().flatten() {
                    if !self.tolerance.values.holds(list, found.value) {
                        continue;
                    }
                    let heard_here = &self.tokens[at..found.to];
                    let letters: usize = heard_here.iter().map(|token| token.said.len()).sum();
                    let heard = way.heard + heard(letters, found.cost);
                    let way = Way { cost: way.cost + found.cost, heard, ..*way };
                    self.say(to, found.to, way, Said::Value(found.value));
                }
            }
            // What may stand around a sentence is no matter of words that were misheard.
            Step::Phrase(_) | Step::Again => {}
            Step::Open => {
                let mut cost = way.cost;
                for end in at + 1..self.width() {
                    let small = self.tolerance.lexicon.is_function_word(&self.tokens[end - 1].said);
                    cost += if small { FREE_SMALL_COST } else { FREE_COST };
                    let way = Way { cost, open: true, ..*way };
                    self.say(to, end, way, Said::Free(at as u16, end as u16));
                }
            }
        }
    }

    /// Whether two words may be one that was written as two: neither is that one by itself.
    fn are_one(&self, at: usize, word: u32) -> bool {
        let written = &self.tolerance.outer.written[word as usize];
        self.tokens[at..at + 2].iter().all(|token| token.said != *written)
    }

    fn say(&mut self, to: u32, at: usize, way: Way, said: Said) {
        if way.cost > if way.open { MOST_OPEN } else { MOST } {
            return;
        }
        let said_so_far = said.after(way.said);
        self.arena.push((way.node, said));
        let node = self.arena.len() as u32 - 1;
        self.reach(to, at, Way { said: said_so_far, node, ..way });
    }

    /// Keeps the way if it is among the cheapest to that place.
    fn reach(&mut self, to: u32, at: usize, way: Way) {
        let place = to as usize * self.width() + at;
        let kept = if to == self.tolerance.graph().end() { TOLD } else { KEPT };
        let place = &mut self.places[place];
        if *place == 0 {
            self.ways.push(Vec::new());
            *place = self.ways.len() as u32;
            self.reached[to as usize] = true;
        }
        let ways = &mut self.ways[*place as usize - 1];
        if let Some(same) = ways.iter_mut().find(|known| known.said == way.said) {
            if way.cost < same.cost {
                *same = way;
            }
        } else if ways.len() < kept {
            ways.push(way);
        } else if let Some(worst) = ways.iter_mut().max_by(|a, b| a.cost.total_cmp(&b.cost))
            && way.cost < worst.cost
        {
            *worst = way;
        }
    }

    /// The sentences at the end, cheapest first.
    fn told(&self) -> Vec<Near> {
        let end = self.tolerance.graph().end() as usize * self.width() + self.tokens.len();
        let lexicon = &self.tolerance.lexicon;
        let content = self.tokens.iter().filter(|token| !lexicon.is_function_word(&token.said));
        let letters: usize = content.map(|token| token.said.len()).sum();
        let place = (self.places[end] as usize).checked_sub(1);
        let mut ways = place.map(|place| self.ways[place].clone()).unwrap_or_default();
        // A short text must have been heard nearly as it is.
        ways.retain(|way| way.heard >= EVIDENCE * letters as f32);
        ways.sort_by(|a, b| a.cost.total_cmp(&b.cost));
        ways.iter()
            .map(|way| Near { text: self.text(way.node), cost: way.cost, open: way.open })
            .collect()
    }

    fn text(&self, mut node: u32) -> String {
        let mut said = Vec::new();
        while let Some((before, words)) = self.arena.get(node as usize) {
            said.push(match *words {
                Said::Word(word) => self.tolerance.outer.written[word as usize].clone(),
                Said::Value(value) => self.tolerance.values.text(value).to_owned(),
                Said::Free(from, to) => {
                    let tokens = &self.tokens[from as usize..to as usize];
                    voice::join_words(tokens.iter().map(|token| token.written.as_str()))
                }
            });
            node = *before;
        }
        said.reverse();
        voice::join_words(said.iter().map(String::as_str))
    }
}

/// What letters tell that were taken for others at a cost.
fn heard(letters: usize, cost: f32) -> f32 {
    letters as f32 * (1.0 - DOUBT * cost).max(0.0)
}

/// What it costs to take a word for each of those in the sentences, by their numbers; infinite for
/// another word.
pub(super) type Costs = Arc<[f32]>;

/// What was found out about words of one text, by the word and whether it was written as two. It is
/// kept over the searches for one text.
pub(super) type Alike = HashMap<(String, bool), Costs>;

/// What it costs to take each word of a text for each word of the sentences.
struct WordCosts {
    /// By word of the text and number of the word.
    alone: Vec<Costs>,
    joined: Vec<Costs>,
    /// What it costs to pass over a word.
    extra: Vec<Option<f32>>,
}

impl WordCosts {
    fn new(tolerance: &Tolerance, tokens: &[Token], alike: &mut Alike) -> Self {
        let (outer, lexicon) = (&tolerance.outer, &tolerance.lexicon);
        let mut like = |text: String, joined: bool| {
            let sentence_word = outer.known.get(&text).filter(|_| !joined);
            if let Some(&word) = sentence_word {
                let costs = || outer.costs(&text, lexicon, MOST, OTHER_KNOWN);
                return Arc::clone(outer.alike[word as usize].get_or_init(costs));
            }
            let known = !joined && tolerance.knows(&text);
            let (most, more) = match (joined, known) {
                (true, _) => (JOINED_MOST, JOINED_COST),
                (false, true) => (MOST, OTHER_KNOWN),
                (false, false) => (MOST, 0.0),
            };
            let costs = alike.entry((text, joined));
            Arc::clone(costs.or_insert_with_key(|(text, _)| outer.costs(text, lexicon, most, more)))
        };
        let nothing: Costs = Arc::from([]);
        let alone: Vec<_> = tokens
            .iter()
            .map(|token| {
                if token.exact { outer.only(&token.said) } else { like(token.said.clone(), false) }
            })
            .collect();
        let joined = tokens.windows(2).map(|pair| match pair {
            [one, two] if !one.exact && !two.exact => {
                like(format!("{}{}", one.said, two.said), true)
            }
            _ => Arc::clone(&nothing),
        });
        let joined = joined.collect();
        let small = |word: &Token| {
            let may_go = !word.exact && !word.stuck && lexicon.is_function_word(&word.said);
            may_go.then_some(SMALL_COST)
        };
        Self { alone, joined, extra: tokens.iter().map(small).collect() }
    }

    fn of(&self, at: usize, word: u32) -> Option<f32> {
        self.alone.get(at)?.get(word as usize).copied().filter(|cost| *cost <= MOST)
    }

    fn joined(&self, at: usize, word: u32) -> Option<f32> {
        self.joined.get(at)?.get(word as usize).copied().filter(|cost| *cost <= MOST)
    }
}

impl Outer {
    /// The costs of a word that is taken for nothing but itself.
    fn only(&self, text: &str) -> Costs {
        let word = self.known.get(text).copied();
        let cost = |at| if word == Some(at) { 0.0 } else { f32::INFINITY };
        (0..self.words.len() as u32).map(cost).collect()
    }

    /// What it costs to take this text for each word: `more` than they are unlike, which may be no
    /// more than `most`.
    fn costs(&self, text: &str, lexicon: &Lexicon, most: f32, more: f32) -> Costs {
        let heard = Sounding::new(text, lexicon);
        // A word of the sentences or of a name is one of its own, whether or not it is common.
        let heard = if more == OTHER_KNOWN { heard.into_known() } else { heard };
        let cost = |said: &Sounding| match heard.cost(said, most) {
            Some(cost) if cost > 0.0 => cost + more,
            Some(cost) => cost,
            None => f32::INFINITY,
        };
        // Most words have hardly a letter in common, which is quickly seen where these stand together.
        let outline = heard.outline();
        let far = |said: &Sounding, other: &Outline| {
            outline.is_far(other, most) && !heard.is_as_good_as(said)
        };
        let words = self.words.iter().zip(&self.outlines);
        let cost = |(said, other)| if far(said, other) { f32::INFINITY } else { cost(said) };
        words.map(cost).collect()
    }
}
