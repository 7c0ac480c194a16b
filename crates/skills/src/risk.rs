//! How much harm a misheard command does.

use voice::Intent;

/// What a misheard command would do to the household. From [`Risk::Costly`] on a command must be
/// certain.
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

/// The risk of doing what the intent asks to what it is about, if it names that; `None` for an
/// intent that nobody has thought about.
pub fn risk(intent: &Intent, target: Option<&Target>) -> Option<Risk> {
    Some(match intent.name.as_str() {
        "HassGetCurrentDate" | "HassGetCurrentTime" | "HarkWeekday" | "HassGetWeather"
        | "HarkRetention" | "HarkTimeIn" | "HarkDateOf" | "HarkDaysUntil" | "HarkWeekNumber"
        | "HarkSun" | "HarkSum" | "HarkConvert" | "HassRespond" | "HarkFlipCoin" | "HarkRollDice"
        | "HarkRandomNumber" | "HarkPickCard" | "HarkJoke" | "HarkHelp" | "HarkSayAfterMe" => Risk::Public,
        // Nothing is done.
        name if name.starts_with("HarkCannot") => Risk::Public,
        "HassClimateGetTemperature"
        | "HassClimateSetTemperature"
        | "HassFanSetSpeed"
        | "HassLightSet"
        | "HassMediaNext"
        | "HassMediaPause"
        | "HassMediaPrevious"
        | "HassMediaUnpause"
        | "HassNevermind"
        | "HassSetVolume"
        | "HassSetVolumeRelative"
        | "HarkMute"
        | "HarkNo"
        | "HarkStop"
        | "HarkYes"
        | "HassCancelAllTimers"
        | "HassCancelTimer"
        | "HassDecreaseTimer"
        | "HassIncreaseTimer"
        | "HassPauseTimer"
        | "HassStartTimer"
        | "HassUnpauseTimer" => Risk::Comfort,
        "HassGetState" | "HassTimerStatus" | "HarkRepeat"
        | "HassShoppingListAddItem" | "HassShoppingListCompleteItem" | "HassListAddItem"
        | "HassListCompleteItem" | "HassListRemoveItem" | "HarkListItems" | "HarkListCreate"
        | "HarkListNames"
        // It asks whether it was meant.
        | "HarkDeleteAll"
        // It is one turn, which is often wanted, and soon.
        | "HarkDeleteLast" => Risk::Private,
        "HarkDeleteRecent" | "HarkDeleteToday" | "HarkListClear" | "HarkListDelete" => Risk::Costly,
        "HassTurnOn" | "HassToggle" => changed(intent, target, true),
        "HassTurnOff" => changed(intent, target, false),
        "HassSetPosition" => changed(intent, target, intent.number("position") != Some(0.0)),
        _ => return None,
    })
}

/// The risk of switching, opening (`active`) or closing something.
fn changed(intent: &Intent, target: Option<&Target>, active: bool) -> Risk {
    let domain = target.map(|target| target.domain.as_str()).or(intent.text("domain"));
    let toggled = intent.name == "HassToggle";
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
    use voice::{Slot, SlotValue, Stage};

    use super::*;

    fn intent(name: &str, slots: &[(&str, &str)]) -> Intent {
        let slots = slots.iter().map(|(name, value)| Slot {
            name: (*name).to_owned(),
            value: value
                .parse()
                .map_or_else(|_| SlotValue::Text((*value).into()), SlotValue::Number),
            text: "".into(),
        });
        Intent {
            name: name.to_owned(),
            slots: slots.collect(),
            stage: Stage::Exact,
            cost: 0.0,
            response: "default".to_owned(),
        }
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
