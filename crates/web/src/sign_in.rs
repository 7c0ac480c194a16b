//! The way in: a link from the terminal of whoever runs the speaker, and the cookie of the browser that followed it.
//! Everybody else on the machine can open the port, too, and gets nothing of the household.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use askama::Template;
use axum::Form;
use axum::extract::{Path, Request, State};
use axum::http::header::{ACCEPT, COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use voice::PrivateText;

use crate::connections::Guest;
use crate::problem::Problem;
use crate::sessions::{Entered, SESSION_LASTS, Sessions, is_secret};
use crate::texts::{Texts, speech};
use crate::{App, Error};

/// What lets people in; its clones are one.
#[derive(Clone)]
pub struct SignIn {
    sessions: Arc<Mutex<Sessions>>,
    /// Where the pages are.
    address: SocketAddr,
}

/// The command that opens the page.
const COMMAND: &str = "hark page";
/// Cookies of one name that are looked at; a browser sends one.
const COOKIES: usize = 4;

impl SignIn {
    /// Lets people in to pages at `address`.
    pub fn at(address: SocketAddr) -> Self {
        Self { sessions: Arc::default(), address }
    }

    /// A new link, which is good once and for a minute.
    ///
    /// # Errors
    /// [`Error::Random`] when the system has no random numbers.
    pub fn link(&self, now: Instant) -> Result<PrivateText, Error> {
        let secret = self.sessions().link(now).map_err(Error::Random)?;
        Ok(format!("http://{}/enter/{}", self.address, secret.expose()).into())
    }

    /// Where the pages are.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Browsers send a cookie to every port of a host, so that its name says for which it is.
    fn cookie(&self) -> String {
        format!("hark-{}", self.address.port())
    }

    /// Whether a request comes from a browser that was let in.
    fn knows(&self, headers: &HeaderMap, now: Instant) -> bool {
        let name = self.cookie();
        let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let pairs =
            cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.split_once('='));
        let mut own = pairs.filter(|(found, _)| found.trim() == name).take(COOKIES);
        let sessions = self.sessions();
        own.any(|(_, value)| sessions.knows(value.trim(), now))
    }
}

/// Where the request of somebody who was not let in is answered.
fn is_open(path: &str) -> bool {
    let below = |folder: &str| path.strip_prefix(folder).is_some_and(|name| !name.contains('/'));
    matches!(path, "/healthz" | "/enter") || below("/static/") || below("/enter/")
}

/// Answers only those who were let in, and the paths that show nothing of the household.
pub(crate) async fn check(State(sign_in): State<SignIn>, request: Request, next: Next) -> Response {
    if sign_in.knows(request.headers(), Instant::now()) {
        if let Some(guest) = request.extensions().get::<Guest>() {
            guest.is_known();
        }
        return next.run(request).await;
    }
    if is_open(request.uri().path()) {
        return next.run(request).await;
    }
    let is_browsed = request.headers().get_all(ACCEPT).iter();
    let is_browsed =
        is_browsed.filter_map(|value| value.to_str().ok()).any(|value| value.contains("text/html"));
    let mut response = StatusCode::UNAUTHORIZED.into_response();
    let why = Problem::new(speech("error.stranger").with("command", COMMAND));
    response.extensions_mut().insert(if is_browsed { why } else { why.plain() });
    response
}

#[derive(Template)]
#[template(path = "enter.html")]
struct Page {
    t: Texts,
    secret: String,
}

/// Asks the browser to follow a link. A link that is only looked at stays good: browsers and other programs load
/// what they think will be opened. And only a form of our own gets a cookie that is sent with the page behind it
/// (`SameSite=Strict`), wherever the link stood.
pub(crate) async fn ask(
    State(app): State<App>,
    Path(secret): Path<String>,
) -> Result<Html<String>, Error> {
    if !is_secret(&secret) {
        return Err(Error::NotFound);
    }
    Ok(Html(Page { t: app.t, secret }.render()?))
}

#[derive(Deserialize)]
pub(crate) struct Given {
    secret: String,
}

/// Lets the browser in that shows the secret of a link.
pub(crate) async fn enter(
    State(app): State<App>,
    headers: HeaderMap,
    Form(given): Form<Given>,
) -> Result<Response, Error> {
    let (sign_in, now) = (&app.sign_in, Instant::now());
    let entered = sign_in.sessions().enter(&given.secret, now).map_err(Error::Random)?;
    match entered {
        Entered::In(session) => {
            let (name, seconds) = (sign_in.cookie(), SESSION_LASTS.as_secs());
            let value = session.expose();
            let cookie =
                format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict");
            Ok(([(SET_COOKIE, cookie)], Redirect::to("/")).into_response())
        }
        // Who goes back to it in the history of the browser is in already.
        Entered::Again if sign_in.knows(&headers, now) => Ok(Redirect::to("/").into_response()),
        Entered::Again => Ok(refused(StatusCode::GONE, "error.link_again")),
        Entered::Refused => Ok(refused(StatusCode::FORBIDDEN, "error.link")),
        Entered::Guessing { first } => {
            if first {
                tracing::warn!("somebody guesses links to the page; they are refused");
            }
            Ok(refused(StatusCode::TOO_MANY_REQUESTS, "error.link"))
        }
    }
}

fn refused(status: StatusCode, why: &str) -> Response {
    let mut response = status.into_response();
    response.extensions_mut().insert(Problem::new(speech(why).with("command", COMMAND)));
    response
}
