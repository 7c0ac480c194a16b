//! Every page in the pseudo-language: what has no accents is a name, or what somebody said.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use language::testing::{Known, pseudo};
use regex::Regex;
use tokio::sync::watch;
use voice::{
    AgendaKind, AgendaView, Answer, Device, ListView, Outcome, PrivateText, Repeat, Status,
    TimerView,
};

use crate::rig::{HOST, Rig, form_request, now, read};

/// Names that a page shows in any language: of the program, of its commands and of the household.
/// "Very well." was the answer to a turn.
const NAMES: &str = "Hark hark erase prove grammar Very well kitchen Lamp call mom shopping milk tea HassTurnOn name page \
    GET POST pizza none h d m";
const GIVEN: &str = "correct+horse+battery";

#[tokio::test]
async fn no_page_says_a_word_that_is_not_in_the_language() {
    for status in [busy(), Status::default()] {
        let rig = Rig::speaking(pseudo(), watch::channel(status).1).await;
        rig.say("milk tea", Outcome::Done).await;
        for outcome in Outcome::ALL {
            rig.say("", outcome).await;
        }
        let found = rig.search("q=milk&outcome=done").await;
        for path in [
            "/",
            &found,
            "/?from=2026-11-01",
            "/?to=2026-11-01",
            "/?from=2026-11-01&to=2026-11-01",
            "/?from=2026-11-01&to=2026-11-02",
            "/home",
            "/lists",
            "/lists/empty?list=shopping",
            "/history/delete",
            "/settings",
            // Mistakes.
            "/nothing/here",
            "/?from=milk",
            "/?outcome=milk",
            "/?after=milk",
            "/?search=milk",
            "/lists/empty?list=tea",
            "/lists/empty",
        ] {
            check(path, &rig.get(path).await.1);
        }
        let link = rig.sign_in.link(std::time::Instant::now()).unwrap();
        let (_, path) = link.expose().split_at("http://127.0.0.1:8765".len());
        check(path, &rig.get(path).await.1);
        let browsed = Request::get("/home").header(header::HOST, HOST);
        let browsed = browsed.header(header::ACCEPT, "text/html").body(Body::empty()).unwrap();
        check("/home", &read(rig.send_as_stranger(browsed).await).await.1);
        let secret = format!("secret={}", &path["/enter/".len()..]);
        for _ in 0..2 {
            let response = rig.send_as_stranger(form_request("/enter", &secret)).await;
            if response.status() != StatusCode::SEE_OTHER {
                check("/enter", &read(response).await.1);
            }
        }
        for (path, form) in [
            ("/enter", "secret=milk"),
            ("/settings/prove", ""),
            ("/settings/retention", "audio=milk&text=1d&false_wakes=1d"),
            ("/settings/retention", "audio=1d"),
            ("/settings/volume", "volume=milk"),
            ("/settings/passphrase", "current=&new=milk&again=tea"),
            ("/settings/passphrase", "current=&new=milk&again=milk"),
            ("/history/delete", "id=milk"),
            ("/lists/take-off", "item=milk"),
            ("/agenda/milk/cancel", ""),
            ("/ask", "text="),
        ] {
            let (status, page) = rig.post(path, form).await;
            assert!(status != StatusCode::SEE_OTHER, "{path} with {form}");
            check(path, &page);
        }
    }
}

#[tokio::test]
async fn nor_does_one_of_a_locked_history() {
    let rig = Rig::speaking(pseudo(), watch::channel(Status::default()).1).await;
    let form = format!("current=&new={GIVEN}&again={GIVEN}");
    assert_eq!(rig.post("/settings/passphrase", &form).await.0, StatusCode::SEE_OTHER);
    check("/settings", &rig.get("/settings").await.1);
    let rig = rig.again().await;
    for path in ["/", "/settings", "/history/delete"] {
        check(path, &rig.get(path).await.1);
    }
    for (path, form) in [("/unlock", "passphrase=milk"), ("/settings/prove", "")] {
        check(path, &rig.post(path, form).await.1);
    }
}

#[tokio::test]
async fn nor_does_an_answer() {
    for outcome in [Outcome::Done, Outcome::Refused] {
        let mut rig = Rig::speaking(pseudo(), watch::channel(busy()).1).await;
        let mut asked = std::mem::replace(&mut rig.requests, tokio::sync::mpsc::channel(1).1);
        for given in [Answer::Given { speech: "".into(), outcome, intent: None }, Answer::Busy] {
            let answering = async {
                let waiting = asked.recv().await.unwrap().answer.unwrap();
                assert!(waiting.send(given).is_ok());
            };
            let ((_, page), ()) = tokio::join!(rig.post("/ask", "text=milk"), answering);
            check("/ask", &page);
        }
    }
}

