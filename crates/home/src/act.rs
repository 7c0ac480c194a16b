//! Commands: what changes when someone asks for it.

use voice::{Context, Intent, Reply, Speech};

use crate::device::{Device, Kind};
use crate::house::House;
use crate::refusal::{Refusal, refused};
use crate::targets::Targets;
use crate::words::rounded;
use crate::{climate, light, undo};

impl House {
    /// Does what the intent asks, says so, and tells what takes it back.
    pub(crate) fn act(&self, intent: &Intent, context: &Context) -> Result<Reply, Refusal> {
        let intent = &*self.reached(intent, context);
        let reply = {
            let mut devices = self.lock();
            let targets = self.targets(&devices, intent, context);
            let mut targets = targets
                .map_err(|refusal| self.or_everywhere(&devices, intent, context, refusal))?;
            if intent.slot("brightness_step").is_some() {
                light::leave_dark(&devices, &mut targets.devices);
            }
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
                let nothing = || refused(Speech::of("hark.home.cannot_anything"));
                return Err(first_refusal.unwrap_or_else(nothing));
            };
            let said = said.clone();
            let mut undo = Vec::new();
            for (index, device, _) in changed {
                undo.extend(undo::restore(&devices[index], &device));
                devices[index] = device;
            }
            Reply::done(said).undone_by(undo)
        };
        self.notify();
        Ok(reply)
    }

    /// Sends a vacuum cleaner to work in a room.
    pub(crate) fn clean(&self, intent: &Intent, context: &Context) -> Result<Reply, Refusal> {
        let start = Intent { name: "HassVacuumStart".to_owned(), ..intent.clone() };
        let slots = start.slots.iter().filter(|slot| slot.name != "area").cloned();
        let reply = self.act(&Intent { slots: slots.collect(), ..start }, context)?;
        Ok(match self.place(intent) {
            None => reply,
            Some(place) => {
                let speech = Speech::of("HassVacuumCleanArea.started").with("place", place);
                Reply { speech: vec![speech], ..reply }
            }
        })
    }
}

/// Sets the speed of a fan; one that is off still knows how fast it was.
fn fan(device: &mut Device, percent: Option<f64>, targets: &Targets) -> Result<Speech, Refusal> {
    match (device.kind, percent) {
        (Kind::Fan, Some(percent)) => {
            device.set_active(percent > 0.0);
            device.speed = if percent > 0.0 { percent } else { device.speed };
            Ok(targets.about("HassFanSetSpeed.set").with("percent", rounded(percent)))
        }
        _ => Err(refused(targets.about("HassFanSetSpeed.cannot"))),
    }
}

/// Changes one device and says what was done with all of them.
fn change(device: &mut Device, intent: &Intent, targets: &Targets) -> Result<Speech, Refusal> {
    let kind = device.kind;
    let cannot = |key| refused(targets.about(key));
    let number = |slot| intent.number(slot);
    match intent.name.as_str() {
        "HassTurnOn" => turn(device, targets, true),
        "HassTurnOff" => turn(device, targets, false),
        "HassToggle" => match kind {
            Kind::Light | Kind::Switch | Kind::Fan | Kind::Cover | Kind::Media => {
                let active = !device.is_active();
                turn(device, targets, active)
            }
            _ => Err(cannot("HassToggle.cannot")),
        },
        "HassLightSet" if kind == Kind::Light => light::set(device, intent, targets),
        // "Set it to 50 percent" is said before anybody knows what "it" is.
        "HassLightSet" if kind == Kind::Fan => fan(device, number("brightness"), targets),
        "HassLightSet" => Err(cannot("HassLightSet.no_light")),
        "HassSetPosition" => match (kind, number("position")) {
            (Kind::Cover, Some(percent)) => {
                device.set_active(percent > 0.0);
                device.position = percent;
                Ok(targets.about("HassSetPosition.set").with("percent", rounded(percent)))
            }
            _ => Err(cannot("HassSetPosition.cannot")),
        },
        // What is virtual arrives at once; what a person sees moving has stopped then.
        "HassStopMoving" if kind == Kind::Cover => {
            if matches!(device.state.as_str(), "opening" | "closing") {
                "open".clone_into(&mut device.state);
            }
            Ok(targets.about("HassStopMoving.stopped"))
        }
        "HassFanSetSpeed" => fan(device, number("percentage"), targets),
        "HassClimateSetTemperature" if kind == Kind::Climate => {
            climate::set_temperature(device, intent, targets)
        }
        "HassClimateSetTemperature" => Err(cannot("HassClimateSetTemperature.cannot")),
        "HarkClimateSetMode" if kind == Kind::Climate => climate::set_mode(device, intent, targets),
        "HassVacuumStart" if kind == Kind::Vacuum => {
            device.set_active(true);
            Ok(targets.about("HassVacuumStart.started"))
        }
        "HassVacuumReturnToBase" if kind == Kind::Vacuum => {
            device.set_active(false);
            Ok(targets.about("HassVacuumReturnToBase.sent"))
        }
        _ => Err(cannot("hark.home.cannot")),
    }
}

fn turn(device: &mut Device, targets: &Targets, active: bool) -> Result<Speech, Refusal> {
    match device.kind {
        Kind::Scene if !active => return Err(refused(targets.about("HassTurnOff.cannot"))),
        Kind::Sensor | Kind::Person | Kind::Other if active => {
            return Err(refused(targets.about("HassTurnOn.cannot")));
        }
        Kind::Sensor | Kind::Person | Kind::Other => {
            return Err(refused(targets.about("HassTurnOff.cannot")));
        }
        _ => {}
    }
    device.set_active(active);
    let what = match device.kind {
        Kind::Cover => "cover",
        Kind::Lock => "lock",
        Kind::Scene | Kind::Vacuum => "scene",
        _ => "device",
    };
    let done = if active { "HassTurnOn" } else { "HassTurnOff" };
    let speech = Speech::keyed(format!("{done}.{what}"));
    Ok(speech.with("target", targets.spoken.clone()))
}
