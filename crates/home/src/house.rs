//! The registry of the house.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use voice::{Answering, Context, Handles, Intent, ListValue, Lists, Reply, Skill, Speech};

use crate::config::{AreaConfig, Config, FloorConfig, Reach};
use crate::device::{Device, Kind};
use crate::refusal::{Refusal, failed};
use crate::risk::INTENTS;
use crate::{Error, Result};

/// The rooms and devices, and the state they are in.
pub struct House {
    pub(crate) all: Reach,
    pub(crate) floors: Vec<FloorConfig>,
    pub(crate) areas: Vec<AreaConfig>,
    vocabulary: BTreeMap<String, Vec<String>>,
    devices: Mutex<Vec<Device>>,
    changed: watch::Sender<Vec<voice::Device>>,
}

impl House {
    /// Sets up the configured house.
    ///
    /// # Errors
    /// [`Error::Device`] for a device without name, with an odd id, or with an id that another one
    /// has.
    pub fn new(config: &Config) -> Result<Self> {
        let mut devices: Vec<Device> = Vec::new();
        let mut areas = config.area.clone();
        for (index, device) in config.device.iter().enumerate() {
            let number = index + 1;
            if devices.iter().any(|other| other.config.id == device.id) {
                return Err(Error::Device { number, expected: "another device has this id" });
            }
            if let Some(id) = &device.area
                && areas.iter().all(|area| area.id != *id)
            {
                let name = id.replace('_', " ");
                areas.push(AreaConfig { id: id.clone(), name, ..AreaConfig::default() });
            }
            devices.push(Device::new(device, number)?);
        }
        let house = Self {
            all: config.all,
            floors: config.floor.clone(),
            areas,
            vocabulary: config.vocabulary.clone(),
            devices: Mutex::new(devices),
            changed: watch::Sender::new(Vec::new()),
        };
        house.changed.send_replace(house.devices());
        Ok(house)
    }

    /// Ids of the covers of no class, which no voice opens: each may be a way in.
    pub fn unclassed(&self) -> Vec<String> {
        let devices = self.lock();
        let unclassed = devices
            .iter()
            .filter(|device| device.domain == "cover" && device.config.device_class.is_none());
        unclassed.map(|device| device.config.id.clone()).collect()
    }

    /// What the household calls its things: the list `name` with the id of the device and, as
    /// context, its `domain`, `device_class` and `role`; the lists `area` and `floor` with ids; and what is
    /// often said where any words may be.
    ///
    /// The room of a device is its `room` there and not its `area`, since templates that ask for the
    /// room of the speaker would then get that of the device. What stands in brackets in a name may be
    /// left out.
    pub fn lists(&self) -> Lists {
        let mut lists = Lists::default();
        for device in self.lock().iter() {
            let mut context = vec![("domain".to_owned(), device.domain.clone())];
            let class = device.config.device_class.clone();
            context.extend(class.map(|class| ("device_class".to_owned(), class)));
            let role = device.role().map(|role| ("role".to_owned(), role.as_str().to_owned()));
            context.extend(role);
            let room = device.config.area.clone().map(|room| ("room".to_owned(), room));
            context.extend(room);
            for name in device.names() {
                for spoken in std::iter::once(name.to_owned()).chain(without_brackets(name)) {
                    let out = device.config.id.clone();
                    lists.push("name", ListValue { spoken, out, context: context.clone() });
                }
            }
        }
        let areas = self.areas.iter().map(|a| ("area", &a.id, &a.name, &a.aliases));
        let floors = self.floors.iter().map(|f| ("floor", &f.id, &f.name, &f.aliases));
        for (list, id, name, aliases) in areas.chain(floors) {
            for spoken in std::iter::once(name).chain(aliases) {
                let (spoken, out) = (spoken.clone(), id.clone());
                lists.push(list, ListValue { spoken, out, context: Vec::new() });
            }
        }
        for (slot, likely) in &self.vocabulary {
            for spoken in likely {
                let (spoken, out) = (spoken.clone(), spoken.clone());
                lists.push_likely(slot, ListValue { spoken, out, context: Vec::new() });
            }
        }
        lists
    }

    /// What the household calls the room with that id.
    pub fn area_name(&self, id: &str) -> Option<&str> {
        self.areas.iter().find(|area| area.id == id).map(|area| area.name.as_str())
    }

