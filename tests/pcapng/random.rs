//! Random transcripts that TCP allows, from a seed: a failing test prints it, and
//! `WIRELAB_SEED=… cargo test --test pcapng` runs the same ones again.

use std::time::Duration;

use wirelab::wire::{Conn, Event, Gap, Transcript, Who};

pub fn seed() -> u64 {
    match std::env::var("WIRELAB_SEED") {
        Ok(text) => text.parse().expect("WIRELAB_SEED is a number"),
        Err(_) => 0x7ac0_7ac0 ^ u64::from(std::process::id()) << 20,
    }
}

/// A small generator of numbers (xorshift64*), enough to vary transcripts.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed | 1)
    }

    pub fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % n
    }

    fn bytes(&mut self) -> Vec<u8> {
        let longest = [3, 100, 3_000, 70_000][self.below(4) as usize];
        let length = 1 + self.below(longest);
        (0..length).map(|_| self.below(256) as u8).collect()
    }
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
        let at = dice.below(talks.len() as u64) as usize;
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
        0 => t.push_gap(Gap::Exactly(Duration::from_micros(dice.below(9_000_000)))),
        1 => t.push_gap(Gap::Untimed),
        2 if *open => {
            t.push_event(talk.conn, who, Event::Fin);
            *open = false;
        }
        3 if !talk.reset && dice.below(3) == 0 => {
            t.push_event(talk.conn, who, Event::Rst);
            *open = false;
            talk.reset = true;
        }
        _ if *open => t.push_bytes(talk.conn, who, &dice.bytes()),
        _ => {}
    }
}
