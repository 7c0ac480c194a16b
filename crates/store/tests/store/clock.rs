//! When something expires, whatever the clocks of the device say: the rules one by one.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use store::clock::Source::{Chip, Synced, Unsure};
use store::clock::{Clock, Due, Jump, Kept, Now, Reading, Source};

use crate::common::{HOUR, MINUTE, noon};

const DAY: Duration = Duration::from_secs(24 * 3600);
const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);
const SECOND: Duration = Duration::from_secs(1);

/// A device that has power, with a clock that is ticked every minute and stored when it should be.
pub struct Device {
    pub clock: Clock,
    pub up: Duration,
    pub disk: Option<Kept>,
}

impl Device {
    pub fn boot(disk: Option<Kept>) -> Self {
        Self { clock: Clock::new(disk.clone()), up: 20 * SECOND, disk }
    }

    /// A device whose floor is at noon.
    fn at_noon() -> Self {
        let mut device = Self::boot(None);
        device.read(noon(), Synced);
        device.clock.confirm();
        device.read(noon(), Synced);
        device
    }

    pub fn read(&mut self, wall: SystemTime, source: Source) -> Now {
        let now = self.clock.tick(Reading { wall, up: self.up, source });
        if self.clock.is_due_to_store() {
            let kept = self.clock.kept();
            self.disk = Some(kept.clone());
            self.clock.stored(kept);
        }
        now
    }

    /// Lets `span` pass, while the source goes on from `wall`.
    fn run(&mut self, wall: SystemTime, source: Source, span: Duration) -> Now {
        let mut passed = Duration::ZERO;
        loop {
            let now = self.read(wall + passed, source);
            if passed == span {
                return now;
            }
            let step = MINUTE.min(span.saturating_sub(passed));
            passed += step;
            self.up += step;
        }
    }

    fn cut(self) -> Self {
        Self::boot(self.disk)
    }
}

fn ms(ms: i64) -> SystemTime {
    let span = Duration::from_millis(ms.unsigned_abs());
    if ms < 0 { UNIX_EPOCH - span } else { UNIX_EPOCH + span }
}

#[test]
fn c1_a_wrong_clock_at_boot_neither_shows_nor_destroys() {
    let walls = [
        ("1970", UNIX_EPOCH),
        ("before 1970", UNIX_EPOCH - YEAR),
        ("build date", noon() - 30 * DAY),
        ("saved at shutdown", noon() + MINUTE),
        ("2099", UNIX_EPOCH + 129 * YEAR),
        ("the first millisecond", ms(i64::MIN)),
        ("the last millisecond", ms(i64::MAX)),
        ("the last second", UNIX_EPOCH + Duration::from_secs(i64::MAX.unsigned_abs())),
    ];
    for (name, wall) in walls {
        for source in [Unsure, Chip, Synced] {
            let mut device = Device::at_noon();
            let now = device.read(noon(), Synced);
            let (hour, week) = (now.stamp(HOUR), now.stamp(7 * DAY));
            device.run(noon(), Synced, 59 * MINUTE);
            // The power is off when the hour is over.
            let mut device = device.cut();
            for _ in 0..3 {
                let now = device.read(wall, source);
                assert_ne!(hour.due(&now), Due::Alive, "{name} {source:?}");
                assert_ne!(week.due(&now), Due::Destroy, "{name} {source:?}");
                // A time that cannot be right is none.
                let possible = wall > noon() && wall < noon() + 100 * YEAR && source != Unsure;
                assert_eq!(now.locked, !possible, "{name} {source:?}");
                device.up += 11 * MINUTE;
            }
            let mut device = device.cut();
            let now = device.read(noon() + 2 * HOUR, Synced);
            assert_ne!(hour.due(&now), Due::Alive, "{name} {source:?}");
            assert_eq!(week.due(&now), Due::Alive, "{name} {source:?}");
        }
    }
}

