//! `cargo test` builds the numbered programs because this test is in their package: the other tests, in the
//! package of the library, only start them. Nothing else may be learnt here.

use std::path::Path;

/// Each program of `labs/programs/Cargo.toml` is there, beside the first.
#[test]
fn every_program_of_the_manifest_is_built() {
    let folder = Path::new(env!("CARGO_BIN_EXE_lab01-server")).parent();
    let folder = folder.expect("a program lies in a folder");
    let lines = include_str!("Cargo.toml").lines();
    let lines = lines.filter_map(|line| line.trim().strip_prefix("{ name = \""));
    let names: Vec<&str> = lines.filter_map(|line| line.split('"').next()).collect();
    assert!(names.len() > 70, "only {} programs", names.len());
    for name in names {
        let program = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        assert!(program.is_file(), "{} is missing", program.display());
    }
}
