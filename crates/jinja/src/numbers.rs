//! Sums: rounding as Python rounds, means, bits, angles.

use minijinja::value::{Kwargs, ValueKind};
use minijinja::{Environment, Error, State, Value, filters};

use crate::arguments::{Arguments, Fallback, both, filter, function};
use crate::convert::defined;
use crate::{python, work};

pub(crate) fn add(env: &mut Environment<'static>) {
    filter(env, "add", |_, arguments| with_amount("add", arguments, |a, b| a + b));
    filter(env, "multiply", |_, arguments| with_amount("multiply", arguments, |a, b| a * b));
    filter(env, "round", round);
    filter(env, "abs", absolute);
    both(env, "sin", |_, a| of_one("sin", a, |x| x.is_finite().then(|| x.sin())));
    both(env, "cos", |_, a| of_one("cos", a, |x| x.is_finite().then(|| x.cos())));
    both(env, "tan", |_, a| of_one("tan", a, |x| x.is_finite().then(|| x.tan())));
    both(env, "asin", |_, a| of_one("asin", a, |x| (x.abs() <= 1.0).then(|| x.asin())));
    both(env, "acos", |_, a| of_one("acos", a, |x| (x.abs() <= 1.0).then(|| x.acos())));
    both(env, "atan", |_, a| of_one("atan", a, |x| Some(x.atan())));
    both(env, "sqrt", |_, a| of_one("sqrt", a, |x| (x >= 0.0).then(|| x.sqrt())));
    both(env, "atan2", atan2);
    both(env, "log", log);
    both(env, "clamp", clamp);
    both(env, "average", average);
    both(env, "median", median);
    both(env, "bitwise_and", |_, arguments| of_bits(arguments, |a, b| a & b));
    both(env, "bitwise_or", |_, arguments| of_bits(arguments, |a, b| a | b));
    both(env, "bitwise_xor", |_, arguments| of_bits(arguments, |a, b| a ^ b));
    function(env, "min", |state, arguments| of_arguments(state, "min", arguments));
    function(env, "max", |state, arguments| of_arguments(state, "max", arguments));
    env.add_global("e", std::f64::consts::E);
    env.add_global("pi", std::f64::consts::PI);
    env.add_global("tau", std::f64::consts::TAU);
}

/// A value that is a number already, other than a text.
fn number(value: &Value) -> Option<f64> {
    match value.kind() {
        ValueKind::Number | ValueKind::Bool => python::to_float(value),
        _ => None,
    }
}

fn of_one(
    name: &str,
    arguments: &mut Arguments,
    f: fn(f64) -> Option<f64>,
) -> Result<Value, Error> {
    let value = defined(arguments.value("value")?)?;
    let fallback = arguments.fallback()?;
    match python::to_float(&value).and_then(f) {
        Some(number) => Ok(Value::from(number)),
        None => fallback.of(name),
    }
}

fn with_amount(
    name: &str,
    arguments: &mut Arguments,
    f: fn(f64, f64) -> f64,
) -> Result<Value, Error> {
    let value = defined(arguments.value("value")?)?;
    let amount = defined(arguments.value("amount")?)?;
    let fallback = arguments.fallback()?;
    match (python::to_float(&value), number(&amount)) {
        (Some(value), Some(amount)) => Ok(Value::from(f(value, amount))),
        _ => fallback.of(name),
    }
}

fn of_bits(arguments: &mut Arguments, f: fn(i128, i128) -> i128) -> Result<Value, Error> {
    let first = i128::try_from(arguments.value("first_value")?)?;
    let second = i128::try_from(arguments.value("second_value")?)?;
    arguments.end()?;
    Ok(Value::from(f(first, second)))
}

/// Halves go to the even neighbour, and no digits make an integer.
fn round(_: &mut State, arguments: &mut Arguments) -> Result<Value, Error> {
    let value = defined(arguments.value("value")?)?;
    let digits = arguments.or("precision", 0)?;
    let method = arguments.text("method", "")?;
    let fallback = arguments.fallback()?;
    let Some(number) = python::to_float(&value) else { return fallback.of("round") };
    let factor = 10_f64.powi(digits);
    let rounded = match method.as_str() {
        "ceil" => (number * factor).ceil() / factor,
        "floor" => (number * factor).floor() / factor,
        "half" => (number * 2.0).round_ties_even() / 2.0,
        _ => round_to(number, digits),
    };
    match rounded {
        number if digits != 0 => Ok(Value::from(number)),
        number if number.abs() < 1e38 => Ok(Value::from(number as i128)),
        _ => fallback.of("round"),
    }
}

