//! What it costs: how long a deletion and a start take, how much memory, and what is written.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use store::{Store, Tier};
use tempfile::TempDir;

use crate::attack::Scene;
use crate::place::{self, Place};
use crate::script::{self, Op};
use crate::{deed, turns};

/// How many deletions are timed.
const DELETIONS: u32 = 200;

/// How many inserts and deletions are weighed.
const WEIGHED: u32 = 20;

/// What stands in a place and what it is called.
fn kinds() -> [(&'static str, Tier, bool); 2] {
    [("chip in memory, data on disk", Tier::Chip, false), ("card on disk", Tier::Card, true)]
}

/// A store of so many turns.
struct Timed {
    row: String,
    count: u32,
    store: Store,
    start: Duration,
    memory: String,
    times: Vec<Duration>,
    _disk: TempDir,
}

/// Times deletions and starts with so many turns, as a table. The stores take turns, so that a slow
/// moment of the disk is no property of one of them.
///
/// # Errors
/// What the store says.
pub async fn times(program: &Path, seed: u64, counts: &[u32]) -> Result<String> {
    let mut all = Vec::new();
    let memory = place::in_memory()?;
    for (name, tier, root_on_disk) in kinds() {
        // Turns are recorded in memory first, where nothing waits for a disk.
        let fast = memory.path().join(tier.as_str());
        std::fs::create_dir(&fast)?;
        let fast = Place::new(&fast, &fast, tier)?;
        let mut recorded = 0;
        for &count in counts {
            let store = fast.open().await?;
            for number in recorded..count {
                let turn = voice::Turn { clip: None, ..turns::turn(seed, number) };
                store.record(&turn, turns::at(number), "hall").await?;
            }
            recorded = count;
            store.close().await;
            let disk = TempDir::new()?;
            let mut slow = fast.copy(disk.path())?;
            if !root_on_disk {
                slow.chip = memory.path().join(format!("chip-{count}"));
                std::fs::copy(disk.path().join("chip"), &slow.chip)?;
            }
            let said = deed::command(program, &slow, seed, &[Op::Memory]).output()?;
            let said = String::from_utf8(said.stdout)?;
            let said = said.lines().nth(1).context("the process said nothing")?;
            let began = Instant::now();
            let store = slow.open().await?;
            all.push(Timed {
                row: format!("{name} | {count}"),
                count,
                store,
                start: began.elapsed(),
                memory: said.trim_start_matches("VmRSS: ").to_owned(),
                times: Vec::new(),
                _disk: disk,
            });
        }
    }
    // Otherwise the first deletions would wait for the copies.
    ensure!(Command::new("sync").status()?.success(), "the disk takes no more");
    for round in 0..DELETIONS {
        for timed in &mut all {
            timed.delete(seed, round).await?;
        }
    }
    let mut table = "| | turns | p50 ms | p99 ms | start ms | memory |\n\
                     |---|---:|---:|---:|---:|---:|\n"
        .to_owned();
    for Timed { row, store, start, memory, mut times, .. } in all {
        store.close().await;
        times.sort_unstable();
        let (half, most) = (millis(quantile(&times, 50)), millis(quantile(&times, 99)));
        writeln!(table, "| {row} | {half} | {most} | {} | {memory} |", millis(start))?;
    }
    Ok(table)
}

impl Timed {
    /// Deletes one of the turns, which are from all over.
    async fn delete(&mut self, seed: u64, round: u32) -> Result<()> {
        let deletions = DELETIONS.min(self.count / 2);
        if round < deletions {
            let op = Op::Delete(vec![round * (self.count / deletions)]);
            let began = Instant::now();
            script::perform(&self.store, seed, &op).await?;
            self.times.push(began.elapsed());
        }
        Ok(())
    }
}

fn quantile(sorted: &[Duration], percent: usize) -> Duration {
    sorted[(sorted.len() * percent / 100).min(sorted.len() - 1)]
}

fn millis(span: Duration) -> String {
    format!("{:.1}", span.as_secs_f64() * 1000.0)
}

/// How many bytes reach the card, with what the file system adds, as a table.
///
/// # Errors
/// What the store says.
pub async fn bytes(seed: u64) -> Result<String> {
    let mut table = "| | KiB an insert | KiB an insert with sound | KiB a deletion |\n\
                     |---|---:|---:|---:|\n"
        .to_owned();
    for (name, tier, _) in kinds() {
        let scene = Scene::new(tier, seed)?;
        let store = scene.place.open().await?;
        scene.perform(&store, &script::inserts(0..WEIGHED)).await?;
        let weigh = async |ops: &[Op], clip: bool| -> Result<u64> {
            scene.disk.sync()?;
            let before = scene.disk.mark();
            for op in ops {
                match op {
                    Op::Insert(number) if !clip => {
                        let turn = voice::Turn { clip: None, ..turns::turn(seed, *number) };
                        store.record(&turn, turns::at(*number), "hall").await?;
                    }
                    _ => script::perform(&store, seed, op).await?,
                }
            }
            scene.disk.sync()?;
            let bytes = scene.disk.history().bytes_written(before);
            Ok(bytes / 1024 / ops.len() as u64)
        };
        let words = weigh(&script::inserts(WEIGHED..2 * WEIGHED), false).await?;
        let sound = weigh(&script::inserts(2 * WEIGHED..3 * WEIGHED), true).await?;
        let deletions: Vec<Op> = (0..WEIGHED).map(|turn| Op::Delete(vec![turn])).collect();
        let deletion = weigh(&deletions, true).await?;
        store.close().await;
        writeln!(table, "| {name} | {words} | {sound} | {deletion} |")?;
    }
    Ok(table)
}
