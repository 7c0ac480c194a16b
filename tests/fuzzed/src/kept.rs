//! What the store reads from a card: rows, slots, whole databases; and any readings of the clock.

use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use store::clock::{Clock, Reading, Source};
use store::{Config, Filter, Store, Thing};

use crate::{RUNTIME, folder};

/// Rows, slots and backups.
pub fn card(bytes: &[u8]) {
    store::fuzz::rows(bytes);
    let folder = folder();
    let path = folder.path().join("chip");
    if std::fs::write(&path, bytes).is_ok() {
        store::fuzz::chip(&path);
    }
    let _ = serde_json::from_slice::<store::Backup>(bytes);
}

/// A whole database in the place of ours: of the history where the first byte is even, else of the household.
pub fn database(bytes: &[u8]) {
    let Some((which, bytes)) = bytes.split_first() else { return };
    let folder = folder();
    let name = if which % 2 == 0 { "vault.db" } else { "household.db" };
    put(&folder.path().join(name), bytes);
    RUNTIME.block_on(opened(folder.path()));
}

/// Writes a file as the store keeps them.
pub(crate) fn put(path: &Path, bytes: &[u8]) {
    let mut options = std::fs::OpenOptions::new();
    let file = options.write(true).create(true).truncate(true).mode(0o600).open(path);
    let written = file.and_then(|mut file| std::io::Write::write_all(&mut file, bytes));
    written.expect("there is room");
}

/// Opens what is there and reads all of it, if that works.
pub(crate) async fn opened(folder: &Path) {
    let Ok(store) = Store::open(folder, &Config::default()).await else { return };
    let _ = store.list(&Filter::default(), None, 10, UNIX_EPOCH);
    let _ = store.lists().await;
    let _ = store.receipts().await;
    let _ = store.things::<skills::Timer>(Thing::Timer).await;
    let _ = store.things::<skills::Entry>(Thing::Entry).await;
    let _ = store.backup().await;
    store.close().await;
}

/// What was kept of the clock, a zero byte, and any readings of it afterwards: 13 bytes each.
pub fn clock(bytes: &[u8]) {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let (kept, readings) = bytes.split_at(end);
    let mut clock = Clock::new(serde_json::from_slice(kept).ok());
    let mut up = Duration::ZERO;
    let mut destroyed = UNIX_EPOCH;
    for reading in readings.get(1..).unwrap_or_default().chunks_exact(13) {
        let mut wall = [0; 8];
        wall.copy_from_slice(&reading[..8]);
        let mut passed = [0; 4];
        passed.copy_from_slice(&reading[8..12]);
        up += Duration::from_millis(u32::from_le_bytes(passed).into());
        let source = match reading[12] {
            0 => Source::Unsure,
            1 => Source::Chip,
            2 => Source::Synced,
            _ => {
                clock.confirm();
                continue;
            }
        };
        let wall = at(i64::from_le_bytes(wall));
        let now = clock.tick(Reading { wall, up, source });
        assert!(now.destroy >= destroyed, "what is destroyed does not come back");
        destroyed = now.destroy;
        let kept = serde_json::to_string(&clock.kept()).expect("it can be written");
        assert!(serde_json::from_str(&kept).is_ok_and(|again| clock.kept() == again));
    }
}

fn at(ms: i64) -> SystemTime {
    let span = Duration::from_millis(ms.unsigned_abs());
    if ms < 0 { UNIX_EPOCH - span } else { UNIX_EPOCH + span }
}
