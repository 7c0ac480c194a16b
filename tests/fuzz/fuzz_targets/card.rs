//! What the store reads from a card and from the memory of a clock chip.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    store::fuzz::rows(bytes);
    let path = std::env::temp_dir().join(format!("hark-fuzz-chip-{}", std::process::id()));
    if std::fs::write(&path, bytes).is_ok() {
        store::fuzz::chip(&path);
    }
    let _ = serde_json::from_slice::<store::Backup>(bytes);
});
