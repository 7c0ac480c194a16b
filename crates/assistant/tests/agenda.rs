//! Alarms, reminders and later commands, at times that the tests decide.

use language::testing::{english, language};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, SystemTime};

use jiff::civil::{DateTime, date};
use jiff::tz::TimeZone;
use skills::{Agenda, Book, Due, Entry, Home, MemoryBook, Place, Timer, Timers};
use voice::{Context, Intent, Outcome, Question, Reply, Skill, What};

/// A household in Berlin and what it says.
struct Kitchen {
    agenda: Agenda,
    timers: Arc<Timers>,
    book: Arc<MemoryBook<Entry>>,
    timer_book: Arc<MemoryBook<Timer>>,
    home: Home,
}

/// What people may say, read once.
static RECOGNISER: LazyLock<intent::Recogniser> = LazyLock::new(|| {
    let sentences = intent::Sentences::parse(&language().sentences()).expect("valid sentences");
    let recogniser = intent::Recogniser::new(Arc::new(sentences), voice::Lists::default());
    recogniser.expect("all lists exist")
});

impl Kitchen {
    async fn new() -> Self {
        let zone = TimeZone::get("Europe/Berlin").expect("a zone");
        let place = Some(Place { latitude: 52.52, longitude: 13.405 });
        let home = Home { zone, place };
        let book = Arc::new(MemoryBook::default());
        let timer_book = Arc::new(MemoryBook::default());
        let (timers, agenda) = Self::open(&timer_book, &book, &home).await;
        Self { agenda, timers, book, timer_book, home }
    }

    async fn open(
        timer_book: &Arc<MemoryBook<Timer>>,
        book: &Arc<MemoryBook<Entry>>,
        home: &Home,
    ) -> (Arc<Timers>, Agenda) {
        let timers = Timers::new(Arc::clone(timer_book) as Arc<dyn Book<Timer>>).await;
        let timers = Arc::new(timers.expect("memory can be read"));
        let book = Arc::clone(book) as Arc<dyn Book<Entry>>;
        let agenda = Agenda::new(book, home.clone(), Arc::clone(&timers)).await;
        (timers, agenda.expect("memory can be read"))
    }

    /// The power goes and comes back.
    async fn restart(&mut self) {
        (self.timers, self.agenda) = Self::open(&self.timer_book, &self.book, &self.home).await;
    }

    fn at(&self, local: DateTime) -> SystemTime {
        local.to_zoned(self.home.zone.clone()).expect("a time").timestamp().into()
    }

    fn understand(&self, text: &str) -> Intent {
        let words = &language::testing::language().words().clauses;
        let recognise =
            |text: &str, _: &intent::Steps| RECOGNISER.recognise(text, &intent::Context::default());
        let owns = |name: &str| {
            let skills: [&dyn Skill; 2] = [&self.agenda, &*self.timers];
            let mut handles = skills.into_iter().flat_map(Skill::intents);
            handles.any(|handles| handles.name == name && handles.owns_time)
        };
        let grammar = assistant::Grammar {
            words,
            understand: &recognise,
            names: &|_, _| None,
            rooms: &|_, _| None,
            times: &|text, steps| recognise(text, steps).filter(|intent| intent.name == "HarkWhen"),
            nearly: &|_, _| None,
            owns_time: &owns,
            work: assistant::Work::default(),
        };
        let found = recognise(text, &intent::Steps::unlimited())
            .or_else(|| assistant::clauses(text, &grammar));
        found.unwrap_or_else(|| panic!("nothing is understood by `{text}`"))
    }

    async fn handle(&self, intent: &Intent, now: SystemTime, confirmed: bool) -> Reply {
        let context = Context { confirmed, ..Context::at(now) };
        let skills: [&dyn Skill; 2] = [&self.agenda, &*self.timers];
        let skill = skills
            .into_iter()
            .find(|s| s.intents().iter().any(|handles| handles.name == intent.name.as_str()));
        let skill = skill.unwrap_or_else(|| panic!("nobody answers {}", intent.name));
        skill.handle(intent, &context).await.expect("memory can be written")
    }

