//! Named days: the 24th of December, Christmas, next Friday.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday, date};
use voice::{Intent, Speech};

/// A day that was named.
#[derive(Clone, PartialEq)]
pub(crate) struct Named {
    pub date: Date,
    /// How to call it: `December 24`, `Christmas`, `next Friday`.
    pub name: Speech,
    /// Whether the name has a year.
    pub has_year: bool,
    /// What of it is not in its name.
    pub unsaid: Unsaid,
}

/// What of a day its name leaves open.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Unsaid {
    Weekday,
    Date,
    /// Of a day that is counted from today.
    Both,
    /// Of a holiday.
    When,
}

/// No year in which it is looked for has such a day, as February 30.
pub(crate) struct NoSuchDay(pub Speech);

/// Between two leap years there can be eight, as around 1900 and 2100.
const YEARS_AHEAD: i16 = 8;

/// The day in the slots of the intent, from `today` on.
///
/// The slots are `month` and `day`, perhaps `year`; or `holiday`; or `weekday`, perhaps `next`; or
/// `days` or `weeks` from today.
pub(crate) fn named(intent: &Intent, today: Date) -> Result<Option<Named>, NoSuchDay> {
    let number = |slot| intent.number(slot).map(|number| number as i64);
    if let (Some(month), Some(day)) = (number("month"), number("day")) {
        let year = number("year").and_then(|year| i16::try_from(year).ok());
        let said = spoken(month, day, year);
        let of = |year| Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok();
        let date = match year {
            Some(year) => of(year),
            None => next(today, of),
        };
        return date
            .map(|date| {
                let (name, has_year) = (said.clone(), year.is_some());
                Some(Named { date, name, has_year, unsaid: Unsaid::Weekday })
            })
            .ok_or(NoSuchDay(said));
    }
    if let Some(holiday) = intent.text("holiday") {
        let date = next(today, |year| holiday_in(holiday, year));
        let name = Speech::of("hark.named_day.holiday").with("holiday", holiday);
        let named = |date| Named { date, name, has_year: false, unsaid: Unsaid::When };
        return Ok(date.map(named));
    }
    if let Some(number) = number("weekday") {
        let wanted =
            i8::try_from(number).ok().and_then(|n| Weekday::from_monday_one_offset(n).ok());
        return Ok(wanted.map(|wanted| weekday(wanted, intent.slot("next").is_some(), today)));
    }
    let weeks = number("weeks").unwrap_or(0);
    Ok(number("days").or((weeks != 0).then_some(0)).and_then(|days| {
        let days = days + 7 * weeks;
        let name = match days {
            -1 => Speech::of("hark.named_day.yesterday"),
            0 => Speech::of("hark.named_day.today"),
            1 => Speech::of("hark.named_day.tomorrow"),
            days if days % 7 == 0 && weeks > 1 => {
                Speech::of("hark.named_day.in_weeks").with("weeks", weeks)
            }
            days => Speech::of("hark.named_day.in_days").with("days", days),
        };
        let named = |date| Named { date, name, has_year: false, unsaid: Unsaid::Both };
        today.checked_add(days.days()).ok().map(named)
    }))
}

/// "Friday" is the next one that comes, "next Friday" that of next week.
pub(crate) fn on_weekday(wanted: Weekday, next_week: bool, today: Date) -> Option<Date> {
    let since_monday = |weekday: Weekday| i64::from(weekday.to_monday_zero_offset());
    let ahead = since_monday(wanted) - since_monday(today.weekday());
    let days = if next_week { ahead + 7 } else { ahead.rem_euclid(7) };
    today.checked_add(days.days()).ok()
}

fn weekday(wanted: Weekday, next_week: bool, today: Date) -> Named {
    let key = if next_week { "hark.named_day.weekday_next_week" } else { "hark.named_day.weekday" };
    let name = Speech::of(key).with("weekday", wanted.to_monday_one_offset());
    let date = on_weekday(wanted, next_week, today).unwrap_or(today);
    Named { date, name, has_year: false, unsaid: Unsaid::Date }
}

/// `December 24`, `July 4, 2027`.
fn spoken(month: i64, day: i64, year: Option<i16>) -> Speech {
    let speech =
        Speech::of("hark.named_day.date").with("month", month.clamp(1, 12)).with("day", day);
    match year {
        Some(year) => speech.with("year", year),
        None => speech,
    }
}

/// The first of these days that is not over.
pub(crate) fn next(today: Date, of: impl Fn(i16) -> Option<Date>) -> Option<Date> {
    (today.year()..=today.year() + YEARS_AHEAD).filter_map(of).find(|date| *date >= today)
}