#[test]
fn c1_whatever_is_read_from_the_disk_does_not_panic() {
    let edges = [i64::MIN, -1, 0, 1, i64::MAX];
    for floor_ms in edges {
        for powered_ms in edges {
            for other in edges {
                let jump = Jump {
                    begun_ms: other,
                    claim_ms: other,
                    top_ms: floor_ms,
                    size_ms: other,
                    persisted_ms: powered_ms,
                    source: Chip,
                    supported: true,
                };
                let kept =
                    Kept { floor_ms, powered_ms, hidden_ms: floor_ms, jumps: vec![jump; 10] };
                let mut clock = Clock::new(Some(kept));
                for up in [Duration::ZERO, Duration::MAX] {
                    for wall in edges {
                        let now = clock.tick(Reading { wall: ms(wall), up, source: Synced });
                        let stamp = now.stamp(Duration::MAX).tightened(&now);
                        stamp.due(&now);
                        clock.confirm();
                        clock.stored(clock.kept());
                    }
                }
            }
        }
    }
}

#[test]
fn c2_a_jump_hides_at_once_and_destroys_nothing_if_it_is_corrected() {
    for jump in [20 * MINUTE, HOUR, 3 * DAY, 400 * DAY, 20 * YEAR] {
        for source in [Chip, Synced] {
            let mut device = Device::at_noon();
            let stamp = device.read(noon(), Synced).stamp(10 * MINUTE + jump / 2);
            let now = device.read(noon() + jump, source);
            assert_eq!(stamp.due(&now), Due::Hidden, "{jump:?} {source:?}");
            // Power cuts and boots without a time do not help it.
            let mut device = device.cut();
            let now = device.run(UNIX_EPOCH, Unsure, MINUTE);
            assert_eq!(stamp.due(&now), Due::Hidden, "{jump:?} {source:?}");
            let now = device.run(noon() + jump, source, 5 * MINUTE);
            assert_eq!(stamp.due(&now), Due::Hidden, "{jump:?} {source:?}");
            let now = device.read(noon() + 6 * MINUTE, Synced);
            assert!(now.corrected.is_some());
            assert_eq!(stamp.due(&now), Due::Alive, "{jump:?} {source:?}");
        }
    }
}

#[test]
fn c2_a_jump_is_believed_after_a_day_with_power() {
    let mut device = Device::at_noon();
    let stamp = device.read(noon(), Synced).stamp(2 * DAY);
    let wall = noon() + 3 * DAY;
    let now = device.run(wall, Synced, 23 * HOUR + 59 * MINUTE);
    assert_eq!(stamp.due(&now), Due::Hidden);
    device.up += MINUTE;
    assert_eq!(stamp.due(&device.read(wall + DAY, Synced)), Due::Destroy);
}

#[test]
fn c2_time_in_which_nobody_supports_the_jump_does_not_count() {
    let mut device = Device::at_noon();
    let stamp = device.read(noon(), Synced).stamp(10 * DAY);
    device.run(noon() + 30 * DAY, Synced, 12 * HOUR);
    let mut device = device.cut();
    device.run(UNIX_EPOCH, Unsure, 13 * HOUR);
    // The chip knows of no jump. It does not show what the network has hidden.
    let now = device.run(noon() + 26 * HOUR, Chip, 13 * HOUR);
    assert_eq!(stamp.due(&now), Due::Hidden);
    let now = device.run(noon() + 30 * DAY + 39 * HOUR, Synced, 11 * HOUR);
    assert_eq!(stamp.due(&now), Due::Hidden);
    let now = device.run(noon() + 30 * DAY + 50 * HOUR, Synced, 2 * HOUR);
    assert_eq!(stamp.due(&now), Due::Destroy);
}

