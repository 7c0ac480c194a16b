//! Small things, with dice that the tests hold; and what is refused, with a reason.

mod common;

use language::testing::{english, language};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use common::{say, talk};
use skills::{Cannot, Dice, Small, fair};
use voice::{Outcome, Speech};

const NOW: SystemTime = SystemTime::UNIX_EPOCH;

/// Dice that fall as they are told, and remember how many sides they had.
fn dice(falls: &[u32]) -> (Small, Arc<Mutex<Vec<u32>>>) {
    let sides = Arc::new(Mutex::new(Vec::new()));
    let falls = falls.to_vec();
    let (next, seen) = (AtomicU32::new(0), Arc::clone(&sides));
    let dice: Dice = Arc::new(move |sides| {
        seen.lock().expect("no test panics with it").push(sides);
        falls[next.fetch_add(1, Ordering::Relaxed) as usize % falls.len()]
    });
    (Small::new(dice), sides)
}

#[tokio::test]
async fn chance_decides() {
    let (small, sides) = dice(&[0, 1, 3, 2, 4, 19, 6, 11, 2]);
    talk(
        &small,
        NOW,
        &[
            ("flip a coin", "Heads."),
            ("toss a coin", "Tails."),
            ("roll a die", "It's 4."),
            ("roll two dice", "3 and 5. That makes 8."),
            ("roll a 20-sided die", "It's 20."),
            ("pick a random number between 1 and 10", "7."),
            ("pick a card", "The queen of hearts."),
        ],
    )
    .await;
    assert_eq!(*sides.lock().unwrap(), [2, 2, 6, 6, 6, 20, 10, 13, 4]);
    let (small, _) = dice(&[0]);
    talk(&small, NOW, &[("give me a random number from 20 to 10", "10.")]).await;
}

#[tokio::test]
async fn fair_dice_stay_within_their_sides() {
    let small = Small::new(fair());
    for _ in 0..200 {
        let reply = say(&small, "roll a die", NOW).await;
        let speech = english(&reply.speech);
        let number = speech.trim_start_matches("It's ").trim_end_matches('.').parse::<u32>();
        assert!((1..=6).contains(&number.expect("a number")), "{speech}");
    }
}

#[tokio::test]
async fn no_joke_is_told_twice_in_a_row() {
    for falls in [&[0][..], &[45, 45, 45], &[3, 45, 44, 0]] {
        let (small, _) = dice(falls);
        let mut last = String::new();
        for _ in 0..100 {
            let joke = english(&say(&small, "tell me a joke", NOW).await.speech);
            assert_ne!(joke, last);
            last = joke;
        }
    }
    let jokes = language().keys().filter(|key| key.starts_with("HarkJoke."));
    let jokes = jokes.map(|key| english(&[Speech::keyed(key.to_owned())]));
    let jokes: Vec<_> = jokes.collect();
    assert!(jokes.len() >= 40);
    for joke in jokes {
        assert!(joke.len() < 120 && joke.ends_with('.'), "{joke}");
    }
}

#[tokio::test]
async fn it_is_polite() {
    let (small, _) = dice(&[0]);
    talk(
        &small,
        NOW,
        &[
            ("hello", "Hello."),
            ("thank you", "You're welcome."),
            ("thanks a lot", "You're welcome."),
            ("how are you", "I'm doing well, thanks."),
            ("what is your name", "I'm Hark."),
            ("repeat after me we are out of milk", "we are out of milk"),
        ],
    )
    .await;
    let help = english(&say(&small, "what can you do", NOW).await.speech);
    assert!(help.ends_with("delete what I just said."), "{help}");
}

#[tokio::test]
async fn what_cannot_be_done_is_refused_with_its_reason() {
    for (text, reason) in [
        ("check for updates", "handles updates"),
        ("speak slower", "configuration"),
        ("find my phone", "don't know where"),
        ("call mom", "can't make calls"),
        ("call an ambulance", "use a phone now"),
        ("what is the news", "go online"),
        ("what is on my calendar today", "have a calendar"),
        ("add dentist on friday at 3 to my calendar", "to do list"),
        ("tell me a story", "joke"),
        ("set your brightness to 50 percent", "have a display"),
        ("send a message to my wife", "have any accounts"),
        ("search the internet for cake recipes", "go online"),
        ("how do you say hello in french", "only speak English"),
        ("how many dollars in a euro", "exchange rates"),
        ("order a pizza", "go online"),
        ("how is the traffic", "go online"),
        ("restart yourself", "set me up"),
    ] {
        let reply = say(&Cannot, text, NOW).await;
        assert!(reply.outcome == Outcome::Refused, "{text}");
        assert!(english(&reply.speech).contains(reason), "{text}: {}", english(&reply.speech));
    }
}
