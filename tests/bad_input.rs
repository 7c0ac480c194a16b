//! What goes wrong says in one line what to do, and loses nothing that is stored.

use std::fs::Permissions;
use std::io::Read as _;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, ExitCode, Output, Stdio};

use e2e::binary::{self, Running, Stream};
use e2e::page::Page;
use e2e::rig;
use e2e::typed::{self, ask, ask_and_keep, start};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let tests: [(&str, fn()); 10] = [
        ("a_terminal_that_nobody_reads_keeps_no_speaker_waiting", unread_terminal),
        ("mistakes_end_with_one_line", mistakes_end_with_one_line),
        ("missing_devices_leave_the_page", missing_devices_leave_the_page),
        ("a_busy_port_leaves_the_voice", a_busy_port_leaves_the_voice),
        ("a_damaged_history_leaves_the_voice", a_damaged_history_leaves_the_voice),
        ("a_cover_of_no_class_is_named", a_cover_of_no_class_is_named),
        ("a_folder_that_cannot_be_opened_mutes", a_folder_that_cannot_be_opened_mutes),
        ("a_second_speaker_ends_with_one_line", a_second_speaker_ends_with_one_line),
        ("an_incomplete_network_is_named", an_incomplete_network_is_named),
        ("a_log_that_cannot_be_written_ends_nothing", a_log_that_cannot_be_written_ends_nothing),
    ];
    let tests = tests.map(|(name, test)| Trial::test(name, move || check(test)));
    let disk = Trial::test("a_full_disk_leaves_what_is_stored", || check(a_full_disk));
    let disk = disk
        .with_ignored_flag(Disk::mount(tempfile::tempdir().expect("a folder").path()).is_none());
    libtest_mimic::run(&Arguments::from_args(), tests.into_iter().chain([disk]).collect())
        .exit_code()
}

#[expect(clippy::unnecessary_wraps, reason = "libtest-mimic wants a result; a panic is one too")]
fn check(test: fn()) -> Result<(), Failed> {
    test();
    Ok(())
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn mistakes_end_with_one_line() {
    let folder = folder();
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("a file is written");
    };
    write("notes.md", "# Notes\n\nThis is no sound, and no model.\n");
    write("key.toml", "[wake]\ntreshold = 0.5\n");
    write("value.toml", "[store.retention]\ntext = \"forever\"\n");
    write("open.toml", "[web]\nlisten = \"0.0.0.0:0\"\n");
    // Somebody's decoder stops at a sound of no samples a second.
    audio::write_file(folder.path().join("still.wav"), &[0.5; 1_600]).expect("a sound");
    let mut still = std::fs::read(folder.path().join("still.wav")).expect("it is there");
    still[24..28].fill(0);
    std::fs::write(folder.path().join("still.wav"), still).expect("a file is written");
    let model = folder.path().join("notes.md");
    let model =
        format!("[stt]\nengine = \"whisper\"\nwhisper_model = {:?}\n", model.display().to_string());
    write("model.toml", &model);
    // What is typed, how it ends, and what its one line says: what is wrong, and what to do.
    let cases: [(&str, i32, &[&str]); 8] = [
        ("hear notes.md", 1, &["notes.md", "WAV, FLAC or OGG"]),
        ("hear still.wav", 1, &["still.wav", "WAV, FLAC or OGG"]),
        ("hear missing.wav", 1, &["missing.wav", "No such file"]),
        ("run --config key.toml", 1, &["key.toml:2", "treshold", "did you mean 'threshold'"]),
        ("run --config value.toml", 1, &["value.toml:2", "forever"]),
        ("run --config missing.toml", 1, &["missing.toml", "No such file"]),
        ("run --data data --config open.toml", 1, &["no password", "set web.listen to 127.0.0.1"]),
        ("run --data data --config model.toml", 1, &["notes.md", "models/fetch"]),
    ];
    for (typed, code, expected) in cases {
        let output = run(folder.path(), typed);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{typed}: {said}");
        let lines: Vec<_> = said.lines().filter(|line| !is_log(line)).collect();
        let [line] = lines[..] else { panic!("{typed}: {said}") };
        assert!(
            line.starts_with("hark: ") && expected.iter().all(|words| line.contains(words)),
            "{typed}: {line}"
        );
    }
    let output = run(folder.path(), "run --sorce speech.wav");
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("--sorce") && said.contains("--source"), "{said}");
}

