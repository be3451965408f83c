//! `cargo +nightly fuzz run rules`
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| dipole_corpus::feed("rules", bytes));
