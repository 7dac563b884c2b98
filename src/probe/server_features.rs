//! The features of the server under test, found out before the cases with requests that every server answers.
//!
//! Rule 1: a case that needs a feature which the server does not have is left out.
//! Rule 2: if the server is too slow, overloaded or not steady, all verdicts would be doubtful. Then the report
//! says so.

use std::time::{Duration, Instant};

use crate::http::date;
use crate::limits;
use crate::net::{RecordedStream, SocketError};
use crate::probe::Target;
use crate::probe::answers::{Answer, Answers, Other};
use crate::probe::exchange::Heard;

/// What the cases may need to know.
#[derive(Clone, Debug)]
pub struct Baseline {
    /// The value of `Host`: the address as it was typed.
    pub host: String,
    /// What stands after GET.
    pub path: String,
    /// The response to a plain GET.
    pub plain: Answer,
    /// How long it took.
    pub took: Duration,
    /// A second plain GET got the same body and validators.
    pub steady: bool,
    /// A part of it can be asked for.
    pub ranges: bool,
    /// The status of something that is not there.
    pub missing: u16,
    /// The status of an unknown method.
    pub unknown_method: u16,
    /// The status of an ordinary POST.
    pub post: u16,
    /// A second request on the same connection is answered.
    pub persists: bool,
    /// A request is answered while another connection is open and silent.
    pub concurrent: bool,
    /// HEAD gets 2xx, and nothing after its head.
    pub head: bool,
    /// An If-Match with another tag stops the request.
    pub if_match: bool,
    /// An If-Unmodified-Since of 1994 stops the request.
    pub unmodified_since: bool,
}

/// Why a server cannot be probed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoServer {
    /// It cannot be reached.
    Socket(SocketError),
    /// Its response to a plain GET is none of 2xx; what it was.
    NotPlain(String),
    /// It takes longer than it may be silent.
    Slow(Duration, Duration),
    /// Its page is larger than we take, or it sends without end.
    Endless(usize),
}

/// A feature that no server has.
pub const NOTHING: &str = "/wirelab-probe-nothing-here";

/// The condition of the case `unmodified-since-1994`.
const UNMODIFIED: &str = "If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n";

/// What one control request showed.
struct Control {
    answer: Option<Answer>,
    other: Option<Other>,
    took: Duration,
    flooded: bool,
}

