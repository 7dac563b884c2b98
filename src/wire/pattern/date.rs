//! The date that `\{date}` matches, also with the correct name of the day.
//!
//! Rule 1: the result has the place of the mismatch, and distinguishes "too short" from "wrong".

use std::ops::Range;

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

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
        digits.fold(0, |value, digit| value * 10 + usize::from(digit - b'0'))
    };
    let name = |at: usize, names: &[&str]| {
        let found = names
            .iter()
            .position(|name| name.as_bytes() == &bytes[at..at + 3]);
        found.ok_or(at)
    };
    let (day, month, year) = (number(5..7), name(8, &MONTHS)?, number(12..16));
    // Each field with its place and what it may be; second 60 is a leap second.
    let fields = [
        (5, day, 1..=days_in(month, year)),
        (17, number(17..19), 0..=23),
        (20, number(20..22), 0..=59),
        (23, number(23..25), 0..=60),
    ];
    for (at, value, range) in fields {
        if !range.contains(&value) {
            return Err(at);
        }
    }
    match name(0, &DAYS)? == weekday_of(day, month, year) {
        true => Ok(shape.len()),
        false => Err(0),
    }
}

fn is_leap(year: usize) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

/// Days of a month, which counts from 0.
fn days_in(month: usize, year: usize) -> usize {
    match month {
        1 if is_leap(year) => 29,
        1 => 28,
        3 | 5 | 8 | 10 => 30,
        _ => 31,
    }
}

/// 0 for Monday. Day 1 of year 1 of this calendar was a Monday; the calendar repeats after 400 years
/// with the same weekdays, so counting from 400 years earlier keeps year 0 above zero.
fn weekday_of(day: usize, month: usize, year: usize) -> usize {
    let years = year + 400 - 1;
    let leap_days = years / 4 - years / 100 + years / 400;
    let months: usize = (0..month).map(|earlier| days_in(earlier, year)).sum();
    (years * 365 + leap_days + months + day - 1) % 7
}
