//! Parses the words after a command with the command's own table of options.
//!
//! Rule 1: this file knows the forms of options (`--name VALUE`, `--name=VALUE`, `--`), not the meaning of any
//! option.
//! Rule 2: an option that is not in the table is an error, which names the nearest option. It is never ignored.

use super::Command;
use std::ffi::{OsStr, OsString};
use wirelab::files::is_unseen;

/// An option of a command.
pub struct Opt {
    /// With its dashes: `--save`.
    pub name: &'static str,
    /// What stands after it in the usage text (`FILE`); `None` for one that stands alone; in brackets
    /// (`[CMD]`) for one that may.
    pub value: Option<&'static str>,
    /// One line for the usage text.
    pub sentence: &'static str,
}

/// The error for exit code 2: the words make no sense. Says which, and what would.
#[derive(Debug)]
pub struct WrongUse(pub String);

impl std::fmt::Display for WrongUse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for WrongUse {}

/// The words of one call, sorted into places and options.
#[derive(Debug, Default)]
pub struct Args {
    places: Vec<OsString>,
    options: Vec<(&'static str, Option<OsString>)>,
}

impl Args {
    /// Sorts the words after `command`'s name. After `--` every word is a place.
    pub fn read(command: &Command, words: &[OsString]) -> Result<Args, WrongUse> {
        let mut args = Args::default();
        let mut words = words.iter().peekable();
        while let Some(word) = words.next() {
            let text = word.to_string_lossy();
            if text == "--" {
                args.places.extend(words.cloned());
                break;
            }
            if !text.starts_with('-') || text == "-" {
                args.places.push(word.clone());
                continue;
            }
            if let Some(flags) = joined_flags(command, &text) {
                args.options.extend(flags.map(|flag| (flag, None)));
                continue;
            }
            let (name, joined) = match text.split_once('=').filter(|_| text.starts_with("--")) {
                Some((name, value)) => (name, Some(OsString::from(value))),
                None => match short_and_value(command, &text) {
                    Some((name, value)) => (name, Some(OsString::from(value))),
                    None => (text.as_ref(), None),
                },
            };
            let option = option(command, name)?;
            let value = match (option.value, joined) {
                (None, None) => None,
                (Some(_), Some(value)) => Some(value),
                (Some(what), None) if what.starts_with('[') => words
                    .next_if(|next| !args.is_no_value(command, next))
                    .cloned(),
                (Some(what), None) => {
                    let missing = || WrongUse(format!("{name} needs a value: {name} {what}"));
                    // Of two values, `OLD NEW`, the first is an entry of its own.
                    for _ in 1..what.split(' ').count() {
                        let value = words.next().cloned().ok_or_else(missing)?;
                        args.options.push((option.name, Some(value)));
                    }
                    Some(words.next().cloned().ok_or_else(missing)?)
                }
                (None, Some(_)) => return Err(WrongUse(format!("{name} takes no value"))),
            };
            args.options.push((option.name, value));
        }
        args.count(command)?;
        Ok(args)
    }

    /// Whether a word after an option whose value may be left out is no value of it: another option, or the
    /// lab that the command still lacks (`check --client 9`).
    fn is_no_value(&self, command: &Command, word: &OsStr) -> bool {
        let text = word.to_string_lossy();
        let lacks_place = self.places.len() < command.places.len();
        text.starts_with('-') || lacks_place && lab_number(&text).is_some()
    }

    /// Too few or too many words, held against the places of the table (`[N]` may be missing,
    /// `N...` takes any number).
    fn count(&self, command: &Command) -> Result<(), WrongUse> {
        let usage = super::help::usage_line(command);
        for (index, place) in command.places.iter().enumerate() {
            if !place.starts_with('[') && self.places.len() <= index {
                return Err(WrongUse(format!("{place} is missing: {usage}")));
            }
        }
        let endless = command.places.iter().any(|place| place.contains("..."));
        if self.places.len() > command.places.len() && !endless {
            let extra = printable(&self.places[command.places.len()].to_string_lossy());
            return Err(WrongUse(format!("one word too many, `{extra}`: {usage}")));
        }
        Ok(())
    }

    /// The word at a place, as it was given (a path need not be UTF-8).
    pub fn place(&self, index: usize) -> Option<&OsStr> {
        self.places.get(index).map(OsString::as_os_str)
    }

    /// The word at a place as text.
    pub fn text(&self, index: usize) -> Result<Option<&str>, WrongUse> {
        self.place(index).map(as_text).transpose()
    }

    /// Whether an option that stands alone was given.
    pub fn has(&self, name: &str) -> bool {
        self.options.iter().any(|(given, _)| *given == name)
    }

    /// The value of an option, as it was given; of several the last.
    pub fn value(&self, name: &str) -> Option<&OsStr> {
        let mut given = self.options.iter().rev();
        let (_, value) = given.find(|(given, _)| *given == name)?;
        value.as_deref()
    }

    /// All values of an option that may come several times, as text.
    pub fn all_text(&self, name: &str) -> Result<Vec<&str>, WrongUse> {
        let given = self.options.iter().filter(|(given, _)| *given == name);
        given
            .filter_map(|(_, value)| value.as_deref())
            .map(as_text)
            .collect()
    }

