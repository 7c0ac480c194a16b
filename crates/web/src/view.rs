//! Times, spans and waveforms as a person reads them.

use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use store::{Doubt, Tier};
use voice::{Repeat, Speech};

use crate::texts::{Texts, speech};

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
pub(crate) fn day(at: SystemTime, now: SystemTime, zone: &TimeZone) -> Speech {
    let date = zoned(at, zone).date();
    let today = zoned(now, zone).date();
    if date == today {
        speech("day.today")
    } else if today.yesterday().is_ok_and(|yesterday| date == yesterday) {
        speech("day.yesterday")
    } else {
        dated("day.date", date)
    }
}

/// `today at 07:00`, `Friday at 07:00`, `24 December at 09:00`: a time to come.
pub(crate) fn moment(at: SystemTime, now: SystemTime, zone: &TimeZone) -> Speech {
    let (date, today) = (zoned(at, zone).date(), zoned(now, zone).date());
    let days = today.until(date).map_or(i32::MAX, |span| span.get_days());
    let moment = match days {
        0 => speech("moment.today"),
        1 => speech("moment.tomorrow"),
        2..=6 => dated("moment.weekday", date),
        _ if date.year() == today.year() => dated("moment.date", date),
        _ => dated("moment.full_date", date),
    };
    moment.with("time", clock(at, zone))
}

fn dated(key: &str, date: Date) -> Speech {
    speech(key)
        .with("weekday", date.weekday().to_monday_one_offset())
        .with("day", date.day())
        .with("month", date.month())
        .with("year", date.year())
}

/// `every day`, `every Monday and Friday`, `every weekday at sunset`; nothing for what is due once.
pub(crate) fn repeat(repeat: Repeat) -> Option<Speech> {
    match repeat {
        Repeat::Never => None,
        Repeat::Weekly(days) => Some(every(days)),
        Repeat::Sunrise(days) => Some(speech("repeat.sunrise").with("days", every(days))),
        Repeat::Sunset(days) => Some(speech("repeat.sunset").with("days", every(days))),
        Repeat::Monthly => Some(speech("repeat.monthly")),
        Repeat::Yearly => Some(speech("repeat.yearly")),
        Repeat::AfterTimer => Some(speech("repeat.after_timer")),
    }
}

fn every(days: u8) -> Speech {
    match days {
        0b111_1111 => Speech::of("hark.every.day"),
        0b001_1111 => Speech::of("hark.every.weekday"),
        0b110_0000 => Speech::of("hark.every.weekend"),
        days => {
            let weekdays: Vec<u8> = (1..=7).filter(|day| days >> (day - 1) & 1 == 1).collect();
            Speech::of("hark.every.days").with("weekdays", weekdays)
        }
    }
}

/// `gone in 23 h`.
pub(crate) fn gone_in(due: SystemTime, now: SystemTime) -> Speech {
    let minutes = due.duration_since(now).unwrap_or_default().as_secs().div_ceil(60);
    match minutes {
        0..=99 => speech("gone.minutes").with("count", minutes),
        100..=2879 => speech("gone.hours").with("count", minutes.div_ceil(60)),
        _ => speech("gone.days").with("count", minutes.div_ceil(1440)),
    }
}

/// `90 minutes`, `1 day`: for how long something is kept.
pub(crate) fn span(span: Duration) -> Speech {
    let minutes = span.as_secs() / 60;
    match minutes {
        m if m % 1440 == 0 => speech("span.days").with("count", m / 1440),
        m if m % 60 == 0 => speech("span.hours").with("count", m / 60),
        m => speech("span.minutes").with("count", m),
    }
}

/// What a person can rely on when they delete something.
pub(crate) fn promise(tier: Tier, doubts: &[Doubt], t: &Texts) -> String {
    if !doubts.is_empty() {
        let doubts: Vec<_> = doubts.iter().map(doubt).collect();
        return t.say(speech("promise.uncertain").with("doubts", doubts));
    }
    t.of(match tier {
        Tier::Card => "promise.card",
        Tier::Chip => "promise.chip",
        Tier::Memory => "promise.memory",
    })
}

/// What speaks against relying on an erasure.
fn doubt(doubt: &Doubt) -> Speech {
    match doubt {
        Doubt::FileSystem { name } | Doubt::Device { name } => {
            speech("promise.doubt.elsewhere").with("name", name)
        }
        Doubt::Journal => speech("promise.doubt.journal"),
        Doubt::Shared => speech("promise.doubt.shared"),
        Doubt::Moved => speech("promise.doubt.moved"),
        Doubt::Unseen { what } => speech("promise.doubt.unseen").with("what", what),
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

    fn english(speech: Speech) -> String {
        language::testing::english(&[speech])
    }

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
            assert_eq!(english(moment(at(day.at(23, 45, 0, 0)), now, &zone)), expected);
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
            (Repeat::Monthly, "every month"),
            (Repeat::Yearly, "every year"),
        ] {
            assert_eq!(repeat(rule).map(english).unwrap_or_default(), expected);
        }
    }
}
