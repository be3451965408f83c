//! `cargo +nightly fuzz run names`
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| dipole_corpus::feed("names", bytes));
