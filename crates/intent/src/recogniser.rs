//! The recogniser: sentences and the names of a household, from text to intent.

use std::collections::HashSet;
use std::sync::Arc;

use voice::{Intent, Lists, PrivateText};

use crate::candidate::{Candidate, Recognised, Ties};
use crate::context::{Context, Rules};
use crate::household::Household;
use crate::input::Texts;
use crate::matcher::Matcher;
use crate::normalise;
use crate::scope::Scope;
use crate::sentences::{Block, List, Sentence, Sentences};
use crate::spell::{Speller, is_number_word};
use crate::steps::Steps;
use crate::template::{Node, lower};
use crate::text_list::key;
use crate::{Error, rewritten, skip};

/// Longer texts, in bytes, are no commands: that is minutes of speech.
pub(crate) const LONGEST: usize = 2_000;

/// Understands texts. When a name in the household changes, [`Recogniser::with_lists`] makes another.
pub struct Recogniser {
    pub(crate) sentences: Arc<Sentences>,
    pub(crate) household: Arc<Household>,
    ties: Ties,
    /// What some value of a list tells of the context.
    brought: HashSet<String>,
    /// Lists of the sentences in whose place the household has its own.
    replaced: Vec<String>,
}

impl Recogniser {
    /// Joins sentences with the names of the household, which are taken literally.
    ///
    /// # Errors
    /// [`Error::Unknown`] when a sentence refers to a list that neither of the two has. The lists
    /// `name`, `area` and `floor` may be missing: they are then empty.
    pub fn new(sentences: Arc<Sentences>, lists: Lists) -> Result<Self, Error> {
        Self::after(sentences, lists, &Household::default(), Ties::default())
    }

    fn after(
        sentences: Arc<Sentences>,
        lists: Lists,
        before: &Household,
        ties: Ties,
    ) -> Result<Self, Error> {
        let household = Arc::new(Household::new(lists, &sentences, before));
        let shared = sentences.lists.iter().filter(|(name, _)| !household.has(name));
        let own = sentences.blocks.iter().flat_map(|block| block.lists.values());
        let lists = household.lists().chain(shared.map(|(_, list)| list)).chain(own);
        let keys = lists.flat_map(List::keys).map(str::to_owned);
        let brought = keys.collect();
        let replaced = sentences.lists.keys().filter(|name| household.has(name));
        let replaced = replaced.cloned().collect();
        let recogniser = Self { sentences, household, ties, brought, replaced };
        for block in &recogniser.sentences.blocks {
            let (scope, mut seen) = (recogniser.scope(block), HashSet::new());
            for sentence in &block.sentences {
                check_lists(scope, sentence, &sentence.template, &mut seen)?;
            }
        }
        Ok(recogniser)
    }

    /// The same sentences with other names of the household; what is made of a name that stays is
    /// used again.
    ///
    /// # Errors
    /// As [`Recogniser::new`].
    pub fn with_lists(&self, lists: Lists) -> Result<Self, Error> {
        Self::after(Arc::clone(&self.sentences), lists, &self.household, self.ties)
    }

    /// Decides between meanings that are equally good in another way.
    #[must_use]
    pub fn with_ties(self, ties: Ties) -> Self {
        Self { ties, ..self }
    }

    /// Whether what the rules ask of the context is known, or may come with a value.
    fn may_meet(&self, rules: &Rules, context: &Context) -> bool {
        let mut keys = rules.requires.iter().map(|rule| rule.key.as_str());
        keys.all(|key| context.get(key).is_some() || self.brought.contains(key))
            && !rules.conflicts(|key| context.get(key))
    }

    /// The sentences.
    pub fn sentences(&self) -> &Sentences {
        &self.sentences
    }

    /// The text without the words that change nothing (`please`) and without punctuation around
    /// words, to be said back in a question.
    pub fn plain(&self, text: &str) -> String {
        let text = skip::anywhere(&normalise::input(text), &self.sentences.skip_words);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// How numbers are said in the language of the sentences; English where they name none.
    pub(crate) fn speller(&self) -> Option<&'static Speller> {
        Speller::of(self.sentences.language.as_deref().unwrap_or("en"))
    }

    pub(crate) fn scope<'a>(&'a self, block: &'a Block) -> Scope<'a> {
        Scope { sentences: &self.sentences, household: &self.household, block }
    }

