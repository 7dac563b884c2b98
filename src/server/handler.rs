//! What answers requests: from the head of a request to an answer.
//!
//! Rule: a handler sees the head alone. One that wants the body, or has events to tell, says so in its answer.

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

/// From a request to an answer; called from many threads.
pub type Handler = Box<dyn Fn(&Request<'_>) -> Answer + Send + Sync>;

/// A handler that brings files.
pub fn files(mut files: Files) -> Handler {
    files.keep_open(descriptor_limit() / limits::CACHED_DESCRIPTORS_PART);
    Box::new(move |request| {
        let response = files.answer(request.head, request.asked, request.now);
        response.into()
    })
}

/// What to answer to a request, as far as its head says it.
pub(super) fn decide(server: &Server, request: &Request<'_>) -> Answer {
    // The only expectation that there is; others may be refused (RFC 9110 section 10.1.1).
    let other = |it: &Element| !it.text.eq_ignore_ascii_case(b"100-continue");
    let mut expectations = request.head.fields.list("expect");
    if expectations.any(|element| other(&element)) {
        return Response::error(417, "This server knows one expectation, 100-continue.").into();
    }
    (server.handler)(request)
}
