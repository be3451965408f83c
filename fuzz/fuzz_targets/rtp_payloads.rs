//! `cargo +nightly fuzz run rtp_payloads`
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| dipole_corpus::feed("rtp_payloads", bytes));
