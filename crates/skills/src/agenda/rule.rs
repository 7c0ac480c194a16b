//! Recurrence rules: once, or again and again, by the calendar of the household.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

use crate::{Place, sun};

/// All days of the week; bit 0 is Monday.
pub const EVERY_DAY: u8 = 0b111_1111;

/// When something happens. Times of day are those of the wall clock, whatever the season.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Rule {
    /// After a length of time, by a clock that nobody sets.
    After(Timestamp),
    /// Once, at that time of the wall clock.
    Once(DateTime),
    /// On these days of the week (bit 0 is Monday).
    Weekly {
        /// The days.
        days: u8,
        /// The time of the wall clock.
        time: Time,
    },
    /// Once a month. What falls on a day that a month lacks is on its last day.
    Monthly {
        /// 1…31.
        day: i8,
        /// The time of the wall clock.
        time: Time,
    },
    /// Once a year. What falls on 29 February is on the 28th in other years.
    Yearly {
        /// 1…12.
        month: i8,
        /// 1…31.
        day: i8,
        /// The time of the wall clock.
        time: Time,
    },
    /// At sunrise or sunset on these days of the week.
    Sun {
        /// The days.
        days: u8,
        /// Sunrise, not sunset.
        rising: bool,
    },
    /// When the timer with this id ends. No clock knows when that is: it may be paused.
    Timer(i64),
}

/// Where and by which clock a household lives.
#[derive(Clone, Debug)]
pub struct Home {
    /// Its time zone.
    pub zone: TimeZone,
    /// Its place, if it is known.
    pub place: Option<Place>,
}

impl Rule {
    /// The first time after `after`; `None` if there is none. A time that the clock skips in spring
    /// is later by what was skipped, and one that it shows twice in autumn counts the first time.
    pub fn next(&self, after: Timestamp, home: &Home) -> Option<Timestamp> {
        let zone = &home.zone;
        let at = |local: DateTime| {
            let zoned = local.to_zoned(zone.clone()).ok()?;
            Some(zoned.timestamp()).filter(|moment| *moment > after)
        };
        match *self {
            Self::After(moment) => Some(moment).filter(|moment| *moment > after),
            Self::Once(local) => at(local),
            Self::Weekly { days, time } => {
                let mut dates = dates(after, zone, 1.day()).take(9);
                dates.find_map(|date| at(date.to_datetime(time)).filter(|_| is_on(date, days)))
            }
            Self::Monthly { day, time } => {
                let first = after.to_zoned(zone.clone()).date().first_of_month();
                // The month before: the clock may stand at another date there than at `after`.
                let first = first.checked_sub(1.month()).unwrap_or(first);
                first.series(1.month()).take(4).find_map(|month| {
                    let day = day.min(month.days_in_month());
                    let date = Date::new(month.year(), month.month(), day).ok()?;
                    at(date.to_datetime(time))
                })
            }
            Self::Yearly { month, day, time } => {
                let year = after.to_zoned(zone.clone()).year();
                // The year before: the clock may stand at another date there than at `after`.
                (year - 1..=year + 2).find_map(|year| {
                    let mut date = (day - 3..=day).rev();
                    let date = date.find_map(|day| Date::new(year, month, day).ok())?;
                    at(date.to_datetime(time))
                })
            }
            Self::Sun { days, rising } => {
                let place = home.place?;
                dates(after, zone, 1.day()).take(400).filter(|date| is_on(*date, days)).find_map(
                    |date| {
                        let (rise, set) = sun(place, date, zone);
                        let moment = if rising { rise } else { set };
                        moment.map(|at| at.timestamp()).filter(|moment| *moment > after)
                    },
                )
            }
            Self::Timer(_) => None,
        }
    }

    /// Whether it happens more than once.
    pub fn repeats(&self) -> bool {
        !matches!(self, Self::After(_) | Self::Once(_) | Self::Timer(_))
    }

    /// The rule as text, to be kept.
    fn encode(&self) -> String {
        match self {
            Self::After(moment) => format!("after {moment}"),
            Self::Once(local) => format!("once {local}"),
            Self::Weekly { days, time } => format!("weekly {days} {time}"),
            Self::Monthly { day, time } => format!("monthly {day} {time}"),
            Self::Yearly { month, day, time } => format!("yearly {month} {day} {time}"),
            Self::Sun { days, rising } => format!("sun {days} {rising}"),
            Self::Timer(id) => format!("timer {id}"),
        }
    }

