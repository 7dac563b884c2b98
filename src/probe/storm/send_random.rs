//! Sends random and mutated requests, and after each a marker request. The server must answer the marker or
//! close the connection.
//!
//! Rule 1: [`super::expected_reading`] parses the requests by RFC 9112. A server may refuse each of them and close, but
//! it must not find other requests in the bytes.
//! Rule 2: if the server supports ranges, the marker asks for one random byte of the page, so that its answer
//! is different from all others.

use crate::plural::count_of;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::net::player::End;
use crate::net::{RecordedStream, SocketError};
use crate::probe::Target;
use crate::probe::answers::{Answer, Answers};
use crate::probe::exchange::Heard;
use crate::probe::server_features::Baseline;
use crate::probe::storm::dice::Dice;
use crate::probe::storm::expected_reading::{Behind, Expected, expected};
use crate::probe::storm::{Findings, mutate};
use crate::probe::suite;
use crate::wire::{Event, Gap, Transcript, Who};

/// Connections on which one thread asks until it takes a new one. Reason: both must happen.
const ON_ONE_LINE: usize = 50;

/// What all throwers of requests share.
pub struct Roll<'a> {
    /// Whom.
    pub target: &'a Target,
    /// What it is like.
    pub baseline: &'a Baseline,
    /// What the requests are made of.
    pub seeds: &'a [Vec<u8>],
    /// How many were thrown.
    pub thrown: &'a AtomicU64,
    /// No more than these.
    pub most: u64,
    /// And not beyond this.
    pub until: Instant,
    /// What went wrong.
    pub findings: &'a Findings,
}

impl Roll<'_> {
    /// Counts one more; false: there were as many as there may be.
    fn take(&self) -> bool {
        let more = |thrown| (thrown < self.most).then_some(thrown + 1);
        let (set, get) = (Ordering::Relaxed, Ordering::Relaxed);
        self.thrown.fetch_update(set, get, more).is_ok()
    }
}

/// What requests are made of: the cases of the probe that are not long.
pub fn seeds(baseline: &Baseline) -> Vec<Vec<u8>> {
    let cases = suite::cases().unwrap_or_default();
    let all = cases
        .iter()
        .filter_map(|case| case.said(|text| baseline.fill(text)).ok());
    all.filter(|bytes| !bytes.is_empty() && bytes.len() < 2_000)
        .collect()
}

/// Throws until it is enough. `Err`: the server cannot be called any more.
pub fn throw(all: &Roll, mut dice: Dice) -> Result<(), SocketError> {
    let mut line = None;
    let mut used = 0;
    while Instant::now() < all.until && all.take() {
        let request = mutate::request(all.seeds, &mut dice);
        let open = match line.take().filter(|_| used < ON_ONE_LINE) {
            Some(line) => line,
            None => {
                used = 0;
                RecordedStream::call(all.target.addr, crate::limits::IO_DEADLINE, None)?
            }
        };
        used += 1;
        let position = dice.below(all.baseline.plain.body.len());
        line = one(all, open, &request, position);
    }
    Ok(())
}

/// One request and its marker; the connection, if it can be used again.
fn one(
    all: &Roll,
    mut line: RecordedStream,
    request: &[u8],
    position: usize,
) -> Option<RecordedStream> {
    let Expected { methods, then } = expected(request);
    let mut said = request.to_vec();
    let mut asked: Vec<&str> = methods.iter().map(String::as_str).collect();
    // After a last request the marker is not to be answered.
    let most = asked.len() + usize::from(then != Behind::Last);
    let half_closes = matches!(then, Behind::Part | Behind::Expectation);
    if !half_closes {
        said.extend(marker(all.baseline, position).bytes());
        asked.push("GET");
    }
    all.findings.remember(&said);
    let _ = line.write(&said);
    if half_closes {
        line.shutdown_write();
    }
    let count = u32::try_from(asked.len()).unwrap_or(u32::MAX).max(1);
    let until = Instant::now() + all.target.silence.saturating_mul(count);
    let (mut heard, mut answers) = (Heard::default(), Answers::default());
    let limit = (asked.len() + 1) * all.baseline.most();
    heard.hear(&mut line, until, limit, |bytes| {
        answers.read_on(bytes, &asked, false);
        // After an answer that says close the end must come, too.
        let closes = answers.whole.iter().any(|answer| answer.closes);
        let all = answers.whole.len() >= most && then == Behind::Nothing;
        answers.fault.is_some() || (all && !closes)
    });
    answers.read_on(&heard.bytes, &asked, heard.end.is_some());
    if then == Behind::Fault && heard.end.is_none() && answers.whole.is_empty() {
        all.findings.silent();
    }
    let again = heard.end.is_none() && then == Behind::Nothing;
    let seen = MarkerExchange {
        answers: &answers,
        end: heard.end,
        most,
        then,
        flooded: heard.flooded,
    };
    if seen.is_overload() {
        all.findings.overloaded();
        return None;
    }
    match seen.wrong(all.baseline, position) {
        Some(why) => {
            let transcript = transcript(&said, &heard.bytes, heard.end);
            all.findings.add(&why, transcript);
            None
        }
        None => again.then_some(line),
    }
}

