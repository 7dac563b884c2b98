//! Sending an answer: the head with a small content in one write, a larger one behind it.
//!
//! Rule: what the head promises is sent to the last byte, or the connection is broken off so that the
//! client sees that it is not whole (RFC 9112 section 8).

use std::fs::File;
use std::io::ErrorKind;

use super::{Answer, Answered, Conversation, Exchange, Logged, Then};
use crate::files::{Content, Response};
use crate::http::framing::Body;
use crate::http::state::CloseReason;
use crate::http::{date, write};
use crate::limits;
use crate::net::{IoFailure, read_at};

/// Bytes of a head without the fields of its response: status line, `Date` and `Connection`.
const HEAD: usize = 128;

impl Conversation<'_> {
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

    fn respond(&mut self, exchange: Exchange, mut response: Response) -> Then {
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
        let mut rest = !head_only;
        if rest && response.length <= limits::SMALL_FILE {
            let appended = self.append(&response);
            if appended.is_err() {
                response = Response::error(500, "The file changed while it was read.");
                self.head(&response, now, connection);
                let _ = self.append(&response);
            }
            rest = appended == Ok(false);
        }
        let mut sent = match rest {
            true => self.line.write_more(&self.output),
            false => self.line.write(&self.output),
        };
        if rest && sent.is_ok() {
            sent = self.send(&response);
        }
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
            Err(IoFailure::Silent | IoFailure::FileShort) => return Then::Abort,
            Ok(()) => {}
        }
        let said = self.connection.data();
        if said.and_then(|()| self.connection.end()).is_err() {
            return Then::HangUp;
        }
        match self.connection.steps().closes {
            None => Then::GoOn,
            // This client wanted one answer, and sent nothing behind its request.
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
        let small = response.length.min(limits::SMALL_FILE) as usize;
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

    /// Puts a small content behind the head; whether all of it is there.
    fn append(&mut self, response: &Response) -> Result<bool, IoFailure> {
        match &response.content {
            Content::Bytes(bytes) => {
                self.output.extend_from_slice(bytes);
                Ok(true)
            }
            Content::File { file, first } => {
                let start = self.output.len();
                self.output.resize(start + response.length as usize, 0);
                let buffer = &mut self.output[start..];
                read_whole(file, *first, buffer).map(|()| true)
            }
            Content::Parts { .. } => Ok(false),
        }
    }

    /// Sends a content that is not yet in the output.
    fn send(&mut self, response: &Response) -> Result<(), IoFailure> {
        match &response.content {
            Content::Bytes(bytes) => self.line.write(bytes),
            Content::File { file, first } => self.line.send_file(file, *first, response.length),
            Content::Parts { file, parts, end } => {
                for (before, range) in parts {
                    self.line.write_more(before.as_bytes())?;
                    self.line.send_file(file, range.first, range.length())?;
                }
                self.line.write(end.as_bytes())
            }
        }
    }
}

/// Fills the buffer from a file, from an offset on.
fn read_whole(file: &File, mut first: u64, buffer: &mut [u8]) -> Result<(), IoFailure> {
    let mut done = 0;
    while let Some(rest) = buffer.get_mut(done..).filter(|rest| !rest.is_empty()) {
        match read_at(file, rest, first) {
            Ok(0) => return Err(IoFailure::FileShort),
            Ok(count) => {
                done += count;
                first += count as u64;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return Err(IoFailure::FileShort),
        }
    }
    Ok(())
}
