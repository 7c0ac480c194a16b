//! Recognises a transcript: its text, and the other hypotheses of the same speech.

use std::borrow::Cow;

use voice::{EngineInfo, Intent, SlotValue, SpokenWord, Transcript};

use crate::same::is_same;
use crate::{Context, Guess, Recogniser, Tolerance, alignment};

/// Confidence from which it is worth asking whether it was said; a text of less is asked about and not done.
const WORTH_ASKING: f32 = 0.4;
/// Words that the network must have written by itself before they are worth a question: a short
/// sentence is easily found in anybody's talk.
const FREE_WORDS: usize = 3;

/// What sounds like the text counts as a rival if the engine is nearly as sure of it.
const ALIKE: f32 = 0.5;

/// Alternatives that mean something else and have this share of its confidence together contest a command.
/// "Don't listen" for "don't resume the timer" has 0.24.
const CONTESTED: f32 = 0.2;
/// Clarity below which something else may have been said: "turn off the mic" for "turn on the mixer" has 0.79,
/// "turn on the light" for "turn on the lantern" 0.58 to 0.72. Of 59 commands that take something away, said by
/// voices, 55 have more, and of 44 recorded ones for the lights of a room all.
const CLEAR: f32 = 0.8;

/// One thing that was meant, perhaps.
pub struct Meaning<'t> {
    /// What it asks for.
    pub intent: Intent,
    /// The words that say so: those that were heard, or the sentence that is nearest to them.
    pub text: Cow<'t, str>,
    /// Who heard that, these words first.
    pub engines: Vec<EngineInfo>,
    /// How sure that engine is of them, 0…1.
    pub confidence: f32,
    /// Whether it is the text that the engine stands for, and no alternative.
    pub is_text: bool,
    /// Another sentence that asks for something else and may as well have been said.
    pub rival: Option<String>,
    /// Whether it has words that no engine heard that knows any: what the network writes for them is often
    /// something else.
    pub has_unknown_words: bool,
    /// Why something else may have been said, which is asked about where a mistake is costly.
    pub doubt: Option<Doubt>,
}

/// Why something else may have been said than what was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// Other commands may as well have been said.
    Contested,
    /// Perhaps it was no command of the house: the one engine that heard it has little clarity.
    Unclear,
}

/// What to make of the meanings of a transcript.
#[derive(Clone, Copy)]
pub enum Verdict<'m, 't> {
    /// It was said, as far as an engine can tell.
    Said(&'m Meaning<'t>),
    /// The text means nothing, but another reading does and is good enough to act upon.
    Instead(&'m Meaning<'t>),
    /// The best that there is, to be asked about.
    Perhaps(&'m Meaning<'t>),
    /// Nothing that is worth a question.
    Nothing,
}

impl<'m, 't> Verdict<'m, 't> {
    /// Judges what [`Recogniser::meanings`] found. Where the text means nothing, only readings of
    /// which `may_guess` is true count: what must not happen by mistake does not happen by guessing.
    pub fn of(meanings: &'m [Meaning<'t>], may_guess: impl Fn(&Intent) -> bool) -> Self {
        if let Some(said) = meanings.iter().find(|meaning| meaning.is_text) {
            let is_doubtful = said.rival.is_some() || said.confidence < WORTH_ASKING;
            return if is_doubtful { Self::Perhaps(said) } else { Self::Said(said) };
        }
        let others = || {
            meanings
                .iter()
                .filter(|other| other.confidence >= WORTH_ASKING && may_guess(&other.intent))
        };
        let instead = others().find(|other| other.is_believed()).map(Self::Instead);
        let perhaps = || others().find(|other| other.is_worth_asking()).map(Self::Perhaps);
        instead.or_else(perhaps).unwrap_or(Self::Nothing)
    }
}

impl Meaning<'_> {
    /// Whether to act upon it although its engine does not stand for it. The network's own words
    /// agree with the wrong sentence of the house once in 226 times, but alone they are those of
    /// anybody who talks.
    fn is_believed(&self) -> bool {
        match self.engines[..] {
            [alone] => alone.is_independent && self.confidence >= Transcript::BELIEVED,
            _ => true,
        }
    }

    fn is_worth_asking(&self) -> bool {
        match self.engines[..] {
            [alone] if !alone.is_independent => self.text.split_whitespace().count() >= FREE_WORDS,
            _ => true,
        }
    }
}

/// The text of a transcript, or one of its alternatives.
struct Reading<'t> {
    text: &'t str,
    engine: EngineInfo,
    confidence: f32,
    words: &'t [SpokenWord],
}

