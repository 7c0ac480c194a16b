//! Commands: what changes when someone asks for it.

use voice::{Context, Intent, Outcome, Reply};

use crate::device::{Device, Kind};
use crate::house::House;
use crate::words;

/// The devices that a command is for, and how they are spoken of.
pub(crate) struct Targets {
    /// Places in the list of devices; never empty.
    pub devices: Vec<usize>,
    /// `the kitchen light`, `the lights in the office`.
    pub spoken: String,
    /// Whether one device was named.
    pub named: bool,
    /// Whether `spoken` takes `are`.
    pub plural: bool,
}

/// A reply that says why not.
type Refusal = Reply;

pub(crate) fn refused(speech: String) -> Refusal {
    Reply::with(speech, Outcome::Refused)
}

pub(crate) fn failed(speech: String) -> Refusal {
    Reply::with(speech, Outcome::Failed)
}

impl House {
    /// Does what the intent asks and says so.
    pub(crate) fn act(&self, intent: &Intent, context: &Context) -> Result<Reply, Refusal> {
        let reply = {
            let mut devices = self.lock();
            let targets = self.targets(&devices, intent, context)?;
            let mut changed = Vec::new();
            let mut first_refusal = None;
            for &index in &targets.devices {
                let mut device = devices[index].clone();
                match change(&mut device, intent, &targets) {
                    Ok(said) => changed.push((index, device, said)),
                    Err(refusal) => first_refusal = first_refusal.or(Some(refusal)),
                }
            }
            let Some((_, _, said)) = changed.first() else {
                let nothing = || refused("I can't do that with anything there.".to_owned());
                return Err(first_refusal.unwrap_or_else(nothing));
            };
            let reply = Reply::done(said.clone());
            for (index, device, _) in changed {
                devices[index] = device;
            }
            reply
        };
        self.notify();
        Ok(reply)
    }

    /// Finds what the intent is about: the device in `name`, else everything of the `domain` and
    /// `device_class` in the `area` or on the `floor`, else everywhere.
    pub(crate) fn targets(
        &self,
        devices: &[Device],
        intent: &Intent,
        context: &Context,
    ) -> Result<Targets, Refusal> {
        if let Some(id) = intent.text("name") {
            let found = devices.iter().position(|device| device.config.id == id);
            let Some(found) = found else {
                return Err(failed("I don't know that device.".to_owned()));
            };
            let index = nearest_namesake(devices, found, intent, context);
            let name = &devices[index].config.name;
            let plural = words::is_or_are(name) == "are";
            return Ok(Targets {
                devices: vec![index],
                // Scenes and scripts go by their titles.
                spoken: if devices[index].kind == Kind::Scene {
                    name.clone()
                } else {
                    words::the(name)
                },
                named: true,
                plural,
            });
        }
        let domain = intent.text("domain").unwrap_or(match intent.name.as_str() {
            "HassLightSet" => "light",
            "HassSetPosition" => "cover",
            "HassFanSetSpeed" => "fan",
            "HassClimateSetTemperature" | "HassClimateGetTemperature" => "climate",
            name if name.starts_with("HassMedia") => "media_player",
            _ => "",
        });
        let classes: Vec<_> =
            intent.text("device_class").map(|c| c.split(',').collect()).unwrap_or_default();
        let area = intent.text("area");
        let floor = intent.text("floor");
        let place = self.place(area, floor);
        let there = |device: &Device| {
            let room = device.config.area.as_deref();
            let on_floor = |floor: &str| {
                let room = self.areas.iter().find(|area| Some(area.id.as_str()) == room);
                room.is_some_and(|room| room.floor.as_deref() == Some(floor))
            };
            area.is_none_or(|area| room == Some(area)) && floor.is_none_or(on_floor)
        };
        let matching = |device: &Device| {
            let class = device.config.device_class.as_deref();
            (domain.is_empty() || device.domain == domain)
                && (classes.is_empty() || class.is_some_and(|class| classes.contains(&class)))
        };
        let found: Vec<_> = (0..devices.len())
            .filter(|&index| matching(&devices[index]) && there(&devices[index]))
            .collect();
        let things = words::plural(domain, classes.first().copied());
        match found[..] {
            [] => Err(failed(format!("There are no {things}{place}."))),
            [only] if matches!(devices[only].kind, Kind::Climate | Kind::Media) => Ok(Targets {
                devices: found,
                spoken: words::the(&devices[only].config.name),
                named: true,
                plural: false,
            }),
            _ => {
                let all = if place.is_empty() { "all the" } else { "the" };
                let spoken = format!("{all} {things}{place}");
                Ok(Targets { devices: found, spoken, named: false, plural: true })
            }
        }
    }

