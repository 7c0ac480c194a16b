//! One device and its state.

use voice::PrivateText;

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
    Vacuum,
    Person,
    /// Scenes and scripts: they are started and have no state.
    Scene,
    /// Sensors of numbers.
    Sensor,
    /// Everything else: it has a state and takes no commands.
    Other,
}

/// A device with the state it is in.
#[derive(Clone, PartialEq)]
pub(crate) struct Device {
    pub config: DeviceConfig,
    pub domain: String,
    pub kind: Kind,
    /// `on`, `off`, `open`, `closed`, `locked`, `playing`, a value, …
    pub state: String,
    /// Percent at which a light shines while it is on.
    pub brightness: f64,
    pub color: String,
    /// Percent at which a fan turns while it is on.
    pub speed: f64,
    /// Percent open.
    pub position: f64,
    /// Degrees that a thermostat is told to reach.
    pub target: f64,
    /// What a thermostat does about it: one of [`MODES`].
    pub mode: String,
    pub player: Player,
}

/// What a music player or television does.
#[derive(Clone, PartialEq)]
pub(crate) struct Player {
    /// What it was asked to play; nothing if nothing was.
    pub playing: PrivateText,
    /// Which title of that, from 0.
    pub track: u32,
    /// How far it is in the title.
    pub seconds: f64,
    /// Percent.
    pub volume: f64,
    pub muted: bool,
    pub shuffle: bool,
    pub repeat: bool,
}

/// Degrees a virtual thermostat measures and keeps until it is told otherwise.
const ROOM_DEGREES: f64 = 21.0;
/// What a thermostat can do.
pub(crate) const MODES: [&str; 4] = ["heat", "cool", "auto", "off"];
/// Words in the names of switches that are plugs, where no class is written down.
const PLUGS: [&str; 3] = ["plug", "outlet", "socket"];
/// The class of plugs, as Home Assistant calls it.
const OUTLET: &str = "outlet";

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
            "climate" => (Kind::Climate, "21"),
            "media_player" => (Kind::Media, "off"),
            "vacuum" => (Kind::Vacuum, "docked"),
            "person" => (Kind::Person, "unknown"),
            "scene" | "script" => (Kind::Scene, "ready"),
            "sensor" => (Kind::Sensor, "unknown"),
            "binary_sensor" => (Kind::Other, "off"),
            _ => (Kind::Other, "unknown"),
        };
        let mut state = config.state.clone().unwrap_or_else(|| state.to_owned());
        let mut mode = "auto".to_owned();
        if kind == Kind::Climate && MODES.contains(&state.as_str()) {
            mode = std::mem::replace(&mut state, ROOM_DEGREES.to_string());
        }
        Ok(Self {
            config: config.clone(),
            brightness: 100.0,
            color: "white".to_owned(),
            speed: 100.0,
            position: if state == "open" { 100.0 } else { 0.0 },
            target: state.parse().unwrap_or(ROOM_DEGREES),
            mode,
            player: Player::default(),
            domain,
            kind,
            state,
        })
    }

    /// What it is called, the usual name first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.config.name).chain(&self.config.aliases).map(String::as_str)
    }

    /// Its class: the one that is written down, or what its name says.
    pub fn class(&self) -> Option<&str> {
        let is_plug = || {
            let mut names = self.names().map(str::to_lowercase);
            self.kind == Kind::Switch
                && names.any(|name| PLUGS.iter().any(|word| name.contains(word)))
        };
        let class = self.config.device_class.as_deref();
        class.or_else(|| is_plug().then_some(OUTLET))
    }

    /// Whether it is on in the sense of its kind: on, open, locked, playing.
    pub fn is_active(&self) -> bool {
        match self.kind {
            Kind::Climate => self.mode != "off",
            _ => matches!(self.state.as_str(), "on" | "open" | "locked" | "playing" | "cleaning"),
        }
    }

    /// Turns it on or off in the sense of its kind: a cover opens, a lock locks.
    pub fn set_active(&mut self, active: bool) {
        let state = match (self.kind, active) {
            (Kind::Cover, true) => "open",
            (Kind::Cover, false) => "closed",
            (Kind::Lock, true) => "locked",
            (Kind::Lock, false) => "unlocked",
            (Kind::Vacuum, true) => "cleaning",
            (Kind::Vacuum, false) => "docked",
            (Kind::Climate, _) => {
                let was = self.is_active();
                if was != active {
                    if active { "auto" } else { "off" }.clone_into(&mut self.mode);
                }
                return;
            }
            (Kind::Scene | Kind::Sensor | Kind::Person | Kind::Other, _) => return,
            // It goes on with what it was doing.
            (Kind::Media, true) if matches!(self.state.as_str(), "playing" | "paused") => return,
            (_, true) => "on",
            (_, false) => "off",
        };
        state.clone_into(&mut self.state);
        match self.kind {
            Kind::Cover => self.position = if active { 100.0 } else { 0.0 },
            Kind::Media => self.player.load(PrivateText::default()),
            _ => {}
        }
    }
}

impl Player {
    /// Begins something from its start.
    pub fn load(&mut self, playing: PrivateText) {
        self.playing = playing;
        self.track = 0;
        self.seconds = 0.0;
    }
}

impl Default for Player {
    fn default() -> Self {
        Self {
            playing: PrivateText::default(),
            track: 0,
            seconds: 0.0,
            volume: 50.0,
            muted: false,
            shuffle: false,
            repeat: false,
        }
    }
}