/// Rounds the number itself, not its decimal digits, as printing it does.
fn round_to(number: f64, digits: i32) -> f64 {
    match digits {
        _ if !number.is_finite() => number,
        // A number has no digits beyond these.
        324.. => number,
        1.. => format!("{number:.*}", digits as usize).parse().unwrap_or(number),
        -308..=0 => {
            let factor = 10_f64.powi(-digits);
            (number / factor).round_ties_even() * factor
        }
        _ => 0.0,
    }
}

fn absolute(_: &mut State, arguments: &mut Arguments) -> Result<Value, Error> {
    let value = defined(arguments.value("x")?)?;
    arguments.end()?;
    match value.kind() {
        ValueKind::Bool => Ok(Value::from(i64::from(value.is_true()))),
        _ => filters::abs(value),
    }
}

fn log(_: &mut State, arguments: &mut Arguments) -> Result<Value, Error> {
    let value = defined(arguments.value("value")?)?;
    let base = arguments.take("base")?.unwrap_or(Value::from(std::f64::consts::E));
    let fallback = arguments.fallback()?;
    let (Some(value), Some(base)) = (python::to_float(&value), python::to_float(&base)) else {
        return fallback.of("log");
    };
    let log = value.ln() / base.ln();
    if log.is_finite() { Ok(Value::from(log)) } else { fallback.of("log") }
}

fn atan2(_: &mut State, arguments: &mut Arguments) -> Result<Value, Error> {
    let first = arguments.value("y")?;
    let (y, x) = if first.kind() == ValueKind::Seq {
        let mut pair = first.try_iter()?;
        (pair.next(), pair.next())
    } else {
        (Some(first), arguments.take("x")?)
    };
    let fallback = arguments.fallback()?;
    match (y.as_ref().and_then(python::to_float), x.as_ref().and_then(python::to_float)) {
        (Some(y), Some(x)) => Ok(Value::from(y.atan2(x))),
        _ => fallback.of("atan2"),
    }
}

fn clamp(_: &mut State, arguments: &mut Arguments) -> Result<Value, Error> {
    let mut next = |name| {
        let wrong = || work::wrong("clamp got a value that is no number");
        python::to_float(&arguments.value(name)?).ok_or_else(wrong)
    };
    let (value, least, most) = (next("value")?, next("min_value")?, next("max_value")?);
    arguments.end()?;
    Ok(Value::from(value.min(most).max(least)))
}

/// A list and perhaps a default, or the numbers themselves.
fn several(name: &str, arguments: &mut Arguments) -> Result<(Vec<Value>, Fallback), Error> {
    let first = arguments.value("value")?;
    if matches!(first.kind(), ValueKind::Seq | ValueKind::Iterable) {
        return Ok((first.try_iter()?.collect(), arguments.fallback()?));
    }
    let rest = arguments.rest();
    if rest.is_empty() {
        return Err(work::wrong(format!("{name} wants a list")));
    }
    Ok((std::iter::once(first).chain(rest).collect(), arguments.fallback()?))
}

/// The numbers of a list, unless one is none.
fn numbers(values: &[Value]) -> Option<Vec<f64>> {
    let numbers = values.iter().map(number).collect::<Option<Vec<_>>>();
    numbers.filter(|numbers| !numbers.is_empty())
}

fn average(_: &mut State, arguments: &mut Arguments) -> Result<Value, Error> {
    let (values, fallback) = several("average", arguments)?;
    match numbers(&values) {
        Some(numbers) => Ok(Value::from(numbers.iter().sum::<f64>() / numbers.len() as f64)),
        None => fallback.of("average"),
    }
}

fn median(_: &mut State, arguments: &mut Arguments) -> Result<Value, Error> {
    let (mut values, fallback) = several("median", arguments)?;
    let Some(mut numbers) = numbers(&values) else { return fallback.of("median") };
    values.sort();
    numbers.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    Ok(match values.len() % 2 {
        1 => values.swap_remove(middle),
        _ => Value::from(f64::midpoint(numbers[middle - 1], numbers[middle])),
    })
}

/// `max(a, b)` is `[a, b]|max`.
fn of_arguments(state: &mut State, name: &str, arguments: &mut Arguments) -> Result<Value, Error> {
    let values = arguments.rest();
    let names = arguments.names();
    let named = names.iter().map(|name| {
        let value = arguments.named(name)?.unwrap_or_default();
        Ok::<_, Error>((name.as_str(), value))
    });
    let named = Value::from(named.collect::<Result<Kwargs, _>>()?);
    let list = match &values[..] {
        [only] if only.try_iter().is_ok() => only.clone(),
        [] | [_] => return Err(work::wrong(format!("{name} wants a list"))),
        _ => Value::from(values),
    };
    state.apply_filter(name, &[list, named])
}