    /// What the text means, word for word; nothing if no sentence fits. Case, punctuation around
    /// words and words such as `please` do not matter, nor do fillers in front and behind that are not
    /// part of the sentence.
    ///
    /// Among several meanings those with the longest `name` are preferred, then those with fewer
    /// wildcards and with more literal text, then as [`Ties`] say.
    pub fn recognise(&self, text: &str, context: &Context) -> Option<Intent> {
        self.recognise_fully(text, context).map(|recognised| recognised.intent)
    }

    /// What the text means if it names no thing of the household: a thing may be called "Lights" or
    /// "Stop". The text is taken as it is, but for case and punctuation.
    pub fn recognise_unnamed(&self, text: &str, context: &Context) -> Option<Intent> {
        if text.len() > LONGEST {
            return None;
        }
        let found = self.candidates(&normalise::input(text), context, &Steps::unlimited());
        let found = found.into_iter();
        let unnamed = found.filter(|candidate| candidate.name_length.is_none());
        let best = unnamed.min_by(|a, b| a.rank(self.ties).cmp(&b.rank(self.ties)));
        best.map(|best| best.recognised(context).intent)
    }

    /// The same, with how it was found.
    pub fn recognise_fully(&self, text: &str, context: &Context) -> Option<Recognised<'_>> {
        if text.len() > LONGEST {
            return None;
        }
        let text = normalise::input(text);
        let fillers = &self.sentences.lexicon.fillers;
        let recognise = |text: &str| self.recognise_plain(text, context, &Steps::unlimited());
        let plain = recognise(&text);
        // "Play the next 1" is no song: a number among free words may be a number of the sentence.
        if plain.as_ref().is_some_and(|plain| has_number(&plain.free)) {
            let of_sentence = self.rewritten_plain(&text, context);
            return of_sentence.filter(|found| !has_number(&found.free)).or(plain);
        }
        plain
            .or_else(|| {
                let mut shorter = skip::around(&text, fillers).into_iter();
                shorter.find_map(recognise)
            })
            .or_else(|| self.rewritten_plain(&text, context))
    }

    /// What a normalised text means with its numbers written the other way, if its free words are as
    /// they were said.
    fn rewritten_plain(&self, text: &str, context: &Context) -> Option<Recognised<'_>> {
        self.rewritten(text).find_map(|other| {
            let found = self.recognise_plain(&other, context, &Steps::unlimited())?;
            keeps_words(&found, text).then_some(found)
        })
    }

    /// The text with its numbers written the other way, in words or in digits.
    pub fn rewritten(&self, text: &str) -> impl Iterator<Item = String> {
        let text = text.to_owned();
        let speller = self.speller().into_iter();
        speller.flat_map(move |speller| rewritten::rewritten(&text, speller).collect::<Vec<_>>())
    }

    /// The text without the single words that change nothing (`please`) around it, and the punctuation
    /// between them: "Please, do it, please." is "do it".
    pub fn without_politeness<'t>(&self, text: &'t str) -> &'t str {
        skip::polite(text, &self.sentences.single_skip_words)
    }

    /// What the text means where fillers count as any other word: for a part of a text, of which many are
    /// tried; nothing if no steps are left then.
    pub fn recognise_part(&self, text: &str, context: &Context, steps: &Steps) -> Option<Intent> {
        if text.len() > LONGEST {
            return None;
        }
        let found = self.recognise_plain(&normalise::input(text), context, steps);
        found.map(|recognised| recognised.intent)
    }

    /// The same of a part that is a sentence of that intent, and rather that than one of another. Parts
    /// that are none are ruled out much faster than a meaning is found.
    pub fn recognise_part_as(
        &self,
        intent: &str,
        text: &str,
        context: &Context,
        steps: &Steps,
    ) -> Option<Intent> {
        if text.len() > LONGEST {
            return None;
        }
        let normalised = normalise::input(text);
        let is_of = |block: &Block| block.intent == intent;
        if self.candidates_among(&normalised, context, steps, is_of).is_empty() {
            return None;
        }
        self.recognise_part(text, context, steps).filter(|found| found.name == intent)
    }

    /// Whether a value of that list of the household, as `name` and `area`, may stand somewhere in the text.
    pub fn mentions(&self, list: &str, text: &str) -> bool {
        let text = key(text);
        let mut starts = [0].into_iter().chain(text.match_indices(' ').map(|(at, _)| at));
        match self.household.get(list).or_else(|| self.sentences.lists.get(list)) {
            Some(List::Text(values)) => starts.any(|at| values.may_begin(&text[at..])),
            Some(List::Range(_) | List::Wildcard) => true,
            None => false,
        }
    }

    /// Whether the word, in small letters, begins a sentence and says something: "turn", "add".
    pub fn begins_sentence(&self, word: &str) -> bool {
        self.sentences.openers.contains(word) && !self.sentences.lexicon.is_idle(word)
    }

    /// The text from its first word on that says something: without fillers and words such as `please`
    /// in front.
    pub fn from_first_word<'t>(&self, text: &'t str) -> &'t str {
        let fillers = &self.sentences.lexicon.fillers;
        skip::from_first_word(text, |word| fillers.contains(&word))
    }

    /// The same of a text that is normalised.
    fn recognise_plain(
        &self,
        text: &str,
        context: &Context,
        steps: &Steps,
    ) -> Option<Recognised<'_>> {
        let found = self.candidates(text, context, steps);
        let longest = found.iter().filter_map(|candidate| candidate.name_length).max();
        found
            .into_iter()
            .filter(|candidate| longest.is_none() || candidate.name_length == longest)
            .min_by(|a, b| a.rank(self.ties).cmp(&b.rank(self.ties)))
            .map(|best| best.recognised(context))
    }

    /// Every way in which a normalised text fits a sentence; none if no steps are left then.
    fn candidates(&self, text: &str, context: &Context, steps: &Steps) -> Vec<Candidate<'_>> {
        self.candidates_among(text, context, steps, |_| true)
    }

    /// The same among some of the sentences.
    fn candidates_among(
        &self,
        text: &str,
        context: &Context,
        steps: &Steps,
        is_asked: impl Fn(&Block) -> bool,
    ) -> Vec<Candidate<'_>> {
        if text.is_empty() || steps.begin_text().is_none() {
            return Vec::new();
        }
        let texts = Texts::new(text, &self.sentences, self.speller());
        let mut found = Vec::new();
        for block in self.sentences.blocks.iter().filter(|block| is_asked(block)) {
            let scope = self.scope(block);
            if !self.may_meet(&block.context, context)
                || !texts.has_keyword(&block.required_keywords)
            {
                continue;
            }
            for sentence in block.sentences.iter().filter(|s| texts.found.meets(&s.needs)) {
                let inputs = texts.of(&scope, &sentence.template);
                for input in inputs.filter(|input| {
                    sentence.edges.fit(input.ends(), &self.sentences.number_words, &self.replaced)
                }) {
                    let matcher = Matcher { scope, input, steps };
                    let matches = matcher.matches(&sentence.template, context);
                    found
                        .extend(matches.into_iter().map(|m| Candidate::new(&matcher, sentence, m)));
                }
            }
        }
        // One of those that were not tried may be better.
        if steps.are_left() { found } else { Vec::new() }
    }
}

