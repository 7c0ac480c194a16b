//! How much a template is once its rules, and its parts in any order, are written out: a few signs may stand for more
//! than any memory holds, and a sentence file comes from anywhere.

use foldhash::HashMap;

use crate::Error;
use crate::template::Node;
use crate::text_list::TextList;

/// Pieces in one sentence. The largest of Home Assistant's, in six languages, has 729, and the largest built-in one 5,623.
const LARGEST: u64 = 50_000;
/// Rules and lists that stand in one another.
const DEEPEST: usize = 32;

/// How much rules and lists are, as far as sentences have asked for them.
pub(crate) struct Sizes<R, L> {
    /// The rule of a name, and the values of a list if they are texts.
    rule: R,
    texts: L,
    known: HashMap<String, u64>,
    /// What is being looked at, each inside the one before.
    path: Vec<String>,
}

impl<'a, R, L> Sizes<R, L>
where
    R: Fn(&str) -> Option<&'a Node>,
    L: Fn(&str) -> Option<&'a TextList>,
{
    pub(crate) fn new(rule: R, texts: L) -> Self {
        Self { rule, texts, known: HashMap::default(), path: Vec::new() }
    }

    /// # Errors
    /// When a template refers to a rule that nobody defines, to itself, or is too large.
    pub(crate) fn check(&mut self, template: &'a Node, place: &str) -> Result<(), Error> {
        self.size(template, place).map(drop)
    }

    fn size(&mut self, node: &'a Node, place: &str) -> Result<u64, Error> {
        let size = match node {
            Node::Text(_) => 1,
            Node::Sequence(items) | Node::Alternative(items) => self.sum(items, place)?,
            Node::Permutation(items) => self.sum(items, place)?.saturating_mul(orders(items.len())),
            Node::Rule(name) => {
                let what = format!("rule `{name}`");
                let Some(rule) = (self.rule)(name) else {
                    return Err(Error::Unknown { what, place: place.to_owned() });
                };
                self.inside(what, place, |sizes| sizes.size(rule, place))?
            }
            Node::List(list) => match (self.texts)(&list.list) {
                // A list stands for itself, however many values it has.
                Some(values) => self.inside(format!("list `{}`", list.list), place, |sizes| {
                    let mut sizes =
                        values.values().iter().map(|value| sizes.size(&value.template, place));
                    sizes.try_fold(1, |largest, size| Ok(largest.max(size?)))
                })?,
                None => 1,
            },
        };
        if size > LARGEST {
            return Err(Error::TooLarge { place: place.to_owned(), most: LARGEST });
        }
        Ok(size)
    }

    fn sum(&mut self, items: &'a [Node], place: &str) -> Result<u64, Error> {
        items.iter().try_fold(1_u64, |sum, item| Ok(sum.saturating_add(self.size(item, place)?)))
    }

    fn inside(
        &mut self,
        what: String,
        place: &str,
        size: impl FnOnce(&mut Self) -> Result<u64, Error>,
    ) -> Result<u64, Error> {
        if self.path.contains(&what) {
            return Err(Error::Recursive { what, place: place.to_owned() });
        }
        if let Some(&known) = self.known.get(&what) {
            return Ok(known);
        }
        if self.path.len() == DEEPEST {
            return Err(Error::TooLarge { place: place.to_owned(), most: LARGEST });
        }
        self.path.push(what.clone());
        let size = size(self)?;
        self.path.pop();
        self.known.insert(what, size);
        Ok(size)
    }
}

/// How often each of so many parts is written when they may come in any order.
fn orders(parts: usize) -> u64 {
    // One after the other behind each choice of those before: 1, 2, 5, 16, 65, 326, …
    (1..parts as u64).fold(1, |orders, more| orders.saturating_mul(more).saturating_add(1))
}

/// How many texts a template of nothing but texts stands for.
///
/// # Errors
/// When they are more than anybody lists.
pub(crate) fn check_literals(template: &Node, place: &str) -> Result<(), Error> {
    if literals(template) > LARGEST {
        return Err(Error::TooLarge { place: place.to_owned(), most: LARGEST });
    }
    Ok(())
}

fn literals(node: &Node) -> u64 {
    match node {
        Node::Text(_) => 1,
        Node::Sequence(items) => {
            items.iter().fold(1, |all, item| all.saturating_mul(literals(item)))
        }
        Node::Alternative(items) => {
            items.iter().fold(0, |all, item| all.saturating_add(literals(item)))
        }
        Node::Permutation(_) | Node::List(_) | Node::Rule(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sentences::Sentences;

    /// What comes of a file with this sentence and these rules.
    fn read(sentence: &str, rules: &[(usize, String)]) -> Result<Sentences, Error> {
        let rules = rules.iter().map(|(number, rule)| format!("  r{number}: \"{rule}\"\n"));
        let rules = rules.collect::<Vec<_>>().concat();
        let yaml = format!(
            "language: en\nintents:\n  A:\n    data:\n      - sentences: [\"{sentence}\"]\n\
             expansion_rules:\n  none: x\n{rules}"
        );
        Sentences::parse(&[("own.yaml", &yaml)])
    }

    #[test]
    fn what_would_fill_the_memory_is_an_error() {
        // Each rule is the next one twice.
        let doubled: Vec<_> = (0..30)
            .map(|rule| (rule, format!("<r{}> <r{}>", rule + 1, rule + 1)))
            .chain([(30, "word".to_owned())])
            .collect();
        let chained: Vec<_> = (0..5_000)
            .map(|rule| (rule, format!("<r{}>", rule + 1)))
            .chain([(5_000, "word".to_owned())])
            .collect();
        let any_order = vec!["a"; 13].join(";");
        for (sentence, rules) in [
            ("<r0>", doubled.as_slice()),
            ("<r0>", chained.as_slice()),
            (&any_order, &[]),
            ("(a;b;c;(d;e;f;g;(h;i;j;k)))", &[]),
        ] {
            let read = read(sentence, rules);
            let error = read.err().unwrap_or_else(|| panic!("`{sentence}` is read"));
            assert!(matches!(error, Error::TooLarge { .. }), "{error}");
            assert!(error.to_string().contains(sentence), "{error}");
        }
        for open in ["(", "["] {
            let deep = format!("{}a", open.repeat(200_000));
            let error = read(&deep, &[]).err().expect("an error");
            assert!(matches!(error, Error::Syntax { .. }), "it is one");
        }
    }

    #[test]
    fn what_people_write_is_read() {
        let five = "turn [on] (the;lamp;in;the;kitchen)";
        for sentence in [five, "((((a))))", "<r0> and <r0>"] {
            read(sentence, &[(0, five.to_owned())]).unwrap_or_else(|error| panic!("{error}"));
        }
    }

    #[test]
    fn words_that_are_skipped_are_as_few_as_can_be_listed() {
        let skip = "(a|b)".repeat(40);
        let yaml = format!("language: en\nintents: {{}}\nskip_words: [\"{skip}\"]\n");
        let read = Sentences::parse(&[("own.yaml", &yaml)]);
        assert!(matches!(read, Err(Error::TooLarge { .. })));
    }
}
