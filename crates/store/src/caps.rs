//! Shortenings: what was recorded before one is kept no longer than it says, whatever was said after.

use crate::Retention;

/// One class of what is kept; see [`Retention`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Text,
    Audio,
    FalseWake,
}

impl Class {
    /// All classes that something of this kind belongs to: it is kept as long as the shortest says.
    fn all_of(sound: bool, false_wake: bool) -> &'static [Self] {
        match (sound, false_wake) {
            (false, false) => &[Self::Text],
            (false, true) => &[Self::FalseWake],
            (true, false) => &[Self::Audio],
            (true, true) => &[Self::Audio, Self::FalseWake],
        }
    }

    fn keep_ms(self, retention: &Retention) -> i64 {
        let keep = match self {
            Self::Text => retention.text,
            Self::Audio => retention.audio,
            Self::FalseWake => retention.false_wakes,
        };
        keep.span_ms()
    }
}

/// What was recorded until `until_ms` is kept for `keep_ms` at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cap {
    class: Class,
    until_ms: i64,
    keep_ms: i64,
}

/// The shortenings that still matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Caps(Vec<Cap>);

/// Bytes of one in the ring.
const CAP_BYTES: usize = 17;

impl Caps {
    /// Takes in what is allowed from `now_ms` on.
    pub fn tighten(&mut self, retention: &Retention, now_ms: i64) {
        for class in [Class::Text, Class::Audio, Class::FalseWake] {
            let keep_ms = class.keep_ms(retention);
            // A cap that reaches less far back and allows as much says nothing more.
            self.0
                .retain(|cap| cap.class != class || cap.until_ms > now_ms || cap.keep_ms < keep_ms);
            // After the longest time that anything is kept, nothing is left that it is about.
            self.0
                .retain(|cap| now_ms.saturating_sub(cap.until_ms) <= crate::retention::LONGEST_MS);
            self.0.push(Cap { class, until_ms: now_ms, keep_ms });
        }
    }

    /// When something is due that was recorded at `at_ms` and was to be kept until `due_ms`.
    pub fn due_ms(&self, sound: bool, false_wake: bool, at_ms: i64, due_ms: i64) -> i64 {
        let classes = Class::all_of(sound, false_wake);
        let holds = |cap: &&Cap| classes.contains(&cap.class) && at_ms <= cap.until_ms;
        let caps = self.0.iter().filter(holds);
        caps.map(|cap| at_ms.saturating_add(cap.keep_ms)).fold(due_ms, i64::min)
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.0.len() * CAP_BYTES);
        for cap in &self.0 {
            bytes.push(cap.class as u8);
            bytes.extend_from_slice(&cap.until_ms.to_le_bytes());
            bytes.extend_from_slice(&cap.keep_ms.to_le_bytes());
        }
        bytes
    }

    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let caps = bytes.chunks_exact(CAP_BYTES);
        if !caps.remainder().is_empty() {
            return None;
        }
        let number = |bytes: &[u8]| Some(i64::from_le_bytes(bytes.try_into().ok()?));
        let cap = |bytes: &[u8]| {
            let class = match bytes[0] {
                0 => Class::Text,
                1 => Class::Audio,
                2 => Class::FalseWake,
                _ => return None,
            };
            let (until_ms, keep_ms) = (number(&bytes[1..9])?, number(&bytes[9..])?);
            Some(Cap { class, until_ms, keep_ms })
        };
        caps.map(cap).collect::<Option<_>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::Keep;

    fn text(minutes: u64) -> Retention {
        let text = Keep::For(Duration::from_secs(60 * minutes));
        Retention { text, ..Retention::default() }
    }

    #[test]
    fn a_shorter_time_holds_for_what_was_before_whatever_comes_after() {
        const MINUTE: i64 = 60_000;
        let mut caps = Caps::default();
        caps.tighten(&text(10), 100 * MINUTE);
        caps.tighten(&text(60), 200 * MINUTE);
        caps.tighten(&text(30), 300 * MINUTE);
        let due = |at: i64| caps.due_ms(false, false, at * MINUTE, i64::MAX) / MINUTE;
        assert_eq!((due(99), due(150), due(250)), (109, 180, 280));
        assert_eq!(due(301), i64::MAX / MINUTE);
        assert_eq!(caps.due_ms(false, false, 150 * MINUTE, 160 * MINUTE), 160 * MINUTE);
        assert_eq!(Caps::from_bytes(&caps.to_bytes()), Some(caps));
    }

    #[test]
    fn they_do_not_grow_for_ever() {
        let mut caps = Caps::default();
        for hour in 0..10_000 {
            caps.tighten(&text(hour % 7 + 1), i64::try_from(hour).unwrap() * 3_600_000);
        }
        assert!(caps.0.len() <= 30, "{}", caps.0.len());
    }
}
