//! What deletion promises, tried against the store from outside.
//!
//! Everything here uses the store as the speaker does, and knows of its insides only what an attacker
//! knows who has read its source. The promises have numbers, and tests are named by them:
//!
//! - A: after the answer nothing of what was deleted can be read, whoever has every byte ever written.
//! - B: killed or without power at any moment, a deletion has happened or has not been promised.
//! - D: a full, broken or damaged card does not change that.
//! - F: a copy of the card from before brings back no more than the page says.
//! - G: what is not to be kept is never written.
//!
//! The quick part are the tests of this package; the long part is its program, which also measures.

pub mod attack;
pub mod cuts;
pub mod deed;
pub mod faults;
pub mod flips;
pub mod judge;
pub mod kill;
pub mod measure;
pub mod place;
pub mod script;
pub mod sealed;
pub mod soak;
pub mod tally;
pub mod turns;

/// Runs something to its end on this thread.
///
/// # Panics
/// If the system gives no event queue.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("an event queue").block_on(future)
}
