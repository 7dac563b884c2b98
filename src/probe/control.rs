//! Control requests: harmless requests that every server answers, each on a connection of its own.
//!
//! Rule: what a control request shows is told as what was seen, also if it is not HTTP.

use std::time::{Duration, Instant};

use crate::http::Fault;
use crate::limits;
use crate::net::RecordedStream;
use crate::probe::Target;
use crate::probe::answers::{Answer, Answers, Other};
use crate::probe::exchange::Heard;
use crate::probe::server_features::NoServer;

/// What one control request showed.
pub struct Control {
    /// The last response, if all have come.
    pub answer: Option<Answer>,
    /// What came instead of a response.
    pub other: Option<Other>,
    /// How long it took.
    pub took: Duration,
    flooded: bool,
    /// A response has begun.
    begun: bool,
    /// The server has ended its side.
    ended: bool,
    /// Why the bytes are not a response.
    fault: Option<Fault>,
}

impl Control {
    /// Its status; 0: none.
    pub fn status(&self) -> u16 {
        self.answer.as_ref().map_or(0, |answer| answer.status)
    }

    /// Where a redirect points, in words.
    fn location(&self) -> String {
        let to = self.answer.as_ref().and_then(|it| it.field("Location"));
        let to = to.map(|to| {
            to.escape_ascii()
                .take(60)
                .map(char::from)
                .collect::<String>()
        });
        to.map_or(String::new(), |to| format!(" (to {to})"))
    }

    /// The response, if it is 2xx.
    pub fn plain(&self) -> Result<Answer, NoServer> {
        match &self.answer {
            _ if self.flooded => Err(NoServer::Endless(limits::PROBE_PAGE)),
            Some(answer) if answer.status / 100 == 2 => Ok(answer.clone()),
            _ => Err(NoServer::NotPlain(self.to_string())),
        }
    }
}

impl std::fmt::Display for Control {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.other, self.status()) {
            (Some(other), _) => write!(f, "{other}"),
            (None, 0) if self.flooded => write!(f, "a response without end"),
            (None, 0) => match (self.fault, self.begun, self.ended) {
                (Some(fault), _, _) => write!(f, "no valid response ({fault})"),
                (None, true, _) => write!(f, "a response that does not end"),
                (None, false, true) => write!(f, "no response, and the connection was closed"),
                (None, false, false) => write!(f, "no response"),
            },
            (None, status @ (429 | 503)) => write!(f, "{status}: it is overloaded"),
            (None, status) => write!(f, "{status}{}", self.location()),
        }
    }
}

/// The head of a request after which the server closes; `line` is `GET /`.
fn head(target: &Target, line: &str, fields: &str) -> String {
    let host = &target.host;
    format!("{line} HTTP/1.1\r\nHost: {host}\r\n{fields}Connection: close\r\n\r\n")
}

/// A GET of the target's page after which the server closes.
fn get(target: &Target) -> String {
    head(target, &format!("GET {}", target.path), "")
}

/// One request on a connection of its own. It has time: how much it takes is a result.
pub fn ask(target: &Target, line: &str, fields: &str, body: &str) -> Result<Control, NoServer> {
    let head = head(target, line, fields);
    let method = line.split(' ').next().unwrap_or("GET");
    converse(target, &format!("{head}{body}"), &[method])
}

/// What becomes of the second of two GETs that are sent at once on one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Second {
    /// It is answered.
    Answered,
    /// The server closes after its first response.
    Closed,
    /// The connection stays open, and no valid response comes.
    Unanswered,
}

/// Sends two GETs at once on one connection.
pub fn second(target: &Target) -> Result<Second, NoServer> {
    let Target { host, path, .. } = target;
    let get = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n");
    let control = converse(target, &get.repeat(2), &["GET", "GET"])?;
    Ok(match (control.answer.is_some(), control.ended) {
        (true, _) => Second::Answered,
        (false, true) => Second::Closed,
        (false, false) => Second::Unanswered,
    })
}

