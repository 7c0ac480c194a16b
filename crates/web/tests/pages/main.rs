//! The pages, asked as a browser asks.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

mod household;
mod limits;
mod lock;
mod pseudo;
mod rig;
mod sign_in;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use futures_util::StreamExt as _;
use tower::ServiceExt as _;
use voice::{Answer, SatelliteId, What};
use voice::{Event, Outcome, Phase, testing};

use crate::rig::{HOST, Rig, now};

#[tokio::test]
async fn a_turn_stands_in_the_history_and_goes_when_deleted() {
    let rig = Rig::new().await;
    let id = rig.say("switch on the aardvark", Outcome::Done).await;
    let (status, page) = rig.get("/").await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("switch on the aardvark") && page.contains("Very well."));
    assert!(page.contains("Delete 1 turn<"), "the button says what goes");
    let (status, _) = rig.post(&format!("/turns/{id}/delete"), "").await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let (_, page) = rig.get("/").await;
    assert!(!page.contains("switch on the aardvark"));
    assert!(page.contains("Nothing is kept"));
    assert_eq!(rig.get(&format!("/clips/{id}")).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_filter_shows_and_deletes_only_what_it_finds() {
    let rig = Rig::new().await;
    rig.say("turn on the kitchen light", Outcome::Done).await;
    rig.say("play the beatles", Outcome::NotUnderstood).await;
    rig.say("kitchen sink", Outcome::NotUnderstood).await;
    let found = rig.search("q=KITCHEN&outcome=not_understood").await;
    let (_, page) = rig.get(&found).await;
    assert!(page.contains("kitchen sink") && !page.contains("kitchen light"));
    assert!(page.contains("Delete 1 turn not understood with “KITCHEN”"));
    let form = "what=shown&q=KITCHEN&outcome=not_understood&from=&to=";
    rig.post("/history/delete", form).await;
    let (_, page) = rig.get("/").await;
    assert!(!page.contains("kitchen sink"));
    assert!(page.contains("kitchen light") && page.contains("play the beatles"));
    assert_eq!(rig.get("/?from=yesterday").await.0, StatusCode::BAD_REQUEST);
    assert_eq!(rig.get("/?outcome=great").await.0, StatusCode::BAD_REQUEST);
    assert_eq!(rig.get("/?after=nonsense").await.0, StatusCode::BAD_REQUEST);
}

/// Browsers keep addresses: in their history, and for what they propose.
#[tokio::test]
async fn no_address_has_the_words_that_were_searched() {
    let rig = Rig::new().await;
    for number in 0..60 {
        rig.say(&format!("quokka marmalade {number}"), Outcome::Done).await;
    }
    rig.say("play the beatles", Outcome::Done).await;
    let page = rig.get("/").await.1;
    assert!(page.contains("<form class=\"filter\" method=\"post\" action=\"/search\""));
    assert!(page.contains("name=\"q\" value=\"\" autocomplete=\"off\""));
    let found = rig.search("q=+Quokka+marmalade&from=&to=&outcome=done").await;
    let (_, first) = rig.get(&found).await;
    assert!(first.contains("60 turns done with “Quokka marmalade”"), "{first}");
    let links = |page: &str| -> Vec<String> {
        let links = page.split("href=\"").skip(1).chain(page.split("action=\"").skip(1));
        links.map(|link| link.split('"').next().unwrap().replace("&#38;", "&")).collect()
    };
    let older = links(&first).into_iter().find(|link| link.contains("after=")).unwrap();
    let asked = links(&first).into_iter().find(|link| link.starts_with("/history/delete?"));
    let asked = asked.unwrap();
    let (_, second) = rig.get(&older).await;
    assert_eq!(second.matches("class=\"said\"").count(), 10, "the rest of it");
    let (_, question) = rig.get(&asked).await;
    assert!(question.contains("Delete 60 turns done with “Quokka marmalade”?"), "{question}");
    let all = [&first, &second, &question].into_iter().flat_map(|page| links(page));
    let all: Vec<_> = all.chain([found, older, asked.clone()]).collect();
    let told = |link: &&String| {
        let link = link.to_lowercase();
        link.contains("quokka") || link.contains("marmalade")
    };
    assert!(all.len() > 20 && all.iter().find(told).is_none(), "{all:?}");
    // Words in an address are not looked for.
    assert!(rig.get("/?q=quokka").await.1.contains("Delete all 61 turns"));
    // What was sealed by another run is refused, and is not everything.
    let other = Rig::new().await;
    for path in [&asked, &asked.replace("/history/delete", "/")] {
        let (status, page) = other.get(path).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(page.contains("search again"), "{page}");
    }
    let form = "what=shown&q=Quokka+marmalade&from=&to=&outcome=done";
    rig.post("/history/delete", form).await;
    assert!(rig.get("/").await.1.contains("Delete 1 turn<"));
}

#[tokio::test]
async fn ticked_turns_go_and_the_others_stay() {
    let rig = Rig::new().await;
    let first = rig.say("aardvark", Outcome::Done).await;
    let second = rig.say("bumblebee", Outcome::Done).await;
    rig.say("crocodile", Outcome::Done).await;
    rig.post("/history/delete", &format!("id={first}&id={second}")).await;
    let (_, page) = rig.get("/").await;
    assert!(!page.contains("aardvark") && !page.contains("bumblebee"));
    assert!(page.contains("crocodile"));
    // Nothing ticked deletes nothing.
    rig.post("/history/delete", "").await;
    assert!(rig.get("/").await.1.contains("crocodile"));
}

#[tokio::test]
async fn what_was_said_cannot_become_markup() {
    let rig = Rig::new().await;
    rig.say("<script>alert(1)</script>", Outcome::Done).await;
    let found = rig.search("q=%22%3E%3Cscript%3Ealert(1)").await;
    for path in ["/", &found] {
        let (_, page) = rig.get(path).await;
        assert!(!page.contains("<script>alert"), "{path}");
        assert!(!page.contains("\"><script"), "{path}");
    }
}

#[tokio::test]
async fn a_clip_comes_in_the_parts_that_are_asked_for() {
    let rig = Rig::new().await;
    let id = rig.say("hello", Outcome::Done).await;
    let clip = rig.store.clip(id, now()).unwrap();
    let all = clip.read_all(now()).await.unwrap().unwrap();
    let length = all.len();
    let (part, last) = (StatusCode::PARTIAL_CONTENT, length - 1);
    let place = |from: usize, to: usize| Some(format!("bytes {from}-{to}/{length}"));
    for (range, status, place, content) in [
        (None, StatusCode::OK, None, &all[..]),
        (Some("bytes=0-"), part, place(0, last), &all[..]),
        (Some("bytes=10-19"), part, place(10, 19), &all[10..20]),
        (Some("bytes=-14"), part, place(length - 14, last), &all[length - 14..]),
        (
            Some("bytes=9999-"),
            StatusCode::RANGE_NOT_SATISFIABLE,
            Some(format!("bytes */{length}")),
            &[],
        ),
        (
            Some("bytes=5-1"),
            StatusCode::RANGE_NOT_SATISFIABLE,
            Some(format!("bytes */{length}")),
            &[],
        ),
    ] {
        let mut request = Request::get(format!("/clips/{id}")).header(header::HOST, HOST);
        if let Some(range) = range {
            request = request.header(header::RANGE, range);
        }
        let response = rig.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), status, "{range:?}");
        let said = response.headers().get(header::CONTENT_RANGE).map(|v| v.to_str().unwrap());
        assert_eq!(said, place.as_deref(), "{range:?}");
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        assert_eq!(bytes, content, "{range:?}");
    }
}

