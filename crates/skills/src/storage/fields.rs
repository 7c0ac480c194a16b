//! Serialised fields of timers and agenda, each by a module for `serde(with)`: times and
//! lengths in milliseconds, the local satellite as none, the household's words in the open, because
//! whoever keeps them seals the whole.

#![expect(
    clippy::ref_option,
    clippy::trivially_copy_pass_by_ref,
    reason = "serde gives references to the fields"
)]

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use voice::{Principal, PrivateText, SatelliteId};

/// A time as Unix milliseconds.
pub(crate) mod moment {
    use std::time::SystemTime;

    use jiff::Timestamp;

    use super::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    pub(crate) fn serialize<S: Serializer>(at: &SystemTime, to: S) -> Result<S::Ok, S::Error> {
        Timestamp::try_from(*at).unwrap_or(Timestamp::MAX).as_millisecond().serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<SystemTime, D::Error> {
        let millis = i64::deserialize(from)?;
        Ok(Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX).into())
    }
}

/// A length of time in milliseconds.
pub(crate) mod length {
    use std::time::Duration;

    use super::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    pub(super) fn millis(length: Duration) -> i64 {
        i64::try_from(length.as_millis()).unwrap_or(i64::MAX)
    }

    pub(super) fn of(millis: i64) -> Duration {
        Duration::from_millis(millis.max(0).unsigned_abs())
    }

    pub(crate) fn serialize<S: Serializer>(length: &Duration, to: S) -> Result<S::Ok, S::Error> {
        millis(*length).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        i64::deserialize(from).map(of)
    }
}

/// A length of time in milliseconds, or none.
pub(crate) mod optional_length {
    use std::time::Duration;

    use super::{Deserialize as _, Deserializer, Serialize as _, Serializer, length};

    pub(crate) fn serialize<S: Serializer>(
        length: &Option<Duration>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        length.map(length::millis).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<i64>::deserialize(from)?.map(length::of))
    }
}

/// The name of a satellite. Fields have to be left out where it is the local one.
pub(crate) mod satellite {
    use super::{Deserialize as _, Deserializer, SatelliteId, Serialize as _, Serializer};

    pub(crate) fn serialize<S: Serializer>(id: &SatelliteId, to: S) -> Result<S::Ok, S::Error> {
        id.as_str().serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<SatelliteId, D::Error> {
        let name = Option::<String>::deserialize(from)?;
        Ok(name.map_or_else(SatelliteId::local, |name| SatelliteId::new(&name)))
    }
}

/// Whether somebody was known: who typed or pressed it.
pub(crate) mod known {
    use super::{Deserialize as _, Deserializer, Principal, Serialize as _, Serializer};

    pub(crate) fn serialize<S: Serializer>(who: &Principal, to: S) -> Result<S::Ok, S::Error> {
        (*who != Principal::Anyone).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Principal, D::Error> {
        let known = bool::deserialize(from)?;
        Ok(if known { Principal::Household } else { Principal::Anyone })
    }
}

/// Words of the household, or none.
pub(crate) mod optional_words {
    use super::{Deserialize as _, Deserializer, PrivateText, Serialize as _, Serializer};

    pub(crate) fn serialize<S: Serializer>(
        words: &Option<PrivateText>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        words.as_ref().map(PrivateText::expose).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<PrivateText>, D::Error> {
        Ok(Option::<String>::deserialize(from)?.map(PrivateText::from))
    }
}

/// Scheduled actions: JSON in a text, since they had a column of their own once.
pub(crate) mod steps {
    use voice::{Intent, Slot, SlotValue};

    use super::{Deserialize, Deserializer, Serialize, Serializer};

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

    pub(crate) fn serialize<S: Serializer>(steps: &[Intent], to: S) -> Result<S::Ok, S::Error> {
        let value = |slot: &Slot| match &slot.value {
            SlotValue::Number(number) => Value::Number(*number),
            SlotValue::Text(text) => Value::Text(text.expose().to_owned()),
        };
        let step = |intent: &Intent| {
            let slots = intent.slots.iter().map(|slot| (slot.name.clone(), value(slot)));
            Step { intent: intent.name.clone(), slots: slots.collect() }
        };
        let steps: Vec<_> = steps.iter().map(step).collect();
        let text = serde_json::to_string(&steps).map_err(serde::ser::Error::custom)?;
        text.serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Intent>, D::Error> {
        let text = String::deserialize(from)?;
        // The parser's message could quote the household's words, so it is not passed on.
        let wrong = |_| serde::de::Error::custom("these are no steps");
        let steps: Vec<Step> = serde_json::from_str(&text).map_err(wrong)?;
        let filled = |intent: Intent, (slot, value): (String, Value)| match value {
            Value::Number(number) => intent.with_number(&slot, number),
            Value::Text(text) => intent.with_text(&slot, text),
        };
        let intent = |step: Step| step.slots.into_iter().fold(Intent::named(&step.intent), filled);
        Ok(steps.into_iter().map(intent).collect())
    }
}