#[test]
fn c2_a_second_source_or_the_household_settles_a_jump() {
    let jumped = noon() + 3 * DAY;
    let cases: [(&str, &[Source], bool, Due); 6] = [
        ("network alone", &[Synced, Synced], false, Due::Hidden),
        ("chip alone", &[Chip, Chip], false, Due::Hidden),
        ("chip, then network", &[Chip, Synced], false, Due::Destroy),
        ("network, which sets the chip", &[Synced, Chip, Synced], false, Due::Hidden),
        ("network and household", &[Synced], true, Due::Destroy),
        ("nobody but the household", &[Unsure], true, Due::Destroy),
    ];
    for (name, sources, confirmed, expected) in cases {
        let mut device = Device::at_noon();
        let stamp = device.read(noon(), Synced).stamp(2 * DAY);
        let mut device = device.cut();
        let mut now = device.read(UNIX_EPOCH, Unsure);
        for &source in sources {
            now = device.run(jumped, source, 2 * MINUTE);
        }
        if confirmed {
            assert_eq!(stamp.due(&now), Due::Hidden, "{name}");
            device.clock.confirm();
            now = device.read(jumped, sources[0]);
        }
        assert_eq!(stamp.due(&now), expected, "{name}");
    }
}

#[test]
fn c2_what_a_jump_has_hidden_stays_hidden_through_a_power_cut() {
    let mut device = Device::at_noon();
    let stamp = device.read(noon(), Synced).stamp(3 * DAY + 8 * MINUTE);
    let now = device.run(noon() + 3 * DAY, Synced, 9 * MINUTE);
    assert_eq!(stamp.due(&now), Due::Hidden);
    let now = device.cut().read(noon() + HOUR, Chip);
    assert!(!now.locked);
    assert_eq!(stamp.due(&now), Due::Hidden);
}

#[test]
fn c2_what_a_jump_has_hidden_stays_hidden_when_it_is_believed() {
    let mut device = Device::at_noon();
    let wall = noon() + 3 * DAY;
    device.read(wall, Synced);
    let before = device.run(wall + 10 * MINUTE, Synced, 23 * HOUR + 59 * MINUTE);
    device.up += MINUTE;
    let now = device.read(wall + DAY, Synced);
    assert_eq!(now.destroy, wall + DAY);
    assert!(now.hide >= before.hide && now.corrected.is_none());
}

#[test]
fn c2_the_household_takes_a_jump_back() {
    let mut device = Device::at_noon();
    let stamp = device.read(noon(), Synced).stamp(2 * DAY);
    device.read(noon() + 3 * DAY, Synced);
    let mut device = device.cut();
    // The chip alone does not show it.
    assert_eq!(stamp.due(&device.read(noon() + HOUR, Chip)), Due::Hidden);
    device.clock.confirm();
    let now = device.read(noon() + HOUR, Chip);
    assert_eq!(stamp.due(&now), Due::Alive);
    assert!(now.corrected.is_some());
    assert_eq!(device.read(noon() + HOUR, Chip).corrected, None);
}

/// A machine that no time service vouches for: its clock is corrected on its first day, or on the day after it was off
/// for long. What was recorded since stays as it is.
#[test]
fn c2_a_clock_that_is_corrected_hides_and_restamps_little() {
    for was_off in [false, true] {
        for back in [MINUTE, 16 * MINUTE, 20 * MINUTE, 59 * MINUTE] {
            let mut device = if was_off {
                let mut device = Device::at_noon().cut();
                device.read(noon() + 3 * DAY, Chip);
                device
            } else {
                Device::boot(None)
            };
            let began = noon() + 3 * DAY;
            let before = device.run(began, Chip, HOUR);
            let stamp = before.stamp(DAY);
            let wall = began + HOUR - back;
            let now = device.read(wall, Chip);
            assert_eq!(now.corrected, None, "{back:?} {was_off}");
            assert_eq!(stamp.due(&now), Due::Alive, "{back:?} {was_off}");
            assert!(now.hide <= began + HOUR + 22 * MINUTE, "{back:?} {was_off}");
            // It is believed after a day, and what was recorded goes when it should.
            let now = device.run(wall, Chip, 23 * HOUR);
            assert_eq!(stamp.due(&now), Due::Alive, "{back:?} {was_off}");
            let now = device.run(wall + 23 * HOUR, Chip, 2 * HOUR);
            assert_eq!(stamp.due(&now), Due::Destroy, "{back:?} {was_off}");
            device.up += MINUTE;
            let now = device.run(wall + DAY + HOUR, Chip, DAY);
            assert!(!device.clock.is_in_doubt(), "{back:?} {was_off}");
            assert!(now.time >= wall + 2 * DAY, "{back:?} {was_off}");
        }
    }
}

