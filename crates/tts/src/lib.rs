//! Text to sound.
//!
//! [`sentences`] cuts a reply where a person would pause, [`Espeak`] speaks it, and [`Cached`] keeps
//! the sound of stock replies.
//! [`Chime`] makes the sounds without words. This crate knows no loudspeaker and no intent, and
//! what it is given to say never appears in a log, an error or the arguments of a process.
#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr))]

mod cache;
mod chime;
mod config;
mod espeak;
#[doc(hidden)]
pub mod fuzz;
mod sentences;
mod wav;

pub use cache::Cached;
pub use chime::Chime;
pub use config::Config;
pub use espeak::Espeak;
pub use sentences::sentences;
