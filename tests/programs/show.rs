//! `cargo lab show`: what it prints and writes, and what it says about a file that is no transcript.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use crate::support::{bin, have};
use wirelab::wire::{Ink, PcapngOptions, Transcript, ladder, pcapng, svg};

const TWO_TALKS: &str = r"@wire 1
@title Two orders
C connect
C> 3 tacos\n
S> 3 tacos, coming up\n
Sx 00 ff fe 80
C2 connect
C2> 1 water\n
S fin
C fin
";

/// A file of this name and content, in a folder of the test's own, and the folder.
fn file(test: &str, name: &str, content: &[u8]) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("show-{test}"));
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join(name), content).expect("a file");
    folder
}

fn show(folder: &PathBuf, words: &[&str]) -> Output {
    let mut command = Command::new(bin("wirelab"));
    command.arg("show").args(words).current_dir(folder);
    command.stdin(Stdio::null()).output().expect("it starts")
}

/// What it printed, when it passed without a complaint.
fn printed(folder: &PathBuf, words: &[&str]) -> Vec<u8> {
    let output = show(folder, words);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{words:?}");
    assert_eq!(output.status.code(), Some(0), "{words:?}");
    output.stdout
}

/// The exit code and what it complained about, when it printed nothing.
fn refused(folder: &PathBuf, words: &[&str]) -> (Option<i32>, String) {
    let output = show(folder, words);
    assert_eq!(output.stdout, b"", "{words:?}");
    let complaint = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(complaint.lines().count(), 1, "{complaint}");
    (output.status.code(), complaint)
}

#[test]
fn where_no_terminal_is_it_prints_the_notation() {
    let folder = file("notation", "two.wire", TWO_TALKS.as_bytes());
    let text = String::from_utf8(printed(&folder, &["two.wire"])).unwrap();
    let read = |text: &str| Transcript::parse(text).unwrap();
    assert_eq!(read(&text), read(TWO_TALKS));
}

#[test]
fn on_a_terminal_it_draws_the_ladder_unless_no_color_is_set() {
    if !have(&["script"]) {
        return;
    }
    let folder = file("terminal", "two.wire", TWO_TALKS.as_bytes());
    let on_terminal = |no_color: &str| {
        let mut command = Command::new("script");
        let line = format!("{} show two.wire", bin("wirelab").display());
        command.args(["-qec", &line, "/dev/null"]);
        command.env("NO_COLOR", no_color).env("TERM", "xterm");
        command.current_dir(&folder).stdin(Stdio::null());
        let output = command.output().expect("script starts");
        String::from_utf8(output.stdout)
            .unwrap()
            .replace("\r\n", "\n")
    };
    let t = Transcript::parse(TWO_TALKS).unwrap();
    assert_eq!(on_terminal(""), ladder(&t, Ink::Colour));
    assert_eq!(on_terminal("1"), t.render());
}

#[test]
fn brief_keeps_the_ends_of_a_long_run() {
    let body: String = (1..=40).map(|n| format!("S> taco {n}\\n\n")).collect();
    let folder = file("brief", "long.wire", body.as_bytes());
    let text = String::from_utf8(printed(&folder, &["--brief", "long.wire"])).unwrap();
    assert_eq!(text.lines().count(), 16 + 1 + 2, "{text}");
    assert!(text.contains(" bytes sha256:"), "{text}");
}

#[test]
fn pictures_and_packets_go_to_a_file_or_to_stdout() {
    let folder = file("out", "two.wire", TWO_TALKS.as_bytes());
    let t = Transcript::parse(TWO_TALKS).unwrap();
    let packets = pcapng(&t, &PcapngOptions::default()).unwrap();
    let both = ["two.wire", "--svg", "two.svg", "--pcapng", "two.pcapng"];
    assert_eq!(printed(&folder, &both), b"");
    assert_eq!(
        fs::read(folder.join("two.svg")).unwrap(),
        svg(&t).as_bytes()
    );
    assert_eq!(fs::read(folder.join("two.pcapng")).unwrap(), packets);
    assert_eq!(
        printed(&folder, &["two.wire", "--svg", "-"]),
        svg(&t).as_bytes()
    );
    assert_eq!(printed(&folder, &["two.wire", "--pcapng=-"]), packets);
}

