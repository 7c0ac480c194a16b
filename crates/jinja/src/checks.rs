//! Tests, behind `is`.

use minijinja::value::ValueKind;
use minijinja::{Environment, Error, State, Value, tests};

use crate::arguments::{Arguments, test};
use crate::{collections, regexes, work};

pub(crate) fn add(env: &mut Environment<'static>) {
    // The engine's own, which compare whole lists, are paid for.
    for (names, test) in [
        (&["eq", "equalto", "=="][..], Value::from_function(tests::is_eq)),
        (&["ne", "!="], Value::from_function(tests::is_ne)),
        (&["lt", "lessthan", "<"], Value::from_function(tests::is_lt)),
        (&["le", "<="], Value::from_function(tests::is_le)),
        (&["gt", "greaterthan", ">"], Value::from_function(tests::is_gt)),
        (&["ge", ">="], Value::from_function(tests::is_ge)),
        (&["sameas"], Value::from_function(tests::is_sameas)),
    ] {
        for name in names {
            env.add_test(*name, work::paid(test.clone()));
        }
    }
    test(env, "in", is_in);
    test(env, "contains", collections::contains);
    test(env, "match", regexes::matches);
    test(env, "search", regexes::search);
    // True and false are numbers, too.
    env.add_test("number", |value: &Value| {
        matches!(value.kind(), ValueKind::Number | ValueKind::Bool)
    });
    // Texts and maps have a length and items, which is what Python asks for.
    env.add_test("sequence", |value: &Value| {
        matches!(value.kind(), ValueKind::Seq | ValueKind::Map | ValueKind::String)
    });
    env.add_test("iterable", |value: &Value| value.try_iter().is_ok() && !value.is_none());
    env.add_test("string_like", tests::is_string);
    env.add_test("list", |value: &Value| value.kind() == ValueKind::Seq && !value.is_tuple());
    env.add_test("tuple", Value::is_tuple);
    env.add_test("callable", |value: &Value| value.kind() == ValueKind::Plain);
}

/// As the operator: numbers hold nothing, and asking is an error.
fn is_in(state: &mut State, arguments: &mut Arguments) -> Result<Value, Error> {
    let (value, list) = (arguments.value("value")?, arguments.value("seq")?);
    arguments.end()?;
    if matches!(list.kind(), ValueKind::Number | ValueKind::Bool | ValueKind::None) {
        return Err(work::wrong("what is no list holds nothing"));
    }
    work::exists(state, &list)?;
    tests::is_in(state, &value, &list).map(Value::from)
}
