//! The wall clock, which can be set while the program runs.

use std::time::{Duration, Instant, SystemTime};

/// Longest wait in one piece, so that a clock that was set is noticed.
const LONGEST_WAIT: Duration = Duration::from_secs(20);
/// A clock that is corrected by less was not set.
const SET: Duration = Duration::from_secs(2);

/// Compares the wall clock with the monotonic one, which nobody can set.
pub(crate) struct WallClock {
    steady: Instant,
    wall: SystemTime,
    /// Nothing is due before that: what was due could not be done.
    not_before: Option<Instant>,
}

impl WallClock {
    pub(crate) fn new() -> Self {
        Self { steady: Instant::now(), wall: SystemTime::now(), not_before: None }
    }

    /// By how many seconds the wall clock was set since the last call, forward if more than 0.
    pub(crate) fn moved(&mut self, steady: Instant, wall: SystemTime) -> i64 {
        let moved = self.drift(steady, wall);
        (self.steady, self.wall) = (steady, wall);
        moved
    }

    fn drift(&self, steady: Instant, wall: SystemTime) -> i64 {
        let expected = self.wall + steady.saturating_duration_since(self.steady);
        let (by, sign) = match wall.duration_since(expected) {
            Ok(ahead) => (ahead, 1),
            Err(behind) => (behind.duration(), -1),
        };
        if by < SET { 0 } else { sign * i64::try_from(by.as_secs()).unwrap_or(i64::MAX) }
    }

    /// Lets nothing be due for a while.
    pub(crate) fn wait_a_while(&mut self) {
        self.not_before = Some(Instant::now() + LONGEST_WAIT);
    }

    /// Waits until the wall clock shows `due`, or was set.
    pub(crate) async fn at(&self, due: Option<SystemTime>) {
        let Some(due) = due else { return std::future::pending().await };
        if let Some(not_before) = self.not_before {
            tokio::time::sleep_until(not_before.into()).await;
        }
        while self.drift(Instant::now(), SystemTime::now()) == 0
            && let Ok(left) = due.duration_since(SystemTime::now())
            && !left.is_zero()
        {
            tokio::time::sleep(left.min(LONGEST_WAIT)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_was_set_is_noticed_once() {
        let (steady, wall) = (Instant::now(), SystemTime::UNIX_EPOCH + Duration::from_secs(1000));
        let mut clock = WallClock { steady, wall, not_before: None };
        let later = |seconds| steady + Duration::from_secs(seconds);
        let shows = |seconds| wall + Duration::from_secs(seconds);
        assert_eq!(clock.moved(later(5), shows(6)), 0);
        assert_eq!(clock.moved(later(10), shows(3611)), 3600);
        assert_eq!(clock.moved(later(20), shows(3621)), 0);
        assert_eq!(clock.moved(later(30), shows(31)), -3600);
    }
}
