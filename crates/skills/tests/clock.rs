//! The time and the date here and elsewhere, and the sun.

mod common;

use language::testing::{english, language};
use std::time::SystemTime;

use common::{say, talk};
use jiff::civil::{DateTime, date};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use skills::{Clock, Place};
use voice::Outcome;

const BERLIN: Place = Place { latitude: 52.52, longitude: 13.405 };

fn zone(name: &str) -> TimeZone {
    TimeZoneDatabase::bundled().get(name).expect("the zone is bundled")
}

fn at(time: DateTime) -> SystemTime {
    time.to_zoned(zone("Europe/Berlin")).expect("a valid time").timestamp().into()
}

/// Sunday, 22 November 2026, ten past three.
fn afternoon() -> SystemTime {
    at(date(2026, 11, 22).at(15, 10, 0, 0))
}

fn clock(place: Option<Place>) -> Clock {
    Clock::new(zone("Europe/Berlin"), place)
}

#[tokio::test]
async fn days_are_found_in_the_calendar() {
    talk(
        &clock(None),
        afternoon(),
        &[
            ("what day is the 24th of december", "December 24 is a Thursday."),
            ("what day is the fourth of july", "July 4, 2027 is a Sunday."),
            ("what day is christmas", "Christmas is on Friday, December 25."),
            ("what date is next friday", "Next Friday is November 27."),
            ("what day was it yesterday", "Yesterday was Saturday, November 21."),
            ("what day is it in ten days", "10 days from now is Wednesday, December 2."),
            ("what day is february 29th 2027", "There's no February 29, 2027."),
            ("how many days until christmas", "33 days until Christmas."),
            ("how many weeks until christmas", "4 weeks and 5 days until Christmas."),
            ("how long until new year's eve", "39 days until New Year's Eve."),
            ("how long until the 3rd of may", "162 days until May 3."),
            ("how long until monday", "Monday is tomorrow."),
            ("how many days until november 22nd", "November 22 is today."),
            ("what year is it", "It's Sunday, November 22, 2026."),
            ("what was the date yesterday", "Yesterday was Saturday, November 21."),
            ("what week is it", "It's week 47."),
        ],
    )
    .await;
}

#[tokio::test]
async fn it_knows_the_time_elsewhere() {
    talk(
        &clock(None),
        afternoon(),
        &[
            ("what time is it in tokyo", "It's 11:10 PM in Tokyo."),
            ("what time is it in new york", "It's 9:10 AM in New York."),
            ("what's the time in auckland", "It's 3:10 AM on Monday in Auckland."),
            ("what time is it in india", "It's 7:40 PM in India."),
            ("what time is it in the uk", "It's 2:10 PM in the UK."),
            (
                "what time is it in australia",
                "Australia has more than one time zone. Ask me about a city.",
            ),
            (
                "what time is it in the united states",
                "The United States has more than one time zone. Ask me about a city.",
            ),
            (
                "what time is it in gotham",
                "I don't know the time in Gotham. Try a large city nearby.",
            ),
        ],
    )
    .await;
}

#[test]
fn every_place_has_a_zone() {
    let (_, places) = language()
        .sentences()
        .into_iter()
        .find(|(name, _)| name.contains("places"))
        .expect("the list");
    let zones = places.lines().filter_map(|line| line.split_once("out: "));
    let mut count = 0;
    for (line, zone) in zones {
        let zone = zone.trim_end_matches('}');
        count += 1;
        let known = zone == "several" || TimeZoneDatabase::bundled().get(zone).is_ok();
        assert!(known, "{zone} in {line}");
    }
    assert!(count >= 200, "only {count} places");
}

#[tokio::test]
async fn the_sun_rises_and_sets_where_the_household_is() {
    let clock = clock(Some(BERLIN));
    talk(
        &clock,
        afternoon(),
        &[
            ("when does the sun set", "Today the sun sets at 4:04 PM."),
            (
                "what time is sunrise",
                "Today the sun rose at 7:40 AM. Tomorrow the sun rises at 7:41 AM.",
            ),
            ("what time does the sun set tomorrow", "Tomorrow the sun sets at 4:03 PM."),
            ("when will it get dark", "Today it gets dark at 4:43 PM."),
            ("when does it get light tomorrow", "Tomorrow it gets light at 7:02 AM."),
        ],
    )
    .await;
    // After sunset in summer.
    let night = at(date(2026, 6, 21).at(23, 0, 0, 0));
    let speech = english(&say(&clock, "when is sunset", night).await.speech);
    assert!(speech.starts_with("Today the sun set at 9:33 PM."), "{speech}");
}

#[tokio::test]
async fn where_the_sun_does_not_rise_it_says_so() {
    let tromso = Some(Place { latitude: 69.65, longitude: 18.96 });
    let clock = Clock::new(zone("Europe/Oslo"), tromso);
    let winter = at(date(2026, 12, 21).at(12, 0, 0, 0));
    let summer = at(date(2026, 6, 21).at(12, 0, 0, 0));
    talk(&clock, winter, &[("when is sunrise", "Today the sun doesn't rise.")]).await;
    talk(
        &clock,
        summer,
        &[
            ("when is sunset", "Today the sun doesn't set."),
            ("when will it get dark", "Today it doesn't get dark."),
        ],
    )
    .await;
}

#[tokio::test]
async fn without_a_place_there_is_no_sun() {
    let reply = say(&clock(None), "what time is sunset", afternoon()).await;
    let speech = "I don't know where I am. Set my location in the configuration.";
    assert_eq!(english(&reply.speech), speech);
    assert!(reply.outcome == Outcome::Failed);
}
