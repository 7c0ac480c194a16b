//! Filters for texts. What is no text becomes one first, as Python writes it.

use minijinja::value::{Kwargs, Rest, ValueKind, ValueOrKwargs};
use minijinja::{Environment, Error, State, Value, filters};

use crate::arguments::{Arguments, filter};
use crate::{python, work};

pub(crate) fn add(env: &mut Environment<'static>) {
    // The engine's own.
    for (name, inner) in [
        ("lower", Value::from_function(filters::lower)),
        ("upper", Value::from_function(filters::upper)),
        ("title", Value::from_function(filters::title)),
        ("capitalize", Value::from_function(filters::capitalize)),
        ("trim", Value::from_function(filters::trim)),
        ("split", Value::from_function(filters::split)),
    ] {
        env.add_filter(name, of_text(inner));
    }
    filter(env, "format", format);
    filter(env, "replace", replace);
    filter(env, "indent", indent);
    filter(env, "truncate", truncate);
    filter(env, "center", center);
    filter(env, "wordcount", word_count);
    filter(env, "ordinal", ordinal);
    filter(env, "ord", ord);
    filter(env, "join", join);
}

/// A filter of the engine whose first argument is a text.
fn of_text(
    inner: Value,
) -> impl Fn(&mut State, Rest<ValueOrKwargs>) -> Result<Value, Error> + Send + Sync + 'static {
    let inner = work::paid(inner);
    move |state, arguments| {
        let mut arguments = arguments.into_values();
        if let Some(first) = arguments.first_mut()
            && first.as_str().is_none()
        {
            *first = Value::from(python::text(state, first)?);
        }
        let arguments = arguments.into_iter().map(ValueOrKwargs::from).collect::<Vec<_>>();
        inner(state, Rest(arguments))
    }
}

/// The next argument as a text.
fn next_text(state: &State, arguments: &mut Arguments, name: &str) -> Result<String, Error> {
    python::text(state, &arguments.value(name)?)
}

fn word_count(state: &mut State, arguments: &mut Arguments) -> Result<Value, Error> {
    let text = next_text(state, arguments, "s")?;
    arguments.end()?;
    let words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    Ok(Value::from(words.filter(|word| !word.is_empty()).count()))
}

fn replace(state: &mut State, arguments: &mut Arguments) -> Result<Value, Error> {
    let text = next_text(state, arguments, "s")?;
    let old = next_text(state, arguments, "old")?;
    let new = next_text(state, arguments, "new")?;
    let count = usize::try_from(arguments.or("count", -1)?).unwrap_or(usize::MAX);
    arguments.end()?;
    let found = text.matches(&old).take(count).count();
    work::pay(state, text.len() + found * new.len())?;
    Ok(Value::from(text.replacen(&old, &new, count)))
}

fn indent(state: &mut State, arguments: &mut Arguments) -> Result<Value, Error> {
    let text = next_text(state, arguments, "s")?;
    let width = arguments.or("width", 4_usize)?;
    let first = arguments.or("first", false)?;
    let blank = arguments.or("blank", false)?;
    arguments.end()?;
    let lines = text.split('\n').count();
    work::pay(state, lines.saturating_mul(width).saturating_add(text.len()))?;
    let indentation = " ".repeat(width);
    let line = |(index, line): (usize, &str)| {
        let indents = (index > 0 || first) && (blank || !line.is_empty());
        format!("{}{line}", if indents { &indentation } else { "" })
    };
    Ok(Value::from(text.split('\n').enumerate().map(line).collect::<Vec<_>>().join("\n")))
}

/// The texts and numbers that a format asks for, one after the other.
fn format(state: &mut State, arguments: &mut Arguments) -> Result<Value, Error> {
    let format = next_text(state, arguments, "value")?;
    let values = arguments.rest();
    let names = arguments.names();
    let named = names.iter().map(|name| {
        let value = arguments.named(name)?.unwrap_or_default();
        Ok::<_, Error>((name.as_str(), value))
    });
    let named = named.collect::<Result<Kwargs, _>>()?;
    formatted(state, format, values, named)
}

/// `format % value`: a tuple is several values, and a map has names.
pub(crate) fn percent(state: &mut State, arguments: &mut Arguments) -> Result<Value, Error> {
    let format = next_text(state, arguments, "value")?;
    let value = arguments.value("other")?;
    arguments.end()?;
    if value.kind() == ValueKind::Map {
        let pair = |key: Value| Ok((key.to_string(), value.get_item(&key)?));
        let named = value.try_iter()?.map(pair).collect::<Result<Vec<_>, Error>>()?;
        let named = named.iter().map(|(name, value)| (name.as_str(), value.clone()));
        return formatted(state, format, Vec::new(), named.collect());
    }
    let values = if value.is_tuple() { value.try_iter()?.collect() } else { vec![value] };
    let unnamed = std::iter::empty::<(&str, Value)>().collect();
    formatted(state, format, values, unnamed)
}

