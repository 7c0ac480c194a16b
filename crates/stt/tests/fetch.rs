//! `models/fetch`, with files and with a server on this machine that may be broken or hostile.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn fetch(folder: &Path, manifest: &str, name: &str) -> Output {
    let path = folder.join("manifest.toml");
    std::fs::write(&path, manifest).expect("written");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/fetch");
    Command::new("sh")
        .args([script, name])
        .arg(folder.join("models"))
        .env("HARK_MODEL_MANIFEST", path)
        .output()
        .expect("sh is there")
}

fn entry(folder: &Path, hash: &str) -> String {
    let source = folder.join("source.bin");
    std::fs::write(&source, "abc").expect("written");
    format!(
        "[[model]]\nname = \"a\"\nfile = \"a.bin\"\nurl = \"file://{}\"\nsha256 = \"{hash}\"\n",
        source.display()
    )
}

#[test]
fn a_right_file_is_kept_and_a_half_one_is_completed() {
    let folder = tempfile::tempdir().expect("a folder");
    let manifest = entry(folder.path(), ABC);
    std::fs::create_dir(folder.path().join("models")).expect("made");
    std::fs::write(folder.path().join("models/a.bin.part"), "a").expect("written");
    for _ in 0..2 {
        let output = fetch(folder.path(), &manifest, "a");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(std::fs::read(folder.path().join("models/a.bin")).expect("there"), b"abc");
        assert!(!folder.path().join("models/a.bin.part").exists());
    }
}

#[test]
fn a_wrong_file_is_deleted_and_one_without_a_hash_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let cases = [
        (entry(folder.path(), &ABC.replace("ba78", "ba79")), "a", "not the file it should be"),
        (entry(folder.path(), ABC).replace("sha256", "#"), "a", "no hash"),
        (entry(folder.path(), ABC), "b", "no model"),
        (entry(folder.path(), ABC).replace("source.bin", "gone.bin"), "a", "the download stopped"),
        (entry(folder.path(), ABC).replace("\"a.bin\"", "\"../a.bin\""), "a", "odd file"),
    ];
    for (manifest, name, part) in cases {
        let output = fetch(folder.path(), &manifest, name);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{part}: {said}");
        assert!(said.contains(part), "{part}: {said}");
        let left = std::fs::read_dir(folder.path().join("models")).map_or(0, Iterator::count);
        assert_eq!(left, 0, "{part}: something was kept");
    }
}

/// What a server does.
#[derive(Clone, Copy)]
enum Served {
    /// What was asked for.
    Whole,
    /// Only so many bytes of the first answer.
    CutAt(usize),
    /// Zeros without a length and without an end.
    Endless,
}

/// A server of one file on this machine.
struct Server {
    url: String,
    /// How often it was asked.
    asked: Arc<AtomicUsize>,
}

impl Server {
    fn start(file: &str, bytes: Vec<u8>, served: Served) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/{file}", listener.local_addr().expect("an address"));
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let first = count.fetch_add(1, Ordering::SeqCst) == 0;
                // Who was cut off or has had enough goes away.
                let _ = answer(stream, &bytes, served, first);
            }
        });
        Self { url, asked }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn answer(mut stream: TcpStream, bytes: &[u8], served: Served, first: bool) -> std::io::Result<()> {
    let mut from = 0;
    for line in BufReader::new(stream.try_clone()?).lines() {
        let line = line?.to_lowercase();
        if let Some(range) = line.strip_prefix("range: bytes=") {
            from = range.trim_end_matches('-').parse().unwrap_or(0);
        }
        if line.is_empty() {
            break;
        }
    }
    if matches!(served, Served::Endless) {
        stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")?;
        loop {
            stream.write_all(&[0; 4096])?;
        }
    }
    let rest = bytes.get(from..).unwrap_or_default();
    let (status, whole) = (if from > 0 { "206 Partial Content" } else { "200 OK" }, bytes.len());
    let mut head = format!("HTTP/1.1 {status}\r\nConnection: close\r\n");
    let _ = write!(head, "Content-Length: {}\r\n", rest.len());
    let _ = write!(head, "Content-Range: bytes {from}-{}/{whole}\r\n\r\n", whole.max(1) - 1);
    stream.write_all(head.as_bytes())?;
    match served {
        Served::CutAt(end) if first => stream.write_all(&rest[..end]),
        _ => stream.write_all(rest),
    }
}

/// What may stand in an archive.
enum Entry<'a> {
    File(&'a str, &'a [u8]),
    Symlink(&'a str, &'a str),
    Hardlink(&'a str, &'a str),
}

