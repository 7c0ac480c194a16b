//! The clock skill: time, date, other days, other time zones, and the sun.

use std::sync::LazyLock;

use jiff::Zoned;
use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use voice::{Answering, Context, Handles, Intent, Outcome, Reply, Result, Risk, Skill, Speech};

use super::dates::{self, Named, NoSuchDay, Unsaid, dated};
use super::local;
use super::sun::{Day, Height, Place, day};
use crate::agenda::when::{clock, today_at};

/// That of the program, so that the answer does not depend on what the system has.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);
/// What the list of places calls countries with more than one time zone.
const SEVERAL: &str = "several";

/// Says what time and what day it is, and what the sun does.
pub struct Clock {
    zone: TimeZone,
    place: Option<Place>,
}

impl Clock {
    /// A clock that shows the time of that zone. Without a place it knows nothing of the sun.
    pub fn new(zone: TimeZone, place: Option<Place>) -> Self {
        Self { zone, place }
    }

    fn answer(&self, intent: &Intent, context: &Context) -> Result<Reply> {
        let now = local(context, &self.zone)?;
        let reply = match intent.name.as_str() {
            "HassGetCurrentTime" => {
                Reply::done(Speech::of("HassGetCurrentTime.now").with("time", time(&now)))
            }
            "HassGetCurrentDate" => Reply::done(dated("HassGetCurrentDate.today", now.date())),
            "HarkWeekNumber" => {
                let week = now.date().iso_week_date().week();
                Reply::done(Speech::of("HarkWeekNumber.now").with("week", week))
            }
            "HarkTimeIn" => elsewhere(intent, &now),
            "HarkSun" => self.sun(intent, &now),
            "HarkIsDark" => self.is_dark(intent, &now),
            "HarkDateOf" | "HarkDaysUntil" => match dates::named(intent, now.date()) {
                Ok(Some(named)) if intent.name == "HarkDateOf" => date_of(&named, &now),
                Ok(Some(named)) => days_until(&named, now.date(), intent.response == "weeks"),
                Ok(None) => Reply::with(Speech::of("HarkDateOf.unknown"), Outcome::Failed),
                Err(NoSuchDay(day)) => {
                    let speech = Speech::of("HarkDateOf.no_such").with("day", day);
                    Reply::with(speech, Outcome::Failed)
                }
            },
            _ => Reply::done(dated("HarkWeekday.today", now.date())),
        };
        Ok(reply)
    }

    /// Whether the sun has set, or has risen: done if so, for commands that hold then.
    fn is_dark(&self, intent: &Intent, now: &Zoned) -> Reply {
        let Some(place) = self.place else {
            return Reply::with(Speech::of("HarkSun.no_place"), Outcome::Failed);
        };
        let wants_light = intent.text("sun") == Some("sunrise");
        let is_light = match day(place, now.date(), now.time_zone(), Height::Horizon) {
            Some(Day::Changes { rise, set }) => {
                rise.is_none_or(|rise| *now >= rise) && set.is_none_or(|set| *now < set)
            }
            Some(Day::AlwaysUp) => true,
            Some(Day::AlwaysDown) | None => false,
        };
        if is_light == wants_light {
            return Reply::silent();
        }
        let key = if wants_light { "HarkIsDark.not_light" } else { "HarkIsDark.not_dark" };
        Reply::with(Speech::of(key), Outcome::Failed)
    }

    fn sun(&self, intent: &Intent, now: &Zoned) -> Reply {
        let Some(place) = self.place else {
            return Reply::with(Speech::of("HarkSun.no_place"), Outcome::Failed);
        };
        let event = intent.text("event").unwrap_or("set");
        let tomorrow = intent.number("day") == Some(1.0);
        let rises = matches!(event, "rise" | "light");
        let height = if matches!(event, "dark" | "light") { Height::Dusk } else { Height::Horizon };
        let about = |key| Speech::of(key).with("event", event).with("tomorrow", tomorrow);
        let on = |date: Date| day(place, date, now.time_zone(), height);
        let at = |found: &Option<Day>| match found {
            Some(Day::Changes { rise, set }) => if rises { rise } else { set }.clone(),
            _ => None,
        };
        let next_day = now.date().tomorrow().unwrap_or(now.date());
        let found = on(if tomorrow { next_day } else { now.date() });
        let Some(when) = at(&found) else {
            return Reply::done(about(match (found, height) {
                (Some(Day::AlwaysUp), Height::Horizon) => "HarkSun.stays_up",
                (Some(Day::AlwaysDown), Height::Horizon) => "HarkSun.stays_down",
                (Some(Day::AlwaysUp), Height::Dusk) => "HarkSun.never_dark",
                (Some(Day::AlwaysDown), Height::Dusk) => "HarkSun.stays_dark",
                (Some(Day::Changes { .. }), _) => "HarkSun.never",
                (None, _) => return Reply::with(Speech::of("HarkSun.cannot"), Outcome::Failed),
            }));
        };
        let past = !tomorrow && when <= *now;
        let mut reply =
            Reply::done(about("HarkSun.at").with("past", past).with("time", time(&when)));
        if past && let Some(next) = at(&on(next_day)) {
            let next = Speech::of("HarkSun.at").with("event", event).with("time", time(&next));
            reply.speech.push(next.with("tomorrow", true));
        }
        reply
    }
}