/// Whether a number stands among free words.
fn has_number(free: &[PrivateText]) -> bool {
    let is_number = |word: &str| {
        word.starts_with(|sign: char| sign.is_ascii_digit()) || is_number_word(&lower(word))
    };
    free.iter().any(|words| words.expose().split([' ', '-']).any(is_number))
}

/// Whether free words are as they were said: a number there is part of a name.
fn keeps_words(found: &Recognised<'_>, text: &str) -> bool {
    let text = lower(text);
    found.free.iter().all(|words| text.contains(&lower(words.expose())))
}

/// What a name in a template stands for.
#[derive(PartialEq, Eq, Hash)]
enum Named {
    List,
    Rule,
}

/// Whether all lists exist that a template asks for; `seen` are the names that were followed already.
fn check_lists<'a>(
    scope: Scope<'a>,
    sentence: &Sentence,
    node: &'a Node,
    seen: &mut HashSet<(Named, &'a str)>,
) -> Result<(), Error> {
    match node {
        Node::List(list) => match scope.list(&list.list) {
            None => Err(Error::Unknown {
                what: format!("list `{}`", list.list),
                place: sentence.place(scope.block),
            }),
            Some(List::Text(values)) if seen.insert((Named::List, &list.list)) => {
                let mut templates = values.templates();
                templates.try_for_each(|value| check_lists(scope, sentence, &value.template, seen))
            }
            Some(_) => Ok(()),
        },
        Node::Rule(name) if seen.insert((Named::Rule, name)) => {
            let rule = scope.rule(name);
            rule.map_or(Ok(()), |rule| check_lists(scope, sentence, rule, seen))
        }
        Node::Rule(_) => Ok(()),
        node => {
            node.children().iter().try_for_each(|child| check_lists(scope, sentence, child, seen))
        }
    }
}
