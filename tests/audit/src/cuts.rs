//! B2 and B3: the power fails at any moment, on honest cards and on such as lie.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use disk::{History, Mounted};
use fastrand::Rng;
use store::Tier;

use crate::attack::{self, BLOCK, Scene};
use crate::judge::{self, Seen};
use crate::place::{self, CHIP, Place};
use crate::script::{self, Op, State};
use crate::tally::Tally;

/// How often the file system itself is checked, too; that takes as long as the rest.
const CHECKED: usize = 16;

/// What happened on a card, with what was asked and answered in between.
pub struct Tape {
    history: History,
    tier: Tier,
    seed: u64,
    /// Where the chip stands in an image, so that what it held at a moment is known.
    chip: Option<usize>,
    /// When recording began.
    start: usize,
    /// When each operation was asked for, and when it was answered.
    times: Vec<(usize, usize)>,
    ops: Vec<Op>,
    /// What is there before the first operation and after each.
    states: Vec<State>,
}

/// What is done while the power may fail.
fn ops() -> Vec<Op> {
    let mut ops = script::inserts(5..7);
    ops.extend([
        Op::Delete(vec![3]),
        Op::Volume(44),
        Op::DeleteBefore(1),
        Op::Sweep(2),
        Op::Insert(7),
        Op::Timer(2),
        Op::Shorten(3),
        Op::Delete(vec![5, 6]),
        Op::DeleteAll,
        Op::Insert(8),
    ]);
    ops
}

impl Tape {
    /// Records one.
    ///
    /// # Errors
    /// What the store says.
    pub async fn record(tier: Tier, seed: u64) -> Result<Self> {
        let scene = match tier {
            Tier::Chip => Scene::with_chip_on_card(seed)?,
            Tier::Card | Tier::Memory => Scene::new(tier, seed)?,
        };
        let mut before = script::inserts(0..5);
        before.extend([Op::Volume(33), Op::Timer(1)]);
        let store = scene.place.open().await?;
        scene.perform(&store, &before).await?;
        scene.disk.sync()?;
        let start = scene.disk.mark();
        let ops = ops();
        let mut times = Vec::new();
        for op in &ops {
            let asked = scene.disk.mark();
            script::perform(&store, seed, op).await.with_context(|| op.to_string())?;
            times.push((asked, scene.disk.mark()));
        }
        store.close().await;
        scene.disk.sync()?;
        let history = scene.disk.history();
        let chip = match tier {
            Tier::Chip => attack::blocks(&scene.disk.image(), "/chip")?.first().copied(),
            Tier::Card | Tier::Memory => None,
        };
        let base = State::default().along(&before).pop().context("no state")?;
        let states = base.along(&ops);
        let chip = chip.map(|block| block * BLOCK);
        Ok(Self { history, tier, seed, chip, start, times, ops, states })
    }

    /// All moments at which the power may fail.
    pub fn moments(&self) -> std::ops::RangeInclusive<usize> {
        self.start..=self.history.events().len()
    }

    /// How many operations were answered by then, and how many were asked for.
    fn progress(&self, moment: usize) -> (usize, usize) {
        let done = self.times.iter().take_while(|(_, answered)| *answered <= moment).count();
        let begun = self.times.iter().take_while(|(asked, _)| *asked < moment).count();
        (done, begun.max(done))
    }

    /// The card and the chip after the power came back.
    fn restart(&self, moment: usize, image: &[u8]) -> Result<(Mounted, tempfile::TempDir, Place)> {
        let mounted = Mounted::of(image)?;
        let memory = place::in_memory()?;
        let (folder, chip) = (mounted.path().join("data"), memory.path().join("chip"));
        if let Some(at) = self.chip {
            // It is no card, and loses nothing: it has what was written to it last.
            fs::write(&chip, &self.history.image_after(moment)[at..at + CHIP])?;
        }
        Ok((mounted, memory, Place { folder, chip, tier: self.tier }))
    }