/// A blind could be a door: whoever wonders why no voice opens it is told before.
fn a_cover_of_no_class_is_named() {
    let folder = folder();
    let mut config = daemon::Config { home: home::Config::default(), ..typed::config() };
    for device in &mut config.home.device {
        device.device_class = device.device_class.take().filter(|class| class != "blind");
    }
    binary::configure(folder.path(), &config);
    let checked = run(folder.path(), "config check --config config.toml");
    let said = text(&checked.stdout);
    let warning = said.lines().find(|line| line.contains("cover.bedroom_blinds"));
    assert!(warning.is_some_and(|line| line.contains("device_class")), "{said}");
    assert!(!said.contains("cover.garage_door"), "it has one: {said}");
    let data = folder.path().join("data");
    let mut hark = binary::command(folder.path());
    hark.args(["run", "--config", "config.toml", "--data"]).arg(&data);
    let mut speaker = Running::start(&mut hark, Stream::Stderr);
    speaker.wait_for("no voice opens cover.bedroom_blinds");
    let (status, _) = speaker.stop();
    assert!(status.success(), "{status}");
}

fn run(folder: &Path, typed: &str) -> Output {
    binary::command(folder).args(typed.split(' ')).output().expect("hark runs")
}

/// Whether it is a line of the log of a running speaker.
fn is_log(line: &str) -> bool {
    ["INFO", "WARN", "ERROR"].iter().any(|level| line.trim_start().starts_with(level))
}

fn warnings<'a>(said: &'a [String], about: &str) -> Vec<&'a String> {
    said.iter().filter(|line| line.contains("WARN") && line.contains(about)).collect()
}

fn missing_devices_leave_the_page() {
    let folder = folder();
    let (speaker, page) = start(folder.path(), &folder.path().join("data"));
    ask(&page, "turn on the kitchen light");
    assert_eq!(page.state("light.kitchen"), "on");
    ask(&page, "turn off the kitchen light");
    assert_eq!(page.state("light.kitchen"), "off");
    let (status, said) = speaker.stop();
    assert!(status.success(), "{status}: {said:?}");
    for device in ["microphone", "loudspeaker"] {
        let lines = warnings(&said, device);
        assert_eq!(lines.len(), 1, "{device} once: {said:?}");
        assert!(lines[0].contains("hark audio list"), "{said:?}");
    }
}

/// A speaker that hears one command from a recording and then ends.
const HEARS: &str = "run --config config.toml --data data --source speech.wav --sink replies.wav";

/// Lets a speaker hear one command from a recording: its log, and the sound of its answers.
fn hear(folder: &Path, listen: Option<u16>) -> (Vec<String>, f64) {
    say_to_it(folder, listen);
    let output = run(folder, HEARS);
    let said: Vec<_> = text(&output.stderr).lines().map(str::to_owned).collect();
    assert!(output.status.success(), "{said:?}");
    let replies = audio::read_file(folder.join("replies.wav")).expect("answers are written");
    (said, rig::seconds_of_sound(&replies))
}

/// Writes the recording and the configuration of [`HEARS`].
fn say_to_it(folder: &Path, listen: Option<u16>) {
    let (speech, mut config) = rig::command("rhasspy_turn_on_living_room_lamp", "turn on the lamp");
    audio::write_file(folder.join("speech.wav"), speech.samples()).expect("speech is written");
    config.web.listen.set_port(listen.unwrap_or_default());
    binary::configure(folder, &config);
}

/// Sound of a reply and its chimes, in seconds.
const LEAST_REPLY_S: f64 = 0.8;

fn a_busy_port_leaves_the_voice() {
    let folder = folder();
    let busy = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = busy.local_addr().expect("it has a number").port();
    let (said, sound) = hear(folder.path(), Some(port));
    let lines = warnings(&said, "the port is in use");
    assert!(lines.len() == 1 && lines[0].contains("set web.listen to another port"), "{said:?}");
    assert!(sound > LEAST_REPLY_S, "{sound} s of sound");
    let kept = text(&run(folder.path(), "history list --data data").stdout);
    assert!(kept.contains("lamp"), "the turn is stored: {kept}");
}