    async fn say(&self, text: &str, now: SystemTime) -> Reply {
        self.handle(&self.understand(text), now, false).await
    }

    async fn check(&self, text: &str, now: SystemTime, speech: &str) {
        assert_eq!(english(&self.say(text, now).await.speech), speech, "`{text}`");
    }

    /// What is said and done at that time.
    async fn due(&self, now: SystemTime) -> Vec<String> {
        let ended = self.timers.due(now).await.expect("memory can be written");
        let ended = ended.into_iter().map(|(satellite, reply)| Due::Announce(satellite, reply));
        let due = self.agenda.due(now).await.expect("memory can be written");
        ended
            .chain(due)
            .map(|due| match due {
                Due::Announce(_, reply) => english(&reply.speech),
                Due::Act(request) => {
                    let What::Steps(label, steps) = request.what else { panic!("it has steps") };
                    let names: Vec<_> = steps.iter().map(|step| step.name.as_str()).collect();
                    format!("{}: {}", label.expose(), names.join(", "))
                }
            })
            .collect()
    }
}

/// Sunday, 22 November 2026.
fn sunday(hour: i8, minute: i8) -> DateTime {
    date(2026, 11, 22).at(hour, minute, 0, 0)
}

fn monday(hour: i8, minute: i8) -> DateTime {
    date(2026, 11, 23).at(hour, minute, 0, 0)
}

const NOTHING: [&str; 0] = [];

#[tokio::test]
async fn times_are_understood_as_people_mean_them() {
    let kitchen = Kitchen::new().await;
    let afternoon = kitchen.at(sunday(15, 10));
    for (text, speech) in [
        ("set an alarm for 7 am", "Alarm set for 7 AM tomorrow."),
        ("wake me up at half past six tomorrow", "Alarm set for 6:30 AM tomorrow."),
        ("set an alarm for 6 30 every weekday", "Alarm set for 6:30 AM every weekday."),
        ("set an alarm for six thirty", "Alarm set for 6:30 PM today."),
        ("set an alarm for 3", "Alarm set for 3 AM tomorrow."),
        ("wake me up at a quarter to eight", "Alarm set for 7:45 PM today."),
        ("set an alarm for noon on friday", "Alarm set for noon on Friday."),
        ("wake me up on sunday at 9", "Alarm set for 9 PM today."),
        ("set an alarm for 18:45", "Alarm set for 6:45 PM today."),
        ("wake me up in an hour and a half", "Alarm set for 4:40 PM today."),
        ("set an alarm for midnight", "Alarm set for midnight tonight."),
        ("remind me to call mom at 5 pm", "I'll remind you at 5 PM today: call mom."),
        (
            "remind me tomorrow to take out the trash",
            "I'll remind you at 9 AM tomorrow: take out the trash.",
        ),
        ("remind me to stretch in 20 minutes", "I'll remind you in 20 minutes: stretch."),
        (
            "remind me tomorrow at 3 to feed the cat",
            "I'll remind you at 3 PM tomorrow: feed the cat.",
        ),
        (
            "remind me to water the plants every monday",
            "I'll remind you at 9 AM every Monday: water the plants.",
        ),
        (
            "remind me of mom's birthday every year on march the 3rd",
            "I'll remind you at 9 AM every March 3: mom's birthday.",
        ),
        (
            "remind me to renew the passport on january 5th",
            "I'll remind you at 9 AM on January 5, 2027: renew the passport.",
        ),
        (
            "remind me to call mom at 2 pm today",
            "That time has already passed. Do you want 2 PM tomorrow?",
        ),
        ("remind me to celebrate on february 30th", "There's no such day."),
        ("lights off at 11 pm", "At 11 PM today: lights off."),
    ] {
        kitchen.check(text, afternoon, speech).await;
    }
}

