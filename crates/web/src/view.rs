//! Times, spans and waveforms as a person reads them.

use std::fmt::Write as _;
use std::time::SystemTime;

use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use voice::Repeat;

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

/// `today at 07:00`, `Friday at 07:00`, `24 December at 09:00`: a time to come.
pub(crate) fn moment(at: SystemTime, now: SystemTime, zone: &TimeZone) -> String {
    let (date, today) = (zoned(at, zone).date(), zoned(now, zone).date());
    let days = today.until(date).map_or(i32::MAX, |span| span.get_days());
    let day = match days {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        2..=6 => date.strftime("%A").to_string(),
        _ if date.year() == today.year() => date.strftime("%-d %B").to_string(),
        _ => date.strftime("%-d %B %Y").to_string(),
    };
    format!("{day} at {}", clock(at, zone))
}

/// `every day`, `every Monday and Friday`, `every weekday at sunset`; nothing for what is due once.
pub(crate) fn repeat(repeat: Repeat) -> String {
    match repeat {
        Repeat::Never => String::new(),
        Repeat::Weekly(days) => every(days),
        Repeat::Sunrise(days) => format!("{} at sunrise", every(days)),
        Repeat::Sunset(days) => format!("{} at sunset", every(days)),
        Repeat::Yearly => "every year".to_owned(),
        Repeat::AfterTimer => "when its timer ends".to_owned(),
    }
}

fn every(days: u8) -> String {
    match days {
        0b111_1111 => "every day".to_owned(),
        0b001_1111 => "every weekday".to_owned(),
        0b110_0000 => "every weekend".to_owned(),
        days => {
            let week = std::iter::successors(Some(Weekday::Monday), |day| Some(day.next()));
            let names = week.take(7).enumerate().filter(|(at, _)| days >> at & 1 == 1);
            let names: Vec<_> = names.map(|(_, day)| format!("{day:?}")).collect();
            format!("every {}", names.join(" and "))
        }
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

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn moments_are_told_from_today() {
        let zone = TimeZone::get("Europe/Berlin").expect("a zone");
        let at = |local: jiff::civil::DateTime| {
            SystemTime::from(local.to_zoned(zone.clone()).expect("a time").timestamp())
        };
        // A Sunday, shortly before midnight.
        let now = at(date(2026, 11, 22).at(23, 30, 0, 0));
        for (day, expected) in [
            (date(2026, 11, 22), "today at 23:45"),
            (date(2026, 11, 23), "tomorrow at 23:45"),
            (date(2026, 11, 24), "Tuesday at 23:45"),
            (date(2026, 11, 28), "Saturday at 23:45"),
            (date(2026, 11, 29), "29 November at 23:45"),
            (date(2027, 11, 22), "22 November 2027 at 23:45"),
            (date(2026, 11, 20), "20 November at 23:45"),
        ] {
            assert_eq!(moment(at(day.at(23, 45, 0, 0)), now, &zone), expected);
        }
    }

    #[test]
    fn repetitions_are_told_in_words() {
        for (rule, expected) in [
            (Repeat::Never, ""),
            (Repeat::AfterTimer, "when its timer ends"),
            (Repeat::Weekly(0b111_1111), "every day"),
            (Repeat::Weekly(0b001_1111), "every weekday"),
            (Repeat::Weekly(0b110_0000), "every weekend"),
            (Repeat::Weekly(0b001_0001), "every Monday and Friday"),
            (Repeat::Sunrise(0b100_0000), "every Sunday at sunrise"),
            (Repeat::Sunset(0b111_1111), "every day at sunset"),
            (Repeat::Yearly, "every year"),
        ] {
            assert_eq!(repeat(rule), expected);
        }
    }
}
