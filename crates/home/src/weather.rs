//! The weather, as far as a device of the house knows it.

use voice::Reply;

use crate::act::{Refusal, refused};
use crate::house::House;

impl House {
    /// Answers what the weather is now, if a device knows it.
    pub(crate) fn get_weather(&self) -> Result<Reply, Refusal> {
        let state = self.weather();
        let state = state.ok_or_else(|| {
            refused("I can't tell the weather. I never ask the internet.".to_owned())
        })?;
        Ok(Reply::done(format!("Right now it is {state}.")))
    }

    fn weather(&self) -> Option<String> {
        let devices = self.lock();
        let known = |state: &str| !matches!(state, "unknown" | "unavailable");
        let device = devices.iter().find(|d| d.domain == "weather" && known(&d.state))?;
        // Home Assistant's conditions are words with hyphens; two of them are no adjectives.
        Some(match device.state.as_str() {
            "partlycloudy" => "partly cloudy".to_owned(),
            "clear-night" => "clear".to_owned(),
            "fog" => "foggy".to_owned(),
            "lightning" => "thundering".to_owned(),
            "lightning-rainy" => "thundering and rainy".to_owned(),
            "snowy-rainy" => "snowy and rainy".to_owned(),
            "hail" => "hailing".to_owned(),
            "pouring" => "pouring with rain".to_owned(),
            other => other.replace(['-', '_'], " "),
        })
    }
}
