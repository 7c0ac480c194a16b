//! What every page shows of the moment, and the stream that keeps it true.

use std::convert::Infallible;

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::sse::{Event as Message, KeepAlive};
use axum::response::{Html, IntoResponse, Redirect, Sse};
use futures_util::{Stream, StreamExt as _};
use serde::Deserialize;
use tokio_stream::wrappers::BroadcastStream;
use voice::{Answer, AudioFault, Event, Outcome, Phase, PrivateText, SatelliteId, Status, What};

use crate::error::Reason;
use crate::texts::Texts;
use crate::{App, Error};

/// The bar at the top.
pub(crate) struct Top {
    pub(crate) page: &'static str,
    pub(crate) phase: &'static str,
    /// What the speaker can be doing, as the script shows it.
    pub(crate) phases: Vec<(&'static str, String)>,
    pub(crate) muted: bool,
    /// Whether the microphone gives no sound, though it is to.
    pub(crate) deaf: bool,
    pub(crate) ringing: bool,
}

impl Top {
    pub(crate) fn of(app: &App, page: &'static str) -> Self {
        let status = app.speaker.status.borrow();
        let local = SatelliteId::local();
        let phase = status.phase(&local);
        Self {
            page,
            phase: phase.as_str(),
            phases: app.t.phases(),
            muted: status.is_muted(&local).unwrap_or(phase == Phase::Muted),
            deaf: status.is_deaf(&local),
            ringing: is_ringing(&status),
        }
    }
}

fn is_ringing(status: &Status) -> bool {
    status.timers.iter().any(|timer| timer.ringing)
        || status.agenda.iter().any(|entry| entry.ringing)
}

#[derive(Deserialize)]
pub(crate) struct Mute {
    muted: bool,
}

pub(crate) async fn mute(
    State(app): State<App>,
    Form(form): Form<Mute>,
) -> Result<Redirect, Error> {
    app.order(What::Mute(form.muted)).await?;
    // The page that follows shows the new state, so it waits until the speaker has it.
    let (local, mut status) = (SatelliteId::local(), app.speaker.status.clone());
    let done = status.wait_for(|status| status.is_muted(&local) == Some(form.muted));
    match tokio::time::timeout(crate::ANSWER_WAIT, done).await {
        Ok(Ok(_)) => {}
        Ok(Err(_)) => return Err(Error::SpeakerGone),
        Err(_) => return Err(Error::Slow),
    }
    // It holds now; a card that cannot keep it over a restart is told of in the log.
    let mut settings = app.store.settings();
    let kept = settings.wait_for(|settings| settings.satellite(&local).muted == form.muted);
    let _ = tokio::time::timeout(crate::ORDER_WAIT, kept).await;
    Ok(Redirect::to("/"))
}

pub(crate) async fn hush(State(app): State<App>) -> Result<Redirect, Error> {
    let is_quiet = |status: &Status| !is_ringing(status);
    app.order_and_wait(What::Hush, is_quiet).await?;
    Ok(Redirect::to("/home"))
}

#[derive(Deserialize)]
pub(crate) struct Ask {
    text: String,
}

/// Longest typed command, in bytes; nobody speaks as much in 15 seconds.
const LONGEST_COMMAND: usize = 500;

/// What was typed and what was answered.
#[derive(Template)]
#[template(path = "answer.html")]
struct Answered {
    t: Texts,
    top: Top,
    text: String,
    speech: String,
    outcome: &'static str,
}

/// A typed command, for those who cannot or do not want to speak.
pub(crate) async fn ask(
    State(app): State<App>,
    Form(form): Form<Ask>,
) -> Result<Html<String>, Error> {
    let text = form.text.trim();
    if text.is_empty() || text.len() > LONGEST_COMMAND {
        return Err(Error::Request(Reason::Command));
    }
    let answer = app.ask(text.into()).await?;
    let Answer::Given { speech, outcome, .. } = answer else { return Err(Error::Busy) };
    let speech = match outcome {
        Outcome::Done if speech.is_empty() => PrivateText::from(app.t.of("answer.done")),
        _ => speech,
    };
    let page = Answered {
        t: app.t.clone(),
        top: Top::of(&app, "home"),
        text: text.to_owned(),
        speech: speech.into_exposed(),
        outcome: outcome.as_str(),
    };
    Ok(Html(page.render()?))
}

/// Names and ids only: a page that wants words asks for them.
pub(crate) async fn events(
    State(app): State<App>,
) -> Sse<impl Stream<Item = Result<Message, Infallible>>> {
    let mut closing = app.closing.clone();
    let closed = async move { while closing.changed().await.is_ok() {} };
    let stream = BroadcastStream::new(app.speaker.events.subscribe()).map(|event| {
        Ok(event.map_or_else(
            |_| Message::default().event("lagged").data(CHANGED),
            |event| message(&event),
        ))
    });
    let stream = stream.take_until(Box::pin(closed));
    Sse::new(stream).keep_alive(KeepAlive::default())
}

/// What an event carries that needs no more than its name: browsers pass over an event without data.
const CHANGED: &str = "changed";

fn message(event: &Event) -> Message {
    let (name, data) = match event {
        Event::Phase { phase, .. } => ("phase", phase.as_str().to_owned()),
        Event::Woke { turn, .. } => ("woke", turn.0.to_string()),
        Event::TurnEnded { outcome, .. } => ("ended", outcome.as_str().to_owned()),
        Event::TurnStored(id) => ("turn", id.to_string()),
        Event::HistoryChanged => ("history", CHANGED.to_owned()),
        Event::HouseChanged => ("house", CHANGED.to_owned()),
        Event::TimersChanged => ("timers", CHANGED.to_owned()),
        Event::AgendaChanged => ("agenda", CHANGED.to_owned()),
        Event::ListsChanged => ("lists", CHANGED.to_owned()),
        Event::SettingsChanged => ("settings", CHANGED.to_owned()),
        Event::Audio { fault: AudioFault::Gap { .. }, .. } => ("audio", "gap".to_owned()),
        Event::Audio { fault: AudioFault::MicrophoneLost, .. } => ("audio", "lost".to_owned()),
        Event::Audio { fault: AudioFault::MicrophoneBack, .. } => ("audio", "back".to_owned()),
    };
    Message::default().event(name).data(data)
}

pub(crate) async fn style() -> impl IntoResponse {
    let text = include_str!("../../../web/static/app.css");
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], text)
}

pub(crate) async fn script() -> impl IntoResponse {
    let text = include_str!("../../../web/static/app.js");
    ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], text)
}

pub(crate) async fn icon() -> impl IntoResponse {
    ([(CONTENT_TYPE, "image/svg+xml")], include_str!("../../../web/static/icon.svg"))
}
