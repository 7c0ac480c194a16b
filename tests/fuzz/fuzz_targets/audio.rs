//! Recordings that someone hands in.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = audio::read_from(std::io::Cursor::new(bytes.to_vec()), "fuzz");
});
