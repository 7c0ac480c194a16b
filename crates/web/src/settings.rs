//! How long things are kept, and how loud the speaker is.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::response::{Html, Redirect};
use serde::Deserialize;
use store::{Keep, Retention};
use voice::Event;

use crate::live::Top;
use crate::{App, Error};

/// What the page offers; another value set elsewhere is shown too.
const CHOICES: [&str; 8] = ["none", "10m", "1h", "12h", "1d", "7d", "30d", "366d"];

struct Choice {
    value: String,
    label: String,
    chosen: bool,
}

struct Class {
    name: &'static str,
    label: &'static str,
    choices: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "settings.html")]
struct Page {
    top: Top,
    classes: Vec<Class>,
    volume: u8,
    switches: store::Switches,
    promise: &'static str,
    lock: store::Lock,
    /// Whether a passphrase would guard anything.
    can_lock: bool,
    notice: Option<String>,
}

pub(crate) async fn show(State(app): State<App>) -> Result<Html<String>, Error> {
    let settings = *app.store.settings().borrow();
    let Retention { audio, text, false_wakes } = settings.retention;
    let classes = vec![
        class("text", "What was said and answered", text),
        class("audio", "The sound of commands", audio),
        class("false_wakes", "Wakes after which nobody spoke", false_wakes),
    ];
    let store::Settings { volume, switches, .. } = settings;
    let page = Page {
        top: Top::of(&app, "settings"),
        classes,
        volume,
        switches,
        promise: app.store.tier().promise(),
        lock: *app.store.lock().borrow(),
        can_lock: app.store.tier() != store::Tier::Memory,
        notice: app.store.notice(),
    };
    Ok(Html(page.render()?))
}

fn class(name: &'static str, label: &'static str, now: Keep) -> Class {
    let mut keeps: Vec<Keep> = CHOICES.iter().filter_map(|text| text.parse().ok()).collect();
    if !keeps.contains(&now) {
        keeps.push(now);
    }
    let choices = keeps
        .into_iter()
        .map(|keep| Choice {
            value: keep.to_string(),
            label: if keep == Keep::None { "Never kept".to_owned() } else { keep.spoken() },
            chosen: keep == now,
        })
        .collect();
    Class { name, label, choices }
}

#[derive(Deserialize)]
pub(crate) struct RetentionForm {
    audio: String,
    text: String,
    false_wakes: String,
}

pub(crate) async fn retention(
    State(app): State<App>,
    Form(form): Form<RetentionForm>,
) -> Result<Redirect, Error> {
    let retention = Retention {
        audio: form.audio.parse()?,
        text: form.text.parse()?,
        false_wakes: form.false_wakes.parse()?,
    };
    app.store.set_retention(retention, app.now()).await?;
    // Nobody may be watching, which is no failure.
    let _ = app.speaker.events.send(Event::SettingsChanged);
    let _ = app.speaker.events.send(Event::HistoryChanged);
    Ok(Redirect::to("/settings"))
}

#[derive(Deserialize)]
pub(crate) struct VolumeForm {
    volume: u8,
}

pub(crate) async fn volume(
    State(app): State<App>,
    Form(form): Form<VolumeForm>,
) -> Result<Redirect, Error> {
    app.store.set_volume(form.volume).await?;
    let _ = app.speaker.events.send(Event::SettingsChanged);
    Ok(Redirect::to("/settings"))
}

/// A box that is not ticked is not sent.
#[derive(Deserialize)]
pub(crate) struct ModesForm {
    storing: Option<String>,
    guests: Option<String>,
    quiet: Option<String>,
}

pub(crate) async fn modes(
    State(app): State<App>,
    Form(form): Form<ModesForm>,
) -> Result<Redirect, Error> {
    for (switch, ticked) in [
        (store::Switch::Storing, form.storing),
        (store::Switch::Guests, form.guests),
        (store::Switch::Quiet, form.quiet),
    ] {
        app.store.set_switch(switch, ticked.is_some()).await?;
    }
    let _ = app.speaker.events.send(Event::SettingsChanged);
    Ok(Redirect::to("/settings"))
}
