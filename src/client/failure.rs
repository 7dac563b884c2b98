//! Why an answer is missing or incomplete, as text for the user.

use crate::plural::count_of;
use std::fmt;
use std::io;
use std::time::Duration;

use crate::http::Wrong;
use crate::http::url::BadUrl;
use crate::net::{Cause, SocketError};

/// Something went wrong at a URL.
#[derive(Debug)]
pub struct Failure {
    /// Where.
    pub url: String,
    /// What.
    pub why: Why,
}

/// What can go wrong.
#[derive(Debug)]
pub enum Why {
    /// The URL cannot be asked for.
    Url(BadUrl),
    /// Its host is no name that anybody knows.
    Name(String),
    /// No server answers at any of the host's addresses; one error each.
    NoAnswer(Vec<SocketError>),
    /// Sent on more often than this.
    Hops(u32),
    /// The server sent nothing for this long.
    Silent(Duration, Place),
    /// The server reset the connection.
    Broken(Place),
    /// The server closed too early.
    Ended(Place),
    /// The answer breaks a rule, at this byte of it, counted from 0.
    Fault {
        /// The place.
        at: u64,
        /// The rule.
        wrong: Wrong,
        /// What stands there; at most 20 bytes.
        here: Vec<u8>,
    },
    /// More informational responses than this.
    Informational(u32),
    /// A part came, but the request was for the whole.
    NotAsked,
    /// 200 came with a `Content-Range`: a part that claims to be the whole.
    PartAsWhole,
    /// It took longer than the caller allows.
    TooLong(Place),
    /// The body could not be written.
    NotTaken(io::Error),
}

/// How far an answer had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// No byte had come.
    Nothing,
    /// A part of the head had come.
    Head,
    /// So many bytes of the body.
    Body {
        /// How many had come.
        got: u64,
        /// How many there are, if the head says so.
        of: Option<u64>,
    },
}

impl Failure {
    /// A failure at a URL.
    pub fn new(url: &str, why: Why) -> Failure {
        let url = url.to_string();
        Failure { url, why }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url: String = self.url.escape_debug().collect();
        match &self.why {
            // The io::Error below says it all.
            Why::NotTaken(_) => write!(f, "{url}: the body could not be written"),
            why => write!(f, "{url}: {why}"),
        }
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.why {
            Why::NotTaken(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::Url(BadUrl::Secure) => f.write_str(
                "https is the same text inside TLS, and wirelab has no TLS; use http://, or use curl",
            ),
            Why::Url(why) => write!(f, "{why}"),
            Why::Name(host) => write!(
                f,
                "the name {host} has no address: check the name, and the network"
            ),
            Why::NoAnswer(tried) => match tried.as_slice() {
                [one] => write!(f, "{one}"),
                all => {
                    let each: Vec<String> = all.iter().map(short).collect();
                    write!(f, "nobody answers: {}", each.join(", "))
                }
            },
            Why::Hops(most) => write!(
                f,
                "more than {}; perhaps the URLs redirect to each other",
                count_of(*most, "redirect")
            ),
            Why::Silent(waited, place) => {
                write!(f, "the server sent nothing for {waited:?}, {place}")
            }
            Why::Broken(place) => write!(f, "the connection broke {place}"),
            Why::Ended(place) => write!(f, "the server closed the connection {place}"),
            Why::Fault { at, wrong, here } => fault(f, *at, *wrong, here),
            Why::Informational(most) => {
                write!(f, "more than {most} informational answers, and no final answer")
            }
            Why::NotAsked => f.write_str("the server sent a part (206), but the request was for the whole"),
            Why::PartAsWhole => f.write_str(
                "the server sent 200, which means the whole, with Content-Range, which means a part",
            ),
            Why::TooLong(place) => write!(f, "the time limit of -m is over, {place}"),
            Why::NotTaken(error) => write!(f, "{error}"),
        }
    }
}

/// A fault, with what stands in its place. A record of TLS begins with its type and version
/// (RFC 8446 section 5.1): an https server that was called without TLS says so in one.
fn fault(f: &mut fmt::Formatter<'_>, at: u64, wrong: Wrong, here: &[u8]) -> fmt::Result {
    if at == 0 && matches!(here, [0x15 | 0x16, 3, ..]) {
        return f.write_str("the server speaks TLS (https) on this port, and wirelab has no TLS");
    }
    let rule = wrong.rule();
    let (sentence, section) = (rule.sentence, rule.section);
    // The rules are written for both; here they are broken by a response.
    let sentence = sentence.replace("of a request", "of a response");
    write!(f, "byte {at} of the answer: {sentence} ({section})")?;
    match here {
        [] => Ok(()),
        here => write!(f, "; the bytes there are \"{}\"", here.escape_ascii()),
    }
}

/// One of several addresses.
fn short(error: &SocketError) -> String {
    let addr = error.addr;
    match &error.cause {
        Cause::Refused => format!("{addr} refused"),
        Cause::Silent(waited) => format!("{addr} did not answer for {} ms", waited.as_millis()),
        Cause::Unreachable => format!("{addr} cannot be reached from here"),
        _ => error.to_string(),
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Nothing => f.write_str("before its answer began"),
            Place::Head => f.write_str("in the middle of its head"),
            Place::Body { got, of: Some(of) } => {
                write!(f, "after {got} of {} of the body", count_of(*of, "byte"))
            }
            Place::Body { got, of: None } => {
                write!(
                    f,
                    "after {} of a body that had not ended",
                    count_of(*got, "byte")
                )
            }
        }
    }
}
