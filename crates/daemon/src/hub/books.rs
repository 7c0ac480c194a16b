//! Books: the store behind the seams of the skills.

use std::sync::Arc;
use std::time::SystemTime;

use serde::Serialize;
use serde::de::DeserializeOwned;
use skills::{Book, Books, Forget, ListBook, ListItem, NamedList, NoHistory, Numbered, Span};
use store::{Filter, Keep, Retention, Selection, Store, StoredList, Switch, Thing};
use tokio::sync::{broadcast, mpsc};
use voice::{BoxFuture, Error, Event, Result};

use super::recorder::flush;
use crate::queues::RecorderEntry;

/// What the household keeps, in the database, or in memory when nothing is kept.
pub(crate) fn books(store: Option<Store>) -> Books {
    let Some(store) = store else { return Books::in_memory() };
    Books {
        timers: Arc::new(Things(store.clone(), Thing::Timer)),
        agenda: Arc::new(Things(store.clone(), Thing::Entry)),
        lists: Arc::new(Lists(store)),
    }
}

/// The same for a recording. Its sound passes faster than the clock on the wall, so a timer that was set in
/// another run would ring into the middle of it, and one that is set in it would ring into the next: timers
/// and agenda are its own and end with it. Lists have no clock and are kept.
pub(crate) fn books_of_recording(store: Option<Store>) -> Books {
    Books { lists: books(store).lists, ..Books::in_memory() }
}

/// The history that can be forgotten by voice, or the statement that there is none.
pub(crate) fn history(
    store: Option<Store>,
    recorder: mpsc::Sender<RecorderEntry>,
    events: broadcast::Sender<Event>,
) -> Arc<dyn Forget> {
    match store {
        Some(store) => Arc::new(History { store, recorder, events }),
        None => Arc::new(NoHistory),
    }
}

/// Things of a kind.
struct Things(Store, Thing);

fn failed(error: store::Error) -> Error {
    Error::failed(error.to_string(), error)
}

impl<T: Numbered + Serialize + DeserializeOwned> Book<T> for Things {
    fn load(&self) -> BoxFuture<'_, Result<Vec<T>>> {
        Box::pin(async {
            let things = self.0.things::<T>(self.1).await.map_err(failed)?;
            Ok(things.into_iter().map(|(id, thing)| thing.numbered(id)).collect())
        })
    }

    fn save<'a>(&'a self, thing: &'a T) -> BoxFuture<'a, Result<i64>> {
        Box::pin(async { self.0.put_thing(self.1, thing.id(), thing).await.map_err(failed) })
    }

    fn remove(&self, id: i64) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move { self.0.remove_things(self.1, &[id]).await.map_err(failed) })
    }
}

struct Lists(Store);

impl ListBook for Lists {
    fn load(&self) -> BoxFuture<'_, Result<Vec<NamedList>>> {
        Box::pin(async {
            let lists = match self.0.lists().await {
                // They are taken up when they are unlocked.
                Err(store::Error::Locked) => Vec::new(),
                lists => lists.map_err(failed)?,
            };
            let item = |(id, text)| ListItem { id, text };
            let list = |stored: StoredList| NamedList {
                id: stored.id,
                name: stored.name,
                items: stored.items.into_iter().map(item).collect(),
            };
            Ok(lists.into_iter().map(list).collect())
        })
    }

    fn is_locked(&self) -> bool {
        self.0.is_locked()
    }

    fn create<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<i64>> {
        Box::pin(async move { self.0.create_list(name).await.map_err(failed) })
    }

    fn delete(&self, list: i64) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move { self.0.delete_list(list).await.map_err(failed) })
    }

    fn add<'a>(&'a self, list: i64, texts: &'a [String]) -> BoxFuture<'a, Result<Vec<i64>>> {
        Box::pin(async move { self.0.add_list_items(list, texts).await.map_err(failed) })
    }

    fn remove<'a>(&'a self, items: &'a [i64]) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move { self.0.remove_list_items(items).await.map_err(failed) })
    }
}

struct History {
    store: Store,
    recorder: mpsc::Sender<RecorderEntry>,
    events: broadcast::Sender<Event>,
}

