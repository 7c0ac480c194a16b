//! Somebody who no longer waits for an answer: a page that was closed, a skill that took too long.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use store::{Config, Filter, Lock, Selection, Store, Tier};

use crate::common::{MINUTE, keep, noon, private_folder, turn};
use voice::Outcome;

/// What comes of something that is asked for so many times, and then dropped.
async fn poll_times<T>(times: u32, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut left = times;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}

fn texts(store: &Store) -> Vec<String> {
    let page = store.list(&Filter::default(), None, 100, noon() + MINUTE).unwrap();
    page.entries.iter().map(|entry| entry.text.expose().to_owned()).collect()
}

/// Whether it was dropped, after everything else went on as before.
async fn drop_deletion(what: &dyn Fn(voice::RecordId) -> Selection, polls: u32) -> bool {
    let folder = private_folder();
    let chip = private_folder();
    let root_at = chip.path().join("chip");
    std::fs::write(&root_at, [0; 56]).unwrap();
    let config = Config { root: Tier::Chip, root_at, ..keep("1d", "1d") };
    let store = Store::open(folder.path(), &config).await.unwrap();
    let say = async |store: &Store, text: &str| {
        let id = store.record(&turn(text, Outcome::Done), noon(), "kitchen").await.unwrap();
        id.unwrap()
    };
    say(&store, "stays").await;
    let id = say(&store, "goes").await;
    let what = what(id);
    let all = matches!(what, Selection::All);
    let answer = poll_times(polls, store.delete(&what, noon() + MINUTE)).await;
    let asked = polls > 0;
    assert_eq!(texts(&store).contains(&"goes".to_owned()), !asked, "after {polls} polls");
    say(&store, "comes").await;
    let mut expected = texts(&store);
    store.close().await;
    drop(store);
    let store = Store::open(folder.path(), &config).await.unwrap();
    let mut found = texts(&store);
    if answer.is_none() {
        // Nobody was told that it went.
        found.retain(|text| text != "goes" && !(all && text == "stays"));
        expected.retain(|text| text != "goes" && !(all && text == "stays"));
    }
    expected.sort();
    found.sort();
    assert_eq!(found, expected, "after {polls} polls");
    assert_eq!(store.notice(), None, "after {polls} polls");
    store.close().await;
    answer.is_none()
}

#[tokio::test]
async fn a_deletion_that_nobody_waits_for_loses_nothing_else() {
    let mut polls = 0;
    while drop_deletion(&|id| Selection::Ids(vec![id]), polls).await {
        polls += 1;
    }
    assert!(polls > 3, "it is dropped on its way");
}

#[tokio::test]
async fn deleting_all_that_nobody_waits_for_loses_nothing_that_comes_after() {
    let mut polls = 0;
    while drop_deletion(&|_| Selection::All, polls).await {
        polls += 1;
    }
    assert!(polls > 3, "it is dropped on its way");
}

/// Whether it was dropped, after which the history opens without the passphrase or with it.
async fn drop_passphrase(polls: u32) -> bool {
    let folder = private_folder();
    let config = keep("1d", "1d");
    let store = Store::open(folder.path(), &config).await.unwrap();
    store.record(&turn("stays", Outcome::Done), noon(), "kitchen").await.unwrap();
    let given = voice::PrivateText::from("correct horse battery");
    let answer = poll_times(polls, store.set_passphrase(None, Some(&given))).await;
    store.record(&turn("comes", Outcome::Done), noon(), "kitchen").await.unwrap();
    store.close().await;
    drop(store);
    let store = Store::open(folder.path(), &config).await.unwrap();
    let lock = *store.lock().borrow();
    match lock {
        Lock::Closed => store.unlock(&given).await.unwrap(),
        _ => assert!(answer.is_none(), "it is set when it is said so"),
    }
    let mut found = texts(&store);
    found.sort();
    assert_eq!(found, ["comes", "stays"], "after {polls} polls");
    assert_eq!(store.notice(), None, "after {polls} polls");
    store.close().await;
    answer.is_none()
}

#[tokio::test]
async fn a_passphrase_that_nobody_waits_for_is_set_or_not() {
    let mut polls = 0;
    while drop_passphrase(polls).await {
        polls += 1;
    }
    assert!(polls > 1, "it is dropped on its way");
}
