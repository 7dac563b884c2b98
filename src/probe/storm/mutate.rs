//! Makes requests that are nearly correct: one of the probe's cases, or parts of two, with some bytes changed.

use crate::probe::storm::dice::Dice;

/// Bytes that often cause faults in parsers.
const BITS: [&[u8]; 24] = [
    b"\r\n",
    b"\n",
    b"\r",
    b"\r\n\r\n",
    b"\0",
    b" ",
    b"\t",
    b":",
    b",",
    b"\"",
    b"%",
    b"%00",
    b"../",
    b"\xff",
    b"0",
    b"-1",
    b"18446744073709551616",
    b"Content-Length: 1\r\n",
    b"Content-Length: 0\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Connection: close\r\n",
    b"Expect: 100-continue\r\n",
    b"HTTP/1.0",
    b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n",
];

/// Longest request of a storm, in bytes. Reason: many, not large ones; size has cases of its own.
const LONGEST: usize = 16 * 1024;

/// A request made of these.
pub fn request(seeds: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = dice.one_of(seeds).clone();
    if dice.below(4) == 0 {
        let other = dice.one_of(seeds);
        bytes.truncate(dice.below(bytes.len() + 1));
        bytes.extend_from_slice(&other[dice.below(other.len())..]);
    }
    for _ in 0..dice.below(4) {
        change(&mut bytes, dice);
    }
    bytes.truncate(LONGEST);
    bytes
}

fn change(bytes: &mut Vec<u8>, dice: &mut Dice) {
    let at = dice.below(bytes.len());
    match dice.below(6) {
        _ if bytes.is_empty() => bytes.extend_from_slice(BITS[dice.below(BITS.len())]),
        0 => bytes[at] ^= 1 << dice.below(8),
        1 => bytes[at] = dice.below(256) as u8,
        2 => drop(bytes.drain(at..(at + 1 + dice.below(8)).min(bytes.len()))),
        3 => {
            let bit = BITS[dice.below(BITS.len())];
            bytes.splice(at..at, bit.iter().copied());
        }
        4 => {
            let end = (at + 1 + dice.below(40)).min(bytes.len());
            let part = bytes[at..end].to_vec();
            bytes.splice(at..at, part);
        }
        _ => bytes.truncate(at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_differ_and_stay_short() {
        let seeds = [
            b"GET / HTTP/1.1\r\n\r\n".to_vec(),
            vec![b'a'; 40_000],
            Vec::new(),
        ];
        let mut dice = Dice::new(1, 0);
        let made: Vec<Vec<u8>> = (0..500).map(|_| request(&seeds, &mut dice)).collect();
        assert!(made.iter().all(|bytes| bytes.len() <= LONGEST));
        let different: std::collections::BTreeSet<&Vec<u8>> = made.iter().collect();
        assert!(different.len() > 200);
    }
}
