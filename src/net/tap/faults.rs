//! Network faults that a tap can put into the connections that it relays.
//!
//! Rule 1: one random number for each connection decides whether a fault applies to the whole connection. The
//! same seed chooses the same connections.
//! Rule 2: the faults apply to bytes when they arrive, so the settings may change while connections are open.

use crate::plural::count_of;
use std::sync::Mutex;
use std::time::Duration;

use crate::locks::lock;
use crate::net::Weather;
use crate::wire::{Who, duration_text};

/// All faults of a tap.
#[derive(Clone, Debug, PartialEq)]
pub struct Faults {
    /// How bytes are cut and delayed: calm, dribble, glue or slow.
    pub weather: Weather,
    /// How much later bytes arrive.
    pub latency: Duration,
    /// Most bytes a second.
    pub bandwidth: Option<u64>,
    /// The connection ends (FIN) after so many bytes of a side.
    pub cut_after: Option<u64>,
    /// The connection is reset after so many bytes of a side.
    pub reset_after: Option<u64>,
    /// So many connections are refused at first.
    pub fail_first: u64,
    /// Bytes that are replaced by others.
    pub swaps: Vec<(Vec<u8>, Vec<u8>)>,
    /// Whose bytes: `None` for both.
    pub side: Option<Who>,
    /// How many of the connections are struck, from 0 to 1.
    pub chance: f64,
    /// Of the dice.
    pub seed: u64,
}

impl Default for Faults {
    fn default() -> Faults {
        Faults {
            weather: Weather::Calm,
            latency: Duration::ZERO,
            bandwidth: None,
            cut_after: None,
            reset_after: None,
            fail_first: 0,
            swaps: Vec::new(),
            side: None,
            chance: 1.0,
            seed: 0,
        }
    }
}

impl Faults {
    /// In words, one fault each: what stands in a recording.
    pub fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        if self.weather != Weather::Calm {
            words.push(format!("weather {}", self.weather.name()));
        }
        if !self.latency.is_zero() {
            words.push(format!("latency {}", duration_text(self.latency)));
        }
        if let Some(rate) = self.bandwidth {
            words.push(format!("bandwidth {rate} bytes/s"));
        }
        if let Some(bytes) = self.cut_after {
            words.push(format!("cut after {}", count_of(bytes, "byte")));
        }
        if let Some(bytes) = self.reset_after {
            words.push(format!("reset after {}", count_of(bytes, "byte")));
        }
        for (old, new) in &self.swaps {
            let (old, new) = (old.escape_ascii(), new.escape_ascii());
            words.push(format!("swap \"{old}\" for \"{new}\""));
        }
        if let Some(side) = self.side.filter(|_| !words.is_empty()) {
            let side = match side {
                Who::Client => "client",
                Who::Server => "server",
            };
            words.push(format!("for what the {side} says"));
        }
        words
    }

    /// Whether connection `number` is struck.
    pub fn strikes(&self, number: u64) -> bool {
        // SplitMix64, one step from a place that the seed and the number choose.
        let mut x = self.seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let thrown = ((x ^ (x >> 31)) >> 11) as f64 / (1u64 << 53) as f64;
        thrown < self.chance
    }

    fn are_for(&self, who: Who) -> bool {
        self.side.is_none_or(|side| side == who)
    }
}

/// The faults of a running tap; they may be changed at any time.
#[derive(Debug, Default)]
pub struct FaultControl {
    faults: Mutex<Faults>,
}

impl FaultControl {
    /// Begins with these.
    pub fn new(faults: Faults) -> FaultControl {
        FaultControl {
            faults: Mutex::new(faults),
        }
    }

    /// What they are now.
    pub fn now(&self) -> Faults {
        lock(&self.faults).clone()
    }

    /// Changes them.
    pub fn change(&self, change: impl FnOnce(&mut Faults)) {
        change(&mut lock(&self.faults));
    }

    /// Those for the bytes of `who`, on a connection that is struck; without faults otherwise.
    pub(super) fn of(&self, who: Who, struck: bool) -> Faults {
        let faults = lock(&self.faults);
        match struck && faults.are_for(who) {
            true => faults.clone(),
            false => Faults::default(),
        }
    }
}

/// Replaces bytes in a stream, wherever it is cut.
#[derive(Debug, Default)]
pub(super) struct Swapper {
    /// The end of what came, which may be the beginning of something to replace.
    held: Vec<u8>,
    /// How often something was replaced.
    pub(super) count: u64,
}

impl Swapper {
    /// What to pass on now.
    pub(super) fn feed(&mut self, swaps: &[(Vec<u8>, Vec<u8>)], bytes: &[u8]) -> Vec<u8> {
        self.held.extend_from_slice(bytes);
        self.swap(swaps, false)
    }

    /// What was held back: nothing that completes it has come.
    pub(super) fn flush(&mut self, swaps: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
        self.swap(swaps, true)
    }

    /// At each byte the first swap decides that fits, or that may still fit, unless it is the `last` time.
    fn swap(&mut self, swaps: &[(Vec<u8>, Vec<u8>)], last: bool) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.held.len());
        let mut at = 0;
        while let Some(rest) = self.held.get(at..).filter(|rest| !rest.is_empty()) {
            let may_fit = |old: &[u8]| !last && old.starts_with(rest);
            let swap = swaps
                .iter()
                .find(|(old, _)| rest.starts_with(old) || may_fit(old));
            match swap {
                Some((old, new)) if rest.starts_with(old) => {
                    out.extend_from_slice(new);
                    at += old.len();
                    self.count += 1;
                }
                Some(_) => break,
                None => {
                    out.extend(rest.first());
                    at += 1;
                }
            }
        }
        self.held.drain(..at);
        out
    }

    pub(super) fn holds(&self) -> bool {
        !self.held.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_swapped_at_every_cut() {
        let swaps = [
            (b"taco".to_vec(), b"burrito".to_vec()),
            (b"tac".to_vec(), b"T".to_vec()),
            (b"aab".to_vec(), b"!".to_vec()),
        ];
        let text = b"3 tacos, 2 tac, aaab taco";
        for size in 1..=text.len() {
            let mut swapper = Swapper::default();
            let mut out = Vec::new();
            for piece in text.chunks(size) {
                out.extend(swapper.feed(&swaps, piece));
            }
            out.extend(swapper.flush(&swaps));
            let out = String::from_utf8(out).unwrap();
            assert_eq!(out, "3 burritos, 2 T, a! burrito", "in pieces of {size}");
            assert_eq!(swapper.count, 4);
        }
    }

    #[test]
    fn the_dice_obey_the_seed_and_the_chance() {
        let struck = |chance, seed| {
            let faults = Faults {
                chance,
                seed,
                ..Faults::default()
            };
            (0..1000).filter(|number| faults.strikes(*number)).count()
        };
        assert_eq!((struck(0.0, 1), struck(1.0, 1)), (0, 1000));
        let third = struck(0.3, 7);
        assert!((230..370).contains(&third), "{third}");
        assert_eq!(third, struck(0.3, 7));
        assert_ne!(struck(0.3, 8), 0);
    }
}
