//! `fuzzed::clock`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzzed::clock(bytes));