fn a_damaged_history_leaves_the_voice() {
    let folder = folder();
    let data = folder.path().join("data");
    private_folder(&data);
    let damaged = "This is no database. ".repeat(1000);
    std::fs::write(data.join("vault.db"), &damaged).expect("a damaged history");
    let (said, sound) = hear(folder.path(), None);
    let lines = warnings(&said, "the history was lost");
    assert_eq!(lines.len(), 1, "{said:?}");
    assert!(sound > LEAST_REPLY_S, "{sound} s of sound");
    // It goes on, and no copy is put aside.
    let kept = text(&run(folder.path(), "history list --data data").stdout);
    assert!(kept.contains("lamp"), "the turn is stored: {kept}");
    for file in std::fs::read_dir(&data).expect("the folder").flatten() {
        let bytes = std::fs::read(file.path()).unwrap_or_default();
        let is_left = bytes.windows(20).any(|part| part == &damaged.as_bytes()[..20]);
        assert!(!is_left, "{}", file.file_name().display());
    }
}

/// Nobody knows then whether somebody has muted it.
fn a_folder_that_cannot_be_opened_mutes() {
    let folder = folder();
    let data = folder.path().join("data");
    std::fs::create_dir(&data).expect("a data folder");
    let allow = |mode| {
        std::fs::set_permissions(&data, Permissions::from_mode(mode)).expect("it is ours");
    };
    allow(0o755);
    let free = TcpListener::bind("127.0.0.1:0").expect("a port");
    let page = Page::of_stranger(free.local_addr().expect("it has a number"));
    drop(free);
    say_to_it(folder.path(), Some(page.address.port()));
    let mut hark = binary::command(folder.path());
    let mut speaker = Running::start(hark.args(HEARS.split(' ')), Stream::Stderr);
    let why = speaker.wait_for("the speaker is muted until that works");
    assert!(why.contains("chmod 700"), "{why}");
    let shown = page.get("/settings");
    assert_eq!(shown.status, 503);
    let shown = shown.text();
    assert!(shown.contains("The speaker is muted") && shown.contains("chmod 700"), "{shown}");
    allow(0o700);
    // Then it hears, and ends with the recording.
    let (status, said) = speaker.end();
    assert!(status.success(), "{status}: {said:?}");
    assert_eq!(warnings(&said, "the speaker is muted").len(), 1, "it says so once: {said:?}");
    let kept = text(&run(folder.path(), "history list --data data").stdout);
    assert!(kept.contains("lamp"), "the turn is stored: {kept}");
}

/// What nobody reads has the folder for seconds at the most, once a speaker waits for it.
fn unread_terminal() {
    let folder = folder();
    let data = folder.path().join("data");
    say_to_it(folder.path(), None);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let store = store::Store::open(&data, &store::Config::default()).await.expect("a store");
        // More than a pipe holds.
        let turn = voice::testing::turn(&"turn on the light ".repeat(2000), voice::Pcm::default());
        for _ in 0..20 {
            let now = std::time::SystemTime::now();
            store.record(&turn, now, "kitchen").await.expect("it is recorded");
        }
        store.close().await;
    });
    let mut export = binary::command(folder.path());
    let export = export.args("history export --data data".split(' '));
    let mut export = export.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    let mut read = export.stdout.take().expect("what it says");
    read.read_exact(&mut [0; 512]).expect("it has begun");
    let mut hark = binary::command(folder.path());
    let mut speaker = Running::start(hark.args(HEARS.split(' ')), Stream::Stderr);
    let why = speaker.wait_for("the speaker is muted until that works");
    assert!(why.contains("another hark is running on it"), "{why}");
    let (status, said) = speaker.end();
    assert!(status.success(), "{status}: {said:?}");
    // It had to let go, and says so to whoever reads it after all.
    read.read_to_end(&mut Vec::new()).expect("the rest");
    let ended = export.wait_with_output().expect("it ends");
    let said = text(&ended.stderr);
    assert!(!ended.status.success() && said.contains("a speaker starts on"), "{said}");
}

/// Two would hear every command, and one of them could keep nothing.
fn a_second_speaker_ends_with_one_line() {
    let folder = folder();
    let data = folder.path().join("data");
    let (first, page) = start(folder.path(), &data);
    let second = typed::command(folder.path(), &data).output().expect("hark runs");
    let said = text(&second.stderr);
    assert_eq!(second.status.code(), Some(1), "{said}");
    assert!(said.lines().count() == 1 && said.contains("a speaker runs already"), "{said}");
    assert!(said.contains("`hark page`"), "how to reach it: {said}");
    // The first is none the worse for it.
    ask(&page, "turn on the kitchen light");
    assert_eq!(page.state("light.kitchen"), "on");
    // One that does not answer is waited for, muted.
    first.signal("STOP");
    let mut second = Running::start(&mut typed::command(folder.path(), &data), Stream::Stderr);
    second.wait_for("the speaker is muted until that works");
    assert!(second.runs());
    first.signal("CONT");
    first.stop();
    second.page();
    let (status, said) = second.stop();
    assert!(status.success(), "{status}: {said:?}");
}

