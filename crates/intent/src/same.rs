//! Equality of intents, whatever the words.

use voice::Intent;

/// Whether two intents ask for the same, in whatever words, not counting what stands in the first
/// where any words may be said.
pub(crate) fn is_same(one: &Intent, other: &Intent, open: &[&str]) -> bool {
    let is_open = |slot: &voice::Slot| {
        let mut words = slot.text.expose().split_whitespace().peekable();
        slot.is_free() && words.peek().is_some() && words.all(|word| open.contains(&word))
    };
    one.name == other.name
        && one.slots.len() == other.slots.len()
        && one.slots.iter().all(|slot| {
            let value = other.slot(&slot.name);
            value.is_some_and(|value| is_open(slot) || *value == slot.value)
        })
        && one.then.len() == other.then.len()
        && one.then.iter().zip(&other.then).all(|(one, other)| is_same(one, other, open))
}

/// Whether two intents ask for the same to be done, in whatever words.
pub fn asks_the_same(one: &Intent, other: &Intent) -> bool {
    is_same(one, other, &[])
}
