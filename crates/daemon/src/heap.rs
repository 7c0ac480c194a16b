//! How the C library keeps the memory of this process: little of what is freed stays, in size and in what it holds.
#![expect(unsafe_code, reason = "`mallopt` is a function of the C library")]

/// Heaps. By itself glibc has up to eight for each core, so that threads need not wait for each other; ours take turns
/// anyway, and what one has freed no other may use. After 42 commands one heap is 87 MB where many are 139.
#[cfg(target_env = "gnu")]
const HEAPS: i32 = 1;

/// From how many bytes on an allocation is a mapping of its own, which ends when it is freed. The copy that
/// whisper.cpp makes of a clip has half a minute added to it, 1.9 MB at least. With less than this, what it frees and
/// takes again all the time would be mapped anew each time. By itself glibc does so only until the first of them is
/// freed, and keeps all later ones of that size.
#[cfg(target_env = "gnu")]
const MAPPED_FROM: i32 = 1 << 20;

/// Settles it; before any thread is started. Both are those of glibc (`mallopt(3)`); other C libraries need neither.
pub(crate) fn settle() {
    #[cfg(target_env = "gnu")]
    for (option, value) in [(libc::M_ARENA_MAX, HEAPS), (libc::M_MMAP_THRESHOLD, MAPPED_FROM)] {
        // SAFETY: it takes two numbers and keeps the allocator's lock while it sets one of them.
        let is_set = unsafe { libc::mallopt(option, value) } == 1;
        debug_assert!(is_set, "glibc has both");
    }
}
