//! A template as the engine wants it: without the colon of `{% if x: %}`, and with a guard wherever
//! an operator or a literal would do work that nobody pays for.
//!
//! Filters can be replaced and operators cannot. So a filter is put behind what an operator takes:
//! `a ~ b` is read as `a|_text ~ b|_text`, `[a, b]` as `([a, b]|_paid)`.

use std::ops::Range;

use crate::guards::{FACTOR, KEPT, KEY, PAID, PERCENT, TEXT};
use crate::token::{self, Kind, Tag, TagKind};

/// A template in both forms. Their lines are the same.
pub struct Rewritten {
    /// As it was written, without the colons.
    pub plain: String,
    /// What is run.
    pub guarded: String,
}

/// Reads a template in both forms.
pub fn rewrite(source: &str) -> Rewritten {
    let tags = token::tags(source);
    let mut plain = source.to_owned();
    for tag in &tags {
        for blank in tag.blanks.iter().cloned().chain(last_colon(source, tag)) {
            plain.replace_range(blank.clone(), &" ".repeat(blank.len()));
        }
    }
    let mut edits = Edits::default();
    for tag in &tags {
        Walk::new(&plain, tag, &mut edits).tag();
    }
    Rewritten { guarded: edits.apply(&plain), plain }
}

/// Where the colon is that ends a statement, as Python writes it.
fn last_colon(source: &str, tag: &Tag) -> Option<Range<usize>> {
    let last = tag.tokens.last()?;
    (tag.kind == TagKind::Block && &source[last.at.clone()] == ":").then(|| last.at.clone())
}

/// What stands in place of what.
#[derive(Default)]
struct Edits(Vec<(Range<usize>, String)>);

impl Edits {
    fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.replace(at..at, text);
    }

    fn replace(&mut self, at: Range<usize>, text: impl Into<String>) {
        self.0.push((at, text.into()));
    }

    /// In one place the inner ones come first, which were inserted first.
    fn apply(mut self, source: &str) -> String {
        self.0.sort_by_key(|(at, _)| at.start);
        let mut out = String::with_capacity(source.len() + self.0.len() * 8);
        let mut done = 0;
        for (at, text) in &self.0 {
            out.push_str(&source[done..at.start]);
            out.push_str(text);
            done = at.end;
        }
        out.push_str(&source[done..]);
        out
    }
}

/// What an opening bracket opens.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Opened {
    /// `[…]` or `{…}`, or `(…)` that may be a tuple.
    Literal,
    Subscript,
    Call,
    /// The names of `{% for (a, b) in … %}` and the like.
    Target,
}

struct Bracket {
    opened: Opened,
    /// Which token it is.
    token: usize,
    comma: bool,
    colon: bool,
    /// What comes behind the operand that has just begun.
    pending: Option<String>,
    /// Whether the operand so far is a product or a power, whose last factor a guard would change.
    product: bool,
}

impl Bracket {
    fn new(opened: Opened, token: usize) -> Self {
        Self { opened, token, comma: false, colon: false, pending: None, product: false }
    }
}

/// What the last token means for the next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    /// It can end an operand, so that a sign behind it stands between two.
    Operand,
    /// The name of a test, behind which an operand may come.
    Test,
    /// The name that follows is an attribute or a filter.
    DotOrPipe,
    Is,
    IsNot,
    Not,
    Other,
}

/// A walk through the tokens of a tag.
struct Walk<'a> {
    source: &'a str,
    tag: &'a Tag,
    edits: &'a mut Edits,
    /// The tag itself, whose `opened` and `token` say nothing.
    outside: Bracket,
    brackets: Vec<Bracket>,
    last: Last,
    /// Names are assigned to until this is over.
    targets: bool,
    /// What pays for the value of `{% set … %}`.
    assigned: Option<&'static str>,
}

impl<'a> Walk<'a> {
    fn new(source: &'a str, tag: &'a Tag, edits: &'a mut Edits) -> Self {
        Self {
            source,
            tag,
            edits,
            outside: Bracket::new(Opened::Call, 0),
            brackets: Vec::new(),
            last: Last::Other,
            targets: false,
            assigned: None,
        }
    }