/// A time as a clock shows it: `3:10 PM`.
fn time(at: &Zoned) -> Speech {
    Speech::of("hark.time").with("hour", at.hour()).with("minute", at.minute())
}

/// The time of today that was said, if one was.
fn time_of_day(intent: &Intent, now: &Zoned) -> Option<Zoned> {
    let at = today_at(intent, now.date())?;
    at.to_zoned(now.time_zone().clone()).ok()
}

/// The time in another place, now or when it is some other time here.
fn elsewhere(intent: &Intent, now: &Zoned) -> Reply {
    let said = intent.slots.iter().find(|slot| slot.name == "zone");
    let zone = intent.text("zone").unwrap_or_default();
    let place = said.map(|slot| title(slot.text.expose())).unwrap_or_default();
    if zone == SEVERAL {
        let speech = Speech::of("HarkTimeIn.several").with("place", place);
        return Reply::with(speech, Outcome::Failed);
    }
    let Ok(zone) = ZONES.get(zone) else {
        let place = intent.text("place").map_or(place, title);
        let speech = Speech::of("HarkTimeIn.unknown").with("place", place);
        return Reply::with(speech, Outcome::Failed);
    };
    let here = time_of_day(intent, now);
    let key = if here.is_some() { "HarkTimeIn.then" } else { "HarkTimeIn.there" };
    let here = here.unwrap_or_else(|| now.clone());
    let there = here.with_time_zone(zone);
    let speech = dated(key, there.date()).with("place", place).with("here", clock(here.time()));
    let other_day = there.date() != here.date();
    Reply::done(speech.with("time", time(&there)).with("other_day", other_day))
}

/// `new york` as it is written: `New York`.
fn title(words: &str) -> String {
    let word = |word: &str| match word {
        "uk" | "us" | "usa" | "uae" | "dc" | "utc" => word.to_uppercase(),
        "the" | "of" | "de" => word.to_owned(),
        _ => {
            let mut signs = word.chars();
            let first = signs.next().map(char::to_uppercase);
            first.into_iter().flatten().chain(signs).collect()
        }
    };
    words.to_lowercase().split_whitespace().map(word).collect::<Vec<_>>().join(" ")
}

fn date_of(named: &Named, now: &Zoned) -> Reply {
    let Named { date, name, has_year, unsaid } = named;
    let key = match unsaid {
        Unsaid::Weekday => "HarkDateOf.weekday",
        Unsaid::Date => "HarkDateOf.date",
        Unsaid::Both => "HarkDateOf.both",
        Unsaid::When => "HarkDateOf.when",
    };
    // The year of a date that was named without one, if it is not this.
    let says_year = date.year() != now.year() && !has_year;
    let speech = dated(key, *date).with("name", name.clone()).with("says_year", says_year);
    Reply::done(speech.with("past", *date < now.date()))
}

fn days_until(named: &Named, today: Date, weeks: bool) -> Reply {
    let days = usize::try_from(named.date.duration_since(today).as_hours() / 24).unwrap_or(0);
    let speech = Speech::of("HarkDaysUntil.left").with("name", named.name.clone());
    let (whole, left) = if weeks { (days / 7, days % 7) } else { (0, days) };
    let speech = speech.with("all_days", days).with("in_weeks", weeks);
    Reply::done(speech.with("weeks", whole).with("days", left))
}

impl Skill for Clock {
    fn name(&self) -> &'static str {
        "clock"
    }

    fn intents(&self) -> &'static [Handles] {
        const {
            &[
                Handles::new("HassGetCurrentTime", Risk::Public),
                Handles::new("HassGetCurrentDate", Risk::Public),
                Handles::new("HarkWeekday", Risk::Public),
                Handles::new("HarkTimeIn", Risk::Public),
                Handles::new("HarkDateOf", Risk::Public),
                Handles::new("HarkDaysUntil", Risk::Public),
                Handles::new("HarkWeekNumber", Risk::Public),
                Handles::new("HarkSun", Risk::Public),
                // Asked by whoever is to do something when it is dark.
                Handles::new("HarkIsDark", Risk::Public),
            ]
        }
    }

    fn handle<'a>(&'a self, intent: &'a Intent, context: &'a Context) -> Answering<'a> {
        Box::pin(std::future::ready(self.answer(intent, context)))
    }
}
