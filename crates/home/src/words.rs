//! How the house talks about its things.

use crate::device::{Device, Kind};

/// Last words of names that mean several things.
const PLURALS: &[&str] = &[
    "lights", "lamps", "blinds", "curtains", "shades", "shutters", "doors", "windows", "fans",
    "switches", "plugs", "speakers", "heaters", "locks",
];
/// Words in the names of robots that are not called like people.
const ROBOTS: [&str; 4] = ["vacuum", "robot", "cleaner", "hoover"];
/// First words of names that take no article.
const NO_ARTICLE: &[&str] = &["the", "my", "our", "your", "his", "her", "their"];

/// A name in the middle of a sentence: `the kitchen light`, `my lamp`, `the TV`.
pub(crate) fn the(name: &str) -> String {
    let words: Vec<_> = name.split_whitespace().map(plain_case).collect();
    let bare = words.first().is_some_and(|first| {
        NO_ARTICLE.contains(&first.as_str()) || first.ends_with("'s") || first.ends_with("s'")
    });
    let article = if bare { "" } else { "the " };
    format!("{article}{}", words.join(" "))
}

/// A device in the middle of a sentence. Scenes, people and most robots have names of their own.
pub(crate) fn called(device: &Device) -> String {
    let name = &device.config.name;
    let own = match device.kind {
        Kind::Scene | Kind::Person => true,
        Kind::Vacuum => {
            let name = name.to_lowercase();
            !ROBOTS.iter().any(|robot| name.contains(robot))
        }
        _ => false,
    };
    if own { name.clone() } else { the(name) }
}

/// A word of a title as it stands in a sentence; `TV` and `EcoBee` stay as they are.
fn plain_case(word: &str) -> String {
    let mut chars = word.chars();
    let first = chars.next();
    let title = first.is_some_and(char::is_uppercase)
        && word.chars().count() > 1
        && chars.all(|c| !c.is_uppercase());
    if title { word.to_lowercase() } else { word.to_owned() }
}

/// `is` or `are`, as the name asks for.
pub(crate) fn is_or_are(name: &str) -> &'static str {
    let last = name.split_whitespace().last().unwrap_or_default().to_lowercase();
    if PLURALS.contains(&last.as_str()) { "are" } else { "is" }
}

/// The first letter as a capital.
pub(crate) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// What things of a domain are called.
pub(crate) fn plural(domain: &str, device_class: Option<&str>) -> String {
    match (domain, device_class) {
        ("cover", Some("garage" | "garage_door")) => "garage doors".to_owned(),
        ("cover" | "binary_sensor", Some(class)) => format!("{class}s"),
        ("switch", _) => "switches".to_owned(),
        ("media_player", _) => "media players".to_owned(),
        ("climate", _) => "thermostats".to_owned(),
        ("vacuum", _) => "vacuum cleaners".to_owned(),
        ("", _) => "devices".to_owned(),
        (domain, _) => format!("{}s", domain.replace('_', " ")),
    }
}

/// What turning it on or off is called, in the past tense.
pub(crate) fn done(kind: Kind, active: bool) -> &'static str {
    match (kind, active) {
        (Kind::Cover, true) => "Opened",
        (Kind::Cover, false) => "Closed",
        (Kind::Lock, true) => "Locked",
        (Kind::Lock, false) => "Unlocked",
        (Kind::Scene | Kind::Vacuum, true) => "Started",
        (Kind::Scene | Kind::Vacuum, false) => "Stopped",
        (_, true) => "Turned on",
        (_, false) => "Turned off",
    }
}

/// The state as it is said behind `is`.
pub(crate) fn state(device: &Device) -> String {
    let class = device.config.device_class.as_deref();
    let value = device.state.as_str();
    match (device.kind, class) {
        (Kind::Sensor, _) if device.config.unit.is_some() => {
            format!("{value} {}", device.config.unit.as_deref().unwrap_or_default())
        }
        (Kind::Sensor, Some("temperature")) => format!("{value} degrees"),
        (Kind::Sensor, Some("humidity" | "battery")) => format!("{value} percent"),
        (Kind::Climate, _) => format!("at {value} degrees"),
        (Kind::Other, Some("door" | "window" | "garage_door" | "opening")) => match value {
            "on" => "open".to_owned(),
            "off" => "closed".to_owned(),
            other => other.to_owned(),
        },
        _ => value.to_owned(),
    }
}

/// A number without needless decimals: `21`, `20.5`.
pub(crate) fn number(value: f64) -> String {
    let rounded = (value * 10.0).round() / 10.0;
    rounded.to_string()
}

/// `a, b and c`, or with another word than `and`.
pub(crate) fn listed(names: &[String], and: &str) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} {and} {last}", head.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_into_sentences() {
        for (name, expected) in [
            ("Kitchen Light", "the kitchen light"),
            ("TV", "the TV"),
            ("EcoBee", "the EcoBee"),
            ("Sarah's Lamp", "sarah's lamp"),
            ("my lamp", "my lamp"),
        ] {
            assert_eq!(the(name), expected);
        }
        assert_eq!(is_or_are("Office Lights"), "are");
        assert_eq!(is_or_are("Glass"), "is");
        assert_eq!(capital("the light"), "The light");
        assert_eq!(number(20.50), "20.5");
    }
}
