//! What [`crate::rewrite`] puts behind operands and literals: filters that pay for them.

use minijinja::value::ValueKind;
use minijinja::{Environment, Error, State, Value};

use crate::arguments::filter;
use crate::{python, texts, work};

/// Pays for a value and passes it on.
pub const PAID: &str = "_paid";
/// As [`PAID`], for what is kept in a namespace, which must not hold itself.
pub const KEPT: &str = "_kept";
/// As [`PAID`], for what something is looked up by, which has to exist.
pub const KEY: &str = "_key";
/// What Python's `str` makes of a value, for `~`.
pub const TEXT: &str = "_text";
/// Python's `'%d' % number`. A text that is not written out is no operand of `%` here.
pub const PERCENT: &str = "_percent";
/// Anything but a list, for `*`: a list of lists of lists a thousand times each is endless.
pub const FACTOR: &str = "_factor";

/// Adds the guards.
pub fn add(env: &mut Environment<'static>) {
    env.add_filter(PAID, |state: &State, value: Value| {
        work::walk(state, &value)?;
        Ok::<_, Error>(value)
    });
    env.add_filter(KEY, |state: &State, value: Value| {
        work::exists(state, &value)?;
        work::walk(state, &value)?;
        Ok::<_, Error>(value)
    });
    env.add_filter(KEPT, |state: &State, value: Value| {
        work::walk(state, &value)?;
        if holds_namespace(&value) {
            return Err(work::wrong("a namespace cannot be kept in a namespace"));
        }
        Ok(value)
    });
    env.add_filter(TEXT, |state: &State, value: Value| match value.kind() {
        ValueKind::Undefined | ValueKind::String => Ok(value),
        _ => python::text(state, &value).map(Value::from),
    });
    filter(env, PERCENT, texts::percent);
    env.add_filter(FACTOR, |value: Value| match value.kind() {
        ValueKind::Seq | ValueKind::Iterable | ValueKind::Map => {
            Err(work::wrong("lists cannot be multiplied"))
        }
        _ => Ok(value),
    });
}

fn holds_namespace(value: &Value) -> bool {
    let Some(object) = value.as_object() else { return false };
    let items = || value.try_iter().into_iter().flatten();
    match value.kind() {
        ValueKind::Map if object.type_name().ends_with("::Namespace") => true,
        ValueKind::Map => {
            items().any(|key| value.get_item(&key).is_ok_and(|value| holds_namespace(&value)))
        }
        ValueKind::Seq | ValueKind::Iterable => items().any(|item| holds_namespace(&item)),
        _ => false,
    }
}
