//! Whatever a device goes through: nothing comes back, nothing goes because of a jump that was
//! taken back, and nothing is readable for long after its time.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use store::clock::Source::{Chip, Synced, Unsure};
use store::clock::{Due, Now, Source, Stamp};

use crate::clock::Device;
use crate::common::noon;

const LIFETIMES: u64 = 800;
/// In seconds, as everything here.
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const YEAR: i64 = 365 * DAY;
/// The clock's own tolerance.
const TOLERANCE: i64 = 15 * MINUTE;
/// What is due is destroyed in batches.
const BATCH: i64 = 15 * MINUTE;
/// A device that is ticked at least this long before something happens behaves as if it had been
/// ticked every minute.
const TICKED: i64 = 25 * MINUTE;
/// What a restart loses of the time with power.
const RESTART: i64 = 12 * MINUTE;
/// A wrong clock is put right before it is believed.
const LONGEST_LIE: i64 = 22 * HOUR;

#[derive(Debug, Default)]
struct Tally {
    records: u64,
    cuts: u64,
    boots: u64,
    forward: u64,
    backward: u64,
    /// Readable after it was due and the clock knew.
    resurrect: u64,
    /// Destroyed before its time although its stamp was right.
    mass_delete: u64,
    /// Readable for more than the tolerance after its time, with power and a network that is right.
    powered_overdue: u64,
    /// Destroyed before its time because the clock was not right when it was made.
    born_unsynced: u64,
    /// Readable too late or again, but made while the clock was ahead, by less than the device was
    /// without power until it was put right: the right time then contradicts nothing.
    undecidable: u64,
    destroyed: u64,
    hidden_by_lies: u64,
    /// The longest that anything was readable after its time, and the same while the only clock
    /// was behind, which after a time without power nobody can know.
    worst_late: i64,
    worst_late_behind: i64,
}

struct Record {
    stamp: Stamp,
    due: i64,
    stamped_right: bool,
    /// How far the clock was ahead when it was made.
    ahead: i64,
    /// How long the device had been off before that clock began to be ahead.
    off_before: i64,
    fate: Fate,
}

/// What has happened to a record.
#[derive(Default)]
struct Fate {
    /// It was due and the clock knew.
    known: bool,
    /// It was readable when it should not have been.
    counted: bool,
    hidden_by_lie: bool,
}

struct Life {
    random: fastrand::Rng,
    /// The true time, in seconds since noon.
    time: i64,
    device: Device,
    booted: i64,
    swept: i64,
    /// How long the device was without power so far, as far as it can know, and when the clock began to be ahead.
    off: i64,
    off_before_lie: i64,
    synced: bool,
    /// How far the network, and with it the device, is off.
    lie: i64,
    /// For how long a clock that is ahead was believed by the device, with power.
    lied: i64,
    /// How far the chip is off; `None` without one.
    chip: Option<i64>,
    battery: bool,
    last: Option<Now>,
    records: Vec<Record>,
}

impl Life {
    fn new(seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let chip = random.bool().then(|| random.i64(-5 * MINUTE..5 * MINUTE));
        let battery = random.u8(0..10) > 0;
        Self {
            random,
            time: 0,
            device: Device::boot(None),
            booted: 0,
            swept: 0,
            off: 0,
            off_before_lie: 0,
            synced: false,
            lie: 0,
            lied: 0,
            chip,
            battery,
            last: None,
            records: Vec::new(),
        }
    }

    /// Log-uniform, because minutes matter as much as years.
    fn span(&mut self, from: i64, to: i64) -> i64 {
        let (from, to) = ((from as f64).ln(), (to as f64).ln());
        (from + (to - from) * self.random.f64()).exp() as i64
    }

    fn reading(&self) -> (SystemTime, Source) {
        if self.synced {
            return (at(self.time + self.lie), Synced);
        }
        match self.chip {
            Some(off) if self.battery => (at(self.time + off), Chip),
            Some(_) => (UNIX_EPOCH + self.device.up, Chip),
            None => (UNIX_EPOCH + Duration::from_secs(self.booted.unsigned_abs() * 40), Unsure),
        }
    }

