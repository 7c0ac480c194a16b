//! The speaker from outside, as a household meets it: what the tests share.
//!
//! Recordings in the place of the microphone, a file in the place of the loudspeaker, the pages
//! over a real port. Nothing here looks into the parts; it asks what a person can ask.

#![expect(clippy::missing_panics_doc, reason = "a test that cannot go on fails where it stands")]

pub mod binary;
pub mod fresh_house;
pub mod memory;
pub mod page;
pub mod piper;
pub mod pulse;
pub mod recordings;
pub mod rig;
pub mod room;
pub mod scenes;
pub mod tape;
pub mod traces;
pub mod typed;

use std::time::Duration;

/// Longest wait for anything that must happen. It only ends tests that have failed.
pub const DEADLINE: Duration = Duration::from_secs(60);