/// A new machine whose clock was wrong by hours, as one that took local time for another: what was recorded is due
/// those hours earlier and not years.
#[test]
fn c2_the_first_time_of_a_new_machine_is_corrected_by_what_it_was_wrong() {
    let mut device = Device::boot(None);
    let before = device.run(noon() + 5 * HOUR, Chip, HOUR);
    let stamp = before.stamp(DAY);
    let wall = noon() + HOUR;
    let now = device.read(wall, Chip);
    let stamp = stamp.tightened(&now);
    assert_eq!(stamp.due(&now), Due::Alive);
    assert!(stamp.until <= wall + DAY, "as if it had been stamped by the right time");
    assert!(now.hide <= wall + 22 * MINUTE);
}

#[test]
fn c2_many_small_steps_are_a_jump() {
    let mut device = Device::at_noon();
    let stamp = device.read(noon(), Synced).stamp(5 * HOUR);
    let mut now = device.read(noon(), Synced);
    for step in 0..60 {
        device.up += MINUTE;
        now = device.read(noon() + step * 10 * MINUTE, Synced);
    }
    assert_eq!(stamp.due(&now), Due::Hidden);
    assert!(now.destroy <= noon() + HOUR + 15 * MINUTE);
}

#[test]
fn c2_a_jump_on_top_of_a_jump_does_not_delay_the_first() {
    // Off for 22 hours each day: each boot finds another jump.
    let mut device = Device::at_noon();
    let stamp = device.read(noon(), Synced).stamp(20 * HOUR);
    let mut days = 0;
    while stamp.due(&device.run(noon() + days * DAY, Synced, 2 * HOUR)) != Due::Destroy {
        device = device.cut();
        days += 1;
        assert!(days < 20, "it is never believed");
    }
    // The age with power would have taken its 20 hours as well, but later than the first jump.
    assert!(days >= 9, "{days}");
}

#[test]
fn c2_what_was_stamped_during_a_jump_is_due_in_time_afterwards() {
    let mut device = Device::at_noon();
    let now = device.read(noon() + 3 * DAY, Synced);
    let stamp = now.stamp(HOUR);
    device.up += 30 * MINUTE;
    let now = device.read(noon() + 30 * MINUTE, Synced);
    assert!(now.corrected.is_some() && stamp.until > noon() + 3 * DAY);
    let stamp = stamp.tightened(&now);
    assert_eq!((stamp.until, stamp.due(&now)), (noon() + HOUR, Due::Alive));
    let now = device.cut().read(noon() + HOUR, Synced);
    assert_ne!(stamp.due(&now), Due::Alive);
}

