//! Sends an answer: the head and a small body in one write, or a larger body after the head.
//!
//! Rule: all bytes that the head announces are sent. If that fails, the connection is cut off, so that the
//! client notices the incomplete answer (RFC 9112 section 8).

use std::ops::Deref;

use super::conversation::{ClientConnection, Exchange, Then};
use super::{Answer, Answered, Logged, Server};
use crate::files::{Content, Response, Source};
use crate::http::framing::Body;
use crate::http::state::CloseReason;
use crate::http::{date, write};
use crate::limits;
use crate::net::IoFailure;

/// Bytes of a head without the fields of its response: status line, `Date` and `Connection`.
const HEAD: usize = 128;

impl<S: Deref<Target = Server>> ClientConnection<S> {
    /// Sends the answer to an exchange.
    pub(super) fn answer(&mut self, exchange: Exchange, answer: Answer) -> Then {
        match answer {
            Answer::Response(response) => self.respond(exchange, response),
            Answer::Events { fields, reader } if !exchange.close => {
                self.stream(exchange, fields, reader)
            }
            Answer::Events { .. } | Answer::ToBody { .. } => {
                let sentence = "The body of this request was not read.";
                self.respond(exchange, Response::error(400, sentence))
            }
        }
    }

    fn respond(&mut self, exchange: Exchange, response: Response) -> Then {
        let Exchange {
            request,
            head_only,
            now,
            close,
        } = exchange;
        let framing = Body::Length(response.length);
        let Ok(connection) = self.connection.respond(framing, close) else {
            return Then::HangUp;
        };
        self.head(&response, now, connection);
        let last = connection == Some("close");
        let sent = match head_only {
            true => self.write_output(last),
            false => self.send(&response, last),
        };
        self.output = Vec::new();
        let whole = sent.is_ok() && !head_only;
        (self.server.log)(&Logged::Answer(Answered {
            peer: self.peer.ip(),
            now,
            request,
            status: response.status,
            length: whole.then_some(response.length),
        }));
        self.after(sent, response.status < 400)
    }

    /// What follows an answer. `polite`: when the client wanted one answer only, it needs no long goodbye.
    pub(super) fn after(&mut self, sent: Result<(), IoFailure>, polite: bool) -> Then {
        match sent {
            Err(IoFailure::Broken) => return Then::Leave,
            Err(_) => return Then::Abort,
            Ok(()) => {}
        }
        let said = self.connection.data();
        if said.and_then(|()| self.connection.end()).is_err() {
            return Then::HangUp;
        }
        match self.connection.steps().closes {
            None => Then::GoOn,
            // This client wanted one answer, and sent nothing after its request.
            Some(CloseReason::ClientSaidClose | CloseReason::OldVersion)
                if polite && self.input.is_drained() =>
            {
                Then::Close
            }
            Some(_) => Then::HangUp,
        }
    }

    /// Puts the head of the answer into the output.
    fn head(&mut self, response: &Response, now: i64, connection: Option<&str>) {
        let small = response.length.min(limits::SMALL_BODY as u64) as usize;
        self.output = Vec::with_capacity(HEAD + response.fields.len() + small);
        self.head_of(response.status, &response.fields, now, connection);
    }

    /// Puts a head into the output.
    pub(super) fn head_of(
        &mut self,
        status: u16,
        fields: &[u8],
        now: i64,
        connection: Option<&str>,
    ) {
        if self.second != now {
            self.second = now;
            self.date = date::format(now);
        }
        write::status_line(&mut self.output, status);
        write::field(&mut self.output, "Date", self.date.as_bytes());
        if let Some(value) = connection {
            write::field(&mut self.output, "Connection", value.as_bytes());
        }
        self.output.extend_from_slice(fields);
        write::end(&mut self.output);
    }

    /// Sends the head, which is in the output, and the content. `last`: after it we close.
    fn send(&mut self, response: &Response, last: bool) -> Result<(), IoFailure> {
        match &response.content {
            Content::Bytes(bytes) => self.send_bytes(bytes, last),
            Content::Part { source, first } => match source {
                Source::Memory(bytes) => {
                    self.send_bytes(slice(bytes, *first, response.length), last)
                }
                Source::Disk(_) => {
                    self.line.write_more(&self.output)?;
                    self.send_part(source, *first, response.length)
                }
            },
            Content::Parts { source, parts, end } => {
                self.line.write_more(&self.output)?;
                for (before, range) in parts {
                    self.line.write_more(before.as_bytes())?;
                    self.send_part(source, range.first, range.length())?;
                }
                self.line.write(end.as_bytes())
            }
        }
    }

    fn send_bytes(&mut self, bytes: &[u8], last: bool) -> Result<(), IoFailure> {
        if bytes.len() <= limits::SMALL_BODY || !self.line.waits() {
            self.output.extend_from_slice(bytes);
            return self.write_output(last);
        }
        self.line.write_both(&self.output, bytes)
    }

    /// Writes the output. If it is the last of the connection, the FIN goes into the same segment: this costs
    /// both sides less.
    fn write_output(&mut self, last: bool) -> Result<(), IoFailure> {
        match last {
            true => self.line.write_more(&self.output),
            false => self.line.write(&self.output),
        }
    }

    fn send_part(&mut self, source: &Source, first: u64, length: u64) -> Result<(), IoFailure> {
        match source {
            Source::Memory(bytes) => self.line.write_more(slice(bytes, first, length)),
            Source::Disk(open) => {
                let unchanged = || open.is_unchanged();
                self.line.send_file(open.file(), first, length, unchanged)
            }
        }
    }
}

/// A part of a file that is in memory.
fn slice(bytes: &[u8], first: u64, length: u64) -> &[u8] {
    let at = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
    let end = at(first.saturating_add(length));
    bytes.get(at(first)..end).unwrap_or_default()
}
