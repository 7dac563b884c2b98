//! Compares two streams of messages as HTTP, not byte by byte.
//!
//! Rule 1: one table, [`TOLERANCES`], lists all differences that are ignored.
//! Rule 2: bodies are compared byte for byte, after their chunks are joined.
//! Rule 3: a stream that is not correct HTTP is not compared here.

use super::sans_io_connection::{Connection, PeerEvent};
use super::{Fields, Parsed, date, values_to_mask};
use crate::plural::count_of;

pub use super::ignored_differences::{Aspect, TOLERANCES, Tolerance};

/// What is compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Only {
    /// All of it.
    #[default]
    All,
    /// The status (of requests: the request line).
    Status,
    /// Start line and fields.
    Head,
    /// The body.
    Body,
}

/// A difference that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deviation {
    /// Which message, counted from 1.
    pub message: usize,
    /// What differs.
    pub aspect: Aspect,
    /// Where, and both values.
    pub text: String,
}

impl Deviation {
    /// What the table says about it.
    pub fn tolerance(&self) -> &'static Tolerance {
        let found = TOLERANCES.iter().find(|row| row.aspect == self.aspect);
        found.unwrap_or(&TOLERANCES[0])
    }
}

/// A message, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The method of a request.
    method: Option<Vec<u8>>,
    /// Method and target, or version and status.
    start: Vec<u8>,
    reason: Vec<u8>,
    fields: Vec<(Vec<u8>, Vec<u8>)>,
    body: Vec<u8>,
    /// Where the pieces of the body end.
    cuts: Vec<usize>,
    chunked: bool,
}

impl Message {
    /// The start line, the fields and the empty line, written again.
    pub fn head(&self) -> Vec<u8> {
        let mut head = match self.method {
            Some(_) => [self.start.as_slice(), b" HTTP/1.1\r\n"].concat(),
            None => [self.start.as_slice(), b" ", self.reason.as_slice(), b"\r\n"].concat(),
        };
        for (name, value) in &self.fields {
            head.extend([name.as_slice(), b": ", value, b"\r\n"].concat());
        }
        [head.as_slice(), b"\r\n"].concat()
    }

    /// The body, its chunks joined.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// How many chunks the body came in, if it came in chunks.
    pub fn chunks(&self) -> Option<usize> {
        self.chunked.then_some(self.cuts.len())
    }

    /// The first value of a field, whose name is in lower case.
    pub fn field(&self, name: &str) -> Option<&[u8]> {
        let is_it = |field: &&(Vec<u8>, Vec<u8>)| field.0.eq_ignore_ascii_case(name.as_bytes());
        self.fields
            .iter()
            .find(is_it)
            .map(|(_, value)| value.as_slice())
    }
}

/// The requests in a stream; `None` when it is not wholly HTTP.
pub fn requests(stream: &[u8]) -> Option<Vec<Message>> {
    let mut messages = Vec::new();
    let mut rest = stream;
    while !rest.is_empty() {
        let (message, used) = read(Connection::server(), rest)?;
        messages.push(message);
        rest = rest.get(used..)?;
    }
    Some(messages)
}

/// The method of each request in a stream, whatever else may be wrong with them: of each line that ends as
/// a request line does, the first word.
pub fn methods(stream: &[u8]) -> Vec<Vec<u8>> {
    if let Some(requests) = requests(stream) {
        return requests.into_iter().filter_map(|it| it.method).collect();
    }
    let lines = stream.split(|byte| *byte == b'\n');
    let lines = lines.map(|line| line.trim_ascii_end());
    let begins = lines.filter(|line| line.ends_with(b" HTTP/1.1") || line.ends_with(b" HTTP/1.0"));
    let word = |line: &[u8]| line.split(|byte| *byte == b' ').next().map(<[u8]>::to_vec);
    begins.filter_map(word).collect()
}

/// The responses in a stream, to requests with these methods; `None` when it is not wholly HTTP.
pub fn responses(stream: &[u8], methods: &[Vec<u8>]) -> Option<Vec<Message>> {
    let mut messages = Vec::new();
    let mut rest = stream;
    let mut methods = methods.iter();
    while !rest.is_empty() {
        let method = methods.next().map_or(&b"GET"[..], Vec::as_slice);
        let mut connection = Connection::client();
        connection.request(method, false).ok()?;
        connection.end().ok()?;
        let (message, used) = read(connection, rest)?;
        messages.push(message);
        rest = rest.get(used..)?;
    }
    Some(messages)
}

