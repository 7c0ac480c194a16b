//! D1 and D2: a card that is full, or broken. B4 and B5: a chip that was written in part.

use std::fs::{self, File};

use anyhow::{Context as _, Result, ensure};
use disk::{Disk, Mounted};
use store::Tier;

use crate::attack::Scene;
use crate::judge::{self, Promised, Seen};
use crate::kill::Base;
use crate::place::{self, CHIP, CHIP_SLOT, Place};
use crate::script::{self, Op, State};
use crate::tally::Tally;

/// Fills the card but for so many bytes, and deletes: that always succeeds, while recording stops.
///
/// # Errors
/// What the store says, or what is not as it was promised.
pub async fn full(tier: Tier, seed: u64, rooms: &[u64], tally: &mut Tally) -> Result<()> {
    let scene = Scene::new(tier, seed)?;
    let mut store = scene.place.open().await?;
    let mut state = State::default();
    for (round, &room) in rooms.iter().enumerate() {
        // Two sweeps are a quarter of an hour apart.
        let first = round as u32 * 20;
        for (kind, name) in
            ["delete one", "delete by filter", "sweep", "delete all"].iter().enumerate()
        {
            let inserts = script::inserts(first..first + 8);
            scene.perform(&store, &inserts).await?;
            for op in &inserts {
                state = state.after(op);
            }
            let filler = scene.disk.fill()?;
            let file = File::options().write(true).open(&filler)?;
            let left = file.metadata()?.len().saturating_sub(room);
            file.set_len(left)?;
            drop(file);
            let deletion = match kind {
                0 => Op::Delete(vec![first + 1, first + 6]),
                1 => Op::DeleteBefore(first + 5),
                2 => Op::Sweep(first + 5),
                _ => Op::DeleteAll,
            };
            let outcome = async {
                script::perform(&store, seed, &deletion).await?;
                state = state.after(&deletion);
                let seen = judge::read(&store, seed).await?;
                ensure!(seen == state, "there is {seen:?}");
                anyhow::Ok("deleted")
            };
            let outcome = outcome.await;
            let row = format!("{}, {name}", tier.as_str());
            tally.add(&row, &format!("{room} bytes free"), outcome);
            fs::remove_file(filler)?;
            scene.disk.sync()?;
            // With room again it goes on as before.
            let again = async {
                let ops = [
                    Op::Insert(first + 8),
                    Op::Delete(vec![first + 8]),
                    Op::DeleteAll,
                    Op::Insert(first + 10 + kind as u32),
                ];
                for op in ops {
                    script::perform(&store, seed, &op).await?;
                    state = state.after(&op);
                }
                anyhow::Ok("as answered")
            };
            let again = again.await;
            let row = format!("{}, with room again", tier.as_str());
            tally.add(&row, &format!("{room} bytes were free, {name}"), again);
        }
        // A start shows what has really reached the card, and the next round begins with nothing.
        store.close().await;
        let stays = judge::judge(&scene.place, seed, std::slice::from_ref(&state), None).await;
        let row = format!("{}, restart", tier.as_str());
        tally.add(&row, &format!("{room} bytes were free"), stays.map(|_| "as answered"));
        store = scene.place.open().await?;
        script::perform(&store, seed, &Op::DeleteAll).await?;
        state = state.after(&Op::DeleteAll);
    }
    let filler = scene.disk.fill()?;
    let mut refused = None;
    for turn in 1000..2000 {
        if let Err(error) = script::perform(&store, seed, &Op::Insert(turn)).await {
            refused = Some(error.downcast::<store::Error>()?);
            break;
        }
        state = state.after(&Op::Insert(turn));
    }
    let outcome = match refused {
        Some(store::Error::Full) => Ok("refused"),
        other => Err(anyhow::anyhow!("recording on a full card ends with {other:?}")),
    };
    tally.add(&format!("{}, insert", tier.as_str()), "no byte free", outcome);
    let seen = judge::read(&store, seed).await?;
    store.close().await;
    fs::remove_file(filler)?;
    let outcome = async {
        ensure!(seen == state, "after that there is {seen:?}");
        judge::judge(&scene.place, seed, std::slice::from_ref(&state), None).await
    };
    let outcome = outcome.await.map(|_| "as answered");
    tally.add(&format!("{}, restart", tier.as_str()), "after all of it", outcome);
    Ok(())
}

