//! `cargo +nightly fuzz run hls`
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| dipole_corpus::feed("hls", bytes));
