//! A class: many reports and bills become one table.
//!
//! Rule 1: if a file cannot be read, or is not a report of this version, that is one message. The other files
//! still count.
//! Rule 2: the text of a file is untrusted: names and codes are shown without control characters.
//! Rule 3: this module checks no program. A report has the results of a check on the student's machine. A bill
//! can be verified with `bill --verify`.

mod folders;
mod page;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;

use super::bill_of_exercises::Bill;
use super::catalogue::{self, Lab, Side};
use crate::check::diagnosis;
use crate::check::graded::{self, Status};
use crate::files::is_unseen;
use crate::json::Json;
use crate::limits;
use folders::Found;
pub use page::{csv, html};

/// What the files of a folder say.
#[derive(Clone, Debug, Default)]
pub struct Class {
    /// By name.
    pub students: Vec<Student>,
    /// One message for each file, or part of one, that does not count.
    pub problems: Vec<String>,
}

/// One student.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Student {
    /// As the folder, the file or the bill calls them; with the file's name where two have one name.
    pub name: String,
    /// The file, from the folder on.
    pub file: String,
    /// The programs that have passed: lab and side.
    pub passed: Vec<(u8, Side)>,
    /// The programs that were checked and have not passed.
    pub stuck: Vec<Stuck>,
}

/// Where a student is stuck.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stuck {
    /// The lab's number.
    pub lab: u8,
    /// Which side.
    pub side: Side,
    /// `W18`; empty where no known mistake fits.
    pub code: String,
    /// Whether the program was checked. Otherwise it did not start, for example.
    pub checked: bool,
}

impl Student {
    /// The labs of which every exercise has passed.
    pub fn labs(&self) -> Vec<u8> {
        let is_done = |lab: &&Lab| {
            let sides = lab.exercises();
            let passed = |side: &Side| self.passed.contains(&(lab.number, *side));
            !sides.is_empty() && sides.iter().all(passed)
        };
        catalogue::labs()
            .filter(is_done)
            .map(|lab| lab.number)
            .collect()
    }

    /// The minutes that these labs take, as their pages say.
    pub fn minutes(&self) -> u32 {
        let labs = self.labs().into_iter().filter_map(catalogue::lab);
        labs.map(|lab| u32::from(lab.minutes)).sum()
    }
}

impl Stuck {
    /// `W18 single-read`, or `W18` where this version has no such code. Without a code, words that say so.
    pub fn mistake(&self) -> String {
        if !self.checked {
            return "a program that was not checked".to_string();
        }
        let page = diagnosis::page(&self.code);
        match (page, self.code.is_empty()) {
            (Some(page), _) => format!("{} {}", page.code, page.slug),
            (None, true) => "a mistake without a code".to_string(),
            (None, false) => self.code.clone(),
        }
    }
}

impl Class {
    /// Reads the reports and bills in a folder, and in the folders in it. Errors: the folder cannot be read.
    pub fn read(folder: &Path) -> io::Result<Class> {
        let (files, problems) = folders::find(folder)?;
        let mut class = Class {
            problems,
            ..Class::default()
        };
        let mut by_student: BTreeMap<OsString, Student> = BTreeMap::new();
        for found in files {
            let taken = folders::read(&found.path).and_then(|text| Student::of(&text, &found));
            let (student, problems) = match taken {
                Ok((student, problems)) => (Some(student), problems),
                Err(why) => (None, vec![why]),
            };
            let problems = problems.into_iter();
            let problems = problems.map(|problem| format!("{}: {problem}", found.file));
            class.problems.extend(problems);
            match (student, by_student.get_mut(&found.student)) {
                (Some(student), Some(known)) => known.join(student, &found.name),
                (Some(student), None) => drop(by_student.insert(found.student, student)),
                (None, _) => {}
            }
        }
        class.students = by_student.into_values().collect();
        class.tell_apart();
        Ok(class)
    }

    /// Students of one name keep their files' names, too.
    fn tell_apart(&mut self) {
        let mut names: BTreeMap<String, usize> = BTreeMap::new();
        for student in &self.students {
            *names.entry(student.name.clone()).or_default() += 1;
        }
        for (name, _) in names.iter().filter(|(_, count)| **count > 1) {
            let same = self.students.iter_mut().filter(|other| other.name == *name);
            let files: Vec<String> = same
                .map(|student| {
                    student.name = format!("{name} ({})", student.file);
                    student.file.clone()
                })
                .collect();
            let all = if files.len() == 2 { "both" } else { "all" };
            let files = files.join(", ");
            self.problems.push(format!(
                "{files}: students of one name, {name}: {all} are counted"
            ));
        }
    }