/// Breaks the card after each of its next writes, every `stride`th time, until a deletion no longer
/// notices: once for good, and once until the deletion has failed.
///
/// # Errors
/// What is wrong with the card; what the store does wrong is counted.
pub async fn broken(
    tier: Tier,
    seed: u64,
    op: &Op,
    stride: usize,
    tally: &mut Tally,
) -> Result<()> {
    const MOST: u64 = 1000;
    let scene = Scene::new(tier, seed)?;
    let store = scene.place.open().await?;
    let mut before = script::inserts(0..5);
    before.extend([Op::Volume(33), Op::Timer(1)]);
    scene.perform(&store, &before).await?;
    store.close().await;
    scene.disk.sync()?;
    let image = scene.disk.image();
    let chip = fs::read(&scene.place.chip)?;
    let base = State::default().along(&before).pop().context("no state")?;
    for for_good in [true, false] {
        let until = if for_good { "" } else { ", for a moment" };
        for writes in (0..MOST).step_by(stride) {
            let disk = Disk::holding(image.clone())?;
            let memory = place::in_memory()?;
            let place = Place::new(disk.path(), memory.path(), tier)?;
            fs::write(&place.chip, &chip)?;
            let outcome = if for_good {
                break_once(disk, &place, seed, op, &base, writes).await
            } else {
                falter_once(disk, &place, seed, op, &base, writes).await
            };
            let unnoticed = matches!(&outcome, Ok((_, true)));
            let row = format!("{}, {op}{until}", tier.as_str());
            tally.add(&row, &format!("{writes} writes succeed"), outcome.map(|(what, _)| what));
            if unnoticed {
                break;
            }
        }
    }
    Ok(())
}

/// What came of it, and whether the card did all that was asked.
async fn break_once(
    disk: Disk,
    place: &Place,
    seed: u64,
    op: &Op,
    base: &State,
    writes: u64,
) -> Result<(&'static str, bool)> {
    let store = place.open().await?;
    let held = judge::read(&store, seed).await?;
    ensure!(place.tier == Tier::Memory || held == *base, "before, there is {held:?}");
    disk.sync()?;
    disk.fail_after(writes);
    let answer = script::perform(&store, seed, op).await;
    let after = base.after(op);
    let shown = judge::read(&store, seed).await;
    store.close().await;
    drop(store);
    let broke = disk.sync().is_err();
    let image = disk.image();
    drop(disk);
    // Sound that is due or deleted cannot be read from a broken card, and words are in memory.
    let shown = shown.context("it cannot be read")?;
    ensure!(shown.alive == after.alive, "it still shows {:?}", shown.alive);
    let mounted = Mounted::of(&image)?;
    let place = Place { folder: mounted.path().join("data"), ..place.clone() };
    let both = [base.clone(), after];
    // A root in a chip can be given up without any card, and a wish that was written down is done by the start.
    let is_to_come = answer
        .as_ref()
        .is_err_and(|error| matches!(error.downcast_ref(), Some(store::Error::Erase(_))));
    let sure = answer.is_ok() || *op == Op::DeleteAll && (place.tier == Tier::Chip || is_to_come);
    let allowed = if sure { &both[1..] } else { &both[..] };
    let found = judge::judge(&place, seed, allowed, op.time()).await;
    let answered = answer.is_ok();
    let said = answer.as_ref().err().map(|error| format!("{error:#}"));
    let found = found.with_context(|| format!("the answer was {said:?}"))?;
    Ok(match (answered, sure, found) {
        (true, ..) => ("answered, deleted", !broke),
        (false, true, _) | (false, false, 1) => ("error, deleted", false),
        (false, false, _) => ("error, not deleted", false),
    })
}

