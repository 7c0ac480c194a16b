//! E: what is said leaves the program by no side door. No log, no file, no core dump, no child and no
//! other program of the same user gets it.

use std::collections::BTreeSet;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use e2e::binary::{self, Running, Stream};
use e2e::{recordings, traces, typed};

/// A word that nobody says.
const CANARY: &str = "zanzibarquuxo";

/// What people say in words of their own.
const FREE: [&str; 20] = [
    "repeat after me zanzibarquuxo",
    "add zanzibarquuxo to my shopping list",
    "is zanzibarquuxo on the shopping list",
    "what's on my shopping list",
    "check off zanzibarquuxo from my shopping list",
    "remove zanzibarquuxo from my shopping list",
    "create a list called zanzibarquuxo",
    "add call zanzibarquuxo to my zanzibarquuxo list",
    "what is on my zanzibarquuxo list",
    "set a zanzibarquuxo timer for 40 minutes",
    "how much time is left on the zanzibarquuxo timer",
    "when the zanzibarquuxo timer is done remind me to zanzibarquuxo",
    "cancel the zanzibarquuxo timer",
    "remind me in an hour to call zanzibarquuxo",
    "what are my reminders",
    "play zanzibarquuxo on the TV",
    "turn on the zanzibarquuxo",
    "zanzibarquuxo is nothing that anyone understands",
    "say that again",
    "what did you hear",
];

/// The calls that make, name or open files, reach other programs, and start them.
const CALLS: [&str; 24] = [
    "open",
    "openat",
    "openat2",
    "creat",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "symlink",
    "symlinkat",
    "mkdir",
    "mkdirat",
    "mknod",
    "mknodat",
    "truncate",
    "unlink",
    "unlinkat",
    "rmdir",
    "bind",
    "connect",
    "memfd_create",
    "shmget",
    "execve",
];

/// Where the program may write besides its data folder: to nothing, and the names of its threads.
const ALLOWED: [&str; 2] = ["/dev/null", "/proc/self/task/"];

/// Every so many sentences that people say one is said; all together say the same for longer.
const EVERY: usize = 5;

/// Sentences that people say, and what they say in words of their own.
fn sentences() -> Vec<String> {
    let table = recordings::root().join("crates/assistant/tests/sentences.tsv");
    let table = std::fs::read_to_string(table).expect("the sentences of the assistant");
    let rows = table.lines().filter(|row| !row.starts_with('#'));
    let said = rows.filter_map(|row| row.split_once('\t')).map(|(said, _)| said.to_owned());
    FREE.iter().map(|said| (*said).to_owned()).chain(said.step_by(EVERY)).collect()
}

/// Whether a traced call may change which files there are or what is in them, and where.
fn changed(line: &str, folder: &Path) -> Vec<PathBuf> {
    let Some((_, call)) = line.split_once(' ') else { return Vec::new() };
    let Some((name, rest)) = call.trim_start().split_once('(') else { return Vec::new() };
    if matches!(name, "execve" | "memfd_create" | "connect") || !CALLS.contains(&name) {
        return Vec::new();
    }
    let writes = ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_TMPFILE"];
    if name.starts_with("open") && !writes.iter().any(|flag| rest.contains(flag)) {
        return Vec::new();
    }
    if name == "bind" && !rest.contains("AF_UNIX") {
        return Vec::new();
    }
    if name == "shmget" {
        return vec![PathBuf::from(line)];
    }
    // Every second piece between quotes is a path; in front of it may stand the folder it is in.
    let pieces: Vec<&str> = rest.split('"').collect();
    let paths = pieces.iter().enumerate().skip(1).step_by(2).map(|(place, path)| {
        let before = pieces[place - 1].rsplit_once('<').and_then(|(_, at)| at.split_once('>'));
        before.map_or(folder, |(at, _)| Path::new(at)).join(path)
    });
    paths.collect()
}

