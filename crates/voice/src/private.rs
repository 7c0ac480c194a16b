//! Private text: it belongs to the household, and nothing prints it.

/// What someone said, was answered, or called a thing in their home.
///
/// It has neither `Debug` nor `Display`, so it cannot end up in a log line, a panic message or an
/// error by accident; whoever needs the words asks for them by name with [`PrivateText::expose`].
///
/// ```compile_fail
/// println!("{}", voice::PrivateText::new("turn on the light"));
/// ```
/// ```compile_fail
/// println!("{:?}", voice::PrivateText::new("turn on the light"));
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PrivateText(String);

impl PrivateText {
    /// Takes ownership of private words.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The words themselves. Every use of this is a place where they may leave the program.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The words as an owned string, without copying.
    pub fn into_exposed(self) -> String {
        self.0
    }

    /// Whether there are no words at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&str> for PrivateText {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for PrivateText {
    fn from(text: String) -> Self {
        Self(text)
    }
}
