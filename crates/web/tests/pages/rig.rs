//! Pages without a speaker: what they show is made up, and the orders are there to be read.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request, Response, StatusCode, header};
use language::Language;
use store::{Config, Keep, Retention, Store};
use tokio::sync::{broadcast, mpsc, watch};
use tower::ServiceExt as _;
use voice::{Device, Event, Outcome, Pcm, RecordId, Status, TimerView, Turn, testing};
use web::{Asked, SignIn, Speaker};

pub const HOST: &str = "localhost:8765";

pub fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_795_000_000)
}

pub struct Rig {
    pub store: Store,
    pub router: Router,
    pub requests: mpsc::Receiver<Asked>,
    pub events: broadcast::Sender<Event>,
    /// Makes links.
    pub sign_in: SignIn,
    /// What a browser that followed one shows.
    pub cookie: HeaderValue,
    folder: tempfile::TempDir,
    language: Arc<Language>,
    closing: watch::Sender<()>,
}

impl Rig {
    /// A house with a light and a timer.
    pub async fn new() -> Self {
        Self::showing(watch::channel(house()).1).await
    }

    /// Pages that show this. As long as somebody can change it, they wait for what they ordered.
    pub async fn showing(status: watch::Receiver<Status>) -> Self {
        Self::speaking(Arc::new(Language::built_in("en").unwrap()), status).await
    }

    /// The same in this language.
    pub async fn speaking(language: Arc<Language>, status: watch::Receiver<Status>) -> Self {
        Self::on(tempfile::tempdir().unwrap(), language, status).await
    }

    /// The same after the speaker was restarted.
    pub async fn again(self) -> Self {
        self.store.close().await;
        drop(self.closing);
        Self::on(self.folder, self.language, watch::channel(house()).1).await
    }

    async fn on(
        folder: tempfile::TempDir,
        language: Arc<Language>,
        status: watch::Receiver<Status>,
    ) -> Self {
        let day = Keep::For(Duration::from_secs(86400));
        let retention = Retention { audio: day, text: day, false_wakes: day };
        let store =
            Store::open(&folder.path().join("data"), &Config { retention, ..Config::default() })
                .await
                .unwrap();
        let (requests, taken) = mpsc::channel(8);
        let (closing, closed) = watch::channel(());
        let events = broadcast::Sender::new(8);
        let speaker = Speaker {
            status,
            events: events.clone(),
            requests,
            clock: now,
            language: Arc::clone(&language),
        };
        let sign_in = SignIn::at("127.0.0.1:8765".parse().unwrap());
        let router = web::router(store.clone(), speaker, sign_in.clone(), closed);
        let link = sign_in.link(Instant::now()).unwrap();
        let cookie = entered(&router, link.expose()).await.unwrap();
        let requests = taken;
        Self { store, router, requests, events, sign_in, cookie, folder, language, closing }
    }

    pub async fn say(&self, text: &str, outcome: Outcome) -> RecordId {
        let turn = Turn { outcome, ..testing::turn(text, Pcm::new(vec![0.25; 1600])) };
        self.keep(&turn).await
    }

    pub async fn keep(&self, turn: &Turn) -> RecordId {
        self.store.record(turn, now(), "kitchen").await.unwrap().unwrap()
    }

    /// What a page has asked of the speaker.
    pub async fn asked(&mut self) -> Option<voice::What> {
        self.requests.recv().await.map(|asked| asked.request.what)
    }

    /// Asks as a browser that was let in, unless the request shows another cookie.
    pub async fn send(&self, mut request: Request<Body>) -> Response<Body> {
        request.headers_mut().entry(header::COOKIE).or_insert_with(|| self.cookie.clone());
        self.send_as_stranger(request).await
    }

    /// Asks as somebody else on the machine.
    pub async fn send_as_stranger(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub async fn get(&self, path: &str) -> (StatusCode, String) {
        let request = Request::get(path).header(header::HOST, HOST).body(Body::empty()).unwrap();
        read(self.send(request).await).await
    }

    pub async fn post(&self, path: &str, form: &str) -> (StatusCode, String) {
        read(self.send(form_request(path, form)).await).await
    }

    /// Searches: where what is found is shown.
    pub async fn search(&self, form: &str) -> String {
        let response = self.send(form_request("/search", form)).await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        response.headers()[header::LOCATION].to_str().unwrap().to_owned()
    }
}

/// A form as the page itself sends it.
pub fn form_request(path: &str, form: &str) -> Request<Body> {
    Request::post(path)
        .header(header::HOST, HOST)
        .header(header::ORIGIN, format!("http://{HOST}"))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(form.to_owned()))
        .unwrap()
}

/// Follows a link: the cookie that the browser gets, if it is let in.
pub async fn entered(router: &Router, link: &str) -> Option<HeaderValue> {
    let secret = link.rsplit('/').next().unwrap();
    let request = form_request("/enter", &format!("secret={secret}"));
    let response = router.clone().oneshot(request).await.unwrap();
    let cookie = response.headers().get(header::SET_COOKIE)?.to_str().unwrap();
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    Some(cookie.split(';').next().unwrap().parse().unwrap())
}

pub fn house() -> Status {
    Status {
        devices: vec![Device {
            id: "light.kitchen".into(),
            name: "Kitchen Light".into(),
            area: Some("Kitchen".into()),
            domain: "light".into(),
            state: "on".into(),
        }],
        timers: vec![TimerView {
            id: 7,
            name: Some("pizza".into()),
            due: now() + Duration::from_secs(299),
            ringing: false,
        }],
        ..Status::default()
    }
}

pub async fn read(response: Response<Body>) -> (StatusCode, String) {
    let status = response.status();
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, String::from_utf8_lossy(&bytes).into_owned())
}
