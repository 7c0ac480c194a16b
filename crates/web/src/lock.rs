//! The passphrase that guards the history.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;
use voice::{Event, PrivateText};

use crate::error::Reason;
use crate::live::Top;
use crate::texts::Texts;
use crate::{App, Error};

#[derive(Template)]
#[template(path = "locked.html")]
struct Page {
    t: Texts,
    top: Top,
    /// Whether another passphrase was just tried.
    wrong: bool,
}

/// What stands in place of a history that is locked.
pub(crate) fn ask(app: &App, wrong: bool) -> Result<Html<String>, Error> {
    Ok(Html(Page { t: app.t.clone(), top: Top::of(app, "history"), wrong }.render()?))
}

#[derive(Deserialize)]
pub(crate) struct Unlock {
    passphrase: String,
}

pub(crate) async fn unlock(
    State(app): State<App>,
    Form(form): Form<Unlock>,
) -> Result<Response, Error> {
    match app.store.unlock(&PrivateText::from(form.passphrase)).await {
        Err(store::Error::Passphrase) => {
            Ok((StatusCode::FORBIDDEN, ask(&app, true)?).into_response())
        }
        unlocked => {
            unlocked?;
            // Nobody may be watching, which is no failure.
            let _ = app.speaker.events.send(Event::HistoryChanged);
            Ok(Redirect::to("/").into_response())
        }
    }
}

/// Fields that are left empty stand for no passphrase.
#[derive(Deserialize)]
pub(crate) struct Change {
    #[serde(default)]
    current: String,
    new: String,
    again: String,
}

pub(crate) async fn change(
    State(app): State<App>,
    Form(form): Form<Change>,
) -> Result<Redirect, Error> {
    if form.new != form.again {
        return Err(Error::Request(Reason::TwoPassphrases));
    }
    let given = |text: String| (!text.trim().is_empty()).then(|| PrivateText::from(text));
    let (current, new) = (given(form.current), given(form.new));
    app.store.set_passphrase(current.as_ref(), new.as_ref()).await.map_err(
        |error| match error {
            // The form is not shown where there is nothing to guard.
            store::Error::Invalid(_) => Error::Request(Reason::ShortPassphrase),
            error => error.into(),
        },
    )?;
    let _ = app.speaker.events.send(Event::SettingsChanged);
    Ok(Redirect::to("/settings"))
}
