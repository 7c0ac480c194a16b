//! What a command or question is about.

use voice::{Context, Intent, Speech, Value};

use crate::device::{Device, Kind};
use crate::house::House;
use crate::refusal::{Refusal, failed};
use crate::words;

/// The devices that a command is for, and how they are spoken of.
pub(crate) struct Targets {
    /// Places in the list of devices; never empty.
    pub devices: Vec<usize>,
    /// `the kitchen light`, `the lights in the office`.
    pub spoken: Speech,
    /// Whether one device was named.
    pub named: bool,
}

impl Targets {
    /// One device, as if it had been named.
    pub fn one(devices: &[Device], index: usize) -> Self {
        Self { devices: vec![index], spoken: words::called(&devices[index]), named: true }
    }

    /// Something about them.
    pub fn about(&self, key: &'static str) -> Speech {
        Speech::of(key).with("target", self.spoken.clone()).with("several", !self.named)
    }
}

impl House {
    /// Finds what the intent is about: the device in `name`, else everything of the `domain` and
    /// `device_class` in the `area` or on the `floor`, else everywhere; but for what is in
    /// `except_area` or is `except_name`.
    pub(crate) fn targets(
        &self,
        devices: &[Device],
        intent: &Intent,
        context: &Context,
    ) -> Result<Targets, Refusal> {
        if let Some(found) = self.named(devices, intent, context)? {
            return Ok(Targets::one(devices, found));
        }
        let classes: Vec<_> =
            intent.text("device_class").map(|c| c.split(',').collect()).unwrap_or_default();
        let domain = intent.text("domain").unwrap_or(match intent.name.as_str() {
            "HassLightSet" => "light",
            "HassSetPosition" | "HassStopMoving" => "cover",
            "HassFanSetSpeed" => "fan",
            "HassClimateSetTemperature" | "HassClimateGetTemperature" | "HarkClimateSetMode" => {
                "climate"
            }
            name if name.starts_with("HassVacuum") => "vacuum",
            // "The kitchen" is turned off by its lights, not by its oven and its shutters.
            "HassTurnOn" | "HassTurnOff" | "HassToggle" if classes.is_empty() => "light",
            _ => "",
        });
        let matching = |device: &Device| {
            let class = device.class();
            (domain.is_empty() || device.domain == domain)
                && (classes.is_empty() || class.is_some_and(|class| classes.contains(&class)))
        };
        let mut found: Vec<_> = (0..devices.len())
            .filter(|&index| {
                let device = &devices[index];
                matching(device) && self.is_there(device, intent) && !is_excepted(device, intent)
            })
            .collect();
        let anywhere = intent.slot("area").is_none() && intent.slot("floor").is_none();
        if domain == "climate" && anywhere {
            let here = |index: &usize| {
                context.area.is_some() && devices[*index].config.area == context.area
            };
            let near: Vec<_> = found.iter().copied().filter(here).collect();
            found = if near.is_empty() { found } else { near };
        }
        let mut things = words::things(domain, classes.first().copied());
        let place = self.place(intent);
        let placed = place.is_some();
        if let Some(place) = place {
            things = things.with("place", place);
        }
        match found[..] {
            [] => Err(failed(Speech::of("hark.home.none_there").with("things", things))),
            [only] if matches!(devices[only].kind, Kind::Climate | Kind::Vacuum) => {
                Ok(Targets::one(devices, only))
            }
            _ => {
                let spoken = match self.exception(devices, intent) {
                    Some(but) => things.with("but", but),
                    None => things,
                };
                let spoken =
                    Speech::of("hark.home.all_the").with("things", spoken).with("placed", placed);
                Ok(Targets { devices: found, spoken, named: false })
            }
        }
    }

    /// Whether a device is in the `area` and on the `floor` of the intent.
    pub(crate) fn is_there(&self, device: &Device, intent: &Intent) -> bool {
        let room = device.config.area.as_deref();
        let on_floor = |floor: &str| {
            let room = self.areas.iter().find(|area| Some(area.id.as_str()) == room);
            room.is_some_and(|room| room.floor.as_deref() == Some(floor))
        };
        intent.text("area").is_none_or(|area| room == Some(area))
            && intent.text("floor").is_none_or(on_floor)
    }

    /// `in the kitchen`, `upstairs`, if a place was named.
    pub(crate) fn place(&self, intent: &Intent) -> Option<Speech> {
        if let Some(area) = intent.text("area") {
            let name = self.area_name(area).unwrap_or(area);
            return Some(Speech::of("hark.place.area").with("name", name));
        }
        let id = intent.text("floor")?;
        let name = self.floors.iter().find(|floor| floor.id == id).map_or(id, |floor| &floor.name);
        Some(Speech::of("hark.place.floor").with("name", name))
    }

    /// `except in the kitchen`, `except the desk lamp`, if something was left out.
    pub(crate) fn exception(&self, devices: &[Device], intent: &Intent) -> Option<Speech> {
        let areas = ids(intent, "except_area").map(|area| {
            let name = self.area_name(area).unwrap_or(area);
            Speech::of("hark.except.area").with("name", name)
        });
        let device = |id: &str| devices.iter().find(|device| device.config.id == id);
        let devices = ids(intent, "except_name").filter_map(device).map(|device| {
            Speech::of("hark.except.device").with("name", device.config.name.as_str())
        });
        let parts: Vec<Value> = areas.chain(devices).map(Value::from).collect();
        let any = !parts.is_empty();
        any.then(|| Speech::of("hark.except.but").with("parts", Value::List(parts)))
    }
}

/// The ids in a slot, which have commas between them.
fn ids<'i>(intent: &'i Intent, slot: &str) -> impl Iterator<Item = &'i str> {
    intent.text(slot).into_iter().flat_map(|ids| ids.split(','))
}

/// Whether the intent leaves a device out.
pub(crate) fn is_excepted(device: &Device, intent: &Intent) -> bool {
    let area = device.config.area.as_deref();
    ids(intent, "except_area").any(|except| area == Some(except))
        || ids(intent, "except_name").any(|except| except == device.config.id)
}
