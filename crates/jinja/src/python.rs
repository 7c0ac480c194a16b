//! How Python writes values, and reads numbers.

use std::fmt::Write as _;

use minijinja::value::ValueKind;
use minijinja::{Error, Output, State, Value};

use crate::work;

/// Prints a value of `{{ … }}`.
///
/// # Errors
/// When it is too large.
pub fn print(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    match value.as_str() {
        Some(text) => out.write_str(text)?,
        None => out.write_str(&text(state, value)?)?,
    }
    Ok(())
}

/// What Python's `str` makes of a value; nothing of one that does not exist.
///
/// # Errors
/// When it is too large.
pub fn text(state: &State, value: &Value) -> Result<String, Error> {
    if let Some(text) = value.as_str() {
        return Ok(text.to_owned());
    }
    work::exists(state, value)?;
    work::walk(state, value)?;
    let mut out = String::new();
    if !value.is_undefined() {
        write_value(&mut out, value)?;
    }
    Ok(out)
}

/// What Python's `repr` makes of a value, as it stands in a list.
///
/// # Errors
/// When it is too large.
pub fn repr(state: &State, value: &Value) -> Result<String, Error> {
    work::walk(state, value)?;
    let mut out = String::new();
    write_value(&mut out, value)?;
    Ok(out)
}

/// Writes a value as it stands in a list. Its size is paid for, and so is its depth.
fn write_value(out: &mut String, value: &Value) -> Result<(), Error> {
    match value.kind() {
        ValueKind::Undefined => out.push_str("Undefined"),
        ValueKind::String => write_text(out, value.as_str().unwrap_or_default()),
        ValueKind::Number if !value.is_integer() => {
            out.push_str(&float(f64::try_from(value.clone()).unwrap_or(f64::NAN)));
        }
        ValueKind::Map => {
            let mut items = Vec::new();
            for key in value.try_iter()? {
                let mut item = String::new();
                write_value(&mut item, &key)?;
                item.push_str(": ");
                write_value(&mut item, &value.get_item(&key)?)?;
                items.push(item);
            }
            write!(out, "{{{}}}", items.join(", "))?;
        }
        ValueKind::Seq | ValueKind::Iterable => {
            let mut items = Vec::new();
            for value in value.try_iter()? {
                let mut item = String::new();
                write_value(&mut item, &value)?;
                items.push(item);
            }
            match (value.is_tuple(), &items[..]) {
                (true, [only]) => write!(out, "({only},)")?,
                (true, _) => write!(out, "({})", items.join(", "))?,
                (false, _) => write!(out, "[{}]", items.join(", "))?,
            }
        }
        _ => write!(out, "{value}")?,
    }
    Ok(())
}

/// A text in the quotes that Python would take.
fn write_text(out: &mut String, text: &str) {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(quote);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' => out.push_str("\\\\"),
            c if c == quote => out.extend(['\\', c]),
            c if (c as u32) < 0x20 || ('\u{7f}'..='\u{a0}').contains(&c) || c == '\u{ad}' => {
                let _ = write!(out, "\\x{:02x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push(quote);
}

/// A number with a point, or with an exponent where Python takes one.
pub fn float(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    match exponent.parse::<i32>().unwrap_or_default() {
        -4..16 => format!("{number:?}"),
        exponent => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", exponent.abs())
        }
    }
}

/// What Python's `float` makes of a value.
pub fn to_float(value: &Value) -> Option<f64> {
    match value.kind() {
        ValueKind::Bool => Some(f64::from(u8::from(value.is_true()))),
        ValueKind::Number => f64::try_from(value.clone()).ok(),
        ValueKind::String => without_underscores(value.as_str()?)?.parse().ok(),
        _ => None,
    }
}

/// What Python's `int` makes of a text in a base; base 0 goes by the prefix.
pub fn parse_int(text: &str, base: u32) -> Option<i128> {
    let text = without_underscores(text)?;
    let (negative, digits) = match text.strip_prefix(['-', '+']) {
        Some(digits) => (text.starts_with('-'), digits),
        None => (false, text.as_str()),
    };
    let prefix = digits.get(..2).unwrap_or_default().to_ascii_lowercase();
    let named = match prefix.as_str() {
        "0b" => 2,
        "0o" => 8,
        "0x" => 16,
        _ => 0,
    };
    let (digits, base) = match base {
        0 if named == 0 => (digits, 10),
        0 => (&digits[2..], named),
        base if base == named => (&digits[2..], base),
        base => (digits, base),
    };
    if !(2..=36).contains(&base) || digits.starts_with(['-', '+']) {
        return None;
    }
    let number = i128::from_str_radix(digits, base).ok()?;
    Some(if negative { -number } else { number })
}

/// A number as it is written, without the white space around it and the `_` between digits.
fn without_underscores(text: &str) -> Option<String> {
    let text = text.trim();
    let bytes = text.as_bytes();
    let between = |index: usize| {
        let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        index > 0 && digit(bytes.get(index - 1)) && digit(bytes.get(index + 1))
    };
    text.match_indices('_').all(|(index, _)| between(index)).then(|| text.replace('_', ""))
}
