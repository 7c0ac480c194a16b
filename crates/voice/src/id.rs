//! Ids: of turns, of what is stored of them, of satellites; and who asks.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Number of a turn within one run of the program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TurnId(pub u64);

/// Where the ids of turns are drawn from: all satellites share one, so that an id names one turn.
#[derive(Clone, Debug, Default)]
pub struct TurnIds(Arc<AtomicU64>);

impl TurnIds {
    /// An id that no turn has had; the first is 1.
    pub fn draw(&self) -> TurnId {
        TurnId(self.0.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

/// Random name of a stored turn; it tells neither order nor time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId(pub u128);

impl std::fmt::Display for RecordId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl std::str::FromStr for RecordId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // A shortened id is a mistake of whoever copied it; an empty text gives the error for it.
        u128::from_str_radix(if text.len() == 32 { text } else { "" }, 16).map(Self)
    }
}

/// Name of a satellite: a microphone and a loudspeaker in an area. The speaker's own is
/// [`SatelliteId::local`].
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SatelliteId(Arc<str>);

impl SatelliteId {
    /// The word for the satellite that is part of the speaker itself.
    const LOCAL: &str = "local";

    /// The satellite that is part of the speaker itself.
    pub fn local() -> Self {
        Self::new(Self::LOCAL)
    }

    /// The satellite of that name.
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// Its name, as it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is part of the speaker itself.
    pub fn is_local(&self) -> bool {
        self.as_str() == Self::LOCAL
    }
}

impl Default for SatelliteId {
    fn default() -> Self {
        Self::local()
    }
}

impl fmt::Debug for SatelliteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who asks, as far as the way tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Principal {
    /// Whoever a microphone hears: a member of the household, a guest, a television.
    #[default]
    Anyone,
    /// Whoever may open the pages.
    Household,
    /// Whoever has an account on the machine.
    Owner,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_it_is_written_and_not_otherwise() {
        let id = RecordId(0x00ab_cdef);
        assert_eq!(id.to_string().parse(), Ok(id));
        for wrong in ["", "abc", "zz", &"0".repeat(33), &"g".repeat(32)] {
            assert!(wrong.parse::<RecordId>().is_err(), "{wrong}");
        }
    }
}
