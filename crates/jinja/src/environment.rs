//! Templates, and what all of them share.

use std::sync::Arc;

use minijinja::value::{Kwargs, Rest};
use minijinja::{ErrorKind, UndefinedBehavior, Value};
use serde::Serialize;

use crate::error::{Error, Result};
use crate::{
    checks, collections, convert, guards, json, methods, numbers, python, regexes, rewrite, texts,
};

/// What templates share: functions, and how much work each of them may do.
///
/// A template takes a copy along (some 20 KiB); [`Environment::compile_all`] takes one for many.
#[derive(Clone)]
pub struct Environment(minijinja::Environment<'static>);

/// A template that was read once and can be rendered often, from several threads.
#[derive(Clone)]
pub struct Template(Templates);

/// Templates by their names that were read once and can be rendered often, from several threads. None
/// of them can use another one.
#[derive(Clone)]
pub struct Templates(Arc<minijinja::Environment<'static>>);

impl Environment {
    /// Work that a render may do unless [`Environment::with_fuel`] says otherwise: a unit is a step,
    /// or 64 bytes of data. Home Assistant's own answers take less than 1,000.
    pub const FUEL: u64 = 100_000;

    /// Longest text that a template may render, in bytes: Home Assistant's own limit.
    pub const LONGEST_OUTPUT: usize = 256 << 10;

    /// Nested macros take four of these each; the stack of a thread holds far more.
    const RECURSION: usize = 200;

    /// An environment with Home Assistant's filters, tests and functions, as far as they need neither
    /// states nor a clock.
    pub fn new() -> Self {
        let mut env = minijinja::Environment::new();
        env.set_fuel(Some(Self::FUEL));
        env.set_recursion_limit(Self::RECURSION);
        env.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
        env.set_formatter(python::print);
        env.set_unknown_method_callback(methods::call);
        convert::add(&mut env);
        numbers::add(&mut env);
        texts::add(&mut env);
        regexes::add(&mut env);
        collections::add(&mut env);
        json::add(&mut env);
        checks::add(&mut env);
        guards::add(&mut env);
        Self(env)
    }

    /// Names and attributes that do not exist are errors, in place of nothing.
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.0.set_undefined_behavior(UndefinedBehavior::Strict);
        self
    }

    /// `int` and `float` make 0 of what is no number and has no default, as Jinja's own filters do. In
    /// Home Assistant that is an error, since a sensor that says nothing is not at 0 degrees; for what
    /// is only spoken, its tests take Jinja's.
    #[must_use]
    pub fn forgiving(mut self) -> Self {
        convert::forgive(&mut self.0);
        self
    }

    /// How much work a render may do, in the unit of [`Environment::FUEL`]. Memory is bounded by it,
    /// too.
    #[must_use]
    pub fn with_fuel(mut self, fuel: u64) -> Self {
        self.0.set_fuel(Some(fuel));
        self
    }

    /// Gives all templates that are compiled from now on a value or [`function`].
    pub fn set(&mut self, name: &'static str, value: Value) {
        self.0.add_global(name, value);
    }

    /// Gives all templates that are compiled from now on a filter: it gets the value, then what stands
    /// in its brackets, in order and by name. Its error becomes the cause of [`Error::Evaluate`].
    pub fn filter<F>(&mut self, name: String, filter: F)
    where
        F: Fn(Value, &[Value], Vec<(String, Value)>) -> std::result::Result<Value, String>
            + Send
            + Sync
            + 'static,
    {
        self.0.add_filter(name, move |value: Value, more: Rest<Value>, named: Kwargs| {
            let mut arguments = Vec::new();
            for name in named.args() {
                arguments.push((name.to_owned(), named.get(name)?));
            }
            filter(value, &more, arguments)
                .map_err(|error| minijinja::Error::new(ErrorKind::InvalidOperation, error))
        });
    }

    /// Reads a template. As in Python a colon may end `{% if x: %}`.
    ///
    /// # Errors
    /// [`Error::Syntax`] when the text is no template. Filters that do not exist are found only when
    /// they are asked for.
    pub fn compile(&self, source: &str) -> Result<Template> {
        let templates = self.clone().compile_all([(NAME, source)]);
        templates.map(Template).map_err(|(_, error)| error)
    }

    /// Reads templates, given as pairs of name and text.
    ///
    /// # Errors
    /// As [`Environment::compile`], with the name of the first template that is none.
    pub fn compile_all<'t>(
        mut self,
        sources: impl IntoIterator<Item = (&'t str, &'t str)>,
    ) -> std::result::Result<Templates, (&'t str, Error)> {
        for (name, source) in sources {
            let wrong = |error| (name, Error::syntax(error));
            let rewritten = rewrite::rewrite(source);
            // The text as it was written tells better what is wrong with it.
            self.0.template_from_str(&rewritten.plain).map_err(wrong)?;
            self.0.add_template_owned(name.to_owned(), rewritten.guarded).map_err(wrong)?;
        }
        Ok(Templates(Arc::new(self.0)))
    }
}

impl Default for Environment {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Environment").field("fuel", &self.0.fuel()).finish_non_exhaustive()
    }
}

impl Template {
    /// Renders the template with values, a map of names: see [`value`]. White space stays as it is;
    /// Home Assistant takes it off both ends, and see [`crate::collapse_whitespace`].
    ///
    /// # Errors
    /// [`Error::Evaluate`] when the template asks for what the values cannot do, [`Error::TooMuch`]
    /// when it goes beyond its fuel or [`Environment::LONGEST_OUTPUT`].
    pub fn render(&self, values: impl Into<Value>) -> Result<String> {
        self.0.render(NAME, values).unwrap_or_else(|| Ok(String::new()))
    }
}

impl Templates {
    /// Renders the template of that name as [`Template::render`] does; nothing if there is none.
    ///
    /// # Errors
    /// As [`Template::render`].
    pub fn render(&self, name: &str, values: impl Into<Value>) -> Option<Result<String>> {
        let template = self.0.get_template(name).ok()?;
        Some(Self::text(&template, values.into()))
    }

    fn text(template: &minijinja::Template<'_, '_>, values: Value) -> Result<String> {
        let text = template.render(values).map_err(Error::run_time)?;
        if text.len() > Environment::LONGEST_OUTPUT {
            let length = format!("the text has {} bytes", text.len());
            return Err(Error::TooMuch { source: length.into() });
        }
        Ok(text)
    }
}

impl std::fmt::Debug for Template {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Template")
    }
}

impl std::fmt::Debug for Templates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Templates")
    }
}

/// The one template of its environment.
const NAME: &str = "template";

/// A function for templates: it gets the arguments in their order, and its error becomes the cause
/// of [`Error::Evaluate`].
pub fn function<F>(f: F) -> Value
where
    F: Fn(&[Value]) -> std::result::Result<Value, String> + Send + Sync + 'static,
{
    Value::from_function(move |arguments: Rest<Value>| {
        f(&arguments).map_err(|error| minijinja::Error::new(ErrorKind::InvalidOperation, error))
    })
}

/// The value of something that can be serialised: a map for a struct. JSON is read into a [`Value`]
/// directly (`serde_json::from_str`), which keeps the order of its keys.
pub fn value<T: Serialize>(value: &T) -> Value {
    Value::from(minijinja::value::Serde(value))
}
