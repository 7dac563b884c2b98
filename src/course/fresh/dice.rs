//! The random generator of fresh conversations: the same seed and purpose give the same values on every
//! machine.

use crate::wire::sha256;

/// splitmix64 (Steele, Lea and Flood, 2014), begun at a hash of a seed and a purpose.
#[derive(Clone, Debug)]
pub(in crate::course) struct Dice(u64);

impl Dice {
    /// The generator for one purpose: what one purpose draws does not depend on what another one drew.
    pub(in crate::course) fn new(seed: u64, purpose: &str) -> Dice {
        let digest = sha256::digest(format!("{seed} {purpose}").as_bytes());
        let mut state = [0; 8];
        state.copy_from_slice(&digest[..8]);
        Dice(u64::from_be_bytes(state))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `least` to `most`, both included; `least` when they stand the wrong way round.
    pub(in crate::course) fn between(&mut self, least: u64, most: u64) -> u64 {
        let count = most.saturating_sub(least).saturating_add(1);
        least + self.next() % count
    }

    /// One of the values. `set` is not empty.
    pub(in crate::course) fn one_of<'a, T>(&mut self, set: &'a [T]) -> &'a T {
        &set[self.between(0, set.len() as u64 - 1) as usize]
    }

    /// So many bytes, each of any value.
    pub(in crate::course) fn bytes(&mut self, count: u64) -> Vec<u8> {
        (0..count).map(|_| self.next() as u8).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_purpose_draws_the_same_whatever_others_draw() {
        let draw = |seed, purpose| Dice::new(seed, purpose).between(0, u64::from(u32::MAX));
        assert_eq!(draw(7, "tacos"), draw(7, "tacos"));
        assert_ne!(draw(7, "tacos"), draw(8, "tacos"));
        assert_ne!(draw(7, "tacos"), draw(7, "nachos"));
        let mut dice = Dice::new(1, "range");
        assert!((0..1000).all(|_| (3..=5).contains(&dice.between(3, 5))));
        assert_eq!(dice.between(9, 9), 9);
        assert_eq!(dice.bytes(5).len(), 5);
    }
}