    /// ` in the kitchen`, ` upstairs`, or nothing.
    fn place(&self, area: Option<&str>, floor: Option<&str>) -> String {
        if let Some(area) = area {
            let name = self.area_name(area).unwrap_or(area);
            return format!(" in {}", words::the(name));
        }
        let Some(id) = floor else { return String::new() };
        let name = self.floors.iter().find(|floor| floor.id == id).map_or(id, |floor| &floor.name);
        if name.to_lowercase().ends_with("stairs") {
            return format!(" {}", name.to_lowercase());
        }
        format!(" on {}", words::the(name))
    }
}

/// Of several devices with the name that was said, the one in the room of the speaker.
fn nearest_namesake(devices: &[Device], found: usize, intent: &Intent, context: &Context) -> usize {
    let said = intent.slots.iter().find(|slot| slot.name == "name");
    let Some(said) = said.map(|slot| slot.text.expose().to_lowercase()) else { return found };
    let here = |device: &Device| context.area.is_some() && device.config.area == context.area;
    if here(&devices[found]) {
        return found;
    }
    let namesake = |device: &Device| {
        here(device)
            && device.domain == devices[found].domain
            && device.names().any(|name| name.to_lowercase() == said)
    };
    devices.iter().position(namesake).unwrap_or(found)
}

/// Changes one device and says what was done with all of them.
fn change(device: &mut Device, intent: &Intent, targets: &Targets) -> Result<String, Refusal> {
    let spoken = &targets.spoken;
    let kind = device.kind;
    let cannot = |what: &str| refused(format!("I can't {what} {spoken}."));
    let number = |slot| intent.number(slot);
    match intent.name.as_str() {
        "HassTurnOn" => turn(device, targets, true),
        "HassTurnOff" => turn(device, targets, false),
        "HassToggle" => match kind {
            Kind::Light | Kind::Switch | Kind::Fan | Kind::Cover | Kind::Media => {
                let active = !device.is_active();
                turn(device, targets, active)
            }
            _ => Err(cannot("toggle")),
        },
        "HassLightSet" if kind == Kind::Light => {
            let mut parts = Vec::new();
            if let Some(percent) = number("brightness") {
                device.brightness = Some(percent);
                parts.push(format!("{} percent", words::number(percent)));
            }
            if let Some(color) = intent.text("color") {
                device.color = Some(color.to_owned());
                parts.push(color.to_owned());
            }
            if parts.is_empty() {
                return Err(cannot("set"));
            }
            device.set_active(device.brightness != Some(0.0));
            Ok(format!("Set {spoken} to {}.", parts.join(" and ")))
        }
        "HassLightSet" => Err(cannot("dim or color")),
        "HassSetPosition" => match (kind, number("position")) {
            (Kind::Cover, Some(percent)) => {
                device.set_active(percent > 0.0);
                device.position = Some(percent);
                Ok(format!("Set {spoken} to {} percent.", words::number(percent)))
            }
            _ => Err(cannot("set the position of")),
        },
        "HassFanSetSpeed" => match (kind, number("percentage")) {
            (Kind::Fan, Some(percent)) => {
                device.set_active(percent > 0.0);
                Ok(format!("Set {spoken} to {} percent.", words::number(percent)))
            }
            _ => Err(cannot("set the speed of")),
        },
        "HassClimateSetTemperature" => match (kind, number("temperature")) {
            (Kind::Climate, Some(degrees)) => {
                device.target = Some(degrees);
                Ok(format!("Set {spoken} to {} degrees.", words::number(degrees)))
            }
            _ => Err(cannot("set the temperature of")),
        },
        "HassMediaPause" if kind == Kind::Media => {
            "paused".clone_into(&mut device.state);
            Ok(format!("Paused {spoken}."))
        }
        "HassMediaUnpause" if kind == Kind::Media => {
            "playing".clone_into(&mut device.state);
            Ok(format!("Resumed {spoken}."))
        }
        "HassMediaNext" if kind == Kind::Media => Ok(format!("Skipped ahead on {spoken}.")),
        "HassMediaPrevious" if kind == Kind::Media => Ok(format!("Went back on {spoken}.")),
        _ => Err(cannot("do that with")),
    }
}

fn turn(device: &mut Device, targets: &Targets, active: bool) -> Result<String, Refusal> {
    let spoken = &targets.spoken;
    match device.kind {
        Kind::Lock if !active => {
            // Whoever can shout through a window must not be able to open the door.
            return Err(refused(format!("I don't unlock {spoken} by voice.")));
        }
        Kind::Scene if !active => return Err(refused(format!("I can't turn off {spoken}."))),
        Kind::Climate | Kind::Sensor | Kind::Other => {
            let way = if active { "on" } else { "off" };
            return Err(refused(format!("I can't turn {way} {spoken}.")));
        }
        _ => {}
    }
    device.set_active(active);
    Ok(format!("{} {spoken}.", words::done(device.kind, active)))
}
