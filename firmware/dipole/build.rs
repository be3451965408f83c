//! What the linker is told about the daemon.

use std::env;

fn main() {
    let is = |key: &str, value: &str| env::var(key).is_ok_and(|found| found == value);
    // Relocations as a bitmap (DT_RELR): the loader reads all of them at every start, and what it
    // has read stays resident. 16,000 take 5 KiB so and 400 KiB otherwise. It takes glibc 2.36, of
    // 2022.
    if is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
    println!("cargo::rerun-if-changed=build.rs");
}