    /// How many students are stuck at each mistake, and in which labs; the most frequent first.
    pub fn mistakes(&self) -> Vec<(String, usize, Vec<u8>)> {
        let mut found: BTreeMap<String, (usize, Vec<u8>)> = BTreeMap::new();
        for student in &self.students {
            let mut seen: Vec<String> = Vec::new();
            for stuck in &student.stuck {
                let mistake = stuck.mistake();
                let entry = found.entry(mistake.clone()).or_default();
                entry.0 += usize::from(!seen.contains(&mistake));
                entry.1.push(stuck.lab);
                seen.push(mistake);
            }
        }
        let rows = found.into_iter().map(|(mistake, (count, mut labs))| {
            labs.sort();
            labs.dedup();
            (mistake, count, labs)
        });
        let mut rows: Vec<(String, usize, Vec<u8>)> = rows.collect();
        rows.sort_by_key(|(_, count, _)| std::cmp::Reverse(*count));
        rows
    }
}

impl Student {
    /// What one file says of its student, and what in it does not count. Errors: why nothing of it does.
    fn of(text: &str, found: &Found) -> Result<(Student, Vec<String>), String> {
        let mut student = Student {
            name: found.name.clone(),
            file: found.file.clone(),
            ..Student::default()
        };
        let is_report = text.starts_with('{') || found.path.extension() == Some(OsStr::new("json"));
        let problems = match is_report {
            true => student.take_report(text),
            false => student.take_bill(text),
        }?;
        Ok((student, problems))
    }

    /// A report in JSON. `Ok`: what in it does not count; `Err`: why nothing of it does.
    fn take_report(&mut self, text: &str) -> Result<Vec<String>, String> {
        let report = Json::parse(text.as_bytes(), limits::REPORT_NESTING).map_err(|at| {
            format!("this is not JSON from byte {at} on: write the report again, or copy all of it")
        })?;
        let format = report.get("format").and_then(Json::whole);
        let checks = report.get("checks").and_then(Json::list);
        let (Some(format), Some(checks)) = (format, checks) else {
            let text = "this is JSON, but not a report of wirelab: `check --report` writes one";
            return Err(text.to_string());
        };
        if format != u64::from(graded::FORMAT) {
            let version = report.get("wirelab").and_then(Json::text).unwrap_or("?");
            return Err(format!(
                "this report has the format {format}, of wirelab {}; this wirelab reads the format {}: \
                 check again with this version",
                short(version),
                graded::FORMAT
            ));
        }
        if !graded::json::is_whole(text) {
            let text = "the report was changed: its hash is not that of its text; write it again";
            return Err(text.to_string());
        }
        let mut problems = Vec::new();
        for check in checks {
            let number = check.get("lab").and_then(Json::whole);
            let side = check.get("side").and_then(Json::text).and_then(side_named);
            let lab = number.and_then(|number| u8::try_from(number).ok());
            let (Some(lab), Some(side)) = (lab.and_then(catalogue::lab), side) else {
                if let Some(number) = number {
                    problems.push(format!(
                        "this course has no lab {number}: its result is left out"
                    ));
                }
                continue;
            };
            let status = check.get("status").and_then(Json::text);
            if status == Some(Status::Passed.word()) {
                self.passed.push((lab.number, side));
                continue;
            }
            let checked = status != Some(Status::NotChecked.word());
            let code = check.get("code").and_then(Json::text).unwrap_or_default();
            let code = short(code).chars().take(8).collect();
            let lab = lab.number;
            self.stuck.push(Stuck {
                lab,
                side,
                code,
                checked,
            });
        }
        Ok(problems)
    }

    /// A bill, which its own hash proves unchanged.
    fn take_bill(&mut self, text: &str) -> Result<Vec<String>, String> {
        let bill = Bill::parse(text).map_err(|error| error.to_string())?;
        if let Some(name) = &bill.name {
            self.name = short(name);
        }
        let passed = bill.programs.iter();
        self.passed = passed
            .filter_map(|served| Some((served.lab()?.number, served.side)))
            .collect();
        Ok(Vec::new())
    }

    /// Adds what another file of the same student says. What has passed once is stuck no more.
    fn join(&mut self, other: Student, folder: &str) {
        // A bill names its student; a report has the folder's name.
        if other.name != folder {
            self.name = other.name;
        }
        self.passed.extend(other.passed);
        self.passed.sort_by_key(|(lab, side)| (*lab, side.word()));
        self.passed.dedup();
        for stuck in other.stuck {
            if !self.stuck.contains(&stuck) {
                self.stuck.push(stuck);
            }
        }
        let passed = &self.passed;
        self.stuck
            .retain(|stuck| !passed.contains(&(stuck.lab, stuck.side)));
    }
}

fn side_named(word: &str) -> Option<Side> {
    [Side::Server, Side::Client]
        .into_iter()
        .find(|side| side.word() == word)
}

/// A text from outside, for a page or a terminal: unseen characters as `·`.
fn visible(word: &str) -> String {
    word.chars()
        .map(|letter| if is_unseen(letter) { '·' } else { letter })
        .collect()
}

/// The beginning of a text from a file, which may be of any length.
fn short(word: &str) -> String {
    visible(&word.chars().take(60).collect::<String>())
}

#[cfg(test)]
mod tests;
