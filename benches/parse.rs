//! `cargo bench --bench parse`: builds and runs the package `benches/parse`, which compares our
//! reading of heads with httparse. It is a package of its own so that no other build needs httparse.

use std::path::Path;
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let cargo = std::env::var_os("CARGO").unwrap_or("cargo".into());
    let status = Command::new(cargo)
        .args(["run", "--quiet", "--release", "--manifest-path"])
        .arg(root.join("benches/parse/Cargo.toml"))
        .arg("--target-dir")
        .arg(root.join("target/parse"))
        .status();
    match status {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => {
            println!("parse: skipped, benches/parse could not be built (is httparse downloaded?)");
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("parse: skipped, cargo could not be started: {error}");
            ExitCode::SUCCESS
        }
    }
}
