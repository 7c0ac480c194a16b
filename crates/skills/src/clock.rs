//! The time, the date, other days, other places, and the sun.

use std::sync::LazyLock;

use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, Zoned};
use voice::{BoxFuture, Context, Error, Handles, Intent, Outcome, Reply, Result, Risk, Skill};

use crate::dates::{self, Named, NoSuchDay, Unsaid};
use crate::sun::{Day, Height, Place, day};
use crate::words::{capital, number_of};

/// That of the program, so that the answer does not depend on what the system has.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);
/// What the list of places calls countries with more than one time zone.
const SEVERAL: &str = "several";
const TIME: &str = "%-I:%M %p";

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
            "HassGetCurrentTime" => Reply::done(format!("It's {}.", now.strftime(TIME))),
            "HassGetCurrentDate" => Reply::done(now.strftime("It's %A, %B %-d, %Y.").to_string()),
            "HarkWeekNumber" => {
                let week = now.date().iso_week_date().week();
                Reply::done(format!("It's week {week}."))
            }
            "HarkTimeIn" => elsewhere(intent, &now),
            "HarkSun" => self.sun(intent, &now),
            "HarkDateOf" | "HarkDaysUntil" => match dates::named(intent, now.date()) {
                Ok(Some(named)) if intent.name == "HarkDateOf" => date_of(&named, &now),
                Ok(Some(named)) => days_until(&named, now.date(), intent.response == "weeks"),
                Ok(None) => Reply::with("I don't know that day.", Outcome::Failed),
                Err(NoSuchDay(day)) => Reply::with(format!("There is no {day}."), Outcome::Failed),
            },
            _ => Reply::done(now.strftime("It's %A.").to_string()),
        };
        Ok(reply)
    }

    fn sun(&self, intent: &Intent, now: &Zoned) -> Reply {
        let Some(place) = self.place else {
            let speech = "I don't know where I am. Set the place in my configuration.";
            return Reply::with(speech, Outcome::Failed);
        };
        let event = intent.text("event").unwrap_or("set");
        let tomorrow = intent.number("day") == Some(1.0);
        let rises = matches!(event, "rise" | "light");
        let height = if matches!(event, "dark" | "light") { Height::Dusk } else { Height::Horizon };
        let (verb, past) = match event {
            "rise" => ("the sun rises", "the sun rose"),
            "light" => ("it gets light", "it got light"),
            "dark" => ("it gets dark", "it got dark"),
            _ => ("the sun sets", "the sun set"),
        };
        let on = |date: Date| day(place, date, now.time_zone(), height);
        let at = |found: &Option<Day>| match found {
            Some(Day::Changes { rise, set }) => if rises { rise } else { set }.clone(),
            _ => None,
        };
        let next_day = now.date().tomorrow().unwrap_or(now.date());
        let found = on(if tomorrow { next_day } else { now.date() });
        let when = if tomorrow { "Tomorrow" } else { "Today" };
        let Some(time) = at(&found) else {
            return Reply::done(match (found, height) {
                (Some(Day::AlwaysUp), Height::Horizon) => format!("{when} the sun stays up."),
                (Some(Day::AlwaysDown), Height::Horizon) => format!("{when} the sun stays down."),
                (Some(Day::AlwaysUp), Height::Dusk) => format!("{when} it doesn't get dark."),
                (Some(Day::AlwaysDown), Height::Dusk) => format!("{when} it stays dark."),
                (Some(Day::Changes { .. }), _) => format!("{when} that doesn't happen."),
                (None, _) => {
                    let speech = "I can't work that out for the place in my configuration.";
                    return Reply::with(speech, Outcome::Failed);
                }
            });
        };
        if tomorrow {
            return Reply::done(format!("Tomorrow {verb} at {}.", time.strftime(TIME)));
        }
        if time > *now {
            return Reply::done(format!("Today {verb} at {}.", time.strftime(TIME)));
        }
        let mut speech = format!("Today {past} at {}.", time.strftime(TIME));
        if let Some(time) = at(&on(next_day)) {
            speech = format!("{speech} Tomorrow {verb} at {}.", time.strftime(TIME));
        }
        Reply::done(speech)
    }
}

/// The wall clock at the time of the request.
pub(crate) fn local(context: &Context, zone: &TimeZone) -> Result<Zoned> {
    let now = Timestamp::try_from(context.now);
    let now = now.map_err(|error| Error::failed("read the clock", error))?;
    Ok(now.to_zoned(zone.clone()))
}

/// The time in another place.
fn elsewhere(intent: &Intent, now: &Zoned) -> Reply {
    let said = intent.slots.iter().find(|slot| slot.name == "zone");
    let zone = intent.text("zone").unwrap_or_default();
    let place = said.map(|slot| title(slot.text.expose())).unwrap_or_default();
    if zone == SEVERAL {
        let place = capital(&place);
        let speech = format!("{place} has more than one time zone. Ask me for a city.");
        return Reply::with(speech, Outcome::Failed);
    }
    let Ok(zone) = ZONES.get(zone) else {
        let place = intent.text("place").map_or(place, title);
        let speech = format!("I don't know the time in {place}. Ask me for a large city nearby.");
        return Reply::with(speech, Outcome::Failed);
    };
    let there = now.with_time_zone(zone);
    let day = if there.date() == now.date() {
        String::new()
    } else {
        format!(" on {}", there.strftime("%A"))
    };
    Reply::done(format!("In {place} it's {}{day}.", there.strftime(TIME)))
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
    let Named { date, name, unsaid } = named;
    let is = if *date < now.date() { "was" } else { "is" };
    // The year of a date that was named without one, if it is not this.
    let year = if date.year() == now.year() || name.contains(", ") { "" } else { ", %Y" };
    let name = capital(name);
    Reply::done(match unsaid {
        Unsaid::Weekday => date.strftime(&format!("{name}{year} {is} a %A.")).to_string(),
        Unsaid::Date => date.strftime(&format!("{name} {is} %B %-d{year}.")).to_string(),
        Unsaid::Both => date.strftime(&format!("{name} {is} %A, %B %-d{year}.")).to_string(),
        Unsaid::When => date.strftime(&format!("{name} {is} on %A, %B %-d{year}.")).to_string(),
    })
}

fn days_until(named: &Named, today: Date, weeks: bool) -> Reply {
    let Named { date, name, .. } = named;
    let days = usize::try_from(date.duration_since(today).as_hours() / 24).unwrap_or(0);
    let length = match (days / 7, days % 7) {
        (whole, 0) if weeks => number_of(whole, "week"),
        (whole, left) if weeks => {
            format!("{} and {}", number_of(whole, "week"), number_of(left, "day"))
        }
        _ => number_of(days, "day"),
    };
    Reply::done(match days {
        0 => format!("{} is today.", capital(name)),
        1 => format!("{} is tomorrow.", capital(name)),
        _ => format!("{length} until {name}."),
    })
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
            ]
        }
    }

    fn handle<'a>(
        &'a self,
        intent: &'a Intent,
        context: &'a Context,
    ) -> BoxFuture<'a, Result<Reply>> {
        Box::pin(std::future::ready(self.answer(intent, context)))
    }
}