#[tokio::test]
async fn rows_are_answered() {
    let mut wrong = Vec::new();
    let rows = include_str!("times.tsv").lines();
    for row in rows.filter(|row| !row.starts_with('#') && !row.is_empty()) {
        let columns: Vec<_> = row.split('\t').collect();
        let [before, text, expected] = columns[..] else { panic!("three columns: {row}") };
        let kitchen = Kitchen::new().await;
        let now = kitchen.at(sunday(15, 10));
        for text in before.split(" / ").filter(|text| !text.is_empty()) {
            kitchen.say(text, now).await;
        }
        let answer = english(&kitchen.say(text, now).await.speech);
        if answer != expected {
            wrong.push(format!("{text}\n  expected {expected}\n  found    {answer}"));
        }
    }
    assert!(wrong.is_empty(), "{} rows:\n{}", wrong.len(), wrong.join("\n"));
}

/// Each command is one that takes back what was changed.
#[tokio::test]
async fn a_change_is_taken_back() {
    let kitchen = Kitchen::new().await;
    let now = kitchen.at(sunday(15, 10));
    for (set, change, ask, before) in [
        (
            "set an alarm for 7 am every weekday",
            "make it 9",
            "what alarms do i have",
            "One alarm: 7 AM every weekday.",
        ),
        (
            "set a timer for 10 minutes",
            "make it 20 minutes",
            "timer status",
            "10 minutes left on your 10 minute timer.",
        ),
    ] {
        kitchen.say(set, now).await;
        let changed = kitchen.say(change, now).await;
        assert_ne!(english(&kitchen.say(ask, now).await.speech), before);
        for undo in &changed.undo {
            assert_eq!(kitchen.handle(undo, now, false).await.outcome, Outcome::Done);
        }
        kitchen.check(ask, now, before).await;
    }
    // What was set long ago is not what "it" is.
    let later = now + Duration::from_secs(6 * 60);
    kitchen.check("make it 8", later, "I don't know what to change.").await;
}

/// Two timers of one name are told apart by what is left, and an answer may name it.
#[tokio::test]
async fn namesakes_are_told_apart() {
    let kitchen = Kitchen::new().await;
    let at = |minute| kitchen.at(sunday(15, minute));
    kitchen.say("set a 5 minute timer", at(0)).await;
    kitchen.say("set a 5 minute timer", at(2)).await;
    let reply = kitchen.say("cancel the 5 minute timer", at(2)).await;
    assert_eq!(
        english(&reply.speech),
        "Which one, the 5 minute timer with 3 minutes left or the 5 minute timer with 5 minutes left?"
    );
    assert!(matches!(&reply.question, Some(Question::Which(options)) if options.len() == 2));
    // Of two that end together, either will do.
    kitchen.say("set a tea timer for 1 minute", at(2)).await;
    kitchen.say("set a tea timer for 1 minute", at(2)).await;
    kitchen.check("cancel the tea timer", at(2), "Cancelled the tea timer.").await;
}

#[tokio::test]
async fn what_was_only_missed_is_no_alarm_that_is_set() {
    let mut kitchen = Kitchen::new().await;
    kitchen.say("set an alarm for 11 pm", kitchen.at(sunday(20, 0))).await;
    kitchen.restart().await;
    let night = kitchen.at(monday(3, 0));
    assert_eq!(kitchen.due(night).await, NOTHING);
    kitchen.check("what alarms do i have", night, "You have no alarms set.").await;
    // It is still told.
    assert_eq!(kitchen.due(kitchen.at(monday(7, 0))).await.len(), 1);
}

#[tokio::test]
async fn what_is_missing_is_asked_for() {
    let kitchen = Kitchen::new().await;
    let now = kitchen.at(sunday(15, 10));
    let reply = kitchen.say("set an alarm", now).await;
    assert_eq!(english(&reply.speech), "For what time?");
    let Some(Question::Missing(mut asked)) = reply.question else { panic!("it must be asked") };
    asked.slots.extend(kitchen.understand("7 am tomorrow").slots);
    let reply = kitchen.handle(&asked, now, false).await;
    assert_eq!(english(&reply.speech), "Alarm set for 7 AM tomorrow.");
    // And it can be taken back.
    let [undo] = &reply.undo[..] else { panic!("it can be undone") };
    kitchen.handle(undo, now, false).await;
    kitchen.check("what alarms do i have", now, "You have no alarms set.").await;
}

