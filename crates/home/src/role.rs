//! What a device protects, judged by its domain, its class and its names together. A name can make a device one
//! that needs care, and never one that does not.

use voice::Role;

use crate::device::{Device, Kind};

/// Words for what people walk or drive through. A name that ends with one is that of the thing itself, and not
/// that of a light at it.
const ENTRANCES: [&str; 14] = [
    "barrier",
    "carport",
    "door",
    "doors",
    "entrance",
    "entrances",
    "garage",
    "garages",
    "gate",
    "gates",
    "hatch",
    "lock",
    "locks",
    "portal",
];
/// Words for what moves it, wherever they stand.
const OPENERS: [&str; 8] =
    ["buzzer", "latch", "open", "opener", "opening", "opens", "unlock", "unlocking"];
/// Words for what keeps watch.
const GUARDS: [&str; 11] = [
    "alarm", "alarms", "arm", "armed", "burglar", "disarm", "guard", "intruder", "security",
    "siren", "sirens",
];

impl Device {
    /// What it protects. A cover of no class may be anything that people walk through until the household says
    /// what it is.
    pub fn role(&self) -> Option<Role> {
        let class = self.config.device_class.as_deref();
        Role::of(&self.domain, class).or_else(|| match self.kind {
            Kind::Cover if self.domain != "cover" => None,
            Kind::Cover if class.is_none() => Some(Role::Entrance),
            Kind::Cover => self.is_called(is_entrance).then_some(Role::Entrance),
            Kind::Switch | Kind::Scene if self.is_called(is_guard) => Some(Role::Guard),
            Kind::Switch | Kind::Scene if self.is_called(moves_entrance) => Some(Role::Entrance),
            _ => None,
        })
    }

    /// Whether one of its names is such a one, in words of small letters.
    fn is_called(&self, is: fn(&[&str]) -> bool) -> bool {
        self.names().any(|name| {
            let name = name.to_lowercase();
            let words: Vec<_> = name.split(|c: char| !c.is_alphanumeric()).collect();
            is(&words)
        })
    }
}

fn is_entrance(words: &[&str]) -> bool {
    words.last().is_some_and(|last| ENTRANCES.contains(last))
}

fn moves_entrance(words: &[&str]) -> bool {
    let has = |of: &[&str]| words.iter().any(|word| of.contains(word));
    is_entrance(words) || has(&ENTRANCES) && has(&OPENERS)
}

fn is_guard(words: &[&str]) -> bool {
    words.iter().any(|word| GUARDS.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::DeviceConfig;

    fn role(id: &str, class: Option<&str>, name: &str) -> Option<Role> {
        let device_class = class.map(str::to_owned);
        let (id, name) = (id.to_owned(), name.to_owned());
        let config = DeviceConfig { id, name, device_class, ..DeviceConfig::default() };
        Device::new(&config, 1).expect("a device").role()
    }

    #[test]
    fn what_opens_a_way_in_or_keeps_watch_is_known_by_domain_class_or_name() {
        let (entrance, guard) = (Some(Role::Entrance), Some(Role::Guard));
        for (id, class, name, expected) in [
            ("lock.front", None, "Front Door", entrance),
            ("cover.main", None, "Main Entrance", entrance),
            ("cover.carport", None, "Carport", entrance),
            ("cover.x", None, "Bedroom Blinds", entrance),
            ("cover.x", Some("blind"), "Bedroom Blinds", None),
            ("cover.x", Some("blind"), "Patio Door Blinds", None),
            ("cover.shed", Some("shutter"), "Shed Door", entrance),
            ("cover.garage", Some("garage"), "Big One", entrance),
            ("valve.water", None, "Gate Valve", None),
            ("switch.gate", None, "Gate Opener", entrance),
            ("switch.door", None, "door opener", entrance),
            ("switch.gate", None, "Garden Gate", entrance),
            ("script.garage", None, "Garage Opening", entrance),
            ("scene.door", None, "Open the front door", entrance),
            ("switch.alarm", None, "Alarm System", guard),
            ("input_boolean.alarm", None, "Burglar-Alarm", guard),
            ("script.night", None, "Disarm everything", guard),
            ("switch.lamp", None, "Garage Light", None),
            ("switch.can", None, "Can Opener", None),
            ("switch.bell", None, "Door Bell", None),
            ("scene.movie", None, "Movie Night", None),
            ("light.door", None, "Door", None),
        ] {
            assert_eq!(role(id, class, name), expected, "{id} {class:?} {name}");
        }
    }
}
