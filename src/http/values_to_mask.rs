//! Finds the values in one direction's bytes that a file should not contain: secrets, and volatile values,
//! which differ in the next recording (dates, ports, tags).
//!
//! Rule 1: the value of a secret field reaches from the colon to the end of its line, and of the lines that
//! continue it (obs-fold, RFC 9112 section 5.2). A field with white space before the colon is found, too.
//! Rule 2: a secret parameter is `name=value` after `?`, `&`, `;` or at the start of a line: in a target, in a
//! URL of any field, and in a form. The name may be percent-encoded.
//! Rule 3: the bytes come in the pieces that the socket gave: a name or a value may be cut at any byte. So each
//! direction of each connection has its own [`Redactor`]. A volatile value that is cut is not replaced.
//! Rule 4: a line of a body that looks like a secret field is treated as one. A false hit is better than a
//! leak.

mod candidate_lines;
mod find_values;
mod secret_names;

use std::ops::Range;
use std::sync::Arc;

use super::date;
use super::target::decode_form;
use candidate_lines::{Marks, through};
use find_values::{parameter_end, tag};
pub(super) use find_values::{port, port_in_url};
pub use secret_names::is_secret_name;

/// Fields that hold a moment.
pub const DATE_FIELDS: [&str; 2] = ["date", "expires"];
/// Fields that hold an entity tag.
pub const TAG_FIELDS: [&str; 4] = ["etag", "if-none-match", "if-match", "if-range"];
/// Fields that hold a URL, in which the port of the recording may stand.
pub const URL_FIELDS: [&str; 5] = ["location", "content-location", "referer", "origin", "link"];

/// No field or parameter name that is looked for is longer.
const LONGEST_NAME: usize = 64;

/// What is looked for.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// Secrets.
    pub secrets: bool,
    /// Further names of secret fields and parameters, in lower case.
    pub names: Vec<String>,
    /// Dates, tags, and the port in `Host`.
    pub volatile: bool,
    /// Ports of the recording, which are looked for in URLs.
    pub ports: Vec<u16>,
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// A secret, or a part of one.
    Secret,
    /// An IMF-fixdate, whole.
    Date,
    /// The digits of a port.
    Port,
    /// What stands between the quotes of an entity tag.
    Tag,
}

/// A value that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where it stands.
    pub at: Range<usize>,
    /// What it is.
    pub value: Value,
}

/// Where in a line the next byte is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// In what may be a name.
    Start,
    /// In the value of a secret field; `begun`: after its leading white space.
    Secret { begun: bool },
    /// In the value of a secret parameter.
    Parameter,
    /// Anywhere else.
    Elsewhere,
}

/// What one side says on one connection, read for values.
#[derive(Clone, Debug)]
pub struct Redactor {
    rules: Arc<Rules>,
    place: Place,
    /// The line before was the value of a secret field; white space continues it.
    may_continue: bool,
    /// The last bytes of this line that came before.
    before: Vec<u8>,
}

impl Redactor {
    /// At the start of a direction.
    pub fn new(rules: Arc<Rules>) -> Redactor {
        Redactor {
            rules,
            place: Place::Start,
            may_continue: false,
            before: Vec::new(),
        }
    }

    /// Where in `bytes`, which follow those of the last call, values stand; in order, apart.
    pub fn find(&mut self, bytes: &[u8]) -> Vec<Found> {
        let mut found = Vec::new();
        let mut start = 0;
        let mut marks = Marks::default();
        while let Some(rest) = bytes.get(start..).filter(|rest| !rest.is_empty()) {
            if self.place == Place::Start && self.before.is_empty() && !self.may_continue {
                let quiet = marks.lines_without(bytes, start);
                if quiet > 0 {
                    start += quiet;
                    continue;
                }
            }
            let length = through(rest, b'\n');
            let ended = rest.get(length - 1) == Some(&b'\n');
            let part = start..start + length - usize::from(ended);
            self.part(bytes, part.clone(), ended, &mut found);
            match ended {
                true => self.next_line(),
                false => self.keep(bytes.get(part).unwrap_or_default()),
            }
            start += length;
        }
        found
    }

    /// A line, or as much of it as came.
    fn part(&mut self, bytes: &[u8], at: Range<usize>, ended: bool, found: &mut Vec<Found>) {
        let part = bytes.get(at.clone()).unwrap_or_default();
        if self.before.is_empty() && self.place == Place::Start {
            let continues = self.may_continue && matches!(part.first(), Some(b' ' | b'\t'));
            if continues {
                self.place = Place::Secret { begun: false };
            }
        }
        match self.place {
            Place::Secret { begun } => self.secret(bytes, at, begun, found),
            Place::Parameter => {
                let end = parameter_end(part);
                push(found, at.start..at.start + end, Value::Secret);
                if end < part.len() {
                    self.place = Place::Elsewhere;
                    self.parameters(bytes, at.start + end..at.end, at.start, ended, found);
                }
            }
            Place::Elsewhere => self.parameters(bytes, at.clone(), at.start, ended, found),
            Place::Start => self.start(bytes, at, ended, found),
        }
    }