/// The first message, and its length. Informational responses before it belong to it.
fn read(mut connection: Connection, stream: &[u8]) -> Option<(Message, usize)> {
    let mut used_up = 0;
    let mut message: Option<Message> = None;
    loop {
        let rest = stream.get(used_up..)?;
        let Ok(Parsed::Done { value, used }) = connection.receive(rest, true) else {
            return None;
        };
        match value {
            PeerEvent::Request { head, .. } => {
                let start = [head.method, b" ", head.target].concat();
                message = Some(Message::new(Some(head.method), start, b"", head.fields));
            }
            PeerEvent::Response { head, .. } if head.status >= 200 => {
                let start = rest.get(..12).unwrap_or_default().to_vec();
                message = Some(Message::new(None, start, head.reason, head.fields));
            }
            PeerEvent::Response { .. } => {}
            PeerEvent::Data(data) => {
                let message = message.as_mut()?;
                message.body.extend_from_slice(data);
                message.cuts.push(message.body.len());
            }
            PeerEvent::End(_) => return Some((message?, used_up + used)),
            PeerEvent::Closed | PeerEvent::Paused => return None,
        }
        used_up += used;
    }
}

impl Message {
    fn new(method: Option<&[u8]>, start: Vec<u8>, reason: &[u8], fields: Fields) -> Message {
        let pair = |field: super::headers::Field| (field.name.to_vec(), field.value.to_vec());
        Message {
            method: method.map(<[u8]>::to_vec),
            start,
            reason: reason.to_vec(),
            chunked: fields.has_element("transfer-encoding", "chunked"),
            fields: fields.iter().map(pair).collect(),
            body: Vec::new(),
            cuts: Vec::new(),
        }
    }
}

/// All differences between what was expected and what came, apart from the fields to ignore (in lower
/// case).
pub fn compare(
    expected: &[Message],
    got: &[Message],
    only: Only,
    ignore: &[String],
) -> Vec<Deviation> {
    let mut found = Vec::new();
    for (at, (expected, got)) in expected.iter().zip(got).enumerate() {
        let mut add = |aspect, text| {
            let message = at + 1;
            found.push(Deviation {
                message,
                aspect,
                text,
            });
        };
        if only != Only::Body {
            start_line(expected, got, &mut add);
        }
        if matches!(only, Only::All | Only::Head) {
            fields(expected, got, ignore, &mut add);
        }
        if matches!(only, Only::All | Only::Body) {
            body(expected, got, &mut add);
        }
    }
    if expected.len() != got.len() {
        let text = format!("{} expected, {} came", expected.len(), got.len());
        let message = expected.len().min(got.len()) + 1;
        found.push(Deviation {
            message,
            aspect: Aspect::Count,
            text,
        });
    }
    found
}

fn start_line(expected: &Message, got: &Message, add: &mut impl FnMut(Aspect, String)) {
    if expected.start != got.start {
        add(Aspect::StartLine, both(&expected.start, &got.start));
    } else if expected.reason != got.reason {
        add(Aspect::Reason, both(&expected.reason, &got.reason));
    }
}

fn fields(
    expected: &Message,
    got: &Message,
    ignore: &[String],
    add: &mut impl FnMut(Aspect, String),
) {
    let lower = |name: &[u8]| String::from_utf8_lossy(name).to_ascii_lowercase();
    let counts = |name: &String| !ignore.contains(name);
    let names = |message: &Message| -> Vec<String> {
        let names = message.fields.iter().map(|(name, _)| lower(name));
        names.filter(counts).collect()
    };
    let (wanted, came) = (names(expected), names(got));
    let mut done: Vec<&String> = Vec::new();
    for name in wanted.iter().chain(&came) {
        if !done.contains(&name) {
            done.push(name);
            field(name, expected, got, add);
        }
    }
    let same_names = {
        let (mut wanted, mut came) = (wanted.clone(), came.clone());
        wanted.sort();
        came.sort();
        wanted == came
    };
    if same_names && wanted != came {
        let moved = wanted.iter().zip(&came).find(|(one, other)| one != other);
        let text = moved.map(|(one, other)| format!("{other} instead of {one}"));
        add(Aspect::Order, text.unwrap_or_default());
    }
}