#[tokio::test]
async fn an_alarm_rings_is_snoozed_and_stopped() {
    let mut kitchen = Kitchen::new().await;
    let evening = kitchen.at(sunday(22, 0));
    kitchen.say("wake me up at 7", evening).await;
    kitchen.check("snooze", evening, "Nothing is ringing.").await;
    let seven = kitchen.at(monday(7, 0));
    assert_eq!(kitchen.agenda.next_due(), Some(seven));
    assert_eq!(kitchen.due(seven - Duration::from_secs(1)).await, NOTHING);
    assert_eq!(kitchen.due(seven).await, ["It's 7 AM."]);
    assert!(kitchen.agenda.is_ringing());
    assert_eq!(kitchen.due(seven + Duration::from_secs(5)).await, NOTHING);
    kitchen.check("snooze", kitchen.at(monday(7, 1)), "Snoozing for 9 minutes.").await;
    assert!(!kitchen.agenda.is_ringing());
    // It rings on after a power cut.
    kitchen.restart().await;
    assert_eq!(kitchen.due(kitchen.at(monday(7, 10))).await, ["It's 7:10 AM."]);
    kitchen.restart().await;
    assert!(kitchen.agenda.is_ringing());
    assert_eq!(kitchen.agenda.stop_ringing().await.expect("memory can be written"), 1);
    assert_eq!(kitchen.agenda.next_due(), None);
    kitchen.check("what alarms do i have", seven, "You have no alarms set.").await;
}

#[tokio::test]
async fn nobody_stops_an_alarm() {
    let kitchen = Kitchen::new().await;
    kitchen.say("set an alarm for 7 am every day", kitchen.at(sunday(22, 0))).await;
    assert_eq!(kitchen.due(kitchen.at(monday(7, 0))).await, ["It's 7 AM."]);
    let later = kitchen.at(monday(7, 15));
    assert_eq!(kitchen.agenda.next_due(), Some(later));
    assert_eq!(kitchen.due(later).await, NOTHING);
    assert!(!kitchen.agenda.is_ringing());
    assert_eq!(kitchen.agenda.next_due(), Some(kitchen.at(date(2026, 11, 24).at(7, 0, 0, 0))));
}

#[tokio::test]
async fn what_was_missed_is_told_once_and_by_day() {
    let mut kitchen = Kitchen::new().await;
    let evening = kitchen.at(sunday(20, 0));
    kitchen.say("set an alarm for 11 pm", evening).await;
    kitchen.say("remind me to lock up at 10 pm", evening).await;
    kitchen.restart().await;
    // The power comes back in the night.
    let night = kitchen.at(monday(3, 0));
    assert_eq!(kitchen.due(night).await, NOTHING);
    assert!(!kitchen.agenda.is_ringing());
    let morning = kitchen.at(monday(7, 0));
    assert_eq!(kitchen.agenda.next_due(), Some(morning));
    kitchen.restart().await;
    assert_eq!(
        kitchen.due(morning).await,
        [
            "I was off at 10 PM on November 22. Reminder: lock up.",
            "I was off and missed your alarm at 11 PM on November 22.",
        ]
    );
    kitchen.restart().await;
    assert_eq!(kitchen.due(morning).await, NOTHING);
    assert_eq!(kitchen.agenda.next_due(), None);
}

#[tokio::test]
async fn a_clock_that_is_not_set_wakes_nobody() {
    let kitchen = Kitchen::new().await;
    let evening = kitchen.at(sunday(22, 0));
    kitchen.say("wake me up at 7 am", evening).await;
    let unset = SystemTime::UNIX_EPOCH + Duration::from_secs(60);
    assert_eq!(kitchen.due(unset).await, NOTHING);
    let speech = "I don't know what time it is yet. Try again in a bit.";
    kitchen.check("set an alarm for 8 am", unset, speech).await;
    // A length of time needs no clock.
    kitchen
        .check("remind me to stir in 5 minutes", unset, "I'll remind you in 5 minutes: stir.")
        .await;
    // The clock is set a minute later: the reminder is still four minutes away.
    let set = kitchen.at(sunday(23, 0));
    let by = set.duration_since(unset).expect("forward").as_secs() as i64 - 60;
    let step = skills::Step { seconds: by, believed: false };
    kitchen.agenda.clock_moved(step, set).await.expect("memory can be written");
    assert_eq!(kitchen.due(set).await, NOTHING);
    assert_eq!(kitchen.due(set + Duration::from_secs(240)).await, ["Reminder: stir."]);
    assert_eq!(kitchen.due(kitchen.at(monday(7, 0))).await, ["It's 7 AM."]);
}