/// The engine's filter, after what Python does with numbers and `%s`.
fn formatted(
    state: &mut State,
    mut format: String,
    mut values: Vec<Value>,
    named: Kwargs,
) -> Result<Value, Error> {
    for (at, value) in conversions(&format).into_iter().zip(&mut values) {
        match format.as_bytes()[at] {
            b'd' | b'i' | b'u' if !value.is_integer() => {
                let number = python::to_float(value).filter(|number| number.abs() < 1e38);
                // The engine says what is wrong with others.
                if let Some(number) = number.filter(|_| value.kind() == ValueKind::Number) {
                    *value = Value::from(number.trunc() as i128);
                }
            }
            b's' => *value = Value::from(python::text(state, value)?),
            b'r' | b'a' => {
                *value = Value::from(python::repr(state, value)?);
                format.replace_range(at..=at, "s");
            }
            _ => {}
        }
    }
    let format = Value::from(format);
    let arguments = values.into_iter().chain([Value::from(named)]).map(ValueOrKwargs::from);
    filters::format(state, &format, Rest(arguments.collect()))
}

/// Where a format has the letters of its conversions, as in `%5.1f`, that take a value each.
fn conversions(format: &str) -> Vec<usize> {
    let bytes = format.as_bytes();
    let mut places = Vec::new();
    let mut at = 0;
    while let Some(found) = format[at..].find('%') {
        let start = at + found + 1;
        let flags = |byte: &&u8| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+' | b' ' | b'#');
        let letter = start + bytes[start..].iter().take_while(flags).count();
        at = letter;
        match bytes.get(letter) {
            Some(b'%') => at += 1,
            Some(byte) if byte.is_ascii_alphabetic() => places.push(letter),
            _ => {}
        }
    }
    places
}

/// Nobody pays for `{:999999999}`.
pub(crate) fn widths(format: &str) -> Result<(), Error> {
    if format.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() > 4) {
        return Err(work::too_much("a number is formatted with too many digits"));
    }
    Ok(())
}

/// Cuts a text behind a word, if it is longer than so many characters and a few more.
fn truncate(state: &mut State, arguments: &mut Arguments) -> Result<Value, Error> {
    let text = next_text(state, arguments, "s")?;
    let length = arguments.or("length", 255_usize)?;
    let kill = arguments.or("killwords", false)?;
    let end = arguments.text("end", "...")?;
    let leeway = arguments.or("leeway", 5_usize)?;
    arguments.end()?;
    if text.chars().count() <= length.saturating_add(leeway) {
        return Ok(Value::from(text));
    }
    let Some(kept) = length.checked_sub(end.chars().count()) else {
        return Err(work::wrong("truncate wants a length that holds its end"));
    };
    let kept: String = text.chars().take(kept).collect();
    let whole = if kill { &kept } else { kept.rsplit_once(' ').map_or(&*kept, |cut| cut.0) };
    Ok(Value::from(format!("{whole}{end}")))
}

fn center(state: &mut State, arguments: &mut Arguments) -> Result<Value, Error> {
    let text = next_text(state, arguments, "value")?;
    let width = arguments.or("width", 80_usize)?;
    arguments.end()?;
    Ok(Value::from(centered(state, &text, width, ' ')?))
}

/// As Python does it: the odd one is on the left where the width is odd.
pub(crate) fn centered(
    state: &State,
    text: &str,
    width: usize,
    fill: char,
) -> Result<String, Error> {
    work::pay(state, width.saturating_mul(4))?;
    let missing = width.saturating_sub(text.chars().count());
    let left = missing / 2 + (missing & width & 1);
    let fill = |count: usize| fill.to_string().repeat(count);
    Ok(format!("{}{text}{}", fill(left), fill(missing - left)))
}

fn ordinal(state: &mut State, arguments: &mut Arguments) -> Result<Value, Error> {
    let number = next_text(state, arguments, "value")?;
    arguments.end()?;
    let last = |digits: usize| {
        let tail = number.get(number.len().saturating_sub(digits)..)?;
        tail.trim_start_matches('-').parse::<u8>().ok()
    };
    let (Some(one), Some(two)) = (last(1), last(2)) else {
        return Err(work::wrong("ordinal wants an integer"));
    };
    let ending = match one {
        _ if (11..14).contains(&two) => "th",
        1 => "st",
        2 => "nd",
        3 => "rd",
        _ => "th",
    };
    Ok(Value::from(format!("{number}{ending}")))
}

fn ord(state: &mut State, arguments: &mut Arguments) -> Result<Value, Error> {
    let text = next_text(state, arguments, "value")?;
    arguments.end()?;
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(only), None) => Ok(Value::from(u32::from(only))),
        _ => Err(work::wrong("ord wants a single character")),
    }
}

/// Joins items, or an attribute of each.
fn join(state: &mut State, arguments: &mut Arguments) -> Result<Value, Error> {
    let value = arguments.value("value")?;
    let joiner = arguments.take("d")?.unwrap_or(Value::from(""));
    let attribute = arguments.take("attribute")?.filter(|attribute| !attribute.is_none());
    arguments.end()?;
    let items = match attribute {
        Some(attribute) => {
            let named = Kwargs::from_iter([("attribute", attribute)]);
            state.apply_filter("map", &[value, Value::from(named)])?
        }
        None => value,
    };
    let joiner = python::text(state, &joiner)?;
    work::exists(state, &items)?;
    Ok(Value::from(join_texts(state, &items, &joiner)?))
}

/// Texts of a list, joined.
pub(crate) fn join_texts(state: &State, items: &Value, joiner: &str) -> Result<String, Error> {
    let mut joined = String::new();
    for (index, item) in items.try_iter()?.enumerate() {
        if index > 0 {
            joined.push_str(joiner);
        }
        let text = python::text(state, &item)?;
        // The same joiner and text may come any number of times.
        work::pay(state, 64 + joiner.len() + text.len())?;
        joined.push_str(&text);
    }
    Ok(joined)
}
