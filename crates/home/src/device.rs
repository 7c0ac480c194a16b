//! One device and its state.

use crate::config::DeviceConfig;
use crate::{Error, Result};

/// What kind of thing a device is; it decides what can be done with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Light,
    Switch,
    Fan,
    Cover,
    Lock,
    Climate,
    Media,
    /// Scenes and scripts: they are started and have no state.
    Scene,
    /// Sensors of numbers.
    Sensor,
    /// Everything else: it has a state and takes no commands.
    Other,
}

/// A device with the state it is in.
#[derive(Clone)]
pub(crate) struct Device {
    pub config: DeviceConfig,
    pub domain: String,
    pub kind: Kind,
    /// `on`, `off`, `open`, `closed`, `locked`, `playing`, a value, …
    pub state: String,
    /// Percent.
    pub brightness: Option<f64>,
    pub color: Option<String>,
    /// Percent open.
    pub position: Option<f64>,
    /// Degrees it is told to reach.
    pub target: Option<f64>,
}

/// Degrees a virtual thermostat measures until it is told otherwise.
const ROOM_DEGREES: &str = "21";

impl Device {
    /// Takes a configured device; `number` is its place in the list, for errors.
    pub fn new(config: &DeviceConfig, number: usize) -> Result<Self> {
        let wrong = |expected| Error::Device { number, expected };
        let (prefix, _) = config
            .id
            .split_once('.')
            .filter(|(prefix, rest)| !prefix.is_empty() && !rest.is_empty())
            .ok_or(wrong("the id must look like `light.kitchen`"))?;
        if config.name.trim().is_empty() {
            return Err(wrong("it needs a name"));
        }
        let domain = config.domain.clone().unwrap_or_else(|| prefix.to_owned());
        let (kind, state) = match domain.as_str() {
            "light" => (Kind::Light, "off"),
            "switch" | "input_boolean" => (Kind::Switch, "off"),
            "fan" => (Kind::Fan, "off"),
            "cover" | "valve" => (Kind::Cover, "closed"),
            "lock" => (Kind::Lock, "locked"),
            "climate" => (Kind::Climate, ROOM_DEGREES),
            "media_player" => (Kind::Media, "off"),
            "scene" | "script" => (Kind::Scene, "ready"),
            "sensor" => (Kind::Sensor, "unknown"),
            "binary_sensor" => (Kind::Other, "off"),
            _ => (Kind::Other, "unknown"),
        };
        Ok(Self {
            config: config.clone(),
            domain,
            kind,
            state: config.state.clone().unwrap_or_else(|| state.to_owned()),
            brightness: None,
            color: None,
            position: None,
            target: None,
        })
    }

    /// What it is called, the usual name first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.config.name).chain(&self.config.aliases).map(String::as_str)
    }

    /// Whether it is on in the sense of its kind: on, open, locked, playing.
    pub fn is_active(&self) -> bool {
        matches!(self.state.as_str(), "on" | "open" | "locked" | "playing")
    }

    /// Turns it on or off in the sense of its kind: a cover opens, a lock locks.
    pub fn set_active(&mut self, active: bool) {
        let state = match (self.kind, active) {
            (Kind::Cover, true) => "open",
            (Kind::Cover, false) => "closed",
            (Kind::Lock, true) => "locked",
            (Kind::Lock, false) => "unlocked",
            (Kind::Climate | Kind::Scene | Kind::Sensor | Kind::Other, _) => return,
            (_, true) => "on",
            (_, false) => "off",
        };
        state.clone_into(&mut self.state);
        if self.kind == Kind::Cover {
            self.position = Some(if active { 100.0 } else { 0.0 });
        }
    }
}
