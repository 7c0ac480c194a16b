//! Text normalisation: brings what was said or typed into the form that templates are compared with.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;

use crate::spell::{Speller, is_number_word};

/// The zeros of digits that are as good as ours: Arabic ones, Indian ones, full-width ones, …
const ZEROS: [char; 12] = [
    '\u{660}', '\u{6f0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{be6}', '\u{c66}',
    '\u{ce6}', '\u{e50}', '\u{1040}', '\u{ff10}',
];
/// The sign for one half, and how that is written behind a number. Quarters stay: no range has them.
const HALF: char = '½';
const AND_A_HALF: &str = ".5";

/// One space between words, composed characters, one kind of apostrophe; numbers in the digits, with
/// the minus and the fractions that are read here (`−２½` is `-2.5`).
pub(crate) fn spelling(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_space = false;
    if text.is_ascii() {
        // Nothing in it is written in another way than here.
        out.extend(text.chars().filter_map(|sign| {
            let (before, is_space) = (in_space, sign.is_whitespace());
            in_space = is_space;
            if is_space { (!before).then_some(' ') } else { Some(sign) }
        }));
        return out;
    }
    let mut signs = text.nfc().map(usual_digit).peekable();
    while let Some(sign) = signs.next() {
        let is_minus = matches!(sign, '−' | '－' | '﹣');
        if sign == HALF && ends_with_whole_number(&out) {
            out.truncate(out.trim_end().len());
            out.push_str(AND_A_HALF);
            in_space = false;
        } else if matches!(sign, '¼' | '¾') && out.ends_with(|sign: char| sign.is_ascii_digit()) {
            out.extend([' ', sign]);
            in_space = false;
        } else if is_minus && signs.peek().is_some_and(char::is_ascii_digit) {
            out.push('-');
            in_space = false;
        } else if sign.is_whitespace() {
            if !in_space {
                out.push(' ');
            }
            in_space = true;
        } else {
            in_space = false;
            out.push(if sign == '’' { '\'' } else { sign });
        }
    }
    out
}

fn usual_digit(sign: char) -> char {
    if sign.is_ascii() {
        return sign;
    }
    let zero = ZEROS.iter().find(|zero| digit(**zero, sign) < 10);
    zero.and_then(|zero| char::from_digit(digit(*zero, sign), 10)).unwrap_or(match sign {
        '％' => '%',
        other => other,
    })
}

fn digit(zero: char, sign: char) -> u32 {
    u32::from(sign).wrapping_sub(u32::from(zero))
}

fn ends_with_whole_number(text: &str) -> bool {
    let rest = text.trim_end().trim_end_matches(|sign: char| sign.is_ascii_digit());
    rest.len() < text.trim_end().len() && !rest.ends_with(['.', ',', '/', ':'])
}

/// A whole number without the commas between its thousands; `None` if it has none there.
pub(crate) fn without_thousands(text: &str) -> Option<String> {
    let length = thousands(text)?;
    (length == text.len()).then(|| text.replace(',', ""))
}

/// How many bytes of the text are a number with commas between its thousands, if it begins with one.
pub(crate) fn thousands(text: &str) -> Option<usize> {
    let digits = |from: usize| text[from..].bytes().take_while(u8::is_ascii_digit).count();
    let mut end = digits(0);
    if !(1..=3).contains(&end) || text.starts_with('0') {
        return None;
    }
    let first = end;
    while text[end..].starts_with(',') && digits(end + 1) == 3 {
        end += 4;
    }
    (end > first && !text[end..].starts_with(',')).then_some(end)
}

/// The whole normalisation of an input: spelling, then no punctuation around words; punctuation
/// inside words stays (`2.5`, `12:30`), and so does the last dot of an initialism (`a.c.`).
pub(crate) fn input(text: &str) -> String {
    without_punctuation(spelling(text).trim()).trim().to_owned()
}

