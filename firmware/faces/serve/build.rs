//! Gzips the files of the page. Done at start it would cost the box 350 KiB that it never gives
//! back.

use std::{env, error::Error, fs, io::Write as _, path::Path};

use flate2::{Compression, write::GzEncoder};

const PAGE: &str = "../../../web-static";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={PAGE}");
    gzip(Path::new(PAGE), Path::new(&env::var("OUT_DIR")?))
}

/// Everything in `from`, into the same folders under `to`.
fn gzip(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() {
            gzip(&path, &to.join(name))?;
            continue;
        }
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&fs::read(&path)?)?;
        fs::write(to.join(format!("{}.gz", name.display())), encoder.finish()?)?;
    }
    Ok(())
}
