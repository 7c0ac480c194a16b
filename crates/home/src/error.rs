//! What can be wrong with the description of a house.

/// Result of reading a house.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The description of the house cannot be used. Names of the household are not repeated, since
/// errors end up in logs.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The text is not of the shape of a house file.
    #[error(
        "read the house file: line {line}, column {column}: expected areas, floors and entities"
    )]
    Yaml {
        /// Line of the file, from 1; 0 when it is not known.
        line: u64,
        /// Column of the line, from 1.
        column: u64,
    },
    /// A device cannot be used.
    #[error("set up device number {number} of the house: {expected}")]
    Device {
        /// Its place in the list, from 1.
        number: usize,
        /// What would be right.
        expected: &'static str,
    },
}
