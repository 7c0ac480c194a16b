//! What a filter, test or function is given, by place or by name, as Python takes it.

use minijinja::value::{Kwargs, Rest, ValueOrKwargs, from_args};
use minijinja::{Environment, Error, ErrorKind, State, Value};

use crate::work;

/// A filter, test or function of ours.
pub(crate) type Function = fn(&mut State, &mut Arguments) -> Result<Value, Error>;

/// Arguments that are taken one after the other.
pub(crate) struct Arguments {
    placed: std::vec::IntoIter<Value>,
    named: Kwargs,
}

impl Arguments {
    pub fn new(arguments: &[Value]) -> Result<Self, Error> {
        let (Rest(placed), named): (Rest<Value>, Kwargs) = from_args(arguments)?;
        Ok(Self { placed: placed.into_iter(), named })
    }

    /// The next argument, which may also come by its name.
    pub fn take(&mut self, name: &str) -> Result<Option<Value>, Error> {
        match self.placed.next() {
            Some(value) => Ok(Some(value)),
            None => self.named(name),
        }
    }

    /// An argument that only comes by its name.
    pub fn named(&mut self, name: &str) -> Result<Option<Value>, Error> {
        if self.named.has(name) { self.named.get(name).map(Some) } else { Ok(None) }
    }

    /// The next argument, without which there is nothing to do.
    pub fn value(&mut self, name: &str) -> Result<Value, Error> {
        self.take(name)?.ok_or_else(|| {
            Error::new(ErrorKind::MissingArgument, format!("the argument {name} is missing"))
        })
    }

    /// The next argument, or what it is when nobody says.
    pub fn or<T>(&mut self, name: &str, default: T) -> Result<T, Error>
    where
        T: TryFrom<Value, Error = Error>,
    {
        match self.take(name)? {
            Some(value) if !value.is_none() => T::try_from(value),
            _ => Ok(default),
        }
    }

    /// The next argument, a text.
    pub fn text(&mut self, name: &str, default: &str) -> Result<String, Error> {
        match self.take(name)? {
            Some(value) if !value.is_none() => match value.as_str() {
                Some(text) => Ok(text.to_owned()),
                None => Err(work::wrong(format!("the argument {name} is no text"))),
            },
            _ => Ok(default.to_owned()),
        }
    }

    /// All arguments by place that are left.
    pub fn rest(&mut self) -> Vec<Value> {
        self.placed.by_ref().collect()
    }

    /// Those by name.
    pub fn names(&self) -> Vec<String> {
        self.named.args().map(str::to_owned).collect()
    }

    /// The last argument: what is given in place of an error.
    pub fn fallback(&mut self) -> Result<Fallback, Error> {
        let default = self.take("default")?;
        self.end()?;
        Ok(Fallback(default))
    }

    /// There may be no more.
    pub fn end(&mut self) -> Result<(), Error> {
        match self.placed.next() {
            Some(_) => Err(ErrorKind::TooManyArguments.into()),
            None => self.named.assert_all_used(),
        }
    }
}

/// What is given in place of an error.
pub(crate) struct Fallback(Option<Value>);

impl Fallback {
    pub fn new(default: Option<Value>) -> Self {
        Self(default)
    }

    /// # Errors
    /// When there is no such value.
    pub fn of(self, name: &str) -> Result<Value, Error> {
        let text = || format!("{name} got a value that it does not know, and no default");
        self.0.ok_or_else(|| work::wrong(text()))
    }
}

/// Something that can be called and pays for all that it gets and gives.
fn callable(
    function: Function,
) -> impl Fn(&mut State, Rest<ValueOrKwargs>) -> Result<Value, Error> + Send + Sync + 'static {
    move |state, arguments| {
        let arguments = arguments.into_values();
        arguments.iter().try_for_each(|argument| work::walk(state, argument))?;
        let result = function(state, &mut Arguments::new(&arguments)?)?;
        work::walk(state, &result)?;
        Ok(result)
    }
}

/// Adds a filter.
pub(crate) fn filter(env: &mut Environment<'static>, name: &'static str, function: Function) {
    env.add_filter(name, callable(function));
}

/// Adds a test.
pub(crate) fn test(env: &mut Environment<'static>, name: &'static str, function: Function) {
    env.add_test(name, callable(function));
}

/// Adds a function.
pub(crate) fn function(env: &mut Environment<'static>, name: &'static str, function: Function) {
    env.add_function(name, callable(function));
}

/// Adds what Home Assistant has as a filter and as a function.
pub(crate) fn both(env: &mut Environment<'static>, name: &'static str, of: Function) {
    filter(env, name, of);
    function(env, name, of);
}
