//! Texts that fit no sentence word for word: the sentences that were most likely meant.
//!
//! A text is compared with the graph of all sentences: a word may be taken for one that is like it, a
//! filler may be passed over, a small word may be missing, names may be found in words that were
//! split, joined or mis-heard. Each of these costs something; sentences that cost too much were not
//! meant. What such a sentence means, the recogniser says: nothing is acted upon that is no sentence.

mod evidence;
mod guess;
mod index;
mod likeness;
mod nearest;
mod tokens;
mod values;
mod verb;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use voice::{Step, WordGraph};

pub use self::guess::Guess;
use self::likeness::{Outline, Sounding};
use self::nearest::Costs;
use self::tokens::Token;
use self::values::Values;
use crate::Recogniser;
use crate::context::Context;
use crate::graph::Spoken;
use crate::lexicon::Lexicon;
use crate::recogniser::LONGEST;
use crate::spell::{Speller, is_number_word};

/// Beyond this cost nothing was meant.
pub(crate) const MOST: f32 = 1.15;
/// The same of a sentence in which any words may stand.
const MOST_OPEN: f32 = 0.45;
/// What a filler costs that is passed over.
const FILLER_COST: f32 = 0.12;

/// The sentences of a recogniser, made ready to be compared with what was nearly one of them. They
/// hold the names of the household, so there is no `Debug`.
pub struct Tolerance {
    spoken: Spoken,
    outer: Arc<Outer>,
    values: Values,
    speller: Option<&'static Speller>,
    lexicon: Arc<Lexicon>,
}

/// The graph of sentences without the values of its lists.
struct Outer {
    /// Nodes in an order in which every step leads on.
    order: Vec<u32>,
    /// The steps of each node.
    steps: Vec<Vec<(Step, u32)>>,
    words: Vec<Sounding>,
    /// Their outlines.
    outlines: Vec<Outline>,
    /// The same as they are written.
    written: Vec<String>,
    /// Their numbers.
    known: HashMap<String, u32>,
    /// Whether each of them is small.
    small: Vec<bool>,
    /// What it costs to take each of them for the others. Most texts are of such words, so that it
    /// is worth keeping; it is found out when the word is first met.
    alike: Vec<OnceLock<Costs>>,
}

/// A sentence that may have been meant.
#[derive(Clone, PartialEq)]
pub struct Near {
    /// The sentence.
    pub text: String,
    /// What the differences cost, 0 for none.
    pub cost: f32,
    /// Whether some words stand where any may be said.
    pub open: bool,
}

impl Tolerance {
    /// Makes sentences ready, whose numbers are spelt so.
    pub(crate) fn new(spoken: Spoken, speller: Option<&'static Speller>) -> Self {
        let lexicon = Arc::clone(spoken.lexicon());
        let outer = Arc::new(Outer::new(spoken.graph(), &lexicon));
        let values = Values::new(&spoken, None);
        Self { spoken, outer, values, speller, lexicon }
    }

    /// The same sentences for a recogniser with other names: only what is made of those is made
    /// again. Where the sentences are others, too, all of it is.
    #[must_use]
    pub fn renewed(&self, recogniser: &Recogniser, context: &Context) -> Self {
        let spoken = self.spoken.renewed(recogniser, context);
        let (graph, before) = (spoken.graph(), self.spoken.graph());
        let same = graph.arcs() == before.arcs() && graph.words() == before.words();
        let lexicon = Arc::clone(spoken.lexicon());
        let same_words = Arc::ptr_eq(&lexicon, &self.lexicon);
        let same = same && same_words;
        let outer =
            if same { Arc::clone(&self.outer) } else { Arc::new(Outer::new(graph, &lexicon)) };
        let values = Values::new(&spoken, Some(&self.values).filter(|_| same_words));
        Self { spoken, outer, values, speller: recogniser.speller(), lexicon }
    }

    /// The graph of the sentences, for the engine that hears them.
    pub fn graph(&self) -> &Arc<WordGraph> {
        self.spoken.graph()
    }

    /// Whether it is a word of a sentence or of a name, in small letters.
    pub fn knows(&self, word: &str) -> bool {
        self.outer.known.contains_key(word) || self.values.knows(word)
    }

    /// Words of names that sound as the beginning of that word, which goes on for a syllable: "sun" for
    /// "summer". That is too little to act upon, and enough to ask.
    pub fn heard_within(&self, word: &str) -> Vec<&str> {
        let heard = Sounding::new(word, &self.lexicon);
        let first = |text: &str| text.chars().next();
        let begins = |other: &&str| other.len() < word.len() && first(other) == first(word);
        let others = self.values.words().filter(begins);
        let mut within: Vec<_> = others
            .filter(|other| heard.goes_on_from(&Sounding::new(other, &self.lexicon)))
            .collect();
        within.sort_unstable();
        within
    }

