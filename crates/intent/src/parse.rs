//! Parser of sentence templates.
//!
//! The language is that of Home Assistant's sentence templates: `turn on [the] (light|lamp)`,
//! `{list}`, `{list:slot}`, `<rule>`, `(a;b)` for any order, `\` before a sign that is meant
//! literally.

use crate::normalise;
use crate::template::{ListRef, Node, Target, lower};

/// Where a template cannot be read, and what would have been right there.
#[derive(Debug, PartialEq)]
pub(crate) struct SyntaxError {
    /// Counted in characters from 1.
    pub column: usize,
    pub expected: String,
}

/// Signs that end a piece of literal text.
const RESERVED: &str = "()[]{}<>|;";

/// Brackets in one another; each takes some of the stack.
const DEEPEST: usize = 64;

/// Parses a whole template.
pub(crate) fn parse(text: &str) -> Result<Node, SyntaxError> {
    let leading = text.chars().take_while(|c| c.is_whitespace()).count();
    let mut parser = Parser { chars: text.trim().chars().collect(), at: 0, leading, depth: 0 };
    parser.group(None)
}

struct Parser {
    chars: Vec<char>,
    at: usize,
    /// Characters cut off the front, so that columns are those of the file.
    leading: usize,
    /// How many brackets are open.
    depth: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Separator {
    Alternative,
    Permutation,
}

impl Parser {
    /// Parses up to `close`, or to the end of the template.
    fn group(&mut self, close: Option<char>) -> Result<Node, SyntaxError> {
        let start = self.at;
        let mut branches: Vec<Node> = Vec::new();
        let mut separator = None;
        let mut items = Vec::new();
        loop {
            let Some(&sign) = self.chars.get(self.at) else {
                if let Some(close) = close {
                    return Err(self.error(self.at, format!("`{close}`")));
                }
                break;
            };
            match sign {
                _ if Some(sign) == close => {
                    if self.at == start {
                        return Err(self.error(self.at, format!("something before `{sign}`")));
                    }
                    self.at += 1;
                    break;
                }
                '(' => items.push(self.bracket(')')?),
                '[' => {
                    let inner = self.bracket(']')?;
                    items.push(optional(inner));
                }
                '{' => items.push(self.list()?),
                '<' => {
                    let name = self.delimited('<', '>')?;
                    items.push(Node::Rule(unescape(name.trim())));
                }
                '|' | ';' => {
                    let kind =
                        if sign == '|' { Separator::Alternative } else { Separator::Permutation };
                    branches.push(Node::Sequence(std::mem::take(&mut items)));
                    if separator.is_some_and(|before| before != kind) {
                        let before = join(separator, std::mem::take(&mut branches));
                        branches.push(before);
                    }
                    separator = Some(kind);
                    self.at += 1;
                }
                ')' | ']' | '}' | '>' => {
                    return Err(self.error(self.at, format!("no `{sign}` without its opening")));
                }
                _ => items.push(self.word()?),
            }
        }
        if separator.is_some() {
            branches.push(Node::Sequence(items));
            return Ok(join(separator, branches));
        }
        Ok(match <[Node; 1]>::try_from(items) {
            Ok([item]) => item,
            Err(items) => Node::Sequence(items),
        })
    }

    /// What stands from a bracket to the one that closes it.
    fn bracket(&mut self, close: char) -> Result<Node, SyntaxError> {
        if self.depth == DEEPEST {
            let expected = format!("no more than {DEEPEST} brackets in one another");
            return Err(self.error(self.at, expected));
        }
        self.at += 1;
        self.depth += 1;
        let inner = self.group(Some(close))?;
        self.depth -= 1;
        Ok(inner)
    }

    /// One word with the spaces around it.
    fn word(&mut self) -> Result<Node, SyntaxError> {
        let mut text = String::new();
        let (mut in_word, mut after_word) = (false, false);
        while let Some(&sign) = self.chars.get(self.at) {
            if RESERVED.contains(sign) || (after_word && !sign.is_whitespace()) {
                break;
            }
            if sign.is_whitespace() {
                after_word = in_word;
                text.push(sign);
            } else {
                in_word = true;
                if sign == '\\' {
                    self.at += 1;
                    let Some(&escaped) = self.chars.get(self.at) else {
                        return Err(self.error(self.at, "a sign behind `\\`".to_owned()));
                    };
                    text.push(escaped);
                } else {
                    text.push(sign);
                }
            }
            self.at += 1;
        }
        Ok(Node::Text(lower(&normalise::spelling(&text))))
    }

