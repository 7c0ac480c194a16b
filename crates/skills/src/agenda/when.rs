//! Times as people say them: from the slots of an intent to a rule, and from a rule to speech.

use jiff::civil::{Date, Time, Weekday};
use jiff::{Timestamp, ToSpan as _, Zoned};
use voice::{Intent, Speech};

use super::rule::{EVERY_DAY, Home, Rule};
use crate::sun;
use crate::time::dates::{dated, next};
use crate::time::duration;

/// Which half of the day is meant where nobody says so and the day is not today.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bias {
    /// Somebody wants to be woken.
    Morning,
    /// What people do by day.
    Day,
}

/// What is wrong with a time that was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unclear {
    /// There is no time of day.
    NoTime,
    /// It is over.
    Past,
    /// There is no such day.
    NoSuchDay,
    /// The sun does not rise or set, or nobody said where.
    NoSun,
}

/// The time of an intent's slots: `hour`, `minute` (below 0: before the hour), `half_day`, `day`,
/// `month` with `month_day`, `repeated`, `yearly`, `sun`; or a length of time.
pub(crate) fn rule(intent: &Intent, now: &Zoned, home: &Home, bias: Bias) -> Result<Rule, Unclear> {
    if intent.slot("hour").is_none()
        && let Some(length) = duration::of_slots(intent, "")
    {
        let at = now.timestamp().checked_add(length).map_err(|_| Unclear::NoSuchDay)?;
        return Ok(Rule::After(at));
    }
    let days = intent.text("repeated").map(days);
    if let Some(event) = intent.text("sun") {
        return at_sun(intent, event == "sunrise", days, now, home);
    }
    let times = times(intent).filter(|times| !times.is_empty());
    let date = date(intent, now)?;
    if let (Some(month), Some(day), true) =
        (intent.number("month"), intent.number("month_day"), intent.slot("yearly").is_some())
    {
        let time = times.map_or(DAYTIME, |times| usual(&times, bias));
        return Ok(Rule::Yearly { month: month as i8, day: day as i8, time });
    }
    if let Some(days) = days {
        let time = match (times, bias) {
            (Some(times), _) => usual(&times, bias),
            (None, Bias::Morning) => return Err(Unclear::NoTime),
            (None, Bias::Day) => DAYTIME,
        };
        return Ok(Rule::Weekly { days, time });
    }
    let Some(times) = times else {
        let date = date.ok_or(Unclear::NoTime)?;
        if bias == Bias::Morning {
            return Err(Unclear::NoTime);
        }
        let evening = intent.text("day").is_some_and(is_evening);
        let at = date.to_datetime(if evening { EVENING } else { DAYTIME });
        return future(at, now).ok_or(Unclear::NoTime);
    };
    match date {
        // The next time that the clock shows it.
        None => {
            let today = now.date();
            let tomorrow = after(today, 1)?;
            let mut both = [today, tomorrow]
                .into_iter()
                .flat_map(|date| times.iter().map(move |time| date.to_datetime(*time)));
            both.find_map(|at| future(at, now)).ok_or(Unclear::Past)
        }
        Some(date) if intent.text("day").is_some_and(is_evening) => {
            let late = times.iter().max().copied().unwrap_or(EVENING);
            future(date.to_datetime(late), now).ok_or(Unclear::Past)
        }
        Some(date) if date == now.date() => {
            let mut later = times.iter().filter_map(|time| future(date.to_datetime(*time), now));
            match (later.next(), intent.text("day").and_then(weekday)) {
                (Some(rule), _) => Ok(rule),
                // "On Monday", said on a Monday evening, is in a week.
                (None, Some(_)) => Ok(Rule::Once(after(date, 7)?.to_datetime(usual(&times, bias)))),
                (None, None) => Err(Unclear::Past),
            }
        }
        Some(date) => {
            let at = date.to_datetime(usual(&times, bias));
            future(at, now).ok_or(Unclear::Past)
        }
    }
}

/// When something is due that has a date and no time.
const DAYTIME: Time = Time::constant(9, 0, 0, 0);
/// The same for an evening.
const EVENING: Time = Time::constant(20, 0, 0, 0);

fn future(at: jiff::civil::DateTime, now: &Zoned) -> Option<Rule> {
    let zoned = at.to_zoned(now.time_zone().clone()).ok()?;
    (zoned > *now).then_some(Rule::Once(at))
}

fn is_evening(day: &str) -> bool {
    matches!(day, "tonight" | "tomorrow_evening")
}

