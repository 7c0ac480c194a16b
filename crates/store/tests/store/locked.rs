//! What the household keeps is gone when it is taken away, and opens with the passphrase alone if there is one.

use std::path::Path;

use serde_json::{Value, json};
use store::{Config, Error, Filter, Keep, Lock, Retention, Selection, Store, Thing};
use voice::{PrivateText, SatelliteId};

use crate::common::{Rig, keep, noon, rig, volume};

const GIVEN: &str = "correct horse battery";

fn timer(name: Option<&str>) -> Value {
    json!({"name": name, "due_ms": 1_795_000_300_000_i64, "ringing": false})
}

fn reminder(label: &str) -> Value {
    json!({"kind": "reminder", "rule": "once", "label": label, "steps": "[]", "next_ms": 7})
}

fn given() -> PrivateText {
    PrivateText::from(GIVEN)
}

async fn open(folder: &Path, config: &Config) -> Store {
    Store::open(folder, config).await.unwrap()
}

/// A household with a list, a timer and a reminder.
async fn household(config: &Config) -> (Rig, i64, Vec<i64>) {
    let rig = rig(config).await;
    let list = rig.store.create_list("affair gifts").await.unwrap();
    let items = ["perfume for jessica".to_owned(), "roses".to_owned()];
    let items = rig.store.add_list_items(list, &items).await.unwrap();
    rig.store.put_thing(Thing::Timer, 0, &timer(Some("divorce"))).await.unwrap();
    rig.store.put_thing(Thing::Entry, 0, &reminder("oncologist")).await.unwrap();
    (rig, list, items)
}

async fn things(store: &Store, kind: Thing) -> Vec<(i64, Value)> {
    store.things(kind).await.unwrap()
}

/// Whoever kept a copy of the database, or finds its old blocks, has nothing with the keys of now: each thing that
/// can be taken away takes them along.
#[tokio::test]
async fn an_old_copy_of_the_database_does_not_open_with_the_keys_of_now() {
    type Takes = fn(Store, i64, Vec<i64>) -> voice::BoxFuture<'static, store::Result<()>>;
    let ways: [(&str, Takes); 5] = [
        ("an item", |store, _, items| {
            Box::pin(async move { store.remove_list_items(&items[..1]).await })
        }),
        ("a list", |store, list, _| Box::pin(async move { store.delete_list(list).await })),
        ("a timer", |store, _, _| {
            Box::pin(async move { store.remove_things(Thing::Timer, &[1]).await })
        }),
        ("a reminder", |store, _, _| {
            Box::pin(async move { store.remove_things(Thing::Entry, &[1]).await })
        }),
        ("its words", |store, _, _| {
            let other = reminder("dentist");
            Box::pin(async move { store.put_thing(Thing::Entry, 1, &other).await.map(drop) })
        }),
    ];
    let config = keep("none", "1d");
    for (way, takes) in ways {
        let (rig, list, items) = household(&config).await;
        rig.store.close().await;
        let path = rig.folder.path().join("household.db");
        let before = std::fs::read(&path).unwrap();
        let store = open(rig.folder.path(), &config).await;
        takes(store.clone(), list, items).await.unwrap();
        store.close().await;
        let now = std::fs::read(&path).unwrap();
        std::fs::write(&path, before).unwrap();
        let refused = Store::open(rig.folder.path(), &config).await.err();
        assert!(refused.is_some(), "{way}: the old copy opens");
        std::fs::write(&path, now).unwrap();
        let store = open(rig.folder.path(), &config).await;
        let left = store.lists().await.unwrap().iter().map(|list| list.items.len()).sum::<usize>();
        assert_eq!(
            left,
            match way {
                "an item" => 1,
                "a list" => 0,
                _ => 2,
            }
        );
        let left = (things(&store, Thing::Timer).await, things(&store, Thing::Entry).await);
        assert_eq!(left.0.len(), usize::from(way != "a timer"), "{way}");
        assert_eq!(left.1.len(), usize::from(way != "a reminder"), "{way}");
    }
}

