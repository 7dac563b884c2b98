//! Tests: a diagnosis of any random transcripts does not panic, and its text can be printed.

use super::*;
use crate::check::judge::difference;
use crate::check::program::Ending;
use crate::check::{Problem, Side};
use crate::net::Weather;
use crate::wire::{Event, Gap, Mask, Transcript, Who};
use std::time::Duration;

/// Pieces that conversations are made of, right ones and wrong ones.
const PIECES: [&[u8]; 38] = [
    b"HTTP/1.1 200 OK\r\n",
    b"HTTP/1.1 404 Not Found\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"HTTP/1.1 304 Not Modified\r\n",
    b"HTTP/1.1 302 Found\r\nLocation: /round\r\n",
    b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-3/46\r\n",
    b"HTTP/1.1 503 Full\r\n",
    b"GET /menu%20%2e.txt?a#b HTTP/1.1\r\n",
    b"HEAD / HTTP/1.0\r\n",
    b"POST /order HTTP/1.1\r\nExpect: 100-continue\r\n",
    b"GET /../x\r\n",
    b"Host: tacos.example\r\n",
    b"Content-Length: 12\r\n",
    b"Content-Length: 99999999999999999999\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Range: bytes=-11\r\nIf-Range: \"x\"\r\n",
    b"If-None-Match: \"old\"\r\nIf-Modified-Since: x\r\n",
    b"Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n",
    b"Connection: close\r\n",
    b"\r\n",
    b"\n",
    b" ",
    b"c\r\nthree tacos\n\r\n",
    b"0\r\nDishes: 1\r\n\r\n",
    b"three tacos\n",
    "jalape\u{f1}o \u{1f32e}\n".as_bytes(),
    b"\xc3",
    b"\xef\xbf\xbd",
    b"\0\0\0\x06nachos",
    b"\0",
    b"b'3 tacos'",
    b"\\r\\n",
    b":",
    b"x",
    b"\0\x1f\x1a\x2b\x01\0\0\x01\0\0\0\0\0\0\x05tacos\x07example\0\0\x01\0\x01",
    b"\0\x2f\x1a\x2b\x85\0\0\x01\0\x01\0\0\0\0\x05tacos\x07example\0\0\x01\0\x01",
    b"\xc0\x0c\0\x01\0\x01\0\0\x01\x2c\0\x04\xc0\0\x02\x07",
    b"\x1a\x2b\x01\0\0\x01\0\0\0\0\0\0\xc0\x0c\0\x01\0\x01",
];

const STDERR: [&str; 5] = [
    "",
    "Traceback (most recent call last):\nValueError: x\n",
    "thread 'main' panicked at a:1:2:\n",
    "panic: `x`\u{0}\n\tat\n",
    "    at x\nConnection refused UnicodeDecodeError: 'ascii'",
];

