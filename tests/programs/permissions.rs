//! Files and folders that may not be read or written: an ordinary user gets a message that names them. The
//! superuser may do everything; there the command runs as the user 65534.

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::support::peers::closed;
use crate::support::{Server, WIRELAB, have, skip};

/// A folder with a copy of `wirelab` that everybody may start.
struct Place(PathBuf);

impl Place {
    /// `None`: the command cannot be run as an ordinary user here; the test is skipped then, with the reason.
    fn new(name: &str) -> Option<Place> {
        let name = format!("wirelab-permissions-{name}-{}", std::process::id());
        let place = Place(std::env::temp_dir().join(name));
        fs::create_dir_all(&place.0).expect("a folder");
        fs::copy(WIRELAB, place.0.join("wirelab")).expect("a copy");
        for path in [place.0.clone(), place.0.join("wirelab")] {
            mode(&path, 0o755);
        }
        if place.is_of_root() && !have(&["setpriv"]) {
            return None;
        }
        let output = place.wirelab().arg("--version").output();
        let starts = output.is_ok_and(|output| output.status.success());
        if !starts {
            skip("no ordinary user may start a program in the folder for temporary files");
        }
        starts.then_some(place)
    }

    fn is_of_root(&self) -> bool {
        fs::metadata(&self.0).expect("it is there").uid() == 0
    }

    /// `wirelab`, as an ordinary user, in this folder.
    fn wirelab(&self) -> Command {
        let program = self.0.join("wirelab");
        let mut command = match self.is_of_root() {
            true => Command::new("setpriv"),
            false => Command::new(&program),
        };
        if self.is_of_root() {
            command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
            command.arg(&program);
        }
        command.current_dir(&self.0).stdin(Stdio::null());
        command
    }

    fn run(&self, words: &[&str]) -> Output {
        let output = self.wirelab().args(words).output();
        output.expect("the command starts")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        for shut in ["shut", "site/shut"] {
            if self.0.join(shut).exists() {
                mode(&self.0.join(shut), 0o755);
            }
        }
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("it is ours");
}

#[test]
fn what_may_not_be_read_gets_403() {
    let Some(place) = Place::new("serve") else {
        return;
    };
    let site = place.0.join("site");
    fs::create_dir_all(site.join("shut")).expect("a folder");
    for (name, bits) in [
        ("open.txt", 0o644),
        ("closed.txt", 0),
        ("shut/a.txt", 0o644),
    ] {
        fs::write(site.join(name), "tacos\n").expect("a file");
        mode(&site.join(name), bits);
    }
    mode(&site, 0o755);
    mode(&site.join("shut"), 0);
    let mut command = place.wirelab();
    command.args(["serve", "site", "--port", "0", "--quiet"]);
    let server = Server::start_with(&mut command);
    for (target, code) in [
        ("open.txt", 200),
        ("closed.txt", 403),
        ("shut/a.txt", 403),
        ("shut/", 403),
        ("nothing.txt", 404),
    ] {
        let url = format!("http://{}/{target}", server.addr);
        let output = Command::new(WIRELAB)
            .args(["fetch", "--head", &url])
            .output();
        let text = String::from_utf8(output.expect("fetch starts").stdout).expect("a head");
        let first = format!("HTTP/1.1 {code} ");
        assert!(text.starts_with(&first), "{target}: {text}");
    }
}

#[test]
fn a_folder_that_may_not_be_opened_or_listed_is_named_at_the_start() {
    let Some(place) = Place::new("folder") else {
        return;
    };
    let shut = place.0.join("shut");
    fs::create_dir(&shut).expect("a folder");
    fs::write(shut.join("a.txt"), "tacos\n").expect("a file");
    // It may be listed, but nothing in it can be opened.
    for bits in [0, 0o444] {
        mode(&shut, bits);
        let output = place.run(&["serve", "shut", "--port", "0"]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(
            said.starts_with("wirelab: shut: this folder cannot be served: Permission denied"),
            "{said}"
        );
    }
    // Nor by its owner, who may be the one that runs this test.
    mode(&shut, 0o311);
    let mut command = place.wirelab();
    command.args(["serve", "shut", "--port", "0"]);
    let (server, log) = Server::start_logged(&mut command);
    let first = BufReader::new(log).lines().next().expect("a line");
    let said = first.expect("it is text");
    assert!(
        said.starts_with("wirelab: shut: this folder cannot be listed: Permission denied"),
        "{said}"
    );
    let url = format!("http://{}/a.txt", server.addr);
    let output = Command::new(WIRELAB).args(["fetch", &url]).output();
    assert_eq!(output.expect("fetch starts").stdout, b"tacos\n");
    mode(&shut, 0o755);
}

#[test]
fn what_may_not_be_read_or_written_is_named() {
    let Some(place) = Place::new("files") else {
        return;
    };
    fs::create_dir(place.0.join("shut")).expect("a folder");
    mode(&place.0.join("shut"), 0o555);
    fs::write(place.0.join("F.wire"), "@wire 1\nC connect\n").expect("a file");
    mode(&place.0.join("F.wire"), 0);
    let nobody = closed();
    let addr = nobody.addr.to_string();
    let cases: [(&[&str], i32, &str); 3] = [
        (
            &["show", "F.wire"],
            2,
            "F.wire: cannot be read: Permission denied",
        ),
        (
            &["tap", "127.0.0.1:0", &addr, "--save", "shut/F.wire"],
            1,
            "shut/F.wire: cannot be written: Permission denied",
        ),
        (
            &["check", "9", "--server", "./F.wire"],
            3,
            "./F.wire is not executable: try chmod +x ./F.wire",
        ),
    ];
    for (words, code, message) in cases {
        let output = place.run(words);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{words:?}: {said}");
        assert!(said.contains(message), "{words:?}: {said}");
        assert_eq!(said.lines().count(), 1, "{words:?}: {said}");
    }
}
