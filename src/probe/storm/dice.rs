//! A random generator: the same seed gives the same numbers on every machine.

/// xorshift64* seeded by splitmix64, which makes neighbouring seeds different (Vigna, 2014).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The numbers of this seed; `hand` gives each user of the same seed its own numbers.
    pub fn new(seed: u64, hand: u64) -> Dice {
        let mut mixed = seed.wrapping_add(hand.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Dice((mixed ^ (mixed >> 31)) | 1)
    }

    /// A number from 0 to `limit - 1`; 0 when there is none.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        number as usize % limit.max(1)
    }

    /// One of these, which are not none.
    pub fn one_of<'a, T>(&mut self, these: &'a [T]) -> &'a T {
        &these[self.below(these.len())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_numbers_and_another_hand_gives_others() {
        let throw = |seed, hand| {
            let mut dice = Dice::new(seed, hand);
            [0; 8].map(|_: i32| dice.below(1000))
        };
        assert_eq!(throw(7, 0), throw(7, 0));
        assert_ne!(throw(7, 0), throw(7, 1));
        assert_ne!(throw(7, 0), throw(8, 0));
        assert_eq!(Dice::new(1, 1).below(0), 0);
    }
}
