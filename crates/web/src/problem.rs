//! What a person sees of an error: a page in place of what they asked for.

use askama::Template;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use voice::Speech;

use crate::Error;
use crate::error::Reason;
use crate::texts::{Texts, speech};

/// What went wrong, on its way to [`draw`], which knows the language.
#[derive(Clone)]
pub(crate) struct Problem {
    message: Speech,
    /// Whether it is for a program, which wants no page.
    is_plain: bool,
}

impl Problem {
    /// For a person.
    pub(crate) fn new(message: Speech) -> Self {
        Self { message, is_plain: false }
    }

    /// The same for a program.
    pub(crate) fn plain(self) -> Self {
        Self { is_plain: true, ..self }
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct Page {
    t: Texts,
    message: String,
}

/// Draws the page of a problem.
pub(crate) async fn draw(State(t): State<Texts>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let status = response.status();
    let problem = match response.extensions().get::<Problem>() {
        Some(problem) => problem.clone(),
        // What axum cannot read it refuses in English.
        None if status.is_client_error() && is_plain(&response) => {
            Problem::new(speech("error.request"))
        }
        None => return response,
    };
    let message = t.say(problem.message);
    if problem.is_plain {
        return (status, message + "\n").into_response();
    }
    match (Page { t, message }).render() {
        Ok(page) => (status, Html(page)).into_response(),
        Err(_) => status.into_response(),
    }
}

fn is_plain(response: &Response) -> bool {
    let kind = response.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    kind.is_some_and(|kind| kind.starts_with(b"text/plain"))
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Request(Reason::LongForm) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Request(Reason::SlowForm) => StatusCode::REQUEST_TIMEOUT,
            Self::Request(_) | Self::Store(store::Error::Invalid(_)) => StatusCode::BAD_REQUEST,
            Self::Busy => StatusCode::CONFLICT,
            Self::Store(store::Error::Locked) => StatusCode::LOCKED,
            Self::Store(store::Error::Passphrase) => StatusCode::FORBIDDEN,
            Self::Store(store::Error::Full) => StatusCode::INSUFFICIENT_STORAGE,
            Self::Store(store::Error::Busy) | Self::SpeakerGone | Self::Slow => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        if status.is_server_error() || matches!(self, Self::Store(store::Error::Invalid(_))) {
            tracing::warn!(error = &self as &dyn std::error::Error, "a page failed");
        }
        let mut response = status.into_response();
        response.extensions_mut().insert(Problem::new(message(&self)));
        response
    }
}

fn message(error: &Error) -> Speech {
    match error {
        Error::NotFound => speech("error.not_found"),
        Error::Request(reason) => of_request(reason),
        Error::Store(error) => of_store(error),
        Error::SpeakerGone => speech("error.speaker_gone"),
        Error::Slow => speech("error.slow"),
        Error::Busy => speech("error.busy"),
        // Who sees a page has no error of opening it.
        Error::Exposed(_)
        | Error::Port { .. }
        | Error::Serve(_)
        | Error::Sealing
        | Error::Template(_) => speech("error.broken"),
        Error::Random(_) => speech("error.store.random"),
    }
}

fn of_request(reason: &Reason) -> Speech {
    match reason {
        Reason::Form => speech("error.request"),
        Reason::Turn => speech("error.turn"),
        Reason::LongForm => speech("error.long_form"),
        Reason::SlowForm => speech("error.slow_form"),
        Reason::Search => speech("error.search"),
        Reason::Filter => speech("error.filter"),
        Reason::Day => speech("error.day"),
        Reason::Date => speech("error.date"),
        Reason::Outcome => speech("error.outcome"),
        Reason::List => speech("error.list"),
        Reason::Command => speech("error.command"),
        Reason::TwoPassphrases => speech("error.two_passphrases"),
        Reason::ShortPassphrase => speech("error.short_passphrase"),
        Reason::Duration(text) => speech("error.duration").with("text", text),
        Reason::Page => speech("error.page"),
    }
}

pub(crate) fn of_store(error: &store::Error) -> Speech {
    let at =
        |key: &str, path: &std::path::Path| speech(key).with("path", path.display().to_string());
    match error {
        store::Error::Folder { path, reason } => {
            at("error.store.folder", path).with("reason", reason)
        }
        store::Error::InUse { path } => at("error.store.in_use", path),
        store::Error::Root { path, reason } => at("error.store.root", path).with("reason", reason),
        store::Error::Erase(_) => speech("error.store.erase"),
        store::Error::EraseForNow(_) => speech("error.store.erase_for_now"),
        store::Error::Locked => speech("error.store.locked"),
        store::Error::Passphrase => speech("error.store.passphrase"),
        store::Error::Random(_) => speech("error.store.random"),
        store::Error::Kdf(_) => speech("error.store.kdf"),
        store::Error::Task { .. } => speech("error.store.task"),
        store::Error::Damaged { path, .. } => at("error.store.damaged", path),
        store::Error::Full => speech("error.store.full"),
        store::Error::Busy => speech("error.store.busy"),
        store::Error::Torn => speech("error.store.torn"),
        store::Error::Invalid(_) => speech("error.store.invalid"),
        store::Error::Io { path, .. } => at("error.store.io", path),
        store::Error::Database(_) => speech("error.store.database"),
    }
}
