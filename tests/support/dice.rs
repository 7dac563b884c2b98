//! Random numbers for tests: small, the same on every machine, and repeatable.
//!
//! Each test prints its seed, which a failing one shows; `WIRELAB_SEED=… cargo test` gives it back.

#![allow(dead_code, reason = "each test file uses some of it")]

use std::time::UNIX_EPOCH;

/// xorshift64*.
pub struct Dice(u64);

impl Dice {
    /// A generator with the seed given, or a new one, which it prints.
    pub fn new() -> Dice {
        let given = std::env::var("WIRELAB_SEED").ok();
        let given = given.map(|text| text.parse().expect("WIRELAB_SEED is a number"));
        let clock = || UNIX_EPOCH.elapsed().map_or(1, |now| now.as_nanos() as u64);
        let seed: u64 = given.unwrap_or_else(clock);
        println!("WIRELAB_SEED={seed}");
        Dice(seed | 1)
    }

    /// A number from 0 to `limit - 1`.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % limit
    }

    /// True once in `times`.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of the values.
    pub fn one_of<T: Copy>(&mut self, set: &[T]) -> T {
        set[self.below(set.len())]
    }

    /// Any byte.
    pub fn byte(&mut self) -> u8 {
        self.below(256) as u8
    }
}
