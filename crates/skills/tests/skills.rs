//! What the skills answer and do, at times that the tests decide.

use language::testing::{english, language};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use jiff::civil::date;
use jiff::tz::TimeZone;
use skills::{
    Agenda, Book, Cannot, Clock, Forget, Home, Household, MemoryBook, MemoryLists, NamedLists,
    NoHistory, Privacy, RING_FOR, Retention, Span, Speaker, Timer, Timers, Volume,
};
use voice::{
    BoxFuture, Context, Effect, Intent, Outcome, Question, Reply, Result, SatelliteId, Skill,
    TurnId,
};

/// Sunday, 22 November 2026, 15:10 in Berlin.
fn afternoon() -> SystemTime {
    let zoned = date(2026, 11, 22).at(15, 10, 0, 0).to_zoned(berlin()).expect("a valid time");
    zoned.timestamp().into()
}

fn berlin() -> TimeZone {
    TimeZone::fixed(jiff::tz::offset(1))
}

fn minutes(number: u64) -> Duration {
    Duration::from_secs(60 * number)
}

/// Understands the text by our own sentences and lets the skill answer it.
async fn say(skill: &dyn Skill, text: &str, now: SystemTime) -> Reply {
    let sentences = intent::Sentences::parse(&language().sentences()).expect("valid sentences");
    let recogniser = intent::Recogniser::new(Arc::new(sentences), voice::Lists::default());
    let recogniser = recogniser.expect("all lists exist");
    let found = recogniser.recognise(text, &intent::Context::default());
    let found = found.unwrap_or_else(|| panic!("nothing is understood by `{text}`"));
    assert!(
        skill.intents().iter().any(|handles| handles.name == found.name.as_str()),
        "`{text}` is {}",
        found.name
    );
    let context = Context::at(now);
    skill.handle(&found, &context).await.expect("nothing can fail here")
}

async fn check(skill: &dyn Skill, text: &str, now: SystemTime, speech: &str) {
    assert_eq!(english(&say(skill, text, now).await.speech), speech, "`{text}`");
}

/// Sets a timer.
async fn set(timers: &Arc<Timers>, text: &str, now: SystemTime) -> Reply {
    say(&*with(Arc::clone(timers)).await.agenda, text, now).await
}

async fn open(book: &Arc<MemoryBook<Timer>>) -> Timers {
    let book: Arc<dyn Book<Timer>> = Arc::clone(book) as _;
    Timers::new(book).await.expect("memory can be read")
}

/// A household with those timers and an empty agenda.
async fn with(timers: Arc<Timers>) -> Household {
    let home = Home { zone: berlin(), place: None };
    let agenda = Agenda::new(Arc::new(MemoryBook::default()), home, Arc::clone(&timers)).await;
    let lists = NamedLists::new(Arc::new(MemoryLists::default())).await;
    let agenda = Arc::new(agenda.expect("memory can be read"));
    let lists = Arc::new(lists.expect("memory can be read"));
    Household { timers, agenda, lists }
}

async fn due(timers: &Timers, now: SystemTime) -> Vec<String> {
    let replies = timers.due(now).await.expect("memory can be written");
    replies.into_iter().map(|(_, reply)| english(&reply.speech)).collect()
}

#[tokio::test]
async fn the_clock_shows_the_time_of_its_zone() {
    let clock = Clock::new(berlin(), None);
    for (text, speech) in [
        ("what time is it", "It's 3:10 PM."),
        ("what's the date", "It's Sunday, November 22, 2026."),
        ("what day is it", "It's Sunday."),
    ] {
        check(&clock, text, afternoon(), speech).await;
    }
    check(&Clock::new(TimeZone::UTC, None), "what time is it", afternoon(), "It's 2:10 PM.").await;
}

