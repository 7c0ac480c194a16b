//! Times as people say them: from the slots of an intent to a rule, and from a rule to speech.

mod clock;
mod days;
mod spoken;

use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Timestamp, ToSpan as _, Zoned};
use voice::{Intent, Slot};

use self::clock::{Clock, DAYTIME, Part};
use self::days::{Repeat, after, comes_again};
use super::rule::{Home, Rule};
use crate::sun;
use crate::time::duration;

pub(crate) use self::spoken::{clock, on_day, spoken};

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
    /// Nothing is repeated in that way.
    NoSuchRepeat,
    /// The sun does not rise or set, or nobody said where.
    NoSun,
}

/// When something happens that an intent asks for: the time in its slots ([`Clock::of`], or `sun`),
/// on the day or days that they name ([`days::date`], [`days::repeat`]); or after a length of time.
pub(crate) fn rule(intent: &Intent, now: &Zoned, home: &Home, bias: Bias) -> Result<Rule, Unclear> {
    let clock = Clock::of(intent);
    if clock.is_none()
        && let Some(length) = duration::of_slots(intent, "")
    {
        let at = now.timestamp().checked_add(length).map_err(|_| Unclear::NoSuchDay)?;
        return Ok(Rule::After(at));
    }
    let today = now.date();
    let repeat = days::repeat(intent, today)?;
    if let Some(event) = intent.text("sun") {
        return at_sun(intent, event == "sunrise", repeat, now, home);
    }
    if let Some(repeat) = repeat {
        // A day that does not exist is no day of any year.
        days::date(intent, today, today)?;
        return repeated(intent, repeat, clock, bias);
    }
    let date = days::date(intent, today, today)?;
    if date.is_some_and(|date| date < today) {
        return Err(Unclear::Past);
    }
    let Some(clock) = clock else {
        let part = Part::of(intent);
        if bias == Bias::Morning || (date, part) == (None, None) {
            return Err(Unclear::NoTime);
        }
        let time = part.map_or(DAYTIME, Part::usual);
        // "In the evening" is the next one.
        let days = date.map_or(vec![today, after(today, 1.day())?], |date| vec![date]);
        let times: Vec<_> = days.into_iter().map(|date| date.to_datetime(time)).collect();
        return first(&times, now).ok_or(Unclear::NoTime);
    };
    let Some(date) = date else {
        return next_time(&clock, now, bias).map(Rule::Once).ok_or(Unclear::Past);
    };
    if date != today {
        return first(&clock.usual(bias).on(date), now).ok_or(Unclear::Past);
    }
    // In the small hours the night is still that of the day before.
    let night = Part::of(intent) == Some(Part::NightOf) && now.hour() < 5;
    let since = if night { today.yesterday().unwrap_or(today) } else { today };
    let times: Vec<_> = since.series(1.day()).take_while(|d| *d <= today).collect();
    let times: Vec<_> = times.into_iter().flat_map(|date| clock.on(date)).collect();
    first(&times, now).map_or_else(
        || {
            // "On Monday", said on a Monday evening, is in a week.
            let again =
                comes_again(intent).then(|| days::date(intent, after(today, 1.day())?, today));
            let date = again.transpose()?.flatten().ok_or(Unclear::Past)?;
            first(&clock.usual(bias).on(date), now).ok_or(Unclear::Past)
        },
        Ok,
    )
}

/// The hour and the minute that were said, if they were, in the slots behind that prefix.
pub(crate) fn said(intent: &Intent, prefix: &str) -> Option<(i32, i32)> {
    Clock::said(intent, prefix)
}

/// The time of that day that was said, if one was; by day, where nobody said more.
pub(crate) fn today_at(intent: &Intent, today: Date) -> Option<DateTime> {
    Clock::of(intent)?.usual(Bias::Day).on(today).first().copied()
}

