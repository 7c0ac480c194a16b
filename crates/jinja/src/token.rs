//! The tokens of a template, as far as it takes to find its tags and operators.

use std::ops::Range;

/// What a token is, as far as [`crate::rewrite`] asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Name,
    Number,
    Text,
    /// An operator or bracket; those of two characters are one token.
    Sign,
}

/// A token and where it stands in the template.
#[derive(Clone, Debug)]
pub struct Token {
    pub kind: Kind,
    pub at: Range<usize>,
}

/// Whether a tag is `{{ … }}` or `{% … %}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagKind {
    Print,
    Block,
}

/// A tag and what is in it.
#[derive(Debug)]
pub struct Tag {
    pub kind: TagKind,
    pub tokens: Vec<Token>,
    /// White space that only Python takes for some.
    pub blanks: Vec<Range<usize>>,
}

/// The tags of a template, without comments and raw blocks. Reading ends where the text is no
/// template any more; the engine says what is wrong there.
pub fn tags(source: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut at = 0;
    while let Some((kind, start)) = next_tag(source, at) {
        let Some(kind) = kind else {
            let Some(end) = source[start..].find("#}") else { break };
            at = start + end + 2;
            continue;
        };
        let (tag, end) = read_tag(source, kind, start);
        at = end;
        if is_raw(source, &tag) {
            at = end_of_raw(source, end);
        } else {
            tags.push(tag);
        }
    }
    tags
}

/// The next opening of a tag, or of a comment, and where it ends.
fn next_tag(source: &str, from: usize) -> Option<(Option<TagKind>, usize)> {
    source[from..].match_indices('{').find_map(|(found, _)| {
        let at = from + found;
        let kind = match source.as_bytes().get(at + 1)? {
            b'{' => Some(TagKind::Print),
            b'%' => Some(TagKind::Block),
            b'#' => None,
            _ => return None,
        };
        Some((kind, at + 2))
    })
}

fn read_tag(source: &str, kind: TagKind, start: usize) -> (Tag, usize) {
    let bytes = source.as_bytes();
    let closing: &[u8] = if kind == TagKind::Print { b"}}" } else { b"%}" };
    let mut at = start;
    // A sign for white space, not a minus.
    if matches!(bytes.get(at), Some(b'-' | b'+')) {
        at += 1;
    }
    let mut tokens: Vec<Token> = Vec::new();
    let mut blanks = Vec::new();
    let mut depth = 0_usize;
    while at < bytes.len() {
        let rest = &bytes[at..];
        if depth == 0 {
            if rest.starts_with(closing) {
                at += 2;
                break;
            }
            if matches!(rest[0], b'-' | b'+') && rest[1..].starts_with(closing) {
                at += 3;
                break;
            }
        }
        let length = match rest[0] {
            b' ' | b'\t' | b'\r' | b'\n' => {
                at += 1;
                continue;
            }
            quote @ (b'"' | b'\'') => text_length(rest, quote),
            b'0'..=b'9' => {
                let indexed = tokens.last().is_some_and(|last| &source[last.at.clone()] == ".");
                number_length(rest, indexed)
            }
            byte if byte.is_ascii() => name_length(&source[at..]),
            _ => match blank_length(&source[at..]) {
                0 => name_length(&source[at..]),
                length => {
                    blanks.push(at..at + length);
                    at += length;
                    continue;
                }
            },
        };
        let kind = match rest[0] {
            b'"' | b'\'' => Kind::Text,
            b'0'..=b'9' => Kind::Number,
            _ if length > 0 => Kind::Name,
            _ => Kind::Sign,
        };
        let length = if kind == Kind::Sign { sign_length(&source[at..]) } else { length };
        match rest[0] {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        tokens.push(Token { kind, at: at..at + length });
        at += length;
    }
    (Tag { kind, tokens, blanks }, at)
}

fn text_length(rest: &[u8], quote: u8) -> usize {
    let mut escaped = false;
    for (index, byte) in rest.iter().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            byte if *byte == quote => return index + 1,
            _ => {}
        }
    }
    rest.len()
}

/// `1`, `1_000`, `0xff`, `1.5`, `1e-3`; the index of `list.0.name` has no fraction.
fn number_length(rest: &[u8], indexed: bool) -> usize {
    let mut length = 0;
    let mut fraction = indexed;
    while let Some(byte) = rest.get(length) {
        let next = rest.get(length + 1);
        match byte {
            b'0'..=b'9' | b'_' | b'a'..=b'f' | b'A'..=b'F' | b'x' | b'X' | b'o' | b'O' => {}
            b'.' if !fraction && next.is_some_and(u8::is_ascii_digit) => fraction = true,
            b'+' | b'-' if !indexed && matches!(rest[length - 1], b'e' | b'E') => {}
            _ => break,
        }
        length += 1;
    }
    length
}

fn name_length(rest: &str) -> usize {
    let end = rest.find(|c: char| match c {
        '_' => false,
        c if c.is_ascii() => !c.is_alphanumeric(),
        c => c.is_whitespace(),
    });
    end.unwrap_or(rest.len())
}

fn blank_length(rest: &str) -> usize {
    rest.chars().next().filter(|c| c.is_whitespace()).map_or(0, char::len_utf8)
}

fn sign_length(rest: &str) -> usize {
    const LONG: [&str; 6] = ["**", "//", "==", "!=", "<=", ">="];
    match LONG.iter().find(|sign| rest.starts_with(**sign)) {
        Some(sign) => sign.len(),
        None => rest.chars().next().map_or(1, char::len_utf8),
    }
}

fn is_raw(source: &str, tag: &Tag) -> bool {
    matches!(&tag.tokens[..], [only] if tag.kind == TagKind::Block && &source[only.at.clone()] == "raw")
}

fn end_of_raw(source: &str, from: usize) -> usize {
    for (found, _) in source[from..].match_indices("{%") {
        let (tag, end) = read_tag(source, TagKind::Block, from + found + 2);
        if matches!(&tag.tokens[..], [only] if &source[only.at.clone()] == "endraw") {
            return end;
        }
    }
    source.len()
}
