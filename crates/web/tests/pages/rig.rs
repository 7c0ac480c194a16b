//! Pages without a speaker: what they show is made up, and the orders are there to be read.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use language::Language;
use store::{Config, Keep, Retention, Store};
use tokio::sync::{broadcast, mpsc, watch};
use tower::ServiceExt as _;
use voice::{Device, Event, Outcome, Pcm, RecordId, Status, TimerView, Turn, testing};
use web::{Asked, Speaker};

pub const HOST: &str = "localhost:8765";

pub fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_795_000_000)
}

pub struct Rig {
    pub store: Store,
    pub router: Router,
    pub requests: mpsc::Receiver<Asked>,
    pub events: broadcast::Sender<Event>,
    folder: tempfile::TempDir,
    language: Arc<Language>,
    _closing: watch::Sender<()>,
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
        let router = web::router(store.clone(), speaker, vec![HOST.to_owned()], closed);
        Self { store, router, requests: taken, events, folder, language, _closing: closing }
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

    pub async fn send(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub async fn get(&self, path: &str) -> (StatusCode, String) {
        let request = Request::get(path).header(header::HOST, HOST).body(Body::empty()).unwrap();
        read(self.send(request).await).await
    }

    pub async fn post(&self, path: &str, form: &str) -> (StatusCode, String) {
        let request = Request::post(path)
            .header(header::HOST, HOST)
            .header(header::ORIGIN, format!("http://{HOST}"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned()))
            .unwrap();
        read(self.send(request).await).await
    }
}

fn house() -> Status {
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

async fn read(response: Response<Body>) -> (StatusCode, String) {
    let status = response.status();
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, String::from_utf8_lossy(&bytes).into_owned())
}
