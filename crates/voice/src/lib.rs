//! The vocabulary of Hark: what its parts say to one another, the seams between them, and the
//! [`Session`] that decides what happens next.
//!
//! Nothing here does I/O, starts a thread, reads a clock or knows a wire format; whoever needs the
//! time passes it in. Everything above depends on this crate and this crate depends on nothing.
#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr))]
#![deny(missing_docs)]

mod error;
mod event;
mod graph;
mod id;
mod intent;
pub mod level;
mod lists;
mod pcm;
mod private;
mod request;
mod risk;
mod seams;
pub mod session;
mod speech;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod turn;

pub use error::{Error, Result};
pub use event::{
    AgendaKind, AgendaView, AudioFault, Device, Event, ListView, Phase, Repeat, SatelliteStatus,
    Shadowed, Status, TimerView,
};
pub use graph::{Arc, Carrier, NodeId, Phrase, Step, WordGraph, join_words};
pub use id::{Principal, RecordId, SatelliteId, TurnId, TurnIds};
pub use intent::{Context, Effect, Intent, Outcome, Question, Reply, Slot, SlotValue, Stage};
pub use lists::{ListValue, Lists};
pub use pcm::{FRAME_MS, FRAME_SAMPLES, Pcm, SAMPLE_RATE, millis_to_samples, samples_to_millis};
pub use private::PrivateText;
pub use request::{Answer, Request, Via, What};
pub use risk::{Handles, Risk, Role, Target};
pub use seams::{
    Answering, AudioSink, AudioSource, BoxFuture, Skill, Stopper, Synthesizer, Transcriber,
    WakeDetector,
};
pub use session::Session;
pub use speech::{Speech, Value, Wording};
pub use turn::{
    Alternative, EndReason, EngineId, EngineInfo, Partial, SpeechSpan, SpokenWord, Timings,
    Transcript, Turn, Wake,
};