#[test]
fn raw_gives_the_exact_bytes_of_one_side() {
    let folder = file("raw", "two.wire", TWO_TALKS.as_bytes());
    let raw = |side| printed(&folder, &["--raw", side, "two.wire"]);
    assert_eq!(raw("C"), b"3 tacos\n");
    assert_eq!(raw("s"), b"3 tacos, coming up\n\x00\xff\xfe\x80");
    assert_eq!(raw("C2"), b"1 water\n");
    assert_eq!(raw("S2"), b"");
    let (code, complaint) = refused(&folder, &["--raw", "C3", "two.wire"]);
    assert_eq!(code, Some(2));
    assert_eq!(complaint, "wirelab: two.wire: there is no connection 3\n");
    for side in ["X", "", "C0x", "Sé"] {
        let (code, complaint) = refused(&folder, &["--raw", side, "two.wire"]);
        assert_eq!(code, Some(2));
        assert!(complaint.contains("--raw takes C or S"), "{complaint}");
    }
}

#[test]
fn a_mask_has_no_bytes_to_give() {
    let folder = file(
        "mask",
        "mask.wire",
        b"C> plain\\n\nS> Date: \\{date}\\r\\n\n",
    );
    assert_eq!(printed(&folder, &["--raw", "C", "mask.wire"]), b"plain\n");
    let (code, complaint) = refused(&folder, &["--raw", "S", "mask.wire"]);
    assert_eq!(code, Some(2));
    assert!(
        complaint.starts_with("wirelab: mask.wire: S has a mask"),
        "{complaint}"
    );
    let (code, complaint) = refused(&folder, &["--pcapng", "mask.pcapng", "mask.wire"]);
    assert_eq!(code, Some(2));
    assert!(
        complaint.starts_with("wirelab: mask.wire: S has a mask"),
        "{complaint}"
    );
    assert!(!folder.join("mask.pcapng").exists());
}

