//! An event stream: a response that stays open and sends events as they come (`text/event-stream`, WHATWG HTML
//! section 9.2).
//!
//! ```text
//! HTTP/1.1 200 OK\r\n … Transfer-Encoding: chunked\r\n\r\n
//! 2a\r\n id: you.7\n event: row\n data: <li>…</li>\n \n \r\n      one chunk holds one or more events
//! d\r\n : still here\n\n \r\n                                    a comment, after a silence of 15 s
//! 0\r\n\r\n                                                     the log was closed
//! ```
//!
//! Rule 1: an [`EventLog`] keeps as many of its last events as fit. Adding an event never waits for a reader.
//! Rule 2: a reader has a position in the log and no queue of its own. If the events at its position are gone,
//! the reader gets the event `lost`, and its stream ends.
//! Rule 3: every event has an id. A client that reconnects with `Last-Event-ID` gets the events after that one.

mod log;

use std::fmt::Write;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Instant;

use super::conversation::{ClientConnection, Exchange, Then};
use super::{Answered, Logged, Server};
use crate::http::chunked::{write_chunk, write_end};
use crate::http::framing::Body;
use crate::http::{Version, write};
use crate::limits;
use crate::net::IoFailure;

pub use log::{EventLog, Next, Reader, StreamEvent};

/// The text of events. A line end in the data begins a new `data:` line, so that no data can forge a
/// field or an event.
fn text(events: &[Arc<StreamEvent>]) -> String {
    let mut text = String::new();
    for event in events {
        let _ = write!(text, "id: {}\nevent: {}\n", event.id, event.kind);
        for line in event.data.split(['\n', '\r']) {
            let _ = writeln!(text, "data: {line}");
        }
        text.push('\n');
    }
    text
}

/// What a stream begins with: how soon a client comes back that has lost it, in milliseconds.
const RETRY: &str = "retry: 500\n\n";
/// What stands in a stream when nothing else has for a while.
const STILL_HERE: &str = ": still here\n\n";

impl<S: Deref<Target = Server>> ClientConnection<S> {
    /// Sends events until the log ends or the client is gone.
    pub(super) fn stream(
        &mut self,
        exchange: Exchange,
        mut fields: Vec<u8>,
        mut reader: Reader,
    ) -> Then {
        let chunked = self.connection.version() == Version::Http11;
        let framing = match chunked {
            true => Body::Chunked,
            false => Body::UntilClose,
        };
        let Ok(connection) = self.connection.respond(framing, false) else {
            return Then::HangUp;
        };
        write::field(&mut fields, "Content-Type", b"text/event-stream");
        if chunked {
            write::field(&mut fields, "Transfer-Encoding", b"chunked");
        }
        self.head_of(200, &fields, exchange.now, connection);
        self.line.set_write_timeout(limits::web::STREAM_WRITE);
        let head = std::mem::take(&mut self.output);
        let sent = match self.line.write(&head) {
            Ok(()) if !exchange.head_only => self.send_events(&mut reader, chunked),
            sent => sent,
        };
        drop(reader);
        (self.server.log)(&Logged::Answer(Answered {
            peer: self.peer.ip(),
            now: exchange.now,
            request: exchange.request,
            status: 200,
            length: None,
        }));
        self.after(sent, false)
    }

    fn send_events(&mut self, reader: &mut Reader, chunked: bool) -> Result<(), IoFailure> {
        let mut said = Instant::now();
        let mut before = RETRY;
        loop {
            let text = match reader.next(limits::STOP_POLL) {
                Next::Events(events) => std::mem::take(&mut before).to_string() + &text(&events),
                Next::Quiet if said.elapsed() >= limits::web::STREAM_COMMENT => {
                    STILL_HERE.to_string()
                }
                Next::Quiet => {
                    self.still_listens()?;
                    continue;
                }
                Next::End => break,
            };
            let mut out = Vec::with_capacity(text.len() + 16);
            match chunked {
                true => write_chunk(&mut out, text.as_bytes()),
                false => out.extend_from_slice(text.as_bytes()),
            }
            self.line.write(&out)?;
            said = Instant::now();
        }
        let mut end = Vec::new();
        if chunked {
            write_end(&mut end);
        }
        self.line.write(&end)
    }

    /// A client that has closed its side wants no more events: a page does that when it goes.
    fn still_listens(&mut self) -> Result<(), IoFailure> {
        if self.input.ended() {
            return Err(IoFailure::Broken);
        }
        // What it says meanwhile waits in the system, at most one buffer of it here.
        if !self.input.bytes().is_empty() {
            return Ok(());
        }
        match self.input.fill_now(&mut self.line) {
            Ok(()) if self.input.ended() => Err(IoFailure::Broken),
            Ok(()) | Err(IoFailure::Silent) => Ok(()),
            Err(stop) => Err(stop),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_data_can_forge_a_field() {
        let event = StreamEvent {
            id: "p1.1".to_string(),
            kind: "row",
            data: "a\n\nid: 9\revent: evil\r\n".to_string(),
        };
        assert_eq!(
            text(&[Arc::new(event)]),
            "id: p1.1\nevent: row\ndata: a\ndata: \ndata: id: 9\ndata: event: evil\ndata: \ndata: \n\n"
        );
    }
}
