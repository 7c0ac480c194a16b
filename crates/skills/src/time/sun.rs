//! Sunrise, sunset and civil twilight.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Serialize};
use solar_positioning::{Events, Horizon, Location, SolarEvents};

/// Where the household is, in degrees.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Positive north of the equator.
    pub latitude: f64,
    /// Positive east of Greenwich.
    pub longitude: f64,
}

/// What the sun does in a day.
#[derive(Clone, PartialEq)]
pub(crate) enum Day {
    /// It rises, sets, or both.
    Changes {
        rise: Option<Zoned>,
        set: Option<Zoned>,
    },
    /// It stays above the horizon that was asked for.
    AlwaysUp,
    AlwaysDown,
}

/// How high the sun is.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Height {
    /// It touches the horizon.
    Horizon,
    /// It is six degrees below: outdoors one needs a light.
    Dusk,
}

/// Seconds between the earth's time and that of atomic clocks; a few more or fewer do not matter
/// to the minute.
const DELTA_T: f64 = 69.0;
const JULIAN_DAY_OF_1970: f64 = 2_440_587.5;
const DAY_MS: f64 = 86_400_000.0;

/// Sunrise and sunset of a day; without one where the sun stays up or down.
pub fn sun(place: Place, date: Date, zone: &TimeZone) -> (Option<Zoned>, Option<Zoned>) {
    match day(place, date, zone, Height::Horizon) {
        Some(Day::Changes { rise, set }) => (rise, set),
        _ => (None, None),
    }
}

/// What the sun does in a day; none for a place or a date that cannot be.
pub(crate) fn day(place: Place, date: Date, zone: &TimeZone, height: Height) -> Option<Day> {
    let midnight = |date: Date| {
        let midnight = date.to_zoned(zone.clone()).ok()?;
        Some(midnight.timestamp().as_millisecond() as f64 / DAY_MS + JULIAN_DAY_OF_1970)
    };
    let location = Location { latitude: place.latitude, longitude: place.longitude };
    let horizon = match height {
        Height::Horizon => Horizon::SunriseSunset,
        Height::Dusk => Horizon::CivilTwilight,
    };
    let (start, end) = (midnight(date)?, midnight(date.tomorrow().ok()?)?);
    let sun = SolarEvents::new();
    let events: Events<f64> =
        sun.for_interval_from_julian(start, end, location, DELTA_T, horizon).ok()?;
    let at = |julian: &f64| {
        let millisecond = (julian - JULIAN_DAY_OF_1970) * DAY_MS;
        let at = Timestamp::from_millisecond(millisecond.round() as i64).ok()?;
        Some(at.to_zoned(zone.clone()))
    };
    Some(if events.always_above() {
        Day::AlwaysUp
    } else if events.always_below() {
        Day::AlwaysDown
    } else {
        Day::Changes {
            rise: events.rises.first().and_then(at),
            set: events.sets.last().and_then(at),
        }
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use jiff::tz::TimeZoneDatabase;

    use super::*;

    /// What almanacs say, in local time.
    #[test]
    fn rise_and_set_are_those_of_almanacs() {
        let berlin = (52.52, 13.405, "Europe/Berlin");
        let sydney = (-33.87, 151.21, "Australia/Sydney");
        let new_york = (40.71, -74.01, "America/New_York");
        let tromso = (69.65, 18.96, "Europe/Oslo");
        for ((latitude, longitude, zone), on, rise, set) in [
            (berlin, date(2026, 6, 21), "04:43", "21:33"),
            (berlin, date(2026, 12, 21), "08:15", "15:54"),
            (sydney, date(2026, 6, 21), "07:00", "16:54"),
            (sydney, date(2026, 12, 22), "05:41", "20:06"),
            (new_york, date(2026, 6, 21), "05:25", "20:31"),
            (new_york, date(2026, 12, 21), "07:17", "16:32"),
            (tromso, date(2026, 12, 21), "-", "-"),
            (tromso, date(2026, 6, 21), "-", "-"),
        ] {
            let zone = TimeZoneDatabase::bundled().get(zone).unwrap();
            let (found_rise, found_set) = sun(Place { latitude, longitude }, on, &zone);
            for (found, expected) in [(found_rise, rise), (found_set, set)] {
                let found = found.map(|at| at.time());
                let apart = match (&found, expected.parse::<jiff::civil::Time>()) {
                    (Some(found), Ok(expected)) => {
                        found.duration_since(expected).abs().as_secs() <= 120
                    }
                    (found, expected) => found.is_none() && expected.is_err(),
                };
                assert!(apart, "{on} at {latitude}: {found:?}, the almanac says {expected}");
            }
        }
    }

    #[test]
    fn polar_night_and_midnight_sun_are_told_apart() {
        let tromso = Place { latitude: 69.65, longitude: 18.96 };
        let zone = TimeZoneDatabase::bundled().get("Europe/Oslo").unwrap();
        let of = |on, height| day(tromso, on, &zone, height);
        assert!(of(date(2026, 12, 21), Height::Horizon) == Some(Day::AlwaysDown));
        assert!(of(date(2026, 6, 21), Height::Horizon) == Some(Day::AlwaysUp));
        // Even then some hours are not dark.
        assert!(matches!(of(date(2026, 12, 21), Height::Dusk), Some(Day::Changes { .. })));
        let nowhere = Place { latitude: 123.0, longitude: 0.0 };
        assert!(day(nowhere, date(2026, 6, 21), &zone, Height::Horizon).is_none());
    }
}
