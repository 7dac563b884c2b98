//! Before a pair is named it is asked again.
//!
//! Rule 1: a server that is slow looks like one that waits for more bytes. So each server of a pair that
//! disagrees is asked again, alone, with a longer wait each time, and a plain request before it measures
//! how slow the server is now.
//! Rule 2: what a server does counts if it is the same each time. A silence before the first answer was a
//! late response; a silence after one is no verdict.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use super::through_proxy::{self, Passage};
use super::{Boundary, Doubt, Message, Party, Reading, report};
use crate::limits;
use crate::net::{Recorder, SocketError};

/// Says a message to all servers, and again to those of a pair that disagrees.
pub fn readings(message: &Message, parties: &[Party]) -> Result<Vec<Reading>, SocketError> {
    let first = parties.iter().map(|it| message.say(it, it.target.silence));
    let mut last = first.collect::<Result<Vec<Reading>, _>>()?;
    let mut ends: Vec<Vec<Boundary>> = last.iter().map(|reading| vec![reading.end]).collect();
    for round in 1..=limits::GRID_ROUNDS {
        let pairs = report::pairs(&last).into_iter();
        let suspects: BTreeSet<usize> = pairs.flat_map(|(one, other)| [one, other]).collect();
        for at in suspects {
            let (Some(party), Some(reading), Some(ends)) =
                (parties.get(at), last.get_mut(at), ends.get_mut(at))
            else {
                continue;
            };
            match party.patience(round) {
                Some(wait) => {
                    *reading = message.say(party, wait)?;
                    ends.push(reading.end);
                }
                None => reading.end = Boundary::Unknown(Doubt::Silent),
            }
        }
    }
    for (reading, ends) in last.iter_mut().zip(&ends) {
        if !matches!(reading.end, Boundary::Unknown(_)) {
            reading.end = settled(ends);
        }
    }
    Ok(last)
}

/// What a server does, by what it did each time.
fn settled(ends: &[Boundary]) -> Boundary {
    let late = ends.iter().take_while(|end| **end == Boundary::Waits);
    let answered = ends.get(late.count()..).unwrap_or_default();
    let asked_to_the_end = ends.len() > limits::GRID_ROUNDS as usize;
    match answered {
        [] => Boundary::Waits,
        [..] if answered.contains(&Boundary::Waits) => Boundary::Unknown(Doubt::Silent),
        // It answered at last, in the last round: nobody knows whether it would do so again.
        [_] if asked_to_the_end => Boundary::Unknown(Doubt::Changes),
        [first, rest @ ..] if rest.iter().all(|end| end == first) => *first,
        [..] => Boundary::Unknown(Doubt::Changes),
    }
}

/// Says a message through a proxy, and again as long as the pair looks vulnerable: it is so if it is so
/// each time.
pub fn passage(
    message: &Message,
    proxy: &Party,
    relay: SocketAddr,
    server: SocketAddr,
) -> Result<Passage, String> {
    let pass = |wait| through_proxy::pass(message, proxy, wait, relay, server);
    let mut passage = pass(proxy.target.silence)?;
    for round in 1..=limits::GRID_ROUNDS {
        if !passage.is_vulnerable() {
            break;
        }
        let control = through_proxy::start(relay, server, &Recorder::new())?;
        let wait = proxy.patience(round);
        control.stop();
        match wait {
            Some(wait) => passage = pass(wait)?,
            None => passage.reading.end = Boundary::Unknown(Doubt::Silent),
        }
    }
    Ok(passage)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_the_same_each_time_counts() {
        use Boundary::{Closed, Requests, Unknown, Waits};
        let (one, two) = (Requests(1), Requests(2));
        let cases: [(&[Boundary], Boundary); 12] = [
            (&[one], one),
            (&[Waits], Waits),
            (&[one, one, one, one], one),
            (&[Waits, Waits, Waits, Waits], Waits),
            // A response that was late.
            (&[Waits, one], one),
            (&[Waits, Waits, two, two], two),
            (&[Waits, Waits, Waits, two], Unknown(Doubt::Changes)),
            // A server that fell silent.
            (&[one, Waits], Unknown(Doubt::Silent)),
            (&[Waits, one, Waits, one], Unknown(Doubt::Silent)),
            (&[Closed, Waits, Waits, Waits], Unknown(Doubt::Silent)),
            (&[one, two, two, two], Unknown(Doubt::Changes)),
            (&[Closed, one], Unknown(Doubt::Changes)),
        ];
        for (ends, expected) in cases {
            assert_eq!(settled(ends), expected, "{ends:?}");
        }
    }
}
