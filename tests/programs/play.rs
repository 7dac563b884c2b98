//! `cargo lab play`: a transcript against a live peer, and the verdict.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Output, Stdio};

use crate::support::{Server, bin};
use wirelab::net::Weather;
use wirelab::wire::Transcript;

const LAB_1: &str = "snapshots/lab01-three-tacos.snap";

/// `wirelab play WORDS`, and what is given to its standard input.
fn play(words: &[&str], stdin: &str) -> Output {
    let mut command = Command::new(bin("wirelab"));
    command.arg("play").args(words).stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = command.spawn().unwrap();
    let mut typed = running.stdin.take().unwrap();
    // One that complains at once does not read.
    let _ = typed.write_all(stdin.as_bytes());
    drop(typed);
    running.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_snapshot_passes_at_the_labs_server_in_every_weather() {
    let server = Server::start("lab01-server");
    let addr = server.addr.to_string();
    for weather in Weather::ALL {
        if weather == Weather::Lossy {
            continue;
        }
        let output = play(&[LAB_1, &addr, "--weather", weather.name()], "");
        let said = text(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{}: {said}", weather.name());
        assert_eq!(said, format!("PASS {LAB_1} · all 19 bytes of the server\n"));
    }
}

/// A weather that would do nothing, and a field without a name, are wrong use.
#[test]
fn options_without_effect_are_refused() {
    let datagrams = "snapshots/lab25-lost-order.snap";
    for (words, why) in [
        ([LAB_1, "--weather", "lossy"], "lossy is for UDP"),
        (
            [datagrams, "--weather", "glue"],
            "their weathers are calm and lossy",
        ),
        (
            [LAB_1, "--ignore", ""],
            "--ignore needs the name of a field",
        ),
        (
            [LAB_1, "--ignore", "Date,"],
            "--ignore needs the name of a field",
        ),
    ] {
        let output = play(&[&words[..], &["127.0.0.1:1"]].concat(), "");
        let said = text(&output.stderr);
        assert!(
            output.status.code() == Some(2) && said.contains(why),
            "{said}"
        );
    }
}

/// A recording of `tap --fail-first` has a refusal, which is no connection that stays open.
#[test]
fn a_server_that_lets_in_where_it_should_refuse_is_told_so() {
    let server = Server::start("lab01-server");
    let output = play(&["-", &server.addr.to_string()], "S refuse\n");
    let said = text(&output.stdout);
    let first = "FAIL stdin · the server should refuse the connection, but let it in\n";
    assert!(said.starts_with(first), "{said}");
}

/// What cannot be compared as HTTP is named.
#[test]
fn whose_bytes_are_not_http_is_said() {
    let server = Server::start("lab01-server");
    let addr = server.addr.to_string();
    let asks = "C> 3 tacos\\n\n";
    let http = "S> HTTP/1.1 200 OK\\r\\n\nS> Content-Length: 0\\r\\n\nS> \\r\\n\nS fin\n";
    for (recorded, why) in [
        (
            "S> no\\n\nS fin\n",
            "the bytes in stdin of connection 1 are not HTTP",
        ),
        (http, "the server's bytes of connection 1 are not HTTP"),
        (
            "S> \\{any}x\\n\nS fin\n",
            "stdin has a mask without its value",
        ),
    ] {
        let output = play(
            &["-", &addr, "--only", "status"],
            &format!("{asks}{recorded}"),
        );
        let said = text(&output.stderr);
        assert!(said.contains(why), "{said}");
        assert_eq!(output.status.code(), Some(1), "{said}");
    }
}

#[test]
fn a_difference_fails_and_is_shown() {
    let server = Server::start("lab01-server");
    let script = fs::read_to_string(LAB_1)
        .unwrap()
        .replace("coming", "going");
    let output = play(&["-", &server.addr.to_string()], &script);
    assert_eq!(output.status.code(), Some(1));
    let expected = "\
FAIL stdin · the server's answer is wrong from byte 10 on

   C connect
   C> 3 tacos\\n
 - S> 3 tacos, going up\\n
 + S> 3 tacos, coming up\\n
               ^ byte 10 (line 1, byte 10 of it)
      expected  67 6f 69 6e 67 20 75 70
      got       63 6f 6d 69 6e 67 20 75
";
    assert_eq!(text(&output.stdout), expected);
}

/// A client that has its answer may hang up before the server does, or after: a recording has either.
#[test]
fn who_hangs_up_first_is_chance_where_both_do() {
    let server = Server::start("lab01-server");
    let script = "C> 3 tacos\\n\nS> 3 tacos, coming up\\n\n";
    for ends in ["C fin\nS fin\n", "S fin\nC fin\n"] {
        let output = play(&["-", &server.addr.to_string()], &format!("{script}{ends}"));
        let said = text(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{said}");
    }
}

#[test]
fn a_pattern_passes_and_what_came_is_kept() {
    let server = Server::start("lab01-server");
    let file = std::env::temp_dir().join(format!("wirelab-play-{}.wire", std::process::id()));
    let name = file.to_str().unwrap();
    let script = "C> 3 tacos\\n\nS> \\{int} tacos\\{line}\nS fin\nC fin\n";
    let output = play(&["-", &server.addr.to_string(), "--save", name], script);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    let kept = fs::read(&file).unwrap();
    fs::remove_file(&file).unwrap();
    let kept = Transcript::parse_bytes(&kept).unwrap().without_times();
    let expected = "C connect\nC> 3 tacos\\n\nS> 3 tacos, coming up\\n\nS fin\nC fin\n";
    assert_eq!(kept.render(), expected);
}

/// As `tap` does: a file may be attached to an issue.
#[test]
fn what_is_saved_has_no_secret() {
    let server = Server::start("lab09-server");
    let file = std::env::temp_dir().join(format!("wirelab-secret-{}.wire", std::process::id()));
    let name = file.to_str().unwrap();
    let script = "C> GET / HTTP/1.1\\r\\n\nC> Host: x\\r\\n\nC> Cookie: id=4711\\r\\n\nC> \\r\\n\nS> \\{any}\nS fin\nC fin\n";
    let output = play(&["-", &server.addr.to_string(), "--save", name], script);
    let kept = fs::read_to_string(&file).unwrap();
    fs::remove_file(&file).unwrap();
    assert!(
        kept.contains("Cookie: ") && !kept.contains("4711"),
        "{kept}\n{}",
        text(&output.stdout)
    );
}

#[test]
fn the_labs_client_is_answered_by_the_snapshot() {
    let mut command = Command::new(bin("wirelab"));
    command.args(["play", LAB_1, "--listen", "127.0.0.1:0"]);
    let mut running = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut stdout = BufReader::new(running.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    let addr = line.trim_end().strip_prefix("listening on ").unwrap();
    let client = Command::new(bin("lab01-client"))
        .arg(addr)
        .output()
        .unwrap();
    assert_eq!(text(&client.stdout), "3 tacos, coming up\n");
    let mut said = String::new();
    stdout.read_to_string(&mut said).unwrap();
    assert_eq!(said, format!("PASS {LAB_1} · all 8 bytes of the client\n"));
    assert!(running.wait().unwrap().success());
}

#[test]
fn wrong_words_are_explained() {
    let nobody = wirelab::net::Closed::at(([127, 0, 0, 1], 0).into()).unwrap();
    let addr = nobody.addr.to_string();
    let cases: [(&[&str], &str, i32, &str); 6] = [
        (
            &[LAB_1],
            "",
            2,
            "give either the server's ADDR or --listen ADDR",
        ),
        (&[LAB_1, &addr], "", 1, "refused the connection"),
        (
            &[LAB_1, &addr, "--weather", "hail"],
            "",
            2,
            "there is no weather `hail`: there are calm,",
        ),
        (
            &["-", &addr],
            "C> \\{date}\n",
            2,
            "stdin: the C side of connection 1 has a mask",
        ),
        (&["-", &addr], "C> taco\nwhat\n", 2, "stdin:2:1: "),
        (&["no.wire", &addr], "", 2, "no.wire: there is no such file"),
    ];
    for (words, stdin, code, message) in cases {
        let output = play(words, stdin);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(
            said.starts_with("wirelab: ") && said.contains(message),
            "{said}"
        );
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}
