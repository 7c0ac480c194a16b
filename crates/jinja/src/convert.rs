//! From one kind of value to another: `int`, `float`, `bool`, `string` and whether that is possible.

use minijinja::value::ValueKind;
use minijinja::{Environment, Error, State, Value};

use crate::arguments::{Arguments, Fallback, both, filter, test};
use crate::{python, work};

pub(crate) fn add(env: &mut Environment<'static>) {
    both(env, "int", int);
    both(env, "float", float);
    both(env, "bool", boolean);
    both(env, "is_number", is_number);
    test(env, "is_number", is_number);
    both(env, "iif", iif);
    both(env, "typeof", type_of);
    filter(env, "string", string);
    filter(env, "is_defined", is_defined);
}

/// Makes the filters give 0 in place of an error.
pub(crate) fn forgive(env: &mut Environment<'static>) {
    filter(env, "int", |_, arguments| to_int(arguments, Some(Value::from(0))));
    filter(env, "float", |_, arguments| to_float(arguments, Some(Value::from(0.0))));
}

/// A value that exists.
pub(crate) fn defined(value: Value) -> Result<Value, Error> {
    if value.is_undefined() { Err(work::undefined()) } else { Ok(value) }
}

fn is_defined(_: &mut State, arguments: &mut Arguments) -> Result<Value, Error> {
    defined(arguments.value("value")?)
}

fn string(state: &mut State, arguments: &mut Arguments) -> Result<Value, Error> {
    let value = arguments.value("value")?;
    arguments.end()?;
    Ok(Value::from(python::text(state, &value)?))
}

fn int(_: &mut State, arguments: &mut Arguments) -> Result<Value, Error> {
    to_int(arguments, None)
}

fn to_int(arguments: &mut Arguments, default: Option<Value>) -> Result<Value, Error> {
    let value = defined(arguments.value("value")?)?;
    let default = arguments.take("default")?.or(default);
    let base = arguments.or("base", 10)?;
    arguments.end()?;
    if value.is_integer() {
        return Ok(value);
    }
    if let Some(number) = value.as_str().and_then(|text| python::parse_int(text, base)) {
        return Ok(Value::from(number));
    }
    match python::to_float(&value) {
        Some(number) if number.abs() < 1e38 => Ok(Value::from(number.trunc() as i128)),
        Some(_) if value.kind() == ValueKind::Number => {
            Err(work::wrong("the number is too large for an integer"))
        }
        _ => Fallback::new(default).of("int"),
    }
}

fn float(_: &mut State, arguments: &mut Arguments) -> Result<Value, Error> {
    to_float(arguments, None)
}

fn to_float(arguments: &mut Arguments, default: Option<Value>) -> Result<Value, Error> {
    let value = defined(arguments.value("value")?)?;
    let default = arguments.take("default")?.or(default);
    arguments.end()?;
    match python::to_float(&value) {
        Some(number) => Ok(Value::from(number)),
        None => Fallback::new(default).of("float"),
    }
}

fn is_number(_: &mut State, arguments: &mut Arguments) -> Result<Value, Error> {
    let value = defined(arguments.value("value")?)?;
    arguments.end()?;
    Ok(Value::from(python::to_float(&value).is_some_and(f64::is_finite)))
}

/// Words of Home Assistant's settings for yes and no.
fn boolean(_: &mut State, arguments: &mut Arguments) -> Result<Value, Error> {
    let value = arguments.value("value")?;
    let fallback = arguments.fallback()?;
    let word = value.as_str().map(|text| text.trim().to_lowercase());
    match word.as_deref() {
        Some("1" | "true" | "yes" | "on" | "enable") => Ok(Value::from(true)),
        Some("0" | "false" | "no" | "off" | "disable") => Ok(Value::from(false)),
        None if matches!(value.kind(), ValueKind::Bool | ValueKind::Number) => {
            Ok(Value::from(value.is_true()))
        }
        _ => fallback.of("bool"),
    }
}

fn iif(_: &mut State, arguments: &mut Arguments) -> Result<Value, Error> {
    let value = arguments.value("value")?;
    let yes = arguments.take("if_true")?;
    let no = arguments.take("if_false")?;
    let none = arguments.take("if_none")?;
    arguments.end()?;
    Ok(match none {
        Some(none) if value.is_none() => none,
        _ if value.is_true() => yes.unwrap_or(Value::from(true)),
        _ => no.unwrap_or(Value::from(false)),
    })
}

fn type_of(_: &mut State, arguments: &mut Arguments) -> Result<Value, Error> {
    let value = arguments.value("value")?;
    arguments.end()?;
    Ok(Value::from(match value.kind() {
        ValueKind::Undefined => "Undefined",
        ValueKind::None => "NoneType",
        ValueKind::Bool => "bool",
        ValueKind::Number if value.is_integer() => "int",
        ValueKind::Number => "float",
        ValueKind::String => "str",
        ValueKind::Bytes => "bytes",
        ValueKind::Map => "dict",
        ValueKind::Seq if value.is_tuple() => "tuple",
        _ => "list",
    }))
}
