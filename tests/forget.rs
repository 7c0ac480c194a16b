//! The program as it is installed forgets: what was deleted is in no log, no file and no memory, and
//! whoever asks is shown it.

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use e2e::binary::{self, Running, Stream};
use e2e::memory::{self, Sought};
use e2e::page::Page;
use e2e::rig;
use e2e::typed::{self, ask_and_keep};
use voice::SAMPLE_RATE;

/// A word that nobody says.
const CANARY: &str = "zanzibarquuxo";

/// A speaker without sound card that says everything that it can say in its log.
fn start(folder: &Path) -> (Running, Page) {
    let mut hark = typed::command(folder, Path::new("data"));
    hark.env("RUST_LOG", "trace");
    let mut speaker = Running::start(&mut hark, Stream::Stderr);
    let page = speaker.page();
    (speaker, page)
}

fn hark(folder: &Path, typed: &str) -> Output {
    binary::command(folder).args(typed.split(' ')).output().expect("hark runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn holds(bytes: &[u8], needle: &str) -> bool {
    let is_there = |part: &[u8]| part.eq_ignore_ascii_case(needle.as_bytes());
    bytes.windows(needle.len()).any(is_there)
}

fn files_hold(folder: &Path, needle: &str) -> bool {
    std::fs::read_dir(folder).expect("a folder").flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() {
            files_hold(&path, needle)
        } else {
            // The socket cannot be read, and holds nothing.
            std::fs::read(&path).is_ok_and(|bytes| holds(&bytes, needle))
        }
    })
}

/// A1, E1, E2: a word that was said, shown, searched for and deleted is nowhere any more.
#[needs::test(memory)]
fn what_was_deleted_is_nowhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let (speaker, page) = start(folder.path());
    ask_and_keep(&page, &format!("repeat after me {CANARY}"));
    assert!(page.search(CANARY).contains(CANARY), "it is found");
    let kept = text(&hark(folder.path(), "history list --data data").stdout);
    assert!(kept.contains(CANARY), "the terminal is told by the speaker: {kept}");
    let before = memory::times_of_word(speaker.id(), CANARY);
    assert!(before > 0, "it can be found in memory while it is kept");
    assert!(!files_hold(&data, CANARY), "it stands in no file even then");

    let deleted = hark(folder.path(), &format!("history delete --data data --text {CANARY}"));
    assert_eq!(text(&deleted.stdout), "1 deleted\n");
    // What the speaker itself was about goes with the next command.
    ask_and_keep(&page, "what day is it");
    assert!(!page.text("/").contains(CANARY));
    assert_eq!(memory::times_of_word(speaker.id(), CANARY), 0, "in memory");
    assert!(!files_hold(&data, CANARY), "in a file");
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", speaker.id()));
    let limits = limits.expect("the limits of a process");
    let core = limits.lines().find(|line| line.starts_with("Max core file size"));
    assert!(core.is_some_and(|line| line.split_whitespace().nth(4) == Some("0")), "{limits}");
    let (status, said) = speaker.stop();
    assert!(status.success(), "{status}");
    assert!(said.len() > 5 && !said.iter().any(|line| holds(line.as_bytes(), CANARY)), "in a log");
}

/// A4: the sound of a command is in memory while it is spoken, and no longer.
#[needs::test(memory)]
fn what_was_said_leaves_no_sound_in_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    let recording = folder.path().join("speech.wav");
    let (speech, mut config) = rig::command("rhasspy_turn_on_living_room_lamp", "turn on the lamp");
    audio::write_file(&recording, speech.samples()).expect("speech is written");
    let speech = audio::read_file(&recording).expect("what is written is heard");
    let sought = Sought::default().at("at 16 kHz", SAMPLE_RATE, speech.samples());
    config.store.retention.audio = "none".parse().expect("not at all");
    let mut hark = binary::command(folder.path());
    hark.arg("run")
        .arg("--config")
        .arg(binary::configure(folder.path(), &typed::without_sound(config)));
    hark.args(["--data", "data", "--sink", "replies.wav", "--rehearse"]).arg(recording);
    let mut speaker = Running::start(&mut hark, Stream::Stderr);
    let mut events = speaker.page().events();
    events.wait_for("woke");
    let during = sought.look(speaker.id());
    assert!(during.hundredths() > 10, "it can be found while it is spoken: {during}");
    assert_eq!(events.wait_for("ended"), "done");
    // Then the recording and the silence behind it are over.
    speaker.wait_for("trying again until it is there");
    let after = sought.look(speaker.id());
    assert_eq!(after.hundredths(), 0, "it is left: {after}");
    let (status, said) = speaker.stop();
    assert!(status.success(), "{status}: {said:?}");
}

