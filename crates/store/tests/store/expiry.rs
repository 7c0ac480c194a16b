//! Whatever is recorded under whatever retention: after a sweep nothing older remains.

use std::time::Duration;

use crate::common::{keep, noon, rig};
use proptest::prelude::*;
use store::Filter;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn nothing_outlives_its_time(
        minutes in prop::collection::vec(0_u64..600, 1..12),
        keep_text in 1_u64..300,
        keep_audio in 1_u64..300,
        now in 0_u64..900,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let rig = rig(&keep(&format!("{keep_audio}m"), &format!("{keep_text}m"))).await;
            let minute = |m: u64| Duration::from_secs(60 * m);
            for (i, &at) in minutes.iter().enumerate() {
                rig.say(&format!("utterance-{i}-end"), noon() + minute(at)).await;
            }
            let swept = rig.store.sweep(noon() + minute(now)).await.unwrap();
            let mut sounds = 0;
            for (i, &at) in minutes.iter().enumerate() {
                let alive = at + keep_text > now;
                let find = Filter { text: Some(format!("utterance-{i}-end")), ..Filter::default() };
                prop_assert_eq!(rig.store.count(&find, noon() + minute(now)), u64::from(alive));
                sounds += usize::from(at + keep_audio > now);
            }
            prop_assert_eq!(rig.clips(), sounds);
            let kept = keep_text.max(keep_audio);
            let listed = rig.texts(&Filter::default(), noon() + minute(now)).len();
            prop_assert_eq!(listed, minutes.iter().filter(|&at| at + kept > now).count());
            let due = minutes.iter().flat_map(|at| [at + keep_text, at + keep_audio]);
            let next = due.filter(|&due| due > now).min().map(|due| noon() + minute(due));
            prop_assert_eq!(swept.next, next);
            Ok(())
        })?;
    }
}
