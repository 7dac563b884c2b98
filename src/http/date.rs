//! Dates: the one format that we write, and the three that every recipient must read (RFC 9110 section 5.6.7).
//!
//! ```text
//! Sun, 06 Nov 1994 08:49:37 GMT    ; IMF-fixdate, the only one to be sent
//! Sunday, 06-Nov-94 08:49:37 GMT   ; obsolete RFC 850 format
//! Sun Nov  6 08:49:37 1994         ; ANSI C's asctime() format
//! ```
//!
//! Rule: no clock. Times are seconds since 1970-01-01 00:00:00 UTC without leap seconds. The caller gives the
//! current time.

use crate::calendar::{DAYS, MONTHS, civil, days_since_1970, is_day, weekday};

const LONG_DAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];
const SECONDS_A_DAY: i64 = 24 * 60 * 60;

/// The date as an IMF-fixdate, exactly 29 bytes. Times before the year 1 or after the year 9999,
/// which the format cannot say, become the nearest that it can.
pub fn format(seconds: i64) -> String {
    let first = days_since_1970(1, 1, 1) * SECONDS_A_DAY;
    let last = days_since_1970(10_000, 1, 1) * SECONDS_A_DAY - 1;
    let seconds = seconds.clamp(first, last);
    let days = seconds.div_euclid(SECONDS_A_DAY);
    let time = seconds.rem_euclid(SECONDS_A_DAY);
    let (year, month, day) = civil(days);
    let name = DAYS[weekday(days)];
    let month = MONTHS[(month - 1) as usize];
    let (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60);
    format!("{name}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
}

/// The date as the common log format of web servers has it: `06/Nov/1994:08:49:37 +0000`.
pub fn format_log(seconds: i64) -> String {
    let date = format(seconds);
    let field = |from: usize, to: usize| date.get(from..to).unwrap_or_default();
    let (day, month, year) = (field(5, 7), field(8, 11), field(12, 16));
    format!("{day}/{month}/{year}:{} +0000", field(17, 25))
}

/// Reads any of the three formats. `now` decides what the two digits of an RFC 850 year mean: one
/// that seems to be more than 50 years ahead is in the past.
pub fn parse(text: &[u8], now: i64) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?;
    let (name, rest) = text.split_at_checked(3)?;
    if DAYS.contains(&name) && rest.starts_with(", ") {
        return imf_fixdate(&rest[2..]);
    }
    if DAYS.contains(&name) && rest.starts_with(' ') {
        return asctime(&rest[1..]);
    }
    let (name, rest) = text.split_once(", ")?;
    if LONG_DAYS.contains(&name) {
        return rfc850(rest, now);
    }
    None
}

/// `06 Nov 1994 08:49:37 GMT`
fn imf_fixdate(text: &str) -> Option<i64> {
    let [day, month, year, time, "GMT"] = words(text)? else {
        return None;
    };
    seconds(digits(year, 4)?, month, digits(day, 2)?, time)
}

/// `06-Nov-94 08:49:37 GMT`
fn rfc850(text: &str, now: i64) -> Option<i64> {
    let [date, time, "GMT"] = words(text)? else {
        return None;
    };
    let mut parts = date.split('-');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (this_year, _, _) = civil(now.div_euclid(SECONDS_A_DAY));
    let century = this_year - this_year.rem_euclid(100);
    let (day, year) = (digits(day, 2)?, digits(year, 2)?);
    // The most recent reading that is not more than 50 years ahead.
    let limit = this_year + 50;
    let year = [century + 100, century, century - 100]
        .map(|century| century + year)
        .into_iter()
        .find(|year| *year <= limit)?;
    seconds(year, month, day, time)
}

/// `Nov  6 08:49:37 1994`, the day as two digits or as a space and one.
fn asctime(text: &str) -> Option<i64> {
    let (month, rest) = text.split_at_checked(3)?;
    let (day, rest) = rest.strip_prefix(' ')?.split_at_checked(2)?;
    let day = match day.strip_prefix(' ') {
        Some(one) => digits(one, 1)?,
        None => digits(day, 2)?,
    };
    let [time, year] = words(rest.strip_prefix(' ')?)?;
    seconds(digits(year, 4)?, month, day, time)
}

