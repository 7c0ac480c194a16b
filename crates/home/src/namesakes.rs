//! The device that a name means: several may have it, each in its room.

use voice::{Context, Intent, Question, Reply, Speech, Value};

use crate::device::Device;
use crate::house::House;
use crate::refusal::{Refusal, failed};

impl House {
    /// The place of the device in the slot `name`, if there is one: of several with the name that was
    /// said the one in the room that was said, else the one in the room of the speaker. Where that does
    /// not decide, it is asked.
    pub(crate) fn named(
        &self,
        devices: &[Device],
        intent: &Intent,
        context: &Context,
    ) -> Result<Option<usize>, Refusal> {
        let Some(id) = intent.text("name") else { return Ok(None) };
        let found = devices.iter().position(|device| device.config.id == id);
        let found = found.ok_or_else(|| failed(Speech::of("hark.home.unknown_device")))?;
        let namesakes = namesakes(devices, found, intent);
        let in_room = |room: &str| {
            let there = |index: &&usize| devices[**index].config.area.as_deref() == Some(room);
            namesakes.iter().find(there).copied()
        };
        if let Some(room) = intent.text("area") {
            return in_room(room).map(Some).ok_or_else(|| {
                let name = devices[found].config.name.as_str();
                let speech = Speech::of("hark.home.not_there").with("name", name);
                failed(speech.with(
                    "place",
                    self.place(intent).unwrap_or_else(|| Speech::of("hark.place.here")),
                ))
            });
        }
        if let Some(here) = context.area.as_deref().and_then(in_room) {
            return Ok(Some(here));
        }
        let placed = namesakes.iter().all(|index| devices[*index].config.area.is_some());
        if namesakes.len() > 1 && placed {
            return Err(self.which_room(devices, &namesakes, intent));
        }
        Ok(Some(found))
    }

    /// Asks in which room.
    fn which_room(&self, devices: &[Device], namesakes: &[usize], intent: &Intent) -> Refusal {
        let options = namesakes.iter().map(|&index| {
            let config = &devices[index].config;
            let room = config.area.clone().unwrap_or_default();
            let mut choice = intent.clone();
            choice.slots.retain(|slot| slot.name != "name");
            let said = intent.slots.iter().find(|slot| slot.name == "name");
            choice.slots.extend(said.cloned());
            let choice = choice.with_text("area", room);
            (self.place(&choice).unwrap_or_else(|| Speech::of("hark.place.here")), choice)
        });
        let options: Vec<_> = options.collect();
        let places = options.iter().map(|(place, _)| Value::from(place.clone())).collect();
        let speech = Speech::of("hark.home.which_room").with("places", Value::List(places));
        Box::new(Reply::ask(speech, Question::Which(options)))
    }
}

/// The devices of that kind that are called what was said, in their order.
fn namesakes(devices: &[Device], found: usize, intent: &Intent) -> Vec<usize> {
    let said = intent.slots.iter().find(|slot| slot.name == "name");
    let said = said.map(|slot| slot.text.expose().to_lowercase()).filter(|said| !said.is_empty());
    let Some(said) = said else { return vec![found] };
    let is = |index: &usize| {
        let device = &devices[*index];
        *index == found
            // What was judged by its risk must be what is moved.
            || (device.domain == devices[found].domain
                && device.role() == devices[found].role()
                && device.names().any(|name| name.to_lowercase() == said))
    };
    (0..devices.len()).filter(is).collect()
}