    /// The rule that [`Rule::encode`] wrote.
    fn decode(text: &str) -> Option<Self> {
        let words: Vec<_> = text.split(' ').collect();
        Some(match words[..] {
            ["after", moment] => Self::After(moment.parse().ok()?),
            ["once", local] => Self::Once(local.parse().ok()?),
            ["weekly", days, time] => {
                Self::Weekly { days: days.parse().ok()?, time: time.parse().ok()? }
            }
            ["monthly", day, time] => {
                Self::Monthly { day: day.parse().ok()?, time: time.parse().ok()? }
            }
            ["yearly", month, day, time] => Self::Yearly {
                month: month.parse().ok()?,
                day: day.parse().ok()?,
                time: time.parse().ok()?,
            },
            ["sun", days, rising] => {
                Self::Sun { days: days.parse().ok()?, rising: rising.parse().ok()? }
            }
            ["timer", id] => Self::Timer(id.parse().ok()?),
            _ => return None,
        })
    }
}

impl From<Rule> for String {
    fn from(rule: Rule) -> Self {
        rule.encode()
    }
}

impl TryFrom<String> for Rule {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::decode(&text).ok_or("this is no rule")
    }
}

fn is_on(date: Date, days: u8) -> bool {
    days >> date.weekday().to_monday_zero_offset() & 1 == 1
}

/// The days from the one before `after`: where clocks are set, the same time may be on it.
fn dates(after: Timestamp, zone: &TimeZone, step: Span) -> impl Iterator<Item = Date> {
    let first = after.to_zoned(zone.clone()).date();
    let first = first.checked_sub(1.day()).unwrap_or(first);
    first.series(step)
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;

    fn berlin() -> Home {
        Home { zone: TimeZone::get("Europe/Berlin").expect("a zone"), place: None }
    }

    fn times(rule: &Rule, from: DateTime, count: usize) -> Vec<String> {
        let home = berlin();
        let mut after = from.to_zoned(home.zone.clone()).expect("a time").timestamp();
        let next = std::iter::from_fn(|| {
            after = rule.next(after, &home)?;
            Some(after.to_zoned(home.zone.clone()).strftime("%F %R %Z").to_string())
        });
        next.take(count).collect()
    }

    #[test]
    fn clocks_that_are_set_neither_lose_nor_double() {
        let daily = Rule::Weekly { days: EVERY_DAY, time: time(2, 30, 0, 0) };
        assert_eq!(
            times(&daily, date(2026, 3, 28).at(0, 0, 0, 0), 3),
            ["2026-03-28 02:30 CET", "2026-03-29 03:30 CEST", "2026-03-30 02:30 CEST"]
        );
        assert_eq!(
            times(&daily, date(2026, 10, 24).at(12, 0, 0, 0), 2),
            ["2026-10-25 02:30 CEST", "2026-10-26 02:30 CET"]
        );
    }

    #[test]
    fn weekdays_leap_days_and_single_times() {
        let weekdays = Rule::Weekly { days: 0b1_1111, time: time(6, 30, 0, 0) };
        assert_eq!(
            times(&weekdays, date(2026, 11, 20).at(6, 30, 0, 0), 2),
            ["2026-11-23 06:30 CET", "2026-11-24 06:30 CET"]
        );
        let leap = Rule::Yearly { month: 2, day: 29, time: time(9, 0, 0, 0) };
        assert_eq!(
            times(&leap, date(2027, 1, 1).at(0, 0, 0, 0), 2),
            ["2027-02-28 09:00 CET", "2028-02-29 09:00 CET"]
        );
        let monthly = Rule::Monthly { day: 31, time: time(9, 0, 0, 0) };
        assert_eq!(
            times(&monthly, date(2027, 1, 31).at(9, 0, 0, 0), 3),
            ["2027-02-28 09:00 CET", "2027-03-31 09:00 CEST", "2027-04-30 09:00 CEST"]
        );
        let once = Rule::Once(date(2026, 11, 22).at(7, 0, 0, 0));
        assert_eq!(times(&once, date(2026, 11, 22).at(6, 0, 0, 0), 2), ["2026-11-22 07:00 CET"]);
    }

    #[test]
    fn rules_are_kept_as_text() {
        for rule in [
            Rule::After(Timestamp::UNIX_EPOCH),
            Rule::Once(date(2026, 11, 22).at(7, 0, 0, 0)),
            Rule::Weekly { days: 3, time: time(6, 30, 0, 0) },
            Rule::Monthly { day: 31, time: time(9, 0, 0, 0) },
            Rule::Yearly { month: 2, day: 29, time: time(9, 0, 0, 0) },
            Rule::Sun { days: EVERY_DAY, rising: true },
            Rule::Timer(7),
        ] {
            assert_eq!(Rule::decode(&rule.encode()), Some(rule));
        }
        for wrong in ["", "once", "once 7", "weekly 300 07:00", "yearly 1 1", "sun 1 up", "timer x"]
        {
            assert_eq!(Rule::decode(wrong), None, "{wrong}");
        }
    }
}
