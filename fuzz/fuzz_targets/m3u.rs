//! `cargo +nightly fuzz run m3u`
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| dipole_corpus::feed("m3u", bytes));
