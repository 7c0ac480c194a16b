//! The intents that the house answers, and how much harm each does if it was misheard.

use voice::{Handles, Intent, Risk, Role, Target};

/// All of them.
pub(crate) const INTENTS: &[Handles] = &[
    Handles::rated("HassTurnOn", |intent, target| changed(intent, target, true)),
    Handles::rated("HassTurnOff", |intent, target| changed(intent, target, false)),
    Handles::rated("HassToggle", |intent, target| changed(intent, target, true)),
    Handles::rated("HassSetPosition", |intent, target| {
        changed(intent, target, intent.number("position") != Some(0.0))
    }),
    Handles::rated("HassClimateSetTemperature", heated),
    Handles::new("HassLightSet", Risk::Comfort),
    Handles::new("HassStopMoving", Risk::Comfort),
    Handles::new("HassFanSetSpeed", Risk::Comfort),
    Handles::new("HassGetState", Risk::Private),
    Handles::new("HassGetWeather", Risk::Public),
    Handles::new("HassClimateGetTemperature", Risk::Comfort),
    Handles::new("HarkClimateSetMode", Risk::Comfort),
    Handles::new("HassMediaPause", Risk::Comfort),
    Handles::new("HassMediaUnpause", Risk::Comfort),
    Handles::new("HassMediaNext", Risk::Comfort),
    Handles::new("HassMediaPrevious", Risk::Comfort),
    Handles::new("HassMediaSearchAndPlay", Risk::Comfort),
    Handles::new("HassMediaPlayerMute", Risk::Comfort),
    Handles::new("HassMediaPlayerUnmute", Risk::Comfort),
    Handles::new("HarkMediaPlaying", Risk::Comfort),
    Handles::new("HarkMediaRepeat", Risk::Comfort),
    Handles::new("HarkMediaSeek", Risk::Comfort),
    Handles::new("HarkMediaShuffle", Risk::Comfort),
    Handles::new("HarkMediaVolume", Risk::Comfort),
    Handles::new("HarkMediaVolumeRelative", Risk::Comfort),
    Handles::new("HassVacuumStart", Risk::Comfort),
    Handles::new("HassVacuumReturnToBase", Risk::Comfort),
    Handles::new("HassVacuumCleanArea", Risk::Comfort),
    Handles::new("HarkTurnOffEverything", Risk::Costly),
];

/// Degrees that people live in. Those above are Fahrenheit: nobody asks for 40 degrees Celsius.
const CELSIUS: std::ops::RangeInclusive<f64> = 12.0..=26.0;
const FAHRENHEIT: std::ops::RangeInclusive<f64> = 54.0..=80.0;
/// A larger step is no correction.
const MOST_DEGREES: f64 = 5.0;

/// The risk of setting a thermostat.
fn heated(intent: &Intent, _: Option<&Target>) -> Risk {
    let usual = |degrees: f64| CELSIUS.contains(&degrees) || FAHRENHEIT.contains(&degrees);
    let step = intent.number("temperature_step").unwrap_or_default();
    if intent.number("temperature").is_none_or(usual) && step.abs() <= MOST_DEGREES {
        Risk::Comfort
    } else {
        Risk::Costly
    }
}

/// The risk of switching, opening (`active`) or closing something.
fn changed(intent: &Intent, target: Option<&Target>, active: bool) -> Risk {
    let domain = target.map(|target| target.domain.as_str()).or(intent.text("domain"));
    let toggled = intent.name == "HassToggle";
    // "It" may be any of these until somebody knows what it is.
    if let (None, Some(only)) = (domain, intent.text("only")) {
        let may_be = |domain| only.split(',').any(|only| only == domain);
        let opens = active && may_be("cover");
        return if opens || (may_be("lock") && !active) { Risk::Security } else { Risk::Comfort };
    }
    let domain = domain.unwrap_or_default();
    let of_class = || Role::of(domain, intent.text("device_class"));
    let role = target.map_or_else(of_class, |target| target.role);
    match (domain, role) {
        // Whoever locks up or arms does no harm.
        ("lock", _) if toggled || !active => Risk::Security,
        ("lock", _) => Risk::Comfort,
        // Nobody knows what it does: whether it arms, and in which direction a door goes.
        ("scene" | "script", Some(_)) | ("switch" | "input_boolean", Some(Role::Entrance)) => {
            Risk::Security
        }
        (_, Some(Role::Guard)) if toggled || !active => Risk::Security,
        ("cover", Some(Role::Entrance)) if active => Risk::Security,
        // Water, gas.
        ("valve", _) if active => Risk::Costly,
        // All the lights at once, too: the same words with "on" bring them back.
        _ => Risk::Comfort,
    }
}