#[test]
fn c3_the_floor_never_goes_back() {
    for back in [SECOND, 30 * MINUTE, 59 * MINUTE, 90 * MINUTE, DAY, 400 * DAY, 50 * YEAR] {
        for source in [Unsure, Chip, Synced] {
            let mut device = Device::at_noon();
            let stamp = device.read(noon(), Synced).stamp(30 * DAY);
            let now = device.run(noon(), Synced, 30 * DAY);
            assert_eq!(stamp.due(&now), Due::Destroy);
            let wall = noon() + 30 * DAY - back;
            let behind = device.run(wall, source, MINUTE);
            assert_eq!(behind.destroy, now.destroy + MINUTE, "{back:?} {source:?}");
            assert!(behind.hide >= now.hide && !behind.locked, "{back:?} {source:?}");
            // After a power cut, too; and only a source that is nearly right unlocks.
            let mut device = device.cut();
            let after = device.read(wall, source);
            assert!(after.hide >= behind.hide, "{back:?} {source:?}");
            assert!(after.destroy + 23 * MINUTE >= behind.destroy, "{back:?} {source:?}");
            assert_eq!(after.locked, source == Unsure || back > HOUR, "{back:?} {source:?}");
            assert_ne!(stamp.due(&after), Due::Alive, "{back:?} {source:?}");
        }
    }
}

#[test]
fn c4_what_became_due_without_power_is_not_readable_at_the_first_request() {
    for off in [2 * MINUTE, 20 * MINUTE, HOUR, DAY, 300 * DAY] {
        for source in [Chip, Synced] {
            let mut device = Device::at_noon();
            let stamp = device.read(noon(), Synced).stamp(off / 2 + 15 * SECOND);
            let later = device.read(noon(), Synced).stamp(off + DAY);
            let now = device.cut().read(noon() + off, source);
            assert_ne!(stamp.due(&now), Due::Alive, "{off:?} {source:?}");
            assert_eq!(later.due(&now), Due::Alive, "{off:?} {source:?}");
        }
    }
}

#[test]
fn c4_without_a_source_history_stays_locked() {
    let mut device = Device::at_noon();
    let stamp = device.read(noon(), Synced).stamp(30 * DAY);
    let mut device = device.cut();
    let now = device.run(noon() + MINUTE, Unsure, DAY);
    assert!(now.locked);
    assert_eq!(stamp.due(&now), Due::Hidden);
    // The browser that signs in brings its time.
    let now = device.read(noon() + 2 * DAY, Synced);
    assert!(!now.locked);
    assert_eq!(stamp.due(&now), Due::Alive);
    let mut device = device.cut();
    assert!(device.read(noon() + 2 * DAY, Unsure).locked);
    device.clock.confirm();
    assert!(!device.read(noon() + 2 * DAY, Unsure).locked);
}

#[test]
fn c5_without_any_source_age_with_power_decides() {
    for (keep, cuts) in [(HOUR, 0_u32), (DAY, 0), (DAY, 5), (30 * DAY, 20)] {
        let mut device = Device::boot(None);
        let stamp = device.read(UNIX_EPOCH, Unsure).stamp(keep);
        let mut passed = Duration::ZERO;
        let leg = keep / (cuts + 1);
        let mut cut = 0;
        loop {
            let now = device.read(UNIX_EPOCH + passed, Unsure);
            if stamp.due(&now) == Due::Destroy {
                break;
            }
            if cut < cuts && passed >= leg * (cut + 1) {
                device = device.cut();
                cut += 1;
            }
            device.up += MINUTE;
            passed += MINUTE;
        }
        let tolerance = 15 * MINUTE + cuts * 10 * MINUTE;
        assert!(passed <= keep + tolerance, "{keep:?}, {cuts} cuts: {passed:?}");
        assert!(passed + tolerance >= keep, "{keep:?}, {cuts} cuts: {passed:?}");
    }
}

#[test]
fn c5_restarting_again_and_again_destroys_nothing_and_shows_nothing() {
    let mut device = Device::at_noon();
    let young = device.read(noon(), Synced).stamp(HOUR);
    let old = young.until - 50 * MINUTE;
    device.run(noon(), Synced, 12 * MINUTE);
    for _ in 0..300 {
        device = device.cut();
        let now = device.run(noon() + 13 * MINUTE, Synced, 10 * SECOND);
        assert_ne!(young.due(&now), Due::Destroy);
        assert!(old <= now.hide);
    }
}

