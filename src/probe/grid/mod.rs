//! Sends one message to many servers: finds the servers that disagree about the end of the message, and how a
//! proxy changes it.
//!
//! Rule 1: only an end that can be observed counts. A server that refuses a message and closes disagrees with
//! no other server, because an attacker gets no second request.
//! Rule 2: a pair is named only if both keep the connection open and have read different requests.
//! Rule 3: a pair is named only if it disagrees in each of several tries (`confirm`).

pub mod confirm;
pub mod report;
pub mod through_proxy;

use crate::plural::count_of;
use std::time::Duration;

use crate::limits;
use crate::net::SocketError;
use crate::net::player::End;
use crate::probe::Target;
use crate::probe::answers::Answer;
use crate::probe::case::{self, Case, ClientAction};
use crate::probe::exchange::{self, Exchange, Script, Terms};
use crate::probe::server_features::{Baseline, NoServer};
use crate::probe::storm::expected_reading::expected;

/// A message, as text with words in braces, and its requests.
#[derive(Clone, Debug)]
pub struct Message {
    /// The name of the case, or of the file.
    pub name: String,
    /// The lines of the client.
    text: String,
    /// The method of each request, as we read it.
    asks: Vec<String>,
    marked: bool,
}

/// A server that takes part.
#[derive(Clone, Debug)]
pub struct Party {
    /// Whom to ask.
    pub target: Target,
    /// What it is like.
    pub baseline: Baseline,
}

/// What a server made of a message.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The statuses of all responses before that to the marker.
    pub statuses: Vec<u16>,
    /// Where the server says that the message ends.
    pub end: Boundary,
    /// The recorded conversation.
    pub exchange: Exchange,
}

/// Where a message ends, by what a server does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boundary {
    /// It read so many requests, and then the marker.
    Requests(usize),
    /// It waits for more bytes: the marker was not read as a request.
    Waits,
    /// It closed the connection: where the message ends is no danger then.
    Closed,
    /// It was asked several times, and what it does cannot be told.
    Unknown(Doubt),
}

/// Why there is no verdict on a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// It is silent where it answered before.
    Silent,
    /// It does something else each time.
    Changes,
}

impl Message {
    /// The message of a case.
    pub fn of_case(case: &Case) -> Message {
        let lines: Vec<&str> = case.text.lines().filter(|l| !l.starts_with('@')).collect();
        Message {
            name: case.name.to_string(),
            text: lines.join("\n"),
            asks: case.asks.iter().map(|method| method.to_string()).collect(),
            marked: case.marked,
        }
    }

    /// A message from the text of a transcript; its requests are read as RFC 9112 reads them.
    pub fn of_text(name: &str, text: &str) -> Result<Message, String> {
        let steps = case::steps_of(text)?;
        let said = steps.iter().filter_map(|step| match step {
            ClientAction::Say(bytes) => Some(&bytes[..]),
            _ => None,
        });
        let said: Vec<u8> = said.collect::<Vec<_>>().concat();
        if said.is_empty() {
            return Err("no line of the client (C>) says anything".to_string());
        }
        let mut asks = expected(&said).methods;
        if asks.is_empty() {
            asks.push("GET".to_string());
        }
        Ok(Message {
            name: name.to_string(),
            text: text.to_string(),
            asks,
            marked: true,
        })
    }

    /// Says it to a server, which may be silent for this long.
    pub fn say(&self, party: &Party, silence: Duration) -> Result<Reading, SocketError> {
        self.say_with(party, silence, party.baseline.marker())
    }

    /// The same with a marker of this method.
    fn say_with(
        &self,
        party: &Party,
        silence: Duration,
        marker: &'static str,
    ) -> Result<Reading, SocketError> {
        let Party { target, baseline } = party;
        let fill = |text: &str| baseline.fill(text);
        let terms = Terms {
            addr: target.addr,
            silence,
            // The end after the marker is part of what is compared.
            close: silence,
            most: baseline.most(),
            marker,
            fill: &fill,
        };
        let script = Script {
            steps: case::steps_of(&fill(&self.text)).unwrap_or_default(),
            asks: self.asks.iter().map(|method| &method[..]).collect(),
            marked: self.marked,
        };
        let exchange = exchange::play(script, &terms)?;
        Ok(Reading::of(exchange, self.asks.len()))
    }
}

