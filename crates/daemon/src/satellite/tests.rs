//! A satellite without ears and voice.

use std::time::Duration;

use assistant::Parts;
use home::House;
use skills::{Book, Books, Household, MemoryBook, Timer};
use tokio::runtime::Runtime;
use tokio::sync::broadcast;
use voice::session::Chime;
use voice::{Event, Status, Turn, TurnIds};

use super::*;
use crate::hub::{self, Handle};
use crate::queues::{ToHub, ToSatellite};
pub(crate) use crate::satellite::start::Ends;

mod log;
mod privacy;

/// A hub that keeps nothing.
pub(crate) fn hub(
    runtime: &Runtime,
    house: Arc<House>,
    books: Books,
) -> (Hub, mpsc::Receiver<Turn>) {
    let home = skills::Home { zone: jiff::tz::TimeZone::UTC, place: None };
    let household = runtime.block_on(Household::open(books, home));
    let (turn, turns) = mpsc::channel(4);
    let hub = Hub {
        house,
        household: household.expect("memory can be read"),
        store: None,
        recorder: mpsc::channel(1).0,
        events: broadcast::Sender::new(64),
        status: watch::Sender::new(Status::default()),
        turn_ids: TurnIds::default(),
        rules: watch::Sender::new(Rules::default()),
        voices: watch::Sender::default(),
        household_changed: watch::Sender::new(()),
        turns: Some(turn),
        ended: watch::Sender::default(),
    };
    (hub, turns)
}

/// A house with nothing in it.
pub(crate) fn empty() -> Arc<House> {
    Arc::new(House::new(&home::Config::default()).expect("an empty house"))
}

/// A satellite at rest, what gives it orders, and what its workers would take.
pub(crate) fn at_rest(
    assistant: Arc<Assistant>,
    area: Option<&str>,
    hub: Hub,
) -> (Satellite, ToSatellite, Ends) {
    let (area, config) = (area.map(str::to_owned), voice::session::Config::default());
    Satellite::new(SatelliteId::local(), area, Arc::new(hub), assistant, config)
}

/// The hub of a satellite, and what is sent to it.
pub(crate) fn driver(
    runtime: &Runtime,
    satellite: Satellite,
    orders: ToSatellite,
) -> (hub::Driver, mpsc::Sender<ToHub>) {
    let (inbox, taken) = mpsc::channel(64);
    let mut driver = hub::Driver::new(Arc::clone(&satellite.hub), taken);
    driver.satellites.push(Handle { id: satellite.id.clone(), orders, renamed: None });
    driver.running.spawn_on(satellite.run(), runtime.handle());
    (driver, inbox)
}

const HOUSE: &str = "
entities:
  media_player.den: {name: Den, area: den, state: playing}
  media_player.radio: {name: Radio, area: kitchen, state: playing}
";

/// How loud the one in the den and the radio in the kitchen are.
fn volumes(house: &House) -> Vec<String> {
    let percent = |detail: String| detail.split(' ').nth(1).unwrap_or_default().to_owned();
    house.details().into_iter().map(|(_, detail)| percent(detail)).collect()
}

/// How loud the rings are that were ordered meanwhile.
fn rung(ends: &Ends) -> Vec<f32> {
    let rings = ends.speak.try_iter().filter_map(|order| match order {
        SpeakOrder::Chime { chime: Chime::Alarm, loudness, .. } => loudness,
        _ => None,
    });
    rings.collect()
}

#[test]
fn what_plays_nearby_makes_room_for_what_rings() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let runtime = runtime.expect("a runtime");
    let house = House::new(&home::Config::from_yaml(HOUSE).expect("a house")).expect("a house");
    let house = Arc::new(house);
    let texts = crate::texts("en").expect("the built-in sentences");
    let (lists, skills, routines) = (house.lists(), Vec::new(), Vec::new());
    let assistant = Assistant::new(Parts { texts, lists, skills, routines, area: None });
    let assistant = Arc::new(assistant.expect("an assistant"));
    let timers = Arc::new(MemoryBook::default());
    let timer = Timer {
        locked: false,
        id: 0,
        satellite: SatelliteId::local(),
        name: None,
        due: std::time::SystemTime::now(),
        total: Duration::from_secs(60),
        paused_left: None,
        ringing: false,
    };
    runtime.block_on(timers.save(&timer)).expect("memory can be written");
    let books = Books { timers, ..Books::in_memory() };
    let (hub, _turns) = hub(&runtime, Arc::clone(&house), books);
    let (mut satellite, _orders, ends) = at_rest(assistant, Some("kitchen"), hub);
    satellite.volume.percent = 0;

    runtime.block_on(async {
        let due = satellite.hub.household.timers.due(std::time::SystemTime::now()).await;
        for (_, reply) in due.expect("memory can be written") {
            satellite.obey(Order::Announce(reply), Instant::now());
        }
        satellite.carry_out().await;
        satellite.follow_ringing(Instant::now());
        assert_eq!(volumes(&house), ["50", "15"]);
        let Some(SpeakOrder::Chime { chime: Chime::Alarm, loudness: Some(first), .. }) =
            ends.speak.try_iter().next()
        else {
            panic!("it must ring");
        };
        assert!(first > 0.05, "who turned the answers off still hears it: {first}");

        // While it is announced nothing rings; then each ring is louder than the one before.
        let now = Instant::now();
        satellite.ring(now);
        assert!(rung(&ends).is_empty());
        let spoken = Input::Spoken { turn: TurnId(1), first_audio_ms: None };
        satellite.session.handle(spoken, now);
        let mut rings = Vec::new();
        for _ in 0..25 {
            satellite.ring(now);
            rings.extend(rung(&ends));
        }
        assert!(rings.len() == 25 && first < rings[0] && rings.is_sorted(), "{rings:?}");
        assert!(rings[24] >= 1.0);

        // Who says the wake word is not shouted down.
        let stops = satellite.stopper.stops();
        let wake = voice::Wake { word: "computer".into(), score: 1.0, threshold: 0.5, at: 0 };
        satellite.session.handle(Input::Wake(wake), now);
        satellite.carry_out().await;
        assert!(satellite.stopper.stops() > stops);

        satellite.hub.household.timers.stop_ringing().await.expect("memory can be written");
        satellite.follow_ringing(Instant::now());
        assert_eq!(volumes(&house), ["50", "50"]);
        assert!(satellite.ringing.is_none());
    });
}
