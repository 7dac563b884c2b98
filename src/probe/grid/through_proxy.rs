//! Sends a message through a proxy: what the proxy forwards, and how the server behind the proxy reads it.
//!
//! Rule 1: this module is on both sides of the proxy: it is the proxy's client, and the proxy's upstream is our
//! relay, which records what the proxy sends to the server.
//! Rule 2: a pair is vulnerable if the server sent more responses than the client got. Then the extra response
//! waits on the connection and would answer another client's request.

use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use crate::limits;
use crate::net::{self, Recorder, Tap};
use crate::probe::answers::{self, Answer};
use crate::probe::grid::{Boundary, Message, Party, Reading};
use crate::wire::{Transcript, Who};

/// What became of a message on its way.
#[derive(Clone, Debug)]
pub struct Passage {
    /// What the client saw.
    pub reading: Reading,
    /// Responses that the client got, that to the marker included.
    pub got: usize,
    /// What went between proxy and server; a connection each.
    pub behind: Transcript,
    /// Responses that the server gave; a refusal with which it closes is none.
    pub given: usize,
}

/// Says the message to the proxy, which may be silent for so long; its upstream is at `relay`, and the server at `server`.
pub fn pass(
    message: &Message,
    proxy: &Party,
    silence: Duration,
    relay: SocketAddr,
    server: SocketAddr,
) -> Result<Passage, String> {
    let recorder = Recorder::new();
    let tap = start(relay, server, &recorder)?;
    // Only GET: its response can be told from others behind the proxy, where nobody knows what was asked.
    let reading = message.say_with(proxy, silence, "GET");
    let reading = reading.map_err(|error| error.to_string())?;
    // The proxy may still be at work for a client that it has answered already.
    settle(&recorder, silence);
    tap.stop();
    let behind = recorder.transcript().without_times();
    let connections = behind.connections().into_iter();
    let given = connections.map(|conn| served(&behind.bytes_of(conn, Who::Server)));
    Ok(Passage {
        got: reading.exchange.answers.whole.len(),
        given: given.sum(),
        reading,
        behind,
    })
}

/// The responses in what a server sent on one connection. A last one that refuses and closes does not
/// count: nothing behind it is served.
fn served(said: &[u8]) -> usize {
    let answers = answers::read(said, &[], true).whole;
    let refused = |answer: &Answer| answer.status >= 400 && answer.closes;
    answers.len() - usize::from(answers.last().is_some_and(refused))
}

/// Relays what comes at `relay` to the server. It lasts as long as the value.
pub fn start(relay: SocketAddr, server: SocketAddr, recorder: &Recorder) -> Result<Tap, String> {
    let listener = net::listen(relay, 64).map_err(|error| error.to_string())?;
    let tap = Tap::start(listener, server, recorder.clone());
    tap.map_err(|error| format!("the relay at {relay} cannot be started: {error}"))
}

/// Waits until nothing more is recorded, at most for this time.
fn settle(recorder: &Recorder, most: Duration) {
    let begun = Instant::now();
    let mut before = size(&recorder.transcript());
    while begun.elapsed() < most {
        thread::sleep(limits::GRID_SETTLE);
        let now = size(&recorder.transcript());
        if now == before {
            return;
        }
        before = now;
    }
}

/// Bytes of both sides.
fn size(transcript: &Transcript) -> usize {
    let connections = transcript.connections().into_iter();
    let sides = connections.flat_map(|conn| [(conn, Who::Client), (conn, Who::Server)]);
    sides
        .map(|(conn, who)| transcript.bytes_of(conn, who).len())
        .sum()
}

impl Passage {
    /// Whether an extra response would go to another client, or the marker got the response of another request.
    pub fn is_vulnerable(&self) -> bool {
        let known = !matches!(self.reading.end, Boundary::Unknown(_));
        known && (self.given > self.got || self.is_mixed_up())
    }

    /// The marker got the response of something that the server found in the message.
    fn is_mixed_up(&self) -> bool {
        let exchange = &self.reading.exchange;
        let refused = |status| matches!(status, 400 | 408 | 413 | 431 | 500..=599);
        let last = exchange.answers.whole.last();
        let wrong = last.is_some_and(|it| it.status / 100 != 2 && !refused(it.status));
        exchange.marked && wrong && matches!(self.reading.end, Boundary::Requests(_))
    }

    /// What the proxy sent to the server.
    pub fn forwarded(&self) -> usize {
        let connections = self.behind.connections().into_iter();
        let sent = connections.map(|conn| self.behind.bytes_of(conn, Who::Client).len());
        sent.sum()
    }
}
