//! The house: its rooms and devices, and what can be done with them.
//!
//! Devices come from the configuration. Their backend is virtual: a state that is real as long as
//! the program runs. Nothing here knows sentences, speech or pages; commands come as
//! [`voice::Intent`]s whose `name` and `area` slots hold ids from [`House::lists`].
#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr))]

mod act;
mod ask;
mod climate;
mod config;
mod device;
mod duck;
mod error;
mod everything;
mod house;
mod light;
mod media;
mod namesakes;
mod presence;
mod reach;
mod refusal;
mod risk;
mod role;
mod targets;
mod undo;
mod weather;
mod words;

pub use config::{AreaConfig, Config, DeviceConfig, FloorConfig, Reach};
pub use duck::Ducked;
pub use error::{Error, Result};
pub use house::House;
