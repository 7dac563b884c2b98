//! The catalogue against everything that must agree with it: programs, folders, snapshots, READMEs,
//! pictures. A test names what differs and in which file.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use wirelab::course::catalogue::{self, Lab, Script, Side};
use wirelab::course::readme::{self, Readme};
use wirelab::wire::Transcript;

#[path = "course/teaching.rs"]
mod teaching;

/// The parts of a lab's README, in order.
const PARTS: [&str; 6] = [
    "Story",
    "On the wire",
    "By hand",
    "Question",
    "Exercise",
    "In the standard",
];
/// The longest program of a lab, in lines. Reason: it is read from top to bottom at one go.
const LONGEST_PROGRAM: usize = 120;
/// Up to this lab, programs use std alone, and write their bytes as literals.
const STD_ALONE: u8 = 11;
/// Labs before that whose subject is a socket option that std has no stable name for.
const OPTION_IS_THE_SUBJECT: [u8; 2] = [5, 6];

fn path(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn read(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn names_in(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(path(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
    let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("it can be read").file_name();
    let mut names: Vec<String> = entries
        .map(|entry| name(entry).to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// Every program that the catalogue promises: its name and its file, in the order of the syllabus.
fn programs(lab: &Lab) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for side in [Side::Server, Side::Client] {
        if lab.has(side) {
            all.push((lab.program("lab", side), format!("{}.rs", side.word())));
        }
    }
    // The server behind a program in the middle.
    if path(&format!("labs/{}/kitchen.rs", lab.slug)).exists() {
        let name = format!("lab{:02}-kitchen", lab.number);
        all.push((name, "kitchen.rs".to_string()));
    }
    for side in [Side::Server, Side::Client] {
        if lab.stub(side).is_some() {
            let file = format!("start-{}.rs", side.word());
            all.push((lab.program("start", side), file));
        }
    }
    let in_folder = |(name, file)| (name, format!("labs/{}/{file}", lab.slug));
    all.into_iter().map(in_folder).collect()
}

/// Two lists must be equal; otherwise the lines that only one of them has are named.
fn same(place: &str, got: &[impl AsRef<str>], catalogue: &[impl AsRef<str>]) {
    let got: Vec<&str> = got.iter().map(AsRef::as_ref).collect();
    let expected: Vec<&str> = catalogue.iter().map(AsRef::as_ref).collect();
    let only = |these: &[&str], those: &[&str]| -> String {
        let missing = these.iter().filter(|line| !those.contains(line));
        missing.map(|line| format!("    {line}\n")).collect()
    };
    assert!(
        got == expected,
        "\nonly in {place}:\n{}only in the catalogue:\n{}(nothing in both? then the order differs)\n",
        only(&got, &expected),
        only(&expected, &got)
    );
}

#[test]
fn the_labs_are_in_order_and_lean_on_earlier_ones_only() {
    let numbers: Vec<u8> = catalogue::labs().map(|lab| lab.number).collect();
    assert_eq!(numbers.first(), Some(&1));
    assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
    for lab in catalogue::labs() {
        let name = lab.slug;
        assert_eq!(name[..3], format!("{:02}-", lab.number), "{name}");
        assert!(lab.needs.iter().all(|need| *need < lab.number), "{name}");
        assert!(!lab.rfc.is_empty(), "{name} names no standard");
        assert!(!lab.sentence.ends_with('.'), "{name}: no full stop");
        let hints: BTreeSet<&str> = lab.hints.iter().copied().collect();
        assert_eq!(hints.len(), 3, "{name}: three hints, all different");
        for hint in hints {
            assert!((60..400).contains(&hint.len()), "{name}: {hint}");
        }
    }
    for act in catalogue::acts() {
        assert!(
            act.labs
                .iter()
                .all(|lab| catalogue::acts()[usize::from(lab.act) - 1].numeral == act.numeral)
        );
    }
    for track in catalogue::tracks() {
        assert!(
            track
                .labs
                .iter()
                .all(|number| catalogue::lab(*number).is_some()),
            "{}",
            track.name
        );
    }
}

#[test]
fn no_hint_gives_a_line_of_the_solution_away() {
    for lab in catalogue::labs() {
        for (program, file) in programs(lab) {
            let text = read(&file);
            let lines = text.lines().map(str::trim).filter(|line| line.len() > 12);
            for line in lines.filter(|line| !line.starts_with("//")) {
                let told = lab.hints.iter().find(|hint| hint.contains(line));
                assert!(
                    told.is_none(),
                    "a hint holds this line of {program}: {line}"
                );
            }
        }
    }
}

#[test]
fn the_programs_in_cargo_toml_are_those_of_the_catalogue() {
    let manifest = read("labs/programs/Cargo.toml");
    let lines = manifest.lines().filter(|line| line.contains("{ name = "));
    let got: Vec<&str> = lines.map(str::trim).collect();
    let line = |name: &str, file: &str| {
        let path = file.replacen("labs/", "../", 1);
        format!("{{ name = \"{name}\", path = \"{path}\", test = false, bench = false }},")
    };
    let mut expected = Vec::new();
    for lab in catalogue::labs() {
        expected.extend(programs(lab).iter().map(|(name, file)| line(name, file)));
    }
    same("labs/programs/Cargo.toml", &got, &expected);
}

#[test]
fn the_folders_are_those_of_the_catalogue() {
    let mut got = names_in("labs");
    got.retain(|name| name.starts_with(|c: char| c.is_ascii_digit()));
    let expected: Vec<&str> = catalogue::labs().map(|lab| lab.slug).collect();
    same("labs/", &got, &expected);
}

#[test]
fn the_snapshots_are_those_of_the_catalogue() {
    let mut expected = Vec::new();
    for lab in catalogue::labs() {
        let first = lab
            .scripts
            .first()
            .unwrap_or_else(|| panic!("{} has no script", lab.slug));
        assert_eq!(
            first.name,
            lab.snapshot_name(),
            "the main script is the first"
        );
        for script in &lab.scripts {
            assert!(
                script.name.starts_with(&lab.snapshot_name()),
                "{}",
                script.name
            );
            let fresh = script.name.ends_with("-fresh");
            assert!(!fresh, "{}: so ends a fresh conversation", script.name);
            expected.push(format!("{}.snap", script.name));
        }
    }
    expected.sort();
    let mut got = names_in("snapshots");
    got.retain(|name| name.ends_with(".snap"));
    same("snapshots/", &got, &expected);
}

#[test]
fn every_script_is_a_transcript_with_a_title_that_ends_in_an_event() {
    for lab in catalogue::labs() {
        for script in &lab.scripts {
            let transcript = parsed(script);
            assert_eq!(transcript.heading("wire"), Some("1"), "{}", script.name);
            assert!(transcript.heading("title").is_some(), "{}", script.name);
            let last = script.text().trim_end().lines().last().unwrap_or_default();
            let event = ["fin", "rst", "refuse", "connect"]
                .iter()
                .any(|word| last.ends_with(word));
            // Nobody ends a conversation of datagrams.
            let end = last.contains("timeout") || (transcript.has_datagrams() && last == "~ end");
            assert!(event || end, "{}: {last}", script.name);
            assert!(
                script.checks_server || script.checks_client,
                "{} checks nothing",
                script.name
            );
            assert!(
                !script.weathers.is_empty(),
                "{} has no weather",
                script.name
            );
        }
    }
}

fn parsed(script: &Script) -> Transcript {
    Transcript::parse(script.text())
        .unwrap_or_else(|error| panic!("snapshots/{}.snap:{error}", script.name))
}

#[test]
fn the_table_in_the_readme_is_the_catalogue() {
    let readme = read("README.md");
    let rows = readme.lines().filter(|line| {
        let first = line.strip_prefix("| ").and_then(|line| line.chars().next());
        first.is_some_and(|first| first.is_ascii_digit())
    });
    let got: Vec<&str> = rows.collect();
    let expected: Vec<String> = catalogue::labs()
        .map(|lab| {
            let title = format!("[{}](labs/{}/)", lab.title, lab.slug);
            format!(
                "| {} | {title} | {} | {} |",
                lab.number, lab.sentence, lab.minutes
            )
        })
        .collect();
    same("README.md", &got, &expected);
}

#[test]
fn every_readme_has_its_parts_in_order_and_says_what_the_catalogue_says() {
    for lab in catalogue::labs() {
        let story = Readme::of(lab.readme);
        let parts: Vec<&str> = story.parts.iter().map(|part| part.0).collect();
        assert_eq!(parts, PARTS, "{}", lab.slug);
        for (part, body) in &story.parts {
            assert!(!body.trim().is_empty(), "{}: {part} is empty", lab.slug);
        }
        assert_eq!(story.title, format!("Lab {} · {}", lab.number, lab.title));
        assert_eq!(story.effort, lab.effort(), "{}", lab.slug);
    }
}

#[test]
fn every_transcript_in_a_readme_is_a_snapshot() {
    for lab in catalogue::labs() {
        let mut main_is_shown = false;
        for fence in readme::fences(lab.readme)
            .iter()
            .filter(|fence| fence.kind == "wire")
        {
            let place = format!("labs/{}/README.md", lab.slug);
            let shown = Transcript::parse(fence.text)
                .unwrap_or_else(|error| panic!("{place}, in a ```wire fence: {error}"));
            // An excerpt has no heading; it need only be a transcript.
            let Some(title) = shown.heading("title") else {
                continue;
            };
            let same_title = |script: &&Script| parsed(script).heading("title") == Some(title);
            let script = lab.scripts.iter().find(same_title);
            let script = script.unwrap_or_else(|| panic!("{place}: no snapshot is titled {title}"));
            let whole = script.lesson();
            let equal = fence.text == whole.render() || fence.text == whole.render_brief();
            assert!(
                equal,
                "{place} shows\n{}but snapshots/{}.snap is\n{}",
                fence.text,
                script.name,
                whole.render()
            );
            main_is_shown |= script.name == lab.snapshot_name();
        }
        assert!(main_is_shown, "{} does not show its transcript", lab.slug);
    }
}

#[test]
fn every_transcript_in_the_main_readme_can_be_read() {
    let readme = read("README.md");
    let fences = readme::fences(&readme);
    for fence in fences.iter().filter(|fence| fence.kind == "wire") {
        Transcript::parse(fence.text).unwrap_or_else(|error| panic!("README.md: {error}"));
    }
}

#[test]
fn every_wrong_answer_is_a_transcript_named_after_its_mistake() {
    for lab in catalogue::labs() {
        let folder = format!("labs/{}/wrong", lab.slug);
        let names = names_in(&folder);
        assert!(!names.is_empty(), "{folder} is empty");
        for name in names {
            let stem = name
                .strip_suffix(".wire")
                .unwrap_or_else(|| panic!("{folder}/{name}"));
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(stem.chars().all(plain), "{folder}/{name}");
            let text = read(&format!("{folder}/{name}"));
            let parsed = Transcript::parse(&text);
            parsed.unwrap_or_else(|error| panic!("{folder}/{name}:{error}"));
        }
    }
}

#[test]
fn every_program_is_short_and_the_early_ones_use_std_alone() {
    for lab in catalogue::labs() {
        for (_, file) in programs(lab) {
            let text = read(&file);
            let wrong = wrong_in_program(lab.number, &text);
            assert!(wrong.is_empty(), "{file}: {}", wrong.join("; "));
        }
    }
}

/// What a lab's program must not be or have.
fn wrong_in_program(number: u8, text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let lines = text.lines().count();
    if lines > LONGEST_PROGRAM {
        wrong.push(format!("{lines} lines, of at most {LONGEST_PROGRAM}"));
    }
    if !text.starts_with(&format!("//! Lab {number} · ")) {
        wrong.push(format!("its first line is not `//! Lab {number} · …`"));
    }
    let code: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().starts_with("//"))
        .collect();
    let packages = ["wirelab", "socket2", "anyhow"];
    for package in packages {
        let allowed = match package {
            "anyhow" => false,
            "socket2" => number > STD_ALONE || OPTION_IS_THE_SUBJECT.contains(&number),
            _ => number > STD_ALONE,
        };
        let path = format!("{package}::");
        if !allowed && code.iter().any(|line| line.contains(&path)) {
            wrong.push(format!("it uses {package}"));
        }
    }
    if code.iter().any(|line| line.contains("extern crate")) {
        wrong.push("it says `extern crate`".to_string());
    }
    wrong
}

#[test]
fn the_rule_for_programs_catches_what_it_forbids() {
    let program = |body: &str| format!("//! Lab 3 · words\n{body}");
    assert!(wrong_in_program(3, &program("use std::io;")).is_empty());
    assert_eq!(
        wrong_in_program(3, &program("use socket2::Socket;")).len(),
        1
    );
    assert_eq!(wrong_in_program(3, &program("use wirelab::http;")).len(), 1);
    assert_eq!(
        wrong_in_program(5, "//! Lab 5 · x\nuse socket2::Socket;").len(),
        0
    );
    assert_eq!(wrong_in_program(3, &program("extern crate x;")).len(), 1);
    assert_eq!(wrong_in_program(3, &program(&"\n".repeat(120))).len(), 1);
    assert_eq!(
        wrong_in_program(12, "//! Lab 12 · x\nuse wirelab::http;").len(),
        0
    );
    assert_eq!(wrong_in_program(12, "//! words\n").len(), 1);
}
