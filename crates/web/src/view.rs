//! Times, spans and waveforms as a person reads them.

use std::fmt::Write as _;
use std::time::SystemTime;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Height of a waveform in its own units; half of it lies above the middle.
const WAVE_HEIGHT: u8 = 32;

pub(crate) fn zoned(at: SystemTime, zone: &TimeZone) -> jiff::Zoned {
    Timestamp::try_from(at).unwrap_or_default().to_zoned(zone.clone())
}

/// `09:14`.
pub(crate) fn clock(at: SystemTime, zone: &TimeZone) -> String {
    zoned(at, zone).strftime("%H:%M").to_string()
}

/// `Today`, `Yesterday`, or `Sunday 22 November 2026`.
pub(crate) fn day(at: SystemTime, now: SystemTime, zone: &TimeZone) -> String {
    let date = zoned(at, zone).date();
    let today = zoned(now, zone).date();
    if date == today {
        "Today".to_owned()
    } else if today.yesterday().is_ok_and(|yesterday| date == yesterday) {
        "Yesterday".to_owned()
    } else {
        date.strftime("%A %-d %B %Y").to_string()
    }
}

/// `gone in 23 h`.
pub(crate) fn gone_in(due: SystemTime, now: SystemTime) -> String {
    let minutes = due.duration_since(now).unwrap_or_default().as_secs().div_ceil(60);
    match minutes {
        0..=99 => format!("gone in {minutes} min"),
        100..=2879 => format!("gone in {} h", minutes.div_ceil(60)),
        _ => format!("gone in {} days", minutes.div_ceil(1440)),
    }
}

/// Peaks as the path of an SVG whose view box is [`wave_box`].
pub(crate) fn wave(peaks: &[u8]) -> String {
    let middle = f32::from(WAVE_HEIGHT) / 2.0;
    let mut path = String::with_capacity(peaks.len() * 16);
    for (at, &peak) in peaks.iter().enumerate() {
        // The square root shows quiet speech, which is most of it.
        let half = (f32::from(peak) / 255.0).sqrt() * middle;
        let half = half.max(0.5);
        // Writing to a string cannot fail.
        let _ = write!(path, "M{} {:.1}v{:.1}", at * 3 + 1, middle - half, half * 2.0);
    }
    path
}

pub(crate) fn wave_box(peaks: &[u8]) -> String {
    format!("0 0 {} {WAVE_HEIGHT}", peaks.len().max(1) * 3)
}
