//! Settings of microphone and loudspeaker.

use serde::{Deserialize, Serialize};

use crate::device::DEFAULT_DEVICE;

/// Settings of the sound.
#[derive(Deserialize, Serialize, Clone, Debug, Default, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the sound comes from.
    pub microphone: MicConfig,
    /// Where the sound goes to.
    pub speaker: SpeakerConfig,
}

/// Settings of the microphone.
#[derive(Deserialize, Serialize, Clone, Debug, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct MicConfig {
    /// A name from `hark audio list`, for example `plughw:CARD=USB`, or `default`.
    pub device: String,
    /// Which channel to hear, counted from 0; all of them, averaged, when it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<u16>,
}

impl Default for MicConfig {
    fn default() -> Self {
        Self { device: DEFAULT_DEVICE.to_owned(), channel: None }
    }
}

/// Settings of the loudspeaker.
#[derive(Deserialize, Serialize, Clone, Debug, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct SpeakerConfig {
    /// A name from `hark audio list`, for example `plughw:CARD=USB`, or `default`.
    pub device: String,
}

impl Default for SpeakerConfig {
    fn default() -> Self {
        Self { device: DEFAULT_DEVICE.to_owned() }
    }
}
