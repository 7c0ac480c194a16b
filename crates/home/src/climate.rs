//! Thermostats.

use voice::{Context, Intent, Reply};

use crate::act::{Refusal, failed, refused};
use crate::device::{Device, Kind, MODES};
use crate::house::House;
use crate::targets::Targets;
use crate::words;

/// Sets the degrees it is told to reach, or moves them by a step.
pub(crate) fn set_temperature(
    device: &mut Device,
    intent: &Intent,
    targets: &Targets,
) -> Result<String, Refusal> {
    let step = intent.number("temperature_step").map(|step| device.target + step);
    let Some(degrees) = intent.number("temperature").or(step) else {
        return Err(refused(format!("I can't set the temperature of {}.", targets.spoken)));
    };
    let up = degrees > device.target;
    device.target = degrees;
    if step.is_some() && !targets.named {
        // They need not all be set to the same.
        let way = if up { "up" } else { "down" };
        return Ok(format!("Turned {way} {}.", targets.spoken));
    }
    Ok(format!("Set {} to {} degrees.", targets.spoken, words::number(degrees)))
}

/// Makes it heat, cool, choose, or rest.
pub(crate) fn set_mode(
    device: &mut Device,
    intent: &Intent,
    targets: &Targets,
) -> Result<String, Refusal> {
    let mode = intent.text("hvac_mode").filter(|mode| MODES.contains(mode));
    let Some(mode) = mode else {
        return Err(refused(format!("I can't set the mode of {}.", targets.spoken)));
    };
    mode.clone_into(&mut device.mode);
    Ok(match mode {
        "off" => format!("Turned off {}.", targets.spoken),
        mode => format!("Set {} to {mode}.", targets.spoken),
    })
}

impl House {
    /// Answers how warm it is, by a thermostat or a sensor.
    pub(crate) fn get_temperature(
        &self,
        intent: &Intent,
        context: &Context,
    ) -> Result<Reply, Refusal> {
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

    /// Answers what a thermostat is told to reach.
    pub(crate) fn get_target(&self, intent: &Intent, context: &Context) -> Result<Reply, Refusal> {
        let devices = self.lock();
        let targets = self.targets(&devices, intent, context)?;
        let device = &devices[targets.devices[0]];
        let name = words::the(&device.config.name);
        if device.kind != Kind::Climate {
            return Err(refused(format!("I can't tell what {name} is set to.")));
        }
        Ok(Reply::done(match device.mode.as_str() {
            "off" => format!("{} is off.", words::capital(&name)),
            "auto" => format!(
                "{} is set to {} degrees.",
                words::capital(&name),
                words::number(device.target)
            ),
            mode => format!(
                "{} is set to {mode}, at {} degrees.",
                words::capital(&name),
                words::number(device.target)
            ),
        }))
    }
}
