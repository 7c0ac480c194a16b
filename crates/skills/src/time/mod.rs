//! Time: the clock, days that people name, the sun, lengths of time.

pub(crate) mod clock;
mod dates;
pub(crate) mod duration;
mod sun;

pub use clock::Clock;
pub use sun::{Place, sun};
