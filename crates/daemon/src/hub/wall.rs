//! The wall clock, which can be set while the program runs.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use skills::Step;

/// Longest wait in one piece, so that a clock that was set is noticed.
const LONGEST_WAIT: Duration = Duration::from_secs(20);
/// A clock that is corrected by less was not set.
const SET: Duration = Duration::from_secs(2);

/// Compares the wall clock with the monotonic one, which nobody can set.
pub(crate) struct WallClock {
    steady: Instant,
    wall: SystemTime,
    /// Whether it was believed when it was read last.
    believed: AtomicBool,
    /// Nothing is due before that: what was due could not be done.
    not_before: Option<Instant>,
}

impl WallClock {
    pub(crate) fn new() -> Self {
        let (steady, wall) = (Instant::now(), SystemTime::now());
        Self { steady, wall, believed: AtomicBool::new(false), not_before: None }
    }

    /// By how much the wall clock was set since the last call, if it was; `is_believed` is whether it is now.
    pub(crate) fn moved(
        &mut self,
        steady: Instant,
        wall: SystemTime,
        is_believed: bool,
    ) -> Option<Step> {
        let seconds = self.drift(steady, wall);
        (self.steady, self.wall) = (steady, wall);
        let believed = self.believed.swap(is_believed, Ordering::Relaxed);
        (seconds != 0).then_some(Step { seconds, believed })
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

    /// Waits until the wall clock shows `due`, or was set. Meanwhile it may come to be believed.
    pub(crate) async fn at(&self, due: Option<SystemTime>, is_believed: impl Fn() -> bool) {
        let Some(due) = due else { return std::future::pending().await };
        if let Some(not_before) = self.not_before {
            tokio::time::sleep_until(not_before.into()).await;
        }
        while self.drift(Instant::now(), SystemTime::now()) == 0
            && let Ok(left) = due.duration_since(SystemTime::now())
            && !left.is_zero()
        {
            // A step that was not seen yet is one from the time before.
            self.believed.store(is_believed(), Ordering::Relaxed);
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
        let believed = AtomicBool::new(false);
        let mut clock = WallClock { steady, wall, believed, not_before: None };
        let later = |seconds| steady + Duration::from_secs(seconds);
        let shows = |seconds| wall + Duration::from_secs(seconds);
        let step = |seconds, believed| Some(Step { seconds, believed });
        assert_eq!(clock.moved(later(5), shows(6), false), None);
        assert_eq!(clock.moved(later(10), shows(3611), true), step(3600, false));
        assert_eq!(clock.moved(later(20), shows(3621), true), None);
        assert_eq!(clock.moved(later(30), shows(31), true), step(-3600, true));
    }
}
