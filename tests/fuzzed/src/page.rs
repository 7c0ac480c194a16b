//! The pages, by whatever a browser or somebody else on the machine sends.

use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Request, header};
use store::{Config, Keep, Retention, Store};
use tokio::sync::{broadcast, mpsc, watch};
use tower::ServiceExt as _;
use voice::Status;
use web::{Asked, SignIn, Speaker};

use crate::{RUNTIME, folder};

const HOST: &str = "localhost:8765";

struct Pages {
    router: Router,
    cookie: HeaderValue,
    /// What has been asked is thrown away, so that nobody waits.
    _closing: watch::Sender<()>,
}

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_795_000_000)
}

/// Pages of a store with a turn that has sound, and of a speaker that does nothing.
async fn pages() -> Pages {
    let day = Keep::For(Duration::from_secs(86_400));
    let retention = Retention { audio: day, text: day, false_wakes: day };
    let config = Config { retention, root: store::Tier::Memory, ..Config::default() };
    // It is used as long as the process runs, and what it holds cannot be read afterwards.
    let store = Store::open(&folder().keep(), &config).await.expect("a store");
    let turn = voice::testing::turn("turn on the light", voice::testing::noise(1600));
    store.record(&turn, now(), "kitchen").await.expect("it is kept");
    let (requests, mut taken) = mpsc::channel::<Asked>(8);
    tokio::spawn(async move { while taken.recv().await.is_some() {} });
    let (closing, closed) = watch::channel(());
    let speaker = Speaker {
        // Nobody can change it, so that nobody waits until it has changed.
        status: watch::channel(Status::default()).1,
        events: broadcast::Sender::new(8),
        requests,
        clock: now,
        language: Arc::new(language::Language::built_in("en").expect("it is built in")),
    };
    let sign_in = SignIn::at("127.0.0.1:8765".parse().expect("an address"));
    let router = web::router(store, speaker, sign_in.clone(), closed);
    let link = sign_in.link(Instant::now()).expect("random numbers");
    let secret = link.expose().rsplit('/').next().unwrap_or_default().to_owned();
    let enter = Request::post("/enter")
        .header(header::HOST, HOST)
        .header(header::ORIGIN, format!("http://{HOST}"))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(format!("secret={secret}")))
        .expect("a request");
    let entered = router.clone().oneshot(enter).await.unwrap_or_else(|never| match never {});
    let cookie = entered.headers().get(header::SET_COOKIE).expect("it lets in");
    let cookie = cookie.to_str().ok().and_then(|cookie| cookie.split(';').next());
    let cookie = cookie.and_then(|cookie| cookie.parse().ok()).expect("a cookie");
    Pages { router, cookie, _closing: closing }
}

/// A request: method and path in the first line, headers, an empty line, the body. Where no host, origin, kind of body
/// or cookie is named, it has those of a browser that was let in.
pub fn page(bytes: &[u8]) {
    static PAGES: LazyLock<Pages> = LazyLock::new(|| RUNTIME.block_on(pages()));
    // Whoever searches the whole card takes as long as that.
    let Some(request) =
        request(bytes, &PAGES.cookie).filter(|it| !it.uri().path().ends_with("/prove"))
    else {
        return;
    };
    let is_stream = request.uri().path() == "/events";
    RUNTIME.block_on(async {
        let asked = PAGES.router.clone().oneshot(request).await;
        let response = asked.unwrap_or_else(|never| match never {});
        let status = response.status();
        assert!(status.as_u16() < 500 || status == 503, "{status}");
        if !is_stream {
            let _ = axum::body::to_bytes(response.into_body(), 1 << 24).await;
        }
    });
}

fn request(bytes: &[u8], cookie: &HeaderValue) -> Option<Request<Body>> {
    let mut rest = bytes;
    let mut line = || {
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        let (line, behind) = rest.split_at(end);
        rest = &behind[1..];
        Some(line)
    };
    let first = line()?;
    let (method, path) = first.split_at(first.iter().position(|byte| *byte == b' ')?);
    let mut request = Request::builder().method(method).uri(path.get(1..)?).body(()).ok()?;
    let headers = request.headers_mut();
    while let Some(line) = line().filter(|line| !line.is_empty()) {
        let (name, value) = line.split_at(line.iter().position(|byte| *byte == b':')?);
        let name = HeaderName::from_bytes(name).ok()?;
        headers.append(name, HeaderValue::from_bytes(value.get(1..)?.trim_ascii()).ok()?);
    }
    let usual = [
        (header::HOST, HeaderValue::from_static(HOST)),
        (header::ORIGIN, HeaderValue::from_static("http://localhost:8765")),
        (header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded")),
        (header::COOKIE, cookie.clone()),
    ];
    for (name, value) in usual {
        headers.entry(name).or_insert(value);
    }
    let body = Body::from(rest.to_vec());
    Some(request.map(|()| body))
}
