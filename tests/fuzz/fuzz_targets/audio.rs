//! `fuzzed::audio`.
#![no_main]

libfuzzer_sys::fuzz_target!(init: fuzzed::let_caught_panics_pass(), |bytes: &[u8]| fuzzed::audio(bytes));
