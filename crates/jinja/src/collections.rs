//! Lists and maps.

use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr, Tuple, ValueKind};
use minijinja::{Environment, Error, ErrorKind, State, Value, filters, functions};

use crate::arguments::{Arguments, both, filter, function};
use crate::work;

pub(crate) fn add(env: &mut Environment<'static>) {
    // The engine's own, which are paid for.
    for (name, filter) in [
        ("list", Value::from_function(filters::list)),
        ("sum", Value::from_function(filters::sum)),
        ("sort", Value::from_function(filters::sort)),
        ("dictsort", Value::from_function(filters::dictsort)),
        ("items", Value::from_function(filters::items)),
        ("reverse", Value::from_function(filters::reverse)),
        ("first", Value::from_function(filters::first)),
        ("last", Value::from_function(filters::last)),
        ("min", Value::from_function(filters::min)),
        ("max", Value::from_function(filters::max)),
        ("unique", Value::from_function(filters::unique)),
        ("groupby", Value::from_function(filters::groupby)),
        ("chain", Value::from_function(filters::chain)),
        ("pprint", Value::from_function(filters::pprint)),
        ("select", Value::from_function(filters::select)),
        ("reject", Value::from_function(filters::reject)),
        ("selectattr", Value::from_function(filters::selectattr)),
        ("rejectattr", Value::from_function(filters::rejectattr)),
        ("map", Value::from_function(filters::map)),
    ] {
        env.add_filter(name, work::paid(filter));
    }
    env.add_function("range", work::paid(Value::from_function(functions::range)));
    env.add_function("namespace", work::paid(Value::from_function(functions::namespace)));
    filter(env, "batch", batch);
    filter(env, "slice", slice);
    filter(env, "contains", contains);
    both(env, "zip", zip);
    both(env, "flatten", flatten);
    both(env, "intersect", |_, arguments| of_two(arguments, |a, b| those(a, b, true)));
    both(env, "difference", |_, arguments| of_two(arguments, |a, b| those(a, b, false)));
    both(env, "union", |_, arguments| {
        of_two(arguments, |a, b| items(a).chain(those(b, a, false)).collect())
    });
    both(env, "symmetric_difference", |_, arguments| {
        of_two(arguments, |a, b| those(a, b, false).into_iter().chain(those(b, a, false)).collect())
    });
    both(env, "combine", combine);
    function(env, "set", |_, arguments| {
        Ok(items(&keyed(&arguments.value("value")?)?).collect::<Value>())
    });
    function(env, "tuple", |_, arguments| {
        Ok(Value::from(Tuple::new(arguments.value("value")?.try_iter()?.collect())))
    });
    env.add_global("dict", Value::from_object(Dict));
}

/// Parts of so many items each, the last filled up.
fn batch(state: &mut State, arguments: &mut Arguments) -> Result<Value, Error> {
    let (value, count, fill) = parts(state, arguments, "linecount")?;
    let rows = value.try_iter()?.collect::<Vec<_>>();
    let rows = rows.chunks(count).map(|row| {
        let missing = count - row.len();
        let filler = fill.iter().flat_map(|fill| std::iter::repeat_n(fill, missing));
        row.iter().chain(filler).cloned().collect::<Value>()
    });
    Ok(rows.collect())
}

/// So many parts, of which the first are longer by one and the others filled up.
fn slice(state: &mut State, arguments: &mut Arguments) -> Result<Value, Error> {
    let (value, count, fill) = parts(state, arguments, "slices")?;
    let all = value.try_iter()?.collect::<Vec<_>>();
    let (least, longer) = (all.len() / count, all.len() % count);
    let part = |index: usize| {
        let start = index * least + index.min(longer);
        let part = &all[start..start + least + usize::from(index < longer)];
        let filler = fill.iter().filter(|_| longer > 0 && index >= longer);
        part.iter().chain(filler).cloned().collect::<Value>()
    };
    Ok((0..count).map(part).collect())
}

/// A list, the number of its parts or of the items of one, and what missing ones are.
fn parts(
    state: &State,
    arguments: &mut Arguments,
    number: &str,
) -> Result<(Value, usize, Option<Value>), Error> {
    let value = arguments.value("value")?;
    let count = usize::try_from(arguments.value(number)?)?;
    let fill = arguments.take("fill_with")?.filter(|fill| !fill.is_none());
    arguments.end()?;
    work::pay(state, count.saturating_mul(64))?;
    if count == 0 {
        return Err(work::wrong("there have to be parts"));
    }
    Ok((value, count, fill))
}

/// As long as the shortest.
fn zip(_: &mut State, arguments: &mut Arguments) -> Result<Value, Error> {
    let lists = arguments.rest();
    arguments.end()?;
    let mut lists = lists.iter().map(Value::try_iter).collect::<Result<Vec<_>, _>>()?;
    let mut rows = Vec::new();
    while !lists.is_empty() {
        let Some(row) = lists.iter_mut().map(Iterator::next).collect::<Option<Vec<_>>>() else {
            break;
        };
        rows.push(Value::from(Tuple::new(row)));
    }
    Ok(Value::from(rows))
}