/// The calls before which the program is ended while it deletes a turn, by the file that they are on,
/// and whether the turn must be gone then: it was written down that it is to go.
const MOMENTS: [(&str, &str, bool); 5] = [
    ("pwrite64", "vault.db-wal", false),
    ("fsync", "vault.db-wal", false),
    ("pwrite64", "root", true),
    ("pwrite64", "vault.db", true),
    ("ftruncate", "vault.db-wal", true),
];

/// B6: ended or killed in the middle of a deletion, the program has forgotten, or has not said so.
#[needs::test(disk)]
fn a_deletion_that_is_interrupted_happens_or_was_not_promised() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let stays = "what day is it";
    let (speaker, page) = typed::start(folder.path(), &data);
    ask_and_keep(&page, stays);
    drop(speaker);
    let list = || text(&hark(folder.path(), "history list --json --data data").stdout);
    for (signal, (call, file, must_be_gone)) in
        ["KILL", "TERM"].into_iter().flat_map(|signal| MOMENTS.map(|moment| (signal, moment)))
    {
        let at = format!("{signal} before {call} of {file}");
        let (speaker, page) = typed::start(folder.path(), &data);
        let mut events = page.events();
        typed::say(&page, &format!("repeat after me {CANARY}"));
        let id = rig::stored(&mut events).to_string();
        drop(events);
        let mut strace = Command::new("strace");
        strace.args(["-f", "-o", "/dev/null", "-p", &speaker.id().to_string()]);
        strace.arg("-P").arg(data.join(file)).arg(format!("--trace={call}"));
        strace.arg(format!("--inject={call}:signal={signal}:when=1"));
        let mut strace = Running::start(&mut strace, Stream::Stderr);
        strace.wait_for("attached");
        let answered = page.try_post(&format!("/turns/{id}/delete"), "");
        assert_eq!(answered, (signal == "TERM").then_some(303), "{at}");
        let (status, said) = speaker.end();
        let kept = list();
        assert!(kept.contains(stays), "{at}: what was not deleted stays: {kept}");
        let is_gone = !kept.contains(&id);
        assert!(is_gone || !must_be_gone && answered.is_none(), "{at}: {kept}");
        assert_eq!(list(), kept, "{at}: so it stays");
        if signal == "KILL" {
            assert_eq!((status.signal(), answered), (Some(9), None), "{at}: {said:?}");
        } else {
            // It finishes what it is about.
            assert!(
                status.success() && is_gone && answered == Some(303),
                "{at}: {status} {said:?}"
            );
        }
        hark(folder.path(), &format!("history delete --data data --text {CANARY}"));
    }
}

/// G3: what was said while guests were there is nowhere, whether they leave or the power does.
#[needs::test(memory)]
fn guests_leave_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let guest = format!("repeat after me {CANARY}");
    let (speaker, page) = start(folder.path());
    page.post("/settings/modes", "storing=on&guests=on");
    typed::ask(&page, &guest);
    typed::ask(&page, &format!("{CANARY} is nothing that anyone understands"));
    let during = memory::times_of_word(speaker.id(), CANARY);
    assert!(during > 0, "it is remembered for a moment");
    page.post("/settings/modes", "storing=on");
    ask_and_keep(&page, "what day is it");
    let after = memory::times_of_word(speaker.id(), CANARY);
    assert_eq!(after, 0, "times in memory");
    page.post("/settings/modes", "storing=on&guests=on");
    typed::ask(&page, &guest);
    speaker.signal("KILL");
    let (_, said) = speaker.end();
    assert!(!said.iter().any(|line| holds(line.as_bytes(), CANARY)), "in a log");
    assert!(!files_hold(&data, CANARY), "in a file");

    let (speaker, page) = start(folder.path());
    let settings = page.text("/settings");
    assert!(settings.contains("name=\"guests\" checked"), "guests are there until they leave");
    let kept = page.text("/");
    assert!(!kept.contains(CANARY) && kept.contains("what day is it"), "{kept}");
    drop(speaker);
}