/// A7: who plays the sound of a turn hears no more of it when it is deleted, on whichever page.
#[tokio::test]
async fn what_is_played_is_cut_when_it_is_deleted() {
    let rig = Rig::new().await;
    let said = testing::turn("turn on the light", testing::noise(48_000));
    for by_filter in [false, true] {
        let id = rig.keep(&said).await;
        let request = Request::get(format!("/clips/{id}")).header(header::HOST, HOST);
        let response = rig.send(request.body(Body::empty()).unwrap()).await;
        let length = response.headers()[header::CONTENT_LENGTH].to_str().unwrap();
        let length: usize = length.parse().unwrap();
        let mut sound = response.into_body().into_data_stream();
        let first = sound.next().await.unwrap().unwrap();
        assert!(!first.is_empty() && first.len() < length / 2, "{} of {length}", first.len());
        let (path, form) = if by_filter {
            ("/history/delete".to_owned(), "what=shown&q=light&outcome=&from=&to=")
        } else {
            (format!("/turns/{id}/delete"), "")
        };
        assert_eq!(rig.post(&path, form).await.0, StatusCode::SEE_OTHER);
        // An answer that ends with an error is not taken for a whole one.
        assert!(sound.next().await.unwrap().is_err());
        assert!(sound.next().await.is_none());
    }
}