    /// How far the clock is off that the device sees.
    fn off(&self) -> i64 {
        if self.synced { self.lie } else { self.chip.unwrap_or(0) }
    }

    fn tick(&mut self, tally: &mut Tally) {
        if self.synced && self.chip.is_some() {
            self.chip = Some(self.lie);
        }
        let (wall, source) = self.reading();
        let now = self.device.read(wall, source);
        let right = source == Synced && self.lie == 0;
        let sweep = self.time - self.swept >= BATCH;
        if sweep {
            self.swept = self.time;
        }
        let time = self.time;
        let off = self.off();
        let off_total = self.off;
        self.records.retain_mut(|record| {
            record.stamp = record.stamp.tightened(&now);
            let due = record.stamp.due(&now);
            let late = time - record.due;
            if due == Due::Alive {
                let undecidable = record.ahead > TOLERANCE
                    && off_total - record.off_before > record.ahead - TOLERANCE;
                if off < -TOLERANCE {
                    tally.worst_late_behind = tally.worst_late_behind.max(late);
                } else if !undecidable {
                    tally.worst_late = tally.worst_late.max(late);
                }
                let resurrect = record.fate.known;
                let overdue = right && late > TOLERANCE + MINUTE;
                if (resurrect || overdue) && !record.fate.counted {
                    record.fate.counted = true;
                    tally.undecidable += u64::from(undecidable);
                    tally.resurrect += u64::from(resurrect && !undecidable);
                    tally.powered_overdue += u64::from(overdue && !undecidable);
                }
            } else if due == Due::Destroy || !now.locked {
                // A chip that is a minute fast makes stamps that are a minute late.
                record.fate.known |= late >= record.ahead.clamp(0, TOLERANCE);
                record.fate.hidden_by_lie |= late < 0 && off > 0 && due == Due::Hidden;
            }
            let destroyed = due == Due::Destroy && sweep;
            if destroyed {
                tally.destroyed += 1;
                tally.hidden_by_lies += u64::from(record.fate.hidden_by_lie);
                let early = late < -TOLERANCE;
                tally.mass_delete += u64::from(early && record.stamped_right);
                tally.born_unsynced += u64::from(early && !record.stamped_right);
            }
            !destroyed
        });
        if let Some(last) = self.last.filter(|_| now.corrected.is_none()) {
            assert!(now.hide >= last.hide, "shown again without a correction: {last:?}, {now:?}");
        }
        assert!(self.last.is_none_or(|last| now.powered >= last.powered), "younger: {now:?}");
        self.last = Some(now);
    }

    /// Lets time pass with power.
    fn pass(&mut self, span: i64, tally: &mut Tally) {
        let end = self.time + span;
        while self.time < end {
            let left = end - self.time;
            // Something is due on the way, and that is when it must not be readable.
            let due = self.records.iter().map(|record| record.due - self.time);
            let next = due.filter(|&due| due > 0).min().unwrap_or(left).min(left);
            let mut step = if next > TICKED { next - TICKED } else { next.min(MINUTE) };
            if self.off() > TOLERANCE {
                step = step.min((LONGEST_LIE - self.lied).max(MINUTE));
                self.lied += step;
            }
            self.time += step;
            self.device.up += seconds(step);
            if self.lied >= LONGEST_LIE {
                self.correct();
            }
            self.tick(tally);
        }
    }

    /// The network or a person puts the clock right.
    fn correct(&mut self) {
        self.synced = true;
        self.lie = 0;
        self.lied = 0;
    }

