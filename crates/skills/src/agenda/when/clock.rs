//! Times of day as people say them.

use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, ToSpan as _};
use voice::Intent;

use super::Bias;

const HOUR: i32 = 60;
const DAY: i32 = 24 * HOUR;
/// Hours in which nobody plans anything without saying so.
const SMALL_HOURS: std::ops::Range<i8> = 1..6;
/// What is as near as this is meant, be it night or not.
const SOON: SignedDuration = SignedDuration::from_hours(6);

/// The part of the day that was said.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Before noon.
    Morning,
    /// "pm", "in the afternoon".
    Afternoon,
    /// Ends at midnight.
    Evening,
    /// "At night": the hours around midnight.
    Night,
    /// "Friday night", "tonight": what it has after midnight is on the next day.
    NightOf,
    /// "Tonight at 1 am": what that has after midnight.
    AfterMidnight,
}

impl Part {
    /// That in the slots `half_day`, and `day_part` or `day`.
    pub fn of(intent: &Intent) -> Option<Self> {
        let half = intent.text("half_day").map(|half| match half {
            "am" => Self::Morning,
            "evening" => Self::Evening,
            "night" => Self::Night,
            "tonight" => Self::NightOf,
            _ => Self::Afternoon,
        });
        let of_day = match (intent.text("day"), intent.text("day_part")) {
            (Some("tonight" | "tomorrow_evening"), _) | (_, Some("night")) => Some(Self::NightOf),
            (_, Some("morning")) => Some(Self::Morning),
            (_, Some("afternoon")) => Some(Self::Afternoon),
            (_, Some(_)) => Some(Self::Evening),
            (_, None) => None,
        };
        match (half, of_day) {
            (Some(Self::Morning), Some(Self::NightOf)) => Some(Self::AfterMidnight),
            (Some(Self::Evening | Self::Night), Some(Self::NightOf)) => Some(Self::NightOf),
            (half, of_day) => half.or(of_day),
        }
    }

    /// When something is due of which nobody said more.
    pub fn usual(self) -> Time {
        match self {
            Self::Morning => DAYTIME,
            Self::Afternoon => Time::constant(15, 0, 0, 0),
            Self::Evening | Self::Night | Self::NightOf | Self::AfterMidnight => {
                Time::constant(20, 0, 0, 0)
            }
        }
    }

    /// Which hours of a day an hour may be; from 24 on they are those of the next day.
    fn hours(self, hour: i32) -> i32 {
        match (self, hour) {
            (Self::Morning, 12) => 0,
            (Self::Evening | Self::Night | Self::NightOf, 0 | 12) => 24,
            (Self::Night, 1..=4) => hour,
            (Self::NightOf, 1..=4) => hour + 24,
            (Self::AfterMidnight, hour) => hour % 12 + 24,
            (Self::Afternoon | Self::Evening | Self::Night | Self::NightOf, 1..=11) => hour + 12,
            _ => hour,
        }
    }
}

/// When something is due that has a date and no time.
pub(super) const DAYTIME: Time = Time::constant(9, 0, 0, 0);

/// A time of day, in minutes from the beginning of the day that was said: one, or that of the
/// morning and that of the evening, the earlier first. It may lie in the next day.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Clock(Vec<i32>);

impl Clock {
    /// The time in the slots `hour`, `minute` (below 0: before the hour), `half_day` and `day`, or
    /// `hhmm` (1630).
    pub fn of(intent: &Intent) -> Option<Self> {
        let (hour, minute) = Self::said(intent, "")?;
        let hours = match (Part::of(intent), hour) {
            _ if is_noon(intent) => vec![12],
            (Some(part), hour) => vec![part.hours(hour)],
            (None, hour) if is_of_24_hours(intent) => vec![hour],
            (None, 12) => vec![0, 12],
            (None, 1..=11) => vec![hour, hour + 12],
            (None, hour) => vec![hour],
        };
        (minute < HOUR).then(|| Self(hours.into_iter().map(|hour| hour * HOUR + minute).collect()))
    }

    /// The hour and the minute in the slots behind that prefix.
    pub fn said(intent: &Intent, prefix: &str) -> Option<(i32, i32)> {
        let number = |slot: &str| intent.number(&format!("{prefix}{slot}"));
        let number = |slot| number(slot).map(|number| number as i32);
        let hour = number("hour").map(|hour| (hour, number("minute").unwrap_or(0)));
        hour.or_else(|| number("hhmm").map(|hhmm| (hhmm / 100, hhmm % 100)))
    }

    /// When that is, on that day.
    pub fn on(&self, date: Date) -> Vec<DateTime> {
        let midnight = date.to_datetime(Time::midnight());
        let at = |minutes: &i32| midnight.checked_add(minutes.minutes()).ok();
        self.0.iter().filter_map(at).collect()
    }

    /// The times that a clock shows, whatever the day.
    pub fn shown(&self) -> Self {
        let mut shown: Vec<_> = self.0.iter().map(|minutes| minutes.rem_euclid(DAY)).collect();
        shown.sort_unstable();
        Self(shown)
    }

    /// The usual one of two times of day.
    pub fn usual(&self, bias: Bias) -> Self {
        let [early, late] = self.0[..] else { return self.clone() };
        let by_day = early < 7 * HOUR && bias == Bias::Day;
        Self(vec![if early < HOUR || by_day { late } else { early }])
    }

    /// By how many days it lies behind the day that was said, and the time of the wall clock.
    pub fn split(&self, bias: Bias) -> (i32, Time) {
        let minutes = self.usual(bias).0.first().copied().unwrap_or(0);
        let (days, minutes) = (minutes.div_euclid(DAY), minutes.rem_euclid(DAY));
        let time = Time::new((minutes / HOUR) as i8, (minutes % HOUR) as i8, 0, 0);
        (days, time.unwrap_or(DAYTIME))
    }

    /// The next sensible one of these moments: what people do by day is not done at night, unless
    /// that is soon or there is no other.
    pub fn sensible(coming: &[DateTime], now: DateTime, bias: Bias) -> Option<DateTime> {
        let first = coming.first().copied()?;
        let at_night = SMALL_HOURS.contains(&first.hour()) && bias == Bias::Day;
        let far = first.duration_since(now) > SOON;
        let other = coming[1..].iter().find(|at| !SMALL_HOURS.contains(&at.hour()));
        Some(if at_night && far { other.copied().unwrap_or(first) } else { first })
    }
}

fn hour_as_said(intent: &Intent) -> &str {
    let said = intent.slots.iter().find(|slot| slot.name == "hour" || slot.name == "hhmm");
    said.map_or("", |slot| slot.text.expose())
}

/// "Noon" and "midnight" are words of their own.
fn is_noon(intent: &Intent) -> bool {
    matches!(hour_as_said(intent), "noon" | "midday")
}

/// Whoever writes 07:30 means the morning, and so does whoever says "oh seven hundred" or
/// "700 hours".
fn is_of_24_hours(intent: &Intent) -> bool {
    let said = hour_as_said(intent);
    let in_words = || said.contains(|sign: char| !sign.is_ascii_digit());
    said.starts_with('0')
        || intent.slot("of_24").is_some()
        || (intent.slot("hhmm").is_some() && in_words())
}
