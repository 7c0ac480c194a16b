//! What a terminal asks of the running speaker, and its answers.
#![no_main]

use std::sync::LazyLock;
use std::time::SystemTime;

use daemon::terminal::{Request, answer};
use store::{Config, Store, Tier};
use tokio::runtime::Runtime;

/// A store in memory with a few turns.
static SPEAKER: LazyLock<(Runtime, Store)> = LazyLock::new(|| {
    let runtime = Runtime::new().expect("a runtime");
    let folder = std::env::temp_dir().join(format!("hark-fuzz-{}", std::process::id()));
    let config = Config { root: Tier::Memory, ..Config::default() };
    let store = runtime.block_on(Store::open(&folder, &config)).expect("a store");
    for text in ["turn on the light", "what day is it"] {
        let said = voice::testing::turn(text, voice::testing::noise(1600));
        let kept = runtime.block_on(store.record(&said, SystemTime::now(), "kitchen"));
        assert!(kept.is_ok_and(|kept| kept.is_some()));
    }
    (runtime, store)
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(request) = serde_json::from_slice::<Request>(bytes) else { return };
    // It reads a device that the person names.
    if matches!(request, Request::Prove { .. }) {
        return;
    }
    let (runtime, store) = &*SPEAKER;
    runtime.block_on(async {
        let (pieces, mut taken) = tokio::sync::mpsc::channel(1);
        let answered = async {
            let done = answer(request, store, &pieces).await;
            drop(pieces);
            done
        };
        let read = async { while taken.recv().await.is_some() {} };
        // What cannot be done is said to whoever asked.
        let _ = tokio::join!(answered, read);
    });
});