/// An archive as nobody's `tar` would write it.
fn archive(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut archive = Vec::new();
    for entry in entries {
        let (name, kind, link, bytes) = match *entry {
            Entry::File(name, bytes) => (name, b'0', "", bytes),
            Entry::Hardlink(name, link) => (name, b'1', link, &[][..]),
            Entry::Symlink(name, link) => (name, b'2', link, &[][..]),
        };
        let mut head = [0; 512];
        let mut put = |at: usize, what: &[u8]| head[at..at + what.len()].copy_from_slice(what);
        put(0, name.as_bytes());
        put(100, b"0000644\x000000000\x000000000\0");
        put(124, format!("{:011o}\0", bytes.len()).as_bytes());
        put(136, b"00000000000\0        ");
        put(156, &[kind]);
        put(157, link.as_bytes());
        put(257, b"ustar\x0000");
        let sum: u32 = head.iter().map(|byte| u32::from(*byte)).sum();
        head[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        archive.extend_from_slice(&head);
        archive.extend_from_slice(bytes);
        archive.resize(archive.len().next_multiple_of(512), 0);
    }
    archive.resize(archive.len() + 1024, 0);
    archive
}

/// The model `z` with one member, `m.onnx`, of `bytes` that are `abc` and zeros behind it.
fn archived(url: &str, bytes: usize, hash: &str) -> String {
    format!(
        "[[model]]\nname = \"z\"\nfile = \"z\"\nurl = \"{url}\"\n\n\
         [[model.member]]\nfile = \"m.onnx\"\nbytes = {bytes}\nsha256 = \"{hash}\"\n"
    )
}

/// What is in the folder of models, sorted.
fn models(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder.join("models")).into_iter().flatten();
    let mut names: Vec<_> = entries
        .map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn members_of_an_archive_are_found_by_their_hashes() {
    let folder = tempfile::tempdir().expect("a folder");
    let bytes = archive(&[Entry::File("x/README", b"xyz"), Entry::File("x/other.onnx", b"abc")]);
    let server = Server::start("a.tar", bytes, Served::Whole);
    let wrong = fetch(folder.path(), &archived(&server.url, 3, &ABC.replace('b', "c")), "z");
    assert_eq!(wrong.status.code(), Some(1));
    assert!(said(&wrong).contains("there is no m.onnx"), "{}", said(&wrong));
    assert_eq!(models(folder.path()), [""; 0], "nothing is kept");
    let asked = server.asked();
    // Of a folder that lacks one it gets what is missing, and leaves what somebody put there.
    std::fs::create_dir(folder.path().join("models/z")).expect("made");
    std::fs::write(folder.path().join("models/z/notes"), "mine").expect("written");
    let manifest = archived(&server.url, 3, ABC);
    for _ in 0..2 {
        let right = fetch(folder.path(), &manifest, "z");
        assert!(right.status.success(), "{}", said(&right));
        assert_eq!(models(folder.path()), ["z"]);
        let model = folder.path().join("models/z");
        assert_eq!(std::fs::read(model.join("m.onnx")).expect("there"), b"abc");
        assert_eq!(std::fs::read(model.join("notes")).expect("there"), b"mine");
    }
    assert_eq!(server.asked(), asked + 1, "what is there is not fetched again");
}

#[test]
fn a_download_that_was_cut_leaves_no_model_and_is_completed() {
    let folder = tempfile::tempdir().expect("a folder");
    let bytes = archive(&[Entry::File("m", b"abc")]);
    let server = Server::start("a.tar", bytes, Served::CutAt(700));
    let manifest = archived(&server.url, 3, ABC);
    let cut = fetch(folder.path(), &manifest, "z");
    assert_eq!(cut.status.code(), Some(1));
    assert!(said(&cut).contains("run it again to go on"), "{}", said(&cut));
    assert_eq!(models(folder.path()), ["z.part"]);
    // As if the machine had stopped while it was unpacked.
    let left = folder.path().join("models/.fetch/model");
    std::fs::create_dir_all(&left).expect("made");
    std::fs::write(left.join("m.onnx"), "a").expect("written");
    let whole = fetch(folder.path(), &manifest, "z");
    assert!(whole.status.success(), "{}", said(&whole));
    assert_eq!(models(folder.path()), ["z"]);
    assert_eq!(std::fs::read(folder.path().join("models/z/m.onnx")).expect("there"), b"abc");
}

#[test]
fn what_is_larger_than_it_may_be_is_thrown_away() {
    let folder = tempfile::tempdir().expect("a folder");
    let endless = Server::start("a.tar", Vec::new(), Served::Endless);
    let told = Server::start("a.tar", vec![0; 3_000_000], Served::Whole);
    let single = |url: &str| {
        format!(
            "[[model]]\nname = \"z\"\nfile = \"z\"\nurl = \"{url}\"\nmegabytes = 0.5\nsha256 = \"{ABC}\"\n"
        )
    };
    for server in [&endless, &told] {
        for manifest in [archived(&server.url, 3, ABC), single(&server.url)] {
            let output = fetch(folder.path(), &manifest, "z");
            assert_eq!(output.status.code(), Some(1));
            assert!(said(&output).contains("larger than it should be"), "{}", said(&output));
            assert_eq!(models(folder.path()), [""; 0]);
        }
    }
    // Half a kilobyte that becomes megabytes, of which the member is the last.
    let zeros = vec![0; 2_000_000];
    let bomb = packed(&archive(&[Entry::File("zeros", &zeros), Entry::File("m", b"abc")]));
    assert!(bomb.len() < 10_000);
    let server = Server::start("a.tar.bz2", bomb, Served::Whole);
    let output = fetch(folder.path(), &archived(&server.url, 3, ABC), "z");
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("there is no m.onnx"), "{}", said(&output));
    assert_eq!(models(folder.path()), [""; 0]);
    // The same within the bounds.
    let small =
        packed(&archive(&[Entry::File("zeros", &zeros[..500_000]), Entry::File("m", b"abc")]));
    let server = Server::start("a.tar.bz2", small, Served::Whole);
    let output = fetch(folder.path(), &archived(&server.url, 3, ABC), "z");
    assert!(output.status.success(), "{}", said(&output));
}

