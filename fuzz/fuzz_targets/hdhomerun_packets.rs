//! `cargo +nightly fuzz run hdhomerun_packets`
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| dipole_corpus::feed("hdhomerun_packets", bytes));