/// The other way round than `in`.
pub(crate) fn contains(state: &mut State, arguments: &mut Arguments) -> Result<Value, Error> {
    let (list, value) = (arguments.value("a")?, arguments.value("b")?);
    arguments.end()?;
    state.perform_test("in", &[value, list]).map(Value::from)
}

fn is_list(value: &Value) -> bool {
    matches!(value.kind(), ValueKind::Seq | ValueKind::Iterable | ValueKind::Map)
}

/// The items of a list, the keys of a map.
fn items(value: &Value) -> impl Iterator<Item = Value> + use<> {
    value.try_iter().into_iter().flatten()
}

fn flatten(_: &mut State, arguments: &mut Arguments) -> Result<Value, Error> {
    let value = arguments.value("value")?;
    let levels = arguments.or("levels", usize::MAX)?;
    arguments.end()?;
    if !is_list(&value) {
        return Err(work::wrong("flatten wants a list"));
    }
    let mut flat = Vec::new();
    flatten_into(&mut flat, &value, levels);
    Ok(Value::from(flat))
}

/// The value's depth is paid for.
fn flatten_into(flat: &mut Vec<Value>, value: &Value, levels: usize) {
    for item in items(value) {
        if levels > 0 && is_list(&item) {
            flatten_into(flat, &item, levels - 1);
        } else {
            flat.push(item);
        }
    }
}

/// A map whose keys are what is in a list: each once, and found at once.
fn keyed(list: &Value) -> Result<Value, Error> {
    if !is_list(list) {
        return Err(work::wrong("a list is wanted"));
    }
    Ok(Value::from_pairs(items(list).map(|item| (item, Value::from(true)))))
}

fn of_two(arguments: &mut Arguments, f: fn(&Value, &Value) -> Vec<Value>) -> Result<Value, Error> {
    let (a, b) = (keyed(&arguments.value("value")?)?, keyed(&arguments.value("other")?)?);
    arguments.end()?;
    Ok(Value::from(f(&a, &b)))
}

/// The keys of one map that another has, or has not.
fn those(of: &Value, with: &Value, inside: bool) -> Vec<Value> {
    let has = |key: &Value| with.get_item(key).is_ok_and(|found| found.is_true());
    items(of).filter(|key| has(key) == inside).collect()
}

fn combine(_: &mut State, arguments: &mut Arguments) -> Result<Value, Error> {
    let maps = arguments.rest();
    let recursive = arguments.or("recursive", false)?;
    arguments.end()?;
    let empty = Value::from_pairs(std::iter::empty::<(Value, Value)>());
    maps.iter().try_fold(empty, |all, map| combined(&all, map, recursive))
}

/// The second map over the first. Their depth is paid for.
fn combined(under: &Value, over: &Value, recursive: bool) -> Result<Value, Error> {
    let is_map = |value: &Value| value.kind() == ValueKind::Map;
    if !is_map(under) || !is_map(over) {
        return Err(work::wrong("combine wants maps"));
    }
    let mut pairs = pairs_of(under)?;
    for (key, value) in pairs_of(over)? {
        let before = under.get_item(&key)?;
        let value = if recursive && is_map(&before) && is_map(&value) {
            combined(&before, &value, true)?
        } else {
            value
        };
        pairs.push((key, value));
    }
    Ok(Value::from_pairs(pairs))
}

/// `dict(a=1)`, and `dict.from_keys` of pairs.
#[derive(Debug)]
struct Dict;

impl Object for Dict {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, state: &mut State, arguments: &[Value]) -> Result<Value, Error> {
        arguments.iter().try_for_each(|argument| work::walk(state, argument))?;
        let mut arguments = Arguments::new(arguments)?;
        let mut pairs = match arguments.rest().first() {
            Some(map) if map.kind() == ValueKind::Map => pairs_of(map)?,
            Some(list) => list.try_iter()?.map(|item| pair(&item)).collect::<Result<_, _>>()?,
            None => Vec::new(),
        };
        for name in arguments.names() {
            let value = arguments.named(&name)?.unwrap_or_default();
            pairs.push((Value::from(name), value));
        }
        Ok(Value::from_pairs(pairs))
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State,
        method: &str,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "from_keys" => self.call(state, arguments),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}

fn pairs_of(map: &Value) -> Result<Vec<(Value, Value)>, Error> {
    map.try_iter()?.map(|key| map.get_item(&key).map(|value| (key, value))).collect()
}

fn pair(item: &Value) -> Result<(Value, Value), Error> {
    let mut items = item.try_iter()?;
    match (items.next(), items.next(), items.next()) {
        (Some(key), Some(value), None) => Ok((key, value)),
        _ => Err(work::wrong("dict wants pairs")),
    }
}
