//! Turning off everything that nobody misses.

use voice::{Intent, Reply};

use crate::act::{Refusal, failed};
use crate::device::{Device, Kind};
use crate::house::House;
use crate::targets::is_excepted;
use crate::{undo, words};

/// What is turned off, and what several are called.
const KINDS: [(Kind, &str); 3] =
    [(Kind::Light, "lights"), (Kind::Fan, "fans"), (Kind::Media, "media players")];

impl House {
    /// Turns off lights, fans and players. Locks, covers and thermostats stay as they are, and so
    /// do switches, behind which a fridge may be: those that are on are told.
    pub(crate) fn turn_off_everything(&self, intent: &Intent) -> Result<Reply, Refusal> {
        let reply = {
            let mut devices = self.lock();
            let place = self.place(intent);
            let but = self.exception(&devices, intent);
            let meant = |device: &Device| {
                let is_on = device.is_active() || device.state == "paused";
                is_on && self.is_there(device, intent) && !is_excepted(device, intent)
            };
            let left: Vec<_> = devices
                .iter()
                .filter(|device| device.kind == Kind::Switch && meant(device))
                .map(|device| words::the(&device.config.name))
                .collect();
            let mut parts = Vec::new();
            let mut undo = Vec::new();
            for (kind, things) in KINDS {
                let of_kind = devices.iter_mut().filter(|d| d.kind == kind && meant(d));
                let mut names = Vec::new();
                for device in of_kind {
                    let before = device.clone();
                    device.set_active(false);
                    undo.extend(undo::restore(&before, device));
                    names.push(words::the(&device.config.name));
                }
                match &names[..] {
                    [] => {}
                    [one] => parts.push(one.clone()),
                    many => parts.push(format!("{} {things}", many.len())),
                }
            }
            let left = match &left[..] {
                [] => String::new(),
                left => format!(" I left {} on.", words::listed(left, "and")),
            };
            if parts.is_empty() {
                return Err(failed(format!(
                    "No lights, fans or players are on{place}{but}.{left}"
                )));
            }
            let parts = words::listed(&parts, "and");
            Reply::done(format!("Turned off {parts}{place}{but}.{left}")).undone_by(undo)
        };
        self.notify();
        Ok(reply)
    }
}
