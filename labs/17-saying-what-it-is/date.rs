//! Lab 17 · Saying what it is · the date: a number of seconds in, 29 bytes out.
//!
//!     IMF-fixdate = day-name "," SP day SP month SP year SP hour ":" minute ":" second SP GMT
//!
//! RFC 9110 section 5.6.7. The time is GMT, the names are English, and the length is always the same.

const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]; // 1970 began on a Thursday
#[rustfmt::skip]
const MONTHS: [(&str, u64); 12] = [
    ("Jan", 31), ("Feb", 28), ("Mar", 31), ("Apr", 30), ("May", 31), ("Jun", 30),
    ("Jul", 31), ("Aug", 31), ("Sep", 30), ("Oct", 31), ("Nov", 30), ("Dec", 31),
];

/// The last second of the year 9999: the format has four digits for the year.
pub const LAST: u64 = 253_402_300_799;

/// `seconds` since the beginning of 1970 in GMT, up to [`LAST`], as a date of 29 bytes.
pub fn in_words(seconds: u64) -> String {
    let (mut days, second) = (seconds / 86_400, seconds % 86_400);
    let name = DAYS[(days % 7) as usize];
    let mut year = 1970;
    while days >= days_in(year) {
        days -= days_in(year);
        year += 1;
    }
    let mut month = 0;
    while days >= length(month, year) {
        days -= length(month, year);
        month += 1;
    }
    format!(
        "{name}, {:02} {} {year:04} {:02}:{:02}:{:02} GMT",
        days + 1,
        MONTHS[month].0,
        second / 3600,
        second / 60 % 60,
        second % 60,
    )
}

fn days_in(year: u64) -> u64 {
    if is_leap(year) { 366 } else { 365 }
}

fn length(month: usize, year: u64) -> u64 {
    let leap_day = month == 1 && is_leap(year);
    MONTHS[month].1 + u64::from(leap_day)
}

/// A year is a leap year if 4 divides it. A year that 100 divides is one only if 400 divides it.
fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}
