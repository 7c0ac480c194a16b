//! The pages on which a household reviews, plays and deletes what was said, and sees what the
//! speaker is doing.
//!
//! It knows the store, the vocabulary and the language, and nothing of sound cards, engines or the house: what
//! the running speaker shows and takes comes through [`Speaker`]. Everything works without script;
//! script makes it feel better.
#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr))]

mod accept;
mod clip;
mod config;
mod connections;
mod delete;
mod error;
mod form;
mod gate;
mod history;
mod house;
mod limits;
mod lists;
mod live;
mod lock;
mod muted;
mod problem;
mod proof;
mod search;
mod sessions;
mod settings;
mod sign_in;
mod stall;
mod texts;
mod view;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use accept::Patience;
use axum::Router;
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::sync::{broadcast, mpsc, oneshot, watch};

pub use config::Config;
pub use error::{Error, Reason};
use language::Language;
pub use muted::serve_muted;
pub use sign_in::SignIn;
use store::Store;
use texts::Texts;
use voice::{Answer, Event, PrivateText, Request, Status, What};

/// The running speaker, as far as a page may see and steer it.
#[derive(Clone)]
pub struct Speaker {
    /// What it is doing.
    pub status: watch::Receiver<Status>,
    /// What happens; a page that lags behind reloads.
    pub events: broadcast::Sender<Event>,
    /// Takes requests.
    pub requests: mpsc::Sender<Asked>,
    /// The wall clock.
    pub clock: fn() -> SystemTime,
    /// In whose words the pages speak.
    pub language: Arc<Language>,
}

/// Something that a page asks of the speaker.
pub struct Asked {
    /// Who asks, for what.
    pub request: Request,
    /// Where the answer to a typed command is waited for.
    pub answer: Option<oneshot::Sender<Answer>>,
}

/// Longest time that a page waits for the answer to a typed command.
const ANSWER_WAIT: Duration = Duration::from_secs(30);
/// Longest time that a page waits for an order of its own.
const ORDER_WAIT: Duration = Duration::from_secs(3);

#[derive(Clone)]
struct App {
    store: Store,
    speaker: Speaker,
    sign_in: SignIn,
    searches: Arc<search::Searches>,
    t: Texts,
    zone: jiff::tz::TimeZone,
    /// Its sender goes when the server closes, which ends the streams.
    closing: watch::Receiver<()>,
}

impl App {
    fn now(&self) -> SystemTime {
        (self.speaker.clock)()
    }

    async fn order(&self, what: What) -> Result<(), Error> {
        let asked = Asked { request: Request::from_page(what), answer: None };
        self.speaker.requests.send(asked).await.map_err(|_| Error::SpeakerGone)
    }

    /// Types a command and waits for its answer; another one that is being answered comes first.
    async fn ask(&self, text: PrivateText) -> Result<Answer, Error> {
        let (answer, answered) = oneshot::channel();
        let request = Request::from_page(What::Text(text));
        let asked = Asked { request, answer: Some(answer) };
        self.speaker.requests.send(asked).await.map_err(|_| Error::SpeakerGone)?;
        match tokio::time::timeout(ANSWER_WAIT, answered).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_)) => Err(Error::SpeakerGone),
            Err(_) => Ok(Answer::Busy),
        }
    }

    /// Gives an order and waits until it is done, so that the page that follows shows it. A speaker
    /// that cannot do it has said so in its log, and the page shows what is true.
    async fn order_and_wait(
        &self,
        what: What,
        is_done: impl FnMut(&Status) -> bool,
    ) -> Result<(), Error> {
        self.order(what).await?;
        let mut status = self.speaker.status.clone();
        let _ = tokio::time::timeout(ORDER_WAIT, status.wait_for(is_done)).await;
        Ok(())
    }
}

/// All routes behind the gate. Whoever was not let in by `sign_in` sees nothing of the household.
/// Event streams end when the sender of `closing` is dropped.
pub fn router(
    store: Store,
    speaker: Speaker,
    sign_in: SignIn,
    closing: watch::Receiver<()>,
) -> Router {
    let t = Texts::new(Arc::clone(&speaker.language));
    let authorities = authorities(sign_in.address());
    let (door, zone) = (sign_in.clone(), jiff::tz::TimeZone::system());
    let searches = Arc::default();
    let app = App { store, speaker, sign_in, searches, t: t.clone(), zone, closing };
    Router::new()
        .route("/", get(history::list))
        .route("/search", post(history::search))
        .route("/turns/{id}/delete", post(delete::one))
        .route("/history/delete", get(delete::confirm).post(delete::many))
        .route("/clips/{id}", get(clip::play))
        .route("/home", get(house::show))
        .route("/timers/{id}/cancel", post(house::cancel_timer))
        .route("/agenda/{id}/cancel", post(house::cancel_entry))
        .route("/lists", get(lists::show))
        .route("/lists/take-off", post(lists::take_off))
        .route("/lists/empty", get(lists::confirm).post(lists::empty))
        .route("/settings", get(settings::show))
        .route("/settings/retention", post(settings::retention))
        .route("/limits", get(limits::show))
        .route("/settings/time", post(settings::confirm_time))
        .route("/settings/volume", post(settings::volume))
        .route("/settings/modes", post(settings::modes))
        .route("/settings/passphrase", post(lock::change))
        .route("/settings/prove", post(proof::prove))
        .route("/unlock", post(lock::unlock))
        .route("/mute", post(live::mute))
        .route("/hush", post(live::hush))
        .route("/ask", post(live::ask))
        .route("/events", get(live::events))
        .route("/enter", post(sign_in::enter))
        .route("/enter/{secret}", get(sign_in::ask))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/static/app.css", get(live::style))
        .route("/static/app.js", get(live::script))
        .route("/static/icon.svg", get(live::icon))
        .fallback(|| async { Error::NotFound })
        .with_state(app)
        .layer(axum::middleware::from_fn(form::whole))
        .layer(axum::middleware::from_fn_with_state(door, sign_in::check))
        .layer(axum::middleware::from_fn_with_state(t, problem::draw))
        .layer(axum::middleware::from_fn_with_state(Arc::new(authorities), gate::check))
}

/// Opens the port that `config` names.
///
/// # Errors
/// [`Error::Exposed`] when others could reach it while there is no password, [`Error::Port`] when
/// it cannot be opened.
pub async fn bind(config: &Config) -> Result<TcpListener, Error> {
    if !config.listen.ip().is_loopback() {
        return Err(Error::Exposed(config.listen));
    }
    TcpListener::bind(config.listen)
        .await
        .map_err(|source| Error::Port { address: config.listen, source })
}

/// Serves the pages on `listener`, to those whom `sign_in` lets in, until `shutdown` ends. What is not over a
/// second later is cut.
pub async fn serve(
    listener: TcpListener,
    store: Store,
    speaker: Speaker,
    sign_in: SignIn,
    shutdown: impl Future<Output = ()> + Send + 'static,
) {
    let (open, closing) = watch::channel(());
    let shutdown = async move {
        shutdown.await;
        drop(open);
    };
    let router = router(store, speaker, sign_in, closing);
    accept::serve(listener, router, Patience::default(), shutdown).await;
}

/// The values of `Host` under which a browser on this machine asks for the pages.
fn authorities(address: SocketAddr) -> Vec<String> {
    let port = address.port();
    let mut hosts =
        ["localhost", "127.0.0.1", "[::1]"].map(|host| format!("{host}:{port}")).to_vec();
    // A link leads there, whatever it is.
    hosts.push(address.to_string());
    hosts
}
