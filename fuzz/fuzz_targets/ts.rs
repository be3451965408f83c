//! `cargo +nightly fuzz run ts`
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| dipole_corpus::feed("ts", bytes));
