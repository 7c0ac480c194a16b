//! Days as people say them: dates, days from now, and what comes again and again.

use jiff::civil::{Date, Weekday};
use jiff::{Span, ToSpan as _};
use voice::Intent;

use super::super::rule::EVERY_DAY;
use super::Unclear;
use crate::time::dates::{next, on_weekday};

/// How something is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repeat {
    /// On these days of the week; bit 0 is Monday.
    Weekly(u8),
    /// On that day of each month.
    Monthly(i8),
    /// On that day of that month.
    Yearly(i8, i8),
}

/// How it is repeated, if it is. The slots are `repeated` with `repeated_2` and so on, perhaps
/// `repeated_until` (Monday until Thursday) and `except`; `monthly`, `yearly`, with `month` and
/// `month_day`.
pub(super) fn repeat(intent: &Intent, today: Date) -> Result<Option<Repeat>, Unclear> {
    let part = |slot| intent.number(slot).map(|number| number as i8);
    let (month, month_day) = (part("month"), part("month_day"));
    if intent.slot("yearly").is_some() {
        let (month, day) = month.zip(month_day).unwrap_or((today.month(), today.day()));
        return Ok(Some(Repeat::Yearly(month, day)));
    }
    if intent.slot("monthly").is_some() {
        return Ok(Some(Repeat::Monthly(month_day.unwrap_or(today.day()))));
    }
    let Some(first) = intent.text("repeated") else { return Ok(None) };
    if first == "other" {
        return Err(Unclear::NoSuchRepeat);
    }
    let days = match (first, intent.text("repeated_until")) {
        ("weekly", _) => {
            let day = intent.text("day").and_then(weekday).unwrap_or(today.weekday());
            1 << day.to_monday_zero_offset()
        }
        (first, Some(last)) => from_until(first, last),
        (first, None) => {
            all_of(intent, first, ["repeated_2", "repeated_3", "repeated_4", "repeated_5"])
        }
    };
    let except = intent.text("except").map_or(0, |day| all_of(intent, day, ["except_2"]));
    let days = days & !except;
    if days == 0 { Err(Unclear::NoSuchDay) } else { Ok(Some(Repeat::Weekly(days))) }
}

/// The days of these slots together.
fn all_of<const N: usize>(intent: &Intent, first: &str, slots: [&str; N]) -> u8 {
    let others = slots.iter().filter_map(|slot| intent.text(slot)).map(days);
    others.fold(days(first), |all, these| all | these)
}

/// From one day of the week until another.
fn from_until(first: &str, last: &str) -> u8 {
    let (Some(first), Some(last)) = (weekday(first), weekday(last)) else { return EVERY_DAY };
    let first = first.to_monday_zero_offset();
    let length = (last.to_monday_zero_offset() - first).rem_euclid(7);
    (0..=length).fold(0, |days, day| days | 1 << (first + day).rem_euclid(7))
}

/// The day that was said, if one was, not before `from`. The slots are `day`, or `month_day`, perhaps
/// with `month` or `next_month`; and `after_days`, `after_weeks` and `after_months` from there or from
/// now.
pub(super) fn date(intent: &Intent, from: Date, today: Date) -> Result<Option<Date>, Unclear> {
    let Some(date) = named(intent, from, today)? else {
        return ahead(intent).map(|ahead| after(today, ahead)).transpose();
    };
    Ok(Some(match ahead(intent) {
        Some(ahead) => after(date, ahead)?,
        None => date,
    }))
}

fn named(intent: &Intent, from: Date, today: Date) -> Result<Option<Date>, Unclear> {
    if let Some(day) = intent.number("month_day") {
        let day = day as i8;
        let found = match intent.number("month") {
            Some(month) => next(from, |year| Date::new(year, month as i8, day).ok()),
            None => in_month(day, from, intent.slot("next_month").is_some()),
        };
        return found.map(Some).ok_or(Unclear::NoSuchDay);
    }
    let Some(day) = intent.text("day") else { return Ok(None) };
    Ok(Some(match day {
        "today" | "tonight" => today,
        "yesterday" => after(today, -1.day())?,
        "tomorrow" | "tomorrow_evening" => after(today, 1.day())?,
        "overmorrow" => after(today, 2.days())?,
        day => {
            let (day, next_week) = match day.strip_prefix("next_") {
                Some(day) => (day, true),
                None => (day, false),
            };
            let day = weekday(day).ok_or(Unclear::NoSuchDay)?;
            on_weekday(day, next_week, from).ok_or(Unclear::NoSuchDay)?
        }
    }))
}

