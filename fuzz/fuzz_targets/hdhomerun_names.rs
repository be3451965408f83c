//! `cargo +nightly fuzz run hdhomerun_names`
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| dipole_corpus::feed("hdhomerun_names", bytes));