    fn text(&self, index: usize) -> &'a str {
        self.tag.tokens.get(index).map_or("", |token| &self.source[token.at.clone()])
    }

    fn start(&self, index: usize) -> usize {
        self.tag.tokens[index].at.start
    }

    fn end(&self, index: usize) -> usize {
        self.tag.tokens[index].at.end
    }

    fn bracket(&mut self) -> &mut Bracket {
        self.brackets.last_mut().unwrap_or(&mut self.outside)
    }

    fn tag(&mut self) {
        let mut first = 0;
        if self.tag.kind == TagKind::Block {
            first = 1;
            self.targets = matches!(self.text(0), "for" | "set" | "call");
        }
        for index in first..self.tag.tokens.len() {
            self.last = match self.tag.tokens[index].kind {
                Kind::Text | Kind::Number => Last::Operand,
                Kind::Name => self.name(index),
                Kind::Sign => self.sign(index),
            };
        }
        let Some(last) = self.tag.tokens.len().checked_sub(1) else { return };
        self.flush(self.end(last));
        if let Some(guard) = self.assigned {
            self.edits.insert(self.end(last), format!(")|{guard}"));
        }
    }

    fn name(&mut self, index: usize) -> Last {
        match (self.last, self.text(index)) {
            (Last::Is, "not") => return Last::IsNot,
            (Last::Is | Last::IsNot, _) => return Last::Test,
            (Last::DotOrPipe, _) => return Last::Operand,
            (_, "in") if self.targets => self.targets = false,
            (Last::Not, "in") => {}
            (_, "in") => self.between(index, Some(PAID), None),
            (_, "not") => {
                if self.text(index + 1) == "in" {
                    self.between(index, Some(PAID), None);
                }
                return Last::Not;
            }
            (_, "and" | "or" | "if" | "else" | "recursive") => self.between(index, None, None),
            (_, "is") => return Last::Is,
            _ => return Last::Operand,
        }
        Last::Other
    }

    fn sign(&mut self, index: usize) -> Last {
        let binary = matches!(self.last, Last::Operand | Last::Test);
        match self.text(index) {
            "(" | "[" | "{" => self.open(index),
            ")" | "]" | "}" => {
                self.close(index);
                return Last::Operand;
            }
            "." | "|" => return Last::DotOrPipe,
            "~" if binary => {
                let left = if self.bracket().product { PAID } else { TEXT };
                self.between(index, Some(left), Some(TEXT));
            }
            "*" if binary => self.factor(index, Some(FACTOR)),
            "%" if binary && self.formats(index) => {
                self.between(index, None, None);
                self.edits.replace(self.tag.tokens[index].at.clone(), format!("|{PERCENT}("));
                self.bracket().pending = Some(")".to_owned());
            }
            "+" | "==" | "!=" | "<" | ">" | "<=" | ">=" if binary => {
                self.between(index, Some(PAID), None);
            }
            "/" | "//" | "%" if binary => self.factor(index, None),
            "**" if binary => self.product(),
            "-" if binary => self.between(index, None, None),
            "," => {
                self.between(index, None, None);
                self.bracket().comma = true;
            }
            ":" => {
                self.between(index, None, None);
                self.bracket().colon = true;
            }
            "=" => {
                self.between(index, None, None);
                if self.targets && self.brackets.is_empty() && self.text(0) == "set" {
                    self.assign(index);
                }
            }
            _ => {}
        }
        Last::Other
    }

    /// What stands behind the sign of `{% set x = … %}` is paid for as a whole: commas make a tuple.
    fn assign(&mut self, index: usize) {
        self.targets = false;
        let kept = (1..index).any(|target| self.text(target) == ".");
        self.assigned = Some(if kept { KEPT } else { PAID });
        self.edits.insert(self.end(index), "(");
    }

    /// An operator: its left operand ends with the token before it.
    fn between(&mut self, index: usize, left: Option<&str>, right: Option<&str>) {
        let Some(before) = index.checked_sub(1) else { return };
        let end = self.end(before);
        let guard = |name| format!("|{name}");
        let flushed = self.flush(end);
        if let Some(left) = left.map(guard)
            && flushed.as_ref() != Some(&left)
        {
            self.edits.insert(end, left);
        }
        let bracket = self.bracket();
        bracket.pending = right.map(guard);
        bracket.product = false;
    }

    /// An operator between the factors of a product.
    fn factor(&mut self, index: usize, guard: Option<&str>) {
        self.product();
        self.between(index, guard, guard);
        self.bracket().product = true;
    }

    /// The operand that has begun is a product or a power, so it is no list, and not made a text.
    fn product(&mut self) {
        let bracket = self.bracket();
        bracket.product = true;
        bracket.pending.take_if(|pending| pending[1..] == *TEXT);
    }

    /// The operand of the last operator ends here.
    fn flush(&mut self, end: usize) -> Option<String> {
        let pending = self.bracket().pending.take();
        if let Some(guard) = &pending {
            self.edits.insert(end, guard.clone());
        }
        pending
    }

    /// Whether a text stands before this `%`, and not as the operand of something else.
    fn formats(&self, index: usize) -> bool {
        let before = index.checked_sub(2).map_or("", |before| self.text(before));
        let text = self.tag.tokens[index - 1].kind == Kind::Text;
        text && !matches!(before, "*" | "/" | "//" | "%" | "**")
    }

    fn open(&mut self, index: usize) {
        let opened = match (self.text(index), self.last) {
            ("(", Last::Operand | Last::Test) => Opened::Call,
            ("[", Last::Operand) => Opened::Subscript,
            ("(", _) if self.targets => Opened::Target,
            _ => Opened::Literal,
        };
        self.brackets.push(Bracket::new(opened, index));
    }

    fn close(&mut self, index: usize) {
        // One too many is no operator's end, and the engine says so.
        if self.brackets.is_empty() {
            return;
        }
        self.flush(self.end(index - 1));
        let Some(bracket) = self.brackets.pop() else { return };
        let inside = index - bracket.token - 1;
        match bracket.opened {
            Opened::Literal if self.text(bracket.token) != "(" || bracket.comma || inside == 0 => {
                self.edits.insert(self.start(bracket.token), "(");
                self.edits.insert(self.end(index), format!("|{PAID})"));
            }
            Opened::Subscript if !bracket.colon && inside > 0 && !self.constant(bracket.token) => {
                self.edits.insert(self.end(bracket.token), "(");
                self.edits.insert(self.start(index), format!(")|{KEY}"));
            }
            Opened::Target if self.text(0) == "call" => self.targets = false,
            _ => {}
        }
    }

    /// Whether there is just a number or a text in these brackets.
    fn constant(&self, open: usize) -> bool {
        let constant = matches!(self.tag.tokens[open + 1].kind, Kind::Number | Kind::Text);
        constant && matches!(self.text(open + 2), "]")
    }
}

