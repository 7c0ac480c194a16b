//! The assistant: from words to commands, through the risk gate, to what is done and answered.
//!
//! An [`Assistant`] is what is understood and who does it: sentences, names, tolerance, skills. It is
//! immutable, and replaced when names change. A [`Conversation`] is what one satellite owes to the
//! turns before: the open question, "it", "undo", what was heard and said last. [`Conversation::act`]
//! takes a request through both.
//!
//! It knows no thread, device, page, store or engine: the time comes with each call, and what another
//! recogniser heard is asked for through [`SecondOpinion`].
#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr))]

mod act;
mod assistant;
mod certainty;
mod clauses;
mod conversation;
mod dialogue;
mod error;
mod gate;
mod later;
mod missing;
mod perform;
mod reference;
mod routine;
mod second;
mod shadowed;
#[cfg(test)]
mod tests;
mod texts;
mod understand;

pub use assistant::{Assistant, Parts};
pub use clauses::{Grammar, Work, clauses};
pub use conversation::{Conversation, Moment};
pub use dialogue::{Dialogue, Next};
pub use error::Error;
pub use gate::{Certainty, Gate, Refusal, Rules, Surety, gate};
pub use routine::Routine;
pub use second::SecondOpinion;
pub use texts::Texts;
