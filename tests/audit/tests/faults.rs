//! D: a card that is full, broken or damaged.

use audit::script::Op;
use audit::tally::Tally;
use audit::{block_on, faults, flips};
use store::Tier;

const TIERS: [Tier; 2] = [Tier::Card, Tier::Chip];

#[needs::test(disk)]
fn d1_on_a_full_card_deletions_succeed_and_recording_stops() {
    let mut tally = Tally::default();
    for tier in TIERS {
        let rooms = [0, 1, 4, 9, 20].map(|blocks| blocks * 1024);
        block_on(faults::full(tier, 1, &rooms, &mut tally)).expect("cases");
    }
    println!("{tally}");
    tally.assert_clean();
}

#[needs::test(disk)]
fn d2_a_broken_card_is_told_of_and_what_was_deleted_is_hidden() {
    let mut tally = Tally::default();
    // The commit that fails and stands all the same is one single write.
    block_on(faults::broken(Tier::Chip, 1, &Op::Delete(vec![2]), 1, &mut tally)).expect("cases");
    for tier in TIERS {
        for op in [Op::DeleteBefore(3), Op::DeleteAll] {
            block_on(faults::broken(tier, 1, &op, 5, &mut tally)).expect("cases");
        }
    }
    println!("{tally}");
    tally.assert_clean();
}

#[test]
fn d3_damage_is_survived_and_brings_nothing_back() {
    let mut tally = Tally::default();
    for tier in TIERS {
        block_on(flips::run(tier, 1, 20, &mut tally)).expect("cases");
    }
    println!("{tally}");
    tally.assert_clean();
}