/// The plain request after a random one.
fn marker(baseline: &Baseline, position: usize) -> String {
    let Baseline { host, path, .. } = baseline;
    let range = match baseline.ranges {
        true => format!("Range: bytes={position}-{position}\r\n"),
        false => String::new(),
    };
    format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{range}\r\n")
}

/// What came of a request and its marker.
struct MarkerExchange<'a> {
    answers: &'a Answers,
    end: Option<End>,
    /// Answers at most, the marker's included.
    most: usize,
    then: Behind,
    /// More came than anybody asked for.
    flooded: bool,
}

impl MarkerExchange<'_> {
    /// A server that has too much to do refuses: that says nothing about how it reads.
    fn is_overload(&self) -> bool {
        let mut whole = self.answers.whole.iter();
        whole.any(|answer| matches!(answer.status, 429 | 503))
    }

    /// What no server may do.
    fn wrong(&self, baseline: &Baseline, position: usize) -> Option<String> {
        let Answers {
            whole,
            fault,
            begun,
            ..
        } = self.answers;
        if self.flooded {
            return Some("it sends more responses than requests came".to_string());
        }
        // How many requests the server reads, and which, is its own decision.
        if self.then == Behind::Expectation {
            return None;
        }
        if let Some(fault) = fault {
            return Some(format!("an answer is not HTTP: {fault}"));
        }
        if let Some(answer) = whole.iter().find(|answer| answer.status == 500) {
            return Some(format!("an answer is {}", answer.status));
        }
        if *begun && self.end == Some(End::Fin) {
            return Some("an answer is cut off".to_string());
        }
        // What the server makes of a fault may be anything, when it does not close.
        if self.then == Behind::Fault {
            return None;
        }
        let waits_for_nothing = self.then != Behind::Nothing || whole.len() < self.most;
        if self.end.is_none() && waits_for_nothing {
            let text = match self.then {
                Behind::Nothing => "timeout: not all requests were answered",
                _ => "timeout: the connection does not end",
            };
            return Some(text.to_string());
        }
        if whole.len() > self.most {
            return Some(format!(
                "{} to {}",
                count_of(whole.len(), "answer"),
                count_of(self.most, "request")
            ));
        }
        let marker = whole
            .get(self.most - 1)
            .filter(|_| self.then == Behind::Nothing)?;
        (!is_marked(marker, baseline, position)).then(|| {
            let status = marker.status;
            format!("the marker got the answer of another request: {status}")
        })
    }
}

/// Whether this is the answer to the marker.
fn is_marked(answer: &Answer, baseline: &Baseline, position: usize) -> bool {
    if !baseline.ranges {
        return answer.status / 100 == 2;
    }
    let length = baseline.plain.body.len();
    let wanted = format!("bytes {position}-{position}/{length}");
    answer.status == 206 && answer.field("Content-Range") == Some(wanted.as_bytes())
}

/// Says one request on a connection of its own and waits a moment for what comes.
pub fn again(
    target: &Target,
    baseline: &Baseline,
    request: &[u8],
) -> Result<Transcript, SocketError> {
    let mut stream = RecordedStream::call(target.addr, crate::limits::IO_DEADLINE, None)?;
    let _ = stream.write(request);
    stream.shutdown_write();
    let mut heard = Heard::default();
    let until = Instant::now() + target.silence;
    heard.hear(&mut stream, until, 2 * baseline.most(), |_| false);
    Ok(transcript(request, &heard.bytes, heard.end))
}

/// The exchange, for the report.
fn transcript(said: &[u8], heard: &[u8], end: Option<End>) -> Transcript {
    let mut transcript = Transcript::new();
    transcript.push_event(1, Who::Client, Event::Connect);
    transcript.push_bytes(1, Who::Client, said);
    transcript.push_bytes(1, Who::Server, heard);
    match end {
        Some(End::Fin) => transcript.push_event(1, Who::Server, Event::Fin),
        Some(End::Rst) => transcript.push_event(1, Who::Server, Event::Rst),
        _ => transcript.push_gap(Gap::End),
    }
    transcript
}
