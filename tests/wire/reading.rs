//! Reading: what is taken beyond the canonical form, and every message about what is not.

use wirelab::wire::{Transcript, Who};

use crate::read;

/// Reading is liberal where nothing is ambiguous.
#[test]
fn forms_that_are_read_but_not_written() {
    let table = [
        ("\u{feff}C> a", "C> a\n"),
        ("C1> a", "C> a\n"),
        ("Cx 0D0a 4A|J", "C> \\r\\n\nC> J\n"),
        ("C> \\x41\\x0A", "C> A\\n\n"),
        ("C> a\\n   ", "C> a\\n\n"),
        ("C> a\\n#b", "C> a\\n # b\n"),
        ("C> \\{2*ab}", "C> abab\n"),
        ("C> \\{1..1 bytes}", "C> \\{1 bytes}\n"),
        ("C> a\nC> b\n\n\n", "C> ab\n"),
        (
            "\n@wire 1\n\n@title x\n \nC fin  ",
            "@wire 1\n@title x\n\nC fin\n",
        ),
        ("#note", "# note\n"),
        ("~ 1.50ms", "~ 1.5ms\n"),
        ("", ""),
    ];
    for (text, canonical) in table {
        assert_eq!(read(text).render(), canonical, "{text:?}");
    }
}

