//! D3: bits that turned over, pages that became noise, files that were cut.

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail, ensure};
use fastrand::Rng;
use store::Tier;
use tempfile::TempDir;

use crate::judge;
use crate::place::{self, Place};
use crate::script::{self, Op, State};
use crate::tally::Tally;

/// A page of the database.
const PAGE: usize = 4096;

/// A store with a log that was not moved into the database yet, of which some turns were deleted.
struct Base {
    _at: TempDir,
    place: Place,
    state: State,
}

impl Base {
    async fn new(tier: Tier, seed: u64) -> Result<Self> {
        let at = place::in_memory()?;
        let live = TempDir::new_in(at.path())?;
        let live_place = Place::new(live.path(), live.path(), tier)?;
        let mut ops = vec![Op::Volume(33), Op::Timer(1)];
        // The keys of more than 64 parts are in more than one bucket, and a turn has two parts.
        ops.extend(script::inserts(0..40));
        ops.extend([Op::Delete(vec![3, 37]), Op::DeleteBefore(2)]);
        ops.extend(script::inserts(40..43));
        let store = live_place.open().await?;
        for op in &ops {
            script::perform(&store, seed, op).await?;
        }
        // The copy is made while the store is open, as a crash would leave it.
        let place = live_place.copy(at.path())?;
        store.close().await;
        let state = State::default().along(&ops).pop().context("no state")?;
        let whole = TempDir::new_in(at.path())?;
        judge::judge(&place.copy(whole.path())?, seed, std::slice::from_ref(&state), None)
            .await
            .context("before any damage")?;
        Ok(Self { _at: at, place, state })
    }
}

/// Damages one file after the other in `count` ways and looks what a start makes of it.
///
/// # Errors
/// If the cases cannot be made; what the store does wrong is counted.
pub async fn run(tier: Tier, seed: u64, count: u64, tally: &mut Tally) -> Result<()> {
    let base = Base::new(tier, seed).await?;
    for case in 0..count {
        let mut rng = Rng::with_seed(case);
        let folder = place::in_memory()?;
        let place = base.place.copy(folder.path())?;
        let (name, file) = choose(&place, case);
        let what = damage(&file, &mut rng, name == "chip")?;
        let row = format!("{}, {name}", tier.as_str());
        let look = look(place, seed, base.state.clone(), name == "log");
        // A panic is an outcome, too, and must not end the audit.
        let outcome = tokio::spawn(look).await.context("it panicked").and_then(|found| found);
        tally.add(&row, &format!("seed {case} ({what})"), outcome);
    }
    Ok(())
}

/// The files in turn.
fn choose(place: &Place, case: u64) -> (&'static str, PathBuf) {
    let root = if place.tier == Tier::Chip {
        ("chip", place.chip.clone())
    } else {
        ("root", place.folder.join("root"))
    };
    match case % 4 {
        0 | 2 => ("database", place.folder.join("vault.db")),
        1 => ("log", place.folder.join("vault.db-wal")),
        _ => root,
    }
}

/// Turns a bit over, fills a page with noise, or cuts the file; most often the first.
fn damage(path: &PathBuf, rng: &mut Rng, is_chip: bool) -> Result<String> {
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    let len = file.metadata()?.len();
    ensure!(len > 0, "{} is empty", path.display());
    let at = rng.u64(..len);
    match rng.u8(..8) {
        // A chip has always the same size.
        0 if !is_chip => {
            file.set_len(at)?;
            Ok(format!("cut to {at} bytes"))
        }
        1 => {
            let mut noise = [0; PAGE];
            rng.fill(&mut noise);
            let start = at / PAGE as u64 * PAGE as u64;
            let count = (len - start).min(PAGE as u64) as usize;
            file.write_all_at(&noise[..count], start)?;
            Ok(format!("noise from {start}"))
        }
        _ => {
            let mut byte = [0];
            file.read_exact_at(&mut byte, at)?;
            let bit = rng.u8(..8);
            file.write_all_at(&[byte[0] ^ 1 << bit], at)?;
            Ok(format!("bit {bit} of byte {at}"))
        }
    }
}

/// What a start makes of it. Turns may be lost, and that is said; nothing else may happen.
async fn look(place: Place, seed: u64, before: State, is_log: bool) -> Result<String> {
    let seen = judge::look(&place, seed).await?;
    let mut there = seen.state.alive.union(&seen.state.halves);
    ensure!(there.all(|turn| before.alive.contains(turn)), "there is {:?}", seen.state);
    let (alive, halves) = (before.alive.clone(), before.halves.clone());
    let settings = State { alive, halves, ..seen.state.clone() };
    ensure!(settings == before, "the settings are {settings:?}");
    Ok(match (seen.state == before, seen.notice) {
        (true, None) => "unharmed",
        (true, Some(_)) => "unharmed, and says otherwise",
        (false, Some(notice)) if notice.contains("lost") => "history lost, and says so",
        (false, Some(_)) => "turns lost, and says so",
        // The last transaction of the log is not missed: it looks as if the power had cut it short.
        (false, None) if is_log => "the latest is lost",
        (false, None) => bail!("lost silently: there is {:?}", seen.state),
    }
    .to_owned())
}
