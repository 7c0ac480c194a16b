//! Refusals: replies that say why something is not done.

use voice::{Outcome, Reply, Speech};

/// A reply that says why not; on the heap, since replies are large.
pub(crate) type Refusal = Box<Reply>;

pub(crate) fn refused(speech: Speech) -> Refusal {
    Box::new(Reply::with(speech, Outcome::Refused))
}

pub(crate) fn failed(speech: Speech) -> Refusal {
    Box::new(Reply::with(speech, Outcome::Failed))
}
