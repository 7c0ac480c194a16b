//! Regular expressions. They take linear time, so what Python can match only by trying, such as a
//! group that is repeated as it was, is an error.

use std::collections::HashMap;

use minijinja::value::Tuple;
use minijinja::{Environment, Error, State, Value};
use regex::{Captures, Regex, RegexBuilder};

use crate::arguments::{Arguments, filter};
use crate::{python, work};

pub(crate) fn add(env: &mut Environment<'static>) {
    filter(env, "regex_match", matches);
    filter(env, "regex_search", search);
    filter(env, "regex_replace", replace);
    filter(env, "regex_findall", |state, arguments| {
        let (text, find) = (arguments.value("value")?, arguments.text("find", "")?);
        let (text, regex) = prepare(state, arguments, &text, find)?;
        Ok(Value::from(find_all(state, &text, &regex)?))
    });
    filter(env, "regex_findall_index", find_one);
}

/// Bytes of a compiled expression, at most.
const LARGEST: usize = 1 << 20;

/// What it costs to compile one, in bytes of work.
const COMPILING: usize = 1 << 16;

/// Whether a text begins so.
pub(crate) fn matches(state: &mut State, arguments: &mut Arguments) -> Result<Value, Error> {
    let (text, find) = (arguments.value("value")?, arguments.text("find", "")?);
    let (text, regex) = prepare(state, arguments, &text, format!(r"\A(?:{find})"))?;
    Ok(Value::from(regex.is_match(&text)))
}

/// Whether it is somewhere in a text.
pub(crate) fn search(state: &mut State, arguments: &mut Arguments) -> Result<Value, Error> {
    let (text, find) = (arguments.value("value")?, arguments.text("find", "")?);
    let (text, regex) = prepare(state, arguments, &text, find)?;
    Ok(Value::from(regex.is_match(&text)))
}

/// The text and the expression, both paid for. The last argument says whether case matters.
fn prepare(
    state: &mut State,
    arguments: &mut Arguments,
    text: &Value,
    find: String,
) -> Result<(String, Regex), Error> {
    let ignore_case = arguments.or("ignorecase", false)?;
    arguments.end()?;
    let text = python::text(state, text)?;
    work::pay(state, 64 + 4 * text.len())?;
    let known = state.get_or_insert_extension_with(Compiled::default);
    let key = (find, ignore_case);
    if let Some(regex) = known.0.get(&key) {
        return Ok((text, regex.clone()));
    }
    work::pay(state, COMPILING + 64 * key.0.len())?;
    let regex = RegexBuilder::new(&key.0)
        .case_insensitive(ignore_case)
        .size_limit(LARGEST)
        .dfa_size_limit(LARGEST)
        .nest_limit(50)
        .build()
        .map_err(|error| work::wrong("a regular expression cannot be read").with_source(error))?;
    let known = state.get_or_insert_extension_with(Compiled::default);
    known.0.insert(key, regex.clone());
    Ok((text, regex))
}

/// What a render has compiled, since expressions mostly stand in loops.
#[derive(Debug, Default)]
struct Compiled(HashMap<(String, bool), Regex>);

fn replace(state: &mut State, arguments: &mut Arguments) -> Result<Value, Error> {
    let (text, find) = (arguments.value("value")?, arguments.text("find", "")?);
    let by = arguments.text("replace", "")?;
    let (text, regex) = prepare(state, arguments, &text, find)?;
    let parts = replacement(&by)?;
    let mut out = String::new();
    let mut done = 0;
    for found in regex.captures_iter(&text) {
        let whole = found.get_match();
        out.push_str(&text[done..whole.start()]);
        done = whole.end();
        let length = out.len();
        for part in &parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Group(name) => out.push_str(&group(&found, name)?),
            }
        }
        work::pay(state, 64 + out.len() - length)?;
    }
    out.push_str(&text[done..]);
    Ok(Value::from(out))
}

/// A piece of what is put in place of a match.
enum Part {
    Text(String),
    Group(String),
}

/// Reads `\1`, `\g<name>` and `\n` in a replacement.
fn replacement(by: &str) -> Result<Vec<Part>, Error> {
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut chars = by.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        let group = match chars.next() {
            Some('n') => {
                text.push('\n');
                continue;
            }
            Some('t') => {
                text.push('\t');
                continue;
            }
            Some('g') if chars.next_if_eq(&'<').is_some() => {
                chars.by_ref().take_while(|c| *c != '>').collect()
            }
            Some(digit) if digit.is_ascii_digit() => {
                let mut group = digit.to_string();
                group.extend(chars.next_if(char::is_ascii_digit));
                group
            }
            Some(letter) if letter.is_ascii_alphabetic() => {
                return Err(work::wrong("a replacement has an unknown sign behind a backslash"));
            }
            other => {
                text.extend(['\\'].iter().filter(|_| other != Some('\\')));
                text.extend(other);
                continue;
            }
        };
        parts.push(Part::Text(std::mem::take(&mut text)));
        parts.push(Part::Group(group));
    }
    parts.push(Part::Text(text));
    Ok(parts)
}

fn group(found: &Captures, name: &str) -> Result<String, Error> {
    let unknown = || work::wrong("a replacement names a group that the expression lacks");
    let group = match name.parse::<usize>() {
        Ok(number) if number < found.len() => found.get(number),
        Err(_) => found.name(name),
        Ok(_) => return Err(unknown()),
    };
    Ok(group.map(|group| group.as_str().to_owned()).unwrap_or_default())
}

/// All matches: the texts, or those of the group, or tuples of the groups.
fn find_all(state: &State, text: &str, regex: &Regex) -> Result<Vec<Value>, Error> {
    let mut all = Vec::new();
    for found in regex.captures_iter(text) {
        let group = |number| found.get(number).map_or("", |group| group.as_str());
        work::pay(state, 64 * found.len())?;
        all.push(match found.len() {
            1 => Value::from(group(0)),
            2 => Value::from(group(1)),
            groups => {
                let texts = (1..groups).map(|number| Value::from(group(number)));
                Value::from(Tuple::new(texts.collect()))
            }
        });
    }
    Ok(all)
}

fn find_one(state: &mut State, arguments: &mut Arguments) -> Result<Value, Error> {
    let (text, find) = (arguments.value("value")?, arguments.text("find", "")?);
    let index = arguments.or("index", 0_i64)?;
    let (text, regex) = prepare(state, arguments, &text, find)?;
    let all = find_all(state, &text, &regex)?;
    let place = if index < 0 { index.saturating_add(all.len() as i64) } else { index };
    let found = usize::try_from(place).ok().and_then(|place| all.get(place).cloned());
    found.ok_or_else(|| work::wrong("the expression was not found so often"))
}