#[tokio::test]
async fn a_browser_is_told_of_every_change() {
    let rig = Rig::new().await;
    for (event, expected) in [
        (
            Event::Phase { satellite: SatelliteId::local(), phase: Phase::Listening },
            "event: phase\ndata: listening\n\n",
        ),
        // Without data a browser would not pass them on to the page.
        (Event::HistoryChanged, "event: history\ndata: changed\n\n"),
        (Event::HouseChanged, "event: house\ndata: changed\n\n"),
        (Event::TimersChanged, "event: timers\ndata: changed\n\n"),
        (Event::AgendaChanged, "event: agenda\ndata: changed\n\n"),
        (Event::ListsChanged, "event: lists\ndata: changed\n\n"),
        (Event::SettingsChanged, "event: settings\ndata: changed\n\n"),
    ] {
        let request = Request::get("/events").header(header::HOST, HOST);
        let response = rig.send(request.body(Body::empty()).unwrap()).await;
        let mut stream = response.into_body().into_data_stream();
        rig.events.send(event).unwrap();
        let told = stream.next().await.unwrap().unwrap();
        assert_eq!(std::str::from_utf8(&told).unwrap(), expected);
    }
}

#[tokio::test]
async fn other_sites_get_nothing() {
    let rig = Rig::new().await;
    let id = rig.say("hello", Outcome::Done).await;
    let delete = format!("/turns/{id}/delete");
    let own = "http://localhost:8765";
    for (method, path, host, origin, site, expected) in [
        // A name of theirs that resolves to this machine.
        ("GET", "/", "evil.example", None, None, 421),
        ("GET", "/", "localhost:8765.evil.example", None, None, 421),
        ("GET", "/", "localhost", None, None, 421),
        ("POST", &*delete, "evil.example", Some("http://evil.example"), Some("same-origin"), 421),
        // A form of theirs that posts here.
        ("POST", &*delete, HOST, Some("http://evil.example"), Some("cross-site"), 403),
        ("POST", &*delete, HOST, Some("null"), None, 403),
        ("POST", &*delete, HOST, None, None, 403),
        ("POST", &*delete, HOST, Some(own), Some("same-site"), 403),
        ("POST", &*delete, HOST, Some("http://localhost:9999"), Some("same-site"), 403),
        ("POST", "/mute", HOST, Some("http://evil.example"), None, 403),
        ("GET", "/", HOST, None, Some("cross-site"), 200),
        ("POST", &*delete, HOST, Some(own), Some("same-origin"), 303),
    ] {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, host);
        if let Some(origin) = origin {
            request = request.header(header::ORIGIN, origin);
        }
        if let Some(site) = site {
            request = request.header("sec-fetch-site", site);
        }
        let response = rig.send(request.body(Body::empty()).unwrap()).await;
        let label = format!("{method} {path} at {host} from {origin:?} {site:?}");
        assert_eq!(response.status().as_u16(), expected, "{label}");
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store", "{label}");
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("default-src 'self'") && !policy.contains("unsafe"), "{label}");
    }
    let twice = Request::get("/").header(header::HOST, HOST).header(header::HOST, HOST);
    let response = rig.send(twice.body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test]
async fn the_settings_page_changes_retention_and_volume() {
    let rig = Rig::new().await;
    rig.say("aardvark", Outcome::Done).await;
    let (_, page) = rig.get("/settings").await;
    assert!(page.contains("<option value=\"1d\" selected>1 day"));
    rig.post("/settings/retention", "audio=none&text=7d&false_wakes=1h").await;
    let retention = rig.store.settings().borrow().retention;
    assert_eq!(
        (retention.audio.to_string(), retention.text.to_string()),
        ("none".into(), "7d".into())
    );
    assert!(!rig.get("/").await.1.contains("data-clip"), "the sound is gone at once");
    let (status, page) = rig.post("/settings/retention", "audio=x&text=7d&false_wakes=1h").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(page.contains("write none, or a number with m, h or d"));
    rig.post("/settings/volume", "volume=35").await;
    assert_eq!(rig.store.settings().borrow().satellite(&SatelliteId::local()).volume, 35);
}