/// The times of day that may be meant, the earlier first: one, or that of the morning and that of
/// the evening.
fn times(intent: &Intent) -> Option<Vec<Time>> {
    let hour = intent.number("hour")? as i32;
    let minute = intent.number("minute").unwrap_or(0.0) as i32;
    let hours = match (intent.text("half_day"), hour) {
        (Some("am"), 12) => vec![0],
        (Some("am"), hour) => vec![hour],
        (Some(_), hour) if hour < 12 => vec![hour + 12],
        // "Noon" and "midnight" are words of their own.
        (None, 12) if !is_named(intent) => vec![0, 12],
        (None, hour @ 1..=11) => vec![hour, hour + 12],
        (_, hour) => vec![hour],
    };
    let time = |hour: i32| {
        let minutes = (hour * 60 + minute).rem_euclid(24 * 60);
        Time::new((minutes / 60) as i8, (minutes % 60) as i8, 0, 0).ok()
    };
    let mut times: Vec<_> = hours.into_iter().filter_map(time).collect();
    times.sort_unstable();
    Some(times)
}

fn is_named(intent: &Intent) -> bool {
    let said = intent.slots.iter().find(|slot| slot.name == "hour");
    said.is_some_and(|slot| matches!(slot.text.expose(), "noon" | "midday"))
}

/// The usual one of two times of day.
fn usual(times: &[Time], bias: Bias) -> Time {
    let [early, late] = times else { return times.first().copied().unwrap_or(DAYTIME) };
    let by_day = early.hour() < 7;
    if early.hour() == 0 || (by_day && bias == Bias::Day) { *late } else { *early }
}

fn at_sun(
    intent: &Intent,
    rising: bool,
    days: Option<u8>,
    now: &Zoned,
    home: &Home,
) -> Result<Rule, Unclear> {
    let place = home.place.ok_or(Unclear::NoSun)?;
    if let Some(days) = days {
        return Ok(Rule::Sun { days, rising });
    }
    let event = |date| {
        let (rise, set) = sun(place, date, &home.zone);
        if rising { rise } else { set }
    };
    let today = now.date();
    let tomorrow = after(today, 1)?;
    let dates = match date(intent, now)? {
        Some(date) => vec![date],
        None => vec![today, tomorrow],
    };
    let next = dates.into_iter().filter_map(event).find(|at| at > now);
    next.map(|at| Rule::Once(at.datetime())).ok_or(Unclear::NoSun)
}

fn after(date: Date, days: i64) -> Result<Date, Unclear> {
    date.checked_add(days.days()).map_err(|_| Unclear::NoSuchDay)
}

/// The day that was said, if one was.
fn date(intent: &Intent, now: &Zoned) -> Result<Option<Date>, Unclear> {
    let today = now.date();
    if let (Some(month), Some(day)) = (intent.number("month"), intent.number("month_day")) {
        let next = next(today, |year| Date::new(year, month as i8, day as i8).ok());
        return next.map(Some).ok_or(Unclear::NoSuchDay);
    }
    let Some(day) = intent.text("day") else { return Ok(None) };
    Ok(Some(match day {
        "today" | "tonight" => today,
        "tomorrow" | "tomorrow_evening" => after(today, 1)?,
        "overmorrow" => after(today, 2)?,
        day => {
            let weekday = weekday(day).ok_or(Unclear::NoSuchDay)?;
            after(today, i64::from(today.weekday().until(weekday)))?
        }
    }))
}

const WEEK: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

fn weekday(name: &str) -> Option<Weekday> {
    WEEK.iter().find(|(known, _)| *known == name).map(|(_, day)| *day)
}

/// The days of the week that a word names; bit 0 is Monday.
fn days(word: &str) -> u8 {
    match word {
        "weekdays" => 0b001_1111,
        "weekends" => 0b110_0000,
        day => WEEK.iter().position(|(name, _)| *name == day).map_or(EVERY_DAY, |at| 1 << at),
    }
}

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
        Rule::Yearly { month, day, time } => Speech::of("hark.when.yearly")
            .with("time", clock(*time))
            .with("month", *month)
            .with("day", *day),
        Rule::After(_) | Rule::Once(_) | Rule::Timer(_) => {
            let Some(next) = next else { return Speech::of("hark.when.never") };
            let at = next.to_zoned(now.time_zone().clone());
            let day = on_day(at.date(), now.date());
            Speech::of("hark.when.once").with("time", clock(at.time())).with("day", day)
        }
    }
}

/// `today`, `tomorrow`, `on Friday`, `on December 24`.
pub(crate) fn on_day(date: Date, today: Date) -> Speech {
    let away = (date - today).get_days();
    match away {
        0 => Speech::of("hark.on_day.today"),
        1 => Speech::of("hark.on_day.tomorrow"),
        2..=6 => dated("hark.on_day.weekday", date),
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
            let numbers = (0..7_u8).filter(|at| days >> at & 1 == 1).map(|at| at + 1);
            Speech::of("hark.every.days").with("weekdays", numbers.collect::<Vec<_>>())
        }
    }
}
