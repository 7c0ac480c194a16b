//! Home Assistant's templates: Jinja with the filters, tests and methods of its Python.
//!
//! `minijinja` reads and runs them. Added here are Home Assistant's own filters, the rest of what
//! Python does with a value, and a bound on the work of a render: templates come from the network.
//! What a template may ask for beside its values, such as `state_attr`, the caller gives as
//! [`function`] or [`Object`]. Nothing here knows states, a clock, languages or I/O.
//!
//! ```
//! let mut environment = jinja::Environment::new();
//! environment.set("state_attr", jinja::function(|arguments| match arguments {
//!     [entity, name] if name.as_str() == Some("unit") => Ok(jinja::Value::from("°C")),
//!     _ => Ok(jinja::Value::from(())),
//! }));
//! let template = environment.compile("{% if t > 20: %}{{ t }} {{ state_attr('t', 'unit') }}{% endif %}")?;
//! let values: jinja::Value = serde_json::from_str(r#"{"t": 21.0}"#).expect("this is JSON");
//! assert_eq!(template.render(values)?, "21.0 °C");
//! # Ok::<(), jinja::Error>(())
//! ```
#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr))]

mod arguments;
mod checks;
mod collections;
mod convert;
mod environment;
mod error;
mod guards;
mod json;
mod methods;
mod numbers;
mod python;
mod regexes;
mod rewrite;
mod texts;
mod token;
mod work;

pub use environment::{Environment, Template, Templates, function, value};
pub use error::{Cause, Error, Result};
pub use minijinja::value::{Object, Value};

/// Runs of white space become one space, and those around the text go: how Home Assistant's answers
/// are spoken, whose templates are written over many lines.
pub fn collapse_whitespace(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
