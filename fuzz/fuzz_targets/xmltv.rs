//! `cargo +nightly fuzz run xmltv`
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| dipole_corpus::feed("xmltv", bytes));
