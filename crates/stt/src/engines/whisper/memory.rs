//! What whisper.cpp frees goes back to the system, and does not stay in the process with somebody's words in it.
#![expect(unsafe_code, reason = "`mallopt` is a function of the C library")]

use std::sync::Once;

/// From how many bytes on an allocation is a mapping of its own, which ends when it is freed. The copy that
/// whisper.cpp makes of a clip has half a minute added to it, 1.9 MB at least. With less than this, what it frees and
/// takes again all the time would be mapped anew each time.
const MAPPED_FROM: i32 = 1 << 20;

/// Makes the C library give large buffers back when they are freed. By itself it does that only until the first of
/// them is freed, and keeps all later ones of that size (`mallopt(3)`, `M_MMAP_THRESHOLD`). Other C libraries than
/// glibc always give them back.
pub(super) fn give_back() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        #[cfg(target_env = "gnu")]
        // SAFETY: it takes two numbers and keeps the allocator's lock while it sets one of them.
        let is_set = unsafe { libc::mallopt(libc::M_MMAP_THRESHOLD, MAPPED_FROM) } == 1;
        #[cfg(not(target_env = "gnu"))]
        let is_set = MAPPED_FROM > 0;
        if !is_set {
            tracing::warn!("sound that whisper heard may stay in memory for a while");
        }
    });
}
