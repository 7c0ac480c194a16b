//! How bright lights are and in what color.

use voice::Intent;

use crate::act::{Refusal, failed, refused};
use crate::device::Device;
use crate::targets::Targets;
use crate::words;

/// Nobody who dims a light wants it off.
const DIMMEST: f64 = 5.0;

/// Sets brightness or color, or makes it brighter or darker.
pub(crate) fn set(
    device: &mut Device,
    intent: &Intent,
    targets: &Targets,
) -> Result<String, Refusal> {
    if let Some(step) = intent.number("brightness_step") {
        return change(device, step, targets);
    }
    let spoken = &targets.spoken;
    let mut parts = Vec::new();
    let brightness = intent.number("brightness");
    if let Some(percent) = brightness {
        // A light that is off still knows how bright it was.
        device.brightness = if percent > 0.0 { percent } else { device.brightness };
        parts.push(format!("{} percent", words::number(percent)));
    }
    if let Some(color) = intent.text("color") {
        color.clone_into(&mut device.color);
        parts.push(color.to_owned());
    }
    if parts.is_empty() {
        return Err(refused(format!("I can't set {spoken}.")));
    }
    device.set_active(brightness != Some(0.0));
    Ok(format!("Set {spoken} to {}.", parts.join(" and ")))
}

/// Brighter and darker are meant of the lights that are on, if any is.
pub(crate) fn leave_dark(devices: &[Device], lights: &mut Vec<usize>) {
    if lights.iter().any(|&index| devices[index].is_active()) {
        lights.retain(|&index| devices[index].is_active());
    }
}

/// A light that is off is as dark as can be: it can be made brighter, but not dimmed.
fn change(device: &mut Device, step: f64, targets: &Targets) -> Result<String, Refusal> {
    let spoken = &targets.spoken;
    let be = if targets.plural { "are" } else { "is" };
    let on = device.is_active();
    if !on && step < 0.0 {
        return Err(failed(format!("{} {be} off.", words::capital(spoken))));
    }
    let before = if on { device.brightness } else { 0.0 };
    let after = (before + step).clamp(DIMMEST.min(before.max(step)), 100.0);
    if on && (after - before).abs() < f64::EPSILON {
        let extreme = if step < 0.0 { "dim" } else { "bright" };
        let said = format!("{} {be} as {extreme} as can be.", words::capital(spoken));
        return Err(failed(said));
    }
    device.brightness = after;
    device.set_active(true);
    Ok(match (targets.named, step < 0.0) {
        (true, true) => format!("Dimmed {spoken} to {} percent.", words::number(after)),
        (true, false) => format!("Set {spoken} to {} percent.", words::number(after)),
        (false, true) => format!("Dimmed {spoken}."),
        (false, false) => format!("Made {spoken} brighter."),
    })
}