/// Exactly N words with one space between each two.
fn words<const N: usize>(text: &str) -> Option<[&str; N]> {
    let words: Vec<&str> = text.splitn(N + 1, ' ').collect();
    words.try_into().ok()
}

/// A number of exactly this many digits.
fn digits(text: &str, count: usize) -> Option<i64> {
    let fine = text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    fine.then(|| text.parse().ok()).flatten()
}

/// Puts a date and `08:49:37` together; `None` if there is no such day or time. Second 60 is a leap
/// second, and the same as the first second of the next minute.
fn seconds(year: i64, month: &str, day: i64, time: &str) -> Option<i64> {
    let month = MONTHS.iter().position(|name| *name == month)? as i64 + 1;
    let mut parts = time.split(':').map(|part| digits(part, 2));
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let days = days_since_1970(year, month, day);
    is_day(year, month, day).then(|| days * SECONDS_A_DAY + hour * 3600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_700_000_000;

    #[test]
    fn the_three_formats_of_the_standard_mean_the_same_second() {
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            assert_eq!(parse(text.as_bytes(), NOW), Some(784_111_777), "{text}");
        }
        assert_eq!(format(784_111_777), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(format_log(784_111_777), "06/Nov/1994:08:49:37 +0000");
    }

    #[test]
    fn every_day_of_four_centuries_there_and_back() {
        let mut expected = days_since_1970(1800, 1, 1);
        for year in 1800..2200 {
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let lengths = [
                31,
                if leap { 29 } else { 28 },
                31,
                30,
                31,
                30,
                31,
                31,
                30,
                31,
                30,
                31,
            ];
            for (month, length) in (1..).zip(lengths) {
                for day in 1..=length {
                    assert_eq!(days_since_1970(year, month, day), expected);
                    assert_eq!(civil(expected), (year, month, day));
                    let second = expected * SECONDS_A_DAY + 86_399;
                    assert_eq!(parse(format(second).as_bytes(), NOW), Some(second));
                    expected += 1;
                }
            }
        }
    }

    #[test]
    fn a_year_of_two_digits_is_at_most_fifty_years_ahead() {
        let year = |text: &str, now: i64| {
            let text = format!("Monday, 01-Jan-{text} 00:00:00 GMT");
            civil(parse(text.as_bytes(), now).unwrap() / SECONDS_A_DAY).0
        };
        assert_eq!(
            [year("23", NOW), year("73", NOW), year("74", NOW)],
            [2023, 2073, 1974]
        );
        let in_1999 = days_since_1970(1999, 12, 31) * SECONDS_A_DAY;
        assert_eq!([year("49", in_1999), year("50", in_1999)], [2049, 1950]);
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for bad in [
            "",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 06 nov 1994 08:49:37 GMT",
            "sun, 06 Nov 1994 08:49:37 GMT",
            "Sun, 31 Nov 1994 08:49:37 GMT",
            "Sun, 00 Nov 1994 08:49:37 GMT",
            "Wed, 29 Feb 2023 00:00:00 GMT",
            "Sun, 06 Nov 1994 24:00:00 GMT",
            "Sun, 06 Nov 1994 08:60:37 GMT",
            "Sun, 06 Nov 1994 08:49:61 GMT",
            "Sun, 06 Nov 1994 08:49:37 GMT ",
            "Sun,  06 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov +994 08:49:37 GMT",
            "Sun Nov 06 08:49:37 94",
            "Sunday, 06-Nov-1994 08:49:37 GMT",
            "784111777",
            "S\u{e9}n, 06 Nov 1994 08:49:37 GMT",
        ] {
            assert_eq!(parse(bad.as_bytes(), NOW), None, "{bad}");
        }
        assert!(parse(b"Wed, 29 Feb 2024 23:59:60 GMT", NOW).is_some());
    }

    #[test]
    fn times_that_the_format_cannot_say_become_the_nearest() {
        assert_eq!(format(i64::MIN), "Mon, 01 Jan 0001 00:00:00 GMT");
        assert_eq!(format(i64::MAX), "Fri, 31 Dec 9999 23:59:59 GMT");
        assert_eq!(format(0), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(format(-1), "Wed, 31 Dec 1969 23:59:59 GMT");
    }
}
