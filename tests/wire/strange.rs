//! Random texts that may be transcripts: reading never panics, and what was read can be used.

use wirelab::wire::Transcript;

use crate::dice::Dice;
use crate::random::{self, Kind};

/// Pieces of the notation, right and wrong.
const PIECES: [&str; 44] = [
    "@wire 1\n",
    "@wire 2\n",
    "@title ",
    "C connect\n",
    "S refuse\n",
    "C fin\n",
    "S fin\n",
    "S rst\n",
    "~ end\n",
    "~ 0.1ms\n",
    "~ 5s..\n",
    "~ ..99999999999s\n",
    "# note\n",
    "\n",
    "C> ",
    "S> ",
    "C2> ",
    "C4294967295> ",
    "C99999999999999> ",
    "C= ",
    "S= 00 ff |..|\n",
    "S= zz\n",
    "\\r\\n",
    "\\n",
    "\\",
    "\\{any}",
    "\\{date}",
    "\\{",
    "}",
    "\\{0..1000000 bytes}",
    "\\{18446744073709551615 bytes}",
    "\\{hex 4}",
    "\\{32 hex as ticket}",
    "\\{the ticket}",
    "\\{digits}",
    "\\{50000 bytes sha256:00}",
    "\\x00",
    "\\u{202e}",
    "x 1000000\n",
    "61 x 99999999999\n",
    "\u{1f32e}",
    "\r\n",
    "\0",
    "timeout 5s\n",
];

fn text(dice: &mut Dice) -> Vec<u8> {
    let mut text = match dice.below(3) {
        0 => Vec::new(),
        1 => random::transcript(dice, Kind::Exact).render().into_bytes(),
        _ => random::transcript(dice, Kind::Pattern)
            .render()
            .into_bytes(),
    };
    for _ in 0..dice.below(8) {
        let at = dice.below(text.len() + 1);
        let piece = dice.one_of(&PIECES).as_bytes();
        match dice.below(4) {
            0 if at < text.len() => text[at] ^= 1 << dice.below(8),
            1 => drop(text.drain(at..(at + dice.below(12)).min(text.len()))),
            2 => text.truncate(at),
            _ => drop(text.splice(at..at, piece.iter().copied())),
        }
    }
    text
}

/// How many of the texts were transcripts.
fn try_texts(rounds: usize) -> usize {
    let mut dice = Dice::new();
    let mut read = 0;
    for _ in 0..rounds {
        let bytes = text(&mut dice);
        let text = String::from_utf8_lossy(&bytes);
        let transcript = match Transcript::parse(&text) {
            Ok(transcript) => transcript,
            Err(error) => {
                assert!(!error.to_string().is_empty());
                continue;
            }
        };
        read += 1;
        let once = transcript.render();
        let again = Transcript::parse(&once).unwrap_or_else(|error| panic!("{error}\nin\n{once}"));
        assert_eq!(again.render(), once, "from {text:?}");
        let _ = wirelab::wire::compare(&transcript, &again);
        if read % 16 == 0 {
            let _ = transcript.brief().render();
        }
    }
    read
}

#[test]
fn some_thousand_texts_are_read_or_refused() {
    assert!(try_texts(4_000) > 400);
}

#[test]
#[ignore = "a million texts take minutes"]
fn a_million_texts_are_read_or_refused() {
    let read = try_texts(1_000_000);
    println!("{read} of 1,000,000 were transcripts");
    assert!(read > 100_000);
}
