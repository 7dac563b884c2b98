//! Parses the faults of a tap: options when the tap starts, and lines of standard input while it runs.
//!
//! Rule: both use the same words, and this file parses both.

use std::time::Duration;
use wirelab::net::{Faults, Weather};
use wirelab::wire::Who;

/// The allowed lines, printed after `?`.
pub const HELP: &str = "weather dribble|glue|slow|calm, latency 80ms, bandwidth 64K, cut-after N, \
    reset-after N, fail-first N, swap OLD NEW, side client|server|both, chance 0.5, off; \
    the first letter is enough";

/// The weathers that change how bytes travel through a tap.
const WEATHERS: [Weather; 4] = [
    Weather::Calm,
    Weather::Dribble,
    Weather::Glue,
    Weather::Slow,
];

/// Obeys a line: `latency 80ms`, `l 80ms`, `off`.
pub fn line(faults: &mut Faults, line: &str) -> Result<(), String> {
    let mut words = line.split_whitespace();
    let first = words.next().unwrap_or_default();
    let values: Vec<&str> = words.collect();
    let names = [
        "weather",
        "latency",
        "bandwidth",
        "cut-after",
        "reset-after",
        "fail-first",
        "swap",
        "side",
        "chance",
        "off",
    ];
    let known = names.iter().filter(|name| match first.len() {
        0 => false,
        1 => name.starts_with(first),
        _ => **name == first,
    });
    // Of several with this letter the first: `s` is swap, `c` is cut-after.
    match (known.into_iter().next(), values.as_slice()) {
        (Some(&"off"), []) => *faults = Faults::default(),
        (Some(&"swap"), [old, new]) => swap(faults, old, new)?,
        (Some(name), [value]) if *name != "swap" && *name != "off" => apply(faults, name, value)?,
        _ => return Err(format!("`{}` is not a fault: {HELP}", line.trim())),
    }
    Ok(())
}

/// Sets one fault.
pub fn apply(faults: &mut Faults, name: &str, value: &str) -> Result<(), String> {
    match name {
        "weather" => {
            let weather = WEATHERS.into_iter().find(|weather| weather.name() == value);
            let names = WEATHERS.map(Weather::name).join(", ");
            faults.weather = weather.ok_or(format!("the weathers of a tap are {names}"))?;
        }
        "latency" => faults.latency = time(value)?,
        "bandwidth" => match size(value)? {
            0 => return Err("a bandwidth is at least 1 byte a second".to_string()),
            rate => faults.bandwidth = Some(rate),
        },
        "cut-after" => faults.cut_after = Some(size(value)?),
        "reset-after" => faults.reset_after = Some(size(value)?),
        "fail-first" => faults.fail_first = size(value)?,
        "side" => {
            faults.side = match value {
                "client" => Some(Who::Client),
                "server" => Some(Who::Server),
                "both" => None,
                other => return Err(format!("a side is client, server or both, not `{other}`")),
            }
        }
        "chance" => {
            let chance: Option<f64> = value.parse().ok();
            let chance = chance.filter(|chance| (0.0..=1.0).contains(chance));
            faults.chance = chance.ok_or(format!("a chance is 0 to 1, not `{value}`"))?;
        }
        "seed" => {
            let seed = value.parse().ok();
            faults.seed = seed.ok_or(format!("a seed is a number, not `{value}`"))?;
        }
        other => return Err(format!("there is no fault {other}")),
    }
    Ok(())
}

/// Adds a swap. Both texts may hold `\r`, `\n`, `\t`, `\\` and `\xHH`.
pub fn swap(faults: &mut Faults, old: &str, new: &str) -> Result<(), String> {
    let (old, new) = (bytes(old)?, bytes(new)?);
    if old.is_empty() {
        return Err("--swap needs the bytes to look for".to_string());
    }
    faults.swaps.push((old, new));
    Ok(())
}

/// `80ms`, `1.5s`.
fn time(text: &str) -> Result<Duration, String> {
    let (number, unit) = match text.strip_suffix("ms") {
        Some(number) => (number, 0.001),
        None => (text.strip_suffix('s').unwrap_or(""), 1.0),
    };
    let seconds: Option<f64> = number.parse().ok().map(|number: f64| number * unit);
    let time = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let time = time.filter(|time| *time <= Duration::from_secs(3600));
    time.ok_or(format!(
        "a time is 80ms or 1.5s, at most an hour, not `{text}`"
    ))
}

/// `1000`, `64K`, `1M`: bytes, in units of 1,024.
fn size(text: &str) -> Result<u64, String> {
    let (number, unit) = match text.strip_suffix(['K', 'k']) {
        Some(number) => (number, 1 << 10),
        None => match text.strip_suffix('M') {
            Some(number) => (number, 1 << 20),
            None => (text, 1),
        },
    };
    let number: Option<u64> = number.parse().ok();
    let size = number.and_then(|number| number.checked_mul(unit));
    size.ok_or(format!("a number is 1000, 64K or 1M, not `{text}`"))
}

/// The bytes of a text in the notation of a bytes line.
fn bytes(text: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let (byte, used) = match (first, after) {
            (b'\\', [b'r', ..]) => (b'\r', 2),
            (b'\\', [b'n', ..]) => (b'\n', 2),
            (b'\\', [b't', ..]) => (b'\t', 2),
            (b'\\', [b'\\', ..]) => (b'\\', 2),
            (b'\\', [b'x', digits @ ..]) => {
                let digits = digits
                    .get(..2)
                    .and_then(|digits| std::str::from_utf8(digits).ok());
                let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
                (
                    byte.ok_or(format!("two hex digits follow \\x in `{text}`"))?,
                    4,
                )
            }
            (b'\\', _) => return Err(format!("write \\\\ for a backslash in `{text}`")),
            (byte, _) => (*byte, 1),
        };
        bytes.push(byte);
        rest = rest.get(used..).unwrap_or_default();
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_change_faults() {
        let mut faults = Faults::default();
        for text in [
            "weather dribble",
            "l 80ms",
            "b 64K",
            "cut-after 10",
            "r 1M",
            "side server",
        ] {
            line(&mut faults, text).unwrap();
        }
        line(&mut faults, r"swap \r\n \x0a").unwrap();
        assert_eq!(faults.weather, Weather::Dribble);
        assert_eq!(faults.latency, Duration::from_millis(80));
        assert_eq!(
            (faults.bandwidth, faults.cut_after),
            (Some(65_536), Some(10))
        );
        assert_eq!(
            (faults.reset_after, faults.side),
            (Some(1 << 20), Some(Who::Server))
        );
        assert_eq!(faults.swaps, [(b"\r\n".to_vec(), b"\n".to_vec())]);
        for wrong in [
            "",
            "rain",
            "weather rude",
            "l 80",
            "b -1",
            "swap a",
            "chance 2",
            "off now",
        ] {
            assert!(line(&mut faults, wrong).is_err(), "{wrong}");
        }
        line(&mut faults, "off").unwrap();
        assert_eq!(faults, Faults::default());
    }
}
