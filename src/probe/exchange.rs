//! One case against one server: what is said, what comes, and how it ends.
//!
//! Rule 1: when the answers have come and the connection may go on, a plain GET follows, the marker,
//! which says that it is the last. Who has read the case as we meant it answers the marker, once.
//! Rule 2: nothing is judged here.

use std::time::{Duration, Instant};

use crate::limits;
use crate::net::player::End;
use crate::net::{IoFailure, RecordedStream, Recorder, SocketError};
use crate::probe::Target;
use crate::probe::answers::{self, Answers};
use crate::probe::baseline::Facts;
use crate::probe::case::{BadCase, Case, Step};
use crate::wire::Transcript;

/// What came of a case.
#[derive(Clone, Debug)]
pub struct Seen {
    /// All answers, that to the marker included.
    pub answers: Answers,
    /// The marker was sent.
    pub marked: bool,
    /// How the server ended the connection.
    pub end: End,
    /// All that was said.
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

/// One connection, while a case is tried.
struct Trial<'a> {
    line: RecordedStream,
    heard: Vec<u8>,
    end: Option<End>,
    asked: Vec<&'a str>,
    answers: Answers,
}

/// Tries a case.
pub fn try_case(case: &Case, target: &Target, facts: &Facts) -> Result<Seen, NotTried> {
    let steps = case.steps(|text| facts.fill(text));
    let steps = steps.map_err(NotTried::Case)?;
    let recorder = Recorder::new();
    let called = RecordedStream::call(target.addr, limits::IO_DEADLINE, Some(&recorder));
    let mut trial = Trial {
        line: called.map_err(NotTried::Socket)?,
        heard: Vec::new(),
        end: None,
        asked: case.asks.clone(),
        answers: Answers::default(),
    };
    let mut finished = false;
    for step in steps {
        match step {
            Step::Say(bytes) => {
                let _ = trial.line.write(&bytes);
            }
            Step::Wait(time) => {
                let before = trial.heard.len();
                trial.hear_until(time, |answers, heard| {
                    heard > before && (!answers.begun || !answers.interim.is_empty())
                });
            }
            Step::Fin => {
                trial.line.shutdown_write();
                finished = true;
            }
        }
    }
    let count = case.asks.len();
    trial.hear_until(target.silence, |answers, _| answers.whole.len() >= count);
    let marked = case.marked && !finished && trial.may_go_on(count);
    if marked {
        let Facts { host, path, .. } = facts;
        let marker = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let _ = trial.line.write(marker.as_bytes());
        trial.asked.push("GET");
        trial.hear_until(target.silence, |answers, _| answers.whole.len() > count);
    }
    if marked && trial.answers.whole.len() > count {
        trial.hear_until(limits::PROBE_CLOSE_WAIT.min(target.silence), |_, _| false);
    } else if trial.answers.whole.len() >= count {
        trial.hear_until(target.silence, |_, _| false);
    }
    if trial.end == Some(End::Fin) && !finished {
        trial.line.shutdown_write();
    }
    Ok(Seen {
        answers: trial.answers,
        marked,
        end: trial.end.unwrap_or(End::Open),
        transcript: recorder.transcript().without_times(),
    })
}

impl Trial<'_> {
    /// Listens until `enough`, until the server ends or stops making sense, or for `time`. `enough`
    /// gets the answers so far and the number of bytes.
    fn hear_until(&mut self, time: Duration, mut enough: impl FnMut(&Answers, usize) -> bool) {
        let until = Instant::now() + time;
        if self.end.is_some() || enough(&self.answers, self.heard.len()) {
            return;
        }
        let (answers, asked) = (&mut self.answers, &self.asked);
        let end = hear(&mut self.line, &mut self.heard, until, |bytes| {
            *answers = answers::read(bytes, asked, false);
            answers.fault.is_some() || enough(answers, bytes.len())
        });
        if end.is_some() {
            self.end = end;
            self.answers = answers::read(&self.heard, &self.asked, true);
        }
    }

    /// All that was asked is answered, nothing else, and nobody has said that the connection ends.
    fn may_go_on(&self, count: usize) -> bool {
        let Answers { whole, used, .. } = &self.answers;
        let all = whole.len() == count && *used == self.heard.len();
        all && self.end.is_none() && !whole.iter().any(|answer| answer.closes)
    }
}

/// Collects what comes until `enough`, until the end, or until then. The answer is how the server
/// ended its side, if it did.
pub(super) fn hear(
    line: &mut RecordedStream,
    heard: &mut Vec<u8>,
    until: Instant,
    mut enough: impl FnMut(&[u8]) -> bool,
) -> Option<End> {
    let mut buffer = vec![0; limits::CHUNK];
    while heard.len() < limits::PROBE_MAX_RECEIVED {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return None;
        }
        match line.read(&mut buffer, left) {
            Ok(0) => return Some(End::Fin),
            Ok(count) => heard.extend_from_slice(&buffer[..count]),
            Err(IoFailure::Silent) => return None,
            Err(_) => return Some(End::Rst),
        }
        if enough(heard) {
            return None;
        }
    }
    None
}
