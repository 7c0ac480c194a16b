//! Retention policy: how long each class of record is kept.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Error;

/// Longest time anything is kept.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);
pub(crate) const LONGEST_MS: i64 = 366 * 24 * 3600 * 1000;
/// Shortest time but none.
const SHORTEST: Duration = Duration::from_secs(60);

/// How long a class is kept: not at all, or for a span between a minute and a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Keep {
    /// Never written.
    None,
    /// Gone after this long.
    For(Duration),
}

impl Keep {
    /// For how long, if it is kept at all.
    pub(crate) fn span(self) -> Option<Duration> {
        match self {
            Self::None => None,
            Self::For(span) => Some(span),
        }
    }

    /// The same as milliseconds.
    pub(crate) fn span_ms(self) -> i64 {
        match self {
            Self::None => 0,
            Self::For(span) => i64::try_from(span.as_millis()).unwrap_or(i64::MAX),
        }
    }

    /// The shorter of two.
    #[must_use]
    pub fn min(self, other: Self) -> Self {
        match (self, other) {
            (Self::For(a), Self::For(b)) => Self::For(a.min(b)),
            _ => Self::None,
        }
    }

    /// As people say it: `a day`, `30 minutes`, `not at all`.
    pub fn spoken(self) -> String {
        let Self::For(span) = self else { return "not at all".to_owned() };
        let (count, unit) = largest_unit(span);
        let unit = match unit {
            'd' => "day",
            'h' => "hour",
            _ => "minute",
        };
        let plural = if count == 1 { "" } else { "s" };
        format!("{count} {unit}{plural}")
    }
}

fn largest_unit(span: Duration) -> (u64, char) {
    let minutes = span.as_secs() / 60;
    match minutes {
        m if m % 1440 == 0 => (m / 1440, 'd'),
        m if m % 60 == 0 => (m / 60, 'h'),
        m => (m, 'm'),
    }
}

impl fmt::Display for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::For(span) => {
                let (count, unit) = largest_unit(*span);
                write!(f, "{count}{unit}")
            }
        }
    }
}

impl FromStr for Keep {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        if text == "none" {
            return Ok(Self::None);
        }
        let wrong = || {
            Error::Invalid(format!(
                "understand the duration '{text}': write none, or a number with m, h or d, \
                 from 1m to 366d"
            ))
        };
        let split = text.len().checked_sub(1).filter(|&at| text.is_char_boundary(at));
        let (number, unit) = text.split_at(split.ok_or_else(wrong)?);
        let seconds = match unit {
            "m" => 60,
            "h" => 3600,
            "d" => 86400,
            _ => return Err(wrong()),
        };
        let number: u64 = number.parse().map_err(|_| wrong())?;
        let span = Duration::from_secs(number.checked_mul(seconds).ok_or_else(wrong)?);
        if (SHORTEST..=LONGEST).contains(&span) { Ok(Self::For(span)) } else { Err(wrong()) }
    }
}

impl TryFrom<String> for Keep {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<Keep> for String {
    fn from(keep: Keep) -> Self {
        keep.to_string()
    }
}

/// How long things are kept, by class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Retention {
    /// What the microphone heard.
    pub audio: Keep,
    /// What was said, what was understood, done and answered.
    pub text: Keep,
    /// Wakes after which nobody spoke, with their sound if `audio` allows it.
    pub false_wakes: Keep,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            audio: Keep::None,
            text: Keep::For(Duration::from_secs(24 * 3600)),
            false_wakes: Keep::For(Duration::from_secs(24 * 3600)),
        }
    }
}

impl Retention {
    /// The shorter of both, for each class.
    #[must_use]
    pub fn shortest(&self, other: &Self) -> Self {
        Self {
            audio: self.audio.min(other.audio),
            text: self.text.min(other.text),
            false_wakes: self.false_wakes.min(other.false_wakes),
        }
    }

    /// Sets the class called `class`.
    ///
    /// # Errors
    /// [`Error::Invalid`] when there is no such class.
    pub fn set(&mut self, class: &str, keep: Keep) -> Result<(), Error> {
        match class {
            "audio" => self.audio = keep,
            "text" => self.text = keep,
            "false_wakes" => self.false_wakes = keep,
            other => {
                return Err(Error::Invalid(format!(
                    "find the class '{other}': there are audio, text and false_wakes"
                )));
            }
        }
        Ok(())
    }

    /// What holds for a turn: the text's and the sound's time.
    pub(crate) fn of(&self, outcome: voice::Outcome) -> (Keep, Keep) {
        if outcome == voice::Outcome::FalseWake {
            (self.false_wakes, self.audio.min(self.false_wakes))
        } else {
            (self.text, self.audio)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_they_are_written() {
        for text in ["none", "1m", "90m", "1h", "24h", "7d", "366d"] {
            let keep: Keep = text.parse().unwrap();
            let again: Keep = keep.to_string().parse().unwrap();
            assert_eq!(keep, again, "{text}");
        }
        assert_eq!("24h".parse::<Keep>().unwrap().to_string(), "1d");
        assert_eq!("90m".parse::<Keep>().unwrap().spoken(), "90 minutes");
    }

    #[test]
    fn nonsense_is_refused_with_what_to_write() {
        for text in ["", "d", "0m", "forever", "-1h", "367d", "1w", "1é", "99999999999999999999d"]
        {
            let error = text.parse::<Keep>().unwrap_err().to_string();
            assert!(error.contains("none, or a number"), "{text}: {error}");
        }
    }
}