#[tokio::test]
async fn one_of_several_is_cancelled() {
    let kitchen = Kitchen::new().await;
    let now = kitchen.at(sunday(15, 0));
    kitchen.say("set an alarm for 7 am", now).await;
    kitchen.say("set an alarm for 8 30 every weekday", now).await;
    kitchen
        .check("what alarms do i have", now, "2 alarms: 7 AM tomorrow; 8:30 AM every weekday.")
        .await;
    let reply = kitchen.say("cancel my alarm", now).await;
    assert_eq!(english(&reply.speech), "Which one, 7 AM tomorrow or 8:30 AM every weekday?");
    assert!(matches!(&reply.question, Some(Question::Which(options)) if options.len() == 2));
    kitchen.check("cancel my 9 am alarm", now, "I can't find that alarm.").await;
    kitchen.check("cancel my 7 am alarm", now, "Alarm cancelled: 7 AM tomorrow.").await;
    kitchen.check("skip my next alarm", now, "I'll skip your alarm at 8:30 AM tomorrow.").await;
    let tuesday = kitchen.at(date(2026, 11, 24).at(8, 30, 0, 0));
    assert_eq!(kitchen.agenda.next_due(), Some(tuesday));
    kitchen.check("cancel all alarms", now, "Cancelled 1 alarm.").await;
    // Several are asked about.
    kitchen.say("remind me to eat at 5 pm", now).await;
    kitchen.say("remind me to drink at 6 pm", now).await;
    kitchen
        .check("cancel the reminder to eat", now, "Reminder cancelled: eat at 5 PM today.")
        .await;
    kitchen.say("remind me to eat at 5 pm", now).await;
    let reply = kitchen.say("cancel all reminders", now).await;
    assert!(reply.outcome == Outcome::Asked && english(&reply.speech) == "Cancel both reminders?");
    let yes = kitchen.handle(&kitchen.understand("cancel all reminders"), now, true).await;
    assert_eq!(english(&yes.speech), "Cancelled 2 reminders.");
}

#[tokio::test]
async fn commands_happen_later() {
    let mut kitchen = Kitchen::new().await;
    let now = kitchen.at(sunday(15, 10));
    kitchen
        .check("turn the lights off in ten minutes", now, "In 10 minutes: turn the lights off.")
        .await;
    kitchen.check("lights on at 6 pm every day", now, "At 6 PM every day: lights on.").await;
    kitchen
        .check(
            "what is planned",
            now,
            "2 things are scheduled: turn the lights off at 3:20 PM today; \
             lights on at 6 PM every day.",
        )
        .await;
    kitchen.restart().await;
    assert_eq!(kitchen.due(kitchen.at(sunday(15, 20))).await, ["turn the lights off: HassTurnOff"]);
    assert_eq!(kitchen.due(kitchen.at(sunday(18, 0))).await, ["lights on: HassTurnOn"]);
    // What was not done in time is not done at a bad one.
    let next_day = kitchen.due(kitchen.at(monday(19, 0))).await;
    assert_eq!(next_day, ["I was off at 6 PM, so I couldn't do this: lights on."]);
}