    /// The part of a line that may begin with a name.
    fn start(&mut self, bytes: &[u8], at: Range<usize>, ended: bool, found: &mut Vec<Found>) {
        let part = bytes.get(at.clone()).unwrap_or_default();
        let beginning = part.get(..LONGEST_NAME).unwrap_or(part);
        if let Some(colon) = beginning.iter().position(|byte| *byte == b':') {
            let value = at.start + colon + 1..at.end;
            self.place = Place::Elsewhere;
            let here = beginning.get(..colon).unwrap_or_default();
            let joined;
            let mut name = here;
            if !self.before.is_empty() {
                joined = [&self.before, here].concat();
                name = &joined;
            }
            let name = name.trim_ascii_end();
            if self.is_secret(name) {
                return self.secret(bytes, value, false, found);
            }
            let whole = ended && self.before.is_empty();
            let holes = found.len();
            if whole && self.rules.volatile {
                self.volatile(name, bytes, value, found);
            }
            if found.len() > holes {
                return;
            }
        }
        if self.before.len() + part.len() > LONGEST_NAME {
            self.place = Place::Elsewhere;
        }
        self.parameters(bytes, at.clone(), at.start, ended, found);
    }

    fn is_secret(&self, name: &[u8]) -> bool {
        let is_ours = |own: &String| own.as_bytes().eq_ignore_ascii_case(name);
        self.rules.secrets && (is_secret_name(name) || self.rules.names.iter().any(is_ours))
    }

    /// The value of a secret field, as much of it as stands here.
    fn secret(&mut self, bytes: &[u8], at: Range<usize>, begun: bool, found: &mut Vec<Found>) {
        let part = bytes.get(at.clone()).unwrap_or_default();
        let start = match begun {
            true => 0,
            false => part.len() - part.trim_ascii_start().len(),
        };
        let end = part.len() - usize::from(part.ends_with(b"\r"));
        let begun = begun || start < end;
        self.place = Place::Secret { begun };
        push(found, at.start + start..at.start + end, Value::Secret);
    }

    /// `name=value` at `at`, in a line whose part here begins at `line`.
    fn parameters(
        &mut self,
        bytes: &[u8],
        at: Range<usize>,
        line: usize,
        ended: bool,
        found: &mut Vec<Found>,
    ) {
        let mut next = at.start;
        while let Some(rest) = bytes.get(next..at.end).filter(|_| self.rules.secrets) {
            let equals = through(rest, b'=');
            if !rest.get(..equals).unwrap_or_default().ends_with(b"=") {
                return;
            }
            next += equals;
            let here = bytes.get(line..next - 1).unwrap_or_default();
            if !self.names_a_secret(here) {
                continue;
            }
            let value = bytes.get(next..at.end).unwrap_or_default();
            let end = parameter_end(value);
            push(found, next..next + end, Value::Secret);
            next += end;
            if next == at.end && !ended {
                self.place = Place::Parameter;
            }
        }
    }

    /// Whether the line up to here, of which `before` came earlier, ends with the name of a secret.
    fn names_a_secret(&self, here: &[u8]) -> bool {
        let line = self.before.iter().chain(here).rev().take(LONGEST_NAME + 1);
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.%[]+$!~*".contains(byte);
        let mut name: Vec<u8> = Vec::new();
        for byte in line {
            if is_name(byte) {
                name.push(*byte);
            } else if matches!(byte, b'?' | b'&' | b';') {
                break;
            } else {
                return false;
            }
        }
        name.reverse();
        self.is_secret(&decode_form(&name))
    }

    /// The value of a field that is another one the next time. The line is here as a whole.
    fn volatile(&self, name: &[u8], bytes: &[u8], at: Range<usize>, found: &mut Vec<Found>) {
        let text = bytes.get(at.clone()).unwrap_or_default();
        let lead = text.len() - text.trim_ascii_start().len();
        let value = text.trim_ascii();
        let is = |other: &&str| other.as_bytes().eq_ignore_ascii_case(name);
        let is_one_of = |names: &[&str]| names.iter().any(is);
        let hole = if is_one_of(&DATE_FIELDS) {
            let is_fixdate = value.len() == 29 && date::parse(value, 0).is_some();
            is_fixdate.then_some((0..value.len(), Value::Date))
        } else if is_one_of(&TAG_FIELDS) {
            tag(value).map(|at| (at, Value::Tag))
        } else if is_one_of(&["host"]) {
            port(value).map(|at| (at, Value::Port))
        } else if is_one_of(&URL_FIELDS) {
            let port = port_in_url(value);
            let is_ours = |at: &Range<usize>| {
                let digits = value.get(at.clone()).unwrap_or_default();
                let digits = std::str::from_utf8(digits).ok();
                let number = digits.and_then(|digits| digits.parse().ok());
                number.is_some_and(|number| self.rules.ports.contains(&number))
            };
            port.filter(is_ours).map(|at| (at, Value::Port))
        } else {
            None
        };
        if let Some((inside, value)) = hole {
            let start = at.start + lead;
            push(found, start + inside.start..start + inside.end, value);
        }
    }

    fn next_line(&mut self) {
        self.may_continue = matches!(self.place, Place::Secret { .. });
        self.place = Place::Start;
        self.before.clear();
    }

    /// Keeps what a name may begin with.
    fn keep(&mut self, part: &[u8]) {
        self.before.extend_from_slice(part);
        let more = self.before.len().saturating_sub(LONGEST_NAME + 1);
        self.before.drain(..more);
    }
}

fn push(found: &mut Vec<Found>, at: Range<usize>, value: Value) {
    if !at.is_empty() {
        found.push(Found { at, value });
    }
}

#[cfg(test)]
mod tests;