    /// The devices and the states they are in now.
    pub fn devices(&self) -> Vec<voice::Device> {
        let devices = self.lock();
        let shown = devices.iter().map(|device| voice::Device {
            id: device.config.id.clone(),
            name: device.config.name.clone(),
            area: device
                .config
                .area
                .as_deref()
                .and_then(|id| self.area_name(id))
                .map(str::to_owned),
            domain: device.domain.clone(),
            state: device.state.clone(),
        });
        shown.collect()
    }

    /// Each device by its id with everything that it is told to be, such as `on 40 % blue`.
    pub fn details(&self) -> Vec<(String, String)> {
        let devices = self.lock();
        let detail = |device: &Device| {
            let player = &device.player;
            let more = match device.kind {
                Kind::Light => format!(" {} % {}", device.brightness, device.color),
                Kind::Fan => format!(" {} %", device.speed),
                Kind::Cover => format!(" {} %", device.position),
                Kind::Climate => format!(" {} to {} degrees", device.mode, device.target),
                Kind::Media => format!(
                    " {} % title {} at {} s {}{}{}",
                    player.volume,
                    player.track,
                    player.seconds,
                    player.playing.expose(),
                    if player.shuffle { " shuffled" } else { "" },
                    if player.repeat { " repeated" } else { "" },
                ),
                _ => String::new(),
            };
            (device.config.id.clone(), format!("{}{more}", device.state))
        };
        devices.iter().map(detail).collect()
    }

    /// The devices now and after each change.
    pub fn subscribe(&self) -> watch::Receiver<Vec<voice::Device>> {
        self.changed.subscribe()
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Vec<Device>> {
        // Nothing panics half way through a change, so the devices are whole in any case.
        self.devices.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn notify(&self) {
        let now = self.devices();
        self.changed.send_if_modified(|before| {
            let changed = *before != now;
            if changed {
                *before = now;
            }
            changed
        });
    }
}

/// Intents of which it is known beforehand for which things they are.
const LATER: [&str; 6] = [
    "HassTurnOn",
    "HassTurnOff",
    "HassLightSet",
    "HassSetPosition",
    "HassFanSetSpeed",
    "HassClimateSetTemperature",
];

/// The reply to words that refer to nothing.
fn unclear() -> Refusal {
    failed(Speech::of("hark.what_do_you_mean"))
}

impl Skill for House {
    fn name(&self) -> &'static str {
        "home"
    }

    fn intents(&self) -> &'static [Handles] {
        INTENTS
    }

    fn handle<'a>(&'a self, intent: &'a Intent, context: &'a Context) -> Answering<'a> {
        let reply = match intent.name.as_str() {
            // What "it" is was not found in the turns before.
            _ if intent.slot("target").is_some() => Err(unclear()),
            "HassGetState" => self.get_state(intent, context),
            "HassGetWeather" => self.get_weather(),
            "HassClimateGetTemperature" => self.get_temperature(intent, context),
            "HassVacuumCleanArea" => self.clean(intent, context),
            "HarkTurnOffEverything" => self.turn_off_everything(&self.reached(intent, context)),
            "HarkMediaPlaying" => self.get_playing(intent, context),
            name if name.starts_with("HassMedia") || name.starts_with("HarkMedia") => {
                self.play(intent, context)
            }
            _ => self.act(intent, context),
        };
        // A refusal is a reply like any other.
        Box::pin(std::future::ready(Ok(reply.unwrap_or_else(|refusal| *refusal))))
    }

    fn objection(&self, intent: &Intent, context: &Context) -> Option<Reply> {
        let is_known = LATER.contains(&intent.name.as_str()) && intent.slot("target").is_none();
        let intent = is_known.then(|| self.reached(intent, context))?;
        let devices = self.lock();
        let refusal = self.targets(&devices, &intent, context).err()?;
        Some(*self.or_everywhere(&devices, &intent, context, refusal))
    }
}

/// The name without what stands in brackets, if that leaves a name.
fn without_brackets(name: &str) -> Option<String> {
    let mut depth = 0_usize;
    let mut left = String::new();
    for sign in name.chars() {
        match sign {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ if depth == 0 => left.push(sign),
            _ => {}
        }
    }
    let left = left.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_name = left.chars().any(char::is_alphanumeric);
    (is_name && left.len() < name.len()).then_some(left)
}
