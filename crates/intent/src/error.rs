//! Errors of sentence templates.

/// Sentences cannot be used. The text names the place and says what was expected there.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file is no YAML, or not of the shape of a sentence file.
    #[error("read the sentence file {file}")]
    Yaml {
        /// The file.
        file: String,
        /// What the reader said, with line and column.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A template cannot be read.
    #[error("read {place}, column {column}: expected {expected}")]
    Syntax {
        /// File, block and sentence.
        place: String,
        /// Counted in characters from 1.
        column: usize,
        /// What would be right there.
        expected: String,
    },
    /// A template refers to a list or rule that nobody defines.
    #[error("find {what}, which {place} refers to")]
    Unknown {
        /// For example ``rule `turn` ``.
        what: String,
        /// File, block and sentence.
        place: String,
    },
    /// Rules or lists that refer to themselves; they would never end.
    #[error("use {place}: {what} leads back to itself")]
    Recursive {
        /// For example ``rule `turn` ``.
        what: String,
        /// File, block and sentence.
        place: String,
    },
    /// A template that stands for more than anybody says.
    #[error(
        "use {place}: written out, it has more than {most} pieces; take some of `;`, rules or brackets out of it"
    )]
    TooLarge {
        /// File, block and sentence.
        place: String,
        /// How many it may have.
        most: u64,
    },
    /// A list that makes no sense.
    #[error("use list `{list}` in {file}: expected {expected}")]
    List {
        /// The file.
        file: String,
        /// The list.
        list: String,
        /// What would be right.
        expected: String,
    },
}
