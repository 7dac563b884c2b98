//! A number and its noun for a sentence: `1 byte`, `2 bytes`. A text that counts something uses this.

use std::fmt::Display;

/// `1 byte`, `5 bytes`. `noun` is a singular with a regular plural; words may stand before it: `more byte`.
pub fn count_of<N: Display + PartialEq + From<u8>>(number: N, noun: &str) -> String {
    let plural = if number == N::from(1) { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// `1 byte is`, `5 bytes are`.
pub fn count_are<N: Display + PartialEq + From<u8>>(number: N, noun: &str) -> String {
    let verb = if number == N::from(1) { "is" } else { "are" };
    format!("{} {verb}", count_of(number, noun))
}

#[cfg(test)]
mod tests {
    use super::{count_are, count_of};

    #[test]
    fn one_thing_has_no_plural() {
        assert_eq!(count_of(1_usize, "byte"), "1 byte");
        assert_eq!(count_of(0_u64, "byte"), "0 bytes");
        assert_eq!(count_of(12_u32, "more line"), "12 more lines");
        assert_eq!(count_are(1_u32, "step"), "1 step is");
        assert_eq!(count_are(2_u32, "step"), "2 steps are");
    }
}
