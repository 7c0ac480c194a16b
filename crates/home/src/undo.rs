//! What takes a change back.

use voice::{Intent, Role};

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
        Kind::Switch if before.role().is_some() => Vec::new(),
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
    if !matches!(before.state.as_str(), "open" | "closed") {
        // It was moving, and where it would have stopped nobody knows.
        return Vec::new();
    }
    if before.role() != Some(Role::Entrance) && before.domain != "valve" {
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

#[cfg(test)]
mod tests {
    use language::testing::english;
    use std::time::SystemTime;

    use voice::{Context, Outcome, Skill as _};

    use super::*;
    use crate::{Config, House};

    const HOUSE: &str = "
entities:
  light.off: {name: Off Light, area: den}
  light.on: {name: On Light, area: den, state: 'on'}
  switch.plug: {name: Plug, state: 'on'}
  switch.alarm: {name: Alarm, state: 'on'}
  fan.off: {name: Fan}
  cover.blinds: {name: Blinds, device_class: blind, state: open}
  cover.shade: {name: Shade, device_class: shade}
  cover.garage: {name: Big One, device_class: garage}
  cover.gate: {name: Garden Gate, state: open}
  valve.gas: {name: Gas, state: open}
  lock.door: {name: Door, state: unlocked}
  climate.here: {name: Thermostat}
  media_player.tv: {name: TV}
  media_player.radio: {name: Radio, state: playing}
  vacuum.rosie: {name: Rosie}
";

    /// `Intent slot=value …`.
    fn intent(text: &str) -> Intent {
        let mut words = text.split(' ');
        let intent = Intent::named(words.next().unwrap());
        words.fold(intent, |intent, slot| {
            let (name, value) = slot.split_once('=').unwrap();
            match value.parse() {
                Ok(number) => intent.with_number(name, number),
                Err(_) => intent.with_text(name, value),
            }
        })
    }

    async fn ask(house: &House, intent: &Intent) -> voice::Reply {
        let context = Context::at(SystemTime::UNIX_EPOCH);
        house.handle(intent, &context).await.unwrap()
    }

    fn house() -> House {
        House::new(&Config::from_yaml(HOUSE).unwrap()).unwrap()
    }

    #[tokio::test]
    async fn what_is_taken_back_is_as_it_was() {
        // What happens before, and what is taken back.
        for (before, text) in [
            ("", "HassTurnOn name=light.off"),
            ("", "HassTurnOff name=light.on"),
            ("", "HassToggle domain=light"),
            ("", "HassTurnOff area=den domain=light except_name=light.off"),
            ("", "HassLightSet name=light.off brightness=40 color=red"),
            ("", "HassLightSet name=light.on brightness=0"),
            ("HassLightSet domain=light brightness=30", "HassLightSet area=den brightness_step=20"),
            ("", "HassLightSet name=light.off brightness_step=20"),
            ("", "HassLightSet area=den brightness_step=-20"),
            ("HassLightSet name=light.on color=blue", "HassLightSet name=light.on color=green"),
            ("", "HassTurnOff name=switch.plug"),
            ("", "HassFanSetSpeed name=fan.off percentage=40"),
            ("HassFanSetSpeed name=fan.off percentage=40", "HassTurnOff name=fan.off"),
            ("", "HassTurnOff name=cover.blinds"),
            ("", "HassSetPosition name=cover.shade position=40"),
            ("HassSetPosition name=cover.shade position=40", "HassTurnOn name=cover.shade"),
            ("", "HassTurnOn name=cover.garage"),
            ("", "HassSetPosition name=cover.garage position=20"),
            ("", "HassClimateSetTemperature temperature_step=2"),
            ("", "HassClimateSetTemperature name=climate.here temperature=17"),
            ("", "HarkClimateSetMode name=climate.here hvac_mode=heat"),
            ("HarkClimateSetMode hvac_mode=cool", "HassTurnOff name=climate.here"),
            ("", "HassVacuumStart name=vacuum.rosie"),
            ("HassVacuumStart", "HassVacuumReturnToBase"),
            ("", "HassMediaSearchAndPlay name=media_player.tv search_query=jazz"),
            ("", "HassMediaSearchAndPlay name=media_player.radio search_query=jazz"),
            ("", "HassMediaPause name=media_player.radio"),
            ("", "HassTurnOff name=media_player.radio"),
            ("", "HarkMediaVolume name=media_player.tv volume_level=80"),
            ("", "HarkMediaVolumeRelative name=media_player.tv volume_step=-70"),
            ("", "HassMediaPlayerMute name=media_player.tv"),
            (
                "HassMediaPlayerMute name=media_player.tv",
                "HassMediaPlayerUnmute name=media_player.tv",
            ),
            ("", "HarkMediaShuffle name=media_player.tv state=on"),
            ("", "HarkMediaRepeat name=media_player.tv state=on"),
            ("", "HassMediaNext name=media_player.radio"),
            ("HassTurnOn name=media_player.tv", "HassMediaPause name=media_player.tv"),
            (
                "HassTurnOn name=media_player.tv",
                "HassMediaSearchAndPlay name=media_player.tv search_query=x",
            ),
            ("PLAYING", "HassMediaNext name=media_player.tv"),
            ("PLAYING", "HassMediaPrevious name=media_player.tv"),
            ("PLAYING", "HarkMediaSeek name=media_player.tv seconds=-100"),
            ("PLAYING", "HassTurnOff name=media_player.tv"),
            ("PLAYING", "HassTurnOn name=media_player.tv"),
            ("PLAYING", "HassMediaUnpause name=media_player.tv"),
            ("PLAYING", "HassMediaSearchAndPlay name=media_player.tv search_query=pop"),
            ("PLAYING", "HarkTurnOffEverything"),
        ] {
            let house = house();
            let playing = [
                "HassMediaSearchAndPlay name=media_player.tv search_query=jazz",
                "HassMediaNext name=media_player.tv",
                "HassMediaNext name=media_player.tv",
                "HarkMediaSeek name=media_player.tv seconds=30",
                "HassMediaPause name=media_player.tv",
            ];
            let begun = if before == "PLAYING" { &playing[..] } else { &[before] };
            for text in begun.iter().filter(|text| !text.is_empty()) {
                assert!(ask(&house, &intent(text)).await.outcome == Outcome::Done, "{text}");
            }
            let was = house.lock().clone();
            let reply = ask(&house, &intent(text)).await;
            assert!(reply.outcome == Outcome::Done, "{text}: {}", english(&reply.speech));
            let changed = *house.lock() != was;
            assert_eq!(reply.undo.is_empty(), !changed, "{before}, {text}");
            for undo in &reply.undo {
                let named = undo.text("name").is_some();
                let reply = ask(&house, undo).await;
                assert!(named && reply.outcome == Outcome::Done, "{before}, {text}: {}", undo.name);
            }
            assert!(*house.lock() == was, "{before}, {text}");
        }
    }

    #[tokio::test]
    async fn nothing_is_opened_unlocked_or_disarmed_to_take_something_back() {
        for text in [
            "HassTurnOn name=lock.door",
            "HassTurnOn domain=lock",
            "HassTurnOff name=cover.gate",
            "HassSetPosition name=cover.gate position=10",
            "HassTurnOff name=valve.gas",
            "HassTurnOff name=switch.alarm",
            "HassToggle name=switch.alarm",
        ] {
            let house = house();
            let was = house.lock().clone();
            let reply = ask(&house, &intent(text)).await;
            assert!(reply.outcome == Outcome::Done && *house.lock() != was, "{text}");
            assert!(reply.undo.is_empty(), "{text}");
        }
    }
}
