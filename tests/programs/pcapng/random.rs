//! Random transcripts that TCP allows; those of `support` say anything.

use std::time::Duration;

use wirelab::wire::{Conn, Event, Gap, Transcript, Who};

use crate::dice::Dice;

fn bytes(dice: &mut Dice) -> Vec<u8> {
    let longest = dice.one_of(&[3, 100, 1_000, 3_000, 70_000]);
    (0..=dice.below(longest)).map(|_| dice.byte()).collect()
}

/// A connection, and what may still happen on it.
struct Talk {
    conn: Conn,
    client_open: bool,
    server_open: bool,
    reset: bool,
}

/// Several connections at once, each step on any of them.
pub fn transcript(dice: &mut Dice, connections: Conn) -> Transcript {
    let mut t = Transcript::new();
    let mut talks = Vec::new();
    for conn in 1..=connections {
        match dice.below(6) {
            0 => t.push_event(conn, Who::Server, Event::Refuse),
            1 => t.push_event(conn, Who::Client, Event::Timeout(Duration::from_millis(9))),
            opens => {
                if opens > 2 {
                    t.push_event(conn, Who::Client, Event::Connect);
                }
                talks.push(Talk {
                    conn,
                    client_open: true,
                    server_open: true,
                    reset: false,
                });
            }
        }
    }
    for _ in 0..talks.len() * 12 {
        let at = dice.below(talks.len());
        step(dice, &mut t, &mut talks[at]);
    }
    t.push_gap(Gap::End);
    t
}

fn step(dice: &mut Dice, t: &mut Transcript, talk: &mut Talk) {
    let (who, open) = match dice.below(2) {
        0 => (Who::Client, &mut talk.client_open),
        _ => (Who::Server, &mut talk.server_open),
    };
    match dice.below(12) {
        0 => t.push_gap(Gap::Exactly(Duration::from_micros(
            dice.below(9_000_000) as u64
        ))),
        1 => t.push_gap(Gap::Untimed),
        2 if *open => {
            t.push_event(talk.conn, who, Event::Fin);
            *open = false;
        }
        3 if !talk.reset && dice.once_in(3) => {
            t.push_event(talk.conn, who, Event::Rst);
            *open = false;
            talk.reset = true;
        }
        _ if *open => t.push_bytes(talk.conn, who, &bytes(dice)),
        _ => {}
    }
}
