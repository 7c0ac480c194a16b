//! A: what was deleted cannot be read. F: nor brought back. G: and what is not kept is not written.

use audit::attack::{Outcome, Scene, attack};
use audit::block_on;
use audit::place::TIERS;
use audit::script::Op;
use store::Tier;

/// Every window is tried: keys stand at any place in a database.
const STEP: usize = 1;

fn outcome(scene: Scene, deletion: &[Op], gone: std::ops::Range<u32>) -> Outcome {
    block_on(attack(scene, deletion, gone, STEP)).expect("the store works")
}

#[needs::test(disk)]
fn a2_all_that_was_ever_written_is_no_key_to_what_was_deleted() {
    let deletion = [Op::Delete(vec![1]), Op::DeleteBefore(1)];
    for tier in TIERS {
        let found = outcome(Scene::new(tier, 1).expect("a card"), &deletion, 0..2);
        // Without the control the rest would prove nothing.
        let control = tier != Tier::Memory;
        // The page says that a laboratory could bring it back which has every old block of the card.
        let slots = tier == Tier::Card;
        assert_eq!(found, Outcome { control, slots, ..Outcome::default() }, "{tier:?}");
    }
}

#[needs::test(disk)]
fn a2_a_root_in_a_file_on_the_card_is_found() {
    let scene = Scene::with_chip_on_card(1).expect("a card");
    let found = outcome(scene, &[Op::Delete(vec![1])], 1..2);
    assert!(found.control && found.windows, "the attack finds nothing: {found:?}");
}
