//! How bright lights are and in what color.

use voice::{Intent, Speech, Value};

use crate::device::Device;
use crate::refusal::{Refusal, failed, refused};
use crate::targets::Targets;
use crate::words::rounded;

/// Nobody who dims a light wants it off.
const DIMMEST: f64 = 5.0;

/// Sets brightness or color, or makes it brighter or darker.
pub(crate) fn set(
    device: &mut Device,
    intent: &Intent,
    targets: &Targets,
) -> Result<Speech, Refusal> {
    if let Some(step) = intent.number("brightness_step") {
        return change(device, step, targets);
    }
    let mut parts: Vec<Value> = Vec::new();
    let brightness = intent.number("brightness");
    if let Some(percent) = brightness {
        // A light that is off still knows how bright it was.
        device.brightness = if percent > 0.0 { percent } else { device.brightness };
        let percent = Speech::of("HassLightSet.percent").with("percent", rounded(percent));
        parts.push(percent.into());
    }
    if let Some(color) = intent.text("color") {
        color.clone_into(&mut device.color);
        parts.push(Speech::of("HassLightSet.color").with("color", color).into());
    }
    if parts.is_empty() {
        return Err(refused(targets.about("HassLightSet.cannot")));
    }
    device.set_active(brightness != Some(0.0));
    Ok(targets.about("HassLightSet.set").with("parts", Value::List(parts)))
}

/// Brighter and darker are meant of the lights that are on, if any is.
pub(crate) fn leave_dark(devices: &[Device], lights: &mut Vec<usize>) {
    if lights.iter().any(|&index| devices[index].is_active()) {
        lights.retain(|&index| devices[index].is_active());
    }
}

/// A light that is off is as dark as can be: it can be made brighter, but not dimmed.
fn change(device: &mut Device, step: f64, targets: &Targets) -> Result<Speech, Refusal> {
    let on = device.is_active();
    if !on && step < 0.0 {
        return Err(failed(targets.about("HassLightSet.is_off")));
    }
    let before = if on { device.brightness } else { 0.0 };
    let after = (before + step).clamp(DIMMEST.min(before.max(step)), 100.0);
    if on && (after - before).abs() < f64::EPSILON {
        let key = if step < 0.0 { "HassLightSet.dimmest" } else { "HassLightSet.brightest" };
        return Err(failed(targets.about(key)));
    }
    device.brightness = after;
    device.set_active(true);
    let percent = rounded(after);
    Ok(match (targets.named, step < 0.0) {
        (true, true) => targets.about("HassLightSet.dimmed_to").with("percent", percent),
        (true, false) => targets.about("HassLightSet.brighter_to").with("percent", percent),
        (false, true) => targets.about("HassLightSet.dimmed"),
        (false, false) => targets.about("HassLightSet.brighter"),
    })
}
