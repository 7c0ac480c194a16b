//! B7: one store that is killed again and again.

use std::path::Path;

use anyhow::Result;
use fastrand::Rng;
use store::Tier;

use crate::place::{self, Place};
use crate::script::{self, Op, State};
use crate::tally::Tally;
use crate::{judge, kill};

/// A store lives through many lives, each of a few random operations, and is killed at a random call in
/// each. What is there after one is where the next begins.
///
/// # Errors
/// If strace does not do its part, or what is there is nothing to go on with.
pub async fn run(
    program: &Path,
    tier: Tier,
    seed: u64,
    lives: u32,
    tally: &mut Tally,
) -> Result<()> {
    let mut rng = Rng::with_seed(seed);
    let folder = place::in_memory()?;
    let place = Place::new(folder.path(), folder.path(), tier)?;
    place.open().await?.close().await;
    let mut state = State::default();
    let mut next = 0;
    for life in 0..lives {
        let ops = random(&mut rng, &state, &mut next);
        let states = state.along(&ops);
        let counts = {
            let copy = place::in_memory()?;
            kill::count(program, &place.copy(copy.path())?, seed, &ops)?
        };
        let (kind, call) = pick(&mut rng, &counts);
        let calls = &kill::kinds(&place)[kind];
        let said = kill::kill(program, &place, seed, &ops, calls, call)?;
        let (outcome, allowed, time) = match &said {
            Some(said) => {
                let (done, allowed) = kill::allowed(&place, &states, &ops, said).await?;
                ("killed", allowed, ops.get(done).and_then(Op::time))
            }
            // How threads take turns differs from time to time.
            None => ("not killed", &states[ops.len()..], None),
        };
        let judged = judge::judge(&place, seed, allowed, time).await;
        let case = format!("life {life}, {} {call}: {}", calls.name, script::write(&ops));
        let found = judged.as_ref().ok().copied();
        tally.add(tier.as_str(), &case, judged.map(|_| outcome));
        // After a violation the rest would only say the same again.
        let Some(found) = found else { return Ok(()) };
        state = allowed[found].clone();
    }
    Ok(())
}

/// One of all calls: of which kind, and which of that.
fn pick(rng: &mut Rng, counts: &[u32]) -> (usize, u32) {
    let mut rest = rng.u32(..counts.iter().sum::<u32>().max(1));
    for (kind, count) in counts.iter().enumerate() {
        if rest < *count {
            return (kind, rest + 1);
        }
        rest -= count;
    }
    (0, 1)
}

/// A few operations that somebody may ask for in that state; `next` is the turn that is spoken next.
fn random(rng: &mut Rng, state: &State, next: &mut u32) -> Vec<Op> {
    let mut state = state.clone();
    let mut ops = Vec::new();
    for _ in 0..rng.usize(2..7) {
        let some = rng.choice(state.alive.iter().copied());
        let op = match (rng.u8(..20), some) {
            (0..5, Some(turn)) => Op::Delete(vec![turn]),
            (5..7, Some(turn)) => Op::DeleteBefore(turn),
            // A second one in the same minutes would only hide; its keys go with the next.
            (7..9, Some(turn)) if !ops.iter().any(|op| matches!(op, Op::Sweep(_))) => {
                Op::Sweep(turn)
            }
            (9, _) => Op::DeleteAll,
            (10, _) => Op::Volume(rng.u8(..101)),
            (11, _) => Op::Storing(!state.storing),
            _ => {
                *next += 1;
                Op::Insert(*next)
            }
        };
        state = state.after(&op);
        ops.push(op);
    }
    ops
}