#[tokio::test]
async fn each_mode_is_switched_on_and_off_by_its_box() {
    let rig = Rig::new().await;
    let names = ["storing", "guests", "quiet"];
    for ticked in [vec![], vec!["storing"], vec!["guests"], vec!["quiet"], names.to_vec()] {
        let form: Vec<_> = ticked.iter().map(|name| format!("{name}=on")).collect();
        let (status, _) = rig.post("/settings/modes", &form.join("&")).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{ticked:?}");
        let settings = rig.store.settings().borrow().clone();
        let store::Switches { storing, guests } = settings.switches;
        let quiet = settings.satellite(&SatelliteId::local()).quiet;
        let page = rig.get("/settings").await.1;
        for (name, is_on) in names.into_iter().zip([storing, guests, quiet]) {
            assert_eq!(is_on, ticked.contains(&name), "{name} in the store, {ticked:?}");
            let shown = page.contains(&format!("name=\"{name}\" checked"));
            assert_eq!(shown, is_on, "{name} on the page, {ticked:?}");
        }
    }
}

#[tokio::test]
async fn the_house_and_the_timers_are_shown_and_orders_reach_the_speaker() {
    let (shown, status) = tokio::sync::watch::channel(rig::house());
    let mut rig = Rig::showing(status).await;
    let (_, page) = rig.get("/home").await;
    assert!(page.contains("data-device=\"light.kitchen\" data-state=\"on\""));
    assert!(page.contains("pizza") && page.contains("4:59"));
    shown.send_modify(|status| status.timers.clear());
    rig.post("/timers/7/cancel", "").await;
    rig.post("/hush", "").await;
    assert_eq!(rig.post("/ask", "text=++").await.0, StatusCode::BAD_REQUEST);
    assert!(rig.asked().await == Some(What::CancelTimer(7)));
    assert!(rig.asked().await == Some(What::Hush));
    let (router, cookie) = (rig.router.clone(), rig.cookie.clone());
    let muting = tokio::spawn(async move {
        let request = Request::post("/mute")
            .header(header::HOST, HOST)
            .header(header::COOKIE, cookie)
            .header(header::ORIGIN, format!("http://{HOST}"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from("muted=true"))
            .unwrap();
        router.oneshot(request).await.unwrap().status()
    });
    assert!(rig.asked().await == Some(What::Mute(true)));
    assert!(!muting.is_finished(), "the page waits until the microphone is closed");
    // It holds, however long the card takes to keep it over a restart.
    shown.send_modify(|status| status.of(&SatelliteId::local()).muted = true);
    assert_eq!(muting.await.unwrap(), StatusCode::SEE_OTHER);
    assert!(rig.get("/").await.1.contains("Open microphone"));
}

#[tokio::test]
async fn the_answer_to_a_typed_command_is_shown_and_so_is_that_another_one_waits() {
    let mut rig = Rig::new().await;
    let given = Answer::Given {
        speech: "Turned on the <b>light</b>.".into(),
        outcome: Outcome::Done,
        intent: Some("HassTurnOn".to_owned()),
    };
    for (answer, status, shown) in [
        (given, StatusCode::OK, "Turned on the &#60;b&#62;light&#60;/b&#62;."),
        (Answer::Busy, StatusCode::CONFLICT, "another one is being answered"),
    ] {
        let mut asked = std::mem::replace(&mut rig.requests, tokio::sync::mpsc::channel(1).1);
        let answering = async move {
            let web::Asked { request, answer: waiting } = asked.recv().await.unwrap();
            assert!(request.what == What::Text("turn on the light".into()));
            assert!(waiting.unwrap().send(answer).is_ok());
            asked
        };
        let form = "text=+turn+on+the+light+";
        let ((found, page), asked) = tokio::join!(rig.post("/ask", form), answering);
        rig.requests = asked;
        assert_eq!(found, status);
        assert!(page.contains(shown), "{page}");
    }
}

#[tokio::test]
async fn a_port_that_others_could_reach_is_refused_without_a_password() {
    let exposed = web::Config { listen: "0.0.0.0:0".parse().unwrap(), ..web::Config::default() };
    let error = web::bind(&exposed).await.unwrap_err().to_string();
    assert!(error.contains("127.0.0.1:8765"), "{error}");
    let first = web::Config { listen: "127.0.0.1:0".parse().unwrap(), ..web::Config::default() };
    let listener = web::bind(&first).await.unwrap();
    let taken = web::Config { listen: listener.local_addr().unwrap(), ..first };
    let error = web::bind(&taken).await.unwrap_err().to_string();
    assert!(error.contains("in use") && error.contains("another port"), "{error}");
}
