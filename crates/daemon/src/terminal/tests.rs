//! Terminals that ask at the same time.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;
use std::time::{Duration, SystemTime};

use store::Store;
use tokio::runtime::Runtime;
use voice::testing::turn;
use voice::{Pcm, Turn};

use super::{Answerer, Deletion, Request, ask_speaker, serve};

/// Longest wait for what must come.
const DEADLINE: Duration = Duration::from_secs(20);

/// How many turns there are.
const TURNS: usize = 40;

/// A folder with so many turns, each of which has more words than a socket holds; and one of them.
fn full_history(folder: &Path, runtime: &Runtime) -> (PathBuf, Store, Turn) {
    let hour = "1h".parse().expect("an hour");
    let retention = store::Retention { audio: hour, text: hour, false_wakes: hour };
    let config = store::Config { retention, ..store::Config::default() };
    let data = folder.join("data");
    let store = runtime.block_on(Store::open(&data, &config)).expect("a store");
    // Words, since sound is looked for again before each piece.
    let now = SystemTime::now();
    let said = turn(&"turn on the light ".repeat(2000), Pcm::default());
    for _ in 0..TURNS {
        let recorded = runtime.block_on(store.record(&said, now, "kitchen"));
        assert!(recorded.expect("it is recorded").is_some());
    }
    (data, store, said)
}

/// A terminal that has asked for everything and read the beginning.
fn begun_export(data: &Path) -> UnixStream {
    let mut export = loop {
        match UnixStream::connect(data.join("socket")) {
            Ok(stream) => break stream,
            Err(_) => std::thread::yield_now(),
        }
    };
    export.set_read_timeout(Some(DEADLINE)).expect("a deadline");
    export.write_all(b"\"Export\"\n").expect("it is asked");
    export.read_exact(&mut [0; 512]).expect("it begins");
    export
}

/// A6, A7: an export that is under way when something is deleted ends there and is not whole, and whoever
/// deletes waits for no other terminal.
#[test]
fn an_export_is_cut_by_a_deletion() {
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = Runtime::new().expect("a runtime");
    let (data, store, said) = full_history(folder.path(), &runtime);
    let (hub, _asked) = tokio::sync::mpsc::channel(1);
    runtime.spawn(serve(Answerer { store: store.clone(), hub, sign_in: None }));
    let mut export = begun_export(&data);
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

/// A6: nor does it wait for terminals that read nothing (`history export | less`), however many there are.
#[test]
fn whoever_deletes_waits_for_nobody_who_does_not_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = Runtime::new().expect("a runtime");
    let (data, store, _) = full_history(folder.path(), &runtime);
    let (hub, _asked) = tokio::sync::mpsc::channel(1);
    runtime.spawn(serve(Answerer { store, hub, sign_in: None }));
    let exports: Vec<_> = (0..8).map(|_| begun_export(&data)).collect();
    let connect = |_| UnixStream::connect(data.join("socket")).expect("it is taken");
    let silent: Vec<_> = (0..40).map(connect).collect();
    let (done, deleted) = sync_channel(1);
    std::thread::spawn(move || {
        let mut told = Vec::new();
        let asked = ask_speaker(&data, &Request::Delete(Deletion::All), &mut told);
        let _ = done.send((asked.is_ok_and(|ran| ran), told));
    });
    let deleted = deleted.recv_timeout(DEADLINE).expect("it is answered");
    assert_eq!(deleted, (true, b"40 deleted\n".to_vec()));
    drop((silent, exports));
}
