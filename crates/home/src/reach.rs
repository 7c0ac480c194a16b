//! What a command without a room is for: the room of the speaker or the whole house.

use std::borrow::Cow;

use voice::{Context, Intent, Outcome, Question, Reply, Speech};

use crate::config::Reach;
use crate::device::Device;
use crate::house::House;
use crate::refusal::Refusal;

/// The slot that says it: `room` for "in here", `house` for "everywhere".
const SLOT: &str = "reach";

impl House {
    /// A command for things of a kind, in the room for which it is as the household wants it.
    pub(crate) fn reached<'i>(&self, intent: &'i Intent, context: &Context) -> Cow<'i, Intent> {
        let reach = match intent.text(SLOT) {
            Some("house") => Reach::House,
            Some("room") => Reach::Room,
            _ => self.all,
        };
        let says_which = ["name", "floor"].iter().any(|slot| intent.slot(slot).is_some());
        if reach == Reach::AsSaid || says_which || says_room(intent) {
            return Cow::Borrowed(intent);
        }
        let mut reached = without_room(intent);
        if let (Reach::Room, Some(room)) = (reach, &context.area) {
            reached = reached.with_text("area", room.as_str());
        }
        Cow::Owned(reached)
    }

    /// Whether the things of the whole house were meant, where the room of the speaker has none of them
    /// and another one has.
    pub(crate) fn or_everywhere(
        &self,
        devices: &[Device],
        intent: &Intent,
        context: &Context,
        refusal: Refusal,
    ) -> Refusal {
        if intent.slot("area").is_none() || says_room(intent) || intent.text(SLOT) == Some("room") {
            return refusal;
        }
        let wide = without_room(intent).with_text(SLOT, "house");
        let Ok(targets) = self.targets(devices, &wide, context) else { return refusal };
        let mut speech = refusal.speech;
        speech.push(Speech::of("hark.home.or_all").with("things", targets.spoken));
        let question = Some(Question::Confirm(wide));
        Box::new(Reply { speech, outcome: Outcome::Asked, question, ..Reply::silent() })
    }
}

/// Whether somebody said the room: that of the speaker has no words.
fn says_room(intent: &Intent) -> bool {
    intent.slots.iter().any(|slot| slot.name == "area" && !slot.text.is_empty())
}

fn without_room(intent: &Intent) -> Intent {
    let mut wide = intent.clone();
    wide.slots.retain(|slot| slot.name != "area" && slot.name != SLOT);
    wide
}
