//! Random transcripts: all that the notation can say, weighted towards what is hard to write.

use std::time::Duration;

use wirelab::wire::{Event, Gap, Mask, Transcript, Who};

use crate::dice::Dice;

/// What a random transcript may hold.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Bytes, events, measured times, notes.
    Exact,
    /// Masks and gaps with bounds, too.
    Pattern,
}

/// A transcript of up to nine steps.
pub fn transcript(dice: &mut Dice, kind: Kind) -> Transcript {
    let mut transcript = Transcript::new();
    for _ in 0..dice.below(4) {
        match dice.below(3) {
            0 => transcript.push_heading("wire", "1"),
            1 => transcript.push_heading("title", &words(dice)),
            _ => transcript.push_heading("seen-by", ""),
        }
    }
    for _ in 0..dice.below(9) {
        step(dice, kind, &mut transcript);
    }
    // Empty lines at the end are not written, so a transcript in normal form has none.
    transcript.push_event(1, Who::Client, Event::Fin);
    transcript
}

fn step(dice: &mut Dice, kind: Kind, transcript: &mut Transcript) {
    let conn = dice.one_of(&[1, 1, 1, 1, 2, 12, u32::MAX]);
    let who = dice.one_of(&[Who::Client, Who::Server]);
    match dice.below(12) {
        0 => {
            let waited = Duration::from_nanos(dice.below(9_000_000_000) as u64);
            let timeout = Event::Timeout(waited);
            let events = [
                Event::Connect,
                Event::Refuse,
                Event::Fin,
                Event::Rst,
                timeout,
            ];
            let event = dice.one_of(&events);
            transcript.push_event(conn, who, event);
        }
        1 => {
            let time = Duration::from_micros(dice.below(9_000_000) as u64);
            let longer = time + Duration::from_micros(dice.below(5_000) as u64);
            let between = match kind {
                Kind::Exact => Gap::Exactly(longer),
                Kind::Pattern => Gap::Between(time, longer),
            };
            let exactly = Gap::Exactly(time);
            transcript.push_gap(dice.one_of(&[Gap::Untimed, exactly, between, Gap::End]));
        }
        2 => transcript.push_note(&words(dice)),
        3 => transcript.push_blank(),
        4 => transcript.push_remark(&words(dice)),
        _ => {
            for _ in 0..=dice.below(2) {
                match kind == Kind::Pattern && dice.once_in(3) {
                    true => transcript.push_mask(conn, who, mask(dice)),
                    false => transcript.push_bytes(conn, who, &bytes(dice)),
                }
            }
        }
    }
}

fn mask(dice: &mut Dice) -> Mask {
    let number = dice.one_of(&[0, 1, 12, 4096, u64::MAX]);
    match dice.below(12) {
        0 => Mask::Date,
        1 => Mask::Port,
        2 => Mask::Int,
        3 => Mask::Hex,
        4 => Mask::Any,
        5 => Mask::Line,
        6 => Mask::Bytes {
            min: dice.below(100) as u64,
            max: number,
        },
        7 => Mask::Masked { bytes: number },
        8 => Mask::The {
            name: "ticket".to_string(),
        },
        9 => Mask::Digits {
            count: number,
            unlike: dice.once_in(2).then(|| "other-1".to_string()),
        },
        10 => Mask::Named {
            mask: Box::new(Mask::Digits {
                count: 1 + dice.below(4096) as u64,
                unlike: None,
            }),
            name: "ticket".to_string(),
        },
        _ => Mask::Digest {
            bytes: number,
            sha256: "0123456789abcDEF".repeat(4)[..16 + dice.below(49)].to_string(),
        },
    }
}

/// The words of a note or heading: with letters beyond ASCII, white space around, controls within.
fn words(dice: &mut Dice) -> String {
    let parts = [
        "taco", "ñ", " ", "  ", "\t", "\u{a0}", "#", "🌮", "\\n", "\r", "\n", "@",
    ];
    (0..dice.below(6)).map(|_| dice.one_of(&parts)).collect()
}

/// Bytes of one kind or another.
pub fn bytes(dice: &mut Dice) -> Vec<u8> {
    let length = dice.one_of(&[2, 20, 20, 20, 120]);
    let some = |dice: &mut Dice, set: &[u8]| -> Vec<u8> {
        (0..=dice.below(length)).map(|_| dice.one_of(set)).collect()
    };
    match dice.below(9) {
        0 => b"GET /menu.txt HTTP/1.1\r\nHost: tacos.example\r\n\r\n".to_vec(),
        1 => some(dice, b"abc\r\n"),
        2 => some(dice, b"  \x20 ab\n"),
        3 => some(dice, b"\\{}rnx#|*~CS> \t"),
        4 => "jalape\u{f1}o \u{1f32e}\n"
            .as_bytes()
            .repeat(1 + dice.below(4)),
        5 => (0..=dice.below(length)).map(|_| dice.byte()).collect(),
        6 => some(dice, b"\x00\x80a\n\n"),
        7 if dice.once_in(3) => repeated(dice),
        _ => {
            let mut lines = b"tacos\n".repeat(dice.below(30));
            lines.extend(some(dice, b"abcdefgh .,\n"));
            lines
        }
    }
}

/// A period around the longest that is written as one, for a length around the shortest.
fn repeated(dice: &mut Dice) -> Vec<u8> {
    let period = dice.one_of(&[1, 2, 5, 63, 64, 65]);
    let set = dice.one_of(&[b"tacos\n".as_slice(), b"a}{\\", b"\x00\xff", b" "]);
    let period: Vec<u8> = (0..period).map(|_| dice.one_of(set)).collect();
    let mut bytes = b"abc\r\n"[..dice.below(6)].to_vec();
    bytes.extend(period.iter().cycle().take(500 + dice.below(100)));
    bytes
}
