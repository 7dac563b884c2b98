//! The date that `\{date}` matches, also with the correct name of the day.
//!
//! Rule 1: the result has the place of the mismatch, and distinguishes "too short" from "wrong".

use std::ops::Range;

use crate::calendar::{DAYS, MONTHS, days_since_1970, is_day, weekday};

/// An IMF-fixdate at the start of the bytes (RFC 9110 section 5.6.7): its length, always 29, or the
/// place of the first byte that is wrong: the number of bytes when they end too early.
///
/// ```text
/// IMF-fixdate  = day-name "," SP date1 SP time-of-day SP GMT     Sun, 06 Nov 1994 08:49:37 GMT
/// ```
pub fn date_at(bytes: &[u8]) -> Result<usize, usize> {
    // A: a letter of a name, looked up below. 0: a digit. Everything else stands for itself.
    let shape = b"AAA, 00 AAA 0000 00:00:00 GMT";
    for (at, &wanted) in shape.iter().enumerate() {
        let Some(byte) = bytes.get(at) else {
            return Err(at);
        };
        let fits = match wanted {
            b'A' => byte.is_ascii_alphabetic(),
            b'0' => byte.is_ascii_digit(),
            _ => *byte == wanted,
        };
        if !fits {
            return Err(at);
        }
    }
    let number = |at: Range<usize>| {
        let digits = bytes[at].iter();
        digits.fold(0, |value, digit| value * 10 + i64::from(digit - b'0'))
    };
    let name = |at: usize, names: &[&str]| {
        let found = names
            .iter()
            .position(|name| name.as_bytes() == &bytes[at..at + 3]);
        found.ok_or(at)
    };
    let (day, month, year) = (number(5..7), name(8, &MONTHS)? as i64 + 1, number(12..16));
    // Each field with its place, and whether it can be; second 60 is a leap second.
    let fields = [
        (5, is_day(year, month, day)),
        (17, number(17..19) <= 23),
        (20, number(20..22) <= 59),
        (23, number(23..25) <= 60),
    ];
    if let Some((at, _)) = fields.iter().find(|(_, can_be)| !can_be) {
        return Err(*at);
    }
    match name(0, &DAYS)? == weekday(days_since_1970(year, month, day)) {
        true => Ok(shape.len()),
        false => Err(0),
    }
}
