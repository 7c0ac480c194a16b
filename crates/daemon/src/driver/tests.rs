use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use home::House;
use skills::{Books, Household, MemoryTimers, Timer, TimerBook};
use tokio::runtime::Runtime;
use voice::session::Chime;

use super::*;

mod privacy;

/// What a driver without ears and voice is connected with.
pub(crate) struct Ends {
    pub(crate) listen: Receiver<listen::Order>,
    pub(crate) speak: Receiver<speak::Order>,
    pub(crate) utterances: Receiver<Utterance>,
    pub(crate) turns: mpsc::Receiver<Turn>,
}

/// A driver at rest that keeps nothing.
pub(crate) fn at_rest(
    runtime: &Runtime,
    understanding: Arc<Understanding>,
    room: Room,
    books: Books,
) -> (Driver, Ends) {
    let (sender, messages) = mpsc::channel(64);
    let (utterance_orders, utterances) = sync_channel(64);
    let (listen_orders, listen) = sync_channel(64);
    let (speak_orders, speak) = sync_channel(64);
    let (turn, turns) = mpsc::channel(4);
    let home = skills::Home { zone: jiff::tz::TimeZone::UTC, place: None };
    let household = runtime.block_on(Household::open(books, home));
    let (_, devices) = watch::channel(Vec::new());
    let driver = Driver {
        session: Session::new(voice::session::Config::default(), false),
        messages,
        sender,
        listen: listen_orders,
        speak: speak_orders,
        utterances: utterance_orders,
        listening: None,
        renamed: None,
        second: None,
        abort: stt::Canceller::default(),
        stopper: Stopper::default(),
        understanding,
        household: household.expect("memory can be read"),
        clock: WallClock::new(),
        ringing: None,
        room,
        house: devices,
        store: None,
        recorder: mpsc::channel(1).0,
        events: broadcast::Sender::new(64),
        status: watch::Sender::new(Status::default()),
        turns: Some(turn),
        volume: FULL_VOLUME,
        modes: Modes::default(),
        failed: VecDeque::new(),
    };
    (driver, Ends { listen, speak, utterances, turns })
}

/// The room of a speaker that stands nowhere.
pub(crate) fn nowhere() -> Room {
    let house = House::new(&home::Config::default()).expect("an empty house");
    Room { house: Arc::new(house), area: None }
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
fn rings(ends: &Ends) -> Vec<f32> {
    let rings = ends.speak.try_iter().filter_map(|order| match order {
        speak::Order::Chime { chime: Chime::Alarm, loudness, .. } => loudness,
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
    let sentences = crate::sentences().expect("the built-in sentences");
    let understanding = Understanding::new(sentences, house.lists(), Vec::new(), None, Vec::new());
    let understanding = Arc::new(understanding.expect("a house"));
    let room = Room { house: Arc::clone(&house), area: Some("kitchen".to_owned()) };
    let timers = Arc::new(MemoryTimers::default());
    let timer = Timer {
        id: 0,
        name: None,
        due: SystemTime::now(),
        total: Duration::from_secs(60),
        paused_left: None,
        ringing: false,
    };
    runtime.block_on(timers.save(&timer)).expect("memory can be written");
    let books = Books { timers, ..Books::in_memory() };
    let (mut driver, ends) = at_rest(&runtime, understanding, room, books);
    driver.volume = 0;

    runtime.block_on(async {
        driver.announce().await;
        driver.carry_out().await;
        driver.follow_ringing(Instant::now());
        assert_eq!(volumes(&house), ["50", "15"]);
        let Some(speak::Order::Chime { chime: Chime::Alarm, loudness: Some(first), .. }) =
            ends.speak.try_iter().next()
        else {
            panic!("it must ring");
        };
        assert!(first > 0.05, "who turned the answers off still hears it: {first}");

        // While it is announced nothing rings; then each ring is louder than the one before.
        let now = Instant::now();
        driver.ring(now);
        assert!(rings(&ends).is_empty());
        let spoken = Input::Spoken { turn: TurnId(1), first_audio_ms: None };
        driver.session.handle(spoken, now);
        for _ in 0..25 {
            driver.ring(now);
        }
        let rings = rings(&ends);
        assert!(rings.len() == 25 && first < rings[0] && rings.is_sorted(), "{rings:?}");
        assert!(rings[24] >= 1.0);

        // Who says the wake word is not shouted down.
        let stops = driver.stopper.stops();
        let wake = voice::Wake { word: "computer".into(), score: 1.0, threshold: 0.5, at: 0 };
        driver.session.handle(Input::Wake(wake), now);
        driver.carry_out().await;
        assert!(driver.stopper.stops() > stops);

        driver.household.timers.stop_ringing().await.expect("memory can be written");
        driver.follow_ringing(Instant::now());
        assert_eq!(volumes(&house), ["50", "50"]);
        assert!(driver.ringing.is_none());
    });
}
