//! The features of the server under test, found out before the cases with requests that every server answers.
//!
//! Rule 1: a case that needs a feature which the server does not have is left out.
//! Rule 2: if the server is too slow, overloaded or not steady, all verdicts would be doubtful. Then the report
//! says so.

use std::time::Duration;

use crate::http::date;
use crate::limits;
use crate::net::SocketError;
use crate::probe::Target;
use crate::probe::answers::Answer;
use crate::probe::control::{self, Second};

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
    /// What becomes of a second request on the same connection.
    pub second: Second,
    /// A request is answered while another connection is open and silent.
    pub concurrent: bool,
    /// HEAD gets 2xx, and nothing after its head.
    pub head: bool,
    /// The second plain GET got the same entity tag.
    pub same_tag: bool,
    /// The second plain GET got the same Last-Modified.
    pub same_date: bool,
    /// It leaves the connection open after the response to a request that says `close`.
    pub lingers: bool,
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

impl Baseline {
    /// Asks the server some harmless things.
    pub fn find(target: &Target) -> Result<Baseline, NoServer> {
        let get =
            |path: &str, fields: &str| control::ask(target, &format!("GET {path}"), fields, "");
        let path = &target.path;
        let first = get(path, "")?;
        let plain = first.plain()?;
        if first.took > target.silence {
            return Err(NoServer::Slow(first.took, target.silence));
        }
        let tail = control::tail(target)?;
        if tail.bytes {
            let got = "a response and more bytes after it (is its Content-Length too small?)";
            return Err(NoServer::NotPlain(got.to_string()));
        }
        let second = get(path, "")?;
        let again = second.plain()?;
        let part = get(path, "Range: bytes=0-0\r\n")?;
        let missing = get(NOTHING, "")?;
        let unknown = control::ask(target, &format!("TACO {path}"), "", "")?;
        let head = control::ask(target, &format!("HEAD {path}"), "", "")?;
        let length = "Content-Length: 5\r\n";
        let post = control::ask(target, &format!("POST {path}"), length, "hello")?;
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
            second: control::second(target)?,
            concurrent: control::concurrent(target)?,
            head: head.status() / 100 == 2 && head.other.is_none(),
            if_match: stops("ETag", "If-Match: \"wirelab-no-such-tag\"\r\n")?,
            unmodified_since: stops("Last-Modified", UNMODIFIED)?,
            same_tag: plain.field("ETag") == again.field("ETag"),
            same_date: plain.field("Last-Modified") == again.field("Last-Modified"),
            lingers: tail.open,
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
            "etag" => self.same_tag && tag.is_some(),
            "strong-etag" => self.same_tag && tag.is_some_and(|tag| tag.starts_with(b"\"")),
            "modified" => self.same_date && modified.is_some(),
            "modified-after-1994" => {
                let modified = modified.filter(|_| self.same_date);
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
            self.lingers,
            "it leaves the connection open after a request with `Connection: close`".to_string(),
        );
        say(
            !self.concurrent,
            "it serves one connection at a time: the cases run one after the other".to_string(),
        );
        say(
            self.plain.version_11 && self.second == Second::Closed,
            "it closes the connection after each response".to_string(),
        );
        say(
            self.second == Second::Unanswered,
            "of two requests that come at once on a connection, it answers only the first"
                .to_string(),
        );
        notices
    }

    /// Whether the page is the same as in another baseline.
    pub fn is_page_of(&self, other: &Baseline) -> bool {
        same_page(&self.plain, &other.plain)
    }

    /// How long a plain GET takes now; `None`: no response came in this time.
    pub fn response_time(&self, target: &Target, most: Duration) -> Option<Duration> {
        let control = control::get_within(target, most).ok()?;
        control.answer.is_some().then_some(control.took)
    }

    /// Asks for the page again; `Err`: the response is another one than before, or there is none.
    pub fn still_holds(&self, target: &Target) -> Result<(), String> {
        let now = control::ask(target, &format!("GET {}", self.path), "", "");
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
                "a plain GET got more than {} KiB before its response had ended: name a smaller page with --path",
                most / 1024
            ),
        }
    }
}