#[cfg(test)]
mod tests {
    use voice::{Slot, SlotValue};

    use super::*;

    fn intent(name: &str, slots: &[(&str, &str)]) -> Intent {
        let slots = slots.iter().map(|(name, value)| Slot {
            name: (*name).to_owned(),
            value: value
                .parse()
                .map_or_else(|_| SlotValue::Text((*value).into()), SlotValue::Number),
            text: "".into(),
        });
        Intent { slots: slots.collect(), ..Intent::named(name) }
    }

    fn target(domain: &str, role: Option<Role>) -> Target {
        Target { domain: domain.into(), role, room: None }
    }

    fn risk(intent: &Intent, target: Option<&Target>) -> Risk {
        let handles = INTENTS.iter().find(|handles| handles.name == intent.name);
        handles.expect("the house answers it").risk(intent, target)
    }

    #[test]
    fn letting_somebody_in_needs_care_and_shutting_them_out_does_not() {
        let entrance = Some(Role::Entrance);
        let lock = target("lock", entrance);
        let garage = target("cover", entrance);
        let blind = target("cover", None);
        let light = target("light", None);
        let relay = target("switch", entrance);
        let siren = target("siren", Some(Role::Guard));
        let alarm = target("switch", Some(Role::Guard));
        let script = target("script", entrance);
        let scene = target("scene", Some(Role::Guard));
        for (name, target, expected) in [
            ("HassTurnOff", &lock, Risk::Security),
            ("HassToggle", &lock, Risk::Security),
            ("HassTurnOn", &lock, Risk::Comfort),
            ("HassTurnOn", &garage, Risk::Security),
            ("HassToggle", &garage, Risk::Security),
            ("HassTurnOff", &garage, Risk::Comfort),
            ("HassTurnOn", &blind, Risk::Comfort),
            ("HassTurnOff", &light, Risk::Comfort),
            ("HassTurnOn", &relay, Risk::Security),
            ("HassTurnOff", &relay, Risk::Security),
            ("HassTurnOff", &siren, Risk::Security),
            ("HassTurnOff", &alarm, Risk::Security),
            ("HassToggle", &alarm, Risk::Security),
            ("HassTurnOn", &alarm, Risk::Comfort),
            ("HassTurnOn", &script, Risk::Security),
            ("HassTurnOn", &scene, Risk::Security),
            ("HassTurnOn", &target("scene", None), Risk::Comfort),
            ("HassGetState", &lock, Risk::Private),
        ] {
            let found = risk(&intent(name, &[("name", "x")]), Some(target));
            assert_eq!(found, expected, "{name} {}", target.domain);
        }
        let position =
            |percent| risk(&intent("HassSetPosition", &[("position", percent)]), Some(&garage));
        assert_eq!((position("40"), position("0")), (Risk::Security, Risk::Comfort));
    }

    #[test]
    fn what_heats_too_much_or_darkens_all_needs_care() {
        for (name, slots, expected) in [
            ("HassClimateSetTemperature", &[("temperature", "21")][..], Risk::Comfort),
            ("HassClimateSetTemperature", &[("temperature", "70")], Risk::Comfort),
            ("HassClimateSetTemperature", &[("temperature", "30")], Risk::Costly),
            ("HassClimateSetTemperature", &[("temperature", "90")], Risk::Costly),
            ("HassClimateSetTemperature", &[("temperature", "5")], Risk::Costly),
            ("HassClimateSetTemperature", &[("temperature_step", "-2")], Risk::Comfort),
            ("HassClimateSetTemperature", &[("temperature_step", "10")], Risk::Costly),
            ("HarkTurnOffEverything", &[], Risk::Costly),
            ("HassTurnOff", &[("domain", "light")], Risk::Comfort),
            (
                "HassTurnOn",
                &[("domain", "cover"), ("area", "garage"), ("device_class", "garage,garage_door")],
                Risk::Security,
            ),
            ("HassTurnOn", &[("target", "it"), ("only", "cover,valve")], Risk::Security),
            ("HassTurnOff", &[("target", "it"), ("only", "cover,valve")], Risk::Comfort),
            ("HassTurnOn", &[("target", "it"), ("only", "lock")], Risk::Comfort),
            ("HassTurnOff", &[("target", "it"), ("only", "lock")], Risk::Security),
            ("HassTurnOff", &[("target", "it"), ("only", "light,switch")], Risk::Comfort),
        ] {
            assert_eq!(risk(&intent(name, slots), None), expected, "{name} {slots:?}");
        }
    }
}
