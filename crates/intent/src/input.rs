//! The text to match, in the forms that templates are compared with.

use std::borrow::Cow;
use std::cell::OnceCell;

use crate::edges::Ends;
use crate::filter::Hits;
use crate::normalise::{is_in_number, spaced};
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
    ends: Ends,
    speller: Option<&'static Speller>,
    /// Where numbers of several words stand; most texts are seen not to fit before anybody asks.
    numbers: OnceCell<Vec<(usize, usize)>>,
}

impl Input {
    /// Takes normalised text, whose numbers are spelt so. The space at the end closes the last word.
    pub fn new(text: &str, speller: Option<&'static Speller>) -> Self {
        let plain = format!("{} ", text.trim());
        let spaced = spaced(&plain);
        let last = plain.rfind(['-', '_']).map_or(0, |at| at + 1);
        let ends = Ends::of(&spaced);
        let as_long =
            |sign: char| sign.to_lowercase().map(char::len_utf8).sum::<usize>() == sign.len_utf8();
        let keyed = plain.chars().all(as_long).then(|| key(&plain));
        let numbers = OnceCell::new();
        Self { spaced, spaced_until: last, keyed, ends, speller, numbers, plain }
    }

    /// Whether this place is within a number, in digits or in words.
    pub fn is_in_number(&self, at: usize) -> bool {
        let spans = |speller| rewritten::spans(&self.plain, speller);
        let numbers = self.numbers.get_or_init(|| self.speller.map_or_else(Vec::new, spans));
        is_in_number(&self.plain, at) || numbers.iter().any(|(from, to)| *from < at && at < *to)
    }

    /// The text from there on, in small letters and with all hyphens as spaces.
    pub fn keyed(&self, at: usize) -> Cow<'_, str> {
        match &self.keyed {
            Some(keyed) => Cow::Borrowed(&keyed[at..]),
            None => Cow::Owned(key(&self.plain[at..])),
        }
    }

    /// Its outermost words.
    pub fn ends(&self) -> &Ends {
        &self.ends
    }
}

/// The input, with and without the words that change nothing.
pub(crate) struct Texts {
    whole: Input,
    without: Without,
    tokens: Vec<String>,
    pub found: Hits,
}

/// The input without words that change nothing, where that is another text.
#[derive(Default)]
struct Without {
    all: Option<Input>,
    /// Without single ones of them (`please`), which are never part of free words.
    single: Option<Input>,
    at_start: Option<Input>,
    /// The same where there are others later.
    only_at_start: Option<Input>,
    /// The same without single ones at its end.
    around: Option<Input>,
    at_end: Option<Input>,
}

impl Texts {
    pub fn new(text: &str, sentences: &Sentences, speller: Option<&'static Speller>) -> Self {
        let shorter = skip::anywhere(text, &sentences.skip_words);
        let lower_shorter = lower(&shorter);
        let tokens = lower_shorter.split_whitespace().map(str::to_owned).collect();
        let whole = Input::new(text, speller);
        if shorter == text {
            let found = sentences.filter.find([lower_shorter.as_str()]);
            return Self { whole, without: Without::default(), tokens, found };
        }
        let found = sentences.filter.find([lower(text).as_str(), &lower_shorter]);
        let without = Without::new(text, &shorter, sentences, speller);
        Self { whole, without, tokens, found }
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
        let without = &self.without;
        let texts = match (scope.is_wildcard(first), scope.is_wildcard(last)) {
            (true, _) if only => [&None; 3],
            (true, _) => [&without.at_end, &None, &None],
            (false, true) => [&without.around, &without.at_start, &None],
            // Words that change nothing in front are also words of a sentence: "what will you do".
            (false, false) => [&without.all, &without.single, &without.only_at_start],
        };
        texts.into_iter().flatten().chain([&self.whole])
    }
}

impl Without {
    /// `all` is the text without any of them.
    fn new(
        text: &str,
        all: &str,
        sentences: &Sentences,
        speller: Option<&'static Speller>,
    ) -> Self {
        let (words, single) = (&sentences.skip_words, &sentences.single_skip_words);
        let another = |other: &str| (other != text).then(|| Input::new(other, speller));
        let polite = skip::anywhere(text, single);
        let behind = skip::at_start(text, words);
        let around = skip::at_end(&behind, single);
        Self {
            single: another(&polite).filter(|_| polite != all),
            around: another(&around).filter(|_| around != behind),
            only_at_start: another(&behind).filter(|_| behind != all),
            at_start: another(&behind),
            at_end: another(&skip::at_end(text, words)),
            all: another(all),
        }
    }
}
