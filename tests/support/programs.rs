//! Where the programs under test are: `wirelab`, the numbered programs of the labs, and `badpeer`.
//!
//! Rule: no test starts an old program. `cargo test` builds all of them; `cargo test --test check` builds
//! `wirelab` alone, so what is missing or older than its sources is built here, once in a process.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Once, OnceLock};

use wirelab::course::locate_and_build_programs::{is_stale, last_change};

/// The program `wirelab`.
pub const WIRELAB: &str = env!("CARGO_BIN_EXE_wirelab");

/// The path of `wirelab`, or of a numbered program of the labs.
pub fn bin(program: &str) -> PathBuf {
    static BUILT: Once = Once::new();
    // For `wirelab`, too: it starts them, and would say that it builds them.
    BUILT.call_once(|| {
        let manifest = std::fs::read_to_string(root().join("labs/programs/Cargo.toml"));
        let manifest = manifest.expect("the list of the programs");
        let lines = manifest.lines().map(str::trim);
        let lines = lines.filter_map(|line| line.strip_prefix("{ name = \""));
        let mut names = lines.filter_map(|line| line.split('"').next());
        let changed = last_change(&sources());
        if names.any(|name| is_stale(&executable(&folder(), name), changed)) {
            build(&["--package", "labs", "--bins"]);
        }
    });
    executable(&folder(), program)
}

/// The path of `badpeer`: small programs with one named flaw each.
pub fn badpeer() -> &'static str {
    static PATH: OnceLock<String> = OnceLock::new();
    PATH.get_or_init(|| {
        let program = executable(&folder().join("examples"), "badpeer");
        let changed = last_change(&[root().join("src"), root().join("tests/badpeers")]);
        if is_stale(&program, changed) {
            build(&["--package", "wirelab", "--example", "badpeer"]);
        }
        program.display().to_string()
    })
}

/// The library and the labs. Not the workbench: a check writes its progress there, and nothing is built from it.
fn sources() -> Vec<PathBuf> {
    let labs = std::fs::read_dir(root().join("labs")).expect("the folder of the labs");
    let labs = labs.map(|entry| entry.expect("an entry of it").path());
    let labs = labs.filter(|path| !path.ends_with("workbench"));
    labs.chain([root().join("src")]).collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn executable(folder: &Path, program: &str) -> PathBuf {
    folder.join(format!("{program}{}", std::env::consts::EXE_SUFFIX))
}

/// The folder of the profile that this test was built with: `target/debug`.
fn folder() -> PathBuf {
    let folder = Path::new(WIRELAB)
        .parent()
        .expect("a program lies in a folder");
    folder.to_path_buf()
}

fn build(what: &[&str]) {
    let folder = folder();
    let profile = match folder.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(name) => name,
    };
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    command
        .args(["build", "--quiet", "--profile", profile])
        .args(what);
    if let Some(target) = folder.parent() {
        command.arg("--target-dir").arg(target);
    }
    let built = command.current_dir(env!("CARGO_MANIFEST_DIR")).status();
    assert!(
        built.expect("cargo starts").success(),
        "cargo cannot build {what:?}"
    );
}
