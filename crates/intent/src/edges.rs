//! Prefilter: what every text of a template begins and ends with.
//!
//! Of a long text a template is mostly found in part, so that [`Needs`](crate::filter::Needs) let it
//! pass; how the text begins and ends is seen at once. That only saves time; what is left is matched
//! in full.

use std::collections::BTreeSet;

use foldhash::HashSet;

use crate::normalise::is_punctuation;
use crate::numbers::Range;
use crate::template::{Node, lower};
use crate::text_list::TextList;

/// Rules within rules that are looked into.
const DEEPEST: usize = 24;
/// More beginnings than this tell little.
const WIDEST: usize = 1_000;

/// With what the texts of a template may begin and end.
#[derive(Default)]
pub(crate) struct Edges {
    first: Edge,
    last: Edge,
}

/// What must be there; none where anything may be.
#[derive(Default)]
struct Edge(Option<Known>);

/// Texts of which one must be there, or a number. Those at the end are written backwards.
#[derive(Default)]
struct Known {
    /// The outermost letters of the texts, as bits.
    letters: u32,
    /// Sorted, and none begins as another one does: the last one that is no greater than a text is the one
    /// with which it begins, if there is any.
    texts: Box<[String]>,
    number: bool,
    /// The lists from which they are.
    lists: Box<[String]>,
}

/// The outermost words of an input, in small letters, without anything around them.
pub(crate) struct Ends {
    forwards: String,
    backwards: String,
}

/// With which words numbers begin and end, in any list.
#[derive(Default)]
pub(crate) struct NumberWords {
    first: HashSet<String>,
    /// Written backwards.
    last: HashSet<String>,
}

/// What the names of rules and lists mean in a template.
pub(crate) trait Names<'a> {
    /// The rule of that name.
    fn rule(&self, name: &str) -> Option<&'a Node>;
    /// What fills a place of that list; `None` where that may be anything, or a household says it.
    fn fills(&self, list: &str) -> Option<Fills<'a>>;
}

/// What may fill a place of a template.
pub(crate) enum Fills<'a> {
    Values(&'a TextList),
    Number,
}

/// On which side one looks.
#[derive(Clone, Copy, Default, PartialEq)]
enum Side {
    #[default]
    First,
    Last,
}

impl Ends {
    /// Those of a text whose hyphens are spaces.
    pub fn of(text: &str) -> Self {
        let is_around = |sign: char| sign.is_whitespace() || is_punctuation(sign);
        let forwards = lower(text.trim_start().trim_end_matches(is_around));
        let backwards = forwards.chars().rev().take_while(|sign| !sign.is_whitespace()).collect();
        Self { forwards, backwards }
    }
}

impl NumberWords {
    /// Adds those of a range.
    pub fn add(&mut self, range: &Range) {
        self.first.extend(range.first_words().map(str::to_owned));
        self.last.extend(range.last_words().map(|word| word.chars().rev().collect()));
    }
}

impl Edges {
    /// Those of a template.
    pub fn new<'a>(template: &'a Node, names: &dyn Names<'a>) -> Self {
        let edge = |side| Edge::new(template, names, side);
        Self { first: edge(Side::First), last: edge(Side::Last) }
    }

    /// Whether a text begins and ends as some text of the template does; nothing is known of these lists.
    pub fn fit(&self, text: &Ends, numbers: &NumberWords, unknown: &[String]) -> bool {
        self.last.fits(&text.backwards, &numbers.last, unknown)
            && self.first.fits(&text.forwards, &numbers.first, unknown)
    }
}

/// The words of a template itself with which its texts may begin.
pub(crate) fn openers<'a>(
    template: &'a Node,
    names: &dyn Names<'a>,
) -> impl Iterator<Item = String> {
    let mut found = Found { without_lists: true, ..Found::default() };
    found.collect(template, names, 0);
    found.texts.into_iter()
}

impl Edge {
    fn new<'a>(template: &'a Node, names: &dyn Names<'a>, side: Side) -> Self {
        let mut found = Found { side, ..Found::default() };
        let goes_on = found.collect(template, names, 0);
        Self((goes_on == Some(false) && found.texts.len() <= WIDEST).then(|| found.known()))
    }

    fn fits(&self, text: &str, numbers: &HashSet<String>, unknown: &[String]) -> bool {
        let Self(Some(known)) = self else { return true };
        let begins = || {
            let behind = known.texts.partition_point(|one| one.as_str() <= text);
            behind > 0 && text.starts_with(&known.texts[behind - 1])
        };
        // A sign may be part of what follows.
        !text.starts_with(char::is_alphanumeric)
            || (known.letters & letter(text) != 0 && begins())
            || (known.number && is_number(text, numbers))
            || known.lists.iter().any(|list| unknown.contains(list))
    }
}

fn is_number(text: &str, words: &HashSet<String>) -> bool {
    let first = text.split(|sign: char| !sign.is_alphabetic()).next().unwrap_or_default();
    text.starts_with(char::is_numeric) || words.contains(first)
}

/// A bit for the first byte, which several bytes share.
fn letter(text: &str) -> u32 {
    text.bytes().next().map_or(0, |byte| 1 << (byte & 31))
}

/// What is found while one looks through a template.
#[derive(Default)]
struct Found {
    side: Side,
    /// Whether values of lists are passed over.
    without_lists: bool,
    texts: BTreeSet<String>,
    number: bool,
    lists: BTreeSet<String>,
}