/// What only says that something goes on as it did takes no keys along: they are drawn for what is gone.
#[tokio::test]
async fn the_root_is_drawn_anew_for_what_is_gone_only() {
    let config = keep("none", "1d");
    let (rig, list, _) = household(&config).await;
    let root = || std::fs::read(rig.folder.path().join("household.root")).unwrap();
    let before = root();
    rig.store.set_volume(&SatelliteId::local(), 35).await.unwrap();
    rig.store.add_list_items(list, &["tulips".to_owned()]).await.unwrap();
    let later = json!({"name": "divorce", "due_ms": 1_795_000_360_000_i64, "ringing": true});
    rig.store.put_thing(Thing::Timer, 1, &later).await.unwrap();
    rig.store.remove_things(Thing::Timer, &[7]).await.unwrap();
    assert!(before == root());
    rig.store.remove_things(Thing::Timer, &[1]).await.unwrap();
    assert!(before != root());
    let halves: Vec<_> = root().chunks(256 * 1024).map(|it| it.iter().all(|b| *b == 0)).collect();
    assert_eq!(halves.iter().filter(|empty| **empty).count(), 1, "one root, and no old one");
}

#[tokio::test]
async fn without_the_passphrase_nothing_of_the_household_opens() {
    let config = keep("1h", "1d");
    let (rig, list, items) = household(&config).await;
    rig.store.set_volume(&SatelliteId::local(), 35).await.unwrap();
    rig.store.set_passphrase(None, Some(&given())).await.unwrap();
    rig.store.close().await;
    let store = open(rig.folder.path(), &config).await;
    assert_eq!(*store.lock().borrow(), Lock::Closed);
    let locked = |refused: Option<Error>| assert!(matches!(refused, Some(Error::Locked)));
    locked(store.lists().await.err());
    locked(store.create_list("shopping").await.err());
    locked(store.add_list_items(list, &["x".to_owned()]).await.err());
    locked(store.backup().await.err());
    // When something is due is known, and not what it is.
    let due = json!({"due_ms": 1_795_000_300_000_i64, "ringing": false, "locked": true});
    assert_eq!(things(&store, Thing::Timer).await, [(1, due.clone())]);
    let next = json!({"kind": "reminder", "rule": "once", "next_ms": 7, "locked": true});
    assert_eq!(things(&store, Thing::Entry).await, [(1, next)]);
    // The speaker stays one: it can be muted and set.
    assert_eq!(volume(&store), 35);
    store.set_volume(&SatelliteId::local(), 20).await.unwrap();
    // A shorter time may be set, not a longer one.
    let text = |text: &str| Retention {
        text: text.parse().unwrap(),
        audio: Keep::None,
        false_wakes: Keep::None,
    };
    locked(store.set_retention(text("2d"), noon()).await.err());
    store.set_retention(text("1h"), noon()).await.unwrap();
    locked(store.set_retention(text("1d"), noon()).await.err());

    // What is set now is in memory; what is known may be changed and taken away.
    let new = store.put_thing(Thing::Timer, 0, &timer(Some("eggs"))).await.unwrap();
    assert!(new > 1);
    store.put_thing(Thing::Entry, 0, &reminder("milk")).await.unwrap();
    let mut rings = due;
    rings["ringing"] = true.into();
    store.put_thing(Thing::Timer, 1, &rings).await.unwrap();
    assert_eq!(things(&store, Thing::Timer).await.len(), 2);
    store.remove_things(Thing::Entry, &[1]).await.unwrap();
    assert!(!rig.holds(b"eggs"));
    store.unlock(&given()).await.unwrap();
    let renamed = |due| json!({"name": due, "due_ms": 1_795_000_300_000_i64, "ringing": false});
    let mut divorce = renamed("divorce");
    divorce["ringing"] = true.into();
    assert_eq!(things(&store, Thing::Timer).await, [(1, divorce), (new, renamed("eggs"))]);
    assert_eq!(things(&store, Thing::Entry).await.len(), 1);
    assert_eq!(store.lists().await.unwrap()[0].items.len(), items.len());
    store.close().await;
    let store = open(rig.folder.path(), &config).await;
    assert_eq!(things(&store, Thing::Timer).await.len(), 2, "written when it was unlocked");
    store.unlock(&given()).await.unwrap();
    let names: Vec<_> = things(&store, Thing::Timer).await.into_iter().map(|it| it.1).collect();
    assert_eq!(names[1]["name"], "eggs");
}

/// What is taken away behind the lock is owed: the key of all words goes as soon as it is known.
#[tokio::test]
async fn what_is_taken_away_behind_the_lock_goes_with_the_passphrase() {
    let config = keep("1h", "1d");
    let (rig, ..) = household(&config).await;
    rig.store.set_passphrase(None, Some(&given())).await.unwrap();
    rig.store.close().await;
    let path = rig.folder.path().join("household.db");
    let store = open(rig.folder.path(), &config).await;
    store.remove_things(Thing::Entry, &[1]).await.unwrap();
    store.close().await;
    let behind = std::fs::read(&path).unwrap();
    let store = open(rig.folder.path(), &config).await;
    store.unlock(&given()).await.unwrap();
    store.close().await;
    std::fs::write(&path, behind).unwrap();
    assert!(Store::open(rig.folder.path(), &config).await.is_err());
}

