//! The pages for teachers, `labs/NN-slug/TEACHING.md`: what they name exists.

use std::fs;
use std::process::Command;

use wirelab::check::diagnosis;
use wirelab::course::catalogue;

use crate::{path, programs};

/// The words of a text that follow `before`, up to the next character that no name contains.
fn names_after<'a>(text: &'a str, before: &str) -> Vec<&'a str> {
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    let rest = text.split(before).skip(1);
    rest.map(|rest| rest.split(|letter| !is_name(letter)).next().unwrap_or(""))
        .collect()
}

/// What a teacher's page names and nobody has: codes, commands of wirelab, labs, programs.
fn wrong_in_teaching_page(page: &str, is_command: impl Fn(&str) -> bool) -> Vec<String> {
    // A command may go on in the next line.
    let text = page.split_whitespace().collect::<Vec<_>>().join(" ");
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
    let is_code = |word: &&str| {
        let digits = word.strip_prefix('W').unwrap_or("");
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    let codes: Vec<&str> = words.filter(is_code).collect();
    let mut wrong = Vec::new();
    if codes.is_empty() {
        wrong.push("it names no code".to_string());
    }
    for code in codes {
        if diagnosis::page(code).is_none() {
            wrong.push(format!("no diagnosis has the code {code}"));
        }
    }
    for word in names_after(&text, "cargo lab ") {
        let is_lab = |number: u8| catalogue::labs().any(|lab| lab.number == number);
        if !word.parse::<u8>().map_or_else(|_| is_command(word), is_lab) {
            wrong.push(format!("`cargo lab {word}` is no command and no lab"));
        }
    }
    let known: Vec<(String, String)> = catalogue::labs().flat_map(programs).collect();
    for name in names_after(&text, "--bin ") {
        if !known.iter().any(|(program, _)| program == name) {
            wrong.push(format!("there is no program {name}"));
        }
    }
    wrong
}

/// `wirelab help WORD` knows every command, and refuses every other word.
fn is_command(word: &str) -> bool {
    let help = Command::new(env!("CARGO_BIN_EXE_wirelab"))
        .args(["help", word])
        .output();
    !word.is_empty() && help.expect("wirelab starts").status.success()
}

#[test]
fn every_teaching_page_names_codes_that_exist() {
    let mut pages = 0;
    for lab in catalogue::labs() {
        let place = format!("labs/{}/TEACHING.md", lab.slug);
        // A lab without a page is fine.
        let Ok(page) = fs::read_to_string(path(&place)) else {
            continue;
        };
        pages += 1;
        let wrong = wrong_in_teaching_page(&page, is_command);
        assert!(wrong.is_empty(), "{place}: {}", wrong.join("; "));
        let title = format!("# Teaching lab {} · {}", lab.number, lab.title);
        assert_eq!(page.lines().next(), Some(&*title), "{place}");
        assert!(page.lines().count() <= 40, "{place} is more than a screen");
    }
    assert!(pages > 0, "no lab has a page for its teacher");
}

#[test]
fn the_rule_for_teaching_pages_catches_what_it_forbids() {
    let wrong = |page: &str| wrong_in_teaching_page(page, is_command).len();
    assert_eq!(wrong("W01: `cargo lab 1`, `cargo lab\nweb`"), 0);
    assert_eq!(wrong("`cargo run -q --bin lab01-server` and W01"), 0);
    assert_eq!(wrong("no code"), 1);
    assert_eq!(wrong("W999"), 1);
    assert_eq!(wrong("W01: `cargo lab dance`"), 1);
    assert_eq!(wrong("W01: `cargo lab 99`"), 1);
    assert_eq!(wrong("W01: `cargo run --bin lab99-server`"), 1);
}
