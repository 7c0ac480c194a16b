//! Storage: where timers and the agenda are kept, and in which form.

mod book;
pub(crate) mod fields;

pub use book::{Book, MemoryBook, Numbered};
