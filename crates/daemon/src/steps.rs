//! Commands that happen later, as text in the database.

use serde::{Deserialize, Serialize};
use voice::{Intent, PrivateText, Slot, SlotValue};

/// An intent without the words that led to it.
#[derive(Serialize, Deserialize)]
struct Step {
    intent: String,
    slots: Vec<(String, Value)>,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Value {
    Number(f64),
    Text(String),
}

/// The commands as JSON.
pub(crate) fn encode(steps: &[Intent]) -> PrivateText {
    let step = |intent: &Intent| {
        let value = |slot: &Slot| match &slot.value {
            SlotValue::Number(number) => Value::Number(*number),
            SlotValue::Text(text) => Value::Text(text.expose().to_owned()),
        };
        let slots = intent.slots.iter().map(|slot| (slot.name.clone(), value(slot)));
        Step { intent: intent.name.clone(), slots: slots.collect() }
    };
    let steps: Vec<_> = steps.iter().map(step).collect();
    // Names and numbers can always be written; one that is not a number becomes null.
    PrivateText::new(serde_json::to_string(&steps).unwrap_or_default())
}

/// The commands that [`encode`] wrote.
pub(crate) fn decode(text: &PrivateText) -> Option<Vec<Intent>> {
    let steps: Vec<Step> = serde_json::from_str(text.expose()).ok()?;
    let intent = |step: Step| {
        step.slots.into_iter().fold(
            Intent::named(&step.intent),
            |intent, (slot, value)| match value {
                Value::Number(number) => intent.with_number(&slot, number),
                Value::Text(text) => intent.with_text(&slot, text),
            },
        )
    };
    Some(steps.into_iter().map(intent).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_survive_a_restart() {
        let on = Intent::named("HassTurnOn").with_text("name", "light.kitchen");
        let dim = Intent::named("HassLightSet").with_number("brightness", 40.5);
        let steps = vec![on, dim];
        assert!(decode(&encode(&steps)) == Some(steps));
        assert!(decode(&"nonsense".into()).is_none());
    }
}