    /// All values of these options, each with its option, in the order in which they were given.
    pub fn all_of(&self, names: &[&str]) -> Result<Vec<(&'static str, &str)>, WrongUse> {
        let given = self
            .options
            .iter()
            .filter(|(given, _)| names.contains(given));
        given
            .filter_map(|(name, value)| Some((*name, value.as_deref()?)))
            .map(|(name, value)| Ok((name, as_text(value)?)))
            .collect()
    }

    /// All values of an option that may come several times, also several in one, apart by commas.
    pub fn values_text(&self, name: &str) -> Result<Vec<&str>, WrongUse> {
        let given = self.options.iter().filter(|(given, _)| *given == name);
        let mut values = Vec::new();
        for value in given.filter_map(|(_, value)| value.as_deref()) {
            values.extend(as_text(value)?.split(',').map(str::trim));
        }
        Ok(values)
    }

    /// The value of an option as text.
    pub fn value_text(&self, name: &str) -> Result<Option<&str>, WrongUse> {
        self.value(name).map(as_text).transpose()
    }
}

/// Whether `--help` stands among the words, before a `--`.
pub fn asks_for_help(words: &[OsString]) -> bool {
    let before = words.iter().take_while(|word| *word != "--");
    before
        .into_iter()
        .any(|word| word == "--help" || word == "-h")
}

/// The lab that a word names: its number with or without zeros, `lab09`, its slug, or its slug's words.
/// A number that no lab has counts too, so that the message can speak of labs.
pub fn lab_number(word: &str) -> Option<u8> {
    let digits = word.strip_prefix("lab").unwrap_or(word);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(digits.parse().unwrap_or(u8::MAX));
    }
    let labs = wirelab::course::catalogue::labs();
    let mut named = labs.filter(|lab| lab.slug == word || &lab.slug[3..] == word);
    named.next().map(|lab| lab.number)
}

/// `-XPOST`: a short option with its value directly after it.
fn short_and_value<'a>(command: &Command, word: &'a str) -> Option<(&'a str, &'a str)> {
    let (name, value) = word.split_at_checked(2)?;
    let options: &'static [Opt] = command.options;
    let mut with_value = options.iter().filter(|option| option.value.is_some());
    let known = with_value.any(|option| option.name == name);
    (known && !value.is_empty()).then_some((name, value))
}

/// `-vL`: several short options that stand alone.
fn joined_flags<'a>(
    command: &Command,
    word: &'a str,
) -> Option<impl Iterator<Item = &'static str> + use<'a>> {
    let options: &'static [Opt] = command.options;
    let flag = |letter: char| {
        let mut alone = options.iter().filter(|option| option.value.is_none());
        let name = format!("-{letter}");
        alone.find_map(|option| (option.name == name).then_some(option.name))
    };
    let letters = word
        .strip_prefix('-')
        .filter(|letters| letters.len() > 1 && !letters.starts_with('-'))?;
    letters
        .chars()
        .all(|letter| flag(letter).is_some())
        .then(|| letters.chars().filter_map(flag))
}

/// The option of this name in the command's table, or an error that names the nearest.
fn option(command: &Command, name: &str) -> Result<&'static Opt, WrongUse> {
    let options: &'static [Opt] = command.options;
    if let Some(option) = options.iter().find(|option| option.name == name) {
        return Ok(option);
    }
    // One letter is near every other letter.
    let names = options
        .iter()
        .map(|option| option.name)
        .filter(|near| near.len() > 2 && name.len() > 2);
    let hint = match nearest(name, names) {
        Some(near) => format!("did you mean {near}?"),
        None => format!("see `cargo lab {} --help`", command.name),
    };
    let name = printable(name);
    Err(WrongUse(format!(
        "{} has no option {name}: {hint}",
        command.name
    )))
}

/// The word as text, or an error that shows what could be read of it.
fn as_text(word: &OsStr) -> Result<&str, WrongUse> {
    word.to_str().ok_or_else(|| {
        let shown = printable(&word.to_string_lossy());
        WrongUse(format!("`{shown}` is not UTF-8 text"))
    })
}

/// An untrusted word for a message: no control characters, at most 40 characters.
pub fn printable(word: &str) -> String {
    let mut shown: String = word.chars().take(40).collect();
    if shown.len() < word.len() {
        shown.push('…');
    }
    shown
        .chars()
        .flat_map(|c| {
            if is_unseen(c) {
                c.escape_default().collect()
            } else {
                vec![c]
            }
        })
        .collect()
}

/// The name that is the fewest changes away from `word`: at most a third of its letters, at least one.
pub fn nearest<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (word.len() / 3).max(1);
    let close = names.map(|name| (changes(word, name), name));
    let best = close.min_by_key(|(distance, _)| *distance)?;
    (best.0 <= allowed).then_some(best.1)
}

/// How many letters must be put in, taken out, replaced or swapped with their neighbour to turn `a`
/// into `b` (optimal string alignment distance). Words over 40 letters are as far away as can be.
fn changes(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().max(b.len()) > 40 {
        return usize::MAX;
    }
    let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            if i == 0 || j == 0 {
                table[i][j] = i + j;
                continue;
            }
            let differs = usize::from(a[i - 1] != b[j - 1]);
            let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            let mut fewest = table[i - 1][j - 1] + differs;
            fewest = fewest.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1);
            if swapped {
                fewest = fewest.min(table[i - 2][j - 2] + 1);
            }
            table[i][j] = fewest;
        }
    }
    table[a.len()][b.len()]
}
