//! The trait of a handler, which turns the head of a request into an answer.
//!
//! Rule: a handler gets only the head. If it wants the body, or wants to send events, its answer says so.

use super::Server;
use super::events::Reader;
use crate::files::{Files, Response};
use crate::http::RequestHead;
use crate::http::headers::Element;
use crate::http::target::Asked;
use crate::limits;
use crate::net::descriptor_limit;

/// A request, as a handler sees it.
pub struct Request<'a> {
    /// What was understood of its head.
    pub head: &'a RequestHead<'a>,
    /// Whose resource is meant, and which.
    pub asked: &'a Asked<'a>,
    /// The head as it came, the empty line included.
    pub bytes: &'a [u8],
    /// The second since 1970 to use as now.
    pub now: i64,
}

/// From the body of a request to a response.
pub type FromBody = Box<dyn FnOnce(&[u8]) -> Response>;

/// What a handler answers when it has seen the head of a request.
pub enum Answer {
    /// This; the body of the request, if it has one, is thrown away.
    Response(Response),
    /// What `then` makes of the body. One that is longer than `most` bytes is answered 413.
    ToBody {
        /// Most bytes that are read.
        most: usize,
        /// Gets the whole body.
        then: FromBody,
    },
    /// Events, until their log ends or the client is gone.
    Events {
        /// Field lines beyond those that every event stream has.
        fields: Vec<u8>,
        /// Where the stream begins.
        reader: Reader,
    },
}

impl Answer {
    /// The answer when the body of the request is there.
    pub(super) fn for_body(self, body: &[u8]) -> Answer {
        match self {
            Answer::ToBody { then, .. } => then(body).into(),
            answer => answer,
        }
    }
}

impl From<Response> for Answer {
    fn from(response: Response) -> Answer {
        Answer::Response(response)
    }
}

/// From a request to an answer; called from many threads. A function is one, too.
pub trait Handle: Send + Sync {
    /// The answer to a request.
    fn answer(&self, request: &Request<'_>) -> Answer;

    /// The answer, if it is short and takes no wait for a disk.
    fn answer_at_once(&self, _request: &Request<'_>) -> Option<Response> {
        None
    }

    /// Closes what it keeps open without need, because descriptors are short. Whether there was any.
    fn relieve(&self) -> bool {
        false
    }
}

impl<F: Fn(&Request<'_>) -> Answer + Send + Sync> Handle for F {
    fn answer(&self, request: &Request<'_>) -> Answer {
        self(request)
    }
}

impl Handle for Files {
    fn answer(&self, request: &Request<'_>) -> Answer {
        Files::answer(self, request.head, request.asked, request.now).into()
    }

    fn answer_at_once(&self, request: &Request<'_>) -> Option<Response> {
        let kept = self.answer_from_memory(request.head, request.asked, request.now);
        kept.filter(|response| response.length <= limits::AT_ONCE)
    }

    fn relieve(&self) -> bool {
        self.close_kept()
    }
}

/// What answers the requests of a server.
pub type Handler = Box<dyn Handle>;

/// A handler that brings files.
pub fn files(mut files: Files) -> Handler {
    files.keep_open(descriptor_limit() / limits::CACHED_DESCRIPTORS_PART);
    Box::new(files)
}

/// What to answer to a request, as far as its head says it.
pub(super) fn decide(server: &Server, request: &Request<'_>) -> Answer {
    match is_expectation_unknown(request) {
        true => Response::error(417, "This server knows only the expectation 100-continue.").into(),
        false => server.handler.answer(request),
    }
}

/// What to answer at once, without any wait.
pub(super) fn decide_at_once(server: &Server, request: &Request<'_>) -> Option<Response> {
    match is_expectation_unknown(request) {
        true => None,
        false => server.handler.answer_at_once(request),
    }
}

/// There is only one expectation; others may be refused (RFC 9110 section 10.1.1).
fn is_expectation_unknown(request: &Request<'_>) -> bool {
    let other = |it: &Element| !it.text.eq_ignore_ascii_case(b"100-continue");
    let mut expectations = request.head.fields.list("expect");
    expectations.any(|element| other(&element))
}
