//! How much harm a misheard command does.

use voice::Intent;

/// What a misheard command would do to the household: the classes R0 to R5 in this order. From
/// [`Risk::Costly`] on a command must be certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Risk {
    /// Tells what everybody may know.
    Public,
    /// Changes what can be changed back with a word.
    Comfort,
    /// Concerns what was said before; asks back itself where something would be lost.
    Private,
    /// Costs something, or is hard to undo.
    Costly,
    /// Lets somebody in.
    Security,
    /// Never done by voice.
    Never,
}

impl Risk {
    /// Whether it is done only when it was surely said.
    pub fn needs_care(self) -> bool {
        self >= Self::Costly
    }
}

/// What is known of the device that an intent is about.
#[derive(Clone, Default, PartialEq)]
pub struct Target {
    /// For example `cover`.
    pub domain: String,
    /// For example `garage`; several with commas between.
    pub class: Option<String>,
    /// What the household calls it.
    pub name: String,
}

/// Classes of covers that people walk or drive through.
const ENTRANCES: [&str; 4] = ["door", "garage", "garage_door", "gate"];
/// The same in the names of covers whose class the household did not write down.
const ENTRANCE_NAMES: [&str; 3] = ["door", "garage", "gate"];

/// What is changed back with a word.
const COMFORT: &[&str] = &[
    // The house.
    "HarkClimateSetMode",
    "HarkMediaPlaying",
    "HarkMediaRepeat",
    "HarkMediaSeek",
    "HarkMediaShuffle",
    "HarkMediaVolume",
    "HarkMediaVolumeRelative",
    "HassClimateGetTemperature",
    "HassFanSetSpeed",
    "HassLightSet",
    "HassMediaNext",
    "HassMediaPause",
    "HassMediaPlayerMute",
    "HassMediaPlayerUnmute",
    "HassMediaPrevious",
    "HassMediaSearchAndPlay",
    "HassMediaUnpause",
    "HassStopMoving",
    "HassVacuumCleanArea",
    "HassVacuumReturnToBase",
    "HassVacuumStart",
    // Timers and the agenda.
    "HarkAddReminder",
    "HarkCancelAlarm",
    "HarkCancelAllAlarms",
    "HarkCancelAllJobs",
    "HarkCancelAllReminders",
    "HarkCancelJob",
    "HarkCancelReminder",
    "HarkRestartTimer",
    "HarkSetAlarm",
    "HarkSkipAlarm",
    "HarkSnooze",
    "HassCancelAllTimers",
    "HassCancelTimer",
    "HassDecreaseTimer",
    "HassIncreaseTimer",
    "HassPauseTimer",
    "HassStartTimer",
    "HassUnpauseTimer",
    // The speaker itself. To delete one turn is often wanted, and soon.
    "HarkDeleteLast",
    "HarkGuestsOn",
    "HarkMute",
    "HarkMuteFor",
    "HarkQuietOff",
    "HarkQuietOn",
    "HarkStop",
    "HarkStopStoring",
    "HassNevermind",
    "HassSetVolume",
    "HassSetVolumeRelative",
    // They stand for other commands, each of which has its own risk.
    "HarkAlso",
    "HarkAnnounce",
    "HarkAnswer",
    "HarkInstead",
    "HarkNo",
    "HarkRoutine",
    "HarkSchedule",
    "HarkUndo",
    "HarkWhen",
    "HarkYes",
];

/// The risk of doing what the intent asks to what it is about, if it names that; `None` for an
/// intent that nobody has thought about.
pub fn risk(intent: &Intent, target: Option<&Target>) -> Option<Risk> {
    Some(match intent.name.as_str() {
        // Nothing is done.
        name if name.starts_with("HarkCannot") => Risk::Public,
        "HassGetCurrentDate" | "HassGetCurrentTime" | "HassGetWeather" | "HassRespond"
        | "HarkConvert" | "HarkDateOf" | "HarkDaysUntil" | "HarkFlipCoin" | "HarkGetVolume"
        | "HarkHelp" | "HarkJoke" | "HarkPickCard" | "HarkRandomNumber" | "HarkRetention"
        | "HarkRollDice" | "HarkSayAfterMe" | "HarkStored" | "HarkSum" | "HarkSun"
        | "HarkTimeIn" | "HarkWeekNumber" | "HarkWeekday" => Risk::Public,
        "HarkHeard"
        | "HarkListAlarms"
        | "HarkListCreate"
        | "HarkListItems"
        | "HarkListJobs"
        | "HarkListNames"
        | "HarkListReminders"
        | "HarkRepeat"
        | "HassGetState"
        | "HassListAddItem"
        | "HassListCompleteItem"
        | "HassListRemoveItem"
        | "HassShoppingListAddItem"
        | "HassShoppingListCompleteItem"
        | "HassTimerStatus" => Risk::Private,
        "HarkDeleteAll"
        | "HarkDeleteRecent"
        | "HarkDeleteToday"
        | "HarkListClear"
        | "HarkListDelete"
        | "HarkTurnOffEverything" => Risk::Costly,
        // What protects is not taken away by a voice.
        "HarkGuestsOff" | "HarkStartStoring" | "HarkUnmute" => Risk::Never,
        name if COMFORT.contains(&name) => Risk::Comfort,
        "HassClimateSetTemperature" => heated(intent),
        "HassTurnOn" | "HassToggle" => changed(intent, target, true),
        "HassTurnOff" => changed(intent, target, false),
        "HassSetPosition" => changed(intent, target, intent.number("position") != Some(0.0)),
        _ => return None,
    })
}