/// Takes punctuation away around words.
pub(crate) fn without_punctuation(text: &str) -> String {
    if !text.contains(is_punctuation) {
        return text.to_owned();
    }
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        if !is_punctuation(chars[at]) {
            out.push(chars[at]);
            at += 1;
            continue;
        }
        let end = at + chars[at..].iter().take_while(|&&c| is_punctuation(c)).count();
        let inside_word =
            at > 0 && is_word(chars[at - 1]) && chars.get(end).is_some_and(|&c| is_word(c));
        if inside_word || (end == at + 1 && ends_initialism(&chars[..end])) {
            out.extend(&chars[at..end]);
        }
        at = end;
    }
    out
}

/// Whether the text ends with at least two single letters, each with a dot: `a.c.`.
fn ends_initialism(chars: &[char]) -> bool {
    let [.., a, '.', b, '.'] = chars else { return false };
    let before = chars.len().checked_sub(5).map(|at| chars[at]);
    is_word(*a) && is_word(*b) && before.is_none_or(|c| !is_word(c))
}

/// Whether the sign is dropped around words, because it ends or parts sentences. Hyphen, apostrophe,
/// percent and degree belong to words.
pub(crate) fn is_punctuation(sign: char) -> bool {
    match sign {
        '.' | ',' | '?' | '!' | ';' | ':' => true,
        sign if sign.is_ascii() => false,
        sign => "。，¿？؟¡！；：’…—–―".contains(sign),
    }
}

/// Whether the sign is part of a word.
pub(crate) fn is_word(sign: char) -> bool {
    sign.is_alphanumeric() || sign == '_'
}

/// The text with hyphens and underscores as spaces, each as long as it was. A hyphen that is the sign
/// of a number, also with a space between them, or stands between two numbers stays.
pub(crate) fn spaced(text: &str) -> String {
    let mut before = ' ';
    let mut signs = text.chars();
    let mut out = String::with_capacity(text.len());
    while let Some(sign) = signs.next() {
        let behind = signs.as_str();
        let next = behind.chars().next().unwrap_or(' ');
        // "-5" and "-five" have a sign, "80-7" is no number; in "20-sided" it joins words.
        let is_sign = sign == '-'
            && ((is_word(next)
                && (!is_word(before) || (before.is_numeric() && next.is_numeric())))
                || (next == ' ' && !is_word(before) && begins_with_number(behind)));
        out.push(if sign == '_' || (sign == '-' && !is_sign) { ' ' } else { sign });
        before = sign;
    }
    out
}

fn begins_with_number(text: &str) -> bool {
    let word = text.split_whitespace().next().unwrap_or_default();
    let letters = word.split(|sign: char| !sign.is_alphabetic()).next().unwrap_or_default();
    word.starts_with(char::is_numeric) || is_number_word(&letters.to_lowercase())
}

/// Text of a template with the hyphens within its words as spaces; one by itself is a sign, which
/// nothing else stands for.
pub(crate) fn spaced_chunk(chunk: &str) -> Cow<'_, str> {
    if chunk.contains('-') && chunk.contains(char::is_alphanumeric) {
        Cow::Owned(chunk.replace('-', " "))
    } else {
        Cow::Borrowed(chunk)
    }
}

/// Whether this place is within a number: between digits, or beside a point, comma or colon that
/// stands between digits.
pub(crate) fn is_in_number(text: &str, at: usize) -> bool {
    let around = text[..at].chars().next_back().zip(text[at..].chars().next());
    let Some((before, behind)) = around else { return false };
    let parts = |sign| matches!(sign, '.' | ',' | ':');
    match (before.is_numeric(), behind.is_numeric()) {
        (true, true) => true,
        (true, false) if parts(behind) => text[at + 1..].starts_with(char::is_numeric),
        (false, true) if parts(before) => text[..at - 1].ends_with(char::is_numeric),
        _ => false,
    }
}