impl Party {
    /// Finds out what a server is like; one that is slow is given more time. `Err`: why it cannot take
    /// part.
    pub fn join(target: Target) -> Result<Party, String> {
        let mut asked = target.clone();
        let mut rounds = 0;
        let baseline = loop {
            match Baseline::find(&asked) {
                Err(NoServer::Slow(..)) if rounds < limits::GRID_ROUNDS => rounds += 1,
                found => break found,
            }
            asked.silence *= 2;
        };
        let baseline = baseline.map_err(|error| match error {
            // Names the address already.
            NoServer::Socket(_) => error.to_string(),
            _ => format!("{}: {error}", target.host),
        })?;
        let silence = target.silence.max(4 * baseline.took);
        let target = Target { silence, ..target };
        Ok(Party { target, baseline })
    }

    /// The wait of a round, by how slow the server is now; `None`: it does not even answer a plain GET.
    fn patience(&self, round: u32) -> Option<Duration> {
        let Party { target, baseline } = self;
        let took = baseline.response_time(target, limits::GRID_CONTROL)?;
        let longer = target.silence * 2_u32.saturating_pow(round);
        Some(longer.max(took * limits::GRID_SLOWER))
    }
}

impl Reading {
    /// What an exchange of so many requests says.
    fn of(exchange: Exchange, asked: usize) -> Reading {
        let whole = &exchange.answers.whole;
        let refused = |answer: &Answer| matches!(answer.status, 400 | 408 | 413 | 431 | 501 | 505);
        let closed = exchange.end != End::Open;
        let marker = whole
            .last()
            .filter(|_| exchange.marked && whole.len() > asked);
        let misread = exchange.answers.other.is_some();
        let end = match marker {
            // A server may answer a request before it has read the body, and refuse the body then.
            _ if closed && whole.last().is_some_and(refused) => Boundary::Closed,
            Some(marker) if marker.status / 100 == 2 && !misread => {
                Boundary::Requests(whole.len() - 1)
            }
            Some(_) => Boundary::Requests(whole.len()),
            None if whole.len() > asked => Boundary::Requests(whole.len()),
            None if closed => Boundary::Closed,
            None => Boundary::Waits,
        };
        let before = match end {
            Boundary::Requests(count) => count,
            _ => whole.len(),
        };
        let statuses = whole.iter().take(before).map(|answer| answer.status);
        Reading {
            statuses: statuses.collect(),
            end,
            exchange,
        }
    }

    /// Whether two servers would see other requests in the same bytes.
    pub fn disagrees(&self, other: &Reading) -> bool {
        match (self.end, other.end) {
            (Boundary::Requests(one), Boundary::Requests(two)) => one != two,
            (Boundary::Requests(_), Boundary::Waits) | (Boundary::Waits, Boundary::Requests(_)) => {
                true
            }
            _ => false,
        }
    }
}

impl std::fmt::Display for Doubt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Doubt::Silent => "no verdict: it is silent where it answered before",
            Doubt::Changes => "no verdict: it does something else each time",
        })
    }
}

impl std::fmt::Display for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let statuses: Vec<String> = self.statuses.iter().map(u16::to_string).collect();
        let got = match &statuses[..] {
            [] => "no response".to_string(),
            some => some.join(" "),
        };
        match self.end {
            Boundary::Unknown(doubt) => write!(f, "{doubt}"),
            Boundary::Requests(count) => write!(f, "{got}; {}", count_of(count, "request")),
            Boundary::Waits => write!(f, "{got}; waits for more"),
            Boundary::Closed => write!(f, "{got}; closes"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::answers;
    use crate::wire::Transcript;

    /// The end of a message of one request, by what the server says; `fin`: it closes.
    fn end(said: &str, marked: bool, fin: bool) -> Boundary {
        let exchange = Exchange {
            answers: answers::read(said.as_bytes(), &["GET", "GET", "GET"], fin),
            marked,
            end: if fin { End::Fin } else { End::Open },
            flooded: false,
            transcript: Transcript::new(),
        };
        Reading::of(exchange, 1).end
    }

    #[test]
    fn a_refusal_that_closes_is_no_request_whenever_it_comes() {
        let answer = |status: u16| format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n");
        let (ok, no, bad) = (answer(200), answer(405), answer(400));
        for (said, marked, fin, expected) in [
            (&no[..], false, true, Boundary::Closed),
            (&bad, false, true, Boundary::Closed),
            // The refusal of the body comes after the response, before or after the marker is sent.
            (&format!("{no}{bad}"), false, true, Boundary::Closed),
            (&format!("{no}{bad}"), true, true, Boundary::Closed),
            (&format!("{no}{ok}"), true, true, Boundary::Requests(1)),
            (&format!("{no}{no}{ok}"), true, true, Boundary::Requests(2)),
            (&format!("{no}{no}"), false, false, Boundary::Requests(2)),
            (&no, true, false, Boundary::Waits),
            ("", false, false, Boundary::Waits),
        ] {
            assert_eq!(end(said, marked, fin), expected, "{said:?} {marked} {fin}");
        }
    }
}
