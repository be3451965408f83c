//! `cargo +nightly fuzz run ssdp`
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| dipole_corpus::feed("ssdp", bytes));
