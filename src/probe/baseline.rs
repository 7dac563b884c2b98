//! What the server at hand is like: found out once, before the cases.
//!
//! Rule: a case that asks for what the server does not have says nothing about it, and is left out.

use std::time::Instant;

use crate::net::{RecordedStream, SocketError};
use crate::probe::Target;
use crate::probe::answers::{self, Answer};
use crate::probe::exchange::hear;

/// What the cases may need to know.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The value of `Host`: the address as it was typed.
    pub host: String,
    /// What stands behind GET.
    pub path: String,
    /// The answer to a plain GET.
    pub plain: Answer,
    /// A part of it can be asked for.
    pub ranges: bool,
    /// The status of something that is not there.
    pub missing: u16,
}

/// Why a server cannot be probed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoServer {
    /// It cannot be reached.
    Socket(SocketError),
    /// Its answer to a plain GET is none of 2xx; what it was.
    NotPlain(String),
}

impl std::fmt::Display for NoServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            NoServer::Socket(error) => write!(f, "{error}"),
            NoServer::NotPlain(got) => write!(
                f,
                "a plain GET got {got}, and all builds on a 2xx answer: name a page with --path"
            ),
        }
    }
}

/// What nobody has.
pub const NOTHING: &str = "/wirelab-probe-nothing-here";

impl Facts {
    /// Asks the server three harmless things.
    pub fn find(target: &Target) -> Result<Facts, NoServer> {
        let Target { host, path, .. } = target;
        let plain = ask(target, &format!("GET {path}"), "")?;
        let plain = match plain {
            Some(answer) if answer.status / 100 == 2 => answer,
            Some(answer) => return Err(NoServer::NotPlain(format!("{}", answer.status))),
            None => return Err(NoServer::NotPlain("no answer".to_string())),
        };
        let part = ask(target, &format!("GET {path}"), "Range: bytes=0-0\r\n")?;
        let missing = ask(target, &format!("GET {NOTHING}"), "")?;
        Ok(Facts {
            host: host.clone(),
            path: path.clone(),
            ranges: part.is_some_and(|answer| answer.status == 206),
            missing: missing.map_or(0, |answer| answer.status),
            plain,
        })
    }

    /// Puts what the server has for the words in braces.
    pub fn fill(&self, text: &str) -> String {
        let field = |name: &str| {
            let value = self.plain.field(name).unwrap_or_default();
            String::from_utf8_lossy(value).into_owned()
        };
        let length = self.plain.body.len();
        let port = self.host.rsplit_once(':').map_or("80", |(_, port)| port);
        let words = [
            ("{host}", self.host.clone()),
            ("{port}", port.to_string()),
            ("{path}", self.path.clone()),
            ("{nothing}", NOTHING.to_string()),
            ("{etag}", field("ETag")),
            ("{modified}", field("Last-Modified")),
            ("{length}", length.to_string()),
            ("{last}", length.saturating_sub(1).to_string()),
        ];
        let mut text = text.to_string();
        for (word, value) in words {
            text = text.replace(word, &value);
        }
        text
    }

    /// Whether the server has what a case needs.
    pub fn has(&self, need: &str) -> bool {
        let tag = self.plain.field("ETag");
        match need {
            "etag" => tag.is_some(),
            "strong-etag" => tag.is_some_and(|tag| tag.starts_with(b"\"")),
            "modified" => self.plain.field("Last-Modified").is_some(),
            "ranges" => self.ranges && self.plain.body.len() >= 3,
            "missing" => self.missing == 404,
            _ => false,
        }
    }
}

/// One request on a connection of its own.
fn ask(target: &Target, line: &str, fields: &str) -> Result<Option<Answer>, NoServer> {
    let called = RecordedStream::call(target.addr, target.silence, None);
    let mut call = called.map_err(NoServer::Socket)?;
    let host = &target.host;
    let request = format!("{line} HTTP/1.1\r\nHost: {host}\r\n{fields}Connection: close\r\n\r\n");
    let _ = call.write(request.as_bytes());
    let until = Instant::now() + 3 * target.silence;
    let mut heard = Vec::new();
    let mut answers = answers::Answers::default();
    let end = hear(&mut call, &mut heard, until, |bytes| {
        answers = answers::read(bytes, &["GET"], false);
        !answers.whole.is_empty() || answers.fault.is_some()
    });
    answers = answers::read(&heard, &["GET"], end.is_some());
    Ok(answers.whole.into_iter().next())
}
