//! The two pictures of a transcript: the ladder of the terminal and the SVG ladder.
//!
//! The ladders beside the READMEs are drawn from the snapshots. When a snapshot has changed:
//! `INSTA_UPDATE=always cargo test --test pictures` draws them again; then look at them.

#[path = "support/dice.rs"]
mod dice;
#[path = "wire/random.rs"]
mod transcripts;

use std::fs;
use std::path::{Path, PathBuf};

use transcripts::Kind;
use wirelab::course::catalogue;
use wirelab::wire::{Ink, Ladder, Transcript, Who, ladder, svg, svg_play};

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

fn eighty_columns(picture: &str) {
    for row in picture.lines() {
        // The taco of the notes takes two columns.
        let columns = row.chars().count() + row.matches('\u{1f32e}').count();
        assert_eq!(columns, 80, "{row}\nin\n{picture}");
    }
}

#[test]
fn every_row_has_eighty_columns_with_and_without_colour() {
    let bytes: Vec<u8> = (0..=255).cycle().take(3_000).collect();
    let mut t =
        read("C12 connect\n# jalapeño and \u{1f32e}\nC> jalape\\xc3\\xb1o\\n # \u{1f32e}\n");
    t.push_bytes(12, Who::Server, &bytes);
    t.push_bytes(12, Who::Client, "x".repeat(300).as_bytes());
    let picture = ladder(&t, Ink::Plain);
    eighty_columns(&picture);
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

/// One of everything that can be drawn.
const EVERYTHING: &str = r"@title Ampersands & <angles>
C connect
C> <b>&amp;</b>\r\n
C> X: 1\n
~ 50.2ms
# a note --> with an arrow
S> 1\r\n
S> 2\r\n
S> 3\r\n
S> 4\r\n
S> 5\r\n
S> 6\r\n
S> 7\r\n
S> 8\r\n
S> 9\r\n
S fin
C rst
S2 refuse
C3 timeout 2000ms
~ end
";

#[test]
fn the_svg_shows_every_kind_of_line_in_the_notation() {
    let picture = svg(&read(EVERYTHING));
    for needed in [
        "<title>Ampersands &amp; &lt;angles&gt;</title>",
        "role=\"img\"",
        "width=\"800\"",
        "prefers-color-scheme:dark",
        "&lt;b&gt;&amp;amp;&lt;/b&gt;",
        r#"<tspan class="dim">\r\n</tspan>"#,
        r#"<tspan class="stray">\n</tspan>"#,
        ">~ 50.2ms</text>",
        ">C connect</text>",
        ">S fin</text>",
        ">C rst</text>",
        ">S2 refuse</text>",
        ">C3 timeout 2000ms</text>",
        "… 2 more lines …",
    ] {
        assert!(picture.contains(needed), "{needed} is missing:\n{picture}");
    }
    for unwanted in ["<script", "@font-face", "url(", "href", " id="] {
        assert!(!picture.contains(unwanted), "{unwanted}:\n{picture}");
    }
}

/// Every tag closed, nothing that XML has no place for.
fn well_formed(picture: &str) {
    assert!(!picture.chars().any(|c| c.is_control() && c != '\n'));
    let mut open = Vec::new();
    for tag in picture.split('<').skip(1) {
        let (tag, text) = tag.split_once('>').expect("a tag ends");
        assert!(!text.contains('>'), "{text}");
        let name = tag.split([' ', '/']).next().unwrap();
        if let Some(closed) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(closed));
        } else if !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert_eq!(open, [""; 0]);
}

#[test]
fn the_svg_is_well_formed_whatever_was_said() {
    let bytes: Vec<u8> = (0..=255).cycle().take(2_000).collect();
    let mut t = read(EVERYTHING);
    t.push_bytes(4, Who::Server, &bytes);
    t.push_bytes(4, Who::Client, "]]><!--&".repeat(100).as_bytes());
    t.headings.push(("title".into(), "\u{1b}\u{ffff}".into()));
    t.headings.swap(0, 1);
    let picture = svg(&t);
    well_formed(&picture);
}

