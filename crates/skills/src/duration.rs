//! Lengths of time as people say them.

use std::time::Duration;

use voice::Intent;

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

/// `3 hours and 10 minutes`, rounded up to whole seconds.
pub(crate) fn spoken(length: Duration) -> String {
    let parts: Vec<_> = parts(length)
        .into_iter()
        .map(|(number, unit)| format!("{number} {unit}{}", if number == 1 { "" } else { "s" }))
        .collect();
    match &parts[..] {
        [] => "0 seconds".to_owned(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

/// `5 minute`, as in `your 5 minute timer`.
pub(crate) fn as_adjective(length: Duration) -> String {
    let parts = parts(length).into_iter().map(|(number, unit)| format!("{number} {unit}"));
    parts.collect::<Vec<_>>().join(" ")
}

fn parts(length: Duration) -> Vec<(u64, &'static str)> {
    let seconds = length.as_secs() + u64::from(length.subsec_nanos() > 0);
    [(seconds / HOUR, "hour"), (seconds % HOUR / MINUTE, "minute"), (seconds % MINUTE, "second")]
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .collect()
}

#[cfg(test)]
mod tests {
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
            assert_eq!(spoken(Duration::from_secs_f64(seconds)), expected);
        }
        assert_eq!(as_adjective(Duration::from_secs(5400)), "1 hour 30 minute");
    }
}
