//! Caps of retention: what was recorded before the retention policy was shortened is kept no longer
//! than it says, whatever follows. Corrections of the clock are caps, too.

use std::time::Duration;

use crate::clock::Stamp;
use crate::{Retention, time};

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

/// What bears `from_ms` or a later time, and was made before the device had `powered` time with power,
/// was stamped by a clock that was ahead by `by_ms`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fix {
    pub from_ms: i64,
    pub by_ms: i64,
    /// Time with power at the correction, in milliseconds.
    pub powered: i64,
}

/// The shortenings that still matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Caps(Vec<Cap>, Vec<Fix>);

/// Bytes of one in the ring.
const CAP_BYTES: usize = 17;
const FIX_BYTES: usize = 24;
/// More corrections than that are of long ago.
const MOST_FIXES: usize = 64;

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

    /// Takes in that the clock was ahead.
    pub fn correct(&mut self, fix: Fix) {
        self.1.push(fix);
        let old = self.1.len().saturating_sub(MOST_FIXES);
        self.1.drain(..old);
    }

    /// When something is due that was stamped so.
    pub fn stamp(&self, sound: bool, false_wake: bool, stamp: Stamp) -> Stamp {
        let ms = |span: Duration| i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        let (mut until_ms, mut keep_ms) = (time::to_ms(stamp.until), ms(stamp.keep));
        for fix in &self.1 {
            if ms(stamp.born) <= fix.powered && until_ms.saturating_sub(keep_ms) >= fix.from_ms {
                until_ms = until_ms.saturating_sub(fix.by_ms);
            }
        }
        let at_ms = until_ms.saturating_sub(keep_ms);
        let classes = Class::all_of(sound, false_wake);
        let holds = |cap: &&Cap| classes.contains(&cap.class) && at_ms <= cap.until_ms;
        for cap in self.0.iter().filter(holds) {
            until_ms = until_ms.min(at_ms.saturating_add(cap.keep_ms));
            keep_ms = keep_ms.min(cap.keep_ms);
        }
        let keep = Duration::from_millis(keep_ms.max(0).unsigned_abs());
        Stamp { until: time::from_ms(until_ms), keep, ..stamp }
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        let room = 2 + self.0.len() * CAP_BYTES + self.1.len() * FIX_BYTES;
        let mut bytes = Vec::with_capacity(room);
        bytes.extend_from_slice(&(self.0.len() as u16).to_le_bytes());
        for cap in &self.0 {
            bytes.push(cap.class as u8);
            bytes.extend_from_slice(&cap.until_ms.to_le_bytes());
            bytes.extend_from_slice(&cap.keep_ms.to_le_bytes());
        }
        for fix in &self.1 {
            for number in [fix.from_ms, fix.by_ms, fix.powered] {
                bytes.extend_from_slice(&number.to_le_bytes());
            }
        }
        bytes
    }

    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (count, rest) = bytes.split_at_checked(2)?;
        let count = usize::from(u16::from_le_bytes(count.try_into().ok()?));
        let (caps, fixes) = rest.split_at_checked(count * CAP_BYTES)?;
        if fixes.len() % FIX_BYTES != 0 {
            return None;
        }
        let caps = caps.chunks_exact(CAP_BYTES);
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
        let fix = |bytes: &[u8]| {
            let (from_ms, by_ms) = (number(&bytes[..8])?, number(&bytes[8..16])?);
            Some(Fix { from_ms, by_ms, powered: number(&bytes[16..])? })
        };
        let fixes = fixes.chunks_exact(FIX_BYTES).map(fix).collect::<Option<_>>()?;
        Some(Self(caps.map(cap).collect::<Option<_>>()?, fixes))
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
        let minutes = |count: i64| Duration::from_millis((count * MINUTE).unsigned_abs());
        let due = |caps: &Caps, at: i64, keep: i64| {
            let until = std::time::UNIX_EPOCH + minutes(at + keep);
            let stamp =
                Stamp { until, born: Duration::from_secs(at.unsigned_abs()), keep: minutes(keep) };
            let stamp = caps.stamp(false, false, stamp);
            (time::to_ms(stamp.until) / MINUTE, stamp.keep.as_secs() / 60)
        };
        assert_eq!(due(&caps, 99, 1000), (109, 10));
        assert_eq!(due(&caps, 150, 1000), (180, 30));
        assert_eq!(due(&caps, 250, 1000), (280, 30));
        assert_eq!(due(&caps, 301, 1000), (1301, 1000));
        assert_eq!(due(&caps, 150, 10), (160, 10));
        // A clock that was ahead by 500 minutes until the device had 700 seconds of power.
        caps.correct(Fix { from_ms: 600 * MINUTE, by_ms: 500 * MINUTE, powered: 700_000 });
        assert_eq!(due(&caps, 650, 1000).0, 180, "made at 150 in truth");
        assert_eq!(due(&caps, 750, 1000).0, 1750, "made after the correction");
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
