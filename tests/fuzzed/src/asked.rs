//! The terminal's socket from both ends, and configuration files.

use std::sync::LazyLock;
use std::time::SystemTime;

use daemon::terminal::{Request, answer};
use store::{Config, Store, Tier};

use crate::{RUNTIME, folder};

/// A store in memory with a few turns.
static SPEAKER: LazyLock<Store> = LazyLock::new(|| {
    let config = Config { root: Tier::Memory, ..Config::default() };
    // It is used as long as the process runs, and what it holds cannot be read afterwards.
    let store = RUNTIME.block_on(Store::open(&folder().keep(), &config)).expect("a store");
    for text in ["turn on the light", "what day is it"] {
        let said = voice::testing::turn(text, voice::testing::noise(1600));
        let kept = RUNTIME.block_on(store.record(&said, SystemTime::now(), "kitchen"));
        assert!(kept.is_ok_and(|kept| kept.is_some()));
    }
    store
});

/// What a terminal asks of the running speaker.
pub fn terminal(bytes: &[u8]) {
    let Ok(request) = serde_json::from_slice::<Request>(bytes) else { return };
    // It reads a device that the person names.
    if matches!(request, Request::Prove { .. }) {
        return;
    }
    let store = &*SPEAKER;
    RUNTIME.block_on(async {
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
}

/// What a terminal is answered, by whoever sits behind the socket.
pub fn answers(bytes: &[u8]) {
    let mut written = Vec::new();
    let answered = daemon::terminal::read_answer(bytes, &mut written);
    assert!(written.len() <= bytes.len(), "only what was sent is shown");
    if let Err(error) = answered {
        assert!(!daemon::one_line(&error).contains('\n'), "an error is one line");
    }
}

/// Configuration, house files and durations.
pub fn settings(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok((config, _)) = daemon::config::parse(text) {
        let _ = home::House::new(&config.home);
    }
    if let Ok(config) = home::Config::from_yaml(text) {
        let _ = home::House::new(&config);
    }
    let _ = text.parse::<store::Keep>();
}
