//! What the household has told the speaker to remember, and what it takes back on the page.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use tokio::sync::watch;
use tower::ServiceExt as _;
use voice::{
    AgendaKind, AgendaView, Device, ListView, PrivateText, Repeat, Shadowed, Status, What,
};

use crate::rig::{HOST, Rig, now};

/// Markup that must be shown as it was said.
const MARKUP: &str = "<b onclick=\"x()\">&'</b>";

fn alarm(id: i64) -> AgendaView {
    AgendaView {
        id,
        kind: AgendaKind::Alarm,
        label: None,
        next: Some(now() + Duration::from_secs(24 * 60 * 60)),
        repeat: Repeat::Weekly(0b001_1111),
        ringing: false,
    }
}

fn words(texts: &[&str]) -> Vec<PrivateText> {
    texts.iter().map(|text| PrivateText::from(*text)).collect()
}

fn list(name: &str, items: &[&str]) -> ListView {
    ListView { name: name.into(), items: words(items) }
}

fn household() -> Status {
    let call = AgendaView {
        kind: AgendaKind::Reminder,
        label: Some("call mom".into()),
        repeat: Repeat::Never,
        ..alarm(2)
    };
    let lamp = AgendaView {
        kind: AgendaKind::Command,
        label: Some("turn on the lamp".into()),
        next: None,
        repeat: Repeat::Sunset(0b111_1111),
        ..alarm(3)
    };
    Status {
        agenda: vec![alarm(1), call, lamp],
        lists: vec![list("shopping", &["milk", "oat milk & tea"]), list("to do", &[])],
        ..Status::default()
    }
}

/// Pages that show this, of a speaker that is not waited for.
async fn showing(status: Status) -> Rig {
    Rig::showing(watch::channel(status).1).await
}

/// The part of the page that shows one entry of the agenda.
fn entry(page: &str, id: i64) -> &str {
    let (_, rest) = page.split_once(&format!("data-entry=\"{id}\"")).unwrap();
    rest.split("</li>").next().unwrap()
}