#[tokio::test]
async fn what_waits_for_a_timer_happens_when_it_ends() {
    let mut kitchen = Kitchen::new().await;
    let at = |minute| sunday(15, minute);
    let fish = "remind me to turn the fish when the timer ends";
    kitchen.check(fish, kitchen.at(at(0)), "You have no timers set.").await;
    kitchen.say("set a pasta timer for 10 minutes", kitchen.at(at(0))).await;
    let speech = "I'll remind you when the pasta timer ends: turn the fish.";
    kitchen.check(fish, kitchen.at(at(0)), speech).await;
    for (text, speech) in [
        (
            "when the pasta timer is done remind me to drain it",
            "I'll remind you when the pasta timer ends: drain it.",
        ),
        (
            "remind me once my 10 minute timer goes off to call mom",
            "I'll remind you when the pasta timer ends: call mom.",
        ),
        (
            "when the timer ends turn the lights off",
            "All right, when the pasta timer ends: turn the lights off.",
        ),
        (
            "lights on as soon as the timer for the pasta has finished",
            "All right, when the pasta timer ends: lights on.",
        ),
        ("when the sourdough timer rings remind me to sit", "I can't find that timer."),
        (
            "what are my reminders",
            "3 reminders: turn the fish when the pasta timer ends; \
             drain it when the pasta timer ends; call mom when the pasta timer ends.",
        ),
        (
            "what is planned",
            "2 things are scheduled: turn the lights off when the pasta timer ends; \
             lights on when the pasta timer ends.",
        ),
        (
            "cancel the reminder to call mom",
            "Reminder cancelled: call mom when the pasta timer ends.",
        ),
        ("pause the timer", "Paused the pasta timer with 9 minutes left."),
    ] {
        kitchen.check(text, kitchen.at(at(1)), speech).await;
    }
    // It waits as long as the timer does.
    assert_eq!(kitchen.agenda.next_due(), None);
    kitchen.restart().await;
    assert_eq!(kitchen.due(kitchen.at(at(30))).await, NOTHING);
    kitchen.say("resume the timer", kitchen.at(at(30))).await;
    assert_eq!(kitchen.due(kitchen.at(at(38))).await, NOTHING);
    let done = [
        "Your pasta timer is done.",
        "Reminder: turn the fish.",
        "Reminder: drain it.",
        "turn the lights off: HassTurnOff",
        "lights on: HassTurnOn",
    ];
    assert_eq!(kitchen.due(kitchen.at(at(39))).await, done);
    kitchen.check(fish, kitchen.at(at(39)), "That timer is already done.").await;
    kitchen.restart().await;
    let again = kitchen.due(kitchen.at(at(40))).await;
    assert_eq!(again, ["Your pasta timer is done."], "it rings on, and the rest happened once");
    assert_eq!(kitchen.timers.stop_ringing().await.expect("memory can be written"), 1);
    kitchen.check("what are my reminders", kitchen.at(at(40)), "You have no reminders.").await;
}

#[tokio::test]
async fn what_waits_for_a_timer_that_ended_in_the_dark_is_told() {
    let mut kitchen = Kitchen::new().await;
    let now = kitchen.at(sunday(15, 0));
    kitchen.say("set a timer for 10 minutes", now).await;
    kitchen.say("remind me to turn the fish when the timer ends", now).await;
    // The power goes between the end of the timer and the reminder.
    let end = kitchen.at(sunday(15, 10));
    assert_eq!(kitchen.timers.due(end).await.expect("memory can be written").len(), 1);
    kitchen.restart().await;
    assert_eq!(kitchen.agenda.next_due(), Some(end));
    let reminded = ["Your 10 minute timer is done.", "Reminder: turn the fish."];
    assert_eq!(kitchen.due(end + Duration::from_secs(60)).await, reminded);
    kitchen.timers.stop_ringing().await.expect("memory can be written");

    let now = kitchen.at(sunday(16, 0));
    kitchen.say("set a timer for 10 minutes", now).await;
    kitchen.say("remind me to turn the fish when the timer ends", now).await;
    kitchen.restart().await;
    assert_eq!(
        kitchen.due(kitchen.at(sunday(17, 0))).await,
        [
            "Your 10 minute timer ended while I was off.",
            "I was off at 4:10 PM. Reminder: turn the fish.",
        ]
    );
    kitchen.restart().await;
    assert_eq!(kitchen.due(kitchen.at(sunday(17, 1))).await, NOTHING);
}

