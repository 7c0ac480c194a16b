//! Durations: from slots, and to speech.

use std::time::Duration;

use voice::{Intent, Speech};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// The length in the slots `hours`, `minutes` and `seconds` behind `prefix`, if there is one.
pub(crate) fn of_slots(intent: &Intent, prefix: &str) -> Option<Duration> {
    let part = |unit, size: u64| {
        let number = intent.number(&format!("{prefix}{unit}"));
        number.filter(|number| *number > 0.0).map_or(0.0, |number| number * size as f64)
    };
    let seconds = part("hours", HOUR) + part("minutes", MINUTE) + part("seconds", 1);
    Duration::try_from_secs_f64(seconds).ok().filter(|length| !length.is_zero())
}

/// A length, rounded up to whole seconds: `3 hours and 10 minutes`.
pub(crate) fn spoken(length: Duration) -> Speech {
    parts(Speech::of("hark.duration"), length)
}

/// The same in the slots `hours`, `minutes` and `seconds` of something that is said.
pub(crate) fn parts(speech: Speech, length: Duration) -> Speech {
    let seconds = length.as_secs() + u64::from(length.subsec_nanos() > 0);
    speech
        .with("hours", seconds / HOUR)
        .with("minutes", seconds % HOUR / MINUTE)
        .with("seconds", seconds % MINUTE)
}

#[cfg(test)]
mod tests {
    use language::testing::english;

    use super::*;

    #[test]
    fn lengths_are_said_in_full() {
        for (seconds, expected) in [
            (0.0, "0 seconds"),
            (0.2, "1 second"),
            (61.0, "1 minute and 1 second"),
            (5400.0, "1 hour and 30 minutes"),
            (11_405.0, "3 hours, 10 minutes and 5 seconds"),
        ] {
            assert_eq!(english(&[spoken(Duration::from_secs_f64(seconds))]), expected);
        }
        let adjective = parts(Speech::of("hark.timer.of_length"), Duration::from_secs(5400));
        assert_eq!(english(&[adjective]), "1 hour 30 minute timer");
    }
}
