//! A house as the examples read it: areas, floors and entities by their ids.

use std::collections::BTreeMap;

use serde::Deserialize;
use voice::{ListValue, Lists};

/// A house.
#[derive(Deserialize)]
pub struct Home {
    pub areas: BTreeMap<String, Named>,
    pub floors: BTreeMap<String, Named>,
    pub entities: BTreeMap<String, Entity>,
}

#[derive(Deserialize)]
pub struct Named {
    pub name: String,
}

#[derive(Deserialize)]
pub struct Entity {
    pub name: String,
    pub domain: String,
    pub device_class: Option<String>,
}

/// The names of a house, and as many others as `HARK_NAMES` says.
pub fn lists(home: &Home) -> Lists {
    let mut lists = Lists::default();
    let mut add = |list: &str, spoken: &str, out: &str, context: Vec<(String, String)>| {
        lists.push(list, ListValue { spoken: spoken.to_owned(), out: out.to_owned(), context });
    };
    for (id, Entity { name, domain, device_class }) in &home.entities {
        let mut context = vec![("domain".to_owned(), domain.clone())];
        context.extend(device_class.iter().map(|class| ("device_class".to_owned(), class.clone())));
        add("name", name, id, context);
    }
    for (id, Named { name }) in &home.areas {
        add("area", name, id, Vec::new());
    }
    for (id, Named { name }) in &home.floors {
        add("floor", name, id, Vec::new());
    }
    let more = std::env::var("HARK_NAMES").ok().and_then(|count| count.parse().ok()).unwrap_or(0);
    for number in 0..more {
        let (name, id) = (other_name(number), format!("light.other_{number}"));
        add("name", &name, &id, vec![("domain".to_owned(), "light".to_owned())]);
    }
    lists
}

/// A name of two words and a kind of thing, another for each number.
pub fn other_name(number: usize) -> String {
    const FIRST: [&str; 22] = [
        "amber", "birch", "cedar", "delta", "ember", "fjord", "granite", "harbor", "ivory",
        "juniper", "kepler", "lotus", "marble", "nectar", "opal", "pepper", "quartz", "raven",
        "saffron", "tulip", "umber", "velvet",
    ];
    const SECOND: [&str; 23] = [
        "alcove",
        "balcony",
        "cabinet",
        "den",
        "entry",
        "foyer",
        "gallery",
        "hearth",
        "island",
        "junction",
        "kiosk",
        "loft",
        "mezzanine",
        "nook",
        "orchard",
        "pantry",
        "quarters",
        "roof",
        "shed",
        "terrace",
        "utility",
        "vestibule",
        "workshop",
    ];
    const THING: [&str; 20] = [
        "lamp", "light", "switch", "fan", "heater", "blind", "speaker", "outlet", "sensor",
        "strip", "bulb", "plug", "spot", "panel", "torch", "valve", "pump", "screen", "camera",
        "lock",
    ];
    let (first, rest) = (number % FIRST.len(), number / FIRST.len());
    let (second, rest) = (rest % SECOND.len(), rest / SECOND.len());
    format!("{} {} {}", FIRST[first], SECOND[second], THING[rest % THING.len()])
}