#[tokio::test]
async fn several_timers_are_asked_about() {
    let kitchen = Kitchen::new().await;
    let now = kitchen.at(sunday(15, 0));
    kitchen.say("set a pasta timer for 10 minutes", now).await;
    kitchen.say("set an egg timer for 5 minutes", now).await;
    for text in ["remind me to sit down when the timer ends", "lights off when the timer ends"] {
        let reply = kitchen.say(text, now).await;
        assert_eq!(english(&reply.speech), "Which one, the pasta timer or the egg timer?");
        let Some(Question::Which(options)) = reply.question else { panic!("it must be asked") };
        let (_, egg) = &options[1];
        let answer = kitchen.handle(egg, now, false).await;
        assert!(english(&answer.speech).contains("when the egg timer ends"), "{text}");
    }
    // A reminder without a time may get a timer as the answer.
    let reply = kitchen.say("remind me to sit down", now).await;
    let Some(Question::Missing(mut asked)) = reply.question else { panic!("it must be asked") };
    asked.slots.extend(kitchen.understand("when the pasta timer ends").slots);
    let speech = "I'll remind you when the pasta timer ends: sit down.";
    assert_eq!(english(&kitchen.handle(&asked, now, false).await.speech), speech);
    assert_eq!(
        kitchen.due(kitchen.at(sunday(15, 5))).await,
        ["Your egg timer is done.", "Reminder: sit down.", "lights off: HassTurnOff"]
    );
}

#[tokio::test]
async fn what_waits_for_a_timer_goes_with_it() {
    let mut kitchen = Kitchen::new().await;
    let now = kitchen.at(sunday(15, 0));
    kitchen.say("set a pasta timer for 10 minutes", now).await;
    kitchen.say("remind me to turn the fish when the timer ends", now).await;
    kitchen.say("lights off when the timer ends", now).await;
    let reply = kitchen.say("cancel the timer", now).await;
    assert_eq!(
        english(&reply.speech),
        "Cancelled the pasta timer. Reminder also cancelled: turn the fish. \
         Also cancelled: lights off."
    );
    kitchen.check("what are my reminders", now, "You have no reminders.").await;
    // Who takes that back gets all of it.
    for undo in &reply.undo {
        assert_eq!(kitchen.handle(undo, now, false).await.outcome, Outcome::Done);
    }
    let speech = "One reminder: turn the fish when the pasta timer ends.";
    kitchen.check("what are my reminders", now, speech).await;
    let speech =
        "Cancelled 1 timer. Reminder also cancelled: turn the fish. Also cancelled: lights off.";
    kitchen.check("cancel all timers", now, speech).await;

    // On the page nobody is answered: it is told.
    kitchen.say("set a pasta timer for 10 minutes", now).await;
    kitchen.say("remind me to turn the fish when the timer ends", now).await;
    let id = kitchen.timers.views()[0].id;
    assert!(kitchen.timers.cancel(id).await.expect("memory can be written"));
    kitchen.restart().await;
    assert!(kitchen.agenda.next_due().is_some_and(|due| due < now));
    let told = ["A timer was cancelled. Reminder also cancelled: turn the fish."];
    assert_eq!(kitchen.due(now).await, told);
    assert_eq!(kitchen.due(now).await, NOTHING);
    assert_eq!(kitchen.agenda.next_due(), None);
}

#[tokio::test]
async fn a_timer_needs_no_clock_and_neither_does_what_waits_for_it() {
    let kitchen = Kitchen::new().await;
    let unset = SystemTime::UNIX_EPOCH + Duration::from_secs(60);
    kitchen.say("set a timer for 1 minute", unset).await;
    let speech = "I'll remind you when the 1 minute timer ends: turn the fish.";
    kitchen.check("remind me to turn the fish when the timer ends", unset, speech).await;
    let told = ["Your 1 minute timer is done.", "Reminder: turn the fish."];
    assert_eq!(kitchen.due(unset + Duration::from_secs(60)).await, told);
}
