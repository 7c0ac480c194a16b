//! Who is let in: the person who runs the speaker, and nobody else on the machine.

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{HeaderValue, Request, StatusCode, header};
use voice::Outcome;

use crate::rig::{HOST, Rig, entered, form_request, read};

const SAID: &str = "switch on the aardvark";

/// What a browser asks for that shows this cookie.
fn get(path: &str, accept: &str, cookie: Option<&HeaderValue>) -> Request<Body> {
    let request = Request::get(path).header(header::HOST, HOST).header(header::ACCEPT, accept);
    let request = match cookie {
        Some(cookie) => request.header(header::COOKIE, cookie),
        None => request,
    };
    request.body(Body::empty()).unwrap()
}

#[tokio::test]
async fn strangers_get_nothing_of_the_household() {
    let mut rig = Rig::new().await;
    let id = rig.say(SAID, Outcome::Done).await;
    let clip = format!("/clips/{id}");
    for path in [
        "/",
        "/home",
        "/lists",
        "/lists/empty?list=shopping",
        "/history/delete",
        "/settings",
        &clip,
        "/events",
        "/nothing/here",
        "/static/../",
        "/static/a/b",
        "/enter/a/b",
        "//healthz",
    ] {
        for (accept, is_page) in
            [("text/html,*/*;q=0.8", true), ("*/*", false), ("text/event-stream", false)]
        {
            let response = rig.send_as_stranger(get(path, accept, None)).await;
            let kind = response.headers()[header::CONTENT_TYPE].to_str().unwrap().to_owned();
            let (status, page) = read(response).await;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{path}");
            assert!(page.contains("`hark page`"), "{path}: {page}");
            assert_eq!(kind.starts_with("text/html"), is_page, "{path} as {accept}: {kind}");
            assert!(
                !page.contains("aardvark") && !page.contains("Kitchen Light"),
                "{path}: {page}"
            );
        }
    }
    let delete = format!("/turns/{id}/delete");
    for (path, form) in [
        (&*delete, ""),
        ("/history/delete", "what=shown"),
        ("/mute", "muted=false"),
        ("/ask", "text=open+the+garage+door"),
        ("/timers/7/cancel", ""),
        ("/settings/retention", "audio=none&text=none&false_wakes=none"),
        ("/settings/passphrase", "current=&new=correct+horse+battery&again=correct+horse+battery"),
        ("/settings/prove", ""),
    ] {
        let response = rig.send_as_stranger(form_request(path, form)).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{path}");
    }
    assert!(rig.requests.try_recv().is_err(), "no order has reached the speaker");
    assert!(rig.get("/").await.1.contains(SAID), "nothing was deleted");

    let (status, page) = read(rig.send_as_stranger(get("/healthz", "*/*", None)).await).await;
    assert_eq!((status, &*page), (StatusCode::OK, "ok\n"));
    for path in ["/static/app.css", "/static/app.js", "/static/icon.svg"] {
        let response = rig.send_as_stranger(get(path, "*/*", None)).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn a_link_lets_one_browser_in() {
    let rig = Rig::new().await;
    rig.say(SAID, Outcome::Done).await;
    let link = rig.sign_in.link(Instant::now()).unwrap();
    let path = link.expose().strip_prefix("http://127.0.0.1:8765").unwrap();
    // Whoever only looks at it, as a browser does with what it thinks will be opened, leaves it good.
    for method in ["GET", "HEAD", "GET"] {
        let request = Request::builder().method(method).uri(path).header(header::HOST, HOST);
        let response = rig.send_as_stranger(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert!(!response.headers().contains_key(header::SET_COOKIE));
        let page = read(response).await.1;
        assert_eq!(page.contains("<form method=\"post\" action=\"/enter\""), method == "GET");
    }
    let form = format!("secret={}", path.strip_prefix("/enter/").unwrap());
    let response = rig.send_as_stranger(form_request("/enter", &form)).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(response.headers()[header::LOCATION], "/");
    let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("hark-8765="), "{cookie}");
    for attribute in ["; HttpOnly", "; SameSite=Strict", "; Path=/", "; Max-Age=2592000"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    let cookie: HeaderValue = cookie.split(';').next().unwrap().parse().unwrap();
    let page = read(rig.send(get("/", "text/html", Some(&cookie))).await).await;
    assert!(page.0 == StatusCode::OK && page.1.contains(SAID));
    // Among others, as a browser sends what other ports of this host have set.
    let among = format!("a=b; {}; hark-1=x", cookie.to_str().unwrap()).parse().unwrap();
    let response = rig.send(get("/", "text/html", Some(&among))).await;
    assert_eq!(response.status(), StatusCode::OK);

    // Nobody follows it again, but whoever is in and goes back to it stays in.
    let (status, page) = read(rig.send_as_stranger(form_request("/enter", &form)).await).await;
    assert_eq!(status, StatusCode::GONE);
    assert!(page.contains("That link was used already"), "{page}");
    assert_eq!(rig.post("/enter", &form).await.0, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn what_is_no_link_any_more_lets_nobody_in() {
    let rig = Rig::new().await;
    let minute = Duration::from_secs(60);
    let old = rig.sign_in.link(Instant::now().checked_sub(minute).unwrap()).unwrap();
    let secret = format!("secret={}", old.expose().rsplit('/').next().unwrap());
    let none = format!("secret={}", "0".repeat(64));
    for form in [&*secret, &none, "secret="] {
        let response = rig.send_as_stranger(form_request("/enter", form)).await;
        assert!(!response.headers().contains_key(header::SET_COOKIE));
        let (status, page) = read(response).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        assert!(page.contains("That link is good no more"), "{page}");
    }
    let (status, _) = read(rig.send_as_stranger(get("/enter/x", "text/html", None)).await).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    // Another site cannot make a browser follow one.
    let link = rig.sign_in.link(Instant::now()).unwrap();
    let form = format!("secret={}", link.expose().rsplit('/').next().unwrap());
    let mut request = form_request("/enter", &form);
    let evil = HeaderValue::from_static("http://evil.example");
    request.headers_mut().insert(header::ORIGIN, evil);
    assert_eq!(rig.send_as_stranger(request).await.status(), StatusCode::FORBIDDEN);
    // Guessing ends nothing but the guessing.
    let mut statuses = Vec::new();
    for _ in 0..30 {
        statuses.push(rig.send_as_stranger(form_request("/enter", &none)).await.status());
    }
    assert_eq!(statuses.last(), Some(&StatusCode::TOO_MANY_REQUESTS));
    assert!(entered(&rig.router, link.expose()).await.is_some());
}

#[tokio::test]
async fn a_cookie_of_another_speaker_is_none() {
    let (rig, other) = (Rig::new().await, Rig::new().await);
    rig.say(SAID, Outcome::Done).await;
    let same_name = other.cookie.clone();
    let value = rig.cookie.to_str().unwrap().split_once('=').unwrap().1.to_owned();
    let other_name = HeaderValue::from_str(&format!("hark-8766={value}")).unwrap();
    let link = rig.sign_in.link(Instant::now()).unwrap();
    let link = format!("hark-8765={}", link.expose().rsplit('/').next().unwrap()).parse().unwrap();
    for cookie in [same_name, other_name, link, HeaderValue::from_static("hark-8765=")] {
        let (status, page) = read(rig.send(get("/", "text/html", Some(&cookie))).await).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
        assert!(!page.contains(SAID));
    }
    assert_eq!(other.get("/").await.0, StatusCode::OK, "where it is from it is good");
}
