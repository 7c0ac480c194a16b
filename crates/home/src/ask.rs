//! Questions about the state of the house.

use voice::{Context, Intent, Reply, Speech};

use crate::device::{Device, Kind};
use crate::house::House;
use crate::refusal::{Refusal, failed, refused};
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
            found.map(|device| device.config.name.clone()).collect::<Vec<_>>()
        };
        let (names, others) = (of(true), of(false));
        let key = match (intent.response.as_str(), &others[..]) {
            ("all", []) => "HassGetState.all",
            // Which door is open matters more than how many are not.
            ("all", some) if some.len() <= MANY && asked != "on" => "HassGetState.not_these",
            ("all", _) => "HassGetState.not_all",
            ("how_many", _) => "HassGetState.how_many",
            _ => "HassGetState.any",
        };
        let speech = targets.about(key).with("state", asked).with("names", names);
        Ok(Reply::done(speech.with("others", others)))
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
            return Err(failed(Speech::of("HassGetState.no_battery")));
        }
        let low = known.iter().filter(|device| match device.kind {
            Kind::Sensor => device.state.parse().is_ok_and(|percent: f64| percent < LOW_BATTERY),
            _ => device.state == "on",
        });
        let low: Vec<_> = low.map(|device| device.config.name.clone()).collect();
        Ok(Reply::done(Speech::of("HassGetState.low").with("names", low)))
    }

    /// Answers whether sensors notice something, such as motion, somewhere.
    fn is_sensed(&self, intent: &Intent) -> Result<Reply, Refusal> {
        let devices = self.lock();
        let classes = intent.text("device_class").unwrap_or("motion");
        let thing = classes.split(',').next().unwrap_or_default();
        let place = self.place(intent);
        let or_here = || place.clone().unwrap_or(Speech::of("hark.place.here"));
        let about = |key| Speech::of(key).with("thing", thing);
        let sensors: Vec<_> = devices
            .iter()
            .filter(|device| {
                let class = device.config.device_class.as_deref();
                class.is_some_and(|class| classes.split(',').any(|c| c == class))
                    && self.is_there(device, intent)
            })
            .collect();
        if sensors.is_empty() {
            let speech = about("HassGetState.no_sensor").with("place", or_here());
            return Err(failed(speech));
        }
        let noticing: Vec<_> = sensors
            .iter()
            .filter(|device| device.state == "on")
            .map(|device| device.config.name.clone())
            .collect();
        if sensors.iter().all(|device| matches!(device.state.as_str(), "unknown" | "unavailable")) {
            return Err(failed(about("HassGetState.sense_unknown").with("place", or_here())));
        }
        let speech = about("HassGetState.sensed").with("names", noticing);
        Ok(Reply::done(match place {
            Some(place) => speech.with("place", place),
            None => speech,
        }))
    }
}

/// So many names can be listened to.
const MANY: usize = 3;

/// What state one device is in, or whether it is in the one that was asked about.
fn one_state(device: &Device, targets: &Targets, asked: Option<&str>) -> Result<Reply, Refusal> {
    match device.kind {
        Kind::Scene => return Err(refused(targets.about("HassGetState.only_started"))),
        Kind::Person => return presence::where_is(device, asked),
        _ if device.state == "unknown" => {
            return Err(failed(targets.about("HassGetState.unknown")));
        }
        _ => {}
    }
    let name = device.config.name.as_str();
    let speech = targets.about("HassGetState.one").with("name", name);
    let speech = speech.with("state", words::said(device));
    Ok(Reply::done(match asked {
        None => speech,
        Some(asked) => speech.with("yes", is_in_state(device, asked)),
    }))
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