/// The times of an intent of which several are said at once, as "7 and 8 am" in the slots `hour` and
/// `hour_2` or "Monday and Friday" in `day` and `day_2`: an intent for each. Of a time without a half of
/// the day it is the one that comes right before the next time: "9 and 5 pm" begins in the morning.
pub(crate) fn each_time(intent: &Intent) -> Vec<Intent> {
    let mut times = each(intent, &["hour", "minute", "half_day"]);
    for at in (1..times.len()).rev() {
        let (before, next) = (&times[at - 1], &times[at]);
        let hour = |intent: &Intent| intent.number("hour").unwrap_or_default() % 12.0;
        let half = match (before.text("half_day"), next.text("half_day")) {
            (None, Some("am")) if hour(before) > hour(next) => "pm",
            (None, Some("pm")) if hour(before) > hour(next) => "am",
            (None, Some(half)) => half,
            _ => continue,
        };
        times[at - 1] = before.clone().with_text("half_day", half);
    }
    if let [first, others @ ..] = &mut times[..]
        && let Some(half) = first.text("half_day").map(str::to_owned)
    {
        // "7 am and 8".
        for other in others.iter_mut().filter(|other| other.slot("half_day").is_none()) {
            *other = other.clone().with_text("half_day", half.as_str());
        }
    }
    times.iter().flat_map(|one| each(one, &["day", "day_part"])).collect()
}

/// An intent for each of the values of slots, the first of which says whether there is one.
fn each(intent: &Intent, slots: &[&str]) -> Vec<Intent> {
    let named = |name: &str, suffix: &str| {
        name.strip_suffix(suffix).is_some_and(|name| slots.contains(&name))
    };
    let mut each = Vec::new();
    for suffix in ["", "_2", "_3"] {
        let mut one = intent.clone();
        one.slots.retain(|slot| ["", "_2", "_3"].iter().all(|any| !named(&slot.name, any)));
        let own = intent.slots.iter().filter(|slot| named(&slot.name, suffix));
        one.slots.extend(own.map(|slot| Slot {
            name: slot.name.trim_end_matches(suffix).to_owned(),
            ..slot.clone()
        }));
        if suffix.is_empty() || one.slot(slots[0]).is_some() {
            each.push(one);
        }
    }
    each
}

/// When something happens that is moved, with its rule and when it was due next: what the slots of the
/// intent leave out stays as it was.
pub(crate) fn moved(
    (before, next): (&Rule, Option<Timestamp>),
    intent: &Intent,
    now: &Zoned,
    home: &Home,
    bias: Bias,
) -> Result<Rule, Unclear> {
    let zone = || now.time_zone().clone();
    let old = match *before {
        Rule::Weekly { time, .. } | Rule::Monthly { time, .. } | Rule::Yearly { time, .. } => {
            Some(now.date().to_datetime(time))
        }
        _ => next.map(|next| next.to_zoned(zone()).datetime()),
    };
    let length = duration::of_slots(intent, "");
    if let (Some(old), Some(length), Some(shift)) = (old, length, intent.number("shift")) {
        let length = SignedDuration::try_from(length).map_err(|_| Unclear::NoSuchDay)?;
        let length = if shift < 0.0 { -length } else { length };
        let at = old.checked_add(length).map_err(|_| Unclear::NoSuchDay)?;
        return Ok(again_at(before, at));
    }
    let (Some(old), Some(clock)) = (old, Clock::of(intent)) else {
        let (Some(old), None) = (old, length) else { return rule(intent, now, home, bias) };
        return rule(&at_time(intent, old.time()), now, home, bias);
    };
    let date = days::date(intent, now.date(), now.date())?;
    if date.is_some() || days::repeat(intent, now.date())?.is_some() {
        return rule(intent, now, home, bias);
    }
    let nearest = clock.on(old.date()).into_iter().min_by_key(|at| at.duration_since(old).abs());
    let Some(nearest) = nearest else { return Err(Unclear::NoTime) };
    match again_at(before, nearest) {
        Rule::Once(at) if !is_coming(at, now) => rule(intent, now, home, bias),
        again => Ok(again),
    }
}

/// The same days at another time, or then, if it does not repeat.
fn again_at(rule: &Rule, at: DateTime) -> Rule {
    let time = at.time();
    match *rule {
        Rule::Weekly { days, .. } => Rule::Weekly { days, time },
        Rule::Monthly { day, .. } => Rule::Monthly { day, time },
        Rule::Yearly { month, day, .. } => Rule::Yearly { month, day, time },
        Rule::After(_) | Rule::Once(_) | Rule::Sun { .. } | Rule::Timer(_) => Rule::Once(at),
    }
}

