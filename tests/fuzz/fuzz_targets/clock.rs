//! What was kept of the clock, and any readings of it afterwards.
#![no_main]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use store::clock::{Clock, Reading, Source};

libfuzzer_sys::fuzz_target!(|input: (&str, Vec<(i64, u32, u8)>)| {
    let (kept, readings) = input;
    let mut clock = Clock::new(serde_json::from_str(kept).ok());
    let mut up = Duration::ZERO;
    let mut destroyed = UNIX_EPOCH;
    for (wall_ms, passed_ms, source) in readings {
        up += Duration::from_millis(passed_ms.into());
        let source = match source {
            0 => Source::Unsure,
            1 => Source::Chip,
            2 => Source::Synced,
            _ => {
                clock.confirm();
                continue;
            }
        };
        let now = clock.tick(Reading { wall: at(wall_ms), up, source });
        assert!(now.destroy >= destroyed, "what is destroyed does not come back");
        destroyed = now.destroy;
        let kept = serde_json::to_string(&clock.kept()).expect("it can be written");
        assert!(serde_json::from_str(&kept).is_ok_and(|again| clock.kept() == again));
    }
});

fn at(ms: i64) -> SystemTime {
    let span = Duration::from_millis(ms.unsigned_abs());
    if ms < 0 { UNIX_EPOCH - span } else { UNIX_EPOCH + span }
}