    /// Whether a word, in small letters, names nothing: "to", "please", "up".
    pub fn is_no_name(&self, word: &str) -> bool {
        self.lexicon.is_idle(word) || self.lexicon.guarded.contains(word)
    }

    /// Whether it is a word of a sentence, in small letters.
    pub fn is_of_sentences(&self, word: &str) -> bool {
        self.outer.known.contains_key(word)
    }

    /// The sentences that a text may have been meant as, cheapest first; none beyond what can be
    /// forgiven.
    pub fn nearest(&self, text: &str) -> Vec<Near> {
        if text.len() > LONGEST {
            return Vec::new();
        }
        let tokens = self.tokens(text);
        let fewer = self.without_fillers(&tokens);
        let mut alike = nearest::Alike::new();
        let mut found = nearest::sentences(self, &tokens, &mut alike);
        if fewer.len() < tokens.len() {
            let cost = FILLER_COST * (tokens.len() - fewer.len()) as f32;
            let near = nearest::sentences(self, &fewer, &mut alike).into_iter();
            found.extend(near.map(|near| Near { cost: near.cost + cost, ..near }));
        }
        found.retain(|near| near.cost <= MOST);
        found.sort_by(|a, b| a.cost.total_cmp(&b.cost));
        let mut seen = HashSet::new();
        found.retain(|near| seen.insert(near.text.clone()));
        found
    }

    /// Without words that mean nothing and words that are said twice; a number may be.
    fn without_fillers(&self, tokens: &[Token]) -> Vec<Token> {
        let mut fewer: Vec<Token> = Vec::with_capacity(tokens.len());
        let mut tokens = tokens.iter().peekable();
        while let Some(token) = tokens.next() {
            // "Fifty and five" is no number, "a hundred and five" is.
            let number =
                |token: Option<&Token>| token.is_some_and(|token| is_number_word(&token.said));
            let goes_on = fewer.last().is_some_and(|last| self.goes_on(&last.said));
            let between = number(fewer.last()) && number(tokens.peek().copied()) && !goes_on;
            let again = fewer.last().is_some_and(|last| last.said == token.said);
            let again = again && !token.exact && !is_number_word(&token.said);
            let is_filler = self.lexicon.fillers.contains(&token.said) && !between;
            if !is_filler && !again {
                fewer.push(token.clone());
            }
        }
        fewer
    }

    /// Whether a number goes on behind that word: "a hundred and …".
    fn goes_on(&self, word: &str) -> bool {
        let scale = |number| self.speller?.usual(number);
        let scales = [100, 1_000, 1_000_000].into_iter().filter_map(scale);
        scales.into_iter().any(|spelt| spelt.split(' ').next_back() == Some(word))
    }

    fn tokens(&self, text: &str) -> Vec<Token> {
        tokens::tokens(text, self.speller, &self.lexicon)
    }
}

impl Outer {
    fn new(graph: &WordGraph, lexicon: &Lexicon) -> Self {
        let mut steps: Vec<Vec<(Step, u32)>> = vec![Vec::new(); graph.node_count() as usize];
        for arc in graph.arcs() {
            steps[arc.from as usize].push((arc.step, arc.to));
        }
        let words: Vec<_> = graph.words().iter().map(|word| Sounding::new(word, lexicon)).collect();
        Self {
            order: order(&steps),
            steps,
            small: words.iter().map(|word| lexicon.is_function_word(&word.text)).collect(),
            alike: words.iter().map(|_| OnceLock::new()).collect(),
            outlines: words.iter().map(Sounding::outline).collect(),
            words,
            written: graph.words().to_vec(),
            known: graph.words().iter().cloned().zip(0..).collect(),
        }
    }
}

/// Nodes in an order in which every step leads on. Graphs of sentences have no way back.
fn order(steps: &[Vec<(Step, u32)>]) -> Vec<u32> {
    let mut before = vec![0_u32; steps.len()];
    for (_, to) in steps.iter().flatten() {
        before[*to as usize] += 1;
    }
    let mut ready: Vec<u32> =
        (0..steps.len() as u32).filter(|node| before[*node as usize] == 0).collect();
    let mut order = Vec::with_capacity(steps.len());
    while let Some(node) = ready.pop() {
        order.push(node);
        for (_, to) in &steps[node as usize] {
            before[*to as usize] -= 1;
            if before[*to as usize] == 0 {
                ready.push(*to);
            }
        }
    }
    order
}
