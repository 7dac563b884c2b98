//! What the learner has done: a small text file that a person can read and edit.
//!
//! ```text
//! # What you have done so far. `cargo lab` reads this file and writes it; so may you.
//! 01-three-tacos client=passed server=passed server-by=python3%20taqueria.py hints=1
//! ```
//!
//! Rule 1: a line is a lab's slug and words `key=value`; in a value a space is `%20` and `%` is `%25`. Unknown
//! lines and words stay in the file unchanged, and are ignored.
//! Rule 2: the file is replaced by a rename, so that a reader never sees half of it. Each save uses its own
//! temporary name, so that two checks which pass at the same time do not write into one file.
//! Rule 3: a change reads, changes and writes the file under a lock, so that commands which end at the same
//! time do not overwrite each other's changes. The system releases the lock when a process ends.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::catalogue::{self, Lab, Language, Side};
use super::locations;
use super::replace_file::replace_file;

/// The name of the file in the workbench.
pub const FILE: &str = "progress.txt";

/// What the line with the seed of the fresh conversations begins with.
const SEED: &str = "the-course seed=";

const HEADER: &str =
    "# What you have done so far. `cargo lab` reads this file and writes it; so may you.\n";

/// Which program has passed: what must be started to check it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// The one in the workbench.
    Workbench,
    /// What this command line starts (`--server CMD`, `--client CMD`).
    Command(String),
    /// A server that ran already, at this address (`--addr`).
    Address(String),
}

/// The file's lines, and what they say about each lab.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    lines: Vec<String>,
}

impl Progress {
    /// Reads the file of the workbench; without one, or without the file, nothing was done yet.
    /// Errors: it is there and cannot be read, with its name in the message.
    pub fn load() -> io::Result<Progress> {
        match place() {
            Some(path) => Progress::load_from(&path),
            None => Ok(Progress::default()),
        }
    }

    /// Reads this file. Bytes that are not UTF-8 become signs that no lab has.
    pub fn load_from(path: &Path) -> io::Result<Progress> {
        match fs::read(path) {
            Ok(bytes) => Ok(Progress::parse(&String::from_utf8_lossy(&bytes))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Progress::default()),
            Err(error) => Err(named(path, &error)),
        }
    }

    /// Changes the file of the workbench, and returns what `change` returns. Errors: there is no workbench,
    /// or the system's; then nothing is changed.
    pub fn update<T>(change: impl FnOnce(&mut Progress) -> T) -> io::Result<T> {
        let path = place().ok_or_else(|| {
            io::Error::other("there is no workbench here: `wirelab init DIR` makes one")
        })?;
        Progress::update_at(&path, change)
    }

    /// Reads, changes and writes this file, under a lock.
    pub fn update_at<T>(path: &Path, change: impl FnOnce(&mut Progress) -> T) -> io::Result<T> {
        let _held = lock(path)?;
        let before = Progress::load_from(path)?;
        let mut progress = before.clone();
        let result = change(&mut progress);
        if progress != before {
            progress.save_to(path)?;
        }
        Ok(result)
    }

    /// Writes this file as a whole.
    fn save_to(&self, path: &Path) -> io::Result<()> {
        replace_file(path, &self.text()).map_err(|error| named(path, &error))
    }

    /// The value after a text; every text has one.
    pub fn parse(text: &str) -> Progress {
        Progress {
            lines: text.lines().map(str::to_string).collect(),
        }
    }

    /// The text of the file.
    pub fn text(&self) -> String {
        let header = if self.lines.is_empty() { HEADER } else { "" };
        let lines: String = self.lines.iter().map(|line| format!("{line}\n")).collect();
        format!("{header}{lines}")
    }

    /// Whether a check of this side of the lab has passed.
    pub fn has_passed(&self, lab: &Lab, side: Side) -> bool {
        self.value(lab, side.word()) == Some("passed")
    }

    /// Whether every side that the lab's exercise has was passed.
    pub fn is_done(&self, lab: &Lab) -> bool {
        let sides = lab.exercises();
        !sides.is_empty() && sides.iter().all(|side| self.has_passed(lab, *side))
    }

