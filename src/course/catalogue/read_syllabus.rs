//! Reads `labs/syllabus.txt` and the heads of the READMEs.
//!
//! Rule: a line that cannot be read gives an empty value; `tests/course.rs` finds it.

use super::{Act, Difficulty, Lab, Script, Standard};
use crate::course::readme::Readme;

/// `labs/syllabus.txt`: the acts, the labs in order with their standards, the tracks.
pub(super) const SYLLABUS: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/labs/syllabus.txt"));

/// The files of one lab, compiled in by `build.rs`; a text is empty where the file is missing.
#[derive(Debug)]
pub(super) struct LabFiles {
    pub(super) slug: &'static str,
    pub(super) readme: &'static str,
    pub(super) hints: &'static str,
    pub(super) presets: &'static str,
    pub(super) start_server: Option<&'static str>,
    pub(super) start_client: Option<&'static str>,
    /// The stubs in other languages: side, how the file's name ends, text.
    pub(super) stubs: &'static [(&'static str, &'static str, &'static str)],
    pub(super) server: bool,
    pub(super) client: bool,
    /// Stem and text of each file in `wrong/`.
    pub(super) wrong: &'static [(&'static str, &'static str)],
    /// Stem and text of each snapshot, the main one first.
    pub(super) snapshots: &'static [(&'static str, &'static str)],
}

static FILES: &[LabFiles] = include!(concat!(env!("OUT_DIR"), "/labs.rs"));

/// The lines `act NUMERAL: TITLE` and `NN-slug STANDARDS` of the syllabus.
pub(super) fn read_acts(syllabus: &'static str) -> Vec<Act> {
    let mut acts: Vec<Act> = Vec::new();
    for line in syllabus.lines() {
        if let Some((numeral, title)) = line
            .strip_prefix("act ")
            .and_then(|act| act.split_once(": "))
        {
            acts.push(Act {
                numeral,
                title,
                labs: Vec::new(),
            });
            continue;
        }
        let number = acts.len() as u8;
        let (slug, standards) = line.split_once(' ').unwrap_or((line, ""));
        let files = FILES.iter().find(|files| files.slug == slug);
        if let (Some(files), Some(act)) = (files, acts.last_mut()) {
            act.labs.push(read_lab(files, number, standards));
        }
    }
    acts.retain(|act| !act.labs.is_empty());
    acts
}

fn read_lab(files: &'static LabFiles, act: u8, standards: &'static str) -> Lab {
    let readme = Readme::of(files.readme);
    let effort = Effort::of(readme.effort);
    let mut scripts: Vec<Script> = files.snapshots.iter().copied().map(Script::of).collect();
    // The main one, those that say where they belong (`@order 1`), the others by name.
    if let Some((_, others)) = scripts.split_first_mut() {
        others.sort_by_key(|script| script.order);
    }
    let hints = files.hints.split("\n\n").map(str::trim);
    Lab {
        number: files
            .slug
            .split('-')
            .next()
            .and_then(|digits| digits.parse().ok())
            .unwrap_or(0),
        slug: files.slug,
        title: readme
            .title
            .split_once(" · ")
            .map_or("", |(_, title)| title),
        sentence: readme.sentence.trim_end_matches('.'),
        minutes: effort.minutes,
        difficulty: effort.difficulty,
        act,
        rfc: standards.split(';').filter_map(read_standard).collect(),
        needs: effort.needs,
        hints: hints.filter(|hint| !hint.is_empty()).collect(),
        readme: files.readme,
        scripts,
        files,
    }
}

/// `9112: 4 6.2`, or `9112` when all of it is meant.
fn read_standard(text: &'static str) -> Option<Standard> {
    let (rfc, sections) = text.trim().split_once(':').unwrap_or((text.trim(), ""));
    Some(Standard {
        rfc: rfc.parse().ok()?,
        sections: sections.split_whitespace().collect(),
    })
}

/// The line under a README's title: `15 minutes · easy · needs labs 7 and 8`.
struct Effort {
    minutes: u16,
    difficulty: Difficulty,
    needs: Vec<u8>,
}

impl Effort {
    fn of(line: &str) -> Effort {
        let mut parts = line.split(" · ");
        let minutes = parts
            .next()
            .and_then(|part| part.split(' ').next()?.parse().ok());
        let word = parts.next().unwrap_or_default();
        let all = [Difficulty::Easy, Difficulty::Medium, Difficulty::Hard];
        let difficulty = all.into_iter().find(|difficulty| difficulty.word() == word);
        Effort {
            minutes: minutes.unwrap_or(0),
            difficulty: difficulty.unwrap_or(Difficulty::Easy),
            needs: numbers(parts.next().unwrap_or_default()),
        }
    }
}

/// The way back from [`counted`]: the numbers in `labs 1, 4 to 6 and 9`.
fn numbers(text: &str) -> Vec<u8> {
    let mut found: Vec<u8> = Vec::new();
    let mut row = false;
    for word in text.split([' ', ',']) {
        match word.parse::<u8>() {
            Ok(last) if row => {
                let first = found.last().map_or(last, |first| first + 1);
                found.extend(first..=last);
                row = false;
            }
            Ok(number) => found.push(number),
            Err(_) => row = word == "to" || (row && word.is_empty()),
        }
    }
    found
}

/// Numbers in words: `7 and 8`; `1, 2 and 9`; a row of three and more as `8 to 23`.
pub fn counted(numbers: &[u8]) -> String {
    let mut pieces: Vec<String> = Vec::new();
    let mut rest = numbers;
    while let [first, ..] = rest {
        let row = (0u8..).zip(rest);
        let length = row
            .take_while(|(index, number)| **number == first + index)
            .count();
        if length >= 3 {
            pieces.push(format!("{first} to {}", rest[length - 1]));
            rest = &rest[length..];
        } else {
            pieces.push(first.to_string());
            rest = &rest[1..];
        }
    }
    match pieces.pop() {
        Some(last) if !pieces.is_empty() => format!("{} and {last}", pieces.join(", ")),
        Some(last) => last,
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_counted_as_people_do() {
        assert_eq!(counted(&[]), "");
        assert_eq!(counted(&[7]), "7");
        assert_eq!(counted(&[7, 8]), "7 and 8");
        assert_eq!(counted(&[1, 2, 8, 9]), "1, 2, 8 and 9");
        assert_eq!(counted(&[1, 4, 5, 6, 9]), "1, 4 to 6 and 9");
        assert_eq!(counted(&[8, 9, 10]), "8 to 10");
        for list in [&[][..], &[7], &[7, 8], &[1, 2, 8, 9], &[1, 4, 5, 6, 9]] {
            assert_eq!(numbers(&counted(list)), list);
        }
    }
}
