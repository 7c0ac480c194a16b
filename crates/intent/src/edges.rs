//! Prefilter: what every text of a template begins and ends with.
//!
//! Of a long text a template is mostly found in part, so that [`Needs`](crate::filter::Needs) let it
//! pass; how the text begins and ends is seen at once. That only saves time; what is left is matched
//! in full.

use std::collections::{BTreeSet, HashSet};

use crate::numbers::starts_with_digits;
use crate::template::{Node, lower};
use crate::text_list::TextList;

/// Rules within rules that are looked into.
const DEEPEST: usize = 24;
/// More beginnings than this tell little.
const WIDEST: usize = 64;

/// With what the texts of a template may begin and end.
#[derive(Default)]
pub(crate) struct Edges {
    first: Edge,
    last: Edge,
}

/// What must be there; none where anything may be.
#[derive(Default)]
struct Edge(Option<Known>);

/// Texts of which one must be there, or a number.
#[derive(Default)]
struct Known {
    /// The outermost letters of the texts, as bits.
    letters: u32,
    texts: BTreeSet<String>,
    number: bool,
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
#[derive(Clone, Copy, PartialEq)]
enum Side {
    First,
    Last,
}

impl Edges {
    /// Those of a template.
    pub fn new<'a>(template: &'a Node, names: &dyn Names<'a>) -> Self {
        let edge = |side| Edge::new(template, names, side);
        Self { first: edge(Side::First), last: edge(Side::Last) }
    }

    /// Whether a text in small letters, without anything around it, begins and ends as some text of the
    /// template does; numbers begin with one of these words.
    pub fn fit(&self, text: &str, number_words: &HashSet<String>) -> bool {
        self.last.fits(text, Side::Last, number_words)
            && self.first.fits(text, Side::First, number_words)
    }
}

impl Edge {
    fn new<'a>(template: &'a Node, names: &dyn Names<'a>, side: Side) -> Self {
        let mut known = Known::default();
        let goes_on = known.collect(template, names, side, 0);
        known.letters = known.texts.iter().fold(0, |bits, text| bits | letter(text, side));
        let is_known = goes_on == Some(false) && known.texts.len() <= WIDEST;
        Self(is_known.then_some(known))
    }

    fn fits(&self, text: &str, side: Side, number_words: &HashSet<String>) -> bool {
        let Self(Some(known)) = self else { return true };
        let fits = |one: &String| match side {
            Side::First => text.starts_with(one),
            Side::Last => text.ends_with(one),
        };
        (known.letters & letter(text, side) != 0 && known.texts.iter().any(fits))
            || (known.number && begins_with_number(text, number_words))
    }
}

fn begins_with_number(text: &str, words: &HashSet<String>) -> bool {
    let first = text.split(|sign: char| !sign.is_alphabetic()).next().unwrap_or_default();
    starts_with_digits(text) || words.contains(first)
}

/// A bit for the outermost byte, which several bytes share.
fn letter(text: &str, side: Side) -> u32 {
    let bytes = text.as_bytes();
    let byte = if side == Side::First { bytes.first() } else { bytes.last() };
    byte.map_or(0, |byte| 1 << (byte & 31))
}

impl Known {
    /// Adds that with which the texts of this part begin or end. Tells whether the part may be of no
    /// letters, so that its neighbour counts, too; `None` where it may be anything.
    fn collect<'a>(
        &mut self,
        node: &'a Node,
        names: &dyn Names<'a>,
        side: Side,
        depth: usize,
    ) -> Option<bool> {
        let mut of = |node: &'a Node| self.collect(node, names, side, depth + 1);
        match node {
            Node::Text(text) => self.add(text, side),
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
                    // A value has letters, even if its template may have none.
                    let mut values = values.values().iter();
                    values.try_for_each(|value| {
                        of(&value.template).filter(|goes_on| !goes_on).map(drop)
                    })?;
                    Some(false)
                }
                Fills::Number if side == Side::First => {
                    self.number = true;
                    Some(false)
                }
                Fills::Number => None,
            },
        }
    }

    fn add(&mut self, text: &str, side: Side) -> Option<bool> {
        if text.trim().is_empty() {
            return Some(true);
        }
        let is_sign = |sign: char| !sign.is_alphanumeric();
        // An input has spaces for hyphens and lacks punctuation.
        let piece = match side {
            Side::First => text.trim_start().split(is_sign).next(),
            Side::Last => text.trim_end().rsplit(is_sign).next(),
        };
        self.texts.insert(lower(piece.filter(|piece| !piece.is_empty())?));
        Some(false)
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
        let numbers: HashSet<_> = range.first_words().map(str::to_owned).collect();
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
            ("plus {count}", "plus what", true),
        ] {
            let edges = Edges::new(&node(template), &&few);
            assert_eq!(
                edges.fit(Input::new(text, None).core(), &numbers),
                expected,
                "{template}: {text}"
            );
        }
    }
}