impl Forget for History {
    fn forget(&self, what: Span) -> BoxFuture<'_, Result<u64>> {
        Box::pin(async move {
            // A turn that waits to be written must not appear after it was deleted.
            flush(&self.recorder).await;
            let selection = match what {
                Span::Last(satellite) => Selection::LatestOf(satellite),
                Span::Since(since) => {
                    Selection::Filter(Filter { since: Some(since), ..Filter::default() })
                }
                Span::All => Selection::All,
            };
            let gone = self.store.delete(&selection, SystemTime::now()).await.map_err(failed)?;
            // Nobody may be watching, which is no failure.
            let _ = self.events.send(Event::HistoryChanged);
            Ok(gone)
        })
    }

    fn is_locked(&self) -> bool {
        self.store.is_locked()
    }

    fn kept(&self, since: SystemTime) -> BoxFuture<'_, Result<(u64, u64)>> {
        Box::pin(async move {
            flush(&self.recorder).await;
            let all = Filter { since: Some(since), ..Filter::default() };
            let now = SystemTime::now();
            let turns = self.store.count(&all, now);
            Ok((turns, self.store.count_clips(since, now)))
        })
    }

    fn stop(&self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async {
            self.store.set_switch(Switch::Storing, false).await.map_err(failed)?;
            let _ = self.events.send(Event::SettingsChanged);
            Ok(())
        })
    }

    fn retention(&self) -> skills::Retention {
        let settings = self.store.settings().borrow().clone();
        if !settings.switches.record() {
            return skills::Retention::NothingNew;
        }
        let Retention { audio, text, .. } = settings.retention;
        let length = |keep| match keep {
            Keep::None => None,
            Keep::For(length) => Some(length),
        };
        skills::Retention::For { text: length(text), audio: length(audio) }
    }
}

#[cfg(test)]
mod tests {
    use language::testing::english;
    use std::path::Path;
    use std::time::Duration;

    use skills::{Due, Home, Household};
    use voice::{Context, Intent, Skill, What};

    use super::*;

    async fn open(folder: &Path) -> Household {
        open_with(folder, books).await
    }

    async fn open_with(folder: &Path, books: fn(Option<Store>) -> Books) -> Household {
        let store = Store::open(folder, &store::Config::default()).await.expect("a store");
        let home = Home { zone: jiff::tz::TimeZone::UTC, place: None };
        Household::open(books(Some(store)), home).await.expect("the store can be read")
    }