/// Degrees that people live in. Those above are Fahrenheit: nobody asks for 40 degrees Celsius.
const CELSIUS: std::ops::RangeInclusive<f64> = 12.0..=26.0;
const FAHRENHEIT: std::ops::RangeInclusive<f64> = 54.0..=80.0;
/// A larger step is no correction.
const MOST_DEGREES: f64 = 5.0;

/// The risk of setting a thermostat.
fn heated(intent: &Intent) -> Risk {
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
    match domain.unwrap_or_default() {
        // Whoever locks up or arms does no harm.
        "lock" | "alarm_control_panel" if toggled || !active => Risk::Security,
        "cover" if active && is_entrance(intent, target) => Risk::Security,
        // Water, gas.
        "valve" if active => Risk::Costly,
        // All the lights at once, too: the same words with "on" bring them back.
        _ => Risk::Comfort,
    }
}

fn is_entrance(intent: &Intent, target: Option<&Target>) -> bool {
    let class = target.map_or(intent.text("device_class"), |target| target.class.as_deref());
    if let Some(class) = class {
        return class.split(',').any(|class| ENTRANCES.contains(&class));
    }
    let name = target.map(|target| target.name.to_lowercase()).unwrap_or_default();
    ENTRANCE_NAMES.iter().any(|entrance| name.contains(entrance))
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

    fn target(domain: &str, class: Option<&str>, name: &str) -> Target {
        Target { domain: domain.into(), class: class.map(str::to_owned), name: name.into() }
    }

    #[test]
    fn every_sentence_has_a_risk() {
        for (file, text) in crate::sentences() {
            let intents = text.split_once("\nintents:\n").map_or("", |(_, intents)| intents);
            let names = intents.lines().filter(|line| {
                line.starts_with("  ") && !line.starts_with("   ") && line.ends_with(':')
            });
            for name in names {
                let name = name.trim().trim_end_matches(':');
                assert!(risk(&intent(name, &[]), None).is_some(), "{name} in {file} has no risk");
            }
        }
        assert_eq!(risk(&intent("HassExplode", &[]), None), None);
    }

    #[test]
    fn letting_somebody_in_needs_care_and_shutting_them_out_does_not() {
        let lock = target("lock", None, "Front Door");
        let garage = target("cover", Some("garage"), "Big One");
        let gate = target("cover", None, "Garden Gate");
        let blind = target("cover", Some("blind"), "Garage Blind");
        let light = target("light", None, "Garage Light");
        let of = |name, target| risk(&intent(name, &[("name", "x")]), Some(target)).unwrap();
        for (name, target, expected) in [
            ("HassTurnOff", &lock, Risk::Security),
            ("HassToggle", &lock, Risk::Security),
            ("HassTurnOn", &lock, Risk::Comfort),
            ("HassTurnOn", &garage, Risk::Security),
            ("HassToggle", &garage, Risk::Security),
            ("HassTurnOff", &garage, Risk::Comfort),
            ("HassTurnOn", &gate, Risk::Security),
            ("HassTurnOn", &blind, Risk::Comfort),
            ("HassTurnOff", &light, Risk::Comfort),
            ("HassGetState", &lock, Risk::Private),
        ] {
            assert_eq!(of(name, target), expected, "{name} {}", target.name);
        }
        let position =
            |percent| risk(&intent("HassSetPosition", &[("position", percent)]), Some(&garage));
        assert_eq!((position("40"), position("0")), (Some(Risk::Security), Some(Risk::Comfort)));
    }

    #[test]
    fn what_heats_too_much_or_darkens_all_needs_care() {
        let of = |name, slots: &[_]| risk(&intent(name, slots), None).unwrap();
        for (name, slots, expected) in [
            ("HassClimateSetTemperature", &[("temperature", "21")][..], Risk::Comfort),
            ("HassClimateSetTemperature", &[("temperature", "70")], Risk::Comfort),
            ("HassClimateSetTemperature", &[("temperature", "30")], Risk::Costly),
            ("HassClimateSetTemperature", &[("temperature", "90")], Risk::Costly),
            ("HassClimateSetTemperature", &[("temperature", "5")], Risk::Costly),
            ("HassClimateSetTemperature", &[("temperature_step", "-2")], Risk::Comfort),
            ("HassClimateSetTemperature", &[("temperature_step", "10")], Risk::Costly),
            ("HarkTurnOffEverything", &[], Risk::Costly),
            ("HassTurnOn", &[("target", "it"), ("only", "cover,valve")], Risk::Security),
            ("HassTurnOff", &[("target", "it"), ("only", "cover,valve")], Risk::Comfort),
            ("HassTurnOn", &[("target", "it"), ("only", "lock")], Risk::Comfort),
            ("HassTurnOff", &[("target", "it"), ("only", "lock")], Risk::Security),
            ("HassTurnOff", &[("target", "it"), ("only", "light,switch")], Risk::Comfort),
        ] {
            assert_eq!(of(name, slots), expected, "{name} {slots:?}");
        }
    }

    #[test]
    fn opening_by_room_and_forgetting_much_need_care() {
        let needs_care = |name, slots: &[_]| risk(&intent(name, slots), None).unwrap().needs_care();
        assert!(!needs_care("HassTurnOff", &[("domain", "light")]));
        assert!(needs_care(
            "HassTurnOn",
            &[("domain", "cover"), ("area", "garage"), ("device_class", "garage,garage_door")]
        ));
        assert!(needs_care("HarkDeleteToday", &[]) && !needs_care("HarkDeleteLast", &[]));
    }
}