/// Numbers that follow from a seed (an xorshift generator).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides.max(1) as u64) as usize
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.roll(all.len())]
    }

    fn who(&mut self) -> Who {
        self.of(&[Who::Client, Who::Server])
    }

    /// A transcript; `masks`: with holes in it.
    fn transcript(&mut self, masks: bool) -> Transcript {
        let mut made = Transcript::new();
        if self.roll(8) == 0 {
            made.push_heading("leg", self.of(&["front 1", "back 2", "back2 3"]));
        }
        if self.roll(8) == 0 {
            made.push_heading("transport", "udp");
        }
        for _ in 0..self.roll(14) {
            let (conn, who) = (1 + self.roll(3) as u32, self.who());
            match self.roll(10) {
                0 => made.push_event(conn, Who::Client, Event::Connect),
                1 => made.push_event(conn, who, self.of(&[Event::Fin, Event::Rst, Event::Refuse])),
                2 => made.push_event(conn, who, Event::Timeout(Duration::from_millis(500))),
                3 => made.push_gap(self.of(&[
                    Gap::Untimed,
                    Gap::End,
                    Gap::Exactly(Duration::from_millis(3)),
                ])),
                4 if masks => made.push_mask(
                    conn,
                    who,
                    self.of(&[Mask::Any, Mask::Line].each_ref()).clone(),
                ),
                _ => {
                    for _ in 0..1 + self.roll(6) {
                        made.push_bytes(conn, who, self.of(&PIECES));
                    }
                }
            }
        }
        made
    }

    /// The same with something left out, doubled or added, so that most of it agrees.
    fn spoiled(&mut self, from: &Transcript) -> Transcript {
        let mut made = Transcript::new();
        for entry in from.entries() {
            match self.roll(12) {
                0 => {}
                1 => {
                    made.push_entry(entry);
                    made.push_bytes(1, self.who(), self.of(&PIECES));
                }
                _ => made.push_entry(entry),
            }
        }
        made
    }

    fn tried(&mut self) -> Option<Tried> {
        let all = [
            None,
            Some(Tried::Passed),
            Some(Tried::RightBytes),
            Some(Tried::Stopped),
            Some(Tried::Silent),
            Some(Tried::Differed),
        ];
        self.of(&all)
    }

    fn prints(&mut self) -> Option<Prints> {
        let lines = [
            "",
            "192.0.2.7 2001:db8:0:0:0:0:0:7\n",
            "192.0.2.7\n",
            "truncated\n",
            "broken answer\n",
            "no address\n",
        ];
        let [wanted, printed] = [self.of(&lines), self.of(&lines)].map(str::to_string);
        (self.roll(3) > 0).then_some(Prints { wanted, printed })
    }

    fn process(&mut self) -> Process {
        let stderr = self.of(&STDERR).to_string();
        Process {
            ending: self.of(&[
                None,
                Some(Ending::Status(0)),
                Some(Ending::Status(1)),
                Some(Ending::Signal(13)),
            ]),
            said: stderr.clone(),
            stderr,
            stdout: self
                .of(&["", "HTTP/1.1 200 OK\r\n", "3 tacos, coming up\n"])
                .to_string(),
            source: self
                .of(&[None, Some("makefile('wb')"), Some("")])
                .map(str::to_string),
            address: "127.0.0.1:1".to_string(),
            elsewhere: Vec::new(),
            connected: self.roll(2) == 0,
            prints: self.prints(),
            language: self.of(&[None, Some(Language::Python), Some(Language::Go)]),
        }
    }

    fn evidence(&mut self) -> Evidence {
        let side = self.of(&[Side::Server, Side::Client]);
        let masks = self.roll(4) == 0;
        let script = self.transcript(masks);
        let got = match self.roll(3) {
            0 => self.transcript(false),
            _ => self.spoiled(&script),
        };
        let process = self.process();
        let found = difference(&script, &got, side.who()).map(Box::new);
        let problem = match found {
            Some(found) if self.roll(8) > 0 => Some(Problem::Difference(found)),
            Some(found) => Some(Problem::Behind("back".to_string(), found)),
            None => self
                .of(&[
                    None,
                    Some(Problem::Unasked),
                    Some(Problem::NotTaken { after: 7 }),
                    Some(Problem::StillRuns),
                    Some(Problem::Died(Ending::Status(1))),
                    Some(Problem::Exits(Ending::Status(0))),
                    process.prints.clone().map(Problem::Prints),
                ]
                .each_ref())
                .clone(),
        };
        let tries = Tries {
            calm: self.tried(),
            again: self.tried(),
            apart: self.tried(),
            half_close: self.tried(),
            mute: self.tried(),
            many: self.tried(),
            bare_ends: self.tried(),
        };
        let expectation = Expectation {
            side,
            weather: self.of(&Weather::ALL),
            script,
            refusals: Vec::new(),
        };
        // A difference may also be one of other transcripts than those that are looked at.
        let other = (self.roll(10) == 0).then(|| self.transcript(false));
        let mut evidence =
            Evidence::new(expectation, other.unwrap_or(got), problem, process, tries);
        let legs = evidence.expectation.script.legs();
        evidence.middle = legs.filter(|_| self.roll(3) > 0).map(|legs| Middle {
            legs,
            script: evidence.expectation.script.clone(),
            got: self.transcript(false),
        });
        evidence
    }
}

/// How often each code was found, over so many random runs.
fn survives(runs: usize, seed: u64) -> usize {
    let mut dice = Dice(seed);
    let mut codes = std::collections::BTreeSet::new();
    for _ in 0..runs {
        let evidence = dice.evidence();
        if let Some(found) = diagnose(&evidence) {
            assert!(
                !found.cause.is_empty() && !found.cause.contains('\0'),
                "{evidence:?}"
            );
            codes.insert(found.page.code);
        }
        // The other functions are asked, too, not only those before the first that answers.
        for (_, judge) in TABLE.iter().copied().flatten() {
            judge(&evidence);
        }
    }
    codes.len()
}

#[test]
fn no_transcripts_are_too_strange() {
    let said = survives(4_000, 0x1a2b_3c4d_5e6f_7081);
    assert!(said > 30, "only {said} codes were reached");
}

/// `WIRELAB_RANDOM=1000000 cargo test --release --lib strange -- --ignored`
#[test]
#[ignore = "a million takes minutes"]
fn a_million_transcripts_are_not_too_strange() {
    let runs = std::env::var("WIRELAB_RANDOM").ok();
    let runs = runs.and_then(|runs| runs.parse().ok()).unwrap_or(1_000_000);
    survives(runs, 0x9e37_79b9_7f4a_7c15);
}
