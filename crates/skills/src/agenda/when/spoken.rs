//! Times as they are said back: from a rule to speech.

use jiff::civil::{Date, Time};
use jiff::{Timestamp, Zoned};
use voice::Speech;

use super::super::rule::{EVERY_DAY, Rule};
use crate::time::dates::dated;

/// A time of day as people say it: `7 AM`, `6:30 PM`, `noon`.
pub(crate) fn clock(time: Time) -> Speech {
    Speech::of("hark.clock").with("hour", time.hour()).with("minute", time.minute())
}

/// When it is, behind `set for` or `at`: `7 AM tomorrow`, `6:30 AM every weekday`, `sunset today`.
pub(crate) fn spoken(rule: &Rule, next: Option<Timestamp>, now: &Zoned) -> Speech {
    match rule {
        Rule::Weekly { days, time } => {
            Speech::of("hark.when.weekly").with("time", clock(*time)).with("days", every(*days))
        }
        Rule::Sun { days, rising } => {
            Speech::of("hark.when.sun").with("rising", *rising).with("days", every(*days))
        }
        Rule::Monthly { day, time } => {
            Speech::of("hark.when.monthly").with("time", clock(*time)).with("day", *day)
        }
        Rule::Yearly { month, day, time } => Speech::of("hark.when.yearly")
            .with("time", clock(*time))
            .with("month", *month)
            .with("day", *day),
        Rule::After(_) | Rule::Once(_) | Rule::Timer(_) => {
            let Some(next) = next else { return Speech::of("hark.when.never") };
            let at = next.to_zoned(now.time_zone().clone());
            Speech::of("hark.when.once")
                .with("time", clock(at.time()))
                .with("day", day_of(&at, now))
        }
    }
}

/// The day of a moment. The midnight that comes is tonight's: "tomorrow" would sound a day late.
fn day_of(at: &Zoned, now: &Zoned) -> Speech {
    let tomorrow = now.date().tomorrow().is_ok_and(|tomorrow| tomorrow == at.date());
    if tomorrow && at.time() == Time::midnight() {
        return Speech::of("hark.on_day.tonight");
    }
    on_day(at.date(), now.date())
}

/// `today`, `tomorrow`, `on Friday`, `on Friday, December 11`, `on December 24`.
pub(crate) fn on_day(date: Date, today: Date) -> Speech {
    let away = (date - today).get_days();
    match away {
        0 => Speech::of("hark.on_day.today"),
        1 => Speech::of("hark.on_day.tomorrow"),
        2..=6 => dated("hark.on_day.weekday", date),
        // The weekday alone would be the one before.
        7..=13 => dated("hark.on_day.weekday_date", date),
        _ if date.year() == today.year() => dated("hark.on_day.date", date),
        _ => dated("hark.on_day.full_date", date),
    }
}

fn every(days: u8) -> Speech {
    match days & EVERY_DAY {
        EVERY_DAY => Speech::of("hark.every.day"),
        0b001_1111 => Speech::of("hark.every.weekday"),
        0b110_0000 => Speech::of("hark.every.weekend"),
        days => {
            let of = |days: u8| (0..7_u8).filter(move |at| days >> at & 1 == 1).map(|at| at + 1);
            let (key, these) = match days.count_ones() {
                6 => ("hark.every.but", of(!days & EVERY_DAY)),
                _ => ("hark.every.days", of(days)),
            };
            Speech::of(key).with("weekdays", these.collect::<Vec<_>>())
        }
    }
}
