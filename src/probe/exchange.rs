//! Runs one case against one server: sends the requests, receives the responses, and records how the connection
//! ends.
//!
//! Rule 1: when the responses have come and the connection is still open, a plain request follows, the
//! *marker*. It has `Connection: close`. A server that has read the case as intended answers the marker exactly
//! once.
//! Rule 2: memory and time are bounded, whatever the server sends.
//! Rule 3: this module decides no verdict, and knows only the server's address.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::limits;
use crate::net::player::End;
use crate::net::{IoFailure, RecordedStream, Recorder, SocketError};
use crate::probe::answers::Answers;
use crate::probe::case::{BadCase, Case, ClientAction};
use crate::wire::Transcript;

/// How a case is sent to a server.
pub struct Terms<'a> {
    /// Where.
    pub addr: SocketAddr,
    /// How long it may be silent.
    pub silence: Duration,
    /// How long it may take to close after the response to the marker.
    pub close: Duration,
    /// Bytes that it may send for each request.
    pub most: usize,
    /// The method of the marker.
    pub marker: &'static str,
    /// Puts what the server has for the words in braces.
    pub fill: &'a (dyn Fn(&str) -> String + Sync),
}

/// What came of a case.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// All responses, that to the marker included.
    pub answers: Answers,
    /// The marker was sent.
    pub marked: bool,
    /// How the server ended the connection.
    pub end: End,
    /// It sent more than it may; the rest was not read.
    pub flooded: bool,
    /// The recorded conversation.
    pub transcript: Transcript,
}

/// Why a case could not be tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotTried {
    /// The case makes no sense.
    Case(BadCase),
    /// The server is not there any more.
    Socket(SocketError),
}

/// The bytes that came on a connection.
#[derive(Debug, Default)]
pub struct Heard {
    /// Themselves.
    pub bytes: Vec<u8>,
    /// How the server ended its side, if it did.
    pub end: Option<End>,
    /// There were more than it may send.
    pub flooded: bool,
}

/// One connection, while a case is tried.
struct Trial<'a> {
    stream: RecordedStream,
    most: usize,
    heard: Heard,
    asked: Vec<&'a str>,
    answers: Answers,
}

/// A plain request, with words in braces; `fields` end with `\r\n` each.
pub fn plain(method: &str, fields: &str) -> String {
    format!("{method} {{path}} HTTP/1.1\r\nHost: {{host}}\r\n{fields}\r\n")
}

/// What a client says, and what it asks with it.
pub struct Script<'a> {
    /// What the client does.
    pub steps: Vec<ClientAction>,
    /// The method of each request.
    pub asks: Vec<&'a str>,
    /// The marker may follow.
    pub marked: bool,
}

/// Tries a case.
pub fn try_case(case: &Case, terms: &Terms) -> Result<Exchange, NotTried> {
    let script = Script {
        steps: case.steps(terms.fill).map_err(NotTried::Case)?,
        asks: case.asks.clone(),
        marked: case.marked,
    };
    play(script, terms).map_err(NotTried::Socket)
}

/// Says what the script says. `Err`: the server cannot be reached.
pub fn play(script: Script, terms: &Terms) -> Result<Exchange, SocketError> {
    let recorder = Recorder::new();
    let called = RecordedStream::call(terms.addr, limits::IO_DEADLINE, Some(&recorder));
    let count = script.asks.len();
    let mut trial = Trial {
        stream: called?,
        most: terms.most.saturating_mul(count + 1),
        heard: Heard::default(),
        asked: script.asks,
        answers: Answers::default(),
    };
    trial
        .stream
        .set_write_timeout(terms.silence.max(limits::IO_DEADLINE));
    let finished = trial.say(script.steps);
    trial.hear_until(terms.silence, |answers, _| answers.whole.len() >= count);
    let marked = script.marked && !finished && trial.may_go_on(count);
    if marked {
        let marker = (terms.fill)(&plain(terms.marker, "Connection: close\r\n"));
        let _ = trial.stream.write(marker.as_bytes());
        trial.asked.push(terms.marker);
        trial.hear_until(terms.silence, |answers, _| answers.whole.len() > count);
    }
    if marked && trial.answers.whole.len() > count {
        trial.hear_until(terms.close, |_, _| false);
    } else if trial.answers.whole.len() >= count {
        trial.hear_until(terms.silence, |_, _| false);
    }
    if trial.heard.end == Some(End::Fin) && !finished {
        trial.stream.shutdown_write();
    }
    Ok(Exchange {
        answers: trial.answers,
        marked,
        end: trial.heard.end.unwrap_or(End::Open),
        flooded: trial.heard.flooded,
        transcript: recorder.transcript().without_times(),
    })
}