/// All fields of one name.
fn field(name: &str, expected: &Message, got: &Message, add: &mut impl FnMut(Aspect, String)) {
    let is_it = |field: &&(Vec<u8>, Vec<u8>)| field.0.eq_ignore_ascii_case(name.as_bytes());
    let mut wanted = expected.fields.iter().filter(is_it);
    let mut came = got.fields.iter().filter(is_it);
    loop {
        match (wanted.next(), came.next()) {
            (None, None) => return,
            (Some((name, value)), None) => add(Aspect::Missing, line(name, value)),
            (None, Some((name, value))) => add(Aspect::Extra, line(name, value)),
            (Some((one_name, one)), Some((other_name, other))) => {
                if one_name != other_name {
                    add(Aspect::NameCase, both(one_name, other_name));
                }
                if one != other {
                    let text = format!("{name}: {}", both(one, other));
                    add(aspect(name, one, other), text);
                }
            }
        }
    }
}

/// What it is that two values of a field differ in.
fn aspect(name: &str, one: &[u8], other: &[u8]) -> Aspect {
    let moments = (date::parse(one, 0), date::parse(other, 0));
    match moments {
        (Some(one), Some(other)) if one == other => Aspect::DateFormat,
        _ if volatile(name) => Aspect::Volatile,
        _ if values_to_mask::URL_FIELDS.contains(&name)
            && without_port(one) == without_port(other) =>
        {
            Aspect::Volatile
        }
        _ => Aspect::Value,
    }
}

/// Whether the values of this field, in lower case, are others each time.
pub fn volatile(name: &str) -> bool {
    values_to_mask::DATE_FIELDS.contains(&name)
        || values_to_mask::TAG_FIELDS.contains(&name)
        || values_to_mask::is_secret_name(name.as_bytes())
        || matches!(name, "age" | "host")
}

/// A URL without its port.
fn without_port(url: &[u8]) -> Vec<u8> {
    let Some(port) = values_to_mask::port_in_url(url) else {
        return url.to_vec();
    };
    let before = url.get(..port.start - 1).unwrap_or_default();
    [before, url.get(port.end..).unwrap_or_default()].concat()
}

fn body(expected: &Message, got: &Message, add: &mut impl FnMut(Aspect, String)) {
    let (one, other) = (&expected.body, &got.body);
    if one != other {
        let same = one.iter().zip(other).take_while(|(a, b)| a == b).count();
        let here = |body: &[u8]| {
            let rest = body.get(same..).unwrap_or_default();
            match rest.is_empty() {
                true => "nothing".to_string(),
                false => format!("\"{}\"", rest.get(..24).unwrap_or(rest).escape_ascii()),
            }
        };
        let lengths = format!(
            "{} expected, {} came",
            count_of(one.len(), "byte"),
            other.len()
        );
        let text = format!(
            "byte {}: {} where {} was; {lengths}",
            same + 1,
            here(other),
            here(one)
        );
        add(Aspect::Body, text);
    } else if expected.chunked && got.chunked && expected.cuts != got.cuts {
        let (one, other) = (expected.cuts.len(), got.cuts.len());
        add(
            Aspect::Chunks,
            format!("{} and not {one}", count_of(other, "piece")),
        );
    }
}

fn line(name: &[u8], value: &[u8]) -> String {
    format!("{}: {}", name.escape_ascii(), short(value))
}

fn both(expected: &[u8], got: &[u8]) -> String {
    format!("{} where {} was", short(got), short(expected))
}

/// A value as a message shows it.
fn short(value: &[u8]) -> String {
    const MOST: usize = 24;
    let text = value.get(..MOST).unwrap_or(value).escape_ascii();
    match (value.len() > MOST, value.is_empty()) {
        (true, _) => format!("{text}…"),
        (_, true) => "(nothing)".to_string(),
        _ => text.to_string(),
    }
}

#[cfg(test)]
mod tests;
