//! Bytes of others: a model file before whisper.cpp gets it, the weights of the small network, and
//! the log of a database before SQLite gets it.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = wake::SmallDetector::from_bytes(bytes, None);
    let _ = store::is_log_damaged(bytes);
    let path = std::env::temp_dir().join(format!("hark-fuzz-{}", std::process::id()));
    if std::fs::write(&path, bytes).is_ok() {
        let _ = stt::check_model(&path);
        let _ = stt::Manifest::read(&path);
    }
});
