//! Questions about the state of the house.

use voice::{Context, Intent, Reply};

use crate::act::{Refusal, failed, refused};
use crate::device::{Device, Kind};
use crate::house::House;
use crate::targets::Targets;
use crate::{presence, words};

/// A battery with less than so many percent is low.
const LOW_BATTERY: f64 = 20.0;

impl House {
    /// Answers what state a device is in, or whether it, or anything in a room, is in the state
    /// that the slot `state` holds.
    pub(crate) fn get_state(&self, intent: &Intent, context: &Context) -> Result<Reply, Refusal> {
        match intent.response.as_str() {
            "target" => return self.get_target(intent, context),
            "low" => return self.low_batteries(intent),
            "presence" => return self.who_is_home(false),
            "sensed" => return self.is_sensed(intent),
            _ if intent.text("domain") == Some("person") => return self.who_is_home(true),
            _ => {}
        }
        let devices = self.lock();
        let targets = self.targets(&devices, intent, context)?;
        let asked = intent.text("state");
        if targets.named {
            return one_state(&devices[targets.devices[0]], &targets, asked);
        }
        let asked = asked.unwrap_or("on");
        let of = |wanted: bool| {
            let devices = targets.devices.iter().map(|&index| &devices[index]);
            let found = devices.filter(|device| is_in_state(device, asked) == wanted);
            found.map(|device| words::the(&device.config.name)).collect::<Vec<_>>()
        };
        let (names, others) = (of(true), of(false));
        let spoken = targets.spoken.strip_prefix("all ").unwrap_or(&targets.spoken);
        Ok(Reply::done(match (intent.response.as_str(), &names[..], &others[..]) {
            ("all", _, []) => format!("Yes, {} are {asked}.", targets.spoken),
            // Which door is open matters more than how many are not.
            ("all", _, some) if some.len() <= MANY && asked != "on" => {
                let verb = if some.len() == 1 { words::is_or_are(&some[0]) } else { "are" };
                format!("No, {} {verb} not {asked}.", words::listed(some, "and"))
            }
            ("all", ..) => format!("No, not {} are {asked}.", all_of(&targets.spoken)),
            ("how_many", [], _) => format!("None of {spoken} are {asked}."),
            ("how_many", [one], _) => format!("One is {asked}: {one}."),
            ("how_many", many, _) => {
                format!("{} are {asked}: {}.", many.len(), words::listed(many, "and"))
            }
            (_, [], _) => format!("No, none of {spoken} are {asked}."),
            (_, [one], _) => format!("Yes, {one} {} {asked}.", words::is_or_are(one)),
            (_, many, _) => format!("Yes, {} are {asked}.", words::listed(many, "and")),
        }))
    }

    /// Answers which batteries are low.
    fn low_batteries(&self, intent: &Intent) -> Result<Reply, Refusal> {
        let devices = self.lock();
        let of_battery = |device: &&Device| {
            device.config.device_class.as_deref() == Some("battery")
                && self.is_there(device, intent)
        };
        let known: Vec<_> =
            devices.iter().filter(of_battery).filter(|d| d.state != "unknown").collect();
        if known.is_empty() {
            return Err(failed("No device here tells me about its battery.".to_owned()));
        }
        let low = known.iter().filter(|device| match device.kind {
            Kind::Sensor => device.state.parse().is_ok_and(|percent: f64| percent < LOW_BATTERY),
            _ => device.state == "on",
        });
        let low: Vec<_> = low.map(|device| words::the(&device.config.name)).collect();
        Ok(Reply::done(match &low[..] {
            [] => "No battery is low.".to_owned(),
            [one] => format!("One is low: {one}."),
            many => format!("{} are low: {}.", many.len(), words::listed(many, "and")),
        }))
    }

    /// Answers whether sensors notice something, such as motion, somewhere.
    fn is_sensed(&self, intent: &Intent) -> Result<Reply, Refusal> {
        let devices = self.lock();
        let place = self.place(intent);
        let classes = intent.text("device_class").unwrap_or("motion");
        let thing = classes.split(',').next().unwrap_or_default();
        let sensors: Vec<_> = devices
            .iter()
            .filter(|device| {
                let class = device.config.device_class.as_deref();
                class.is_some_and(|class| classes.split(',').any(|c| c == class))
                    && self.is_there(device, intent)
            })
            .collect();
        if sensors.is_empty() {
            return Err(failed(format!("There is no {thing} sensor{}.", or_here(&place))));
        }
        let noticing: Vec<_> = sensors
            .iter()
            .filter(|device| device.state == "on")
            .map(|device| words::the(&device.config.name))
            .collect();
        if sensors.iter().all(|device| matches!(device.state.as_str(), "unknown" | "unavailable")) {
            return Err(failed(format!("I don't know about {thing}{}.", or_here(&place))));
        }
        Ok(Reply::done(match &noticing[..] {
            [] => format!("No, there is no {thing}{place}."),
            _ if !place.is_empty() => format!("Yes, there is {thing}{place}."),
            names => format!("Yes, by {}.", words::listed(names, "and")),
        }))
    }
}

/// So many names can be listened to.
const MANY: usize = 3;

fn or_here(place: &str) -> &str {
    if place.is_empty() { " here" } else { place }
}

/// What state one device is in, or whether it is in the one that was asked about.
fn one_state(device: &Device, targets: &Targets, asked: Option<&str>) -> Result<Reply, Refusal> {
    let spoken = words::capital(&targets.spoken);
    let verb = if targets.plural { "are" } else { "is" };
    match device.kind {
        Kind::Scene => return Err(refused(format!("{spoken} can only be started."))),
        Kind::Person => return presence::where_is(device, asked),
        _ if device.state == "unknown" => {
            return Err(failed(format!("I don't know about {}.", targets.spoken)));
        }
        _ => {}
    }
    let state = words::state(device);
    let Some(asked) = asked else {
        return Ok(Reply::done(format!("{spoken} {verb} {state}.")));
    };
    let answer = if is_in_state(device, asked) { "Yes" } else { "No" };
    Ok(Reply::done(format!("{answer}, {} {verb} {state}.", targets.spoken)))
}

/// Whether a device is in the state that was asked for; `on` and `open` mean the same for those
/// that know only one of them.
fn is_in_state(device: &Device, asked: &str) -> bool {
    let said = words::state(device);
    said == asked
        || device.state == asked
        || matches!(
            (device.state.as_str(), asked),
            ("open" | "playing", "on") | ("closed" | "paused", "off")
        )
}

fn all_of(spoken: &str) -> String {
    if spoken.starts_with("all ") { spoken.to_owned() } else { format!("all of {spoken}") }
}
