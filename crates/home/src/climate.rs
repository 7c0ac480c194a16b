//! Thermostats.

use voice::{Context, Intent, Reply, Speech};

use crate::device::{Device, Kind, MODES};
use crate::house::House;
use crate::refusal::{Refusal, failed, refused};
use crate::targets::Targets;
use crate::words::rounded;

/// Sets the degrees it is told to reach, or moves them by a step.
pub(crate) fn set_temperature(
    device: &mut Device,
    intent: &Intent,
    targets: &Targets,
) -> Result<Speech, Refusal> {
    let step = intent.number("temperature_step").map(|step| device.target + step);
    let Some(degrees) = intent.number("temperature").or(step) else {
        return Err(refused(targets.about("HassClimateSetTemperature.cannot")));
    };
    let up = degrees > device.target;
    device.target = degrees;
    if step.is_some() && !targets.named {
        // They need not all be set to the same.
        let key =
            if up { "HassClimateSetTemperature.up" } else { "HassClimateSetTemperature.down" };
        return Ok(targets.about(key));
    }
    Ok(targets.about("HassClimateSetTemperature.set").with("degrees", rounded(degrees)))
}

/// Makes it heat, cool, choose, or rest.
pub(crate) fn set_mode(
    device: &mut Device,
    intent: &Intent,
    targets: &Targets,
) -> Result<Speech, Refusal> {
    let mode = intent.text("hvac_mode").filter(|mode| MODES.contains(mode));
    let Some(mode) = mode else {
        return Err(refused(targets.about("HarkClimateSetMode.cannot")));
    };
    mode.clone_into(&mut device.mode);
    Ok(targets.about("HarkClimateSetMode.set").with("mode", mode))
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
            return Err(failed(targets.about("HassClimateGetTemperature.unknown")));
        };
        let speech = Speech::of("HassClimateGetTemperature.now");
        Ok(Reply::done(speech.with("degrees", device.state.as_str())))
    }

    /// Answers what a thermostat is told to reach.
    pub(crate) fn get_target(&self, intent: &Intent, context: &Context) -> Result<Reply, Refusal> {
        let devices = self.lock();
        let targets = self.targets(&devices, intent, context)?;
        let device = &devices[targets.devices[0]];
        let name = device.config.name.as_str();
        if device.kind != Kind::Climate {
            let speech = Speech::of("HassClimateGetTemperature.no_target").with("name", name);
            return Err(refused(speech));
        }
        let speech = Speech::of("HassClimateGetTemperature.target").with("name", name);
        let speech = speech.with("mode", device.mode.as_str());
        Ok(Reply::done(speech.with("degrees", rounded(device.target))))
    }
}