impl Found {
    /// Adds that with which the texts of this part begin or end. Tells whether the part may be of no
    /// letters, so that its neighbour counts, too; `None` where it may be anything.
    fn collect<'a>(&mut self, node: &'a Node, names: &dyn Names<'a>, depth: usize) -> Option<bool> {
        let side = self.side;
        if let Node::List(list) = node {
            if self.without_lists {
                return Some(false);
            }
            self.lists.insert(list.list.clone());
        }
        let mut of = |node: &'a Node| self.collect(node, names, depth + 1);
        match node {
            Node::Text(text) => Some(self.add(text)),
            Node::Sequence(items) => {
                let mut items: Box<dyn Iterator<Item = &'a Node>> = match side {
                    Side::First => Box::new(items.iter()),
                    Side::Last => Box::new(items.iter().rev()),
                };
                items.try_fold(true, |goes_on, item| if goes_on { of(item) } else { Some(false) })
            }
            Node::Alternative(items) => {
                items.iter().try_fold(false, |any, item| Some(of(item)? || any))
            }
            Node::Permutation(items) => {
                items.iter().try_fold(true, |all, item| Some(of(item)? && all))
            }
            Node::Rule(name) if depth < DEEPEST => of(names.rule(name)?),
            Node::Rule(_) => None,
            Node::List(list) => match names.fills(&list.list)? {
                Fills::Values(values) => {
                    let mut values = values.values().iter();
                    values.try_fold(false, |any, value| Some(of(&value.template)? || any))
                }
                Fills::Number => {
                    self.number = true;
                    Some(false)
                }
            },
        }
    }

    /// Adds a literal; tells whether it may be of no letters.
    fn add(&mut self, text: &str) -> bool {
        // An input has spaces for hyphens and lacks punctuation: only letters are sure.
        let mut pieces = text.split(|sign: char| !sign.is_alphanumeric());
        let piece = match self.side {
            Side::First => pieces.find(|piece| !piece.is_empty()).map(lower),
            Side::Last => pieces
                .rfind(|piece| !piece.is_empty())
                .map(|piece| lower(piece).chars().rev().collect()),
        };
        let Some(piece) = piece else { return true };
        self.texts.insert(piece);
        false
    }

    fn known(self) -> Known {
        let mut texts: Vec<String> = Vec::new();
        for text in self.texts {
            if !texts.last().is_some_and(|before| text.starts_with(before)) {
                texts.push(text);
            }
        }
        let letters = texts.iter().fold(0, |bits, text| bits | letter(text));
        Known {
            letters,
            texts: texts.into(),
            number: self.number,
            lists: self.lists.into_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Input;
    use crate::numbers::{Fractions, Range};
    use crate::parse::parse;
    use crate::spell::Speller;

    #[test]
    fn a_template_is_passed_over_if_a_text_begins_or_ends_in_another_way() {
        struct Few(Node);
        impl<'a> Names<'a> for &'a Few {
            fn rule(&self, name: &str) -> Option<&'a Node> {
                (name == "turn").then_some(&self.0)
            }
            fn fills(&self, list: &str) -> Option<Fills<'a>> {
                (list == "count").then_some(Fills::Number)
            }
        }
        let node = |text: &str| parse(text).expect("a template");
        let range = Range::new(0, 99, 1, Fractions::None, Speller::of("en"));
        let mut numbers = NumberWords::default();
        numbers.add(&range);
        let few = Few(node("(turn|switch)"));
        for (template, text, expected) in [
            ("[please] <turn> {name} on[ now]", "Turn it ON.", true),
            ("[please] <turn> {name} on[ now]", "please switch it on now", true),
            ("[please] <turn> {name} on[ now]", "turn it off", false),
            ("[please] <turn> {name} on[ now]", "the lamp on", false),
            ("<turn> on {name}", "switch on anything", true),
            ("{name} off", "anything off", true),
            ("{name} off", "anything on", false),
            ("wi-fi [re]start[s]", "Wi fi restart", true),
            ("wi-fi [re]start[s]", "wi_fi start", true),
            ("wi-fi [re]start[s]", "wi-fi stop", false),
            ("it is 5 o'clock", "it is five o'clock", true),
            ("turn on the a.c.", "turn on the a.c.", true),
            ("50[ ]%", "50 %", true),
            ("(on;off) now", "off on now", true),
            ("(on;off) now", "now on off", false),
            ("[minus ]{count} plus", "minus 5 plus", true),
            ("[minus ]{count} plus", "-5 plus", true),
            ("[minus ]{count} plus", "Five plus", true),
            ("[minus ]{count} plus", "fivefold plus", false),
            ("plus {count}", "plus what", false),
            ("plus {count}", "plus twenty-five.", true),
            ("plus {count}", "plus 25", true),
            ("plus {count}[%]", "plus 2½ %", true),
            ("(plus|+){count}", "+5", true),
            ("(plus|+){count}", "and 5", false),
            ("[']s light", "s light", true),
            ("turn (on|one)", "turn one", true),
            ("turn (on|one)", "turn o", false),
        ] {
            let edges = Edges::new(&node(template), &&few);
            assert_eq!(
                edges.fit(Input::new(text, None).ends(), &numbers, &[]),
                expected,
                "{template}: {text}"
            );
        }
    }
}