/// E1, E4, E7: a hundred commands at the most talkative log open, make and rename no file outside
/// the data folder, and what was said is neither logged nor an argument of a program.
#[needs::test(disk)]
fn a_hundred_commands_leave_by_no_side_door() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let trace = folder.path().join("trace");
    let run = folder.path().join("run");
    std::fs::create_dir(&run).expect("a folder for the time that it runs");
    let mut hark = typed::command(folder.path(), &data);
    hark.env("RUST_LOG", "trace").env("XDG_RUNTIME_DIR", &run);
    let mut strace = Command::new("strace");
    // The program stays the child that is ended, and all bytes of a text are shown.
    strace.args(["-D", "-f", "--seccomp-bpf", "-y", "-s", "4096", "-o"]).arg(&trace);
    strace.arg(format!("--trace={}", CALLS.join(",")));
    let mut speaker = Running::start(&mut binary::under(strace, &hark), Stream::Stderr);
    let page = speaker.page();
    let sentences = sentences();
    let mut events = page.events();
    for sentence in &sentences {
        typed::say(&page, sentence);
        events.wait_for("ended");
        speaker.catch_up();
    }
    assert!(page.search(CANARY).contains(CANARY), "they were understood");
    drop(events);
    let (status, said) = speaker.stop();
    assert!(status.success(), "{status}");
    assert!(sentences.len() > 100 && said.len() > sentences.len(), "the log is talkative");
    let told = |line: &String| {
        let line = line.to_lowercase();
        let is_in = |words: &str| line.contains(&words.to_lowercase());
        is_in(CANARY) || sentences.iter().any(|sentence| sentence.len() > 12 && is_in(sentence))
    };
    let told: Vec<_> = said.iter().filter(|line| told(line)).collect();
    assert!(told.is_empty(), "in the log: {told:?}");

    let trace = std::fs::read_to_string(&trace).expect("what it called");
    assert!(!trace.contains(CANARY), "in the name of a file or the arguments of a program");
    let changed: BTreeSet<_> =
        trace.lines().flat_map(|line| changed(line, folder.path())).collect();
    for expected in ["vault.db", "household.db", "root", "socket", "lock"] {
        assert!(changed.contains(&data.join(expected)), "{expected} was not seen in {changed:?}");
    }
    let strange: Vec<_> = (changed.iter())
        .filter(|path| !path.starts_with(&data))
        // The library of a sound server looks for its server there.
        .filter(|path| !path.starts_with(run.join("pulse")))
        .filter(|path| !ALLOWED.iter().any(|allowed| path.starts_with(allowed)))
        .collect();
    assert!(strange.is_empty(), "{strange:?}");
    let logs = ["/dev/log", "/run/systemd/journal"];
    let tells = |line: &str| logs.iter().any(|log| line.contains(log));
    assert!(!trace.lines().any(tells), "it logs to the system by itself");
}

/// Whoever nobody is: a user that is not root, and whose programs may do what anybody may.
const USER: u32 = 65_534;

/// A command that this user runs.
fn as_user(mut command: Command) -> Command {
    command.uid(USER).gid(USER);
    command
}

/// Whether a program of that user may open a file.
fn may_open(file: &str) -> bool {
    let mut open = as_user(Command::new("sh"));
    open.args(["-c", "exec < \"$1\"", "sh", file]).stdin(Stdio::null()).stderr(Stdio::null());
    open.status().expect("a shell").success()
}

/// E2: another program of the same user reads neither the memory of the running program nor what it
/// was started with, as it can of any other.
#[needs::test(disk)]
fn other_programs_of_the_same_user_see_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("hark");
    // The user may not be let into the folder in which it was built.
    std::fs::copy(binary::hark(), &program).expect("a copy of the program");
    let hark = typed::command(folder.path(), Path::new("data"));
    for path in [folder.path(), &folder.path().join("config.toml")] {
        std::os::unix::fs::chown(path, Some(USER), Some(USER)).expect("it belongs to the user");
    }
    let mut hark = as_user(binary::with_program(Command::new(program), &hark));
    let mut speaker = Running::start(&mut hark, Stream::Stderr);
    typed::ask(&speaker.page(), &format!("repeat after me {CANARY}"));
    let mut other = as_user(Command::new("cat"));
    let other = other.stdin(Stdio::piped()).stdout(Stdio::null()).spawn();
    let mut other = other.expect("another program");
    for file in ["maps", "environ", "auxv", "mem"] {
        let of_other = may_open(&format!("/proc/{}/{file}", other.id()));
        // Some systems let nobody look into memory at all.
        assert!(of_other || file == "mem", "{file} can be read of any program");
        let of_speaker = may_open(&format!("/proc/{}/{file}", speaker.id()));
        assert!(!of_speaker, "{file} can be read by programs of the same user");
    }
    drop(other.stdin.take());
    assert!(other.wait().expect("it ends").success());
    let (status, said) = speaker.stop();
    assert!(status.success(), "{status} {said:?}");
}

