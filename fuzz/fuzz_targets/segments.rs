//! `cargo +nightly fuzz run segments`
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| dipole_corpus::feed("segments", bytes));