impl Baseline {
    /// Asks the server some harmless things.
    pub fn find(target: &Target) -> Result<Baseline, NoServer> {
        let get = |path: &str, fields: &str| ask(target, &format!("GET {path}"), fields, "");
        let path = &target.path;
        let first = get(path, "")?;
        let plain = first.plain()?;
        if first.took > target.silence {
            return Err(NoServer::Slow(first.took, target.silence));
        }
        let second = get(path, "")?;
        let again = second.plain()?;
        let part = get(path, "Range: bytes=0-0\r\n")?;
        let missing = get(NOTHING, "")?;
        let unknown = ask(target, &format!("TACO {path}"), "", "")?;
        let head = ask(target, &format!("HEAD {path}"), "", "")?;
        let length = "Content-Length: 5\r\n";
        let post = ask(target, &format!("POST {path}"), length, "hello")?;
        let stops = |validator: &str, condition: &str| -> Result<bool, NoServer> {
            let has = plain.field(validator).is_some();
            Ok(has && get(path, condition)?.status() / 100 == 4)
        };
        Ok(Baseline {
            host: target.host.clone(),
            path: path.clone(),
            steady: same_page(&plain, &again),
            took: first.took.max(second.took),
            ranges: part.answer.is_some_and(|answer| answer.status == 206),
            missing: missing.status(),
            unknown_method: unknown.status(),
            post: post.status(),
            persists: persists(target)?,
            concurrent: concurrent(target)?,
            head: head.status() / 100 == 2 && head.other.is_none(),
            if_match: stops("ETag", "If-Match: \"wirelab-no-such-tag\"\r\n")?,
            unmodified_since: stops("Last-Modified", UNMODIFIED)?,
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
        let modified = self.plain.field("Last-Modified");
        match need {
            "etag" => tag.is_some(),
            "strong-etag" => tag.is_some_and(|tag| tag.starts_with(b"\"")),
            "modified" => modified.is_some(),
            "modified-after-1994" => {
                let time = modified.and_then(|date| date::parse(date, 0));
                time.is_some_and(|time| time > NOVEMBER_1994)
            }
            "if-match" => self.if_match,
            "unmodified-since" => self.unmodified_since,
            "ranges" => self.ranges && self.plain.body.len() >= 3,
            "missing" => self.missing == 404,
            "methods" => self.unknown_method / 100 != 2,
            "http11" => self.plain.version_11,
            "steady" => self.steady,
            _ => false,
        }
    }

    /// The method of the request after a case. A server that answers any method as a GET would not show
    /// that it read another one; but it sends no body only to HEAD.
    pub fn marker(&self) -> &'static str {
        match self.has("methods") || !self.head {
            true => "GET",
            false => "HEAD",
        }
    }

    /// Bytes that the server may send for each request.
    pub fn most(&self) -> usize {
        self.plain.body.len() + limits::PROBE_BESIDE
    }

    /// What a reader must know before the verdicts, a sentence each.
    pub fn notices(&self) -> Vec<String> {
        let mut notices = Vec::new();
        let mut say = |so: bool, text: String| notices.extend(so.then_some(text));
        let field = |name: &str| {
            let value = self.plain.field(name)?;
            Some(format!("{name}: {}", value.escape_ascii()))
        };
        let between = ["Via", "X-Cache", "X-Served-By", "Age"];
        let proxy = between.iter().find_map(|name| field(name));
        if let Some(field) = proxy {
            say(
                true,
                format!(
                    "a proxy or a cache is in front of it ({field}): the verdicts are about both"
                ),
            );
        }
        say(
            !self.plain.version_11,
            "it answers in HTTP/1.0: rules for HTTP/1.1 are notes, or left out".to_string(),
        );
        say(
            !self.has("methods"),
            "it answers every method in the same way: cases about methods are left out".to_string(),
        );
        say(
            self.missing / 100 == 2,
            format!(
                "it answers every path alike ({}): nothing is missing there",
                self.missing
            ),
        );
        say(
            !self.steady,
            "two plain GETs differ: cases that compare with a plain GET are left out".to_string(),
        );
        say(
            !self.concurrent,
            "it serves one connection at a time: the cases run one after the other".to_string(),
        );
        say(
            self.plain.version_11 && !self.persists,
            "it closes the connection after each response".to_string(),
        );
        notices
    }

    /// Whether the page is the same as in another baseline.
    pub fn is_page_of(&self, other: &Baseline) -> bool {
        same_page(&self.plain, &other.plain)
    }

    /// How long a plain GET takes now; `None`: no response came in this time.
    pub fn response_time(&self, target: &Target, most: Duration) -> Option<Duration> {
        let Target { host, path, .. } = target;
        let get = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let control = converse_within(target, &get, &["GET"], most).ok()?;
        control.answer.is_some().then_some(control.took)
    }

    /// Asks for the page again; `Err`: the response is another one than before, or there is none.
    pub fn still_holds(&self, target: &Target) -> Result<(), String> {
        let now = ask(target, &format!("GET {}", self.path), "", "");
        let before = self.plain.status;
        match now {
            Err(why) => Err(format!("a plain GET got {before} before; now: {why}")),
            Ok(now) if now.status() == before => Ok(()),
            Ok(now) => Err(format!("a plain GET got {before} before, and {now} now")),
        }
    }
}

/// The same body, under the same validators.
fn same_page(one: &Answer, other: &Answer) -> bool {
    let validators = ["ETag", "Last-Modified", "Content-Length"];
    let mut fields = validators.iter();
    one.body == other.body && fields.all(|name| one.field(name) == other.field(name))
}

/// 1994-11-06 08:49:37, the date in the cases.
const NOVEMBER_1994: i64 = 784_111_777;

impl Control {
    fn status(&self) -> u16 {
        self.answer.as_ref().map_or(0, |answer| answer.status)
    }

    /// The response, if it is 2xx.
    fn plain(&self) -> Result<Answer, NoServer> {
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
            (None, 0) => write!(f, "no answer"),
            (None, status @ (429 | 503)) => write!(f, "{status}: it is overloaded"),
            (None, status) => write!(f, "{status}"),
        }
    }
}

/// One request on a connection of its own. It has time: how much it takes is a result.
fn ask(target: &Target, line: &str, fields: &str, body: &str) -> Result<Control, NoServer> {
    let host = &target.host;
    let head = format!("{line} HTTP/1.1\r\nHost: {host}\r\n{fields}Connection: close\r\n\r\n");
    let method = line.split(' ').next().unwrap_or("GET");
    converse(target, &format!("{head}{body}"), &[method])
}

/// Whether a second GET on the same connection is answered.
fn persists(target: &Target) -> Result<bool, NoServer> {
    let Target { host, path, .. } = target;
    let get = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n");
    let control = converse(target, &get.repeat(2), &["GET", "GET"])?;
    Ok(control.answer.is_some())
}

/// Whether a GET is answered while another connection is open and says nothing.
fn concurrent(target: &Target) -> Result<bool, NoServer> {
    let idle = RecordedStream::call(target.addr, limits::IO_DEADLINE, None);
    let _idle = idle.map_err(NoServer::Socket)?;
    let Target { host, path, .. } = target;
    let get = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    let control = converse_within(target, &get, &["GET"], target.silence)?;
    Ok(control.answer.is_some())
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
    })
}

impl std::fmt::Display for NoServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            NoServer::Socket(error) => write!(f, "{error}"),
            NoServer::NotPlain(got) => write!(
                f,
                "a plain GET got {got}, and all cases need a 2xx answer: name a page with --path"
            ),
            NoServer::Slow(took, wait) => write!(
                f,
                "a plain GET took {} ms, and the probe waits only {} ms: try --wait {}",
                took.as_millis(),
                wait.as_millis(),
                took.as_millis().saturating_mul(4)
            ),
            NoServer::Endless(most) => write!(
                f,
                "a plain GET got more than {} KiB: name a smaller page with --path",
                most / 1024
            ),
        }
    }
}
