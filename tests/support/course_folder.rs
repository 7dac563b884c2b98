//! A course folder of its own, so that nothing in a test touches the real workbench.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use super::bin;

/// Lab 1's server.
pub const SERVER_1: &str = include_str!("../../labs/01-three-tacos/server.rs");
/// Lab 1's client.
pub const CLIENT_1: &str = include_str!("../../labs/01-three-tacos/client.rs");

/// A course folder whose workbench is a package of its own without dependencies, so that its programs
/// are built in no time. It is gone after the test.
pub struct Course(pub PathBuf);

impl Course {
    pub fn new(name: &str) -> Course {
        let root = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("workbench-{name}"));
        let _ = fs::remove_dir_all(&root);
        let course = Course(root);
        fs::create_dir_all(course.0.join("labs/workbench/src/bin")).expect("a folder");
        course.write(
            "Cargo.toml",
            "[workspace]\nmembers = [\"labs/workbench\"]\nresolver = \"3\"\n\
             [profile.dev]\ndebug = false\nincremental = false\n",
        );
        course.write(
            "labs/workbench/Cargo.toml",
            "[package]\nname = \"workbench\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
        );
        course.write("labs/workbench/src/lib.rs", "");
        course
    }

    pub fn write(&self, file: &str, text: &str) {
        fs::write(self.0.join(file), text).expect("a file");
    }

    /// Saves a program of the learner's.
    pub fn save(&self, program: &str, text: &str) {
        self.write(&format!("labs/workbench/src/bin/{program}.rs"), text);
    }

    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(bin("wirelab"));
        command
            .args(words)
            .env("WIRELAB_COURSE", &self.0)
            .current_dir(&self.0);
        command.stdin(Stdio::null());
        command
    }

    pub fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().expect("wirelab starts")
    }

    pub fn progress(&self) -> String {
        fs::read_to_string(self.0.join("labs/workbench/progress.txt")).unwrap_or_default()
    }
}

impl Drop for Course {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What it said on stdout.
pub fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What it said on stderr.
pub fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