    /// Cuts the power at a moment, where `seed` decides what of the last writes is left.
    ///
    /// # Errors
    /// What was promised and is not so.
    pub async fn cut(&self, moment: usize, seed: u64) -> Result<&'static str> {
        let image = self.history.cut(moment, seed);
        let (mounted, _memory, place) = self.restart(moment, &image)?;
        if moment.is_multiple_of(CHECKED) {
            mounted.check().context("the file system")?;
        }
        let (done, begun) = self.progress(moment);
        let time = self.ops[done..begun].last().and_then(Op::time);
        let found = judge::judge(&place, self.seed, &self.states[done..=begun], time).await?;
        Ok(match (done == begun, found) {
            (true, _) => "as answered",
            (false, 0) => "nothing more",
            (false, _) => "complete",
        })
    }

    /// Cuts the power of a card that has kept nothing for sure since `safe`, whatever it said.
    ///
    /// # Errors
    /// If something comes back, or all is lost and nobody is told.
    pub async fn cut_lying(&self, moment: usize, safe: usize, seed: u64) -> Result<&'static str> {
        let image = self.history.cut_lying(moment, safe, seed);
        // Not even the file system can rely on such a card, and is repaired before it is used.
        let Some(image) = repaired(&image)? else { return Ok("no file system left") };
        let (_mounted, _memory, place) = self.restart(moment, &image)?;
        let (done, begun) = self.progress(moment);
        let Seen { state, notice } = match judge::start(&place, self.seed).await {
            Ok(seen) => seen,
            Err(error) => {
                return match error.downcast::<store::Error>()? {
                    store::Error::Damaged { .. } => Ok("settings damaged, and says so"),
                    // What was repaired need not be a file system that works.
                    store::Error::Io { .. } => Ok("the card refuses, and says so"),
                    error => Err(error.into()),
                };
            }
        };
        let recorded = self.states[..=begun].iter().flat_map(|state| &state.alive);
        let recorded: BTreeSet<u32> = recorded.copied().collect();
        // Nor does anything come back later.
        let later = judge::start(&place, self.seed).await?.state;
        let shown: BTreeSet<u32> = [&state.alive, &state.halves, &later.alive, &later.halves]
            .into_iter()
            .flatten()
            .copied()
            .collect();
        ensure!(shown.is_subset(&recorded), "there is {shown:?}");
        let promised = &self.states[done].alive;
        // What was being recorded has been promised to nobody.
        let fresh = self.ops[done..begun].iter().filter_map(|op| match op {
            Op::Insert(turn) => Some(*turn),
            _ => None,
        });
        let fresh: Vec<u32> = fresh.collect();
        if let Some(back) = shown.iter().find(|t| !promised.contains(t) && !fresh.contains(t)) {
            // Such a card has undone the deletion together with everything else, as a copy of it
            // written back does; only a root elsewhere notices.
            ensure!(self.tier == Tier::Card, "turn {back} is back");
            return Ok("card went back in time");
        }
        if notice.is_some() {
            return Ok("lost, and says so");
        }
        // It may have gone back to any moment since the one that is safe, or, where it kept the end of the log and
        // not what had been taken over from it, to the deletion that last cut the log. A turn that has only lost
        // its sound is there: whoever plays it is told.
        let (safely, _) = self.progress(safe);
        let first = self.ops[..safely].iter().rposition(Op::deletes).map_or(0, |at| at + 1);
        let empty = self.states[first..=begun].iter().any(|state| state.alive.is_empty());
        let something = !state.alive.is_empty() || !state.halves.is_empty();
        ensure!(something || empty, "all is lost, and nobody is told");
        let kept = promised.is_subset(&state.alive);
        Ok(if kept { "as answered" } else { "the latest is lost" })
    }

    /// Every prefix of the writes.
    pub async fn prefixes(&self, stride: usize, tally: &mut Tally) {
        let row = format!("{}, every prefix", self.tier.as_str());
        for moment in self.moments().step_by(stride) {
            tally.add(&row, &format!("moment {moment}"), self.cut(moment, 0).await);
        }
    }

    /// Random parts of what was not flushed.
    pub async fn subsets(&self, count: u64, tally: &mut Tally) {
        let row = format!("{}, random subsets", self.tier.as_str());
        for seed in 0..count {
            let moment = Rng::with_seed(seed).usize(self.moments());
            let outcome = self.cut(moment, seed + 1).await;
            tally.add(&row, &format!("moment {moment}, seed {}", seed + 1), outcome);
        }
        // The hardest moment for what was answered: all that was not flushed by then is gone.
        let row = format!("{}, at once after the answer", self.tier.as_str());
        for (_, answered) in &self.times {
            tally.add(&row, &format!("moment {answered}"), self.cut(*answered, 1).await);
        }
    }

    /// Random parts of what a lying card called safe.
    pub async fn lies(&self, count: u64, tally: &mut Tally) {
        let row = format!("{}, lying flush", self.tier.as_str());
        for seed in 0..count {
            let mut rng = Rng::with_seed(seed);
            let moment = rng.usize(self.moments());
            let safe = rng.usize(self.start..=moment);
            let outcome = self.cut_lying(moment, safe, seed + 1).await;
            tally.add(&row, &format!("moment {moment}, safe {safe}, seed {}", seed + 1), outcome);
        }
    }
}

/// An image whose file system has been repaired as at a start; nothing if that cannot be done.
fn repaired(image: &[u8]) -> Result<Option<Vec<u8>>> {
    /// What it answers when errors are left, or something else went wrong.
    const FAILED: i32 = 4;
    let folder = place::in_memory()?;
    let card = folder.path().join("card");
    fs::write(&card, image)?;
    let done = Command::new("e2fsck").args(["-f", "-y"]).arg(&card).output()?;
    let worked = done.status.code().is_some_and(|code| code < FAILED);
    Ok(if worked { Some(fs::read(card)?) } else { None })
}
