//! Device enumeration, under names that do not change when another device is plugged in.

use cpal::traits::{DeviceTrait as _, HostTrait as _, StreamTrait as _};
use cpal::{
    BufferSize, SampleFormat, StreamConfig, SupportedStreamConfig, SupportedStreamConfigRange,
};

use crate::error::{Error, Result};

/// The name of whatever the system would use.
pub const DEFAULT_DEVICE: &str = "default";

/// Length of the blocks asked of the sound card, in milliseconds; it holds two of them.
pub(crate) const PERIOD_MS: u32 = 40;
/// Rates in the order in which they are asked for. Sound cards run at 48 kHz by nature; at other
/// rates ALSA's own plug converter may step in, and it aliases.
const RATES: [u32; 5] = [48_000, 16_000, 32_000, 96_000, 44_100];
/// Sample formats in the order in which they are asked for.
const FORMATS: [SampleFormat; 4] =
    [SampleFormat::I16, SampleFormat::F32, SampleFormat::I32, SampleFormat::U8];

/// Which way the sound goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// From a microphone.
    Input,
    /// To a loudspeaker.
    Output,
}

impl Direction {
    fn noun(self) -> &'static str {
        match self {
            Self::Input => "microphone",
            Self::Output => "loudspeaker",
        }
    }
}

/// A device that can be named in the configuration.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct DeviceInfo {
    /// What to write into the configuration, for example `plughw:CARD=USB,DEV=0`.
    pub name: String,
    /// What the maker calls it.
    pub description: String,
    /// Which way the sound goes.
    pub direction: Direction,
    /// The format in which it would be opened, for example `48000 Hz, 1 channel, i16`; `None` when
    /// it cannot be opened now (busy, or not there).
    pub format: Option<String>,
}

/// All devices, microphones first. Names with a card number are left out, because numbers change.
///
/// # Errors
/// [`Error::DeviceLost`] when the sound system does not answer.
pub fn list() -> Result<Vec<DeviceInfo>> {
    quiet();
    let devices: Vec<cpal::Device> = cpal::default_host()
        .devices()
        .map_err(|source| Error::DeviceLost {
            what: "the list of sound devices".to_owned(),
            advice: "is ALSA set up?",
            source: Some(source),
        })?
        .collect();
    let mut found = Vec::new();
    for direction in [Direction::Input, Direction::Output] {
        for device in &devices {
            let goes = match direction {
                Direction::Input => device.supports_input(),
                Direction::Output => device.supports_output(),
            };
            let Ok(id) = device.id() else { continue };
            if !goes || has_card_number(id.id()) {
                continue;
            }
            let format = choose(device, direction, None).ok().map(|c| format_text(&c));
            let description = device.description().map_or_else(
                |_| id.id().to_owned(),
                |about| about.extended().collect::<Vec<_>>().join(", "),
            );
            found.push(DeviceInfo { name: id.id().to_owned(), description, direction, format });
        }
    }
    Ok(found)
}

fn has_card_number(name: &str) -> bool {
    let card = name.split_once("CARD=").or_else(|| name.split_once("hw:")).map(|(_, rest)| rest);
    card.is_some_and(|card| card.starts_with(|c: char| c.is_ascii_digit()))
}

fn format_text(config: &SupportedStreamConfig) -> String {
    let channels = config.channels();
    let plural = if channels == 1 { "" } else { "s" };
    format!("{} Hz, {channels} channel{plural}, {}", config.sample_rate(), config.sample_format())
}

/// A device that captures or plays.
pub(crate) struct OpenDevice<T> {
    /// Holds the device open; it is closed when this is dropped.
    pub(crate) stream: cpal::Stream,
    /// The other end of what its callback works on.
    pub(crate) end: T,
    /// Samples a second.
    pub(crate) rate: u32,
}

/// Opens the device called `name` with the stream that `build` makes for it, in blocks of
/// [`PERIOD_MS`] or else in those that the device wants.
///
/// # Errors
/// [`Error::DeviceLost`] when it is not there or cannot be used.
pub(crate) fn open<T>(
    name: &str,
    direction: Direction,
    channel: Option<u16>,
    build: impl Fn(&cpal::Device, StreamConfig, SampleFormat) -> Result<(cpal::Stream, T), cpal::Error>,
) -> Result<OpenDevice<T>> {
    quiet();
    let (device, format) = find(name, direction, channel)?;
    let lost = |source| lost(name, direction, source);
    let rate = format.sample_rate();
    let mut config = StreamConfig {
        channels: format.channels(),
        sample_rate: rate,
        buffer_size: BufferSize::Fixed(rate / 1000 * PERIOD_MS),
    };
    let mut attempt = build(&device, config, format.sample_format());
    if attempt.is_err() {
        config.buffer_size = BufferSize::Default;
        attempt = build(&device, config, format.sample_format());
    }
    let (stream, end) = attempt.map_err(lost)?;
    stream.play().map_err(lost)?;
    Ok(OpenDevice { stream, end, rate })
}

/// The error for the device called `name`, with advice.
pub(crate) fn lost(name: &str, direction: Direction, source: cpal::Error) -> Error {
    Error::DeviceLost {
        what: format!("{} \"{name}\"", direction.noun()),
        advice: advice(&source),
        source: Some(source),
    }
}

