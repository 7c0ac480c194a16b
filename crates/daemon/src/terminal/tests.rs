//! Terminals that ask at the same time.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::time::{Duration, SystemTime};

use tokio::runtime::Runtime;
use voice::Pcm;
use voice::testing::turn;

use super::{Deletion, Request, ask_speaker, serve};

/// Longest wait for what must come.
const DEADLINE: Duration = Duration::from_secs(20);

/// How many turns there are.
const TURNS: usize = 40;

/// A6, A7: an export that is under way when something is deleted ends there and is not whole, and whoever
/// deletes waits for no other terminal.
#[test]
fn an_export_is_cut_by_a_deletion() {
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = Runtime::new().expect("a runtime");
    let hour = "1h".parse().expect("an hour");
    let retention = store::Retention { audio: hour, text: hour, false_wakes: hour };
    let config = store::Config { retention, ..store::Config::default() };
    let data = folder.path().join("data");
    let store = runtime.block_on(store::Store::open(&data, &config)).expect("a store");
    // Words, since sound is looked for again before each piece; more of them than a socket holds.
    let now = SystemTime::now();
    let said = turn(&"turn on the light ".repeat(2000), Pcm::default());
    for _ in 0..TURNS {
        let recorded = runtime.block_on(store.record(&said, now, "kitchen"));
        assert!(recorded.expect("it is recorded").is_some());
    }
    let (hub, _asked) = tokio::sync::mpsc::channel(1);
    runtime.spawn(serve(data.clone(), store.clone(), hub));
    let mut export = loop {
        match UnixStream::connect(data.join("socket")) {
            Ok(stream) => break stream,
            Err(_) => std::thread::yield_now(),
        }
    };
    export.set_read_timeout(Some(DEADLINE)).expect("a deadline");
    export.write_all(b"\"Export\"\n").expect("it is asked");
    let mut head = [0; 512];
    export.read_exact(&mut head).expect("it begins");
    let mut deleted = Vec::new();
    let asked = ask_speaker(&data, &Request::Delete(Deletion::All), &mut deleted);
    assert!(asked.expect("it is deleted") && deleted == b"40 deleted\n");
    let mut rest = Vec::new();
    export.read_to_end(&mut rest).expect("it ends");
    // A whole one ends with a frame that says so and has no length.
    assert!(!rest.ends_with(b"e\0\0\0\0"), "{} bytes", rest.len());
    let words = said.transcript.map_or(0, |transcript| transcript.text.expose().len());
    assert!(rest.len() < TURNS * words / 2, "{} bytes", rest.len());
    let mut left = Vec::new();
    assert!(ask_speaker(&data, &Request::Export, &mut left).expect("it is exported"));
    assert_eq!(left, vec![0; 1024], "an archive with nothing in it");
}
