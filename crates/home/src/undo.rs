//! What takes a change back.

use voice::Intent;

use crate::device::{Device, Kind};

/// The intents that make a device again what it was before; none where that would open, unlock or
/// disarm something.
pub(crate) fn restore(before: &Device, now: &Device) -> Vec<Intent> {
    if before == now {
        return Vec::new();
    }
    let to = |name: &str| Intent::named(name).with_text("name", before.config.id.as_str());
    let turned = |device: &Device| match device.state.as_str() {
        "on" => Some(to("HassTurnOn")),
        "off" => Some(to("HassTurnOff")),
        _ => None,
    };
    match before.kind {
        Kind::Light => {
            let mut light = to("HassLightSet");
            if differ(before.brightness, now.brightness) {
                light = light.with_number("brightness", before.brightness);
            }
            if before.color != now.color {
                light = light.with_text("color", before.color.as_str());
            }
            // Setting it turns it on.
            let set = light.slots.len() > 1;
            let on = set || now.state == "on";
            let state = turned(before).filter(|_| on != (before.state == "on"));
            set.then_some(light).into_iter().chain(state).collect()
        }
        Kind::Switch if before.is_guard() => Vec::new(),
        Kind::Switch => turned(before).into_iter().collect(),
        Kind::Fan => {
            let set = differ(before.speed, now.speed);
            let speed = set.then(|| to("HassFanSetSpeed").with_number("percentage", before.speed));
            let on = set || now.state == "on";
            let state = turned(before).filter(|_| on != (before.state == "on"));
            speed.into_iter().chain(state).collect()
        }
        Kind::Cover => cover(before, now, to),
        Kind::Climate => {
            let degrees = differ(before.target, now.target)
                .then(|| to("HassClimateSetTemperature").with_number("temperature", before.target));
            let mode = (before.mode != now.mode)
                .then(|| to("HarkClimateSetMode").with_text("hvac_mode", before.mode.as_str()));
            degrees.into_iter().chain(mode).collect()
        }
        Kind::Vacuum => match before.state.as_str() {
            "docked" => vec![to("HassVacuumReturnToBase")],
            "cleaning" => vec![to("HassVacuumStart")],
            _ => Vec::new(),
        },
        Kind::Media => player(before, now, to),
        // Who takes back that a door was locked may stand in front of it.
        Kind::Lock | Kind::Scene | Kind::Sensor | Kind::Person | Kind::Other => Vec::new(),
    }
}

fn differ(one: f64, other: f64) -> bool {
    (one - other).abs() > f64::EPSILON
}

fn cover(before: &Device, now: &Device, to: impl Fn(&str) -> Intent) -> Vec<Intent> {
    if !before.is_entrance() && before.domain != "valve" {
        return vec![to("HassSetPosition").with_number("position", before.position)];
    }
    let opened = before.state == "closed" && now.state != "closed";
    opened.then(|| to("HassTurnOff")).into_iter().collect()
}

/// Turns a player back step by step; `now` is what it has become so far.
fn player(before: &Device, now: &Device, to: impl Fn(&str) -> Intent) -> Vec<Intent> {
    let mut steps = Vec::new();
    let (was, is) = (&before.player, &now.player);
    if differ(was.volume, is.volume) {
        steps.push(to("HarkMediaVolume").with_number("volume_level", was.volume));
    }
    if was.muted != is.muted {
        steps.push(to(if was.muted { "HassMediaPlayerMute" } else { "HassMediaPlayerUnmute" }));
    }
    let on_off = |on: bool| if on { "on" } else { "off" };
    if was.shuffle != is.shuffle {
        steps.push(to("HarkMediaShuffle").with_text("state", on_off(was.shuffle)));
    }
    if was.repeat != is.repeat {
        steps.push(to("HarkMediaRepeat").with_text("state", on_off(was.repeat)));
    }
    if before.state == now.state
        && (&was.playing, was.track, was.seconds) == (&is.playing, is.track, is.seconds)
    {
        return steps;
    }
    let mut state = now.state.as_str();
    let (mut track, mut seconds) = (is.track, is.seconds);
    if was.playing.is_empty() {
        let loaded = !is.playing.is_empty() || (before.state == "on" && state != "on");
        if loaded && state != "off" {
            // Only what is turned off forgets what it was playing.
            steps.push(to("HassTurnOff"));
            state = "off";
            (track, seconds) = (0, 0.0);
        }
    } else if was.playing != is.playing {
        steps.push(to("HassMediaSearchAndPlay").with_text("search_query", was.playing.clone()));
        state = "playing";
        (track, seconds) = (0, 0.0);
    }
    if state == "off" && before.state != "off" {
        steps.push(to("HassTurnOn"));
        state = "on";
    }
    if track != was.track {
        let way = if was.track > track { "HassMediaNext" } else { "HassMediaPrevious" };
        let count = f64::from(was.track.abs_diff(track));
        steps.push(to(way).with_number("count", count));
        seconds = 0.0;
    }
    if differ(seconds, was.seconds) {
        steps.push(to("HarkMediaSeek").with_number("seconds", was.seconds - seconds));
    }
    let last = match before.state.as_str() {
        "playing" if state != "playing" => Some("HassMediaUnpause"),
        "paused" if state != "paused" => Some("HassMediaPause"),
        "off" if state != "off" => Some("HassTurnOff"),
        _ => None,
    };
    steps.extend(last.map(to));
    steps
}
