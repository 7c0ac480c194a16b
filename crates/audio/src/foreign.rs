//! Decoders of others panic on some files that nobody made by accident. What they panic on is no audio.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static DECODES: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is within a decoder of others, so that a panic is caught and becomes an error. A hook for
/// panics has nothing to report then.
pub fn is_decoding() -> bool {
    DECODES.get()
}

/// What the decoder gives, or nothing if it panicked; then it is not asked again.
pub(crate) fn decode<T>(work: impl FnOnce() -> T) -> Option<T> {
    DECODES.set(true);
    // A decoder that has panicked is not asked again, so that nobody sees it half changed.
    let decoded = catch_unwind(AssertUnwindSafe(work));
    DECODES.set(false);
    decoded.ok()
}
