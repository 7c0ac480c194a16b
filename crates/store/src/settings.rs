//! Settings of the household, which change while the speaker runs.

use std::collections::BTreeMap;

use tokio::sync::watch;
use voice::SatelliteId;

use crate::household::{Change, Household, Kind};
use crate::{Config, Error, Result, Retention, Store, time};

mod satellite;

pub use satellite::SatelliteSettings;
pub(crate) use satellite::{LOUDEST, VOLUME_NAME, stored_name};

/// The settings in force.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// How long things are kept.
    pub retention: Retention,
    /// What is on and what is off.
    pub switches: Switches,
    /// Those of the satellites for which something was changed.
    satellites: BTreeMap<SatelliteId, SatelliteSettings>,
}

/// What the household turns on and off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Switches {
    /// Whether anything new is kept at all.
    pub storing: bool,
    /// Whether guests are here: nothing new is kept, and what is private is not said aloud.
    pub guests: bool,
}

impl Switches {
    /// Whether a new turn may be recorded.
    pub fn record(self) -> bool {
        self.storing && !self.guests
    }
}

/// One of the [`Switches`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// [`Switches::storing`]
    Storing,
    /// [`Switches::guests`]
    Guests,
}

impl Switch {
    fn name(self) -> &'static str {
        match self {
            Self::Storing => "storing",
            Self::Guests => "guests",
        }
    }
}

/// When how long things are kept was set last, in Unix milliseconds.
const RETENTION_SINCE: &str = "retention.since";

/// Settings as they are stored, by their names.
pub(crate) type Names = BTreeMap<String, String>;

/// The number under which all of them are stored.
pub(crate) const ROW: i64 = 1;

/// What is stored of the settings.
pub(crate) async fn stored(household: &Household) -> Result<Names> {
    let all: Vec<(i64, Names)> = household.all(Kind::Settings).await?;
    Ok(all.into_iter().next().map(|(_, names)| names).unwrap_or_default())
}

/// When the household set how long things are kept, in Unix milliseconds, if it ever did.
pub(crate) async fn retention_since_ms(household: &Household) -> Result<Option<i64>> {
    Ok(stored(household).await?.get(RETENTION_SINCE).and_then(|value| value.parse().ok()))
}

impl Settings {
    pub(crate) async fn load(household: &Household, config: &Config) -> Result<Self> {
        let mut settings = Self {
            retention: config.retention,
            switches: Switches { storing: true, guests: false },
            satellites: BTreeMap::new(),
        };
        for (name, value) in stored(household).await? {
            let (own, of) = satellite::parsed_name(&name);
            if settings.of(&of).read(own, &value)? {
                continue;
            }
            match name.as_str() {
                // What nobody can read keeps nothing.
                "storing" => settings.switches.storing = value == "true",
                "guests" => settings.switches.guests = value == "true",
                "retention.audio" => settings.retention.audio = value.parse()?,
                "retention.text" => settings.retention.text = value.parse()?,
                "retention.false_wakes" => settings.retention.false_wakes = value.parse()?,
                // The clock's own, see `when`, and what the vault holds by.
                "clock" | RETENTION_SINCE => {}
                _ => tracing::warn!(name, "unknown setting in the database"),
            }
        }
        Ok(settings)
    }
}

impl Store {
    /// The settings in force; the receiver sees every change.
    pub fn settings(&self) -> watch::Receiver<Settings> {
        self.settings.subscribe()
    }

    /// Turns a setting on or off.
    ///
    /// # Errors
    /// When the database cannot be written; the setting then stays as it was.
    pub async fn set_switch(&self, switch: Switch, on: bool) -> Result<()> {
        self.write_setting(switch.name(), &on.to_string()).await?;
        self.settings.send_modify(|settings| match switch {
            Switch::Storing => settings.switches.storing = on,
            Switch::Guests => settings.switches.guests = on,
        });
        Ok(())
    }

    /// Sets how long things are kept. A shorter time acts on what is there, before this returns; a
    /// longer one extends nothing that was recorded under a shorter one.
    ///
    /// # Errors
    /// [`Error::Locked`] for a longer one while a passphrase is waited for, and when the database cannot be written.
    pub async fn set_retention(
        &self,
        retention: Retention,
        at: std::time::SystemTime,
    ) -> Result<()> {
        let held = self.settings.borrow().retention;
        if self.is_locked() && held.shortest(&retention) != retention {
            return Err(Error::Locked);
        }
        // All of it or nothing; whatever is interrupted after this is made up for by the next start.
        self.write_settings(&retention_values(&retention, time::to_ms(self.at(at).time))).await?;
        self.apply_retention(retention, at).await
    }

    /// Lets what was written down of it take effect.
    pub(crate) async fn apply_retention(
        &self,
        retention: Retention,
        at: std::time::SystemTime,
    ) -> Result<()> {
        let now = self.at(at);
        let now_ms = time::to_ms(now.time);
        self.settings.send_modify(|settings| settings.retention = retention);
        let mut vault = match self.vault().await {
            // It is made up for when the history is unlocked.
            Err(Error::Locked) => return Ok(()),
            vault => vault?,
        };
        let mut caps = vault.caps().clone();
        caps.tighten(&retention, now_ms);
        let parts = {
            let mut index = self.write_index();
            index.restamp(|sound, false_wake, stamp| caps.stamp(sound, false_wake, stamp));
            index.take_due(&now).2
        };
        vault.set_caps(caps).await?;
        let before = vault.generation();
        vault.remove(&parts).await?;
        self.receive(&vault, parts.len() as u64, before, at).await;
        Ok(())
    }

    pub(crate) async fn write_setting(&self, name: &str, value: &str) -> Result<()> {
        self.write_settings(&[(name, value.to_owned())]).await
    }

    async fn write_settings(&self, values: &[(&str, String)]) -> Result<()> {
        let mut change = self.household.begin().await;
        write(&mut change, values).await?;
        change.commit().await
    }
}

/// Writes settings by their names.
pub(crate) async fn write<N: AsRef<str>>(
    change: &mut Change<'_>,
    values: &[(N, String)],
) -> Result<()> {
    let stored: Vec<(i64, Names)> = change.all(Kind::Settings).await?;
    let mut names = stored.into_iter().next().map(|(_, names)| names).unwrap_or_default();
    for (name, value) in values {
        names.insert(name.as_ref().to_owned(), value.clone());
    }
    change.put(Kind::Settings, Some(ROW), &names).await?;
    Ok(())
}

/// How long things are kept since then, as settings.
pub(crate) fn retention_values(
    retention: &Retention,
    since_ms: i64,
) -> [(&'static str, String); 4] {
    [
        ("retention.audio", retention.audio.to_string()),
        ("retention.text", retention.text.to_string()),
        ("retention.false_wakes", retention.false_wakes.to_string()),
        (RETENTION_SINCE, since_ms.to_string()),
    ]
}