/// Whether a GET is answered while another connection is open and says nothing.
pub fn concurrent(target: &Target) -> Result<bool, NoServer> {
    let idle = RecordedStream::call(target.addr, limits::IO_DEADLINE, None);
    let _idle = idle.map_err(NoServer::Socket)?;
    Ok(get_within(target, target.silence)?.answer.is_some())
}

/// Whether so many GETs at the same time are all answered as one is, without much delay.
pub fn bears(target: &Target, count: usize) -> bool {
    let answered = || match get_within(target, target.silence) {
        Ok(control) => control.plain().is_ok(),
        Err(_) => false,
    };
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..count).map(|_| scope.spawn(answered)).collect();
        let mut answers = clients.into_iter().map(|client| client.join());
        answers.all(|answered| answered.unwrap_or(false))
    })
}

/// What comes after the response to a request that says `close`.
pub struct Tail {
    /// Nothing: the connection stays open.
    pub open: bool,
    /// Bytes that belong to no response.
    pub bytes: bool,
}

/// Asks for the page with `close`, and waits for the end of the connection.
pub fn tail(target: &Target) -> Result<Tail, NoServer> {
    let called = RecordedStream::call(target.addr, limits::IO_DEADLINE, None);
    let mut call = called.map_err(NoServer::Socket)?;
    let _ = call.write(get(target).as_bytes());
    let (mut heard, most) = (Heard::default(), limits::PROBE_PAGE + limits::PROBE_BESIDE);
    let patience = limits::PROBE_PATIENCE * target.silence;
    heard.hear(&mut call, Instant::now() + patience, most, |_| false);
    let mut answers = Answers::default();
    answers.read_on(&heard.bytes, &["GET"], heard.end.is_some());
    let after = heard.bytes.get(answers.used..).unwrap_or_default();
    // A second response (408, when a server that stays has waited for long enough) is none of those bytes.
    let is_response = after.starts_with(b"HTTP/");
    Ok(Tail {
        open: heard.end.is_none() && !heard.flooded,
        bytes: !answers.whole.is_empty() && !after.is_empty() && !is_response,
    })
}

/// A plain GET, whose response must come in this time.
pub fn get_within(target: &Target, wait: Duration) -> Result<Control, NoServer> {
    converse_within(target, &get(target), &["GET"], wait)
}

/// Says some requests; the last response, if all have come.
fn converse(target: &Target, text: &str, asked: &[&str]) -> Result<Control, NoServer> {
    converse_within(target, text, asked, target.silence.max(limits::IO_DEADLINE))
}

/// The same, for so long.
fn converse_within(
    target: &Target,
    text: &str,
    asked: &[&str],
    wait: Duration,
) -> Result<Control, NoServer> {
    let begun = Instant::now();
    let called = RecordedStream::call(target.addr, limits::IO_DEADLINE, None);
    let mut call = called.map_err(NoServer::Socket)?;
    let _ = call.write(text.as_bytes());
    let until = begun + wait;
    let most = (limits::PROBE_PAGE + limits::PROBE_BESIDE) * asked.len();
    let (mut heard, mut answers) = (Heard::default(), Answers::default());
    heard.hear(&mut call, until, most, |bytes| {
        answers.read_on(bytes, asked, false);
        let all = answers.whole.len() >= asked.len();
        // After a response to HEAD nothing may come: the end must be seen.
        (all && asked != ["HEAD"]) || answers.fault.is_some()
    });
    answers.read_on(&heard.bytes, asked, heard.end.is_some());
    let mut whole = answers.whole.into_iter();
    Ok(Control {
        answer: whole.nth(asked.len() - 1),
        other: answers.other,
        took: begun.elapsed(),
        flooded: heard.flooded,
        begun: answers.begun,
        ended: heard.end.is_some(),
        fault: answers.fault,
    })
}