    fn list(&mut self) -> Result<Node, SyntaxError> {
        let start = self.at;
        let body = self.delimited('{', '}')?;
        let end_of_word = self.chars.get(self.at).is_some_and(|c| c.is_whitespace());
        let (list, target) = match body.split_once(':') {
            Some((list, target)) => (list.trim(), target.trim()),
            None => match body.trim().strip_prefix('@') {
                Some(list) => (list, "@"),
                None => (body.trim(), body.trim()),
            },
        };
        if list.is_empty() || target.is_empty() {
            return Err(self.error(start + 1, "a name of a list, or `list:slot`".to_owned()));
        }
        let target =
            if target.starts_with('@') { Target::Capture } else { Target::Slot(unescape(target)) };
        Ok(Node::List(ListRef { list: unescape(list), target, end_of_word }))
    }

    /// The text between two signs; leaves off behind the second.
    fn delimited(&mut self, open: char, close: char) -> Result<String, SyntaxError> {
        let start = self.at;
        let mut depth = 0;
        let mut body = String::new();
        while let Some(&sign) = self.chars.get(self.at) {
            self.at += 1;
            if sign == '\\' {
                body.push(sign);
                body.extend(self.chars.get(self.at));
                self.at += 1;
                continue;
            }
            if sign == open {
                depth += 1;
                if depth == 1 {
                    continue;
                }
            } else if sign == close {
                depth -= 1;
                if depth == 0 {
                    if body.trim().is_empty() {
                        return Err(self.error(start + 1, format!("a name before `{close}`")));
                    }
                    return Ok(body);
                }
            }
            body.push(sign);
        }
        Err(self.error(self.chars.len(), format!("`{close}`")))
    }

    fn error(&self, at: usize, expected: String) -> SyntaxError {
        SyntaxError { column: self.leading + at.min(self.chars.len()) + 1, expected }
    }
}

fn join(separator: Option<Separator>, branches: Vec<Node>) -> Node {
    match separator {
        Some(Separator::Permutation) => {
            // Each part is a word of its own, however tightly the template is written.
            let space = || Node::Text(" ".to_owned());
            let pad = |node| Node::Sequence(vec![space(), node, space()]);
            Node::Permutation(branches.into_iter().map(pad).collect())
        }
        _ => Node::Alternative(branches),
    }
}

fn optional(node: Node) -> Node {
    match node {
        Node::Alternative(mut branches) => {
            branches.push(Node::nothing());
            Node::Alternative(branches)
        }
        node => Node::Alternative(vec![node, Node::nothing()]),
    }
}

fn unescape(text: &str) -> String {
    let mut chars = text.chars();
    let mut plain = String::new();
    while let Some(sign) = chars.next() {
        plain.extend(if sign == '\\' { chars.next() } else { Some(sign) });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Node {
        Node::Text(text.to_owned())
    }

    #[test]
    fn words_keep_the_spaces_behind_them() {
        let light = Node::Sequence(vec![
            text("turn "),
            text("on "),
            Node::Alternative(vec![text("the"), Node::nothing()]),
            text(" light"),
        ]);
        assert_eq!(parse(" Turn  on [the] light ").unwrap(), light);
        assert_eq!(parse(r"a\|b").unwrap(), text("a|b"));
    }

    #[test]
    fn errors_say_where_and_what() {
        for (template, column, expected) in [
            ("turn (on|off", 13, "`)`"),
            ("turn on]", 8, "no `]` without its opening"),
            ("turn () on", 7, "something before `)`"),
            ("turn {} on", 7, "a name before `}`"),
            ("turn <on", 9, "`>`"),
            ("set {brightness:} now", 6, "a name of a list, or `list:slot`"),
            ("turn [on)", 9, "no `)` without its opening"),
            ("turn on\\", 9, "a sign behind `\\`"),
        ] {
            let error = parse(template).unwrap_err();
            assert_eq!((error.column, error.expected.as_str()), (column, expected), "{template}");
        }
    }
}