/// It is not left out without a word, and does not keep the speaker from starting.
fn an_incomplete_network_is_named() {
    let folder = folder();
    let network = folder.path().join("models").join(stt::TRANSDUCER);
    std::fs::create_dir_all(&network).expect("a folder");
    let mut config = typed::config();
    config.stt.models_dir = Some(folder.path().join("models"));
    binary::configure(folder.path(), &config);
    let hark = "run --config config.toml --data data";
    for tokens in [None, Some("")] {
        if let Some(tokens) = tokens {
            std::fs::write(network.join("tokens.txt"), tokens).expect("written");
        }
        let mut hark_run = binary::command(folder.path());
        let mut speaker = Running::start(hark_run.args(hark.split(' ')), Stream::Stderr);
        let line = speaker.wait_for("failed to load the speech network");
        assert!(line.contains("tokens.txt") && line.contains("models/fetch"), "{line}");
        speaker.page();
        let (status, said) = speaker.stop();
        assert!(status.success(), "{status}: {said:?}");
        let listed = text(&run(folder.path(), "models list --config config.toml").stdout);
        let line = listed.lines().find(|line| line.contains(stt::TRANSDUCER));
        assert!(line.is_some_and(|line| line.starts_with("incomplete")), "{listed}");
    }
}

fn a_log_that_cannot_be_written_ends_nothing() {
    let folder = folder();
    say_to_it(folder.path(), None);
    // A full disk, and a terminal that is gone (`hark run 2>&1 | head -1`).
    let full = std::fs::File::create("/dev/full").expect("it is there");
    let (reader, gone) = std::io::pipe().expect("a pipe");
    drop(reader);
    for log in [Stdio::from(full), Stdio::from(gone)] {
        let mut hark = binary::command(folder.path());
        let status = hark.args(HEARS.split(' ')).stderr(log).status().expect("hark runs");
        assert!(status.success(), "{status}");
    }
    let kept = text(&run(folder.path(), "history list --data data").stdout);
    assert_eq!(kept.matches("done  →").count(), 2, "both times it heard the command: {kept}");
}

fn private_folder(path: &Path) {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().mode(0o700).create(path).expect("a data folder");
}

/// A disk of 4 MB; only root can have one.
struct Disk<'a>(&'a Path);

impl<'a> Disk<'a> {
    fn mount(folder: &'a Path) -> Option<Self> {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=4m,mode=700", "tmpfs"]).arg(folder);
        mount.output().is_ok_and(|output| output.status.success()).then_some(Self(folder))
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        // Lazily, because a program of a failed test may still use it.
        let _ = Command::new("umount").arg("--lazy").arg(self.0).status();
    }
}

fn a_full_disk() {
    let folder = folder();
    let data = folder.path().join("data");
    private_folder(&data);
    let _disk = Disk::mount(&data).expect("a disk");
    let (speaker, page) = start(folder.path(), &data);
    ask_and_keep(&page, "turn on the kitchen light");
    let filler = data.join("filler");
    assert!(std::fs::write(&filler, vec![1; 8 << 20]).is_err(), "the disk is full");
    // Each needs room in the log of the database, which is there at first.
    for _ in 0..2 {
        ask(&page, "turn off the kitchen light");
        assert_eq!(page.state("light.kitchen"), "off");
        ask(&page, "turn on the standing light");
    }
    assert_eq!(page.state("light.standing"), "on");
    std::fs::remove_file(&filler).expect("room is made");
    ask_and_keep(&page, "turn on the bed light");
    let (status, said) = speaker.stop();
    assert!(status.success(), "{status}: {said:?}");
    let lines = warnings(&said, "the disk is full");
    assert!(!lines.is_empty() && lines[0].contains("free some space"), "{said:?}");
    let kept = run(folder.path(), "history list --data data");
    let kept = text(&kept.stdout);
    assert!(kept.contains("turn on the kitchen light"), "what was stored is there: {kept}");
    assert!(kept.contains("turn on the bed light"), "and it goes on: {kept}");
}
