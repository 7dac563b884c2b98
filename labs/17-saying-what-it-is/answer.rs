//! Lab 17 · Saying what it is · the answers: a request in, a head and a body out. Each answer, also a
//! refusal, says its date, the type of its body and the length of its body.

use std::fs::{self, File};
use std::io::{Cursor, Read};
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use wirelab::http::{RequestHead, target, write::reason};

use crate::date;

/// The folder, and the second to use as the current time; `None` is the clock of the system.
pub struct House {
    pub root: PathBuf,
    pub now: Option<u64>,
}

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Box<dyn Read>,
}

/// The type of a file, by the ending of its name. The last entry is for all other names.
#[rustfmt::skip]
const KINDS: [(&str, &str); 7] = [
    (".txt", TEXT), (".html", "text/html; charset=utf-8"), (".css", "text/css; charset=utf-8"),
    (".js", "text/javascript; charset=utf-8"), (".png", "image/png"), (".svg", "image/svg+xml"),
    ("", "application/octet-stream"),
];
const TEXT: &str = "text/plain; charset=utf-8";

/// Methods that the server knows (RFC 9110 section 9.3, RFC 5789), but does not allow for its files.
const NOT_HERE: [&str; 7] = [
    "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH",
];

impl House {
    /// The answer to a request whose head is complete.
    pub fn answer(&self, request: &RequestHead) -> Answer {
        let method = String::from_utf8_lossy(request.method);
        match &*method {
            "GET" | "HEAD" => match self.find(request) {
                Ok(Some((kind, file, length))) => self.say(200, "", kind, length, Box::new(file)),
                Ok(None) => self.no(404, "no such file here"),
                Err(why) => self.no(400, why),
            },
            known if NOT_HERE.contains(&known) => self.no(405, "files here are only read"),
            _ => self.no(501, "nobody here has heard of this method"),
        }
    }

    /// A refusal, with the same header lines as each answer. 405 also names the allowed methods.
    pub fn no(&self, status: u16, why: &'static str) -> Answer {
        let allow = if status == 405 {
            "Allow: GET, HEAD\r\n"
        } else {
            ""
        };
        let body = [why, "\n"].concat();
        self.say(
            status,
            allow,
            TEXT,
            body.len() as u64,
            Box::new(Cursor::new(body)),
        )
    }

    fn say(&self, status: u16, more: &str, kind: &str, length: u64, body: Box<dyn Read>) -> Answer {
        let system = UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs());
        let head = format!(
            "HTTP/1.1 {status} {}\r\n\
             Date: {}\r\n\
             {more}\
             Content-Type: {kind}\r\n\
             Content-Length: {length}\r\n\
             Connection: close\r\n\
             \r\n",
            reason(status),
            date::in_words(self.now.unwrap_or(system)),
        );
        let body = Box::new(body.take(length)); // the file may grow while the server sends it
        Answer { status, head, body }
    }

    /// The file that the request asks for, by the rules of lab 16: its type, the open file, and its length now.
    fn find(&self, request: &RequestHead) -> Result<Option<(&str, File, u64)>, &'static str> {
        target::host_field(request.version, request.fields, 0)
            .map_err(|fault| fault.wrong.rule().sentence)?;
        let path = request.target.split(|byte| *byte == b'?').next();
        let names = target::names(path.unwrap_or_default());
        let (names, is_folder) = names.map_err(|_| "this is no path")?;
        let names: Result<PathBuf, _> = names.into_iter().map(String::from_utf8).collect();
        let Some(real) = names
            .ok()
            .and_then(|names| fs::canonicalize(self.root.join(names)).ok())
        else {
            return Ok(None);
        };
        if is_folder || !real.is_file() || !real.starts_with(&self.root) {
            return Ok(None);
        }
        let Ok(file) = File::open(&real) else {
            return Ok(None);
        };
        let length = file.metadata().map_or(0, |about| about.len());
        let name = real.to_string_lossy().to_lowercase();
        let kind = KINDS.iter().find(|(end, _)| name.ends_with(end));
        Ok(kind.map(|(_, kind)| (*kind, file, length)))
    }
}
