//! The weather, as far as a device of the house knows it.

use voice::{Reply, Speech};

use crate::house::House;
use crate::refusal::{Refusal, refused};

impl House {
    /// Answers what the weather is now, if a device knows it.
    pub(crate) fn get_weather(&self) -> Result<Reply, Refusal> {
        let devices = self.lock();
        let known = |state: &str| !matches!(state, "unknown" | "unavailable");
        let device = devices.iter().find(|d| d.domain == "weather" && known(&d.state));
        let device = device.ok_or_else(|| refused(Speech::of("HassGetWeather.unknown")))?;
        let speech = Speech::of("HassGetWeather.now");
        Ok(Reply::done(speech.with("condition", device.state.as_str())))
    }
}
