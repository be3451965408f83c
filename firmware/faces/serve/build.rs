//! Gzips the files of the page. Done at start it would cost the box 350 KiB that it never gives
//! back.

use std::{env, error::Error, fs, io::Write as _, path::Path};

use flate2::{Compression, write::GzEncoder};

const PAGE: &str = "../../../web-static";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={PAGE}");
    let folder = env::var("OUT_DIR")?;
    for entry in fs::read_dir(PAGE)? {
        let path = entry?.path();
        if !path.is_file() {
            continue;
        }
        let name = path.file_name().unwrap_or_default().display();
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&fs::read(&path)?)?;
        fs::write(
            Path::new(&folder).join(format!("{name}.gz")),
            encoder.finish()?,
        )?;
    }
    Ok(())
}
