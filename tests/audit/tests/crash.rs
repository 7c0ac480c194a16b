//! B: killed or without power at any moment.

use std::path::Path;

use audit::cuts::Tape;
use audit::place::TIERS;
use audit::tally::Tally;
use audit::{block_on, faults, kill, soak};
use store::Tier;

const PROGRAM: &str = env!("CARGO_BIN_EXE_audit");

/// In the quick part one call in 30 is killed; the long part does all.
const STRIDE: u32 = 30;

#[needs::test(disk)]
fn b1_a_killed_store_has_done_all_or_promised_nothing() {
    let mut tally = Tally::default();
    for tier in TIERS {
        for case in kill::cases() {
            block_on(kill::run(Path::new(PROGRAM), tier, 1, &case, STRIDE, &mut tally))
                .expect("killed");
        }
    }
    println!("{tally}");
    assert!(tally.cases() >= 36, "{} points", tally.cases());
    tally.assert_clean();
}

#[needs::test(disk)]
fn b7_many_lives_that_end_anywhere_leave_what_was_promised() {
    let mut tally = Tally::default();
    for tier in [Tier::Card, Tier::Chip] {
        block_on(soak::run(Path::new(PROGRAM), tier, 1, 10, &mut tally)).expect("lives");
    }
    println!("{tally}");
    assert_eq!(tally.cases(), 20);
    assert!(tally.count("killed") >= 10, "{tally}");
    tally.assert_clean();
}

#[needs::test(disk)]
fn b2_without_power_all_that_was_answered_stays_so() {
    let mut tally = Tally::default();
    block_on(async {
        for tier in [Tier::Card, Tier::Chip] {
            let tape = Tape::record(tier, 1).await.expect("it works");
            tape.prefixes(7, &mut tally).await;
            tape.subsets(30, &mut tally).await;
        }
    });
    println!("{tally}");
    tally.assert_clean();
}

#[needs::test(disk)]
fn b3_on_a_lying_card_nothing_comes_back() {
    let mut tally = Tally::default();
    block_on(async {
        for tier in [Tier::Card, Tier::Chip] {
            let tape = Tape::record(tier, 2).await.expect("it works");
            tape.lies(30, &mut tally).await;
        }
    });
    println!("{tally}");
    tally.assert_clean();
}

#[test]
fn b4_b5_a_torn_or_empty_chip_is_an_old_root_a_new_one_or_none() {
    let mut tally = Tally::default();
    block_on(faults::chip(1, &mut tally)).expect("cases");
    println!("{tally}");
    tally.assert_clean();
}