/// The device called `name`, and the format in which to open it. A name may leave out the end:
/// `plughw:CARD=USB` is `plughw:CARD=USB,DEV=0`.
fn find(
    name: &str,
    direction: Direction,
    channel: Option<u16>,
) -> Result<(cpal::Device, SupportedStreamConfig)> {
    let missing = |advice, source| Error::DeviceLost {
        what: format!("{} \"{name}\"", direction.noun()),
        advice,
        source,
    };
    let host = cpal::default_host();
    let device = if name == DEFAULT_DEVICE {
        match direction {
            Direction::Input => host.default_input_device(),
            Direction::Output => host.default_output_device(),
        }
    } else {
        let matches = |device: &cpal::Device| {
            device.id().is_ok_and(|id| {
                id.id().strip_prefix(name).is_some_and(|end| end.is_empty() || end.starts_with(','))
            })
        };
        let devices = host.devices();
        let devices = devices.map_err(|source| missing("is ALSA set up?", Some(source)))?;
        let mut devices: Vec<cpal::Device> = devices.filter(matches).collect();
        // The exact name wins over one that only begins with it.
        devices.sort_by_key(|device| device.id().map_or(0, |id| id.id().len()));
        devices.into_iter().next()
    };
    let Some(device) = device else {
        return Err(missing("it is not there; `hark audio list` shows what is", None));
    };
    match choose(&device, direction, channel) {
        Ok(config) => Ok((device, config)),
        Err(source) => Err(lost(name, direction, source)),
    }
}

/// The error for the device called `name` that neither opens nor says why.
pub(crate) fn silent(name: &str, direction: Direction) -> Error {
    Error::DeviceLost {
        what: format!("{} \"{name}\"", direction.noun()),
        advice: "the sound server does not answer; start PipeWire or PulseAudio again",
        source: None,
    }
}

/// What the user can do about an error of the sound system.
fn advice(error: &cpal::Error) -> &'static str {
    match error.kind() {
        cpal::ErrorKind::DeviceBusy => "another program is using it",
        cpal::ErrorKind::PermissionDenied => "add the user to the group audio",
        cpal::ErrorKind::UnsupportedConfig => {
            "it does not offer a usable format; try its plughw: name from `hark audio list`"
        }
        _ => {
            "is it plugged in, and does its sound server run? `hark audio list` shows what is there"
        }
    }
}

fn choose(
    device: &cpal::Device,
    direction: Direction,
    channel: Option<u16>,
) -> Result<SupportedStreamConfig, cpal::Error> {
    let ranges: Vec<SupportedStreamConfigRange> = match direction {
        Direction::Input => device.supported_input_configs()?.collect(),
        Direction::Output => device.supported_output_configs()?.collect(),
    };
    best(&ranges, channel).ok_or_else(|| cpal::ErrorKind::UnsupportedConfig.into())
}

/// The fewest channels that have the wanted one, in a format we read, at the best rate.
fn best(
    ranges: &[SupportedStreamConfigRange],
    channel: Option<u16>,
) -> Option<SupportedStreamConfig> {
    let rank = |range: &SupportedStreamConfigRange| {
        let format = FORMATS.iter().position(|&format| format == range.sample_format())?;
        let (rank, rate) = RATES
            .iter()
            .enumerate()
            .find(|&(_, &rate)| range.contains_rate(rate))
            .map_or((RATES.len(), range.max_sample_rate()), |(rank, &rate)| (rank, rate));
        let enough = channel.is_none_or(|channel| range.channels() > channel);
        enough.then(|| ((range.channels(), rank, format), range.with_sample_rate(rate)))
    };
    ranges.iter().filter_map(rank).min_by_key(|(rank, _)| *rank).map(|(_, config)| config)
}

/// From now on, what alsa-lib says on this thread about devices that are not there stays off
/// standard error; the errors themselves reach us as values.
fn quiet() {
    drop(alsa::Output::local_error_handler());
}

#[cfg(test)]
mod tests {
    use super::*;
    use cpal::SupportedBufferSize::Unknown;

    fn range(
        channels: u16,
        low: u32,
        high: u32,
        format: SampleFormat,
    ) -> SupportedStreamConfigRange {
        SupportedStreamConfigRange::new(channels, low, high, Unknown, format)
    }

    #[test]
    fn the_natural_format_is_chosen() {
        let plug: Vec<_> = (1..=4)
            .flat_map(|channels| {
                [SampleFormat::F32, SampleFormat::I16, SampleFormat::F64]
                    .map(|format| range(channels, 4_000, 192_000, format))
            })
            .collect();
        let text = |channel| best(&plug, channel).map(|config| format_text(&config));
        assert_eq!(text(None).as_deref(), Some("48000 Hz, 1 channel, i16"));
        assert_eq!(text(Some(2)).as_deref(), Some("48000 Hz, 3 channels, i16"));
        assert_eq!(text(Some(7)), None);
        let usb = [range(1, 16_000, 16_000, SampleFormat::I16)];
        assert_eq!(best(&usb, None).map(|config| config.sample_rate()), Some(16_000));
        let odd = [range(2, 11_025, 11_025, SampleFormat::I32)];
        assert_eq!(best(&odd, None).map(|config| config.sample_rate()), Some(11_025));
    }

    #[test]
    fn numbers_of_cards_are_no_names() {
        assert!(has_card_number("hw:CARD=0,DEV=0"));
        assert!(has_card_number("hw:1,0"));
        assert!(!has_card_number("plughw:CARD=USB,DEV=0"));
        assert!(!has_card_number("default"));
    }
}
