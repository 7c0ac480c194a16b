//! How the house talks about its things: as data, for whoever puts it into words.

use voice::Speech;

use crate::device::{Device, Kind};

/// A device in the middle of a sentence. Scenes, people and most robots have names of their own.
pub(crate) fn called(device: &Device) -> Speech {
    let key = match device.kind {
        Kind::Scene | Kind::Person => "hark.home.own_name",
        Kind::Vacuum => "hark.home.robot",
        _ => "hark.home.called",
    };
    Speech::of(key).with("name", device.config.name.as_str())
}

/// What several things of a domain are called, with the slots `place` and `but` where they are.
pub(crate) fn things(domain: &str, device_class: Option<&str>) -> Speech {
    let things = Speech::of("hark.home.things").with("domain", domain);
    things.with("class", device_class.unwrap_or_default())
}

/// The state of a device as it is said: its value, its unit, and of what it is.
pub(crate) fn said(device: &Device) -> Speech {
    let class = device.config.device_class.as_deref();
    let key = match (device.kind, class, &device.config.unit) {
        (Kind::Sensor, _, Some(unit)) => {
            let speech = Speech::of("hark.state.with_unit").with("unit", unit);
            return speech.with("value", device.state.as_str());
        }
        (Kind::Sensor, Some("temperature"), _) => "hark.state.degrees",
        (Kind::Sensor, Some("humidity" | "battery"), _) => "hark.state.percent",
        (Kind::Climate, ..) => "hark.state.at_degrees",
        _ => "hark.state.value",
    };
    Speech::of(key).with("value", state(device))
}

/// The word for the state of a device: a sensor at a door is `open`, not `on`.
pub(crate) fn state(device: &Device) -> &str {
    let class = device.config.device_class.as_deref();
    match (device.kind, class, device.state.as_str()) {
        (Kind::Other, Some("door" | "window" | "garage_door" | "opening"), "on") => "open",
        (Kind::Other, Some("door" | "window" | "garage_door" | "opening"), "off") => "closed",
        (_, _, state) => state,
    }
}

/// A number without needless decimals: `21`, `20.5`.
pub(crate) fn rounded(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}
