//! Hardening of the process, so that private words stay inside: memory is wiped when it is freed and,
//! where that is allowed, never swapped; no core dumps, no debuggers, and panics that do not quote.

use std::io::Write as _;
use std::panic::PanicHookInfo;

use rustix::mm::{MlockAllFlags, mlockall};
use rustix::process::{
    DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit,
};
use zeroizing_alloc::ZeroAlloc;

/// Every allocation is wiped when it is freed: words pass through transcripts, replies and pages, and
/// none of these has to remember to wipe them.
#[global_allocator]
static MEMORY: ZeroAlloc<std::alloc::System> = ZeroAlloc(std::alloc::System);

/// Closes the ways out of the process. The first thing that happens.
pub(crate) fn close_up() {
    std::panic::set_hook(Box::new(report));
    // Neither can fail for the process itself; if one did, the other still helps.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    if may_lock_memory() {
        let whatever_is_touched =
            MlockAllFlags::CURRENT | MlockAllFlags::FUTURE | MlockAllFlags::ONFAULT;
        let _ = mlockall(whatever_is_touched);
    }
}

/// Whether this process may keep all of its memory from ever being written to a swap. With less than
/// that right, locking would make later allocations fail.
pub(crate) fn may_lock_memory() -> bool {
    getrlimit(Resource::Memlock).current.is_none()
}

/// Reports where a panic was and not what it said: that may quote what a person said.
fn report(info: &PanicHookInfo<'_>) {
    if audio::is_decoding() {
        // It is caught, and reported as an error of that file.
        return;
    }
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    let thread = std::thread::current();
    let name = thread.name().unwrap_or("unnamed").to_owned();
    // A panic in here would abort the process, and with it timers and alarms.
    let mut stderr = std::io::stderr().lock();
    let _ = writeln!(stderr, "hark: a fault at {place} in thread {name}; please report it");
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    /// Set for the process that panics.
    const PANICS: &str = "HARK_TEST_PANICS";
    /// A word that nobody says.
    const CANARY: &str = "zanzibarquuxo";

    /// E1: in a process of its own, because what is closed is closed for the whole process.
    #[test]
    fn a_panic_tells_where_it_was_and_not_what_it_said() {
        if std::env::var_os(PANICS).is_some() {
            super::close_up();
            for (name, panics) in [
                ("listen", (|| panic!("{CANARY}")) as fn()),
                ("transcribe", || assert_eq!(CANARY.parse::<u32>().expect(CANARY), 1)),
                ("speak", || assert_eq!(CANARY, "something else", "{CANARY}")),
            ] {
                let thread = std::thread::Builder::new().name(name.to_owned()).spawn(panics);
                assert!(thread.expect("a thread").join().is_err());
            }
            return;
        }
        let test = std::env::current_exe().expect("this program has a path");
        let name = "private::tests::a_panic_tells_where_it_was_and_not_what_it_said";
        let mut panics = Command::new(test);
        let panics = panics.args(["--exact", name, "--nocapture"]).env(PANICS, "1");
        let output = panics.output();
        let output = output.expect("it runs");
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        assert!(output.status.success(), "{said}");
        for thread in ["listen", "transcribe", "speak"] {
            let fault = said.lines().find(|line| line.contains(&format!("in thread {thread};")));
            assert!(fault.is_some_and(|line| line.contains("private.rs:")), "{said}");
        }
        assert!(!said.contains(CANARY), "{said}");
        // Where nothing can be written, a thread that panics takes no other one with it.
        let full = std::fs::File::create("/dev/full").expect("it is there");
        assert!(panics.stdout(Stdio::null()).stderr(full).status().expect("it runs").success());
    }
}