    #[tokio::test]
    async fn what_waits_for_a_timer_outlives_the_program() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path().join("data");
        let now = SystemTime::now();
        let context = Context::at(now);
        {
            let household = open(&folder).await;
            let start = Intent::named("HassStartTimer").with_number("minutes", 5.0);
            household.timers.handle(&start, &context).await.expect("it is kept");
            let waiting = |name| Intent::named(name).with_text("when", "timer");
            let remind = waiting("HarkAddReminder").with_text("task", "turn the fish");
            household.agenda.handle(&remind, &context).await.expect("it is kept");
            let off = Intent::named("HassTurnOff").with_text("name", "switch.oven");
            let job = waiting("HarkSchedule").with_text("label", "oven off");
            let job = Intent { then: vec![off], ..job };
            household.agenda.handle(&job, &context).await.expect("it is kept");
        }
        let household = open(&folder).await;
        let end = now + Duration::from_secs(300);
        assert!(household.agenda.due(end).await.expect("it is kept").is_empty());
        assert_eq!(household.timers.due(end).await.expect("it is kept").len(), 1);
        let due = household.agenda.due(end).await.expect("it is kept");
        let [Due::Announce(_, reminder), Due::Act(request)] = &due[..] else {
            panic!("{} things happen", due.len());
        };
        let What::Steps(label, steps) = &request.what else { panic!("it has steps") };
        assert_eq!(english(&reminder.speech), "Reminder: turn the fish.");
        assert_eq!((label.expose(), steps.len()), ("oven off", 1));
        assert_eq!(steps[0].text("name"), Some("switch.oven"));
        drop(household);
        let store = Store::open(&folder, &store::Config::default()).await.expect("a store");
        let left = store.things::<skills::Entry>(Thing::Entry).await.expect("it can be read");
        assert!(left.is_empty());
    }

    /// Behind a passphrase, due times ring without a name, what is planned is not done, and both are told with the
    /// passphrase; a timer can be set all the same.
    #[tokio::test]
    async fn what_is_locked_rings_without_its_name_and_is_told_when_it_opens() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path().join("data");
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_003_200);
        let context = Context::at(now);
        let passphrase = voice::PrivateText::from("correct horse battery");
        let timer = |minutes, name| {
            let start = Intent::named("HassStartTimer").with_number("minutes", minutes);
            start.with_text("name", name)
        };
        let in_five = |name| Intent::named(name).with_number("minutes", 5.0);
        let milk = Intent::named("HassShoppingListAddItem").with_text("item", "milk");
        {
            let household = open(&folder).await;
            household.timers.handle(&timer(5.0, "divorce"), &context).await.expect("it is kept");
            let remind = in_five("HarkAddReminder").with_text("task", "call the oncologist");
            household.agenda.handle(&remind, &context).await.expect("it is kept");
            let off = Intent::named("HassTurnOff").with_text("name", "switch.oven");
            let job = in_five("HarkSchedule").with_text("label", "oven off");
            let job = Intent { then: vec![off], ..job };
            household.agenda.handle(&job, &context).await.expect("it is kept");
            household.lists.handle(&milk, &context).await.expect("it is kept");
        }
        let config = store::Config::default();
        let store = Store::open(&folder, &config).await.expect("a store");
        store.set_passphrase(None, Some(&passphrase)).await.expect("it is set");
        store.close().await;

        let store = Store::open(&folder, &config).await.expect("a store");
        let home = Home { zone: jiff::tz::TimeZone::UTC, place: None };
        let household = Household::open(books(Some(store.clone())), home).await.expect("it opens");
        let refused = household.lists.handle(&milk, &context).await.expect("an answer");
        assert!(english(&refused.speech).starts_with("My lists are locked."));
        assert!(household.lists.views().is_empty());
        household.timers.handle(&timer(1.0, "eggs"), &context).await.expect("in memory");
        let end = now + Duration::from_secs(300);
        let rung = household.timers.due(end).await.expect("they ring");
        let said: Vec<_> = rung.iter().map(|(_, reply)| english(&reply.speech)).collect();
        assert!(said[0].contains("ggs"), "{said:?}");
        assert!(said[1].contains("5 minute timer") && !said[1].contains("divorce"), "{said:?}");
        let due = household.agenda.due(end).await.expect("it is known");
        let [Due::Announce(_, reminder)] = &due[..] else { panic!("{} things happen", due.len()) };
        assert!(english(&reminder.speech).starts_with("You have a reminder. It's locked"));
        assert_eq!(household.agenda.next_due(), None, "nothing is tried over and over");

        store.unlock(&passphrase).await.expect("it opens");
        let told = household.unlocked(end + Duration::from_secs(60)).await.expect("it is read");
        let told: Vec<_> = told
            .iter()
            .map(|due| match due {
                Due::Announce(_, reply) => english(&reply.speech),
                Due::Act(_) => panic!("it was not to be done any more"),
            })
            .collect();
        assert_eq!(told.len(), 2);
        assert!(told.iter().any(|told| told.ends_with("Reminder: call the oncologist.")));
        assert!(told.iter().any(|told| told.ends_with("so I couldn't do this: oven off.")));
        assert_eq!(household.lists.views().len(), 1);
        let names: Vec<_> = household.timers.views().into_iter().map(|view| view.name).collect();
        assert_eq!(names, [Some("eggs".to_owned()), Some("divorce".to_owned())]);
        assert!(household.agenda.entries(skills::Kind::Reminder).is_empty());
        drop(household);
        store.close().await;
        let store = Store::open(&folder, &config).await.expect("a store");
        store.unlock(&passphrase).await.expect("it opens");
        let timers = store.things::<skills::Timer>(Thing::Timer).await.expect("it can be read");
        assert_eq!(timers.len(), 2, "what was set behind the lock was written");
    }

    #[tokio::test]
    async fn a_recording_neither_meets_nor_leaves_a_timer() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path().join("data");
        let now = SystemTime::now();
        let context = Context::at(now);
        let timer = |minutes| Intent::named("HassStartTimer").with_number("minutes", minutes);
        let reminder = Intent::named("HarkAddReminder").with_text("when", "timer");
        let reminder = reminder.with_text("task", "turn the fish");
        {
            let household = open(&folder).await;
            household.timers.handle(&timer(5.0), &context).await.expect("it is kept");
            household.agenda.handle(&reminder, &context).await.expect("it is kept");
            let milk = Intent::named("HassShoppingListAddItem").with_text("item", "milk");
            household.lists.handle(&milk, &context).await.expect("it is kept");
        }
        let end = now + Duration::from_secs(300);
        {
            let recording = open_with(&folder, books_of_recording).await;
            assert_eq!(recording.lists.views().len(), 1, "a list is no matter of time");
            assert!(recording.timers.views().is_empty());
            assert_eq!(recording.agenda.next_due(), None);
            recording.timers.handle(&timer(1.0), &context).await.expect("memory");
            assert_eq!(recording.timers.due(end).await.expect("memory").len(), 1);
            let stop = Intent::named("HassCancelAllTimers");
            recording.timers.handle(&stop, &context).await.expect("memory");
        }
        let household = open(&folder).await;
        assert_eq!(household.timers.due(end).await.expect("it is kept").len(), 1);
        assert_eq!(household.agenda.due(end).await.expect("it is kept").len(), 1);
    }
}
