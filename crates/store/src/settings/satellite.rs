//! Settings of one satellite: its volume, whether its microphone is closed, whether what can wait is
//! said there.
//!
//! Those of the local satellite are stored under their bare names, as before there were others;
//! those of another stand behind it: `volume@bedroom`.

use voice::SatelliteId;

use super::Settings;
use crate::{Error, Result, Store};

/// The settings of one satellite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SatelliteSettings {
    /// Loudness, 0…100.
    pub volume: u8,
    /// Whether the microphone is closed.
    pub muted: bool,
    /// Whether what can wait is not said.
    pub quiet: bool,
}

impl Default for SatelliteSettings {
    fn default() -> Self {
        Self { volume: VOLUME, muted: false, quiet: false }
    }
}

/// Loudness of a satellite that nobody has adjusted, 0…100.
const VOLUME: u8 = 70;
/// The highest loudness.
pub(crate) const LOUDEST: u8 = 100;

pub(crate) const VOLUME_NAME: &str = "volume";
const MUTED_NAME: &str = "muted";
const QUIET_NAME: &str = "quiet";

impl SatelliteSettings {
    /// Takes over a stored setting, and says whether it is one of a satellite.
    pub(super) fn read(&mut self, name: &str, value: &str) -> Result<bool> {
        match name {
            VOLUME_NAME => {
                let wrong = |_| Error::Invalid(format!("read the setting '{name}'"));
                self.volume = value.parse().map_err(wrong)?;
            }
            MUTED_NAME => self.muted = value == "true",
            QUIET_NAME => self.quiet = value == "true",
            _ => return Ok(false),
        }
        Ok(true)
    }
}

impl Settings {
    /// The settings of a satellite: those it begins with, where nobody has changed them.
    pub fn satellite(&self, satellite: &SatelliteId) -> SatelliteSettings {
        self.satellites.get(satellite).copied().unwrap_or_default()
    }

    /// Those of all but the local one for which something was changed.
    pub(crate) fn others(&self) -> impl Iterator<Item = (&SatelliteId, &SatelliteSettings)> {
        self.satellites.iter().filter(|(satellite, _)| !satellite.is_local())
    }

    pub(crate) fn of(&mut self, satellite: &SatelliteId) -> &mut SatelliteSettings {
        self.satellites.entry(satellite.clone()).or_default()
    }
}

impl Store {
    /// Sets the loudness of a satellite, 0…100.
    ///
    /// # Errors
    /// When the database cannot be written; the setting then stays as it was.
    pub async fn set_volume(&self, satellite: &SatelliteId, volume: u8) -> Result<()> {
        let volume = volume.min(LOUDEST);
        self.set_of(satellite, VOLUME_NAME, volume, |settings| settings.volume = volume).await
    }

    /// Remembers whether the microphone of a satellite is closed, so that it stays so over a restart.
    ///
    /// # Errors
    /// When the database cannot be written; the setting then stays as it was.
    pub async fn set_muted(&self, satellite: &SatelliteId, muted: bool) -> Result<()> {
        self.set_of(satellite, MUTED_NAME, muted, |settings| settings.muted = muted).await
    }

    /// Sets whether what can wait is not said at a satellite.
    ///
    /// # Errors
    /// When the database cannot be written; the setting then stays as it was.
    pub async fn set_quiet(&self, satellite: &SatelliteId, quiet: bool) -> Result<()> {
        self.set_of(satellite, QUIET_NAME, quiet, |settings| settings.quiet = quiet).await
    }

    async fn set_of(
        &self,
        satellite: &SatelliteId,
        name: &str,
        value: impl ToString,
        set: impl FnOnce(&mut SatelliteSettings),
    ) -> Result<()> {
        self.write_setting(&stored_name(name, satellite), &value.to_string()).await?;
        self.settings.send_modify(|settings| set(settings.of(satellite)));
        Ok(())
    }
}

/// The name under which the setting of a satellite is stored.
pub(crate) fn stored_name(name: &str, satellite: &SatelliteId) -> String {
    if satellite.is_local() { name.to_owned() } else { format!("{name}@{}", satellite.as_str()) }
}

/// The setting and the satellite that stand in a stored name.
pub(super) fn parsed_name(stored: &str) -> (&str, SatelliteId) {
    match stored.split_once('@') {
        Some((name, satellite)) => (name, SatelliteId::new(satellite)),
        None => (stored, SatelliteId::local()),
    }
}
