//! Lists: what is put on them, taken off, read out and taken back.

mod common;

use language::testing::english;
use std::sync::Arc;
use std::time::SystemTime;

use common::{act, say, talk};
use skills::{ListBook, MemoryLists, NamedLists};
use voice::{Outcome, Question, Reply};

const NOW: SystemTime = SystemTime::UNIX_EPOCH;

async fn open(book: &Arc<MemoryLists>) -> NamedLists {
    let book: Arc<dyn ListBook> = Arc::clone(book) as _;
    NamedLists::new(book).await.expect("memory can be read")
}

fn on(lists: &NamedLists, name: &str) -> Vec<String> {
    let view = lists.views().into_iter().find(|view| view.name == name);
    view.map(|view| view.items).unwrap_or_default()
}

async fn undo(lists: &NamedLists, reply: &Reply) {
    for intent in &reply.undo {
        act(lists, intent, NOW, false).await;
    }
}

async fn yes(lists: &NamedLists, reply: &Reply) -> Reply {
    assert!(reply.outcome == Outcome::Asked);
    let Some(Question::Confirm(intent)) = &reply.question else { panic!("nothing is asked") };
    act(lists, intent, NOW, true).await
}

#[tokio::test]
async fn things_are_put_on_the_shopping_list_and_read_out() {
    let lists = open(&Arc::default()).await;
    talk(
        &lists,
        NOW,
        &[
            ("what's on my shopping list", "The shopping list is empty."),
            ("add milk to my shopping list", "Added milk to the shopping list."),
            ("what's on my shopping list", "On the shopping list: milk."),
            ("add milk to my shopping list", "Milk is already on the shopping list."),
            (
                "add Milk, olive oil and bread to the shopping list",
                "Added olive oil and bread to the shopping list. Milk was already on it.",
            ),
            (
                "put birthday candles on my shopping list",
                "Added birthday candles to the shopping list.",
            ),
            (
                "what's on the grocery list",
                "On the shopping list: milk, olive oil, bread and birthday candles.",
            ),
            ("how many things are on my shopping list", "There are 4 things on the shopping list."),
            ("is bread on the shopping list", "Yes, bread is on the shopping list."),
            ("are eggs on the shopping list", "No, eggs aren't on the shopping list."),
            ("which lists are there", "Just the shopping list."),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_long_list_is_not_read_out_to_its_end() {
    let lists = open(&Arc::default()).await;
    let many = "apples bananas bread butter milk eggs cheese ham rice pasta salt sugar tea wine";
    say(&lists, &format!("add {many} to my shopping list"), NOW).await;
    let reply = say(&lists, "what's on my shopping list", NOW).await;
    let speech = english(&reply.speech);
    assert!(speech.starts_with("There are 14 things on the shopping list: apples,"), "{speech}");
    assert!(speech.ends_with("sugar, and 2 more."), "{speech}");
}

#[tokio::test]
async fn things_are_ticked_off_by_a_part_of_their_words() {
    let lists = open(&Arc::default()).await;
    for text in ["a dozen eggs, red wine and white wine", "milk", "mac and cheese"] {
        say(&lists, &format!("add {text} to my shopping list"), NOW).await;
    }
    talk(
        &lists,
        NOW,
        &[
            ("check off eggs from my shopping list", "Checked off a dozen eggs."),
            ("check off jam from my shopping list", "Jam isn't on the shopping list."),
            ("check off the milk from my shopping list", "Checked off milk."),
            (
                "remove mac and cheese from my shopping list",
                "Removed mac and cheese from the shopping list.",
            ),
            ("remove wine from my shopping list", "Which one, red wine or white wine?"),
        ],
    )
    .await;
    let reply = say(&lists, "remove wine from my shopping list", NOW).await;
    let Some(Question::Which(choices)) = &reply.question else { panic!("nothing is asked") };
    let (words, intent) = &choices[1];
    assert_eq!(english(std::slice::from_ref(words)), "white wine");
    act(&lists, intent, NOW, false).await;
    assert_eq!(on(&lists, "shopping"), ["red wine"]);
}

#[tokio::test]
async fn other_lists_are_made_when_they_are_wanted() {
    let lists = open(&Arc::default()).await;
    talk(
        &lists,
        NOW,
        &[
            ("add call mom and dad to my to do list", "Added call mom and dad to the to do list."),
            ("what's on my to-do list", "On the to do list: call mom and dad."),
            ("what's on my packing list", "There's no packing list."),
        ],
    )
    .await;
    let reply = say(&lists, "add socks to my packing list", NOW).await;
    assert_eq!(english(&reply.speech), "There's no packing list yet. Should I make one?");
    assert_eq!(on(&lists, "packing"), [""; 0]);
    assert_eq!(english(&yes(&lists, &reply).await.speech), "Added socks to the packing list.");
    talk(
        &lists,
        NOW,
        &[
            ("create a list called summer camp", "Created the summer camp list."),
            ("make a new summer camp list", "The summer camp list already exists."),
            ("add a tent to our summer camp list", "Added a tent to the summer camp list."),
            (
                "which lists do we have",
                "You have 3 lists: the to do list, the packing list and the summer camp list.",
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_list_is_emptied_or_deleted_only_after_a_yes() {
    let lists = open(&Arc::default()).await;
    say(&lists, "add milk and eggs to my shopping list", NOW).await;
    let reply = say(&lists, "clear my shopping list", NOW).await;
    let asked = "This removes both things from the shopping list. Are you sure?";
    assert_eq!(english(&reply.speech), asked);
    assert_eq!(on(&lists, "shopping"), ["milk", "eggs"]);
    assert_eq!(english(&yes(&lists, &reply).await.speech), "Cleared the shopping list.");
    talk(&lists, NOW, &[("clear my shopping list", "The shopping list is empty.")]).await;
    say(&lists, "add jam to my shopping list", NOW).await;
    let reply = say(&lists, "delete my shopping list", NOW).await;
    assert_eq!(
        english(&reply.speech),
        "There is 1 thing on the shopping list. Delete the list anyway?"
    );
    assert_eq!(english(&yes(&lists, &reply).await.speech), "Deleted the shopping list.");
    assert!(lists.views().is_empty());
}

#[tokio::test]
async fn every_change_can_be_taken_back() {
    let lists = open(&Arc::default()).await;
    say(&lists, "add mac and cheese, milk and eggs to my shopping list", NOW).await;
    let before = on(&lists, "shopping");
    assert_eq!(before, ["mac and cheese", "milk", "eggs"]);
    let sorted = || {
        let mut items = on(&lists, "shopping");
        items.sort();
        items
    };
    for text in [
        "add jam and butter to my shopping list",
        "remove mac and cheese from my shopping list",
        "check off milk from my shopping list",
    ] {
        let reply = say(&lists, text, NOW).await;
        assert_ne!(on(&lists, "shopping"), before, "{text}");
        undo(&lists, &reply).await;
        assert_eq!(sorted(), ["eggs", "mac and cheese", "milk"], "{text}");
    }
    for text in ["clear my shopping list", "delete my shopping list"] {
        let asked = say(&lists, text, NOW).await;
        let reply = yes(&lists, &asked).await;
        assert_eq!(on(&lists, "shopping"), [""; 0], "{text}");
        undo(&lists, &reply).await;
        assert_eq!(sorted(), ["eggs", "mac and cheese", "milk"], "{text}");
    }
    let reply = say(&lists, "create a packing list", NOW).await;
    undo(&lists, &reply).await;
    assert_eq!(lists.views().len(), 1);
    // What was there before is not taken off again.
    let reply = say(&lists, "add milk to my shopping list", NOW).await;
    assert!(reply.undo.is_empty());
}

#[tokio::test]
async fn lists_outlive_the_program() {
    let book = Arc::new(MemoryLists::default());
    say(&open(&book).await, "add milk and eggs to my shopping list", NOW).await;
    let lists = open(&book).await;
    talk(&lists, NOW, &[("check off milk from my shopping list", "Checked off milk.")]).await;
    assert_eq!(on(&open(&book).await, "shopping"), ["eggs"]);
}

#[tokio::test]
async fn what_comes_back_is_one_thing_as_before() {
    // As the page may have written it.
    let book = Arc::new(MemoryLists::default());
    let id = book.create("shopping").await.unwrap();
    book.add(id, &["gin and juice".to_owned()]).await.unwrap();
    let lists = open(&book).await;
    let reply = say(&lists, "remove gin and juice from my shopping list", NOW).await;
    assert_eq!(on(&lists, "shopping"), [""; 0]);
    undo(&lists, &reply).await;
    assert_eq!(on(&lists, "shopping"), ["gin and juice"]);
}

#[tokio::test]
async fn the_list_is_whichever_has_it_and_its_last_thing_goes() {
    let lists = open(&Arc::default()).await;
    talk(
        &lists,
        NOW,
        &[
            ("remove the last item from the shopping list", "The shopping list is empty."),
            (
                "add ben and jerry's to the shopping list",
                "Added ben and jerry's to the shopping list.",
            ),
            ("we need some coffee", "Added coffee to the shopping list."),
            ("we need to talk", "Sorry, I can't help with that."),
            ("we're out of eggs", "Added eggs to the shopping list."),
            ("add call mom to my to do list", "Added call mom to the to do list."),
            ("take call mom off my list", "Removed call mom from the to do list."),
            ("check off coffee from the list", "Checked off coffee."),
            ("take tea off the list", "Tea isn't on the shopping list."),
            ("remove the last thing from my list", "Removed eggs from the shopping list."),
        ],
    )
    .await;
    assert_eq!(on(&lists, "shopping"), ["ben and jerry's"]);
}
