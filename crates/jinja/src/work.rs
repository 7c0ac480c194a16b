//! What work costs: a walk through a value pays for everything in it.
//!
//! The engine charges for steps and for text, but not for what a list holds: `[x, x]` in a loop of
//! fifty doubles fifty times without a byte of memory, and printing or comparing it never ends. So
//! what builds a list, and what looks at all of it, walks it first.

use minijinja::value::{Rest, StringInput, ValueKind, ValueOrKwargs};
use minijinja::{Error, ErrorKind, State, Value};

/// Lists in lists, at most. Deeper ones would take more stack than a thread has.
const DEEPEST: usize = 60;

/// Bytes that a value costs beside the text in it.
const SLOT: usize = 32;

/// Bytes for a unit of fuel, as the engine counts.
const BYTES_PER_FUEL: usize = 64;

/// Pays for bytes of work.
///
/// # Errors
/// When the fuel is used up.
pub fn pay(state: &State, bytes: usize) -> Result<(), Error> {
    match bytes / BYTES_PER_FUEL {
        0 => Ok(()),
        fuel => state.consume_fuel(fuel as u64),
    }
}

/// Pays for all that is in a value.
///
/// # Errors
/// When the fuel is used up or the value is too deep.
pub fn walk(state: &State, value: &Value) -> Result<(), Error> {
    if value.as_object().is_some() {
        size(state, value)?;
    }
    Ok(())
}

/// How many bytes a value is worth, which are paid for.
///
/// # Errors
/// As [`walk`].
pub fn size(state: &State, value: &Value) -> Result<usize, Error> {
    let mut meter = Meter { state, bytes: 0, paid: 0 };
    meter.walk(value, 0)?;
    pay(state, meter.bytes - meter.paid)?;
    Ok(meter.bytes)
}

/// An error that counts as too much work.
pub fn too_much(what: &'static str) -> Error {
    Error::new(ErrorKind::OutOfFuel, what)
}

/// A value that exists, wherever one that does not is an error.
///
/// # Errors
/// When it does not.
pub fn exists(state: &State, value: &Value) -> Result<(), Error> {
    // Only the engine knows what it forgives: `'s' if plural` without an `else` is nothing.
    if value.is_undefined() { StringInput::new(state, value).map(drop) } else { Ok(()) }
}

/// An error about a value that does not exist.
pub fn undefined() -> Error {
    Error::new(ErrorKind::UndefinedError, "a value is asked for that does not exist")
}

/// An error about the values.
pub fn wrong(what: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, what.into())
}

struct Meter<'a, 't, 'e> {
    state: &'a State<'t, 'e>,
    bytes: usize,
    paid: usize,
}

impl Meter<'_, '_, '_> {
    fn walk(&mut self, value: &Value, depth: usize) -> Result<(), Error> {
        if depth > DEEPEST {
            return Err(too_much("lists are nested too deeply"));
        }
        self.bytes += SLOT + value.as_str().map_or(0, str::len);
        if self.bytes - self.paid >= 1 << 16 {
            pay(self.state, self.bytes - self.paid)?;
            self.paid = self.bytes;
        }
        match value.kind() {
            ValueKind::Seq | ValueKind::Iterable => {
                value.try_iter()?.try_for_each(|item| self.walk(&item, depth + 1))
            }
            ValueKind::Map => value.try_iter()?.try_for_each(|key| {
                self.walk(&key, depth + 1)?;
                self.walk(&value.get_item(&key)?, depth + 1)
            }),
            _ => Ok(()),
        }
    }
}

/// A filter or test of the engine that pays for all that it gets and gives.
pub fn paid(
    inner: Value,
) -> impl Fn(&mut State, Rest<ValueOrKwargs>) -> Result<Value, Error> + Send + Sync + 'static {
    move |state, arguments| {
        let arguments = arguments.into_values();
        arguments.iter().try_for_each(|argument| walk(state, argument))?;
        arguments.first().map_or(Ok(()), |first| exists(state, first))?;
        let result = inner.call(state, &arguments)?;
        walk(state, &result)?;
        Ok(result)
    }
}
