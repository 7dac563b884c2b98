//! A class: many reports and bills become one table.
//!
//! Rule 1: if a file cannot be read, or is not a report of this version, that is one message. The other files
//! still count.
//! Rule 2: the text of a file is untrusted: names and codes are shown without control characters.
//! Rule 3: this module checks no program. A report has the results of a check on the student's machine. A bill
//! can be verified with `bill --verify`.

mod page;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::catalogue::{self, Lab, Side};
use super::certificate::Bill;
use crate::check::diagnosis;
use crate::check::graded;
use crate::files::is_unseen;
use crate::json::Json;
use crate::limits;
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
    /// `W18 single-read`, `W18` where this version has no such code, or `no code`.
    pub fn mistake(&self) -> String {
        let page = diagnosis::page(&self.code);
        match (page, self.code.is_empty()) {
            (Some(page), _) => format!("{} {}", page.code, page.slug),
            (None, true) => "no code".to_string(),
            (None, false) => self.code.clone(),
        }
    }
}

impl Class {
    /// Reads the reports and bills in a folder, and in the folders in it. Errors: the folder cannot be read.
    pub fn read(folder: &Path) -> io::Result<Class> {
        let mut class = Class::default();
        let mut files = Vec::new();
        for path in entries(folder)? {
            match path.is_dir() {
                false => files.push((path.clone(), stem(&path))),
                true => {
                    let name = path.file_name().unwrap_or_default().to_string_lossy();
                    let inside = entries(&path).unwrap_or_default();
                    files.extend(inside.into_iter().map(|file| (file, name.to_string())));
                }
            }
        }
        files.retain(|(path, _)| is_ours(path));
        if files.len() > limits::CLASS_FILES {
            let text = format!("only the first {} files are read", limits::CLASS_FILES);
            class.problems.push(text);
            files.truncate(limits::CLASS_FILES);
        }
        for (path, name) in files {
            let file = path.strip_prefix(folder).unwrap_or(&path);
            let file = visible(&file.to_string_lossy());
            match read_file(&path) {
                Ok(text) => class.take(&text, &name, &file),
                Err(why) => class.problems.push(format!("{file}: {why}")),
            }
        }
        class.tell_apart();
        Ok(class)
    }

    /// Takes one file in.
    fn take(&mut self, text: &str, name: &str, file: &str) {
        let mut student = Student {
            name: visible(name),
            file: file.to_string(),
            ..Student::default()
        };
        let read = match text.starts_with('{') {
            true => student.take_report(text),
            false => student.take_bill(text),
        };
        match read {
            Ok(problems) => {
                let problems = problems.into_iter();
                let problems = problems.map(|problem| format!("{file}: {problem}"));
                self.problems.extend(problems);
                self.students.push(student);
            }
            Err(why) => self.problems.push(format!("{file}: {why}")),
        }
    }

    /// Files of one student in one folder become one; two students of one name keep their files' names.
    fn tell_apart(&mut self) {
        let mut by_place: BTreeMap<String, Student> = BTreeMap::new();
        for student in self.students.drain(..) {
            let folder = student.file.rsplit_once(['/', '\\']);
            let place = folder.map_or(&student.file[..], |(folder, _)| folder);
            let place = place.to_string();
            match by_place.get_mut(&place) {
                Some(known) => known.join(student, &place),
                None => drop(by_place.insert(place, student)),
            }
        }
        self.students = by_place.into_values().collect();
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
            let files = files.join(", ");
            self.problems.push(format!(
                "{files}: students of one name, {name}: both are counted"
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
                visible(version),
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
            if check.get("status").and_then(Json::text) == Some("passed") {
                self.passed.push((lab.number, side));
                continue;
            }
            let code = check.get("code").and_then(Json::text).unwrap_or_default();
            let code = visible(code).chars().take(8).collect();
            let lab = lab.number;
            self.stuck.push(Stuck { lab, side, code });
        }
        Ok(problems)
    }

    /// A bill, which its own hash proves unchanged.
    fn take_bill(&mut self, text: &str) -> Result<Vec<String>, String> {
        let bill = Bill::parse(text).map_err(|error| error.to_string())?;
        if let Some(name) = &bill.name {
            self.name = visible(name);
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
        self.stuck.extend(other.stuck);
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

/// The paths in a folder, sorted.
fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        paths.push(entry?.path());
    }
    paths.sort();
    Ok(paths)
}

fn stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

/// Whether a file may be a report or a bill: by the end of its name.
fn is_ours(path: &Path) -> bool {
    let end = path.extension().unwrap_or_default().to_string_lossy();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    match &*end {
        "json" => true,
        // The progress file of a workbench is no bill.
        "txt" => name != super::progress::FILE,
        _ => false,
    }
}

/// The text of a file, if it is no longer than a report can be.
fn read_file(path: &Path) -> Result<String, String> {
    let limit = limits::CLASS_FILE;
    let file = File::open(path).map_err(|error| error.to_string())?;
    let length = file.metadata().map_err(|error| error.to_string())?.len();
    let too_long =
        || format!("the file has more than {limit} bytes, which is too long for a report");
    if length > limit {
        return Err(too_long());
    }
    let mut bytes = Vec::new();
    // A pipe or a device has no known length.
    let read = file.take(limit + 1).read_to_end(&mut bytes);
    let read = read.map_err(|error| error.to_string())?;
    if read as u64 > limit {
        return Err(too_long());
    }
    String::from_utf8(bytes).map_err(|_| "this is not text in UTF-8".to_string())
}

/// A name from a file, for a page or terminal: at most 60 characters, unseen ones as `·`.
fn visible(word: &str) -> String {
    let letters = word.chars().take(60);
    letters
        .map(|letter| if is_unseen(letter) { '·' } else { letter })
        .collect()
}
