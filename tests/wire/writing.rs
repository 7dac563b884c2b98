//! Writing, rule by rule, with the exact text expected; each text reads back as the same value.

use std::time::Duration;

use wirelab::wire::{Event, Gap, Mask, Transcript, Who};

use crate::read;

/// What the client's bytes alone are written as.
fn written(bytes: &[u8]) -> String {
    let mut transcript = Transcript::new();
    transcript.push_bytes(1, Who::Client, bytes);
    transcript.render()
}

/// The bytes that the client says in this text.
fn said(text: &str) -> Vec<u8> {
    read(text).bytes_of(1, Who::Client)
}

#[test]
fn a_whole_session_reads_and_writes_the_same() {
    let text = r"@wire 1
@title Three tacos
C connect
C> GET /menu.txt HTTP/1.1\r\n
C> \r\n
~ 50.2ms
S> HTTP/1.1 200 OK\r\n # a remark
# a note

S> Date: \{date}\r\n
S> \r\n
S> three tacos\n
~ 10ms..20.125ms
S> bye
~
S> bye
C timeout 2000ms
S2 refuse
C3 connect
C3> \{masked 24 bytes}\{1..9 bytes}\{12 bytes}
S3x 00 80 ff  |...|
S3 rst
S fin
~ end
";
    assert_eq!(read(text).render(), text);
}

/// Rules 3 to 6: where a text line breaks, and what is escaped.
#[test]
fn bytes_are_written_visibly() {
    let table = [
        ("3 tacos\n", r"C> 3 tacos\n"),
        ("a\r\n\r\nb", "C> a\\r\\n\nC> \\r\\n\nC> b"),
        ("\t\\ {}\x7f", r"C> \t\\ {}\x7f"),
        ("jalape\u{f1}o", r"C> jalape\xc3\xb1o"),
        ("\n\n", "C> \\n\nC> \\n"),
        ("end ", r"C> end\x20"),
        (" \n ", "C>  \\n\nC> \\x20"),
    ];
    for (bytes, text) in table {
        assert_eq!(written(bytes.as_bytes()), format!("{text}\n"));
        assert_eq!(said(text), bytes.as_bytes());
    }
    let x74 = "x".repeat(74);
    let wide = [
        (format!("{x74}y"), format!("C> {x74}y")),
        (format!("{x74}yz"), format!("C> {x74}y\nC> z")),
        (format!("{x74}\r\n"), format!("C> {x74}\nC> \\r\\n")),
        // A space that ends a full line has no room to be written \x20 and moves on.
        (format!("{x74} y"), format!("C> {x74}\nC>  y")),
        (format!("{x74}  z"), format!("C> {x74}\nC>   z")),
        (
            format!("{}     z", &x74[3..]),
            format!("C> {}\\x20\nC>     z", &x74[3..]),
        ),
    ];
    for (bytes, text) in wide {
        assert_eq!(written(bytes.as_bytes()), format!("{text}\n"));
        assert_eq!(said(&text), bytes.as_bytes());
    }
}

/// Rule 7: what is hex, what joins, what stays text.
#[test]
fn strange_bytes_are_hex() {
    let table: [(&[u8], &str); 7] = [
        (b"\x89\x80\x81 |", "Cx 89 80 81 20 7c  |... ||"),
        (
            b"\x1a\n\0\0\0\rIHDR\0\0\0\0\0\0\x01",
            "Cx 1a 0a 00 00 00 0d 49 48 44 52 00 00 00 00 00 00  |......IHDR......|\n\
             Cx 01                                               |.|",
        ),
        // The first line of a PNG file: one byte of six is strange.
        (b"\x89PNG\r\n\x1a\n", "C> \\x89PNG\\r\\n\nCx 1a 0a  |..|"),
        // A quarter is not more than a quarter.
        (b"\xff123", r"C> \xff123"),
        (b"\xff12", "Cx ff 31 32  |.12|"),
        // Fifteen bytes of text between two hex pieces join them, sixteen do not.
        (
            b"\x00\nfifteen bytes.\n\x00\n",
            "Cx 00 0a 66 69 66 74 65 65 6e 20 62 79 74 65 73 2e  |..fifteen bytes.|\n\
             Cx 0a 00 0a                                         |...|",
        ),
        (
            b"\x00\nsixteen bytes..\n\x00\n",
            "Cx 00 0a  |..|\nC> sixteen bytes..\\n\nCx 00 0a  |..|",
        ),
    ];
    for (bytes, text) in table {
        assert_eq!(written(bytes), format!("{text}\n"));
        assert_eq!(said(text), bytes);
    }
}

/// Rule 8: a period of at most 64 bytes over at least 512.
#[test]
fn repeats_are_counted() {
    let x64 = format!("{}\n", "x".repeat(63));
    let table = [
        ("taco\n".repeat(209_715), r"C> \{209715*taco\n}".to_string()),
        ("x".repeat(512), r"C> \{512*x}".to_string()),
        ("x".repeat(150), format!("C> {0}\nC> {0}", "x".repeat(75))),
        ("\0}\\".repeat(200), r"C> \{200*\x00\x7d\\}".to_string()),
        (x64.repeat(8), format!(r"C> \{{8*{}\n}}", &x64[..63])),
        // It starts at the start of a line, and what is left over is text.
        (
            format!("a\r\n\r\n{}tac", "taco\n".repeat(200)),
            "C> a\\r\\n\nC> \\r\\n\nC> \\{200*taco\\n}\nC> tac".to_string(),
        ),
        (
            format!("ab{}cd", "x".repeat(600)),
            r"C> ab\{600*x}cd".to_string(),
        ),
    ];
    for (bytes, text) in table {
        assert_eq!(written(bytes.as_bytes()), format!("{text}\n"));
        assert_eq!(said(&text), bytes.as_bytes());
    }
    let x65 = format!("{}\n", "x".repeat(64)).repeat(8);
    assert!(
        !written(x65.as_bytes()).contains('*'),
        "65 bytes are no period"
    );
    let x511 = written("x".repeat(511).as_bytes());
    assert!(!x511.contains('*'), "511 bytes are no repeat");
}

