//! Lab 16 gives away what is under its folder and nothing else, whatever lies there; lab 17 writes dates,
//! and answers HEAD as it answers GET.

#[path = "../../labs/17-saying-what-it-is/date.rs"]
mod date;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::dice::Dice;
use crate::support::peers::ask;
use crate::support::{Server, bin, have};

/// A folder with files, links and things that are no files, and what must not get out beside it.
#[cfg(unix)]
fn town(name: &str) -> PathBuf {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    let town = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&town);
    let root = town.join("root");
    fs::create_dir_all(root.join("folder")).expect("a folder");
    fs::create_dir_all(town.join("root-secret")).expect("a folder");
    fs::write(town.join("root-secret/x"), "secret").expect("a file");
    fs::write(root.join("folder/x"), "inside").expect("a file");
    fs::write(root.join("..."), "three dots").expect("a file");
    fs::write(root.join("a\\b"), "backslash").expect("a file");
    fs::write(root.join("empty"), "").expect("a file");
    fs::write(root.join("large"), vec![7; 3_000_000]).expect("a file");
    symlink("folder/x", root.join("link-in")).expect("a link");
    symlink("../root-secret/x", root.join("link-out")).expect("a link");
    symlink("/etc", root.join("etc")).expect("a link");
    symlink("loop", root.join("loop")).expect("a link");
    symlink("nowhere", root.join("dangling")).expect("a link");
    drop(UnixListener::bind(root.join("socket")));
    if have(&["mkfifo"]) {
        let pipe = Command::new("mkfifo").arg(root.join("pipe")).status();
        assert!(pipe.expect("mkfifo(1)").success());
    }
    root
}

fn serve(program: &str, root: &Path) -> Server {
    let mut command = Command::new(bin(program));
    Server::start_with(command.arg("127.0.0.1:0").env("WIRELAB_ROOT", root))
}

/// The status, and the body.
fn get(server: &Server, method: &str, path: &str) -> (String, Vec<u8>) {
    let request = format!("{method} {path} HTTP/1.1\r\nHost: a\r\n\r\n");
    let answer = ask(server.addr, request.as_bytes());
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let (head, body) = answer.split_at(end.expect("an empty line") + 4);
    let head = String::from_utf8_lossy(head).into_owned();
    (head, body.to_vec())
}

#[cfg(unix)]
#[test]
fn lab16_and_17_only_regular_files_under_the_root_are_given_away() {
    let root = town("lab16-town");
    for program in ["lab16-server", "lab17-server"] {
        let server = serve(program, &root);
        let given = [
            ("/folder/x", "inside"),
            ("/link-in", "inside"),
            ("/...", "three dots"),
            ("/a%5Cb", "backslash"),
            ("/empty", ""),
            ("/../folder/x", "inside"),
            ("/folder/%2E/./x", "inside"),
            ("/folder/x?../../root-secret/x", "inside"),
        ];
        for (path, body) in given {
            let (head, got) = get(&server, "GET", path);
            assert!(
                head.starts_with("HTTP/1.1 200 OK\r\n"),
                "{program} {path}: {head}"
            );
            assert_eq!(String::from_utf8_lossy(&got), body, "{program} {path}");
        }
        let refused = [
            "/",
            "/folder",
            "/folder/",
            "/folder/x/",
            "/folder/x/y",
            "/link-out",
            "/etc/passwd",
            "/etc",
            "//etc/passwd",
            "/../../../../etc/passwd",
            "/loop",
            "/dangling",
            "/pipe",
            "/socket",
            "/../root-secret/x",
            "/%2e%2e/root-secret/x",
            "/..%5Croot-secret%5Cx",
            "/%c0%ae%c0%ae/root-secret/x",
            "/%252e%252e/root-secret/x",
            "/folder/..%2f..%2froot-secret/x",
            "/folder/x%00",
            "/%",
            "/%2",
            "/%zz",
            "/%ff",
        ];
        for path in refused {
            let (head, body) = get(&server, "GET", path);
            let refused = head.starts_with("HTTP/1.1 404 ") || head.starts_with("HTTP/1.1 400 ");
            assert!(refused, "{program} {path}: {head}{}", body.escape_ascii());
        }
        let (head, body) = get(&server, "GET", "/large");
        assert!(head.contains("Content-Length: 3000000\r\n"), "{head}");
        assert!(
            body == vec![7; 3_000_000],
            "{program}: {} bytes",
            body.len()
        );
    }
}

#[test]
fn lab17_head_is_get_without_the_body() {
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("labs/17-saying-what-it-is/files");
    let mut command = Command::new(bin("lab17-server"));
    command.arg("127.0.0.1:0").env("WIRELAB_ROOT", &files);
    let server = Server::start_with(command.env("WIRELAB_NOW", "0"));
    for path in ["/menu.txt", "/taco.png", "/nachos.txt", "/%", "/"] {
        let (get_head, body) = get(&server, "GET", path);
        let (head, nothing) = get(&server, "HEAD", path);
        assert_eq!(head, get_head, "{path}");
        assert!(nothing.is_empty() && !body.is_empty(), "{path}");
        assert!(
            head.contains("Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"),
            "{head}"
        );
    }
    let (head, body) = get(
        &server,
        "HEAD",
        "/x HTTP/1.1\r\nHost: a\r\nBad Name: x\r\nX:",
    );
    assert!(
        head.starts_with("HTTP/1.1 400 ") && body.is_empty(),
        "{head}"
    );
}

#[test]
fn lab17_dates_are_right_on_the_days_that_are_easily_got_wrong() {
    let cases = [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
        (978_307_199, "Sun, 31 Dec 2000 23:59:59 GMT"),
        (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
        (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
        (date::LAST, "Fri, 31 Dec 9999 23:59:59 GMT"),
    ];
    for (seconds, expected) in cases {
        assert_eq!(date::in_words(seconds), expected);
    }
    let mut dice = Dice::new();
    for _ in 0..2_000 {
        let seconds = dice.below(date::LAST as usize) as u64;
        let words = date::in_words(seconds);
        assert_eq!(words.len(), 29, "{words}");
        assert_eq!(words, wirelab::http::date::format(seconds as i64));
    }
}
