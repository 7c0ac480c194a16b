//! Commands: what changes when someone asks for it.

use voice::{Context, Intent, Outcome, Reply};

use crate::device::{Device, Kind};
use crate::house::House;
use crate::targets::Targets;
use crate::{climate, light, undo, words};

/// A reply that says why not; on the heap, since replies are large.
pub(crate) type Refusal = Box<Reply>;

pub(crate) fn refused(speech: String) -> Refusal {
    Box::new(Reply::with(speech, Outcome::Refused))
}

pub(crate) fn failed(speech: String) -> Refusal {
    Box::new(Reply::with(speech, Outcome::Failed))
}

impl House {
    /// Does what the intent asks, says so, and tells what takes it back.
    pub(crate) fn act(&self, intent: &Intent, context: &Context) -> Result<Reply, Refusal> {
        let reply = {
            let mut devices = self.lock();
            let mut targets = self.targets(&devices, intent, context)?;
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
                let nothing = || refused("I can't do that with anything there.".to_owned());
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
        let place = self.place(intent);
        let start = Intent { name: "HassVacuumStart".to_owned(), ..intent.clone() };
        let slots = start.slots.iter().filter(|slot| slot.name != "area").cloned();
        let reply = self.act(&Intent { slots: slots.collect(), ..start }, context)?;
        Ok(match place.as_str() {
            "" => reply,
            place => Reply { speech: vec![format!("Vacuuming{place}.").into()], ..reply },
        })
    }
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
        "HassLightSet" if kind == Kind::Light => light::set(device, intent, targets),
        "HassLightSet" => Err(cannot("dim or color")),
        "HassSetPosition" => match (kind, number("position")) {
            (Kind::Cover, Some(percent)) => {
                device.set_active(percent > 0.0);
                device.position = percent;
                Ok(format!("Set {spoken} to {} percent.", words::number(percent)))
            }
            _ => Err(cannot("set the position of")),
        },
        // What is virtual arrives at once; what a person sees moving has stopped then.
        "HassStopMoving" if kind == Kind::Cover => {
            if matches!(device.state.as_str(), "opening" | "closing") {
                "open".clone_into(&mut device.state);
            }
            Ok(format!("Stopped {spoken}."))
        }
        "HassFanSetSpeed" => match (kind, number("percentage")) {
            (Kind::Fan, Some(percent)) => {
                device.set_active(percent > 0.0);
                device.speed = if percent > 0.0 { percent } else { device.speed };
                Ok(format!("Set {spoken} to {} percent.", words::number(percent)))
            }
            _ => Err(cannot("set the speed of")),
        },
        "HassClimateSetTemperature" if kind == Kind::Climate => {
            climate::set_temperature(device, intent, targets)
        }
        "HassClimateSetTemperature" => Err(cannot("set the temperature of")),
        "HarkClimateSetMode" if kind == Kind::Climate => climate::set_mode(device, intent, targets),
        "HassVacuumStart" if kind == Kind::Vacuum => {
            device.set_active(true);
            Ok(format!("Started {spoken}."))
        }
        "HassVacuumReturnToBase" if kind == Kind::Vacuum => {
            device.set_active(false);
            Ok(format!("Sent {spoken} home."))
        }
        _ => Err(cannot("do that with")),
    }
}

fn turn(device: &mut Device, targets: &Targets, active: bool) -> Result<String, Refusal> {
    let spoken = &targets.spoken;
    match device.kind {
        Kind::Scene if !active => return Err(refused(format!("I can't turn off {spoken}."))),
        Kind::Sensor | Kind::Person | Kind::Other => {
            let way = if active { "on" } else { "off" };
            return Err(refused(format!("I can't turn {way} {spoken}.")));
        }
        _ => {}
    }
    device.set_active(active);
    Ok(format!("{} {spoken}.", words::done(device.kind, active)))
}