#[tokio::test]
async fn the_agenda_is_shown_and_taken_away() {
    let mut rig = showing(household()).await;
    let (_, page) = rig.get("/home").await;
    let (alarm, call, lamp) = (entry(&page, 1), entry(&page, 2), entry(&page, 3));
    assert!(alarm.contains("<b>Alarm</b>") && alarm.contains("tomorrow at "));
    assert!(alarm.contains("every weekday"));
    assert!(call.contains("call mom") && call.contains("Reminder"));
    assert!(!call.contains("every"), "it is due once");
    assert!(lamp.contains("turn on the lamp") && lamp.contains("missed"));
    assert!(lamp.contains("every day at sunset"));
    assert!(page.contains("id=\"hush\" hidden"), "nothing rings");
    let (status, _) = rig.post("/agenda/2/cancel", "").await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert!(rig.asked().await == Some(What::CancelEntry(2)));
    assert_eq!(rig.post("/agenda/two/cancel", "").await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn an_alarm_that_rings_is_stopped_from_any_page() {
    let ringing = AgendaView { ringing: true, ..alarm(1) };
    let mut rig = showing(Status { agenda: vec![ringing], ..Status::default() }).await;
    for path in ["/", "/home", "/lists", "/settings"] {
        assert!(rig.get(path).await.1.contains("id=\"hush\" ><button"), "{path}");
    }
    let page = rig.get("/home").await.1;
    assert!(page.contains("tile ringing") && entry(&page, 1).contains("action=\"/hush\""));
    rig.post("/hush", "").await;
    assert!(rig.asked().await == Some(What::Hush));
}

#[tokio::test]
async fn lists_are_shown_and_things_taken_off() {
    let mut rig = showing(household()).await;
    let (_, page) = rig.get("/lists").await;
    assert!(page.contains("data-list=\"shopping\"") && page.contains("data-list=\"to do\""));
    assert!(page.contains("<span>milk</span>") && page.contains("Nothing is on it."));
    let shopping = || PrivateText::from("shopping");
    for (form, items) in [
        ("list=shopping&item=milk", words(&["milk"])),
        ("list=shopping&item=milk&item=oat+milk+%26+tea", words(&["milk", "oat milk & tea"])),
    ] {
        let (status, _) = rig.post("/lists/take-off", form).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert!(rig.asked().await == Some(What::TakeOff { list: shopping(), items }));
    }
    // Nothing ticked takes nothing off.
    rig.post("/lists/take-off", "list=shopping").await;
    assert_eq!(rig.post("/lists/take-off", "item=milk").await.0, StatusCode::BAD_REQUEST);
    assert!(rig.requests.try_recv().is_err());

    assert!(page.contains("href=\"/lists/empty?list=shopping\""));
    let (_, question) = rig.get("/lists/empty?list=shopping").await;
    assert!(question.contains("Remove 2 things from the shopping list?"));
    assert!(rig.requests.try_recv().is_err(), "it has only asked");
    rig.post("/lists/empty", "list=shopping").await;
    assert!(rig.asked().await == Some(What::EmptyList(shopping())));
    assert_eq!(rig.get("/lists/empty?list=other").await.0, StatusCode::NOT_FOUND);
    assert_eq!(rig.get("/lists/empty").await.0, StatusCode::BAD_REQUEST);

    let none = showing(Status::default()).await;
    assert!(none.get("/lists").await.1.contains("No lists yet"));
}

#[tokio::test]
async fn the_page_that_follows_shows_what_was_done() {
    let (speaker, status) = watch::channel(household());
    let mut rig = Rig::showing(status).await;
    for (path, form, done) in [
        ("/agenda/1/cancel", "", Status { agenda: Vec::new(), ..household() }),
        (
            "/lists/take-off",
            "list=shopping&item=milk",
            Status { lists: vec![list("shopping", &["oat milk & tea"])], ..household() },
        ),
        (
            "/lists/empty",
            "list=shopping",
            Status { lists: vec![list("shopping", &[])], ..household() },
        ),
    ] {
        speaker.send_replace(household());
        let request = Request::post(path)
            .header(header::HOST, HOST)
            .header(header::COOKIE, &rig.cookie)
            .header(header::ORIGIN, format!("http://{HOST}"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form))
            .unwrap();
        let answer = tokio::spawn(rig.router.clone().oneshot(request));
        assert!(rig.requests.recv().await.is_some(), "{path}");
        assert!(!answer.is_finished(), "{path} waits for the speaker");
        speaker.send_replace(done);
        let status = answer.await.unwrap().unwrap().status();
        assert_eq!(status, StatusCode::SEE_OTHER, "{path}");
    }
}

#[tokio::test]
async fn what_the_household_calls_things_cannot_become_markup() {
    let named = AgendaView { label: Some(MARKUP.into()), ..alarm(1) };
    let status =
        Status { agenda: vec![named], lists: vec![list(MARKUP, &[MARKUP])], ..Status::default() };
    let rig = showing(status).await;
    let (_, lists) = rig.get("/lists").await;
    let (_, rest) = lists.split_once("href=\"/lists/empty?").unwrap();
    let question = format!("/lists/empty?{}", rest.split('"').next().unwrap());
    for path in ["/home", "/lists", &question] {
        let (status, page) = rig.get(path).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        assert!(page.contains("onclick="), "{path} shows it");
        assert!(!page.contains("<b onclick") && !page.contains("onclick=\""), "{path}");
    }
}

#[tokio::test]
async fn other_sites_change_nothing() {
    let mut rig = showing(household()).await;
    for (path, form) in [
        ("/agenda/1/cancel", ""),
        ("/lists/take-off", "list=shopping&item=milk"),
        ("/lists/empty", "list=shopping"),
        ("/settings/modes", "guests=on"),
    ] {
        for (host, origin, expected) in [
            (HOST, Some("http://evil.example"), StatusCode::FORBIDDEN),
            (HOST, Some("null"), StatusCode::FORBIDDEN),
            (HOST, None, StatusCode::FORBIDDEN),
            ("evil.example", Some("http://evil.example"), StatusCode::MISDIRECTED_REQUEST),
        ] {
            let mut request = Request::post(path)
                .header(header::HOST, host)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            if let Some(origin) = origin {
                request = request.header(header::ORIGIN, origin);
            }
            let response = rig.send(request.body(Body::from(form)).unwrap()).await;
            assert_eq!(response.status(), expected, "{path} at {host} from {origin:?}");
        }
    }
    assert!(rig.requests.try_recv().is_err(), "no order has reached the speaker");
    assert!(!rig.store.settings().borrow().switches.guests);
    let request = Request::get("/lists").header(header::HOST, "evil.example");
    let response = rig.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test]
async fn a_name_that_is_also_a_command_is_warned_of() {
    let device = Device {
        id: "switch.alarm".into(),
        name: "Alarm".into(),
        area: None,
        domain: "switch".into(),
        state: "on".into(),
    };
    let shadowed = Shadowed {
        id: "switch.alarm".into(),
        name: "Alarm".into(),
        command: "turn off the alarm".into(),
    };
    let (devices, shadowed) = (vec![device], vec![shadowed]);
    let rig = showing(Status { devices, shadowed, ..Status::default() }).await;
    let (_, page) = rig.get("/home").await;
    assert!(page.contains("“turn off the alarm” is another command."), "{page}");
}
