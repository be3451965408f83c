//! `cargo +nightly fuzz run xtream`
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| dipole_corpus::feed("xtream", bytes));