impl Trial<'_> {
    /// Does what the client does in the case; true: it has sent its FIN.
    fn say(&mut self, steps: Vec<ClientAction>) -> bool {
        let mut finished = false;
        for step in steps {
            match step {
                ClientAction::Say(bytes) => self.write(&bytes),
                ClientAction::Wait(time) => {
                    let before = self.heard.bytes.len();
                    self.hear_until(time, |answers, heard| {
                        heard > before && (!answers.begun || !answers.interim.is_empty())
                    });
                }
                ClientAction::Fin => {
                    self.stream.shutdown_write();
                    finished = true;
                }
            }
        }
        finished
    }

    /// Writes; of many bytes some at a time, so that an early response is read before a reset erases it.
    fn write(&mut self, bytes: &[u8]) {
        for part in bytes.chunks(limits::CHUNK) {
            if self.stream.write(part).is_err() {
                return;
            }
            if part.len() < bytes.len() && self.heard.end.is_none() {
                self.heard.take(&mut self.stream, self.most);
            }
        }
    }

    /// Listens until `enough`, until the server ends or stops making sense, or for `time`. `enough`
    /// gets the responses so far and the number of bytes.
    fn hear_until(&mut self, time: Duration, mut enough: impl FnMut(&Answers, usize) -> bool) {
        let until = Instant::now() + time;
        let (answers, asked) = (&mut self.answers, &self.asked);
        answers.read_on(&self.heard.bytes, asked, self.heard.end.is_some());
        if self.heard.is_over() || enough(answers, self.heard.bytes.len()) {
            return;
        }
        self.heard
            .hear(&mut self.stream, until, self.most, |bytes| {
                answers.read_on(bytes, asked, false);
                answers.fault.is_some() || enough(answers, bytes.len())
            });
        if self.heard.end.is_some() {
            answers.read_on(&self.heard.bytes, asked, true);
        }
    }

    /// All requests are answered, nothing else has come, and no side has sent `close`.
    fn may_go_on(&self, count: usize) -> bool {
        let Answers {
            whole, used, other, ..
        } = &self.answers;
        let all = whole.len() == count && *used == self.heard.bytes.len() && other.is_none();
        all && !self.heard.is_over() && !whole.iter().any(|answer| answer.closes)
    }
}

impl Heard {
    /// Nothing more is read: the server has ended, or sent too much.
    pub fn is_over(&self) -> bool {
        self.end.is_some() || self.flooded
    }

    /// Collects what comes until `enough`, until the end, until then, or until there are `most` bytes.
    pub fn hear(
        &mut self,
        stream: &mut RecordedStream,
        until: Instant,
        most: usize,
        mut enough: impl FnMut(&[u8]) -> bool,
    ) {
        let mut buffer = vec![0; limits::CHUNK];
        while !self.is_over() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            let read = stream.read(&mut buffer, left);
            if !self.add(read, &buffer, most) || enough(&self.bytes) {
                return;
            }
        }
    }

    /// Takes what is there now.
    fn take(&mut self, stream: &mut RecordedStream, most: usize) {
        let mut buffer = vec![0; limits::CHUNK];
        let read = stream.read_now(&mut buffer);
        self.add(read, &buffer, most);
    }

    /// Adds what one read gave; false: it gave no bytes.
    fn add(&mut self, read: Result<usize, IoFailure>, buffer: &[u8], most: usize) -> bool {
        match read {
            Ok(0) => self.end = Some(End::Fin),
            Ok(count) => {
                let bytes = buffer.get(..count).unwrap_or_default();
                self.bytes.extend_from_slice(bytes);
                self.flooded = self.bytes.len() > most;
                return true;
            }
            Err(IoFailure::Silent) => {}
            Err(_) => self.end = Some(End::Rst),
        }
        false
    }
}