#[cfg(test)]
mod tests {
    use super::rewrite;

    #[test]
    fn guards_stand_behind_what_operators_take() {
        for (source, expected) in [
            ("{{ a }} ~ {{ 'b ~ c' }}", "{{ a }} ~ {{ 'b ~ c' }}"),
            ("{{ a ~ b|f ~ c }}", "{{ a|_text ~ b|f|_text ~ c|_text }}"),
            ("{{ a ~ b * c }}", "{{ a|_text ~ b|_factor * c|_factor }}"),
            ("{{ -a[1] * f(b, *c) }}", "{{ -a[1]|_factor * f(b, *c)|_factor }}"),
            ("{{ [a, (1,)] + x[y] }}", "{{ ([a, ((1,)|_paid)]|_paid)|_paid + x[(y)|_key] }}"),
            ("{{ {'a': b}['a'] == c }}", "{{ ({'a': b}|_paid)['a']|_paid == c }}"),
            ("{{ a is not in [b] }}", "{{ a is not in ([b]|_paid) }}"),
            ("{{ a not in b and c }}", "{{ a|_paid not in b and c }}"),
            ("{{ '%d' % x ~ y }}", "{{ '%d' |_percent( x)|_text ~ y|_text }}"),
            ("{% for (a, b) in (c, d): %}", "{% for (a, b) in ((c, d)|_paid)  %}"),
            ("{% set a, n.b = c, d %}", "{% set a, n.b =( c, d)|_kept %}"),
            (
                "{%- if a: -%}{% raw %}{{ [a] }}{% endraw %}",
                "{%- if a  -%}{% raw %}{{ [a] }}{% endraw %}",
            ),
            ("{# [a] #}{{ x[1:] }}", "{# [a] #}{{ x[1:] }}"),
            ("{{ a", "{{ a"),
        ] {
            assert_eq!(rewrite(source).guarded, expected, "{source}");
        }
    }
}
