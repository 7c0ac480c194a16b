//! Who is where.

use voice::{Reply, Speech};

use crate::device::{Device, Kind};
use crate::house::House;
use crate::refusal::{Refusal, failed};

impl House {
    /// Answers who is at home; `any` if it was asked whether anybody is.
    pub(crate) fn who_is_home(&self, any: bool) -> Result<Reply, Refusal> {
        let devices = self.lock();
        let people = || devices.iter().filter(|device| device.kind == Kind::Person);
        let home: Vec<_> =
            people().filter(|d| d.state == "home").map(|d| d.config.name.clone()).collect();
        let unknown: Vec<_> =
            people().filter(|d| d.state == "unknown").map(|d| d.config.name.clone()).collect();
        let key = match &home[..] {
            [] if people().all(|device| device.state == "unknown") => {
                return Err(failed(Speech::of("HassGetState.nobody_known")));
            }
            // Whoever is not known of may be there.
            [] if unknown.is_empty() => "HassGetState.nobody_home",
            [] => "HassGetState.nobody_known_home",
            _ => "HassGetState.are_home",
        };
        let speech = Speech::of(key).with("names", home).with("unknown", unknown);
        Ok(Reply::done(speech.with("asked", any)))
    }
}

/// Answers where somebody is, or whether they are at home.
pub(crate) fn where_is(person: &Device, asked: Option<&str>) -> Result<Reply, Refusal> {
    let about = |key| Speech::of(key).with("name", person.config.name.as_str());
    if person.state == "unknown" {
        return Err(failed(about("HassGetState.where_unknown")));
    }
    let speech = about("HassGetState.where").with("zone", person.state.as_str());
    Ok(Reply::done(match asked {
        None => speech,
        Some(asked) => speech.with("yes", (asked == "home") == (person.state == "home")),
    }))
}
