//! JSON, read and written.

use std::io::{Error as IoError, Result as IoResult, Write};

use minijinja::value::ValueKind;
use minijinja::{Environment, Error, State, Value};
use serde::Serialize as _;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

use crate::arguments::{Arguments, filter};
use crate::work;

pub(crate) fn add(env: &mut Environment<'static>) {
    filter(env, "from_json", from_json);
    filter(env, "to_json", to_json);
    filter(env, "tojson", for_html);
}

fn from_json(state: &mut State, arguments: &mut Arguments) -> Result<Value, Error> {
    let value = arguments.value("value")?;
    let fallback = arguments.fallback()?;
    let Some(text) = value.as_str() else { return fallback.of("from_json") };
    // A list of zeros takes twelve times its text.
    work::pay(state, 16 * text.len())?;
    match serde_json::from_str(text) {
        Ok(value) => Ok(value),
        Err(_) => fallback.of("from_json"),
    }
}

/// Home Assistant's own filter, which writes no more than it must.
fn to_json(state: &mut State, arguments: &mut Arguments) -> Result<Value, Error> {
    let value = arguments.value("value")?;
    let ascii = arguments.or("ensure_ascii", false)?;
    let pretty = arguments.or("pretty_print", false)?;
    let sorted = arguments.or("sort_keys", false)?;
    arguments.end()?;
    let value = if sorted { sort_keys(&value)? } else { value };
    Ok(Value::from(match (ascii, pretty) {
        (false, false) => write(state, &value, CompactFormatter)?,
        (false, true) => write(state, &value, PrettyFormatter::new())?,
        (true, false) => write(state, &value, Spaced)?,
        (true, true) => write(state, &value, Ascii(PrettyFormatter::new()))?,
    }))
}

/// Jinja's filter, which writes what may stand in HTML.
fn for_html(state: &mut State, arguments: &mut Arguments) -> Result<Value, Error> {
    let value = arguments.value("value")?;
    let indent = arguments.take("indent")?.filter(|indent| !indent.is_none());
    arguments.end()?;
    let value = sort_keys(&value)?;
    let json = match indent {
        Some(indent) => {
            let indent = " ".repeat(usize::try_from(indent)?.min(80));
            write(state, &value, Ascii(PrettyFormatter::with_indent(indent.as_bytes())))?
        }
        None => write(state, &value, Spaced)?,
    };
    let escaped = [('<', "\\u003c"), ('>', "\\u003e"), ('&', "\\u0026"), ('\'', "\\u0027")];
    Ok(Value::from(escaped.iter().fold(json, |json, (sign, code)| json.replace(*sign, code))))
}

/// A copy whose maps are in order. The value's size is paid for.
fn sort_keys(value: &Value) -> Result<Value, Error> {
    Ok(match value.kind() {
        ValueKind::Map => {
            let mut keys = value.try_iter()?.collect::<Vec<_>>();
            keys.sort();
            let pairs = keys.into_iter().map(|key| {
                let value = value.get_item(&key).and_then(|value| sort_keys(&value))?;
                Ok((key, value))
            });
            Value::from_pairs(pairs.collect::<Result<Vec<_>, Error>>()?)
        }
        ValueKind::Seq | ValueKind::Iterable => {
            let items = value.try_iter()?.map(|item| sort_keys(&item));
            Value::from(items.collect::<Result<Vec<_>, Error>>()?)
        }
        _ => value.clone(),
    })
}

fn write(state: &State, value: &Value, formatter: impl Formatter) -> Result<String, Error> {
    let mut out = Vec::new();
    let mut serializer = Serializer::with_formatter(Paying { state, out: &mut out }, formatter);
    value
        .serialize(&mut serializer)
        .map_err(|error| work::wrong("a value cannot be written as JSON").with_source(error))?;
    String::from_utf8(out).map_err(|error| work::wrong(error.to_string()))
}

/// Pays for what is written: indentation can be far larger than the value.
struct Paying<'a, 't, 'e> {
    state: &'a State<'t, 'e>,
    out: &'a mut Vec<u8>,
}

impl Write for Paying<'_, '_, '_> {
    fn write(&mut self, bytes: &[u8]) -> IoResult<usize> {
        work::pay(self.state, 8 + bytes.len()).map_err(IoError::other)?;
        self.out.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> IoResult<()> {
        Ok(())
    }
}

/// As Python's `json` writes: a space behind each sign.
struct Spaced;

impl Formatter for Spaced {
    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> IoResult<()> {
        if first { Ok(()) } else { out.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> IoResult<()> {
        if first { Ok(()) } else { out.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> IoResult<()> {
        out.write_all(b": ")
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> IoResult<()> {
        write_ascii(out, fragment)
    }
}

/// Pretty, and in ASCII.
struct Ascii<'a>(PrettyFormatter<'a>);

impl Formatter for Ascii<'_> {
    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> IoResult<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> IoResult<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> IoResult<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> IoResult<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> IoResult<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> IoResult<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> IoResult<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> IoResult<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> IoResult<()> {
        self.0.end_object_value(out)
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> IoResult<()> {
        write_ascii(out, fragment)
    }
}

fn write_ascii<W: ?Sized + Write>(out: &mut W, fragment: &str) -> IoResult<()> {
    for c in fragment.chars() {
        if c.is_ascii() {
            out.write_all(&[c as u8])?;
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            write!(out, "\\u{unit:04x}")?;
        }
    }
    Ok(())
}
