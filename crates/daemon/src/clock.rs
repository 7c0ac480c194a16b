//! The clocks of this machine, and how far they can be trusted.

use std::path::Path;
use std::time::{Duration, SystemTime};

use rustix::time::{ClockId, clock_gettime};
use store::clock::{Reading, Source};

use crate::error::warn_of;

/// systemd's time service makes this file when it got the time from the network.
const SYNCED: &str = "/run/systemd/timesync/synchronized";
/// The first clock chip.
const CHIP: &str = "/sys/class/rtc/rtc0";
/// Boards have this file; machines without it have a clock, or a host that has one.
const BOARD: &str = "/proc/device-tree/model";

/// All clocks, read together.
#[must_use]
pub fn reading() -> Reading {
    let up = clock_gettime(ClockId::Boottime);
    let seconds = u64::try_from(up.tv_sec).unwrap_or_default();
    let nanos = u32::try_from(up.tv_nsec).unwrap_or_default();
    let up = Duration::new(seconds, nanos);
    Reading { wall: SystemTime::now(), up, source: source() }
}

/// Reports the time to the store, before anything of it is shown.
pub(crate) async fn report(store: Option<&store::Store>) {
    if let Some(store) = store
        && let Err(error) = store.tick(reading()).await
    {
        warn_of!(error, "failed to store the time; it is tried again");
    }
}

/// Where the wall clock has its time from.
#[must_use]
pub fn source() -> Source {
    let there = |path: &str| Path::new(path).exists();
    if there(SYNCED) {
        Source::Synced
    } else if there(CHIP) || !there(BOARD) {
        Source::Chip
    } else {
        Source::Unsure
    }
}
