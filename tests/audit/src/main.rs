//! The long part of the audit: everything, with tables. It ends with an error if a promise was broken.

use std::env;
use std::time::Instant;

use anyhow::{Result, anyhow, ensure};
use audit::attack::{Scene, Way, attack};
use audit::cuts::Tape;
use audit::place::TIERS;
use audit::script::Op;
use audit::tally::Tally;
use audit::{block_on, deed, faults, flips, kill, measure, soak};
use store::Tier;

/// What all that is random begins with.
const SEED: u64 = 2026;

/// How many random power cuts, lies, and damages there are for each place of the root.
const CUTS: u64 = 300;
const LIES: u64 = 150;
const FLIPS: u64 = 150;

/// How many lives a store has for each place of the root.
const LIVES: u32 = 500;

/// How many turns there are when deletions are timed.
const COUNTS: [u32; 3] = [100, 10_000, 100_000];

/// The ways of recovering, as the table calls them.
const WAYS: [(Way, &str); 5] = [
    (Way::Control, "with the root from before (control)"),
    (Way::Running, "with the roots of the running speaker"),
    (Way::Windows, "with every 32 bytes ever written"),
    (Way::Slots, "with every slot ever written, whole (the page says so)"),
    (Way::TornSlots, "with every slot but one page of it"),
];

/// A part of the audit.
type Part = fn() -> Result<Tally>;

const ON_CARDS: [Tier; 2] = [Tier::Card, Tier::Chip];

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [name, rest @ ..] = arguments.as_slice()
        && name == deed::NAME
    {
        return block_on(deed::run(rest));
    }
    let began = Instant::now();
    let mut violations = Vec::new();
    let parts: [(&str, Part); 9] = [
        ("A2 All that was ever written", history),
        ("B1 Killed at every call", killed),
        ("B2 Power cuts", cut),
        ("B3 A card that lies", lied),
        ("B4, B5 A torn or empty chip", chip),
        ("B7 A thousand lives", soaked),
        ("D1 A full card", full),
        ("D2 A broken card", broken),
        ("D3 Damage", damaged),
    ];
    // Parts may be named by their numbers; then only those are done.
    let named = |title: &str| {
        arguments.is_empty() || arguments.iter().any(|name| title.starts_with(name.as_str()))
    };
    for (title, part) in parts.into_iter().filter(|(title, _)| named(title)) {
        let tally = part()?;
        println!("## {title}\n\n{} cases\n\n{tally}", tally.cases());
        violations.extend(tally.violations);
    }
    for title in ["M1 What is written", "M2 Time and memory"].into_iter().filter(|t| named(t)) {
        let table = if title.starts_with("M1") {
            block_on(measure::bytes(SEED))?
        } else {
            block_on(measure::times(&env::current_exe()?, SEED, &COUNTS))?
        };
        println!("## {title}\n\n{table}");
    }
    println!("## Violations\n\n{} in {} s\n", violations.len(), began.elapsed().as_secs());
    for violation in &violations {
        println!("- {violation}");
    }
    ensure!(violations.is_empty(), "{} promises were broken", violations.len());
    Ok(())
}

fn history() -> Result<Tally> {
    let mut tally = Tally::default();
    let deletions: [(&str, Vec<Op>, std::ops::Range<u32>); 4] = [
        ("delete one", vec![Op::Delete(vec![1])], 1..2),
        ("delete by filter", vec![Op::DeleteBefore(3)], 0..3),
        ("sweep", vec![Op::Sweep(2)], 0..2),
        ("delete all", vec![Op::DeleteAll], 0..4),
    ];
    for tier in TIERS {
        for (name, deletion, gone) in &deletions {
            let scene = Scene::new(tier, SEED)?;
            let found = block_on(attack(scene, deletion, gone.clone(), 1))?;
            let ways: &[(Way, &str)] = match tier {
                Tier::Card => &WAYS,
                Tier::Chip => &WAYS[..3],
                Tier::Memory => &WAYS[2..3],
            };
            for (way, attack) in ways {
                let outcome = match (way, found.contains(way)) {
                    (Way::Control | Way::Slots, true) => Ok("recovered"),
                    (Way::Control, false) => {
                        Err(anyhow!("not recovered: the attack proves nothing"))
                    }
                    (_, false) => Ok("not recovered"),
                    _ => Err(anyhow!("recovered")),
                };
                tally.add(&format!("{}: {attack}", tier.as_str()), name, outcome);
            }
        }
    }
    let found = block_on(attack(Scene::with_chip_on_card(SEED)?, &deletions[0].1, 1..2, 1))?;
    let outcome =
        if found.contains(&Way::Windows) { Ok("recovered") } else { Err(anyhow!("not found")) };
    tally.add("a root in a file of the card (control)", "delete one", outcome);
    Ok(tally)
}

fn killed() -> Result<Tally> {
    let mut tally = Tally::default();
    let program = env::current_exe()?;
    for tier in TIERS {
        for case in kill::cases() {
            block_on(kill::run(&program, tier, SEED, &case, 1, &mut tally))?;
        }
    }
    Ok(tally)
}

fn cut() -> Result<Tally> {
    let mut tally = Tally::default();
    for tier in ON_CARDS {
        block_on(async {
            let tape = Tape::record(tier, SEED).await?;
            tape.prefixes(1, &mut tally).await;
            tape.subsets(CUTS, &mut tally).await;
            anyhow::Ok(())
        })?;
    }
    Ok(tally)
}

fn lied() -> Result<Tally> {
    let mut tally = Tally::default();
    for tier in ON_CARDS {
        block_on(async {
            Tape::record(tier, SEED).await?.lies(LIES, &mut tally).await;
            anyhow::Ok(())
        })?;
    }
    Ok(tally)
}

fn chip() -> Result<Tally> {
    let mut tally = Tally::default();
    block_on(faults::chip(SEED, &mut tally))?;
    Ok(tally)
}

fn soaked() -> Result<Tally> {
    let mut tally = Tally::default();
    let program = env::current_exe()?;
    for tier in ON_CARDS {
        block_on(soak::run(&program, tier, SEED, LIVES, &mut tally))?;
    }
    Ok(tally)
}

fn full() -> Result<Tally> {
    let mut tally = Tally::default();
    let rooms: Vec<u64> = (0..64).map(|blocks| blocks * 1024).collect();
    for tier in ON_CARDS {
        block_on(faults::full(tier, SEED, &rooms, &mut tally))?;
    }
    Ok(tally)
}

fn broken() -> Result<Tally> {
    let mut tally = Tally::default();
    let ops = [Op::Delete(vec![2]), Op::DeleteBefore(3), Op::Sweep(2), Op::DeleteAll];
    for tier in ON_CARDS {
        for op in &ops {
            block_on(faults::broken(tier, SEED, op, 1, &mut tally))?;
        }
    }
    Ok(tally)
}

fn damaged() -> Result<Tally> {
    let mut tally = Tally::default();
    for tier in ON_CARDS {
        block_on(flips::run(tier, SEED, FLIPS, &mut tally))?;
    }
    Ok(tally)
}
