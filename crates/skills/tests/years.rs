//! Centuries of alarms, reminders and timers, with clocks that are set, power cuts and leap days:
//! what was to happen happens once, or is told once if it was missed.

use language::testing::english;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use skills::{Agenda, Book, Due, Entry, Home, MemoryBook, Step, Timer, Timers};
use voice::{Context, Intent, Skill};

const YEARS_EACH: i16 = 100;
/// A generator of numbers that is the same everywhere (xorshift64*).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % bound
    }
}

fn alarm(label: &str) -> Intent {
    Intent::named("HarkSetAlarm").with_text("label", label)
}

fn reminder(task: &str) -> Intent {
    Intent::named("HarkAddReminder").with_text("task", task)
}

/// Its name, the command, and on which days it is to happen.
type Order = (&'static str, Intent, fn(Date) -> bool);

/// What is ordered at the beginning.
fn orders() -> [Order; 10] {
    let at = |intent: Intent, hour: f64, minute: f64| {
        intent.with_number("hour", hour).with_number("minute", minute).with_text("half_day", "am")
    };
    let weekday = |date: Date| date.weekday().to_monday_zero_offset() < 5;
    // Where clocks are set, they are set at these times.
    [
        ("dawn", at(alarm("dawn"), 2.0, 30.0).with_text("repeated", "daily"), |_| true),
        ("midnight", at(alarm("midnight"), 12.0, 0.0).with_text("repeated", "daily"), |_| true),
        ("work", at(alarm("work"), 6.0, 30.0).with_text("repeated", "weekdays"), weekday),
        (
            "leap",
            at(reminder("leap"), 9.0, 0.0)
                .with_number("month", 2.0)
                .with_number("month_day", 29.0)
                .with_number("yearly", 1.0),
            |date| date.month() == 2 && date.day() == date.days_in_month() && date.day() >= 28,
        ),
        ("sunday", at(reminder("sunday"), 1.0, 45.0).with_text("repeated", "sunday"), |date| {
            date.weekday().to_monday_zero_offset() == 6
        }),
        (
            "rent",
            at(reminder("rent"), 2.0, 30.0)
                .with_number("monthly", 1.0)
                .with_number("month_day", 31.0),
            |date| date.day() == date.days_in_month(),
        ),
        (
            "salary",
            at(reminder("salary"), 12.0, 0.0)
                .with_number("monthly", 1.0)
                .with_number("month_day", 15.0),
            |date| date.day() == 15,
        ),
        (
            "training",
            at(alarm("training"), 2.0, 30.0)
                .with_text("repeated", "monday")
                .with_text("repeated_2", "wednesday")
                .with_text("repeated_3", "sunday"),
            |date| matches!(date.weekday().to_monday_zero_offset(), 0 | 2 | 6),
        ),
        (
            "disco",
            // Friday night at one.
            reminder("disco")
                .with_text("repeated", "friday")
                .with_text("day_part", "night")
                .with_number("hour", 1.0),
            |date| date.weekday().to_monday_zero_offset() == 5,
        ),
        (
            "bins",
            at(reminder("bins"), 1.0, 15.0)
                .with_text("repeated", "daily")
                .with_text("except", "sunday"),
            |date| date.weekday().to_monday_zero_offset() != 6,
        ),
    ]
}

/// A household that is simulated.
struct World {
    zone: TimeZone,
    agenda: Agenda,
    timers: Arc<Timers>,
    agenda_book: Arc<MemoryBook<Entry>>,
    timer_book: Arc<MemoryBook<Timer>>,
    /// What rang or was said, by what and on which day.
    happened: BTreeMap<(String, Date), u32>,
    told: u32,
    timers_done: u32,
}

impl World {
    async fn new(zone: &str) -> Self {
        let zone = TimeZone::get(zone).expect("a zone");
        let (agenda_book, timer_book) = (Arc::default(), Arc::default());
        let (agenda, timers) = Self::open(&agenda_book, &timer_book, &zone).await;
        let happened = BTreeMap::new();
        Self { zone, agenda, timers, agenda_book, timer_book, happened, told: 0, timers_done: 0 }
    }

    async fn open(
        agenda_book: &Arc<MemoryBook<Entry>>,
        timer_book: &Arc<MemoryBook<Timer>>,
        zone: &TimeZone,
    ) -> (Agenda, Arc<Timers>) {
        let timers = Timers::new(Arc::clone(timer_book) as Arc<dyn Book<Timer>>).await;
        let timers = Arc::new(timers.expect("memory can be read"));
        let home = Home { zone: zone.clone(), place: None };
        let book = Arc::clone(agenda_book) as Arc<dyn Book<Entry>>;
        let agenda = Agenda::new(book, home, Arc::clone(&timers)).await;
        (agenda.expect("memory can be read"), timers)
    }

    async fn restart(&mut self) {
        (self.agenda, self.timers) =
            Self::open(&self.agenda_book, &self.timer_book, &self.zone).await;
    }

    async fn order(&self, skill: &dyn Skill, intent: &Intent, now: Timestamp) {
        let context = Context::at(now.into());
        let reply = skill.handle(intent, &context).await.expect("memory can be written");
        assert!(reply.outcome == voice::Outcome::Done, "{}", english(&reply.speech));
    }

    fn next_due(&self) -> Option<Timestamp> {
        let due = [self.agenda.next_due(), self.timers.next_due()].into_iter().flatten().min();
        due.map(|due| Timestamp::try_from(due).expect("a time"))
    }

    /// A timer of that many seconds; says when it is due.
    async fn start_timer(&self, seconds: f64, now: Timestamp) -> SystemTime {
        let timer = Intent::named("HassStartTimer").with_number("seconds", seconds);
        self.order(&*self.timers, &timer, now).await;
        self.timers.next_due().expect("it runs")
    }

    /// The clock is set to `now`.
    async fn set_clock(&self, step: Step, now: Timestamp) {
        self.timers.clock_moved(step).await.expect("memory can be written");
        self.agenda.clock_moved(step, now.into()).await.expect("memory can be written");
    }

    /// A board without a clock loses its power: it starts with a time that it saved within the last hour, or with
    /// none, until the network tells it a better one. Then it loses it again. Says how many timers were started.
    async fn lose_clock(&mut self, now: Timestamp, chance: &mut Chance, orders: &[&str]) -> u32 {
        let due = self.start_timer(1.0 + chance.below(20) as f64, now).await;
        self.restart().await;
        let behind = 1 + chance.below(3600) as i64;
        let saved = now - behind.seconds();
        let saved = if chance.below(3) == 0 { Timestamp::UNIX_EPOCH } else { saved };
        self.due(saved, orders).await;
        let ordered = self.start_timer(1.0, saved).await;
        let seconds = now.duration_since(saved).as_secs();
        self.set_clock(Step { seconds, believed: false }, now).await;
        let moved = ordered + Duration::from_secs(seconds.unsigned_abs());
        assert_eq!(self.timers.next_due(), Some(due.min(moved)), "what was ordered before stays");
        self.restart().await;
        2
    }

    /// A clock that was right jumps ahead by some seconds, and comes back a moment later. Says what it shows then.
    async fn jump(&mut self, now: Timestamp, by: i64, orders: &[&str]) -> Timestamp {
        let told = self.told;
        self.set_clock(set_by(by), now + by.seconds()).await;
        self.due(now + by.seconds(), orders).await;
        let back = now + 33.seconds();
        self.due(back + by.seconds(), orders).await;
        self.set_clock(set_by(-by), back).await;
        assert_eq!(self.told, told, "nothing was missed at {now}");
        back
    }

    /// Whether nothing waits to be told, and nothing happens in the quarter of an hour before that time and the
    /// minute after it.
    fn is_quiet(&self, at: Timestamp) -> bool {
        let kinds = [skills::Kind::Alarm, skills::Kind::Reminder];
        kinds.into_iter().flat_map(|kind| self.agenda.entries(kind)).all(|entry| {
            let next = entry.rule.next(at - 16.minutes(), self.agenda.home());
            entry.missed.is_none() && next.is_none_or(|next| next > at + 1.minute())
        })
    }

    async fn due(&mut self, now: Timestamp, orders: &[&str]) {
        let wall = SystemTime::from(now);
        let today = now.to_zoned(self.zone.clone()).date();
        for due in self.agenda.due(wall).await.expect("memory can be written") {
            let Due::Announce(_, reply) = due else { panic!("nothing is to be done") };
            let speech = english(&reply.speech);
            if speech.starts_with("I was off") {
                self.told += 1;
                continue;
            }
            let name = orders.iter().find(|name| speech.contains(*name)).expect("a known one");
            *self.happened.entry(((*name).to_owned(), today)).or_default() += 1;
        }
        let done = self.timers.due(wall).await.expect("memory can be written");
        self.timers_done += u32::try_from(done.len()).expect("few");
        // Somebody is at home.
        self.agenda.stop_ringing().await.expect("memory can be written");
        self.timers.stop_ringing().await.expect("memory can be written");
    }
}

async fn live(zone: &str, seed: u64) {
    let mut chance = Chance(seed);
    let mut world = World::new(zone).await;
    let begin = date(2027, 1, 1);
    let end = begin.checked_add(YEARS_EACH.years()).expect("a date");
    let moment = |date: Date| {
        date.to_datetime(jiff::civil::Time::midnight())
            .to_zoned(TimeZone::get(zone).expect("a zone"))
            .expect("a time")
            .timestamp()
    };
    // Yesterday at noon everything was ordered.
    let mut now = moment(begin) - 12.hours();
    let orders = orders();
    let names = orders.each_ref().map(|(name, ..)| *name);
    for (_, intent, _) in &orders {
        world.order(&world.agenda, intent, now).await;
    }
    // The last of them is moved, from 1:15 to where clocks are set.
    let moved = Intent::named("HarkChange").with_number("hour", 3.0);
    world.order(&world.agenda, &moved, now).await;
    assert!(world.agenda.entries(skills::Kind::Reminder).iter().any(|entry| {
        matches!(entry.rule, skills::Rule::Weekly { days: 0b011_1111, time } if time.hour() == 3)
    }));
    let until = moment(end);
    let mut off = BTreeSet::new();
    let (mut outages, mut started, mut jumps) = (0, 0, 0);
    while now < until {
        match chance.below(400) {
            // The power goes for up to four days.
            0 => {
                let gone = now;
                now += Duration::from_secs(chance.below(4 * 24 * 3600));
                let mut day = gone.to_zoned(world.zone.clone()).date();
                while day <= now.to_zoned(world.zone.clone()).date() {
                    off.insert(day);
                    day = day.tomorrow().expect("a date");
                }
                world.restart().await;
                outages += 1;
            }
            // It goes for a second.
            1..4 => world.restart().await,
            // A timer is set, and the clock is corrected by some seconds while it runs.
            4..8 => {
                let due = world.start_timer(1.0 + chance.below(20) as f64, now).await;
                started += 1;
                let by = chance.below(600);
                world.timers.clock_moved(set_by(by as i64)).await.expect("memory can be written");
                let moved = due + Duration::from_secs(by);
                assert_eq!(world.timers.next_due(), Some(moved), "what is left stays");
                world
                    .timers
                    .clock_moved(set_by(-(by as i64)))
                    .await
                    .expect("memory can be written");
            }
            8..10 => started += world.lose_clock(now, &mut chance, &names).await,
            10..12 => {
                let by = 1800 + chance.below(4 * 24 * 3600) as i64;
                if world.is_quiet(now + by.seconds()) {
                    now = world.jump(now, by, &names).await;
                    jumps += 1;
                }
            }
            _ => {}
        }
        let next = world.next_due().expect("there is always something to come");
        // The speaker is up to three seconds late.
        now = now.max(next) + Duration::from_millis(chance.below(3000));
        world.due(now, &names).await;
    }
    let (mut expected, mut missed) = (0, 0);
    for (name, _, is_day) in &orders {
        for day in begin.series(1.day()).take_while(|day| *day < end) {
            let count = world.happened.get(&((*name).to_owned(), day)).copied().unwrap_or(0);
            assert!(count <= 1, "{zone}: {name} happened {count} times on {day}");
            assert!(count == 0 || is_day(day), "{zone}: {name} happened on {day}");
            if is_day(day) && exists(day, zone) {
                expected += 1;
                missed += u32::from(count == 0);
                assert!(count == 1 || off.contains(&day), "{zone}: {name} was lost on {day}");
            }
        }
    }
    assert_eq!(world.timers_done, started, "{zone}: every timer rings once");
    assert!(jumps > 0 && outages > 0 && missed > 0 && world.told > 0 && world.told <= missed);
    println!(
        "{zone}: {YEARS_EACH} years, {expected} alarms and reminders, {missed} while it was off, of which it told {} times after {outages} power cuts, {jumps} jumps of the clock; {started} timers",
        world.told
    );
}

/// Somebody sets a clock that was believed.
fn set_by(seconds: i64) -> Step {
    Step { seconds, believed: true }
}

/// Whether the zone has that day: Samoa left one out.
fn exists(day: Date, zone: &str) -> bool {
    let noon = day.at(12, 0, 0, 0).to_zoned(TimeZone::get(zone).expect("a zone"));
    noon.is_ok_and(|noon| noon.date() == day)
}

/// One test for each zone, so that they run side by side.
macro_rules! centuries {
    ($($name:ident: $zone:literal, $seed:literal;)*) => {
        $(#[tokio::test]
        async fn $name() {
            live($zone, $seed).await;
        })*
    };
}

// Zones with all kinds of summer time, and one with none.
centuries! {
    berlin: "Europe/Berlin", 1;
    new_york: "America/New_York", 2;
    lord_howe: "Australia/Lord_Howe", 3;
    santiago: "America/Santiago", 4;
    casablanca: "Africa/Casablanca", 5;
    kathmandu: "Asia/Kathmandu", 6;
    apia: "Pacific/Apia", 7;
    utc: "UTC", 8;
}
