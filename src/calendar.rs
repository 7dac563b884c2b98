//! The Gregorian calendar, also for years before it was introduced: days since 1970-01-01, and back.
//!
//! Rule: no clock. A year is counted from March on, so that the leap day is its last; 400 years always have
//! 146,097 days, and 719,468 days lie between 0000-03-01 and 1970-01-01.

/// The days of the week, as [`weekday`] counts them, in the short form of dates of HTTP and mail.
pub const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
/// The months, in that form.
pub const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Days from 1970-01-01 to this day. Month and day are counted from 1.
pub fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month > 2 { year } else { year - 1 };
    let from_march = (month + 9) % 12;
    let day_of_year = (153 * from_march + 2) / 5 + day - 1;
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    365 * year + leap_days + day_of_year - 719_468
}

/// The year, month and day; the inverse of [`days_since_1970`].
pub fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day = days.rem_euclid(146_097);
    // Each leap day before this one made the years look longer than 365 days.
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = (from_march + 2) % 12 + 1;
    let year = era * 400 + year + i64::from(month <= 2);
    (year, month, day)
}

/// Whether the month has such a day in this year.
pub fn is_day(year: i64, month: i64, day: i64) -> bool {
    civil(days_since_1970(year, month, day)) == (year, month, day)
}

/// 0 for Sunday. The first day of 1970 was a Thursday.
pub fn weekday(days: i64) -> usize {
    (days + 4).rem_euclid(7) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_a_cycle_reads_back() {
        for days in 0..146_097 {
            let (year, month, day) = civil(days);
            assert_eq!(days_since_1970(year, month, day), days);
            assert!(is_day(year, month, day));
        }
    }

    #[test]
    fn a_month_has_as_many_days_as_it_has_in_that_year() {
        for (year, month, last) in [
            (0, 2, 29),
            (1, 2, 28),
            (1900, 2, 28),
            (2000, 2, 29),
            (2023, 4, 30),
            (2023, 12, 31),
        ] {
            assert!(is_day(year, month, last), "{year}-{month}");
            assert!(!is_day(year, month, last + 1), "{year}-{month}");
            assert!(!is_day(year, month, 0), "{year}-{month}");
        }
        assert_eq!(weekday(days_since_1970(1, 1, 1)), 1);
        assert_eq!(weekday(days_since_1970(2000, 2, 29)), 2);
    }
}
