//! `cargo +nightly fuzz run films`
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| dipole_corpus::feed("films", bytes));
