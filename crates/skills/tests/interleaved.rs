//! A thousand acts at once on one book, as when several satellites are spoken to: whatever way they
//! interleave, nothing is lost and nothing is doubled.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use skills::{
    Agenda, Book, Entry, Home, Kind, ListBook, MemoryBook, MemoryLists, NamedList, NamedLists,
    Numbered, Rule, Step, Timer, Timers,
};
use tokio::task::{JoinSet, yield_now};
use voice::{BoxFuture, Context, Intent, Result, Skill};

/// 28 November 2026: the clock was set.
const NOW: SystemTime = SystemTime::UNIX_EPOCH;
const TODAY: Duration = Duration::from_secs(1_795_881_600);
const HOUR: Duration = Duration::from_secs(3600);
const MINUTE: Duration = Duration::from_secs(60);

/// A book on a slow disk: the others have their turn several times during each read and write.
#[derive(Default)]
struct Slow<B>(B);

async fn slow() {
    for _ in 0..3 {
        yield_now().await;
    }
}

impl<T: Numbered> Book<T> for Slow<MemoryBook<T>> {
    fn load(&self) -> BoxFuture<'_, Result<Vec<T>>> {
        self.0.load()
    }

    fn save<'a>(&'a self, thing: &'a T) -> BoxFuture<'a, Result<i64>> {
        Box::pin(async {
            slow().await;
            let id = self.0.save(thing).await;
            slow().await;
            id
        })
    }

    fn remove(&self, id: i64) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            slow().await;
            self.0.remove(id).await
        })
    }
}

impl ListBook for Slow<MemoryLists> {
    fn load(&self) -> BoxFuture<'_, Result<Vec<NamedList>>> {
        self.0.load()
    }

    fn create<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<i64>> {
        Box::pin(async move {
            slow().await;
            self.0.create(name).await
        })
    }

    fn delete(&self, list: i64) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            slow().await;
            self.0.delete(list).await
        })
    }

    fn add<'a>(&'a self, list: i64, texts: &'a [String]) -> BoxFuture<'a, Result<Vec<i64>>> {
        Box::pin(async move {
            slow().await;
            let ids = self.0.add(list, texts).await;
            slow().await;
            ids
        })
    }

    fn remove<'a>(&'a self, items: &'a [i64]) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            slow().await;
            self.0.remove(items).await
        })
    }
}

/// What somebody says.
async fn say<S: Skill + ?Sized>(skill: &S, intent: Intent) {
    let context = Context { confirmed: true, ..Context::at(NOW + TODAY) };
    skill.handle(&intent, &context).await.expect("memory can be written");
}

#[tokio::test]
async fn no_change_of_a_timer_is_lost_and_none_comes_back() {
    let book = Arc::new(Slow::<MemoryBook<Timer>>::default());
    let timers = Arc::new(Timers::new(Arc::clone(&book) as _).await.expect("memory can be read"));
    let name = |timer: usize| format!("timer {timer}");
    for timer in 0..20 {
        let start = Intent::named("HassStartTimer").with_text("name", name(timer));
        say(&*timers, start.with_number("hours", 1.0)).await;
    }
    let mut ids = timers.views();
    ids.sort_by_key(|view| view.id);
    let mut acts = JoinSet::new();
    for act in 0..1000 {
        let (timers, timer) = (Arc::clone(&timers), act % 20);
        let id = ids[timer].id;
        acts.spawn(async move {
            match (timer, act / 20) {
                (0..10, 25) => drop(timers.cancel(id).await.expect("memory can be written")),
                (10, _) => drop(timers.due(NOW + TODAY).await.expect("memory can be written")),
                (11, _) => drop(timers.stop_ringing().await.expect("memory can be written")),
                _ => {
                    let more = Intent::named("HassIncreaseTimer").with_text("name", name(timer));
                    say(&*timers, more.with_number("minutes", 1.0)).await;
                }
            }
        });
    }
    acts.join_all().await;
    let mut kept = book.load().await.expect("memory can be read");
    kept.sort_by_key(|timer| timer.id);
    let left: Vec<_> = kept.iter().map(|timer| (timer.id, timer.total)).collect();
    let expected = ids.iter().skip(10).zip(10..);
    let expected: Vec<_> = expected
        .map(|(view, timer)| (view.id, if timer < 12 { HOUR } else { HOUR + 50 * MINUTE }))
        .collect();
    assert_eq!(left, expected);
    assert_eq!(timers.views().len(), left.len(), "memory and book agree");
}