/// Whether something with that rule, due next then, is on the day or days that were said, if any were.
pub(crate) fn is_on(rule: &Rule, next: Option<Timestamp>, intent: &Intent, now: &Zoned) -> bool {
    let today = now.date();
    match (days::repeat(intent, today), days::date(intent, today, today)) {
        (Ok(Some(Repeat::Weekly(wanted))), _) => match rule {
            Rule::Weekly { days, .. } | Rule::Sun { days, .. } => *days == wanted,
            _ => false,
        },
        (Ok(Some(Repeat::Monthly(_))), _) => matches!(rule, Rule::Monthly { .. }),
        (Ok(Some(Repeat::Yearly(..))), _) => matches!(rule, Rule::Yearly { .. }),
        (Ok(None), Ok(Some(date))) => {
            next.is_some_and(|next| next.to_zoned(now.time_zone().clone()).date() == date)
        }
        (Ok(None), Ok(None)) => true,
        (Err(_), _) | (_, Err(_)) => false,
    }
}

/// Whether what was said is a single day of something with that rule, which has others: of what is on one
/// day of the week, that day by its name is all of it.
pub(crate) fn is_one_of_many(rule: &Rule, intent: &Intent, now: &Zoned) -> bool {
    let today = now.date();
    let one_day = matches!(rule, Rule::Weekly { days, .. } if days.is_power_of_two());
    let by_name = intent.text("day").and_then(days::weekday).is_some();
    rule.repeats()
        && !(one_day && by_name)
        && matches!(days::repeat(intent, today), Ok(None))
        && matches!(days::date(intent, today, today), Ok(Some(_)))
}

/// The same at that time of day.
fn at_time(intent: &Intent, time: Time) -> Intent {
    let hour = (time.hour() + 11) % 12 + 1;
    let intent = intent.clone().with_number("hour", f64::from(hour));
    let intent = intent.with_number("minute", f64::from(time.minute()));
    intent.with_text("half_day", if time.hour() < 12 { "am" } else { "pm" })
}

/// What is repeated.
fn repeated(
    intent: &Intent,
    repeat: Repeat,
    clock: Option<Clock>,
    bias: Bias,
) -> Result<Rule, Unclear> {
    let (shift, time) = match (clock, bias) {
        (Some(clock), _) => clock.split(bias),
        (None, Bias::Morning) => return Err(Unclear::NoTime),
        (None, Bias::Day) => (0, Part::of(intent).map_or(DAYTIME, Part::usual)),
    };
    Ok(match repeat {
        Repeat::Weekly(days) => Rule::Weekly { days: days::shifted(days, shift), time },
        Repeat::Monthly(day) => Rule::Monthly { day, time },
        Repeat::Yearly(month, day) => Rule::Yearly { month, day, time },
    })
}

/// The next sensible time that the clock shows it.
fn next_time(clock: &Clock, now: &Zoned, bias: Bias) -> Option<DateTime> {
    let shown = clock.shown();
    let times = now.date().series(1.day()).take(2).flat_map(|date| shown.on(date));
    let coming: Vec<_> = times.filter(|at| is_coming(*at, now)).collect();
    Clock::sensible(&coming, now.datetime(), bias)
}

fn is_coming(at: DateTime, now: &Zoned) -> bool {
    at.to_zoned(now.time_zone().clone()).is_ok_and(|zoned| zoned > *now)
}

/// The first of these moments that is to come.
fn first(times: &[DateTime], now: &Zoned) -> Option<Rule> {
    times.iter().find(|at| is_coming(**at, now)).map(|at| Rule::Once(*at))
}

fn at_sun(
    intent: &Intent,
    rising: bool,
    repeat: Option<Repeat>,
    now: &Zoned,
    home: &Home,
) -> Result<Rule, Unclear> {
    let place = home.place.ok_or(Unclear::NoSun)?;
    match repeat {
        Some(Repeat::Weekly(days)) => return Ok(Rule::Sun { days, rising }),
        Some(_) => return Err(Unclear::NoSuchRepeat),
        None => {}
    }
    let event = |date| {
        let (rise, set) = sun(place, date, &home.zone);
        if rising { rise } else { set }
    };
    let today = now.date();
    let tomorrow = after(today, 1.day())?;
    let dates = match days::date(intent, today, today)? {
        Some(date) => vec![date],
        None => vec![today, tomorrow],
    };
    let next = dates.into_iter().filter_map(event).find(|at| at > now);
    next.map(|at| Rule::Once(at.datetime())).ok_or(Unclear::NoSun)
}