/// The day of a holiday in a year; holidays without a fixed date are those of the United States.
fn holiday_in(holiday: &str, year: i16) -> Option<Date> {
    let nth = |month, nth, weekday| date(year, month, 1).nth_weekday_of_month(nth, weekday).ok();
    let easter = easter(year);
    let after_easter = |days: i64| easter?.checked_add(days.days()).ok();
    let (month, day) = match holiday {
        "New Year's Day" => (1, 1),
        "Valentine's Day" => (2, 14),
        "Saint Patrick's Day" => (3, 17),
        "April Fools' Day" => (4, 1),
        "Independence Day" => (7, 4),
        "Halloween" => (10, 31),
        "Veterans Day" => (11, 11),
        "Saint Nicholas Day" => (12, 6),
        "Christmas Eve" => (12, 24),
        "Christmas" => (12, 25),
        "Boxing Day" => (12, 26),
        "New Year's Eve" => (12, 31),
        "Martin Luther King Day" => return nth(1, 3, Weekday::Monday),
        "Presidents' Day" => return nth(2, 3, Weekday::Monday),
        "Mother's Day" => return nth(5, 2, Weekday::Sunday),
        "Memorial Day" => return nth(5, -1, Weekday::Monday),
        "Father's Day" => return nth(6, 3, Weekday::Sunday),
        "Labor Day" => return nth(9, 1, Weekday::Monday),
        "Columbus Day" => return nth(10, 2, Weekday::Monday),
        "Thanksgiving" => return nth(11, 4, Weekday::Thursday),
        "Good Friday" => return after_easter(-2),
        "Easter" => return easter,
        "Easter Monday" => return after_easter(1),
        "Pentecost" => return after_easter(49),
        _ => return None,
    };
    Date::new(year, month, day).ok()
}

/// Easter Sunday by the method that Meeus ("Astronomical Algorithms", chapter 8) gives for the
/// Gregorian calendar.
fn easter(year: i16) -> Option<Date> {
    let year = i32::from(year);
    let golden = year % 19;
    let (century, in_century) = (year / 100, year % 100);
    let correction = (century + 8) / 25;
    let moon = (century - correction + 1) / 3;
    let epact = (19 * golden + century - century / 4 - moon + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (in_century / 4) - epact - in_century % 4) % 7;
    let late = (golden + 11 * epact + 22 * weekday) / 451;
    let days = epact + weekday - 7 * late + 114;
    let month = i8::try_from(days / 31).ok()?;
    Date::new(i16::try_from(year).ok()?, month, i8::try_from(days % 31 + 1).ok()?).ok()
}

/// Something with the slots `year`, `month`, `day` and `weekday` (1 is Monday).
pub(crate) fn dated(key: &'static str, date: Date) -> Speech {
    Speech::of(key)
        .with("year", date.year())
        .with("month", date.month())
        .with("day", date.day())
        .with("weekday", date.weekday().to_monday_one_offset())
}

#[cfg(test)]
mod tests {
    use language::testing::english;

    use super::*;

    #[test]
    fn easter_and_what_moves() {
        for (year, month, day) in [
            (2000, 4, 23),
            (2019, 4, 21),
            (2024, 3, 31),
            (2025, 4, 20),
            (2026, 4, 5),
            (2038, 4, 25),
        ] {
            assert_eq!(easter(year), Some(date(year, month, day)));
        }
        for (holiday, expected) in [
            ("Thanksgiving", date(2026, 11, 26)),
            ("Memorial Day", date(2026, 5, 25)),
            ("Mother's Day", date(2026, 5, 10)),
            ("Good Friday", date(2026, 4, 3)),
        ] {
            assert_eq!(holiday_in(holiday, 2026), Some(expected), "{holiday}");
        }
    }

    #[test]
    fn days_are_the_next_that_come() {
        // A Sunday.
        let today = date(2026, 11, 22);
        let day = |intent: Intent| named(&intent, today).ok().flatten().map(|named| named.date);
        let of = || Intent::named("HarkDateOf");
        let weekday = |number| of().with_number("weekday", number);
        for (intent, expected) in [
            (of().with_text("holiday", "Christmas"), date(2026, 12, 25)),
            (of().with_text("holiday", "Halloween"), date(2027, 10, 31)),
            (of().with_number("month", 11.0).with_number("day", 22.0), today),
            (of().with_number("month", 2.0).with_number("day", 29.0), date(2028, 2, 29)),
            (weekday(5.0), date(2026, 11, 27)),
            (weekday(5.0).with_number("next", 1.0), date(2026, 11, 27)),
            (weekday(7.0), today),
            (weekday(7.0).with_number("next", 1.0), date(2026, 11, 29)),
            (of().with_number("days", 10.0), date(2026, 12, 2)),
            (of().with_number("weeks", 2.0), date(2026, 12, 6)),
        ] {
            assert_eq!(day(intent), Some(expected));
        }
        let february = of().with_number("month", 2.0).with_number("day", 30.0);
        let name = named(&february, today).err().map(|NoSuchDay(name)| english(&[name]));
        assert_eq!(name.as_deref(), Some("February 30"));
        // On a Wednesday, the Friday of this week and the one after.
        let wednesday = date(2026, 11, 25);
        let friday = |intent| named(&intent, wednesday).ok().flatten().map(|named| named.date);
        assert_eq!(friday(weekday(5.0)), Some(date(2026, 11, 27)));
        let next = weekday(5.0).with_number("next", 1.0);
        assert_eq!(friday(next), Some(date(2026, 12, 4)));
    }
}