#[tokio::test]
async fn no_thing_on_a_list_is_lost_or_doubled() {
    const LISTS: [&str; 5] = ["shopping", "to do", "party", "garden", "school"];
    let book = Arc::new(Slow::<MemoryLists>::default());
    let lists = Arc::new(NamedLists::new(Arc::clone(&book) as _).await.expect("memory"));
    let about = |intent: &str, list: &str, item: String| {
        Intent::named(intent)
            .with_text("name", list)
            .with_text("item", item)
            .with_number("whole", 1.0)
    };
    let put = |list, item: String| about("HassListAddItem", list, item);
    for list in &LISTS[..3] {
        for old in 0..40 {
            say(&*lists, put(list, format!("old {old} thing"))).await;
        }
    }
    let mut acts = JoinSet::new();
    for act in 0..200 {
        // The last two lists are made by whoever comes first.
        for list in LISTS {
            let intent = match act {
                // Everything is put there twice.
                0..160 => put(list, format!("new {} thing", act % 80)),
                old => about("HassListRemoveItem", list, format!("old {} thing", old - 160)),
            };
            let lists = Arc::clone(&lists);
            acts.spawn(async move { say(&*lists, intent).await });
        }
    }
    acts.join_all().await;
    let kept = book.load().await.expect("memory can be read");
    let names: Vec<_> = kept.iter().map(|list| list.name.as_str()).collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>(), LISTS.iter().collect());
    assert_eq!(names.len(), LISTS.len(), "no list is made twice");
    let expected: BTreeSet<_> = (0..80).map(|item| format!("new {item} thing")).collect();
    for list in &kept {
        let items: BTreeSet<_> = list.items.iter().map(|item| item.text.clone()).collect();
        assert_eq!((list.items.len(), &items), (80, &expected), "{}", list.name);
    }
    for view in lists.views() {
        assert_eq!(view.items.into_iter().collect::<BTreeSet<_>>(), expected, "{}", view.name);
    }
}

#[tokio::test]
async fn no_entry_of_the_agenda_is_lost_or_comes_back() {
    let book = Arc::new(Slow::<MemoryBook<Entry>>::default());
    let timers = Timers::new(Arc::new(Slow::<MemoryBook<Timer>>::default())).await;
    let timers = Arc::new(timers.expect("memory can be read"));
    let home = Home { zone: jiff::tz::TimeZone::UTC, place: None };
    let agenda = Agenda::new(Arc::clone(&book) as _, home, Arc::clone(&timers)).await;
    let agenda = Arc::new(agenda.expect("memory can be read"));
    let remind = |task: String| {
        let intent = Intent::named("HarkAddReminder").with_text("task", task);
        intent.with_number("hours", 2.0)
    };
    for entry in 0..250 {
        say(&*agenda, remind(format!("old {entry}"))).await;
    }
    let before = agenda.entries(Kind::Reminder);
    let mut acts = JoinSet::new();
    for act in 0..1000 {
        let (agenda, timers) = (Arc::clone(&agenda), Arc::clone(&timers));
        let old = before[act / 5].id;
        let remind = remind(format!("new {act}"));
        acts.spawn(async move {
            match act % 5 {
                0 => say(&*agenda, remind).await,
                1 => drop(agenda.cancel(old).await.expect("memory can be written")),
                // What takes both locks, and what takes the timers' alone.
                2 => say(&*agenda, Intent::named("HarkSnooze")).await,
                3 => drop(timers.stop_ringing().await.expect("memory can be written")),
                _ if act % 100 == 4 => {
                    let step = Step { seconds: 1, believed: true };
                    agenda.clock_moved(step, NOW + TODAY).await.expect("memory can be written");
                }
                _ => drop(agenda.due(NOW + TODAY).await.expect("memory can be written")),
            }
        });
    }
    acts.join_all().await;
    let kept = book.load().await.expect("memory can be read");
    let labels = |entries: &[Entry]| {
        let label = |entry: &Entry| entry.label.as_ref().map(|label| label.expose().to_owned());
        entries.iter().filter_map(label).collect::<Vec<_>>()
    };
    let expected: BTreeSet<_> = (0..1000)
        .step_by(5)
        .map(|act| format!("new {act}"))
        .chain(labels(&before[200..]))
        .collect();
    assert_eq!(labels(&kept).len(), 250);
    assert_eq!(labels(&kept).into_iter().collect::<BTreeSet<_>>(), expected);
    let stayed: BTreeSet<_> = before[200..].iter().map(|entry| entry.id).collect();
    for entry in kept.iter().filter(|entry| stayed.contains(&entry.id)) {
        let Rule::After(at) = entry.rule else { panic!("it is for after a length of time") };
        // Each of ten moves of the clock took it along.
        assert_eq!(SystemTime::from(at), NOW + TODAY + 2 * HOUR + Duration::from_secs(10));
    }
    assert!(agenda.entries(Kind::Reminder).len() == kept.len(), "memory and book agree");
}
