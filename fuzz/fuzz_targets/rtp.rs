//! `cargo +nightly fuzz run rtp`
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| dipole_corpus::feed("rtp", bytes));
