//! How long things are kept, and how loud the speaker is.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::response::{Html, Redirect};
use serde::Deserialize;
use store::{Damage, Keep, Retention};
use voice::{Event, SatelliteId};

use crate::error::Reason;
use crate::live::Top;
use crate::texts::{Texts, speech};
use crate::{App, Error, view};

/// What the page offers; another value set elsewhere is shown too.
const CHOICES: [&str; 8] = ["none", "10m", "1h", "12h", "1d", "7d", "30d", "366d"];

struct Choice {
    value: String,
    label: String,
    chosen: bool,
}

struct Class {
    name: &'static str,
    label: String,
    choices: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "settings.html")]
struct Page {
    t: Texts,
    top: Top,
    classes: Vec<Class>,
    satellite: store::SatelliteSettings,
    switches: store::Switches,
    promise: String,
    /// Whether nothing is promised.
    in_doubt: bool,
    lock: store::Lock,
    /// Whether a passphrase would guard anything.
    can_lock: bool,
    notice: Option<String>,
    /// Whether the clock wants to be confirmed.
    time_is_in_doubt: bool,
}

pub(crate) async fn show(State(app): State<App>) -> Result<Html<String>, Error> {
    let settings = app.store.settings().borrow().clone();
    let Retention { audio, text, false_wakes } = settings.retention;
    let classes = vec![
        class("text", text, &app.t),
        class("audio", audio, &app.t),
        class("false_wakes", false_wakes, &app.t),
    ];
    let page = Page {
        t: app.t.clone(),
        top: Top::of(&app, "settings"),
        classes,
        satellite: settings.satellite(&SatelliteId::local()),
        switches: settings.switches,
        promise: view::promise(app.store.tier(), &app.store.doubts(), &app.t),
        in_doubt: !app.store.doubts().is_empty(),
        lock: *app.store.lock().borrow(),
        can_lock: app.store.tier() != store::Tier::Memory,
        time_is_in_doubt: app.store.time_is_in_doubt(),
        notice: app.store.damage().map(|damage| app.t.say(notice(damage))),
    };
    Ok(Html(page.render()?))
}

fn class(name: &'static str, now: Keep, t: &Texts) -> Class {
    let mut keeps: Vec<Keep> = CHOICES.iter().filter_map(|text| text.parse().ok()).collect();
    if !keeps.contains(&now) {
        keeps.push(now);
    }
    let choices = keeps
        .into_iter()
        .map(|keep| Choice {
            value: keep.to_string(),
            label: match keep {
                Keep::None => t.of("settings.retention.never"),
                Keep::For(span) => t.say(view::span(span)),
            },
            chosen: keep == now,
        })
        .collect();
    Class { name, label: t.of(&format!("settings.retention.{name}")), choices }
}

fn notice(damage: Damage) -> voice::Speech {
    match damage {
        Damage::Lost => speech("settings.deleting.lost"),
        Damage::Log => speech("settings.deleting.log_damaged"),
        Damage::Parts(damaged) => speech("settings.deleting.damaged").with("count", damaged),
    }
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
    let keep = |text: String| -> Result<Keep, Error> {
        text.parse().map_err(|_| Error::Request(Reason::Duration(text)))
    };
    let retention = Retention {
        audio: keep(form.audio)?,
        text: keep(form.text)?,
        false_wakes: keep(form.false_wakes)?,
    };
    app.store.set_retention(retention, app.now()).await?;
    // Nobody may be watching, which is no failure.
    let _ = app.speaker.events.send(Event::SettingsChanged);
    let _ = app.speaker.events.send(Event::HistoryChanged);
    Ok(Redirect::to("/settings"))
}

pub(crate) async fn confirm_time(State(app): State<App>) -> Redirect {
    app.store.confirm_time();
    let _ = app.speaker.events.send(Event::SettingsChanged);
    Redirect::to("/settings")
}

#[derive(Deserialize)]
pub(crate) struct VolumeForm {
    volume: u8,
}

pub(crate) async fn volume(
    State(app): State<App>,
    Form(form): Form<VolumeForm>,
) -> Result<Redirect, Error> {
    app.store.set_volume(&SatelliteId::local(), form.volume).await?;
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
    for (switch, ticked) in
        [(store::Switch::Storing, form.storing), (store::Switch::Guests, form.guests)]
    {
        app.store.set_switch(switch, ticked.is_some()).await?;
    }
    app.store.set_quiet(&SatelliteId::local(), form.quiet.is_some()).await?;
    let _ = app.speaker.events.send(Event::SettingsChanged);
    Ok(Redirect::to("/settings"))
}
