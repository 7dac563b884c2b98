//! Searches in bytes, sixteen bytes at a time.
//!
//! A recording must not slow down what it records, so each byte may cost a fraction of a nanosecond.
//! Rule 1: every result is the same as that of a loop over single bytes; `tests` below compare the two.
//! Rule 2: the code is fast in a debug build, too, because it is arithmetic on one wide number.

use super::sides_events_masks::is_plain;

/// The width of a step.
const WIDE: usize = 16;
/// `0x01` in every byte.
const ONES: u128 = u128::MAX / 255;
/// `0x80` in every byte.
const HIGH: u128 = ONES * 0x80;

/// How many bytes at the start stand for themselves in a bytes line (see [`is_plain`]).
pub fn plain_run(bytes: &[u8]) -> usize {
    run(bytes, not_plain, |byte| !is_plain(byte))
}

/// Where the first LF is.
pub fn find_lf(bytes: &[u8]) -> Option<usize> {
    let at = run(
        bytes,
        |x| zero_bytes(x ^ (ONES * 0x0a)),
        |byte| byte == b'\n',
    );
    (at < bytes.len()).then_some(at)
}

/// Whether all bytes are printable ASCII, TAB, CR or LF.
pub fn is_common(bytes: &[u8]) -> bool {
    let strange = |byte: u8| !matches!(byte, b'\t' | b'\r' | b'\n' | 0x20..=0x7e);
    run(bytes, not_common, strange) == bytes.len()
}

/// The length of the run before the first byte that ends it. `mask` has the high bit of each byte that
/// does; of several bits only the lowest must be right.
fn run(bytes: &[u8], mask: impl Fn(u128) -> u128, ends: impl Fn(u8) -> bool) -> usize {
    let mut done = 0;
    while let Some((wide, _)) = bytes
        .get(done..)
        .and_then(<[u8]>::split_first_chunk::<WIDE>)
    {
        let found = mask(u128::from_le_bytes(*wide));
        if found != 0 {
            return done + found.trailing_zeros() as usize / 8;
        }
        done += WIDE;
    }
    let rest = bytes.get(done..).unwrap_or_default();
    let rest_run = rest.iter().position(|&byte| ends(byte));
    done + rest_run.unwrap_or(rest.len())
}

/// The high bit of each byte that equals `byte`, and perhaps of some after the first.
pub fn equal_bytes(x: u128, byte: u8) -> u128 {
    zero_bytes(x ^ (ONES * u128::from(byte)))
}

/// The bytes that are zero. After the first one there may be false ones, because of the borrow.
fn zero_bytes(x: u128) -> u128 {
    x.wrapping_sub(ONES) & !x & HIGH
}

/// Controls, DEL, the backslash, and what lies beyond ASCII. The sums overflow into the next byte only
/// from a byte that is refused itself, so the lowest bit is right.
fn not_plain(x: u128) -> u128 {
    let control = x.wrapping_sub(ONES * 0x20);
    let delete = x.wrapping_add(ONES);
    let backslash = (x ^ (ONES * 0x5c)).wrapping_sub(ONES);
    (control | delete | backslash | x) & HIGH
}

/// As [`not_plain`], for the bytes that [`is_common`] refuses. All bits are right where no byte lies
/// beyond ASCII: then no sum carries into the next byte.
fn not_common(x: u128) -> u128 {
    let beyond = x & HIGH;
    if beyond != 0 {
        return beyond;
    }
    let differs = |byte: u128| ((x ^ (ONES * byte)) + ONES * 0x7f) & HIGH;
    let printable = (x + ONES * 0x60) & HIGH;
    let strange = !printable & differs(0x09) & differs(0x0a) & differs(0x0d) & HIGH;
    strange | (!differs(0x7f) & HIGH)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every byte at every place of a long and a short run, before and after bytes that look alike.
    #[test]
    fn each_answer_is_that_of_a_loop() {
        for byte in 0..=255u8 {
            for length in [1, 7, 16, 17, 40] {
                for at in [0, 1, length / 2, length - 1] {
                    for around in [b'a', b' ', b'~', byte.wrapping_add(1), byte.wrapping_sub(1)] {
                        let mut bytes = vec![around; length];
                        if let Some(place) = bytes.get_mut(at) {
                            *place = byte;
                        }
                        check(&bytes);
                    }
                }
            }
        }
        check(b"");
    }

    fn check(bytes: &[u8]) {
        let plain = bytes.iter().take_while(|byte| is_plain(**byte)).count();
        assert_eq!(plain_run(bytes), plain, "{bytes:?}");
        let lf = bytes.iter().position(|&byte| byte == b'\n');
        assert_eq!(find_lf(bytes), lf, "{bytes:?}");
        let common = |byte: &u8| matches!(byte, b'\t' | b'\r' | b'\n' | 0x20..=0x7e);
        assert_eq!(is_common(bytes), bytes.iter().all(common), "{bytes:?}");
    }
}
