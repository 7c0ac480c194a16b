//! The devices of the house, the timers and what is on the agenda.

use std::time::{SystemTime, UNIX_EPOCH};

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Redirect};
use voice::{AgendaKind, AgendaView, PrivateText, Speech, What};

use crate::live::Top;
use crate::texts::Texts;
use crate::{App, Error, view};

struct DeviceRow {
    id: String,
    name: String,
    area: String,
    domain: String,
    state: String,
    /// The same in words.
    shown: String,
    active: bool,
    /// What is said with its name and means something else.
    shadowed: Option<String>,
}

struct TimerRow {
    id: i64,
    name: String,
    due: String,
    due_ms: u128,
    left: String,
    ringing: bool,
}

struct AgendaRow {
    id: i64,
    label: String,
    when: String,
    /// `Reminder · every Monday`.
    about: String,
    ringing: bool,
}

#[derive(Template)]
#[template(path = "home.html")]
struct Page {
    t: Texts,
    top: Top,
    devices: Vec<DeviceRow>,
    timers: Vec<TimerRow>,
    agenda: Vec<AgendaRow>,
}

pub(crate) async fn show(State(app): State<App>) -> Result<Html<String>, Error> {
    let status = app.speaker.status.borrow().clone();
    let now = app.now();
    let shadowed = |id: &str| {
        let of = status.shadowed.iter().find(|shadowed| shadowed.id == id);
        of.map(|of| app.t.with("home.shadowed", "command", &of.command))
    };
    let devices = status
        .devices
        .into_iter()
        .map(|device| DeviceRow {
            shadowed: shadowed(&device.id),
            active: !matches!(device.state.as_str(), "off" | "closed" | "locked" | "idle"),
            id: device.id,
            name: device.name,
            area: device.area.unwrap_or_default(),
            domain: device.domain,
            shown: app.t.say(Speech::of("hark.state.value").with("value", &device.state)),
            state: device.state,
        })
        .collect();
    let timers = status
        .timers
        .into_iter()
        .map(|timer| TimerRow {
            id: timer.id,
            name: timer.name.unwrap_or_else(|| app.t.of("home.timer")),
            due: view::clock(timer.due, &app.zone),
            due_ms: timer.due.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis(),
            left: left(timer.due, now),
            ringing: timer.ringing,
        })
        .collect();
    let agenda = status.agenda.into_iter().map(|entry| agenda_row(entry, now, &app)).collect();
    let page = Page { t: app.t.clone(), top: Top::of(&app, "home"), devices, timers, agenda };
    Ok(Html(page.render()?))
}

fn agenda_row(entry: AgendaView, now: SystemTime, app: &App) -> AgendaRow {
    let kind = app.t.of(match entry.kind {
        AgendaKind::Alarm => "home.alarm",
        AgendaKind::Reminder => "home.reminder",
        AgendaKind::Command => "home.command",
    });
    let when = match entry.next {
        _ if entry.ringing => app.t.of("home.ringing"),
        Some(next) => app.t.say(view::moment(next, now, &app.zone)),
        // The speaker was off, and tells it as soon as people are awake.
        None => app.t.of("home.missed"),
    };
    // What has no name of its own is called by what it is, and need not say so twice.
    let kind_told = entry.label.is_some().then(|| kind.clone());
    let repeat = view::repeat(entry.repeat).map(|repeat| app.t.say(repeat));
    let about: Vec<_> = kind_told.into_iter().chain(repeat).collect();
    AgendaRow {
        id: entry.id,
        label: entry.label.map_or(kind, PrivateText::into_exposed),
        when,
        about: about.join(" · "),
        ringing: entry.ringing,
    }
}

/// `4:59`, or `1:04:59`.
fn left(due: SystemTime, now: SystemTime) -> String {
    let seconds = due.duration_since(now).unwrap_or_default().as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

pub(crate) async fn cancel_timer(
    State(app): State<App>,
    Path(id): Path<i64>,
) -> Result<Redirect, Error> {
    let order = What::CancelTimer(id);
    app.order_and_wait(order, |status| status.timers.iter().all(|timer| timer.id != id)).await?;
    Ok(Redirect::to("/home"))
}

pub(crate) async fn cancel_entry(
    State(app): State<App>,
    Path(id): Path<i64>,
) -> Result<Redirect, Error> {
    let order = What::CancelEntry(id);
    app.order_and_wait(order, |status| status.agenda.iter().all(|entry| entry.id != id)).await?;
    Ok(Redirect::to("/home"))
}
