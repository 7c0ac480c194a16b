//! B: killed or without power at any moment.

use std::path::Path;

use audit::place::TIERS;
use audit::tally::Tally;
use audit::{block_on, kill};

const PROGRAM: &str = env!("CARGO_BIN_EXE_audit");

/// In the quick part every third call is killed; the long part does all.
const STRIDE: u32 = 3;

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