/// Who asks for a proof gets one from the running speaker, and the same without one.
#[test]
fn a_proof_is_given_while_it_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let (speaker, page) = start(folder.path());
    ask_and_keep(&page, "what day is it");
    let proof = hark(folder.path(), "erase --prove --json --data data");
    let told = text(&proof.stdout);
    assert!(proof.status.success(), "{told} {}", text(&proof.stderr));
    let told: serde_json::Value = serde_json::from_str(&told).expect("an object");
    assert_eq!(told["gone"], true, "{told}");
    assert_eq!(told["receipts_whole"], true, "{told}");
    assert!(told["places"][1]["bytes"].as_u64() > Some(1_000_000), "its memory: {told}");
    let (status, _) = speaker.stop();
    assert!(status.success(), "{status}");
    let proof = hark(folder.path(), "erase --prove --data data");
    let told = text(&proof.stdout);
    assert!(proof.status.success() && told.contains("✓  the files of the history"), "{told}");
}

/// F3: an export holds what the page shows, and a second one is not written over it.
#[test]
fn an_export_is_what_the_page_shows() {
    let folder = tempfile::tempdir().expect("a folder");
    let (speaker, page) = start(folder.path());
    for command in ["what day is it", "what time is it"] {
        ask_and_keep(&page, command);
    }
    let exported = hark(folder.path(), "history export --data data -o all.tar");
    assert!(exported.status.success(), "{}", text(&exported.stderr));
    let again = hark(folder.path(), "history export --data data -o all.tar");
    assert!(text(&again.stderr).starts_with("hark: failed to write all.tar"));
    let opened = Command::new("tar").args(["-xf", "all.tar"]).current_dir(folder.path()).status();
    assert!(opened.is_ok_and(|status| status.success()), "it is an archive");
    let turns: Vec<_> = std::fs::read_dir(folder.path().join("turns"))
        .expect("turns")
        .flatten()
        .map(|file| std::fs::read_to_string(file.path()).expect("a turn"))
        .collect();
    let listed = text(&hark(folder.path(), "history list --json --data data").stdout);
    assert_eq!(turns.len(), 2);
    assert!(turns.iter().all(|turn| listed.contains(turn.trim())), "{turns:?} {listed}");
    drop(speaker);
}

/// A command that reads these lines.
fn hark_with(folder: &Path, typed: &str, lines: &str) -> Output {
    use std::io::Write as _;
    let mut hark = binary::command(folder);
    hark.args(typed.split(' ')).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = hark.stderr(Stdio::piped()).spawn().expect("hark runs");
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin.write_all(lines.as_bytes()).expect("it reads");
    drop(stdin);
    child.wait_with_output().expect("hark ends")
}

/// Without its passphrase the history is shown by nobody: not by the speaker that was restarted, and
/// not by a command while no speaker runs.
#[test]
fn a_locked_history_is_opened_by_its_passphrase_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let (speaker, page) = start(folder.path());
    ask_and_keep(&page, "what day is it");
    let set = "history passphrase --data data";
    let done = hark_with(folder.path(), set, "\ncorrect horse battery\n");
    assert!(done.status.success(), "{}", text(&done.stderr));
    speaker.stop();

    let list = "history list --data data";
    let refused = hark(folder.path(), list);
    assert!(text(&refused.stderr).contains("it is locked") && refused.stdout.is_empty());
    let unlock = "history unlock --data data";
    let nobody = hark_with(folder.path(), unlock, "correct horse battery\n");
    assert!(text(&nobody.stderr).contains("no speaker runs"), "{}", text(&nobody.stderr));

    let (speaker, page) = start(folder.path());
    assert!(page.text("/").contains("The history is locked"));
    assert!(text(&hark(folder.path(), list).stderr).contains("it is locked"));
    let wrong = hark_with(folder.path(), unlock, "correct horse batter\n");
    assert!(text(&wrong.stderr).contains("not its passphrase"), "{}", text(&wrong.stderr));
    let opened = hark_with(folder.path(), unlock, "correct horse battery\n");
    assert!(opened.status.success(), "{}", text(&opened.stderr));
    assert!(text(&hark(folder.path(), list).stdout).contains("what day is it"));
    assert!(page.text("/").contains("what day is it"));
    speaker.stop();
}