/// Deleting the history takes no passphrase, and opens no list.
#[tokio::test]
async fn who_deletes_all_behind_the_lock_has_no_lists() {
    let config = keep("1h", "1d");
    let (rig, ..) = household(&config).await;
    rig.say("xylophone", noon()).await.unwrap();
    rig.store.set_passphrase(None, Some(&given())).await.unwrap();
    rig.store.close().await;
    let store = open(rig.folder.path(), &config).await;
    store.delete(&Selection::All, noon()).await.unwrap();
    assert!(store.is_locked());
    assert!(matches!(store.lists().await, Err(Error::Locked)));
    let turn = crate::common::turn("yodel", voice::Outcome::Done);
    assert!(store.record(&turn, noon(), "kitchen").await.unwrap().is_none());
    store.close().await;
    let store = open(rig.folder.path(), &config).await;
    assert!(store.is_locked(), "nor after a start");
    store.unlock(&given()).await.unwrap();
    assert_eq!(store.count(&Filter::default(), noon()), 0);
    assert_eq!(store.lists().await.unwrap().len(), 1);
    assert!(store.record(&turn, noon(), "kitchen").await.unwrap().is_some());
    store.close().await;
    let store = open(rig.folder.path(), &config).await;
    let shown = store.list(&Filter::default(), None, 10, noon());
    assert!(matches!(shown, Err(Error::Locked)), "the history is guarded again");
}

/// The words hang from the new passphrase alone.
#[tokio::test]
async fn an_old_passphrase_opens_no_list() {
    let config = keep("1h", "1d");
    let (rig, ..) = household(&config).await;
    let new = PrivateText::from("a drawer of old keys");
    rig.store.set_passphrase(None, Some(&given())).await.unwrap();
    rig.store.set_passphrase(Some(&given()), Some(&new)).await.unwrap();
    rig.store.close().await;
    let store = open(rig.folder.path(), &config).await;
    assert!(matches!(store.unlock(&given()).await, Err(Error::Passphrase)));
    store.unlock(&new).await.unwrap();
    assert_eq!(store.lists().await.unwrap().len(), 1);
    store.set_passphrase(Some(&new), None).await.unwrap();
    store.close().await;
    let store = open(rig.folder.path(), &config).await;
    assert_eq!(*store.lock().borrow(), Lock::None);
    assert_eq!(store.lists().await.unwrap()[0].name, "affair gifts");
}

/// A voice is no open file any more, neither one of before nor a new one, and opens with the passphrase alone.
#[tokio::test]
async fn enrolled_voices_are_sealed_and_forgotten() {
    let config = keep("none", "1d");
    let rig = rig(&config).await;
    rig.store.close().await;
    let before = rig.folder.path().join("wake");
    std::fs::create_dir(&before).unwrap();
    std::fs::write(before.join("computer.rpw"), b"a voice of before").unwrap();
    let store = open(rig.folder.path(), &config).await;
    assert!(!before.exists() && !rig.holds(b"a voice of before"));
    store.put_voice("hey_jarvis", b"another voice".to_vec()).await.unwrap();
    store.put_voice("hey_jarvis", b"the other voice".to_vec()).await.unwrap();
    assert!(!rig.holds(b"other voice"));
    let expected = [
        ("computer".to_owned(), b"a voice of before".to_vec()),
        ("hey_jarvis".to_owned(), b"the other voice".to_vec()),
    ];
    assert!(store.voices().await.unwrap() == expected);
    store.set_passphrase(None, Some(&given())).await.unwrap();
    store.close().await;
    let store = open(rig.folder.path(), &config).await;
    assert!(matches!(store.voices().await, Err(Error::Locked)));
    assert!(matches!(store.put_voice("x", Vec::new()).await, Err(Error::Locked)));
    let mut changes = store.voice_changes();
    store.unlock(&given()).await.unwrap();
    assert!(changes.has_changed().unwrap(), "the detector is notified that they can be opened");
    changes.mark_unchanged();
    let root = || std::fs::read(rig.folder.path().join("household.root")).unwrap();
    let old = root();
    assert!(store.forget_voice("computer").await.unwrap());
    assert!(!store.forget_voice("computer").await.unwrap());
    assert!(changes.has_changed().unwrap());
    assert!(old != root(), "its key is gone, too");
    assert!(store.voices().await.unwrap() == expected[1..]);
}