/// Whether the day that was said comes again when it is over: a day of the week or of the month.
pub(super) fn comes_again(intent: &Intent) -> bool {
    let of_month = intent.slot("month_day").is_some() && intent.slot("month").is_none();
    let of_week = intent.text("day").and_then(weekday).is_some();
    (of_month || of_week) && ahead(intent).is_none()
}

/// The next day with that number.
fn in_month(day: i8, from: Date, next_month: bool) -> Option<Date> {
    let first = from.first_of_month();
    let first = if next_month { first.checked_add(1.month()).ok()? } else { first };
    let mut months = first.series(1.month()).take(12);
    months.find_map(|month| {
        let date = Date::new(month.year(), month.month(), day).ok()?;
        (date >= from).then_some(date)
    })
}

/// How far ahead of the day that was said, or of today.
fn ahead(intent: &Intent) -> Option<Span> {
    let number = |slot| intent.number(slot).map(|number| number as i64);
    let (days, weeks, months) =
        (number("after_days"), number("after_weeks"), number("after_months"));
    [days, weeks, months].iter().any(Option::is_some).then(|| {
        let days = days.unwrap_or(0) + 7 * weeks.unwrap_or(0);
        days.days().months(months.unwrap_or(0))
    })
}

pub(super) fn after(date: Date, span: Span) -> Result<Date, Unclear> {
    date.checked_add(span).map_err(|_| Unclear::NoSuchDay)
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

pub(super) fn weekday(name: &str) -> Option<Weekday> {
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

/// The same days, each so many days later.
pub(super) fn shifted(days: u8, by: i32) -> u8 {
    let by = by.rem_euclid(7) as u32;
    (days << by | days >> (7 - by)) & EVERY_DAY
}

#[cfg(test)]
mod tests {
    use jiff::civil::date as on;

    use super::*;

    #[test]
    fn days_of_the_week_are_joined_ranged_and_left_out() {
        let today = on(2026, 11, 29);
        for (slots, expected) in [
            (&[("repeated", "monday"), ("repeated_2", "wednesday")][..], 0b000_0101),
            (&[("repeated", "friday"), ("repeated_until", "monday")], 0b111_0001),
            (&[("repeated", "daily"), ("except", "sunday")], 0b011_1111),
            (&[("repeated", "weekends"), ("repeated_2", "friday")], 0b111_0000),
            (&[("repeated", "weekly")], 0b100_0000),
            (&[("repeated", "weekly"), ("day", "tuesday")], 0b000_0010),
        ] {
            let intent = slots
                .iter()
                .fold(Intent::named(""), |intent, (slot, value)| intent.with_text(slot, *value));
            assert_eq!(repeat(&intent, today), Ok(Some(Repeat::Weekly(expected))), "{slots:?}");
        }
        let nothing =
            Intent::named("").with_text("repeated", "sunday").with_text("except", "sunday");
        assert_eq!(repeat(&nothing, today), Err(Unclear::NoSuchDay));
        let odd = Intent::named("").with_text("repeated", "other");
        assert_eq!(repeat(&odd, today), Err(Unclear::NoSuchRepeat));
    }

    #[test]
    fn days_ahead_are_counted_from_the_day_that_was_said() {
        let today = on(2026, 11, 29);
        let said = |intent: Intent| date(&intent, today, today);
        let none = || Intent::named("");
        for (intent, expected) in [
            (none().with_number("after_weeks", 2.0), on(2026, 12, 13)),
            (none().with_number("after_weeks", 1.0).with_text("day", "friday"), on(2026, 12, 11)),
            (none().with_number("after_months", 3.0), on(2027, 2, 28)),
            (none().with_number("month_day", 5.0), on(2026, 12, 5)),
            (none().with_number("month_day", 31.0), on(2026, 12, 31)),
            (none().with_number("month_day", 5.0).with_number("next_month", 1.0), on(2026, 12, 5)),
            (none().with_number("month_day", 29.0), today),
            (none().with_text("day", "next_sunday"), on(2026, 12, 6)),
            (none().with_text("day", "next_friday"), on(2026, 12, 4)),
        ] {
            assert_eq!(said(intent), Ok(Some(expected)));
        }
        assert_eq!(shifted(0b100_0001, 1), 0b000_0011);
    }
}
