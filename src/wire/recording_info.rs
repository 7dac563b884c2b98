//! The time and the two ends of a recording: the texts of `@at`, `@client` and `@server`, and of the note that
//! names the two ends of a later connection.
//!
//! Rule 1: a moment is the time since 1970-01-01 00:00 UTC; as text it is RFC 3339 with microseconds and `Z`.
//! Rule 2: the caller gives the time; this module reads no clock.

use core::net::SocketAddr;
use std::time::Duration;

use super::Transcript;
use super::notation::number_from;
use crate::calendar::{civil, days_since_1970};

/// The heading that says when a recording began.
pub const AT: &str = "at";
/// The heading that says from which address the first client came.
pub const CLIENT: &str = "client";
/// The heading that says which server it reached.
pub const SERVER: &str = "server";

/// Adds these headings, as far as their values are known.
pub fn push_headings(
    transcript: &mut Transcript,
    start: Option<Duration>,
    client: Option<SocketAddr>,
    server: Option<SocketAddr>,
) {
    if let Some(start) = start {
        transcript.push_heading(AT, &moment_text(start));
    }
    for (key, end) in [(CLIENT, client), (SERVER, server)] {
        if let Some(end) = end {
            transcript.push_heading(key, &end.to_string());
        }
    }
}

const SECONDS_A_DAY: u64 = 24 * 60 * 60;

/// `2026-11-23T08:49:37.123456Z`.
pub fn moment_text(since_1970: Duration) -> String {
    let seconds = since_1970.as_secs();
    let (days, second) = (seconds / SECONDS_A_DAY, seconds % SECONDS_A_DAY);
    let (year, month, day) = civil(days as i64);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let micros = since_1970.subsec_micros();
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z")
}

/// Reads what [`moment_text`] writes; the fraction may have any number of digits, or be missing.
pub fn moment_from(text: &str) -> Option<Duration> {
    let text = text.trim().strip_suffix('Z')?;
    let (date, time) = text.split_once('T')?;
    let number = |digits| i64::try_from(number_from(digits)?).ok();
    let mut date = date.split('-').map(number);
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let mut time = time.split(':').map(number);
    let (hour, minute, second) = (time.next()??, time.next()??, time.next()??);
    let good = (1970..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60;
    if !good {
        return None;
    }
    let fraction: String = fraction.chars().chain("000000".chars()).take(6).collect();
    let micros = number_from(&fraction)?;
    let days = u64::try_from(days_since_1970(year, month, day)).ok()?;
    let second = u64::try_from(hour * 3600 + minute * 60 + second).ok()?;
    let seconds = days * SECONDS_A_DAY + second;
    Some(Duration::from_secs(seconds) + Duration::from_micros(micros))
}

/// The note before a `connect` that says whose it is: `client 127.0.0.1:49153`, and the server where
/// that is not the one of the heading.
pub fn ends_note(client: SocketAddr, server: Option<SocketAddr>) -> String {
    match server {
        Some(server) => format!("client {client} server {server}"),
        None => format!("client {client}"),
    }
}

/// Reads what [`ends_note`] writes.
pub fn ends_from(note: &str) -> Option<(SocketAddr, Option<SocketAddr>)> {
    let words: Vec<&str> = note.split(' ').collect();
    match words.as_slice() {
        ["client", client] => Some((client.parse().ok()?, None)),
        ["client", client, "server", server] => {
            Some((client.parse().ok()?, Some(server.parse().ok()?)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_moments() {
        let table = [
            (0, 0, "1970-01-01T00:00:00.000000Z"),
            (951_782_400, 0, "2000-02-29T00:00:00.000000Z"),
            (784_111_777, 5, "1994-11-06T08:49:37.000005Z"),
            (4_107_542_399, 999_999, "2100-02-28T23:59:59.999999Z"),
            (4_107_542_400, 0, "2100-03-01T00:00:00.000000Z"),
        ];
        for (seconds, micros, text) in table {
            let moment = Duration::from_secs(seconds) + Duration::from_micros(micros);
            assert_eq!(moment_text(moment), text);
            assert_eq!(moment_from(text), Some(moment));
        }
        let short = moment_from("1994-11-06T08:49:37.5Z");
        assert_eq!(short, Some(Duration::from_millis(784_111_777_500)));
        for wrong in [
            "",
            "1994-11-06",
            "1994-13-06T08:49:37Z",
            "1994-11-06T08:49:37",
            "Z",
            "T:Z",
            "1994-18446744073709551615-06T08:49:37Z",
            "1994-11-06T18446744073709551615:49:37Z",
        ] {
            assert_eq!(moment_from(wrong), None, "{wrong}");
        }
    }
}
