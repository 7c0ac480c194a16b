//! The methods of Python's texts, lists and maps.

use minijinja::formatting::{FormatStyle, format};
use minijinja::value::{Tuple, ValueKind, from_args};
use minijinja::{Error, ErrorKind, State, Value, filters};

use crate::arguments::Arguments;
use crate::{python, texts, work};

/// Calls a method of a value that is no object of the caller's.
///
/// # Errors
/// When there is none of the name, or it does not take the arguments.
pub(crate) fn call(
    state: &mut State,
    value: &Value,
    method: &str,
    arguments: &[Value],
) -> Result<Value, Error> {
    work::walk(state, value)?;
    arguments.iter().try_for_each(|argument| work::walk(state, argument))?;
    let result = match (value.as_str(), value.kind()) {
        (Some(text), _) => of_text(state, text, method, arguments)?,
        (None, ValueKind::Map) if method == "get" => Some(get(state, value, arguments)?),
        (None, ValueKind::Number) if method == "is_integer" => {
            let number = python::to_float(value).unwrap_or(f64::NAN);
            Some(Value::from(number.fract() == 0.0))
        }
        (None, ValueKind::Seq) => of_list(value, method, arguments)?,
        _ => None,
    };
    let result = match result {
        Some(result) => result,
        None => {
            minijinja_contrib::pycompat::unknown_method_callback(state, value, method, arguments)?
        }
    };
    work::walk(state, &result)?;
    Ok(result)
}

/// Methods that the engine lacks, or that it would do work in that nobody pays for.
fn of_text(
    state: &mut State,
    text: &str,
    method: &str,
    arguments: &[Value],
) -> Result<Option<Value>, Error> {
    Ok(Some(match method {
        "join" => {
            let (items,): (&Value,) = from_args(arguments)?;
            if !items.try_iter()?.all(|item| item.as_str().is_some()) {
                return Err(work::wrong("only texts can be joined"));
            }
            Value::from(texts::join_texts(state, items, text)?)
        }
        "format" => {
            texts::widths(text)?;
            // Each field may print any of the arguments.
            let size = |argument| work::size(state, argument);
            let sizes = arguments.iter().map(size).sum::<Result<usize, _>>()?;
            work::pay(state, sizes.saturating_mul(text.matches('{').count()))?;
            Value::from(format(FormatStyle::StrFormat, text, arguments)?)
        }
        "split" => {
            let mut arguments = Arguments::new(arguments)?;
            let separator = arguments.take("sep")?;
            let most = arguments.or("maxsplit", -1)?;
            arguments.end()?;
            split(text, separator.as_ref(), most)?
        }
        "title" => {
            let (): () = from_args(arguments)?;
            Value::from(title(text))
        }
        "removeprefix" => {
            let (prefix,): (&str,) = from_args(arguments)?;
            Value::from(text.strip_prefix(prefix).unwrap_or(text))
        }
        "removesuffix" => {
            let (suffix,): (&str,) = from_args(arguments)?;
            Value::from(text.strip_suffix(suffix).unwrap_or(text))
        }
        "partition" => {
            let (separator,): (&str,) = from_args(arguments)?;
            let (before, middle, after) = match text.split_once(separator) {
                Some((before, after)) => (before, separator, after),
                None => (text, "", ""),
            };
            Value::from(Tuple::new([before, middle, after].map(Value::from).to_vec()))
        }
        "rsplit" => {
            let (separator, most): (&str, Option<usize>) = from_args(arguments)?;
            if separator.is_empty() {
                return Err(work::wrong("rsplit wants a separator"));
            }
            let most = most.map_or(usize::MAX, |most| most.saturating_add(1));
            let mut parts = text.rsplitn(most, separator).map(Value::from).collect::<Vec<_>>();
            parts.reverse();
            Value::from(parts)
        }
        "index" => {
            let (part,): (&str,) = from_args(arguments)?;
            let Some(at) = text.find(part) else {
                return Err(work::wrong("the part is not found"));
            };
            Value::from(text[..at].chars().count())
        }
        "casefold" => Value::from(text.to_lowercase().replace('ß', "ss")),
        "zfill" | "ljust" | "rjust" | "center" => {
            return padded(state, text, method, arguments).map(Some);
        }
        _ => return Ok(None),
    }))
}

/// The value of a key, or another, which need not exist.
fn get(state: &State, map: &Value, arguments: &[Value]) -> Result<Value, Error> {
    let mut arguments = Arguments::new(arguments)?;
    let key = arguments.value("key")?;
    let default = arguments.take("default")?.unwrap_or(Value::from(()));
    arguments.end()?;
    work::exists(state, &key)?;
    let found = map.as_object().and_then(|map| map.get_value(&key));
    Ok(found.unwrap_or(default))
}

/// Upper case behind everything that is no letter.
fn title(text: &str) -> String {
    let mut inside = false;
    let mut titled = String::new();
    for c in text.chars() {
        if inside {
            titled.extend(c.to_lowercase());
        } else {
            titled.extend(c.to_uppercase());
        }
        inside = c.is_alphabetic();
    }
    titled
}

fn split(text: &str, separator: Option<&Value>, most: i64) -> Result<Value, Error> {
    let separator = separator.filter(|separator| !separator.is_none());
    let Some(separator) = separator else {
        return Ok(filters::split(&Value::from(text), None, (most >= 0).then_some(most))?
            .try_iter()?
            .collect());
    };
    let Some(separator) = separator.as_str().filter(|separator| !separator.is_empty()) else {
        return Err(work::wrong("split wants a text that is not empty"));
    };
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    Ok(text.splitn(most.saturating_add(1), separator).map(Value::from).collect())
}

fn padded(state: &State, text: &str, method: &str, arguments: &[Value]) -> Result<Value, Error> {
    let (width, fill): (usize, Option<char>) = from_args(arguments)?;
    let fill = fill.unwrap_or(' ');
    work::pay(state, width.saturating_mul(4))?;
    let missing = width.saturating_sub(text.chars().count());
    let filled = |fill: char| fill.to_string().repeat(missing);
    Ok(Value::from(match method {
        "zfill" => {
            let (sign, digits) = text.split_at(usize::from(text.starts_with(['-', '+'])));
            format!("{sign}{}{digits}", filled('0'))
        }
        "ljust" => format!("{text}{}", filled(fill)),
        "rjust" => format!("{}{text}", filled(fill)),
        _ => texts::centered(state, text, width, fill)?,
    }))
}

fn of_list(list: &Value, method: &str, arguments: &[Value]) -> Result<Option<Value>, Error> {
    match method {
        "index" => {
            let (wanted,): (&Value,) = from_args(arguments)?;
            let place = list.try_iter()?.position(|item| item == *wanted);
            place
                .map(|place| Some(Value::from(place)))
                .ok_or_else(|| work::wrong("it is not in the list"))
        }
        // Values are not changed, in Home Assistant neither.
        "append" | "extend" | "insert" | "pop" | "remove" | "sort" | "reverse" | "clear" => {
            Err(Error::new(ErrorKind::InvalidOperation, "a list cannot be changed"))
        }
        _ => Ok(None),
    }
}
