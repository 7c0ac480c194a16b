//! Turning off everything that nobody misses.

use voice::{Intent, Reply, Speech, Value};

use crate::device::{Device, Kind};
use crate::house::House;
use crate::refusal::{Refusal, failed};
use crate::targets::is_excepted;
use crate::{undo, words};

/// What is turned off, and its domain.
const KINDS: [(Kind, &str); 3] =
    [(Kind::Light, "light"), (Kind::Fan, "fan"), (Kind::Media, "media_player")];

impl House {
    /// Turns off lights, fans and players. Locks, covers and thermostats stay as they are, and so
    /// do switches, behind which a fridge may be: those that are on are told.
    pub(crate) fn turn_off_everything(&self, intent: &Intent) -> Result<Reply, Refusal> {
        let reply = {
            let mut devices = self.lock();
            let about = |key| {
                let speech = match self.place(intent) {
                    Some(place) => Speech::of(key).with("place", place),
                    None => Speech::of(key),
                };
                match self.exception(&devices, intent) {
                    Some(but) => speech.with("but", but),
                    None => speech,
                }
            };
            let (none, done) =
                (about("HarkTurnOffEverything.nothing"), about("HarkTurnOffEverything.done"));
            let meant = |device: &Device| {
                let is_on = device.is_active() || device.state == "paused";
                is_on && self.is_there(device, intent) && !is_excepted(device, intent)
            };
            let left: Vec<_> = devices
                .iter()
                .filter(|device| device.kind == Kind::Switch && meant(device))
                .map(|device| device.config.name.clone())
                .collect();
            let mut parts: Vec<Value> = Vec::new();
            let mut undo = Vec::new();
            for (kind, domain) in KINDS {
                let of_kind = devices.iter_mut().filter(|d| d.kind == kind && meant(d));
                let mut names = Vec::new();
                for device in of_kind {
                    let before = device.clone();
                    device.set_active(false);
                    undo.extend(undo::restore(&before, device));
                    names.push(device.config.name.clone());
                }
                match &names[..] {
                    [] => {}
                    [one] => parts.push(Speech::of("hark.home.called").with("name", one).into()),
                    many => {
                        let things = words::things(domain, None);
                        let several = Speech::of("hark.home.several").with("things", things);
                        parts.push(several.with("count", many.len()).into());
                    }
                }
            }
            if parts.is_empty() {
                return Err(failed(none.with("left", left)));
            }
            let speech = done.with("parts", Value::List(parts)).with("left", left);
            Reply::done(speech).undone_by(undo)
        };
        self.notify();
        Ok(reply)
    }
}
