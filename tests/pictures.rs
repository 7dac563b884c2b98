//! The two pictures of a transcript: the ladder of the terminal and the SVG ladder.

use wirelab::wire::{Ink, Ladder, Transcript, ladder};

fn read(text: &str) -> Transcript {
    Transcript::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

fn plain(text: &str) -> String {
    ladder(&read(text), Ink::Plain)
}

/// Every stretch that stands in reverse video.
fn reversed(text: &str) -> Vec<String> {
    let coloured = ladder(&read(text), Ink::Colour);
    let marked = coloured.split("\x1b[7m").skip(1);
    marked
        .map(|rest| rest.split('\x1b').next().unwrap().to_string())
        .collect()
}

const THREE_TACOS: &str = r"@wire 1
@title Three tacos
C connect
~ 0.1ms
C> 3 tacos\n
~ 50.2ms
S> 3 tacos, coming up\n
S fin
~ 0.3ms
C fin
";

#[test]
fn three_tacos_as_a_beginner_sees_them() {
    insta::assert_snapshot!(plain(THREE_TACOS), @r"
       Three tacos
    client                                                                server
0.000 │ C connect ····························································►│
0.000 │ C> 3 tacos\n ─────────────────────────────────────────────────────────►│
      ┊                                ~ 50.2ms                                ┊
0.050 │◄────────────────────────────────────────────── S> 3 tacos, coming up\n │
0.050 │├╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ S fin │
0.051 │ C fin ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌┤│
");
}

#[test]
fn heads_hex_folds_breaks_and_second_connections() {
    let text = r"C connect
C> GET /a/very/long/target/that/does/not/fit/into/one/row/of/the/ladder/because/it/is/long HTTP/1.1\r\n
C> \r\n
# a note between two steps
S> HTTP/1.1 200 OK\r\n
S> \r\n
Sx 89 50 4e 47 0d 0a 1a 0a 00 00 00 0d 49 48 44 52 89 50
~ 10ms..20ms
C2 connect
C2> \{date}\r\n
S2 rst
S3 refuse
C4 timeout 2000ms
~ end
";
    insta::assert_snapshot!(plain(text), @r"
client                                                                server
  │ C connect ····························································►│
  │───────────────────────────────────────────────────────────────────────►│
  │ C> GET /a/very/long/target/that/does/not/fit/into/one/row/of/the/ladde │
  │    r/because/it/is/long HTTP/1.1\r\n                                   │
  │    \r\n                                                                │
  │ # a note between two steps                                             │
  │◄─────────────── S> HTTP/1.1 200 OK\r\n                                 │
  │                    \r\n                                                │
  │                    \x89PNG\r\n                                         │
  │                 Sx 1a 0a 00 00 00 0d 49 48 44 52 89 50  |......IHDR.P| │
  ┊                              ~ 10ms..20ms                              ┊
  │ C2 connect ···························································►│
  │ C2> \{date}\r\n ──────────────────────────────────────────────────────►│
  │×─────────────────────────────────────────────────────────────── S2 rst │
  │×──────────────────────────────────────────────────────────── S3 refuse │
  │ C4 timeout 2000ms                                                      │
  ┊                           ~ end (still open)                           ┊
");
}

#[test]
fn a_long_body_is_folded_after_sixteen_lines() {
    let body: String = (1..=30).map(|n| format!("S> taco {n}\\n\n")).collect();
    let picture = plain(&body);
    assert!(picture.contains("taco 16\\n "), "{picture}");
    assert!(!picture.contains("taco 17\\n "), "{picture}");
    assert!(picture.contains("… 12 more lines …"), "{picture}");
    assert!(picture.contains("taco 29\\n "), "{picture}");
    let nineteen: String = (1..=19).map(|n| format!("S> taco {n}\\n\n")).collect();
    assert!(plain(&nineteen).contains("… 1 more line …"));
}

#[test]
fn every_row_has_eighty_columns_with_and_without_colour() {
    let bytes: Vec<u8> = (0..=255).cycle().take(3_000).collect();
    let mut t =
        read("C12 connect\n# jalapeño and \u{1f32e}\nC> jalape\\xc3\\xb1o\\n # \u{1f32e}\n");
    t.push_bytes(12, wirelab::wire::Who::Server, &bytes);
    t.push_bytes(12, wirelab::wire::Who::Client, "x".repeat(300).as_bytes());
    let picture = ladder(&t, Ink::Plain);
    for row in picture.lines() {
        // The taco of the notes takes two columns.
        let columns = row.chars().count() + row.matches('\u{1f32e}').count();
        assert_eq!(columns, 80, "{row}");
    }
    let coloured = ladder(&t, Ink::Colour);
    let mut bare = String::new();
    for part in coloured.split("\x1b[") {
        bare.push_str(part.split_once('m').map_or(part, |(_, rest)| rest));
    }
    assert_eq!(bare.lines().count(), picture.lines().count());
}

#[test]
fn a_stray_line_end_stands_out_in_a_head_and_only_there() {
    let head = r"C> GET / HTTP/1.1\r\n
C> Host: tacos.example\n
C> X: a\rb\r\n
C> \r\n
C> body\n
";
    assert_eq!(reversed(head), [r"\n", r"\r"]);
    let other_custom = "C> 3 tacos\\n\nS> 3 tacos, coming up\\n\n";
    assert_eq!(reversed(other_custom), [""; 0]);
    let cut_between_cr_and_lf = r"C> GET / HTTP/1.1\r
~
C> \n
C> Host: tacos.example\r\n
";
    assert_eq!(reversed(cut_between_cr_and_lf), [""; 0]);
}

#[test]
fn an_answer_of_lf_alone_stands_out_where_the_question_had_crlf() {
    let question = "C> GET / HTTP/1.1\\r\\n\nC> \\r\\n\n";
    let answer = "S> HTTP/1.1 200 OK\\n\nS> \\n\nS> three tacos\\n\n";
    assert_eq!(reversed(&format!("{question}{answer}")), [r"\n", r"\n"]);
    assert_eq!(reversed(answer), [""; 0]);
}

#[test]
fn a_growing_ladder_says_the_same_as_the_whole_one() {
    let t = read(THREE_TACOS);
    let mut growing = Ladder::new(Ink::Colour);
    let mut text = growing.head("Three tacos");
    for entry in t.entries() {
        text.push_str(&growing.entry(entry));
    }
    assert_eq!(text, ladder(&t, Ink::Colour));
}

#[test]
fn a_note_cannot_steer_the_terminal() {
    let picture = plain("# red \u{1b}[31m alert\n");
    assert!(!picture.contains('\u{1b}'), "{picture:?}");
}
