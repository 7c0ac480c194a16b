//! Somebody opens more connections to the page than the speaker may have files, and says half of something over each.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use e2e::binary::{self, Running, Stream};
use e2e::typed;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// How many files a service may have open by default, Debian's soft limit.
const FILES: usize = 1024;
/// Connections that are opened to it.
const CONNECTIONS: usize = 1400;
/// Files that are left to sound and store at the least.
const LEFT: usize = 64;

/// B3: the page answers meanwhile, terminals are answered, and there are files left.
#[test]
fn half_requests_keep_nobody_from_anything() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current.is_some_and(|current| current < 2 * CONNECTIONS as u64) {
        let raised = Rlimit { current: maximum, maximum };
        setrlimit(Resource::Nofile, raised).expect("this test has files for its own ends");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mut limited = Command::new("prlimit");
    limited.arg(format!("--nofile={FILES}:{FILES}")).arg("--");
    let hark = typed::command(folder.path(), Path::new("data"));
    let mut speaker = Running::start(&mut binary::under(limited, &hark), Stream::Stderr);
    let page = speaker.page();
    typed::ask_and_keep(&page, "what day is it");
    // A page that is open stays so.
    let mut events = page.events();

    let mut held = Vec::new();
    for number in 0..CONNECTIONS {
        let mut stream = TcpStream::connect(page.address).expect("the port is open");
        // It may be cut already.
        let _ = write!(stream, "GET / HTTP/1.1\r\nHost: {}\r\n", page.address);
        held.push(stream);
        if number % 100 == 99 {
            assert_eq!(page.get("/healthz").status, 200);
            assert!(page.text("/").contains("what day is it"), "who was let in sees the history");
        }
    }
    let open = std::fs::read_dir(format!("/proc/{}/fd", speaker.id())).expect("its files");
    let open = open.count();
    assert!(open + LEFT <= FILES, "{open} files are open");
    let mut delete = binary::command(folder.path());
    delete.args(["history", "delete", "--all", "--data", "data"]);
    let deleted = delete.output().expect("hark runs");
    assert_eq!(String::from_utf8_lossy(&deleted.stdout), "1 deleted\n");
    events.wait_for("history");
    assert!(page.text("/").contains("Nothing is kept"));
    // And most of them are gone without anybody's waiting for them.
    let first = held.first_mut().expect("a connection");
    first.set_read_timeout(Some(Duration::from_secs(5))).expect("a limit");
    let cut = first.read(&mut [0]);
    let is_cut = match &cut {
        Ok(read) => *read == 0,
        Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
    };
    assert!(is_cut, "{cut:?}");
    let (status, said) = speaker.stop();
    assert!(status.success(), "it stops although they last: {status}");
    assert!(!said.iter().any(|line| line.contains("too many") || line.contains("Too many")));
    drop(held);
}