#[tokio::test]
async fn timers_are_set_changed_and_asked_about() {
    let timers = Arc::new(open(&Arc::default()).await);
    // The agenda knows the time of day, and what else goes with a timer.
    let agenda = with(Arc::clone(&timers)).await.agenda;
    let start = afternoon();
    for (after, text, speech) in [
        (0, "timer status", "You have no timers set."),
        (0, "cancel timer", "You have no timers set."),
        (0, "set a timer for 5 minutes", "Timer set for 5 minutes."),
        (1, "how much time is left", "4 minutes left on your 5 minute timer."),
        (1, "add two minutes to the timer", "Added 2 minutes. That leaves 6 minutes."),
        (2, "pause timer", "Paused the 7 minute timer with 5 minutes left."),
        (30, "timer status", "Your 7 minute timer is paused with 5 minutes left."),
        (30, "resume timer", "Resumed the 7 minute timer with 5 minutes left."),
        (31, "resume timer", "That timer isn't paused."),
        (31, "take ten minutes off the timer", "It only has 4 minutes left."),
        (31, "take one minute off the timer", "Took 1 minute off. That leaves 3 minutes."),
        (
            31,
            "set a pizza timer for an hour and a half",
            "Pizza timer set for 1 hour and 30 minutes.",
        ),
        (
            32,
            "how long is left on the pizza timer",
            "1 hour and 29 minutes left on your pizza timer.",
        ),
        (32, "cancel the pasta timer", "I can't find that timer."),
        (32, "cancel timer", "Which one, the 6 minute timer or the pizza timer?"),
        (32, "cancel the 6 minute timer", "Cancelled the 6 minute timer."),
        (32, "set a timer for 10 seconds", "Timer set for 10 seconds."),
        (32, "cancel all timers", "Cancel both timers?"),
        (32, "cancel the pizza timer", "Cancelled the pizza timer."),
        (32, "cancel all timers", "Cancelled 1 timer."),
        (32, "cancel all timers", "You have no timers set."),
    ] {
        let by_agenda = text.starts_with("cancel") || text.starts_with("set");
        let skill: &dyn Skill = if by_agenda { &*agenda } else { &*timers };
        check(skill, text, start + minutes(after), speech).await;
    }
    assert_eq!(timers.next_due(), None);
}

#[tokio::test]
async fn a_timer_rings_until_it_is_stopped() {
    let timers = Arc::new(open(&Arc::default()).await);
    let start = afternoon();
    set(&timers, "set a timer for 5 minutes", start).await;
    set(&timers, "set a tea timer for 3 minutes", start).await;
    assert_eq!(timers.next_due(), Some(start + minutes(3)));
    assert_eq!(due(&timers, start + minutes(2)).await, [""; 0]);
    assert_eq!(due(&timers, start + minutes(3)).await, ["Your tea timer is done."]);
    assert!(timers.is_ringing());
    let views = timers.views();
    assert_eq!((views[0].name.as_deref(), views[0].ringing), (Some("tea"), true));
    assert!(!views[1].ringing);
    // Once is enough.
    assert_eq!(due(&timers, start + minutes(4)).await, [""; 0]);
    let reply =
        say(&Speaker::new(with(Arc::clone(&timers)).await), "stop", start + minutes(4)).await;
    assert!(reply.speech.is_empty());
    assert!(!timers.is_ringing());
    assert_eq!(timers.next_due(), Some(start + minutes(5)));
    // The page can stop one too.
    let id = timers.views()[0].id;
    assert!(timers.cancel(id).await.unwrap());
    assert!(!timers.cancel(id).await.unwrap());
}

#[tokio::test]
async fn nobody_has_to_hear_it_for_ever() {
    let timers = Arc::new(open(&Arc::default()).await);
    let start = afternoon();
    set(&timers, "set a timer for 5 minutes", start).await;
    let rings = start + minutes(5);
    assert_eq!(due(&timers, rings).await.len(), 1);
    assert_eq!(timers.next_due(), Some(rings + RING_FOR));
    assert_eq!(due(&timers, rings + RING_FOR).await, [""; 0]);
    assert!(!timers.is_ringing() && timers.views().is_empty());
}

#[tokio::test]
async fn timers_outlive_the_program() {
    let book = Arc::new(MemoryBook::default());
    let start = afternoon();
    {
        let timers = Arc::new(open(&book).await);
        set(&timers, "set a tea timer for 3 minutes", start).await;
        set(&timers, "set a timer for 5 minutes", start).await;
        set(&timers, "set a bread timer for 2 hours", start).await;
        assert_eq!(due(&timers, start + minutes(3)).await.len(), 1);
    }
    // Off from the fourth minute to the sixth: what rang still rings, what was due rings now.
    {
        let timers = open(&book).await;
        assert!(timers.is_ringing());
        let said = due(&timers, start + minutes(6)).await;
        assert_eq!(said, ["Your tea timer is done.", "Your 5 minute timer is done."]);
        assert_eq!(timers.stop_ringing().await.unwrap(), 2);
    }
    // Off for a day.
    let timers = open(&book).await;
    let next_day = start + minutes(24 * 60);
    assert!(timers.next_due().is_some_and(|due| due < next_day));
    assert_eq!(due(&timers, next_day).await, ["Your bread timer ended while I was off."]);
    assert!(!timers.is_ringing());
    assert!(open(&book).await.views().is_empty());
}