#[test]
fn each_kind_of_line_has_a_drawing_of_its_own() {
    let drawings = [
        ("C connect\n", r#" stroke-dasharray="1 7""#),
        ("C fin\n", r#" stroke-dasharray="7 8""#),
        ("C fin\n", "v16"),
        ("C rst\n", "l12 12m0 -12l-12 12"),
        ("S refuse\n", "l12 12m0 -12l-12 12"),
        ("S timeout 5ms\n", r#"class="rung ring""#),
        ("~ 50.2ms\n", "l14 -8"),
        ("~ end\n", r#" stroke-dasharray="2 5""#),
        ("C> taco\\n\n", r#"<rect class="box""#),
    ];
    for (line, drawing) in drawings {
        assert!(svg(&read(line)).contains(drawing), "{line}");
        for (other, _) in drawings {
            // A refusal is a reset, drawn from the other side.
            let resets = ["C rst\n", "S refuse\n"];
            let alike = line == other || resets.contains(&line) && resets.contains(&other);
            let drawn = svg(&read(other)).contains(drawing);
            assert!(alike || !drawn, "{other} has the {drawing} of {line}");
        }
    }
}

#[test]
fn no_text_of_the_svg_leaves_the_picture() {
    let longest = "C> ".to_string() + &"x".repeat(300) + "\n";
    let picture = svg(&read(&(longest.clone() + &longest.replace('C', "S12"))));
    let boxes = picture.split("<rect class=\"box\" x=\"").skip(1);
    let mut seen = 0;
    for one in boxes {
        let x: i32 = one.split('"').next().unwrap().parse().unwrap();
        let width = one.split("width=\"").nth(1).unwrap();
        let width: i32 = width.split('"').next().unwrap().parse().unwrap();
        assert!(x > 56 && x + width < 744, "{x} {width}");
        seen += 1;
    }
    assert_eq!(seen, 2);
}

#[test]
fn whatever_was_said_can_be_drawn() {
    let mut dice = dice::Dice::new();
    for _ in 0..1_000 {
        let kind = dice.one_of(&[Kind::Exact, Kind::Pattern]);
        let mut t = transcripts::transcript(&mut dice, kind);
        well_formed(&svg(&t));
        t.headings.clear();
        eighty_columns(&ladder(&t, Ink::Plain));
    }
}

/// The ladders that the lab's README shows, each with the snapshot that it is drawn from.
fn ladders(lab: &catalogue::Lab) -> Vec<(PathBuf, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let main = format!("lab{}", lab.slug);
    let mut found = Vec::new();
    for script in &lab.scripts {
        let case = script
            .name
            .strip_prefix(&main)
            .expect("named after its lab");
        let picture = format!("ladder{case}.svg");
        if case.is_empty() || lab.readme.contains(&format!("({picture})")) {
            let snapshot = format!("snapshots/{}.snap", script.name);
            let picture = format!("labs/{}/{picture}", lab.slug);
            found.push((root.join(picture), root.join(snapshot)));
        }
    }
    found
}

#[test]
fn the_ladders_beside_the_readmes_are_drawn_from_the_snapshots() {
    let update = std::env::var("INSTA_UPDATE").is_ok_and(|mode| mode == "always");
    let mut wrong = Vec::new();
    for lab in catalogue::labs() {
        for (picture, snapshot) in ladders(lab) {
            let text = fs::read_to_string(&snapshot).expect("a snapshot");
            let (_, notation) = text.split_once("\n---\n").expect("a header");
            let drawn = svg(&read(notation));
            if update {
                fs::write(&picture, &drawn).expect("a picture");
            }
            if fs::read_to_string(&picture).ok() != Some(drawn) {
                let root = Path::new(env!("CARGO_MANIFEST_DIR"));
                let place = picture.strip_prefix(root).unwrap_or(&picture);
                wrong.push(place.display().to_string());
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "not drawn from its snapshot: {wrong:#?}\n\
         `INSTA_UPDATE=always cargo test --test pictures` draws it again"
    );
}

/// The picture at the top of the README is what `show --svg --play` makes of lab 2.
#[test]
fn the_readme_begins_with_a_conversation_that_plays() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).expect("the README");
    let first = readme
        .split("](")
        .nth(1)
        .and_then(|rest| rest.split(')').next());
    assert_eq!(first, Some("docs/orders.svg"));
    let text = fs::read_to_string(root.join("snapshots/lab02-order-in-crumbs.snap"));
    let text = text.expect("a snapshot");
    let (_, notation) = text.split_once("\n---\n").expect("a header");
    let drawn = svg_play(&read(notation));
    let picture = root.join("docs/orders.svg");
    if std::env::var("INSTA_UPDATE").is_ok_and(|mode| mode == "always") {
        fs::write(&picture, &drawn).expect("a picture");
    }
    assert!(
        fs::read_to_string(&picture).is_ok_and(|kept| kept == drawn),
        "docs/orders.svg is not drawn from lab 2's snapshot: \
         `INSTA_UPDATE=always cargo test --test pictures` draws it again"
    );
}
