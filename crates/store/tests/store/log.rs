//! A log that was damaged, and one that the power cut short.

use std::os::unix::fs::FileExt as _;
use std::process::Command;

use store::{Filter, Store};

use crate::common::{HOUR, keep, noon, rig};

/// Copies the folder as a power cut leaves it, and turns a bit of the log over at `at`.
async fn open_damaged(turns: u32, at: impl Fn(u64) -> Option<u64>) -> (usize, Option<String>) {
    let rig = rig(&keep("1d", "1d")).await;
    for turn in 0..turns {
        rig.say(&format!("turn {turn}"), noon()).await.unwrap();
    }
    let copy = crate::common::private_folder();
    // Another process copies: one that closes a file gives up its locks on it.
    let from = format!("{}/.", rig.folder.path().display());
    let done = Command::new("cp").arg("-a").arg(from).arg(copy.path()).status().unwrap();
    assert!(done.success());
    rig.store.close().await;
    let log = std::fs::File::options()
        .read(true)
        .write(true)
        .open(copy.path().join("vault.db-wal"))
        .unwrap();
    if let Some(at) = at(log.metadata().unwrap().len()) {
        let mut byte = [0];
        log.read_exact_at(&mut byte, at).unwrap();
        log.write_all_at(&[byte[0] ^ 4], at).unwrap();
    }
    let store = Store::open(copy.path(), &keep("1d", "1d")).await.unwrap();
    let found = store.count(&Filter::default(), noon() + HOUR) as usize;
    let notice = store.notice();
    store.close().await;
    (found, notice)
}

#[tokio::test]
async fn what_a_damaged_log_has_lost_is_told() {
    assert_eq!(open_damaged(6, |_| None).await, (6, None));
    let (found, notice) = open_damaged(6, |len| Some(len / 2)).await;
    assert!(found < 6, "{found} turns are there");
    assert!(notice.is_some_and(|notice| notice.contains("newest part")));
    // This is how a turn looks that was being written when the power went.
    let (found, notice) = open_damaged(6, |len| Some(len - 1)).await;
    assert_eq!((found, notice), (5, None));
}