impl Recogniser {
    /// What the readings of a transcript mean, its text first and then the others in their order;
    /// what means nothing is left out, and what asks for the same stands there once.
    ///
    /// Words in a place where any may be said (`SpokenWord::open`) are those of the open engine, if
    /// that heard the same sentence: it knows more words.
    ///
    /// A reading may also be several sentences, or one with what stands around it (`several` says so).
    /// What an engine wrote that knows no sentences is compared with them all (`tolerance`).
    pub fn meanings<'t>(
        &self,
        transcript: &'t Transcript,
        tolerance: &Tolerance,
        context: &Context,
        several: impl Fn(&str) -> Option<Intent>,
    ) -> Vec<Meaning<'t>> {
        let Transcript { text, engine, confidence, words, .. } = transcript;
        let first =
            Reading { text: text.expose(), engine: *engine, confidence: *confidence, words };
        let others = transcript.alternatives.iter().map(|other| Reading {
            text: other.text.expose(),
            engine: other.engine,
            confidence: other.confidence,
            words: &other.words,
        });
        let mut meanings: Vec<(Meaning<'t>, Vec<&str>)> = Vec::new();
        for reading in std::iter::once(first).chain(others) {
            let understood = self.reading(&reading, transcript, tolerance, context, &several);
            let Some(understood) = understood else { continue };
            let Understood { intent, text, rival, is_shared } = understood;
            let known =
                meanings.iter_mut().find(|(known, open)| is_same(&known.intent, &intent, open));
            if let Some((known, open)) = known {
                if !known.engines.contains(&reading.engine) {
                    known.engines.push(reading.engine);
                    if reading.engine.is_open_vocabulary() {
                        known.confidence = known.confidence.max(reading.confidence);
                        known.intent = intent;
                        if !open.is_empty() {
                            known.text = text;
                        }
                    }
                }
                continue;
            }
            let open = reading.words.iter().filter(|word| word.open);
            let open = open.map(|word| word.text.expose()).collect();
            let is_text = std::ptr::eq(reading.text, transcript.text.expose());
            let shared = is_shared.then_some(*engine);
            let engines = std::iter::once(reading.engine).chain(shared).collect();
            let confidence = reading.confidence;
            let meaning = Meaning {
                intent,
                text,
                engines,
                confidence,
                is_text,
                rival,
                has_unknown_words: false,
                doubt: None,
            };
            meanings.push((meaning, open));
        }
        let mut meanings: Vec<_> = meanings
            .into_iter()
            .map(|(meaning, open)| {
                let knows_words = meaning.engines.iter().any(|engine| engine.is_open_vocabulary());
                Meaning { has_unknown_words: !open.is_empty() && !knows_words, ..meaning }
            })
            .collect();
        if let Some((said, others)) = meanings.split_first_mut() {
            let alike = others.iter().find(|other| {
                other.confidence >= ALIKE * said.confidence
                    && sounds_like(&said.intent, &other.intent)
            });
            // Two engines that heard different commands: neither is done unasked.
            let other_heard = others.iter().find(|other| {
                said.is_text
                    && !said.engines.iter().any(|engine| engine.is_open_vocabulary())
                    && other.engines.iter().any(|engine| engine.is_open_vocabulary())
                    && other.confidence >= WORTH_ASKING
            });
            let rival = alike.or(other_heard).map(|other| other.text.clone().into_owned());
            said.rival = said.rival.take().or(rival);
            let against: f32 = others.iter().map(|other| other.confidence).sum();
            let contested = against >= CONTESTED * said.confidence;
            let unclear = transcript.clarity < CLEAR && said.is_text && said.engines.len() == 1;
            said.doubt = unclear.then_some(Doubt::Unclear);
            said.doubt = said.doubt.or(contested.then_some(Doubt::Contested));
        }
        meanings
    }
}

/// What a reading means.
struct Understood<'t> {
    intent: Intent,
    text: Cow<'t, str>,
    rival: Option<String>,
    /// Whether the engine that stands for a sentence heard the words around the free ones.
    is_shared: bool,
}

impl Recogniser {
    /// What one reading of a transcript means.
    fn reading<'t>(
        &self,
        reading: &Reading<'t>,
        transcript: &Transcript,
        tolerance: &Tolerance,
        context: &Context,
        several: impl Fn(&str) -> Option<Intent>,
    ) -> Option<Understood<'t>> {
        let exact = |intent| {
            let text = Cow::Borrowed(reading.text);
            Some(Understood { intent, text, rival: None, is_shared: false })
        };
        // "Add to my list" is no list with a "to" on it.
        let open = reading.words.iter().filter(|word| word.open);
        let mut open = open.map(|word| word.text.expose().to_lowercase()).peekable();
        if open.peek().is_some() && open.all(|word| tolerance.is_no_name(&word)) {
            return None;
        }
        if let Some(intent) = several(reading.text) {
            return exact(intent);
        }
        if !reading.engine.hears_free_words {
            return exact(self.recognise(reading.text, context)?);
        }
        if reading.engine.is_open_vocabulary()
            && let Some(text) = alignment::aligned(&transcript.words, reading.text)
            && let Some(intent) = self.recognise(&text, context)
        {
            let text = Cow::Owned(text);
            return Some(Understood { intent, text, rival: None, is_shared: true });
        }
        let guess = self.understand(tolerance, reading.text, context).or_else(|| {
            // The network's own words are those of anybody who talks.
            let is_open = reading.engine.is_open_vocabulary();
            let is_unclear = transcript.clarity < CLEAR;
            is_open.then(|| self.with_verb(tolerance, reading.text, is_unclear, context)).flatten()
        });
        let Guess { intent, text, rival } = guess?;
        Some(Understood { intent, text: Cow::Owned(text), rival, is_shared: false })
    }
}

/// Whether the two differ in nothing but a number of which it is easily misheard which it is:
/// fifteen or fifty.
fn sounds_like(one: &Intent, other: &Intent) -> bool {
    let alike = |a: f64, b: f64| {
        let (teen, ty) = if a < b { (a, b) } else { (b, a) };
        (13.0..=19.0).contains(&teen) && (ty - (teen - 10.0) * 10.0).abs() < 0.5
    };
    let mut doubts = 0;
    let same = one.name == other.name
        && one.slots.len() == other.slots.len()
        && one.slots.iter().all(|slot| match (&slot.value, other.slot(&slot.name)) {
            (SlotValue::Number(a), Some(SlotValue::Number(b))) if alike(*a, *b) => {
                doubts += 1;
                true
            }
            (value, Some(other)) => value == other,
            (_, None) => false,
        });
    same && doubts > 0
}
