//! B1: killed at every call to the system that changes something.
//!
//! strace counts calls by thread and name. SQLite has a thread for each database, so each file is
//! looked at on its own: otherwise the calls of the busiest thread would hide those of the others.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};
use store::Tier;
use tempfile::TempDir;

use crate::place::{self, Place};
use crate::script::{self, Op, State};
use crate::tally::Tally;
use crate::{deed, judge, sealed};

const SIGKILL: i32 = 9;

/// The calls of one kind, on one file or on any.
#[derive(Clone, Debug)]
pub(crate) struct Calls {
    pub(crate) name: &'static str,
    file: Option<PathBuf>,
}

/// A store with a few turns, at rest, of which each case gets a copy.
pub struct Base {
    at: TempDir,
    place: Place,
    state: State,
}

impl Base {
    /// Makes one that has done these operations.
    ///
    /// # Errors
    /// What the store says.
    pub async fn new(tier: Tier, seed: u64, ops: &[Op]) -> Result<Self> {
        let at = place::in_memory()?;
        let place = Place::new(at.path(), at.path(), tier)?;
        let store = place.open().await?;
        for op in ops {
            script::perform(&store, seed, op).await?;
        }
        store.close().await;
        let state = State::default().along(ops).pop().context("no state")?;
        Ok(Self { at, place, state })
    }

    /// A copy in a folder of its own.
    ///
    /// # Errors
    /// If it cannot be copied.
    pub fn copy(&self) -> Result<(TempDir, Place)> {
        let folder = TempDir::new_in(self.at.path())?;
        let place = self.place.copy(folder.path())?;
        Ok((folder, place))
    }

    /// What it holds.
    pub fn state(&self) -> &State {
        &self.state
    }
}

/// A script that is killed.
#[derive(Clone)]
pub struct Case {
    /// What to call it.
    pub name: &'static str,
    /// What was done before, without being killed.
    pub before: Vec<Op>,
    /// What is killed.
    pub killed: Vec<Op>,
}

/// The cases: everything that changes what is kept.
pub fn cases() -> Vec<Case> {
    let before = || {
        let mut ops = script::inserts(0..5);
        ops.extend([Op::Volume(33), Op::Timer(1)]);
        ops
    };
    let case = |name, killed: Vec<Op>| Case { name, before: before(), killed };
    vec![
        case("delete one", vec![Op::Delete(vec![2])]),
        case("delete by filter", vec![Op::DeleteBefore(3)]),
        case("delete all", vec![Op::DeleteAll]),
        case("sweep", vec![Op::Sweep(2)]),
        case("insert", script::inserts(5..7)),
        case("shorter retention", vec![Op::Shorten(2)]),
        case("settings", vec![Op::Volume(44), Op::Timer(2), Op::Storing(false)]),
    ]
}

/// Kills a case at every call, or at every `stride`th one, and counts what was there afterwards.
///
/// # Errors
/// If strace does not do its part; what the store does wrong is counted.
pub async fn run(
    program: &Path,
    tier: Tier,
    seed: u64,
    case: &Case,
    stride: u32,
    tally: &mut Tally,
) -> Result<()> {
    let (before, killed) = if tier == Tier::Memory {
        // Nothing outlives a start there, so all of it is done by the process that is killed.
        (Vec::new(), [case.before.clone(), case.killed.clone()].concat())
    } else {
        (case.before.clone(), case.killed.clone())
    };
    let base = Base::new(tier, seed, &before).await?;
    let states = base.state().along(&killed);
    let row = format!("{}, {}", tier.as_str(), case.name);
    let counts = {
        let (_folder, place) = base.copy()?;
        count(program, &place, seed, &killed)?
    };
    let mut points = 0;
    for (kind, count) in counts.into_iter().enumerate() {
        for call in 1..=count {
            points += 1;
            if points % stride != 0 {
                continue;
            }
            let (_folder, place) = base.copy()?;
            let calls = &kinds(&place)[kind];
            let outcome = kill(program, &place, seed, &killed, calls, call)?;
            // How threads take turns differs from time to time.
            let Some(said) = outcome else { break };
            let (done, allowed) = allowed(&place, &states, &killed, &said).await?;
            let time = killed.get(done).and_then(Op::time);
            let judged = judge::judge(&place, seed, allowed, time).await;
            let outcome = judged.map(|index| if index == 0 { "nothing more" } else { "complete" });
            let file = calls.file.as_deref().and_then(Path::file_name);
            tally.add(&row, &format!("{} {call} of {file:?}", calls.name), outcome);
        }
    }
    Ok(())
}

