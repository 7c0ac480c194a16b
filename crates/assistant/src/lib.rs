//! The assistant: from words to commands, through the risk gate, to what is done and answered.
//!
//! It knows no thread, device, page, store or engine: the time comes with each call, and what another
//! engine heard is asked for through [`SecondOpinion`].

mod assistant;
mod dialogue;
mod gate;
mod perform;
mod routine;
mod second;
mod steps;
#[cfg(test)]
mod tests;

pub use assistant::Understanding;
pub use dialogue::{Dialogue, Next};
pub use gate::{Gate, Rules, Surety, gate};
pub use routine::Routine;
pub use second::SecondOpinion;
pub use steps::steps;