    fn restart(&mut self, tally: &mut Tally) {
        tally.boots += 1;
        let off = match self.random.u8(0..4) {
            0 => self.span(30, 10 * MINUTE),
            1 | 2 => self.span(10 * MINUTE, 2 * DAY),
            _ => self.span(DAY, 60 * DAY),
        };
        self.time += off;
        self.off += off + RESTART;
        let disk = if self.random.bool() {
            tally.cuts += 1;
            self.device.disk.take()
        } else {
            Some(self.device.clock.kept())
        };
        self.device = Device::boot(disk);
        self.booted = self.time;
        self.swept = self.time - self.random.i64(0..2) * BATCH;
        self.synced = false;
        if self.battery {
            // A chip drifts by a few seconds a day.
            self.chip = self.chip.map(|chip| chip - off / 50_000);
        }
        if self.random.bool() {
            self.lie = 0;
        }
        self.tick(tally);
        let wait = self.span(20, 2 * HOUR);
        self.pass(wait, tally);
        if self.random.u8(0..4) > 0 {
            self.synced = true;
            if self.lie == 0 {
                self.lied = 0;
            }
        }
        self.tick(tally);
    }

    fn record(&mut self, tally: &mut Tally) {
        let Some(now) = self.last else { return };
        let keep = self.span(MINUTE, YEAR);
        let stamp = now.stamp(seconds(keep));
        let due = self.time + keep;
        tally.records += 1;
        self.records.push(Record {
            stamp,
            due,
            stamped_right: to(stamp.until).abs_diff(due) <= MINUTE.unsigned_abs(),
            ahead: to(stamp.until) - due,
            off_before: self.off_before_lie,
            fate: Fate::default(),
        });
    }

    fn step(&mut self, tally: &mut Tally) {
        match self.random.u8(0..20) {
            0..8 => {
                for _ in 0..self.random.u8(1..4) {
                    self.record(tally);
                }
                let span = self.span(MINUTE, 3 * HOUR);
                self.pass(span, tally);
            }
            8..12 => {
                let span = self.span(10 * MINUTE, 20 * DAY);
                self.pass(span, tally);
            }
            12..16 => self.restart(tally),
            16 => {
                self.correct();
                self.tick(tally);
            }
            17 if self.synced && self.lie == 0 => {
                tally.forward += 1;
                self.off_before_lie = self.off;
                self.lie = self.span(20 * MINUTE, 20 * YEAR);
                self.tick(tally);
            }
            // Which of two words of the same source is wrong nobody can tell while the first is not
            // yet believed.
            18 if self.synced && self.lie == 0 && self.device.clock.kept().jumps.is_empty() => {
                tally.backward += 1;
                self.lie = -self.span(MINUTE, YEAR);
                self.tick(tally);
            }
            19 if self.chip.is_some() && !self.synced && self.off().abs() < TOLERANCE => {
                tally.forward += 1;
                self.off_before_lie = self.off;
                self.chip = Some(self.span(20 * MINUTE, 20 * YEAR));
                self.tick(tally);
            }
            _ if self.off().abs() < TOLERANCE && (self.synced || self.battery) => {
                if self.chip.is_some() || self.synced {
                    self.device.clock.confirm();
                }
                self.tick(tally);
            }
            _ => {}
        }
    }
}

fn seconds(span: i64) -> Duration {
    Duration::from_secs(span.unsigned_abs())
}

fn at(time: i64) -> SystemTime {
    if time < 0 { noon() - seconds(time) } else { noon() + seconds(time) }
}

fn to(at: SystemTime) -> i64 {
    match at.duration_since(noon()) {
        Ok(span) => span.as_secs() as i64,
        Err(before) => -(before.duration().as_secs() as i64),
    }
}

#[test]
fn c7_eight_hundred_lifetimes() {
    let mut tally = Tally::default();
    for seed in 0..LIFETIMES {
        let mut life = Life::new(seed);
        let end = life.span(DAY, 2 * YEAR);
        life.tick(&mut tally);
        if life.random.u8(0..4) > 0 {
            life.correct();
            life.tick(&mut tally);
        }
        for _ in 0..100 {
            life.step(&mut tally);
            if life.time > end {
                break;
            }
        }
    }
    println!("{LIFETIMES} lifetimes, times in seconds: {tally:?}");
    assert!(tally.destroyed > 1000 && tally.hidden_by_lies > 0, "the lives are too quiet");
    assert_eq!(
        (tally.resurrect, tally.mass_delete, tally.powered_overdue),
        (0, 0, 0),
        "resurrected, mass-deleted, overdue with power: {tally:?}"
    );
}