/// How many operations were acknowledged, and which states may be there after the next start.
pub(crate) async fn allowed<'a>(
    place: &Place,
    states: &'a [State],
    ops: &[Op],
    said: &str,
) -> Result<(usize, &'a [State])> {
    let done = acknowledged(said, ops)?;
    let mut allowed = &states[done..states.len().min(done + 2)];
    if place.tier != Tier::Memory && sealed::pending(&place.folder).await? > 0 {
        // What was written down is done by the start.
        allowed = &allowed[1..];
    }
    Ok((done, allowed))
}

/// The kinds of calls to be killed at.
pub(crate) fn kinds(place: &Place) -> Vec<Calls> {
    let root =
        if place.tier == Tier::Chip { place.chip.clone() } else { place.folder.join("root") };
    let on = |name, file: PathBuf| Calls { name, file: Some(file) };
    let file = |name: &str| place.folder.join(name);
    let mut kinds = Vec::new();
    for database in ["vault.db", "household.db"] {
        let log = file(&format!("{database}-wal"));
        for name in ["pwrite64", "fsync", "fdatasync", "ftruncate"] {
            kinds.extend([on(name, file(database)), on(name, log.clone())]);
        }
    }
    for name in ["pwrite64", "fsync", "fdatasync", "fallocate"] {
        kinds.push(on(name, root.clone()));
    }
    kinds.push(on("write", said(place)));
    // Clips have random names, and what removes files names them in no other call.
    let any = ["write", "unlink", "unlinkat", "fallocate", "rename", "fsync"];
    kinds.extend(any.map(|name| Calls { name, file: None }));
    kinds
}

/// How many calls of each kind a script makes; those on any file are counted by thread.
pub(crate) fn count(program: &Path, place: &Place, seed: u64, ops: &[Op]) -> Result<Vec<u32>> {
    let kinds = kinds(place);
    let names: BTreeSet<&str> = kinds.iter().map(|calls| calls.name).collect();
    let trace = place.folder.with_file_name("trace");
    let mut strace = Command::new("strace");
    strace.args(["-f", "--seccomp-bpf", "-y", "-o"]).arg(&trace);
    strace.arg(format!("--trace={}", names.into_iter().collect::<Vec<_>>().join(",")));
    strace.arg(program).args(deed::arguments(place, seed, ops));
    let out = File::create(said(place))?;
    let done = strace.stdin(Stdio::null()).stdout(out).stderr(Stdio::piped()).output();
    let done = done.context("strace is needed")?;
    ensure!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let trace = fs::read_to_string(trace)?;
    let count = |calls: &Calls| {
        let mut threads: BTreeMap<&str, u32> = BTreeMap::new();
        for line in trace.lines() {
            let Some((thread, call)) = line.split_once(char::is_whitespace) else { continue };
            let named = call.trim_start().strip_prefix(calls.name);
            let Some(arguments) = named.and_then(|rest| rest.strip_prefix('(')) else { continue };
            let on = |file: &PathBuf| arguments.contains(&format!("<{}>", file.display()));
            if calls.file.as_ref().is_none_or(on) {
                *threads.entry(thread).or_default() += 1;
            }
        }
        threads.into_values().max().unwrap_or_default()
    };
    Ok(kinds.iter().map(count).collect())
}

/// The file that the process writes its answers to.
fn said(place: &Place) -> PathBuf {
    place.folder.with_file_name("said")
}

/// Does a script and kills it before that call; what it had said by then, if it was killed.
pub(crate) fn kill(
    program: &Path,
    place: &Place,
    seed: u64,
    ops: &[Op],
    calls: &Calls,
    call: u32,
) -> Result<Option<String>> {
    let mut strace = Command::new("strace");
    // Its filter in the kernel would be faster, and counts wrong.
    strace.args(["-f", "-o", "/dev/null"]);
    strace.arg(format!("--trace={}", calls.name));
    strace.arg(format!("--inject={}:signal=SIGKILL:when={call}", calls.name));
    if let Some(file) = &calls.file {
        strace.arg("-P").arg(file);
    }
    strace.arg(program).args(deed::arguments(place, seed, ops));
    let out = File::create(said(place))?;
    let done = strace.stdin(Stdio::null()).stdout(out).stderr(Stdio::piped()).output();
    let done = done.context("strace is needed")?;
    let said = fs::read_to_string(said(place))?;
    if done.status.signal() == Some(SIGKILL) {
        return Ok(Some(said));
    }
    if !done.status.success() {
        bail!("{calls:?} {call}: {}: {}", done.status, String::from_utf8_lossy(&done.stderr));
    }
    Ok(None)
}

/// How many operations were acknowledged.
fn acknowledged(said: &str, ops: &[Op]) -> Result<usize> {
    let mut lines = said.lines();
    if lines.next().is_none_or(|line| line != "open") {
        return Ok(0);
    }
    let mut done = 0;
    for (line, op) in lines.zip(ops) {
        ensure!(line == op.to_string(), "it said {line} for {op}");
        done += 1;
    }
    Ok(done)
}