/// As `bzip2` packs it.
fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut command = Command::new("bzip2");
    let command = command.arg("-c").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut bzip2 = command.spawn().expect("bzip2 is there");
    let mut input = bzip2.stdin.take().expect("an input");
    let mut packed = Vec::new();
    std::thread::scope(|scope| {
        scope.spawn(move || input.write_all(bytes).expect("it takes them"));
        let output = bzip2.stdout.as_mut().expect("an output");
        output.read_to_end(&mut packed).expect("it gives them");
    });
    assert!(bzip2.wait().expect("it ended").success());
    packed
}

#[test]
fn names_and_links_in_an_archive_lead_nowhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let outside = tempfile::tempdir().expect("a folder");
    let path = outside.path().display().to_string();
    std::fs::write(outside.path().join("secret"), "abc").expect("written");
    let secret = format!("{path}/secret");
    let through = format!("{path}/written");
    // None of them is the member, though all lead to its bytes.
    let links = [
        Entry::Symlink("m.onnx", &secret),
        Entry::Hardlink("h.onnx", &secret),
        Entry::Symlink("model", &path),
        Entry::File("model/written", b"xyz"),
        Entry::File("../../written", b"xyz"),
        Entry::File(&through, b"xyz"),
    ];
    let server = Server::start("a.tar", archive(&links), Served::Whole);
    let output = fetch(folder.path(), &archived(&server.url, 3, ABC), "z");
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("there is no m.onnx"), "{}", said(&output));
    assert_eq!(models(folder.path()), [""; 0]);
    // The member itself may be called nearly what it likes.
    let named = [Entry::Symlink("model", &path), Entry::File("/etc/m.onnx", b"abc")];
    let server = Server::start("a.tar", archive(&named), Served::Whole);
    let output = fetch(folder.path(), &archived(&server.url, 3, ABC), "z");
    assert!(output.status.success(), "{}", said(&output));
    let member = folder.path().join("models/z/m.onnx");
    assert!(member.symlink_metadata().expect("there").is_file());
    assert_eq!(models(folder.path()), ["z"]);
    let left: Vec<_> = std::fs::read_dir(outside.path()).expect("readable").collect();
    assert_eq!(left.len(), 1, "nothing was written outside");
    assert_eq!(std::fs::read(outside.path().join("secret")).expect("there"), b"abc");
}

#[test]
fn a_link_in_the_place_of_a_download_is_not_followed() {
    let folder = tempfile::tempdir().expect("a folder");
    let victim = folder.path().join("victim");
    std::fs::write(&victim, "").expect("written");
    std::fs::create_dir(folder.path().join("models")).expect("made");
    std::os::unix::fs::symlink(&victim, folder.path().join("models/a.bin.part")).expect("made");
    let output = fetch(folder.path(), &entry(folder.path(), ABC), "a");
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(std::fs::read(&victim).expect("there"), b"");
    let model = folder.path().join("models/a.bin");
    assert!(model.symlink_metadata().expect("there").is_file());
    assert_eq!(std::fs::read(model).expect("there"), b"abc");
}