/// Masks are items; one that begins its line as a digest, or takes the rest of the line, ends it.
#[test]
fn masks_are_written_as_the_table_says() {
    let digest = Mask::Digest {
        bytes: 9,
        sha256: "0123456789ABCDEF".to_string(),
    };
    let table = [
        (Mask::Date, r"\{date}"),
        (Mask::Port, r"\{port}"),
        (Mask::Int, r"\{int}"),
        (Mask::Hex, r"\{hex}"),
        (Mask::Any, r"\{any}"),
        (Mask::Line, "\\{line}\nS> "),
        (Mask::Bytes { min: 12, max: 12 }, r"\{12 bytes}"),
        (Mask::Bytes { min: 9, max: 1 }, r"\{1..9 bytes}"),
        (digest.clone(), r"\{9 bytes sha256:0123456789abcdef}"),
        (Mask::Masked { bytes: 24 }, r"\{masked 24 bytes}"),
    ];
    for (mask, text) in table {
        let mut transcript = Transcript::new();
        transcript.push_bytes(1, Who::Server, b"A: ");
        transcript.push_mask(1, Who::Server, mask);
        transcript.push_bytes(1, Who::Server, b"\r\n");
        assert_eq!(transcript.render(), format!("S> A: {text}\\r\\n\n"));
    }
    let mut transcript = Transcript::new();
    transcript.push_mask(1, Who::Server, digest);
    transcript.push_bytes(1, Who::Server, b"x");
    let text = "S> \\{9 bytes sha256:0123456789abcdef}\nS> x\n";
    assert_eq!(transcript.render(), text);
}

/// Rule 9, and what a value cannot hold is brought into form when it is added.
#[test]
fn times_are_whole_microseconds() {
    let table = [
        (0, "0ms"),
        (50_200_000, "50.2ms"),
        (1_001_999, "1.001ms"),
        (10_999, "0.01ms"),
        (61_000_000_000, "61000ms"),
    ];
    for (nanos, text) in table {
        let time = Duration::from_nanos(nanos);
        let mut transcript = Transcript::new();
        transcript.push_gap(Gap::Exactly(time));
        transcript.push_event(1, Who::Client, Event::Timeout(time));
        let lines = format!("~ {text}\nC timeout {text}\n");
        assert_eq!(transcript.render(), lines);
        assert_eq!(read(&lines), transcript);
    }
}

/// Rule 2: notes and blank lines do not end a chunk; a gap does.
#[test]
fn notes_end_no_chunk() {
    let noted = read("C> a\n# note\n\nC> b\\n # remark\nC> c");
    assert_eq!(noted.entries().len(), 1);
    assert_eq!(noted.bytes_of(1, Who::Client), b"ab\nc");
    let cut = read("C> a\n~\nC> b");
    assert_eq!(cut.entries().len(), 3);
    assert_eq!(cut.without_times(), read("C> ab"));
    let demanded = read("C> a\n~ 1ms..2ms\nC> b\n~ end");
    assert_eq!(demanded.without_times(), demanded);
    let mut remarked = Transcript::new();
    remarked.push_bytes(1, Who::Client, b"no line end");
    remarked.push_remark("two\nlines \t");
    assert_eq!(remarked.render(), "C> no line end\n# two lines\n");
    // A remark keeps the line above it out of hex and of a repeat.
    let mut remarked = Transcript::new();
    remarked.push_bytes(1, Who::Client, &b"\xff\n".repeat(300));
    remarked.push_remark("the last");
    let text = "C> \\{299*\\xff\\n}\nC> \\xff\\n # the last\n";
    assert_eq!(remarked.render(), text);
    assert_eq!(read(text), remarked);
}

/// Of a run over 18 lines 16 and 2 stay; what is shorter stays whole.
#[test]
fn the_brief_profile_keeps_sixteen_lines_and_two() {
    let line = |n: usize| format!("line {n}\n");
    let run = |lines: usize| (1..=lines).map(line).collect::<String>();
    let brief = |text: &str| {
        let mut transcript = Transcript::new();
        transcript.push_bytes(1, Who::Server, text.as_bytes());
        transcript.render_brief()
    };
    assert_eq!(brief(&run(18)).lines().count(), 18);
    let text = brief(&run(40));
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 19);
    assert_eq!(lines[15], r"S> line 16\n");
    assert_eq!(lines[16], r"S> \{176 bytes sha256:589709d35198a6f8}");
    assert_eq!(lines[17..], [r"S> line 39\n", r"S> line 40\n"]);
}

/// Two megabytes of each kind are written and read in time that grows with their number.
#[test]
fn megabytes_are_no_trouble() {
    let mut state = 1u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let size = 2_000_000;
    let binary: Vec<u8> = (0..size).map(|_| noise()).collect();
    let letters: Vec<u8> = (0..size).map(|_| b'a' + noise() % 26).collect();
    for bytes in [binary, letters, vec![0; size]] {
        let mut transcript = Transcript::new();
        transcript.push_bytes(1, Who::Server, &bytes);
        let text = transcript.render();
        assert!(read(&text) == transcript, "{} bytes", bytes.len());
    }
}