    /// The first lab that has an exercise, and is not done.
    pub fn next(&self) -> Option<&'static Lab> {
        let mut labs = catalogue::labs();
        labs.find(|lab| {
            let sides = lab.exercises();
            !sides.is_empty() && !self.is_done(lab)
        })
    }

    /// How many of the lab's hints were shown.
    pub fn hints(&self, lab: &Lab) -> usize {
        let shown = self
            .value(lab, "hints")
            .and_then(|count| count.parse().ok());
        shown.unwrap_or(0)
    }

    /// Which program has passed for this side; the workbench's when nothing else is noted.
    pub fn by(&self, lab: &Lab, side: Side) -> By {
        let noted = |what: &str| self.text_value(lab, &format!("{}-{what}", side.word()));
        if let Some(command) = noted("by") {
            return By::Command(command);
        }
        noted("at").map_or(By::Workbench, By::Address)
    }

    /// Notes that a check of this side has passed, and of which program.
    pub fn set_passed(&mut self, lab: &Lab, side: Side, by: &By) {
        let side = side.word();
        self.set(lab, side, "passed");
        self.unset(lab, &format!("{side}-by"));
        self.unset(lab, &format!("{side}-at"));
        let (what, value) = match by {
            By::Workbench => return,
            By::Command(command) => ("by", command),
            By::Address(address) => ("at", address),
        };
        self.set_text(lab, &format!("{side}-{what}"), value);
    }

    /// The seed of the learner's fresh conversations, once it is made.
    pub fn seed(&self) -> Option<u64> {
        let mut lines = self.lines.iter();
        lines.find_map(|line| line.trim().strip_prefix(SEED)?.parse().ok())
    }

    /// Notes the seed; a line that is there already makes way.
    pub fn set_seed(&mut self, seed: u64) {
        if self.lines.is_empty() {
            self.lines.push(HEADER.trim_end().to_string());
        }
        self.lines.retain(|line| !line.trim().starts_with(SEED));
        self.lines.push(format!("{SEED}{seed}"));
    }

    /// The command of the last check of this side, when it was one (`--server CMD`) and no later check took
    /// the workbench's program.
    pub fn last_command(&self, lab: &Lab, side: Side) -> Option<String> {
        self.text_value(lab, &format!("{}-last", side.word()))
    }

    /// Notes the command of a check of this side; `None`: it was of the workbench's program.
    pub fn set_last_command(&mut self, lab: &Lab, side: Side, command: Option<&str>) {
        let key = format!("{}-last", side.word());
        match command {
            Some(command) => self.set_text(lab, &key, command),
            None => self.unset(lab, &key),
        }
    }

    /// The language of the stub that the learner started last for this side.
    pub fn language(&self, lab: &Lab, side: Side) -> Option<Language> {
        let word = self.value(lab, &format!("{}-in", side.word()));
        word.and_then(Language::named)
    }

    /// Notes the language of the stub that the learner has started for this side. Rust is not written down.
    pub fn set_language(&mut self, lab: &Lab, side: Side, language: Language) {
        let key = format!("{}-in", side.word());
        match language {
            Language::Rust => self.unset(lab, &key),
            other => self.set(lab, &key, other.word()),
        }
    }

    /// Notes how many hints were shown.
    pub fn set_hints(&mut self, lab: &Lab, count: usize) {
        self.set(lab, "hints", &count.to_string());
    }

    fn value(&self, lab: &Lab, key: &str) -> Option<&str> {
        let lines = self.lines.iter();
        let mut words = lines
            .filter(|line| is_of(line, lab))
            .flat_map(|line| line.split_whitespace());
        words.find_map(|word| word.strip_prefix(key)?.strip_prefix('='))
    }

    /// A value that may hold spaces.
    fn text_value(&self, lab: &Lab, key: &str) -> Option<String> {
        let value = self.value(lab, key)?;
        Some(value.replace("%20", " ").replace("%25", "%"))
    }

    fn set_text(&mut self, lab: &Lab, key: &str, value: &str) {
        let visible: String = value
            .chars()
            .map(|letter| if letter.is_whitespace() { ' ' } else { letter })
            .collect();
        let value = visible.replace('%', "%25").replace(' ', "%20");
        self.set(lab, key, &value);
    }

    fn set(&mut self, lab: &Lab, key: &str, value: &str) {
        if self.lines.is_empty() {
            self.lines.push(HEADER.trim_end().to_string());
        }
        let word = format!("{key}={value}");
        let Some(line) = self.lines.iter_mut().find(|line| is_of(line, lab)) else {
            self.lines.push(format!("{} {word}", lab.slug));
            return;
        };
        let mut words: Vec<&str> = line.split_whitespace().collect();
        match words.iter().position(|word| is_key(word, key)) {
            Some(at) => words[at] = &word,
            None => words.push(&word),
        }
        *line = words.join(" ");
    }

    fn unset(&mut self, lab: &Lab, key: &str) {
        for line in self.lines.iter_mut().filter(|line| is_of(line, lab)) {
            let words = line.split_whitespace().filter(|word| !is_key(word, key));
            *line = words.collect::<Vec<&str>>().join(" ");
        }
    }
}

fn is_key(word: &str, key: &str) -> bool {
    word.split('=').next() == Some(key)
}

fn is_of(line: &str, lab: &Lab) -> bool {
    line.split_whitespace().next() == Some(lab.slug)
}

/// Waits until no other process changes this file, and keeps them away until the value is dropped. The lock
/// is on a file beside it, `progress.txt.lock`, because the file itself is replaced. That file stays, and
/// means nothing when no process holds its lock. A file system without locks is used without one.
fn lock(path: &Path) -> io::Result<File> {
    let beside = path.with_extension("txt.lock");
    let open = File::options().create(true).append(true).open(&beside);
    let file = open.map_err(|error| named(&beside, &error))?;
    match file.lock() {
        Err(error) if error.kind() != ErrorKind::Unsupported => Err(named(&beside, &error)),
        _ => Ok(file),
    }
}

fn place() -> Option<PathBuf> {
    locations::workbench().map(|workbench| workbench.folder().join(FILE))
}

/// The system's error with the file's name before it.
fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests;