/// A command in a shell in which core dumps may be as large as they want.
fn with_cores(command: &Command) -> Command {
    let mut shell = Command::new("sh");
    // Whoever runs the tests in the background ignores SIGQUIT, and so would the program.
    let script = "ulimit -c unlimited; exec env --default-signal=QUIT \"$@\"";
    shell.args(["-c", script, "sh"]);
    binary::under(shell, command)
}

/// E2: whatever ends the program leaves no core dump, however large those may be.
#[needs::test(disk)]
fn no_core_is_left() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut other = Command::new("sh");
    other.current_dir(folder.path()).args(["-c", "kill -s SEGV $$"]);
    let other = with_cores(&other).status().expect("a shell");
    let pattern = std::fs::read_to_string("/proc/sys/kernel/core_pattern").expect("a pattern");
    // Where cores go to a program of the system, that decides.
    assert!(other.core_dumped() || pattern.starts_with('|'), "others leave one: {other}");
    let left = |folder: &Path| std::fs::read_dir(folder).expect("the folder").flatten().count();
    for signal in ["SEGV", "ABRT", "QUIT"] {
        let folder = tempfile::tempdir().expect("a folder");
        let hark = typed::command(folder.path(), Path::new("data"));
        let mut speaker = Running::start(&mut with_cores(&hark), Stream::Stderr);
        typed::ask(&speaker.page(), &format!("repeat after me {CANARY}"));
        let before = left(folder.path());
        // The first one may be taken for an overflow of the stack and looked at.
        while speaker.runs() {
            speaker.signal(signal);
        }
        let (status, said) = speaker.end();
        assert!(status.signal().is_some() && !status.core_dumped(), "{signal}: {status} {said:?}");
        assert_eq!(left(folder.path()), before, "{signal} leaves a file");
        assert!(traces::of_words(folder.path(), CANARY).is_empty(), "{signal}");
    }
}

/// E3: where it may lock all of its memory, the program does, so that none of it is ever written to a
/// swap; under a limit it must not, or later allocations would fail.
#[needs::test(disk)]
fn memory_is_locked_where_that_is_allowed() {
    for limit in ["unlimited", "8192"] {
        let folder = tempfile::tempdir().expect("a folder");
        let mut shell = Command::new("sh");
        // Not everywhere may even root lift the limit; then the one that holds is looked at.
        shell.args(["-c", &format!("ulimit -l {limit} 2>&-; exec \"$@\""), "sh"]);
        let hark = typed::command(folder.path(), Path::new("data"));
        let mut speaker = Running::start(&mut binary::under(shell, &hark), Stream::Stderr);
        typed::ask(&speaker.page(), &format!("repeat after me {CANARY}"));
        let of_process = |name: &str| {
            let file = format!("/proc/{}/{name}", speaker.id());
            std::fs::read_to_string(file).expect("it runs")
        };
        let limits = of_process("limits");
        let limit = limits.lines().find_map(|line| line.strip_prefix("Max locked memory"));
        let may_lock = limit.expect("a limit").trim().starts_with("unlimited");
        let status = of_process("status");
        let kb = |name: &str| -> u64 {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).expect(name);
            line.trim().trim_end_matches(" kB").parse().expect("a number")
        };
        let (locked, resident) = (kb("VmLck:"), kb("RssAnon:"));
        assert_eq!(locked >= resident, may_lock, "{locked} of {resident} kB");
        assert!(may_lock || locked == 0, "{locked} kB");
        speaker.stop();
    }
}
