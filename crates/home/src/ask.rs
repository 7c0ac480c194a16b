//! Questions about the state of the house.

use voice::{Context, Intent, Reply};

use crate::act::{failed, refused};
use crate::device::{Device, Kind};
use crate::house::House;
use crate::words;

impl House {
    /// Answers what state a device is in, or whether it, or anything in a room, is in the state
    /// that the slot `state` holds.
    pub(crate) fn get_state(&self, intent: &Intent, context: &Context) -> Result<Reply, Reply> {
        let devices = self.lock();
        let targets = self.targets(&devices, intent, context)?;
        let spoken = words::capital(&targets.spoken);
        let verb = if targets.plural { "are" } else { "is" };
        let asked = intent.text("state");
        if targets.named {
            let device = &devices[targets.devices[0]];
            if device.kind == Kind::Scene {
                return Err(refused(format!("{spoken} can only be started.")));
            }
            if device.state == "unknown" {
                return Err(failed(format!("I don't know about {}.", targets.spoken)));
            }
            let state = words::state(device);
            let Some(asked) = asked else {
                return Ok(Reply::done(format!("{spoken} {verb} {state}.")));
            };
            let answer = if is_in_state(device, asked) { "Yes" } else { "No" };
            return Ok(Reply::done(format!("{answer}, {} {verb} {state}.", targets.spoken)));
        }
        let asked = asked.unwrap_or("on");
        let matching: Vec<_> = targets
            .devices
            .iter()
            .map(|&i| &devices[i])
            .filter(|d| is_in_state(d, asked))
            .collect();
        let names: Vec<_> = matching.iter().map(|d| words::the(&d.config.name)).collect();
        let all = matching.len() == targets.devices.len();
        Ok(Reply::done(match (intent.response.as_str(), &names[..]) {
            ("all", _) if all => format!("Yes, {} are {asked}.", targets.spoken),
            ("all", _) => format!("No, not {} are {asked}.", all_of(&targets.spoken)),
            ("how_many", []) => format!("None of {} are {asked}.", targets.spoken),
            ("how_many", [one]) => format!("One is {asked}: {one}."),
            ("how_many", many) => format!("{} are {asked}: {}.", many.len(), listed(many)),
            (_, []) => format!("No, none of {} are {asked}.", targets.spoken),
            (_, [one]) => format!("Yes, {one} {} {asked}.", words::is_or_are(one)),
            (_, many) => format!("Yes, {} are {asked}.", listed(many)),
        }))
    }

    /// Answers how warm it is, by a thermostat or a sensor.
    pub(crate) fn get_temperature(
        &self,
        intent: &Intent,
        context: &Context,
    ) -> Result<Reply, Reply> {
        let devices = self.lock();
        let targets = self.targets(&devices, intent, context)?;
        let measures = |device: &&Device| match device.kind {
            Kind::Climate => true,
            Kind::Sensor => device.config.device_class.as_deref() == Some("temperature"),
            _ => false,
        };
        let device = targets.devices.iter().map(|&index| &devices[index]).find(measures);
        let Some(device) = device.filter(|device| device.state != "unknown") else {
            return Err(failed(format!("I don't know the temperature of {}.", targets.spoken)));
        };
        Ok(Reply::done(format!("It's {} degrees.", device.state)))
    }
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

/// `a, b and c`.
fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}