/// The same with a card that works again after the deletion has failed, and goes on to be used until
/// the power goes. What reached the card meanwhile is not what the system believes.
async fn falter_once(
    disk: Disk,
    place: &Place,
    seed: u64,
    op: &Op,
    base: &State,
    writes: u64,
) -> Result<(&'static str, bool)> {
    let store = place.open().await?;
    disk.sync()?;
    disk.fail_after(writes);
    let answer = script::perform(&store, seed, op).await;
    disk.mend();
    let mut promised = Promised::new(base.clone());
    promised.follow(op, answer.is_ok());
    let mut last = true;
    for op in [Op::Insert(5), Op::DeleteBefore(2), Op::Insert(6)] {
        last = script::perform(&store, seed, &op).await.is_ok();
        promised.follow(&op, last);
    }
    let shown = judge::read(&store, seed).await?;
    let history = disk.history();
    let chip = fs::read(&place.chip)?;
    store.close().await;
    drop((store, disk));
    ensure!(shown.alive == promised.shown.alive, "it shows {:?}", shown.alive);
    for cut in ["nothing", "what was not flushed"].iter().enumerate() {
        let mounted = Mounted::of(&history.cut(history.events().len(), cut.0 as u64))?;
        let place = Place { folder: mounted.path().join("data"), ..place.clone() };
        fs::write(&place.chip, &chip)?;
        let found = judge::judge(&place, seed, &promised.allowed, op.time()).await;
        let said = answer.as_ref().err().map(|error| format!("{error:#}"));
        found.with_context(|| format!("the answer was {said:?}; {} is lost", cut.1))?;
    }
    Ok(match (answer.is_ok(), last) {
        (true, _) => ("answered, deleted", true),
        (false, true) => ("error, goes on", false),
        (false, false) => ("error, stays broken", false),
    })
}

/// B4, B5: a slot of the chip after every byte of each of its writes, all bits up, and all down.
///
/// # Errors
/// If the cases cannot be made; what the store does wrong is counted.
pub async fn chip(seed: u64, tally: &mut Tally) -> Result<()> {
    let before = script::inserts(0..5);
    let base = Base::new(Tier::Chip, seed, &before).await?;
    let (_old_folder, old) = base.copy()?;
    let (_new_folder, new) = base.copy()?;
    let deletion = Op::Delete(vec![2]);
    let store = new.open().await?;
    script::perform(&store, seed, &deletion).await?;
    store.close().await;
    let after = base.state().after(&deletion);
    let (old_chip, new_chip) = (fs::read(&old.chip)?, fs::read(&new.chip)?);
    let free = usize::from(old_chip[..CHIP_SLOT].iter().any(|&byte| byte != 0));
    let (free, used) = (free * CHIP_SLOT, (1 - free) * CHIP_SLOT);
    let part = |chip: &[u8], at: usize, bytes: &[u8], count: usize| {
        let mut chip = chip.to_vec();
        chip[at..at + count].copy_from_slice(&bytes[..count]);
        chip
    };
    let written = &new_chip[free..free + CHIP_SLOT];
    let turned = [0xff; CHIP_SLOT];
    let with_old = part(&new_chip, used, &old_chip[used..], CHIP_SLOT);
    let with_turned = part(&new_chip, used, &turned, CHIP_SLOT);
    for count in 0..=CHIP_SLOT {
        let torn = [
            ("write of the new root", &old, base.state(), part(&old_chip, free, written, count)),
            ("first erasure", &new, &after, part(&with_old, used, &turned, count)),
            ("second erasure", &new, &after, part(&with_turned, used, &[0; CHIP_SLOT], count)),
        ];
        for (name, from, state, bytes) in torn {
            let folder = place::in_memory()?;
            let place = from.copy(folder.path())?;
            fs::write(&place.chip, bytes)?;
            let judged = judge::judge(&place, seed, std::slice::from_ref(state), None).await;
            tally.add(name, &format!("{count} bytes"), judged.map(|_| "right root"));
        }
    }
    for (name, bytes) in [("all bits up", [0xff; CHIP]), ("all bits down", [0; CHIP])] {
        let folder = place::in_memory()?;
        let place = old.copy(folder.path())?;
        fs::write(&place.chip, bytes)?;
        let lost = async {
            let Seen { state, notice } = judge::look(&place, seed).await?;
            ensure!(state == base.state().forgotten(), "there is {state:?}");
            ensure!(notice.is_some(), "nobody is told");
            anyhow::Ok("lost, and says so")
        };
        tally.add(name, "", lost.await);
    }
    Ok(())
}