#[test]
fn a_dash_is_stdin() {
    let mut command = Command::new(bin("wirelab"));
    command.args(["show", "-", "--raw", "C"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(TWO_TALKS.as_bytes()).expect("it reads");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.stdout, b"3 tacos\n");
}

#[test]
fn an_error_says_the_line_and_column_of_the_file() {
    let mut text = "C> 3 tacos\\n\n".repeat(999);
    text.push_str("C> 3 t\\acos\\n\n");
    let folder = file("error", "F.wire", text.as_bytes());
    let (code, complaint) = refused(&folder, &["F.wire"]);
    assert_eq!(code, Some(2));
    assert!(
        complaint.starts_with("wirelab: F.wire:1000:7: "),
        "{complaint}"
    );
}

#[test]
fn a_snapshot_is_read_behind_its_header_and_its_lines_are_counted_from_the_top() {
    let header = "---\nsource: tests/labs.rs\n---\n";
    let folder = file(
        "snapshot",
        "good.snap",
        (header.to_string() + TWO_TALKS).as_bytes(),
    );
    assert_eq!(
        printed(&folder, &["--raw", "C2", "good.snap"]),
        b"1 water\n"
    );
    file(
        "snapshot",
        "bad.snap",
        (header.to_string() + "\nx\n").as_bytes(),
    );
    let (code, complaint) = refused(&folder, &["bad.snap"]);
    assert_eq!(code, Some(2));
    assert!(
        complaint.starts_with("wirelab: bad.snap:5:1: "),
        "{complaint}"
    );
}

#[test]
fn a_file_that_is_no_transcript_gets_one_clear_message() {
    let folder = file("bad", "binary.wire", b"C> 3 tacos\\n\nC> \xff\xfe\n");
    for (words, needed) in [
        (
            &["absent.wire"][..],
            "wirelab: absent.wire: there is no such file",
        ),
        (&["."], "wirelab: .: a folder"),
        (&["binary.wire"], "wirelab: binary.wire:2:4: "),
        (
            &["--brief", "--raw", "C", "binary.wire"],
            "wirelab: two things cannot be printed",
        ),
        (
            &["--svg", "-", "--pcapng", "-", "binary.wire"],
            "wirelab: two things cannot",
        ),
        (&[], "wirelab: FILE is missing"),
    ] {
        let (code, complaint) = refused(&folder, words);
        assert_eq!(code, Some(2), "{words:?}: {complaint}");
        assert!(complaint.starts_with(needed), "{complaint}");
    }
}

#[test]
fn an_output_that_cannot_be_written_is_a_failure() {
    let folder = file("unwritable", "two.wire", TWO_TALKS.as_bytes());
    let (code, complaint) = refused(&folder, &["two.wire", "--svg", "absent/two.svg"]);
    assert_eq!(code, Some(1));
    assert!(
        complaint.starts_with("wirelab: absent/two.svg: cannot be written"),
        "{complaint}"
    );
}

/// A chunked answer and a WebSocket, as their receivers understand them.
const WEB: &str = r#"@wire 1
@client 127.0.0.1:50001
@server 127.0.0.1:80
C connect
C> GET / HTTP/1.1\r\n
C> Host: a\r\n
C> \r\n
~ 20ms
S> HTTP/1.1 200 OK\r\n
S> Transfer-Encoding: chunked\r\n
S> \r\n
S> 3\r\n
S> abc\r\n
S> 2\r\n
S> de\r\n
S> 0\r\n
S> \r\n
C fin
S fin
# client 127.0.0.1:50002
~ 5ms
C2 connect
C2> GET /chat HTTP/1.1\r\n
C2> \r\n
S2> HTTP/1.1 101 Switching Protocols\r\n
S2> \r\n
S2x 81 05 48 65
~ 3ms
S2x 6c 6c 6f 88 02 03 e8
S2 fin
"#;

#[test]
fn parts_and_decoded_bodies_are_shown() {
    let folder = file("parts", "web.wire", WEB.as_bytes());
    let show = |words: &[&str]| {
        let all = [&["web.wire"], words].concat();
        String::from_utf8(printed(&folder, &all)).expect("UTF-8")
    };
    let second = show(&["--connection", "2"]);
    assert!(
        !second.contains("\nC connect") && second.contains("C2 connect"),
        "{second}"
    );
    assert_eq!(show(&["--only", "127.0.0.1:50002"]), second);
    assert_eq!(show(&["--only", "/chat"]), second);
    let first = show(&["--connection", "1", "--decode"]);
    assert!(
        first.contains("# body, 2 chunks joined: 5 bytes\nS> abcde\n"),
        "{first}"
    );
    let frames = show(&["--connection", "2", "--decode"]);
    let expected = "# S frame: text, 5 bytes: Hello\n# S frame: close, 2 bytes: 1000\n";
    assert!(frames.contains(expected), "{frames}");
    let mermaid = show(&["--mermaid"]);
    assert!(
        mermaid.starts_with("sequenceDiagram\n    participant C as client\n"),
        "{mermaid}"
    );
    assert!(
        mermaid.contains("    C->>S: C#62; GET / HTTP/1.1\\r\\n<br/>"),
        "{mermaid}"
    );
    let markdown = show(&["--md"]);
    assert!(
        markdown.contains("\n```text\n@wire 1\n") && markdown.ends_with("```\n"),
        "{markdown}"
    );
    for width in [40, 120, 200] {
        let ladder = show(&["--width", &width.to_string()]);
        let widest = ladder.lines().map(|line| line.chars().count()).max();
        assert_eq!(widest, Some(width), "{ladder}");
    }
    for (width, why) in [("39", "40 to 200, not 39"), ("201", "40 to 200, not 201")] {
        let (code, said) = refused(&folder, &["web.wire", "--width", width]);
        assert!(code == Some(2) && said.contains(why), "{said}");
    }
    let (code, said) = refused(&folder, &["web.wire", "--only", "flan"]);
    assert!(
        code == Some(2) && said.contains("no connection has the address or the text"),
        "{said}"
    );
    let (code, said) = refused(&folder, &["web.wire", "--connection", "9"]);
    assert!(
        code == Some(2) && said.contains("there is no connection 9"),
        "{said}"
    );
}

/// A picture that plays: in CSS alone, with pauses shortened, and still for who prefers no motion.
#[test]
fn a_picture_plays() {
    let folder = file("plays", "web.wire", WEB.as_bytes());
    printed(&folder, &["web.wire", "--svg", "web.svg", "--play"]);
    let picture = fs::read_to_string(folder.join("web.svg")).expect("it is there");
    assert!(picture.contains("@keyframes") && picture.contains("prefers-reduced-motion"));
    assert!(!picture.contains("<script") && picture.ends_with("</svg>\n"));
    let delays: Vec<u32> = picture
        .split("animation-delay:")
        .skip(1)
        .map(|rest| rest.split("ms").next().unwrap().parse().unwrap())
        .collect();
    assert!(delays.len() > 8 && delays.is_sorted(), "{delays:?}");
    let (code, _) = refused(&folder, &["web.wire", "--play"]);
    assert_eq!(code, Some(2));
}

/// What is no transcript is named for what it is.
#[test]
fn other_files_are_named() {
    let folder = file("named", "F", b"\x1f\x8b\x08\x00");
    let (code, said) = refused(&folder, &["F"]);
    assert_eq!(code, Some(2));
    assert!(
        said.contains("F: not a transcript: this is a gzip file"),
        "{said}"
    );
}

/// A recording that was killed in the middle of a line: everything before that line is read. In a transcript
/// that a person wrote, the same end is a mistake.
#[test]
fn a_recording_that_is_cut_off_is_read_up_to_its_last_whole_line() {
    let lines = "C connect\nC> 3 tacos\\n\nSx 00 ff fe 80  |....|\n";
    let recording = format!("@wire 1\n@seen-by tap\n{lines}");
    for rest in ["C> a\\x4", "Sx 00 f", "~ 1.2", "C2 conn"] {
        let text = format!("{recording}{rest}");
        let folder = file("cut-off", "F.wire", text.as_bytes());
        let shown = String::from_utf8(printed(&folder, &["F.wire"])).unwrap();
        assert_eq!(shown, format!("{recording}~ end\n"), "{rest}");
        let written = format!("@wire 1\n{lines}{rest}");
        let folder = file("cut-off", "by-hand.wire", written.as_bytes());
        let (code, said) = refused(&folder, &["by-hand.wire"]);
        assert_eq!(code, Some(2));
        assert!(said.contains("by-hand.wire:5:"), "{said}");
    }
    // A fault before the last line is a fault.
    let text = format!("{recording}C> a\\x4\nC> b\\x4");
    let folder = file("cut-off", "F.wire", text.as_bytes());
    assert_eq!(refused(&folder, &["F.wire"]).0, Some(2));
}

/// A transcript of a gigabyte is refused at once, and not read into memory: the file has no bytes on the disk,
/// and the program has less address space than its length.
#[test]
#[cfg(unix)]
fn a_transcript_of_a_gigabyte_is_refused_in_little_memory() {
    let folder = file("gigabyte", "F.wire", b"@wire 1\nC connect\n");
    let long = fs::File::options()
        .append(true)
        .open(folder.join("F.wire"))
        .expect("it is there");
    long.set_len(1 << 30).expect("no bytes are needed for that");
    for words in [
        ["show", "F.wire", "--brief"],
        ["play", "F.wire", "127.0.0.1:1"],
    ] {
        let mut command = Command::new("sh");
        command.args(["-c", "ulimit -v 200000; exec \"$@\"", "sh"]);
        command.arg(bin("wirelab")).args(words).current_dir(&folder);
        let output = command.stdin(Stdio::null()).output().expect("it starts");
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("F.wire: longer than 256 MiB"), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
    fs::remove_dir_all(folder).expect("it goes away");
}