/// Every message, as a person sees it behind the name of the file.
#[test]
fn errors_say_where_and_what_to_write_instead() {
    let table = [
        (
            r"C> GET / HTTP/1.1\n  x",
            r"1:22: a line ends at \n: put the next bytes on a new line",
        ),
        (
            "\nC> jalapeño",
            r"2:10: ñ is more than one byte: write \xc3\xb1",
        ),
        ("C> a\tb", r"1:5: an invisible control character: write \t"),
        ("C> a\rb", r"1:5: an invisible control character: write \r"),
        (
            "C> a\x07",
            r"1:5: an invisible control character: write \x07",
        ),
        (
            r"C> a\qb",
            r"1:5: \q is unknown: write \r \n \t \\ \xHH or \{mask}; a backslash is \\",
        ),
        (r"C> a\", r"1:5: a backslash alone: a backslash is \\"),
        (r"C> \x4", r"1:4: \x needs two hex digits: write \x0a"),
        (r"C> \x+4", r"1:4: \x needs two hex digits: write \x0a"),
        (r"C> \xñ", r"1:4: \x needs two hex digits: write \x0a"),
        (
            r"C> a\{date",
            r"1:5: \{ without }: close it on the same line",
        ),
        (
            r"C> \{tacos}",
            "1:4: unknown mask \"\\{tacos}\": write date, port, int, hex, any, line, 12 bytes, \
            1..9 bytes, 12 bytes sha256:(16 to 64 hex digits), masked 12 bytes or 12*text",
        ),
        (
            r"C> \{0*x}",
            r"1:4: a repeat of nothing: write at least \{1*x}, or leave it out",
        ),
        (
            r"C> \{9*}",
            r"1:4: a repeat of nothing: write at least \{1*x}, or leave it out",
        ),
        (
            r"C> \{9*\{date}}",
            r"1:8: a mask inside a repeat: write it after the }, or write \\ for the backslash",
        ),
        (
            r"C> \{99999999999*x}",
            "1:4: repeats of more than 268435456 bytes in one transcript: write a smaller number",
        ),
        (
            r"C> \{99999999999999999999999*x}",
            "1:4: repeats of more than 268435456 bytes in one transcript: write a smaller number",
        ),
        ("C> ", "1:4: no bytes: write some, or leave the line out"),
        ("C>", "1:3: no bytes: write some, or leave the line out"),
        (
            "Cx |abc|",
            "1:4: no bytes: write some, or leave the line out",
        ),
        ("C>abc", "1:3: no space after C>: write one"),
        ("S2xab", "1:4: no space after S2x: write one"),
        (
            "Cx 0a b",
            "1:7: one hex digit alone: write every byte as two, 0a for a",
        ),
        (
            "Cx 0a b |",
            "1:7: one hex digit alone: write every byte as two, 0a for a",
        ),
        (
            "Cx 0a 0g",
            "1:8: g is not a hex digit: write pairs of 0-9 and a-f",
        ),
        (
            "C close",
            "1:3: unknown event \"close\": write connect, refuse, fin, rst or timeout 2000ms; of a datagram drop, double or swap",
        ),
        (
            "C",
            "1:2: unknown event \"\": write connect, refuse, fin, rst or timeout 2000ms; of a datagram drop, double or swap",
        ),
        (
            "C fin # done",
            "1:7: an event ends here: put the rest on a line of its own, a note after #",
        ),
        (
            "C timeout",
            "1:10: \"\" is not a duration: write milliseconds, such as 50ms or 50.125ms",
        ),
        (
            "C timeout 2s",
            "1:11: \"2s\" is not a duration: write milliseconds, such as 50ms or 50.125ms",
        ),
        (
            "C timeout 0.1234ms",
            "1:11: \"0.1234ms\" is not a duration: write milliseconds, such as 50ms or 50.125ms",
        ),
        (
            "~ 20ms..10ms",
            "1:3: unknown gap \"20ms..10ms\": write ~, ~ 50.2ms, ~ 10ms..20ms (the smaller first) or ~ end",
        ),
        (
            "~ soon",
            "1:3: unknown gap \"soon\": write ~, ~ 50.2ms, ~ 10ms..20ms (the smaller first) or ~ end",
        ),
        (
            "C fin\n@title x",
            "2:1: a heading after other lines: move it to the top of the file",
        ),
        (
            "@",
            "1:2: a heading without a key: write @title and its text",
        ),
        (
            "@wire 2",
            "1:7: version \"2\" of the notation is unknown: this program reads @wire 1",
        ),
        (
            "@wire",
            "1:6: version \"\" of the notation is unknown: this program reads @wire 1",
        ),
        (
            "C0> a",
            "1:2: not a number of a connection: the first is C, then C2, C3",
        ),
        (
            "C99999999999 fin",
            "1:2: not a number of a connection: the first is C, then C2, C3",
        ),
        (
            "C: hello",
            "1:2: : must not be here: write C> bytes, Cx hex pairs, or C and an event",
        ),
        (
            "GET / HTTP/1.1",
            "1:1: a line cannot begin with G: begin it with C, S, ~, # or @",
        ),
        (
            "c> a",
            "1:1: a line cannot begin with c: begin it with C, S, ~, # or @",
        ),
        ("  C> a", "1:1: white space before a line: remove it"),
    ];
    for (text, message) in table {
        let error = Transcript::parse(text).expect_err(text);
        assert_eq!(error.to_string(), message, "{text:?}");
    }
}

#[test]
fn an_error_far_down_says_its_line() {
    let text = format!("{}C> ta\\co\n", "C> taco\\n\n".repeat(999));
    let error = Transcript::parse(&text).expect_err("an unknown escape");
    assert_eq!((error.line, error.column), (1000, 6));
}

#[test]
fn a_file_must_be_utf_8() {
    let good = Transcript::parse_bytes("# ñ\nC> a".as_bytes());
    assert_eq!(good, Ok(read("# ñ\nC> a")));
    let error = Transcript::parse_bytes(b"C> a\n# \xc3\xb1 \xff\n").expect_err("no UTF-8");
    let message = r"2:5: byte ff is not UTF-8: write it as \xff, and save the file as UTF-8";
    assert_eq!(error.to_string(), message);
}

/// Wherever a recording was cut off, what is whole is read; in another transcript it is an error.
#[test]
fn a_recording_that_was_cut_off_is_read_as_far_as_it_is_whole() {
    let body = "C connect\n~ 0.1ms\nC> 3 tacos\\r\\n\nS> jalape\\xc3\\xb1os \\\\ \\{date}\\n # was now\n\
        Sx 00 ff fe 80  |....|\nC2 connect\n# a note\nS rst\n";
    let text = format!("@wire 1\n@seen-by tap\n{body}");
    let whole = Transcript::parse(&text).unwrap();
    let (client, server) = (
        whole.bytes_of(1, Who::Client),
        whole.bytes_of(1, Who::Server),
    );
    let begins = text.len() - body.len();
    for end in begins..text.len() {
        let cut = &text[..end];
        let read = Transcript::parse(cut).unwrap_or_else(|error| panic!("{error} in {cut:?}"));
        assert!(client.starts_with(&read.bytes_of(1, Who::Client)), "{cut}");
        assert!(server.starts_with(&read.bytes_of(1, Who::Server)), "{cut}");
    }
    assert!(Transcript::parse("@wire 1\nC connect\nC> 3 \\").is_err());
    assert!(Transcript::parse("@wire 1\n@seen-by tap\nC> 3 \\\nC fin\n").is_err());
}
