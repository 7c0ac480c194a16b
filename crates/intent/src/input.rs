//! The text to match, in the forms that templates are compared with.

use std::borrow::Cow;

use crate::filter::Hits;
use crate::normalise::{is_in_number, is_punctuation, spaced};
use crate::scope::Scope;
use crate::sentences::Sentences;
use crate::spell::Speller;
use crate::template::{Node, lower};
use crate::text_list::key;
use crate::{rewritten, skip};

/// The text to match. Both forms have the same length, so that places in one are places in the
/// other.
pub(crate) struct Input {
    pub plain: String,
    /// Hyphens and underscores as spaces.
    pub spaced: String,
    /// Where the last of these ends.
    pub spaced_until: usize,
    /// In small letters, all hyphens as spaces, if each letter is as long in both.
    keyed: Option<String>,
    /// In small letters, without spaces and punctuation around it.
    core: String,
    /// Where numbers of several words stand.
    numbers: Vec<(usize, usize)>,
}

impl Input {
    /// Takes normalised text, whose numbers are spelt so. The space at the end closes the last word.
    pub fn new(text: &str, speller: Option<&Speller>) -> Self {
        let plain = format!("{} ", text.trim());
        let spaced = spaced(&plain);
        let last = plain.rfind(['-', '_']).map_or(0, |at| at + 1);
        let is_around = |sign: char| sign.is_whitespace() || is_punctuation(sign);
        let core = lower(spaced.trim_start().trim_end_matches(is_around));
        let as_long =
            |sign: char| sign.to_lowercase().map(char::len_utf8).sum::<usize>() == sign.len_utf8();
        let keyed = plain.chars().all(as_long).then(|| key(&plain));
        let numbers = speller.map_or_else(Vec::new, |speller| rewritten::spans(&plain, speller));
        Self { spaced, spaced_until: last, keyed, core, numbers, plain }
    }

    /// Whether this place is within a number, in digits or in words.
    pub fn is_in_number(&self, at: usize) -> bool {
        is_in_number(&self.plain, at)
            || self.numbers.iter().any(|(from, to)| *from < at && at < *to)
    }

    /// The text from there on, in small letters and with all hyphens as spaces.
    pub fn keyed(&self, at: usize) -> Cow<'_, str> {
        match &self.keyed {
            Some(keyed) => Cow::Borrowed(&keyed[at..]),
            None => Cow::Owned(key(&self.plain[at..])),
        }
    }

    /// The text in small letters, hyphens as spaces, without spaces around it and punctuation behind it.
    pub fn core(&self) -> &str {
        &self.core
    }
}

/// The input, with and without the words that change nothing.
pub(crate) struct Texts {
    whole: Input,
    skipped: Option<Input>,
    /// Without single ones of them (`please`), which are never part of free words.
    polite: Option<Input>,
    skipped_at_start: Option<Input>,
    /// The same where there are others later.
    skipped_only_at_start: Option<Input>,
    /// The same without single ones at its end.
    skipped_around: Option<Input>,
    skipped_at_end: Option<Input>,
    tokens: Vec<String>,
    pub found: Hits,
}

impl Texts {
    pub fn new(text: &str, sentences: &Sentences, speller: Option<&Speller>) -> Self {
        let (skip_words, single) = (&sentences.skip_words, &sentences.single_skip_words);
        let changed = |skipped: String| (skipped != text).then(|| Input::new(&skipped, speller));
        let skipped = skip::anywhere(text, skip_words);
        let everywhere = skipped.clone();
        let polite = skip::anywhere(text, single);
        let polite = changed(polite.clone()).filter(|_| polite != skipped);
        let lower = lower(&skipped);
        let tokens = lower.split_whitespace().map(str::to_owned).collect();
        let found = sentences.filter.find([self::lower(text).as_str(), &lower]);
        let behind = skip::at_start(text, skip_words);
        let around = skip::at_end(&behind, single);
        Self {
            whole: Input::new(text, speller),
            skipped: changed(skipped),
            polite,
            skipped_around: changed(around.clone()).filter(|_| around != behind),
            skipped_only_at_start: changed(behind.clone()).filter(|_| behind != everywhere),
            skipped_at_start: changed(behind),
            skipped_at_end: changed(skip::at_end(text, skip_words)),
            tokens,
            found,
        }
    }

    pub fn has_keyword(&self, keywords: &[String]) -> bool {
        keywords.is_empty() || keywords.iter().any(|keyword| self.tokens.contains(keyword))
    }

    /// The texts to try with a template: a wildcard keeps the words it would swallow, apart from single
    /// ones behind it.
    pub fn of<'t>(&'t self, scope: &Scope<'_>, template: &Node) -> impl Iterator<Item = &'t Input> {
        let (first, last, only) = match template {
            Node::Sequence(items) => (items.first(), items.last(), false),
            node => (Some(node), Some(node), true),
        };
        let texts = match (scope.is_wildcard(first), scope.is_wildcard(last)) {
            (true, _) if only => [&None; 3],
            (true, _) => [&self.skipped_at_end, &None, &None],
            (false, true) => [&self.skipped_around, &self.skipped_at_start, &None],
            // Words that change nothing in front are also words of a sentence: "what will you do".
            (false, false) => [&self.skipped, &self.polite, &self.skipped_only_at_start],
        };
        texts.into_iter().flatten().chain([&self.whole])
    }
}
