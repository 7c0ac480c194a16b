//! Audio input and output: microphone and loudspeaker.
//!
//! Everything above sees a blocking reader and a blocking writer of 16 kHz mono `f32`
//! ([`voice::AudioSource`], [`voice::AudioSink`]), be it a sound card or a file. Rates, channels,
//! sample formats, callbacks, rings and reopening after an unplug stay in here, and so does cpal.
//! This crate knows nothing of wake words or speech.
#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr))]

mod apart;
mod capture;
mod config;
mod device;
mod error;
mod file;
mod foreign;
mod level;
mod playback;
mod resample;
mod ring;

pub use capture::Microphone;
pub use config::{Config, MicConfig, SpeakerConfig};
pub use device::{DEFAULT_DEVICE, DeviceInfo, Direction, list};
pub use error::{Error, Result};
pub use file::{FileSource, WavSink, read_file, read_from, write_file};
pub use foreign::is_decoding;
pub use level::{FLOOR_DBFS, LEVEL_MS, Level, Meter, level};
pub use playback::Speaker;
pub use resample::{Resampler, resample};
