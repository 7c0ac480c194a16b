//! What keeps private words inside the process: memory that is wiped when it is freed, no core dumps,
//! no other program that looks in, and panics that do not quote.

use std::panic::PanicHookInfo;

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
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
}

/// Tells where a panic was and not what it said: that may quote what a person said.
fn report(info: &PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    let thread = std::thread::current();
    let name = thread.name().unwrap_or("unnamed").to_owned();
    eprintln!("hark: a fault at {place} in thread {name}; please report it");
}
