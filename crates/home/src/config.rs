//! The rooms and devices of the house, as they are configured.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// The house. Without any configuration it is a demo house.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// What "all the lights" and "the lights" are where no room is said.
    pub all: Reach,
    /// Floors.
    pub floor: Vec<FloorConfig>,
    /// Rooms. A room that only a device mentions need not stand here.
    pub area: Vec<AreaConfig>,
    /// Devices.
    pub device: Vec<DeviceConfig>,
    /// What is often said where a sentence takes any words, by the name of the slot:
    /// `item = ["oat milk"]`. Other words are understood as well, only less surely.
    pub vocabulary: BTreeMap<String, Vec<String>>,
}

/// What "all the lights" and "the lights" are where no room is said.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// "The lights" are those of the room of the speaker, "all the lights" those of the house.
    #[default]
    AsSaid,
    /// Both are those of the room; "everywhere" is the house.
    Room,
    /// Both are those of the house; "in here" is the room.
    House,
}

/// A floor.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct FloorConfig {
    /// For example `first`.
    pub id: String,
    /// What the household calls it.
    pub name: String,
    /// What else it is called.
    pub aliases: Vec<String>,
}

/// A room.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct AreaConfig {
    /// For example `living_room`.
    pub id: String,
    /// What the household calls it.
    pub name: String,
    /// What else it is called.
    pub aliases: Vec<String>,
    /// Id of its floor.
    pub floor: Option<String>,
}

/// A device.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeviceConfig {
    /// For example `light.kitchen`.
    pub id: String,
    /// What the household calls it.
    pub name: String,
    /// What else it is called.
    pub aliases: Vec<String>,
    /// Id of its room.
    pub area: Option<String>,
    /// `light`, `cover`, …; the first part of the id when it is left out.
    pub domain: Option<String>,
    /// `garage`, `blind`, `temperature`, …
    pub device_class: Option<String>,
    /// Its state when the program starts: `on`, `off`, `open`, `locked`, or a value such as
    /// `21.5`.
    pub state: Option<String>,
    /// Unit of the value, as it is said: `percent`.
    pub unit: Option<String>,
}

impl Default for Config {
    /// The demo house.
    fn default() -> Self {
        let area = |id: &str, name: &str| AreaConfig {
            id: id.to_owned(),
            name: name.to_owned(),
            ..AreaConfig::default()
        };
        let device = |id: &str, name: &str, area: &str| DeviceConfig {
            id: id.to_owned(),
            name: name.to_owned(),
            area: Some(area.to_owned()),
            ..DeviceConfig::default()
        };
        let also = |device: DeviceConfig, alias: &str| DeviceConfig {
            aliases: vec![alias.to_owned()],
            ..device
        };
        let class = |device: DeviceConfig, class: &str| DeviceConfig {
            device_class: Some(class.to_owned()),
            ..device
        };
        Self {
            all: Reach::default(),
            floor: Vec::new(),
            vocabulary: BTreeMap::new(),
            area: vec![
                area("kitchen", "Kitchen"),
                area("living_room", "Living Room"),
                area("bedroom", "Bedroom"),
                area("office", "Office"),
                area("hallway", "Hallway"),
                area("garage", "Garage"),
            ],
            device: vec![
                device("light.kitchen", "Kitchen Light", "kitchen"),
                also(device("light.living_room", "Living Room Lamp", "living_room"), "Lamp"),
                also(device("light.bedroom", "Bedroom Lamp", "bedroom"), "Bed Light"),
                device("light.office", "Office Lights", "office"),
                device("switch.coffee_maker", "Coffee Maker", "kitchen"),
                class(device("cover.garage_door", "Garage Door", "garage"), "garage"),
                class(device("cover.bedroom_blinds", "Bedroom Blinds", "bedroom"), "blind"),
                device("lock.front_door", "Front Door", "hallway"),
                also(device("fan.living_room", "Living Room Fan", "living_room"), "Fan"),
                device("climate.thermostat", "Thermostat", "living_room"),
            ],
        }
    }
}

/// A house file: `areas`, `floors` and `entities` by id.
#[derive(Deserialize)]
struct HouseFile {
    #[serde(default)]
    all: Reach,
    #[serde(default)]
    areas: BTreeMap<String, PlaceEntry>,
    #[serde(default)]
    floors: BTreeMap<String, PlaceEntry>,
    #[serde(default)]
    entities: BTreeMap<String, DeviceEntry>,
    #[serde(default)]
    vocabulary: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct PlaceEntry {
    name: String,
    #[serde(default)]
    aliases: Vec<String>,
    floor: Option<String>,
}

#[derive(Deserialize)]
struct DeviceEntry {
    name: String,
    #[serde(default)]
    aliases: Vec<String>,
    domain: Option<String>,
    area: Option<String>,
    device_class: Option<String>,
    state: Option<String>,
    unit: Option<String>,
}

impl Config {
    /// Reads a house file: YAML with `all`, `areas` (`id: {name, floor}`), `floors` (`id: {name}`) and
    /// `entities` (`id: {name, domain, area, device_class, state}`); `aliases` may stand in each;
    /// and `vocabulary` (`slot: [words]`).
    ///
    /// # Errors
    /// [`Error::Yaml`] when the text is of another shape.
    pub fn from_yaml(text: &str) -> Result<Self> {
        let file: HouseFile = serde_saphyr::from_str(text).map_err(|error| {
            let place = error.location();
            Error::Yaml {
                line: place.map_or(0, |place| place.line()),
                column: place.map_or(0, |place| place.column()),
            }
        })?;
        let floors = file.floors.into_iter();
        let areas = file.areas.into_iter();
        let devices = file.entities.into_iter();
        Ok(Self {
            all: file.all,
            vocabulary: file.vocabulary,
            floor: floors
                .map(|(id, PlaceEntry { name, aliases, .. })| FloorConfig { id, name, aliases })
                .collect(),
            area: areas
                .map(|(id, PlaceEntry { name, aliases, floor })| AreaConfig {
                    id,
                    name,
                    aliases,
                    floor,
                })
                .collect(),
            device: devices
                .map(|(id, entry)| DeviceConfig {
                    id,
                    name: entry.name,
                    aliases: entry.aliases,
                    area: entry.area,
                    domain: entry.domain,
                    device_class: entry.device_class,
                    state: entry.state,
                    unit: entry.unit,
                })
                .collect(),
        })
    }
}