#[test]
fn the_script_has_no_texts() {
    let script = include_str!("../../../../web/static/app.js");
    let comment = Regex::new(r"(?m)(^|\s)//.*$").unwrap();
    let selector = Regex::new(r#"(\$|all|closest|matches)\(\s*("[^"]*"|`[^`]*`)"#).unwrap();
    let literal = Regex::new(r#""[^"\n]*"|'[^'\n]*'|`[^`]*`"#).unwrap();
    let value = Regex::new(r"\$\{[^}]*\}").unwrap();
    let script = comment.replace_all(script, "");
    let script = selector.replace_all(&script, "$1(");
    let is_text = |literal: &str| {
        let words = value.replace_all(literal, " ");
        let words = words.split(|letter: char| letter.is_whitespace() || "\"'`".contains(letter));
        words.filter(|word| word.len() > 1 && word.chars().all(char::is_alphabetic)).count() > 1
    };
    let texts: Vec<_> = literal.find_iter(&script).map(|found| found.as_str()).collect();
    assert!(texts.contains(&"\"keydown\""), "the literals are found");
    assert!(is_text("`Delete ${count} ticked`"), "and so is a text");
    let texts: Vec<_> = texts.into_iter().filter(|literal| is_text(literal)).collect();
    assert!(texts.is_empty(), "{texts:?}");
}

/// A house in which everything is going on.
fn busy() -> Status {
    let timer = |id, name: Option<&str>, ringing| TimerView {
        id,
        name: name.map(str::to_owned),
        due: now() + Duration::from_secs(299),
        ringing,
    };
    let day = Duration::from_secs(24 * 60 * 60);
    let entry = |id, days: Option<u32>, repeat| AgendaView {
        id,
        kind: [AgendaKind::Alarm, AgendaKind::Reminder, AgendaKind::Command][id as usize % 3],
        label: (id % 2 == 0).then(|| "call mom".into()),
        next: days.map(|days| now() + day * days),
        repeat,
        ringing: id == 1,
    };
    let states =
        ["on", "off", "open", "closed", "locked", "playing", "docked", "not_home", "unknown"];
    let devices = states.into_iter().map(|state| Device {
        id: "switch.lamp".into(),
        name: "Lamp".into(),
        area: Some("Kitchen".into()),
        domain: "switch".into(),
        state: state.into(),
    });
    let items = ["milk", "tea"].map(PrivateText::from).to_vec();
    Status {
        devices: devices.collect(),
        timers: vec![timer(1, Some("pizza"), false), timer(2, None, true)],
        agenda: vec![
            entry(1, Some(0), Repeat::Never),
            entry(2, Some(1), Repeat::Weekly(0b111_1111)),
            entry(3, Some(3), Repeat::Weekly(0b001_0101)),
            entry(4, Some(30), Repeat::Sunrise(0b001_1111)),
            entry(5, Some(400), Repeat::Sunset(0b110_0000)),
            entry(6, None, Repeat::Yearly),
            entry(7, Some(1), Repeat::AfterTimer),
        ],
        lists: vec![
            ListView { name: "shopping".into(), items },
            ListView { name: "tea".into(), items: Vec::new() },
        ],
        ..Status::default()
    }
}

/// What a person sees or hears of a page has only words of the language, and names.
#[track_caller]
fn check(path: &str, page: &str) {
    assert!(page.contains("<html lang=\"xx\">"), "{path} is a page in the language: {page}");
    let mut known = Known::default();
    known.learn(NAMES);
    let tag = Regex::new(r"<[^>]*>").unwrap();
    let attribute = format!(r#"\s(?:{SHOWN})="([^"]*)""#);
    let attribute = Regex::new(&attribute).unwrap();
    let shown = attribute.captures_iter(page).map(|found| found.get(1).unwrap().as_str());
    let texts: Vec<&str> = tag.split(page).chain(shown).collect();
    assert!(texts.len() > 5, "{path} has texts");
    for text in texts {
        let text = text.replace("&#39;", "'").replace("&#38;", "&").replace("{count}", "");
        let unknown = known.unknown(&text);
        assert!(unknown.is_empty(), "{path} says {unknown:?} in `{}`", text.trim());
    }
}

/// Attributes that are read out or shown, some of them by the script.
const SHOWN: &str = "title|aria-label|placeholder|alt|data-counted|data-away|data-muted|data-idle|\
    data-listening|data-thinking|data-speaking";