#[test]
fn c5_a_power_cut_shows_nothing_that_was_due() {
    for minutes in 1..40 {
        let mut device = Device::boot(None);
        device.read(noon(), Synced);
        let stamp = device.read(noon(), Synced).stamp(minutes * MINUTE);
        let now = device.run(noon(), Synced, minutes * MINUTE);
        assert_eq!(stamp.due(&now), Due::Destroy, "{minutes}");
        // Nothing was destroyed before the power went. The source is slow now.
        let by_age = store::clock::Stamp { until: noon() + YEAR, ..stamp };
        let mut device = device.cut();
        assert_eq!(by_age.due(&device.read(noon(), Synced)), Due::Destroy, "{minutes}");
        let now = device.run(noon() - 30 * MINUTE, Synced, HOUR);
        assert_ne!(stamp.due(&now), Due::Alive, "{minutes}");
    }
}

#[test]
fn c6_expiry_is_in_seconds_of_utc() {
    // Daylight saving begins and ends, a zone skips a day, a year begins, a leap day.
    let cases = [
        ("2027-03-28T01:30[Europe/Berlin]", DAY),
        ("2027-10-31T02:30[Europe/Berlin]", DAY),
        ("2027-11-07T01:30[America/New_York]", HOUR),
        ("2028-12-31T23:59:59[Asia/Tokyo]", MINUTE),
        ("2028-02-29T12:00[UTC]", YEAR + DAY),
    ];
    for (birth, keep) in cases {
        let birth: jiff::Zoned = birth.parse().unwrap();
        let birth = SystemTime::from(birth.timestamp());
        let mut device = Device::boot(None);
        device.read(birth, Synced);
        device.clock.confirm();
        let stamp = device.read(birth, Synced).stamp(keep);
        assert_eq!(stamp.until.duration_since(birth).unwrap(), keep);
        let mut device = device.cut();
        let now = device.read(birth + keep - SECOND, Synced);
        let restarted = keep < 30 * MINUTE;
        assert_eq!(stamp.due(&now) == Due::Alive, !restarted, "{birth:?}");
        assert_ne!(stamp.due(&device.read(birth + keep, Synced)), Due::Alive, "{birth:?}");
    }
}

#[test]
fn c6_sleep_and_leap_seconds_are_no_jumps() {
    let mut device = Device::at_noon();
    let stamp = device.read(noon(), Synced).stamp(9 * HOUR);
    device.up += 8 * HOUR;
    let now = device.read(noon() + 8 * HOUR, Synced);
    assert_eq!((now.hide, now.destroy), (noon() + 8 * HOUR, noon() + 8 * HOUR));
    // The last second of the day comes twice.
    device.up += 3599 * SECOND;
    assert_eq!(stamp.due(&device.read(noon() + 9 * HOUR - SECOND, Synced)), Due::Alive);
    device.up += SECOND;
    let now = device.read(noon() + 9 * HOUR - SECOND, Synced);
    assert_eq!(stamp.due(&now), Due::Destroy);
    assert_eq!(now.destroy, noon() + 9 * HOUR);
}

#[test]
fn what_is_stored_tells_nothing_finer_than_ten_minutes() {
    let mut device = Device::boot(None);
    let mut writes = 0;
    for minute in 0..24 * 60 {
        let before = device.disk.clone();
        device.up += MINUTE;
        device.read(noon() + 7 * SECOND + minute * MINUTE, Synced);
        writes += u32::from(before != device.disk);
        let kept = device.disk.clone().unwrap();
        let jump = &kept.jumps[0];
        for ms in [
            kept.floor_ms,
            kept.powered_ms,
            jump.begun_ms,
            jump.claim_ms,
            jump.top_ms,
            jump.size_ms,
            jump.persisted_ms,
        ] {
            assert_eq!(ms % 600_000, 0);
        }
    }
    assert!((144..=146).contains(&writes), "{writes}");
}