/// The text as people say it, for names that are written with digits and signs: `Lamp #2 & Fan`
/// is `lamp two and fan`. Numbers above 9999 are said digit by digit.
pub(crate) fn as_spoken(text: &str, speller: &Speller) -> String {
    let mut out = String::new();
    let mut digits = String::new();
    for sign in spelling(text).to_lowercase().chars().chain([' ']) {
        if sign.is_ascii_digit() {
            digits.push(sign);
            continue;
        }
        if !digits.is_empty() {
            let number = digits.parse().ok().filter(|_| digits.len() <= 4);
            let said = number.filter(|_| digits.len() == 1 || !digits.starts_with('0'));
            let words = said.and_then(|number| speller.usual(number)).unwrap_or_else(|| {
                let each = digits.bytes().filter_map(|b| speller.usual(i64::from(b - b'0')));
                each.collect::<Vec<_>>().join(" ")
            });
            out.push(' ');
            out.push_str(&words.replace('-', " "));
            out.push(' ');
            digits.clear();
        }
        match sign {
            '&' | '+' => out.extend([" ", speller.and, " "]),
            '\'' => out.push(sign),
            _ if sign.is_alphabetic() => out.push(sign),
            _ => out.push(' '),
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(crate) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The words for a number; `None` if it is no plain one.
pub(crate) fn plain_number(run: &str, speller: &Speller) -> Option<String> {
    if is_digits(run) {
        return Some(as_spoken(run, speller));
    }
    let (sign, body) = run.strip_prefix('-').map_or((1, run), |body| (-1, body));
    let whole = is_digits(body).then(|| body.to_owned());
    if let Some(whole) = whole.or_else(|| without_thousands(body)) {
        return Some(speller.usual(sign * whole.parse::<i64>().ok()?)?.replace('-', " "));
    }
    let (whole, tenth) = body.split_once(['.', ','])?;
    if !is_digits(whole) || !is_digits(tenth) || tenth.len() > 1 {
        return None;
    }
    let tenths = whole.parse::<i64>().ok()?.checked_mul(10)? + tenth.parse::<i64>().ok()?;
    Some(speller.usual_tenths(sign * tenths)?.replace('-', " "))
}

/// Length in bytes of `chunk` (lower case) at the start of the text, in whatever case.
pub(crate) fn prefix(text: &str, chunk: &str) -> Option<usize> {
    let (bytes, wanted) = (text.as_bytes(), chunk.as_bytes());
    // Nearly all text is plain, and nearly all chunks differ in the first letter.
    for (at, byte) in wanted.iter().enumerate() {
        match bytes.get(at) {
            None => return None,
            Some(known) if known.is_ascii() && byte.is_ascii() => {
                if known.to_ascii_lowercase() != *byte {
                    return None;
                }
            }
            Some(_) => return any_prefix(&text[at..], &chunk[at..]).map(|length| at + length),
        }
    }
    Some(wanted.len())
}

fn any_prefix(text: &str, chunk: &str) -> Option<usize> {
    let mut wanted = chunk.chars();
    let mut next = wanted.next();
    for (index, sign) in text.char_indices() {
        if next.is_none() {
            return Some(index);
        }
        for lower in sign.to_lowercase() {
            if next != Some(lower) {
                return None;
            }
            next = wanted.next();
        }
    }
    next.is_none().then_some(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn punctuation_goes_around_words_and_stays_inside() {
        for (text, expected) in [
            ("  Turn on,  the light!! ", "Turn on the light"),
            ("¿turn it on?", "turn it on"),
            ("set to 2.5 degrees.", "set to 2.5 degrees"),
            ("20,5", "20,5"),
            ("at 12:30.", "at 12:30"),
            ("turn on the A.C.", "turn on the A.C."),
            ("turn the A.C. off", "turn the A.C. off"),
            ("mr. coffee", "mr coffee"),
            ("what’s up", "what's up"),
            ("living-room 50%", "living-room 50%"),
            ("...", ""),
        ] {
            assert_eq!(input(text), expected, "{text}");
        }
    }

    #[test]
    fn names_are_said_in_words() {
        let english = Speller::of("en").expect("a table");
        for (text, expected) in [
            ("Lamp #2 & Fan", "lamp two and fan"),
            ("Kids' Room", "kids' room"),
            ("Living-Room 21", "living room twenty one"),
            ("Unit 007", "unit zero zero seven"),
            ("TV2", "tv two"),
        ] {
            assert_eq!(as_spoken(text, english), expected, "{text}");
        }
    }
}