#[tokio::test]
async fn volume_and_silence() {
    for (text, speech, effect) in [
        ("set the volume to 40 percent", "Volume at 40 percent.", Effect::SetVolume(40)),
        ("turn it up", "Louder.", Effect::ChangeVolume(10)),
        ("volume down by twenty", "Quieter.", Effect::ChangeVolume(-20)),
    ] {
        let reply = say(&Volume, text, afternoon()).await;
        assert_eq!(
            (&*english(&reply.speech), &reply.effects[..]),
            (speech, &[effect][..]),
            "{text}"
        );
    }
    let speaker = Speaker::new(with(Arc::new(open(&Arc::default()).await)).await);
    assert_eq!(say(&speaker, "stop listening", afternoon()).await.effects, [Effect::Mute]);
    check(&speaker, "never mind", afternoon(), "").await;
    let reply = say(&Cannot, "what is the news", afternoon()).await;
    assert!(reply.outcome == Outcome::Refused);
}

/// A history that counts for itself, and what was asked of it.
#[derive(Default)]
struct History(Mutex<Vec<Span>>);

impl Forget for History {
    fn forget(&self, what: Span) -> BoxFuture<'_, Result<u64>> {
        let count = match what {
            Span::Last(_) => 1,
            Span::Since(_) => 7,
            Span::All => 12,
        };
        self.0.lock().expect("no test panics with it").push(what);
        Box::pin(std::future::ready(Ok(count)))
    }

    fn retention(&self) -> Retention {
        Retention::For { text: Some(minutes(24 * 60)), audio: None }
    }

    fn kept(&self, _: SystemTime) -> BoxFuture<'_, Result<(u64, u64)>> {
        Box::pin(std::future::ready(Ok((3, 1))))
    }

    fn stop(&self) -> BoxFuture<'_, Result<()>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

#[tokio::test]
async fn what_was_said_is_deleted_and_so_is_the_request() {
    let history = Arc::new(History::default());
    let privacy = Privacy::new(Arc::clone(&history) as _, berlin());
    let now = afternoon();
    let midnight = now - minutes(15 * 60 + 10);
    for (text, speech, span) in [
        (
            "delete what I just said",
            "Deleted the last thing you said.",
            Span::Last(SatelliteId::local()),
        ),
        ("delete everything from today", "Deleted 7 entries from today.", Span::Since(midnight)),
        (
            "delete the last hour",
            "Deleted 7 entries from the last hour.",
            Span::Since(now - minutes(60)),
        ),
    ] {
        let reply = say(&privacy, text, now).await;
        assert_eq!(english(&reply.speech), speech);
        assert_eq!(reply.effects, [Effect::ForgetTurn], "{text}");
        assert_eq!(history.0.lock().unwrap().pop(), Some(span), "{text}");
    }
    let bedroom = SatelliteId::new("bedroom");
    let there = Context { satellite: bedroom.clone(), ..Context::at(now) };
    privacy.handle(&Intent::named("HarkDeleteLast"), &there).await.expect("it can be deleted");
    assert_eq!(history.0.lock().unwrap().pop(), Some(Span::Last(bedroom)));
    check(
        &privacy,
        "how long do you keep things",
        now,
        "I keep the words for 1 day and the sound not at all.",
    )
    .await;
    let nothing = Privacy::new(Arc::new(NoHistory), berlin());
    check(&nothing, "delete that", now, "There was nothing to delete.").await;
    check(&nothing, "what do you keep", now, "I don't keep anything.").await;
}

#[tokio::test]
async fn everything_goes_only_after_a_yes() {
    let history = Arc::new(History::default());
    let privacy = Privacy::new(Arc::clone(&history) as _, berlin());
    let now = afternoon();
    let asked = || history.0.lock().unwrap().len();
    let reply = say(&privacy, "delete everything", now).await;
    assert!(reply.outcome == Outcome::Asked && asked() == 0);
    let Some(Question::Confirm(intent)) = reply.question else { panic!("it must be asked") };
    let context = Context { turn: TurnId(2), confirmed: true, ..Context::at(now) };
    let reply = privacy.handle(&intent, &context).await.expect("nothing can fail here");
    assert_eq!(english(&reply.speech), "Deleted 12 entries in all.");
    assert_eq!(asked(), 1);
}
