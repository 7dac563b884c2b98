//! The small parts of the notation: sides, events, gaps, durations, masks.
//!
//! Rule 1: for each part, the code that writes it is beside the code that reads it, and the reader accepts
//! everything that the writer produces. Rule 2: this module knows no lines and columns; the parser adds those.

use std::time::Duration;

use crate::limits;
use crate::wire::{Conn, Event, Gap, Mask, Who};

/// `C`, `S`, from the second connection on `C2`, `S2`.
pub fn who_text(who: Who, conn: Conn) -> String {
    match conn {
        1 => who.letter().to_string(),
        _ => format!("{}{conn}", who.letter()),
    }
}

/// As [`who_text`], into a buffer.
pub fn push_who(out: &mut Vec<u8>, who: Who, conn: Conn) {
    out.push(who.letter() as u8);
    if conn != 1 {
        out.extend_from_slice(conn.to_string().as_bytes());
    }
}

/// As [`event_text`], into a buffer.
pub fn push_event(out: &mut Vec<u8>, event: Event) {
    out.extend_from_slice(event_text(event).as_bytes());
}

/// As [`gap_text`], into a buffer. A recording writes one for each step, so it allocates nothing.
pub fn push_gap(out: &mut Vec<u8>, gap: Gap) {
    match gap {
        Gap::Exactly(time) => {
            out.extend_from_slice(b"~ ");
            push_duration(out, time);
        }
        Gap::Untimed | Gap::Between(..) | Gap::End => {
            out.extend_from_slice(gap_text(gap).as_bytes());
        }
    }
}

/// As [`duration_text`], into a buffer.
fn push_duration(out: &mut Vec<u8>, time: Duration) {
    let micros = time.as_micros();
    let mut digits = [0; 40];
    let mut left = micros / 1000;
    let mut length = 0;
    for place in &mut digits {
        *place = b'0' + (left % 10) as u8;
        left /= 10;
        length += 1;
        if left == 0 {
            break;
        }
    }
    out.extend(digits.iter().take(length).rev());
    let fraction = (micros % 1000) as u16;
    if fraction > 0 {
        let thousandths = [fraction / 100, fraction / 10 % 10, fraction % 10];
        out.push(b'.');
        out.extend(thousandths.map(|digit| b'0' + digit as u8));
        while out.last() == Some(&b'0') {
            out.pop();
        }
    }
    out.extend_from_slice(b"ms");
}

/// `50.2ms`: milliseconds, with microseconds as decimals where there are any.
pub fn duration_text(time: Duration) -> String {
    let mut text = Vec::new();
    push_duration(&mut text, time);
    text.into_iter().map(char::from).collect()
}

/// What stands after `C ` in an event line.
pub fn event_text(event: Event) -> String {
    match event {
        Event::Connect => "connect".to_string(),
        Event::Refuse => "refuse".to_string(),
        Event::Fin => "fin".to_string(),
        Event::Rst => "rst".to_string(),
        Event::Timeout(waited) => format!("timeout {}", duration_text(waited)),
        Event::Drop => "drop".to_string(),
        Event::Double => "double".to_string(),
        Event::Swap => "swap".to_string(),
    }
}

/// The whole line of a gap.
pub fn gap_text(gap: Gap) -> String {
    match gap {
        Gap::Untimed => "~".to_string(),
        Gap::Exactly(time) => format!("~ {}", duration_text(time)),
        Gap::Between(a, b) => format!("~ {}..{}", duration_text(a), duration_text(b)),
        Gap::End => "~ end".to_string(),
    }
}

/// `\{date}` and its kin.
pub fn mask_text(mask: &Mask) -> String {
    match mask {
        Mask::Date => r"\{date}".to_string(),
        Mask::Port => r"\{port}".to_string(),
        Mask::Int => r"\{int}".to_string(),
        Mask::Hex => r"\{hex}".to_string(),
        Mask::Any => r"\{any}".to_string(),
        Mask::Line => r"\{line}".to_string(),
        Mask::Bytes { min, max } if min == max => format!(r"\{{{min} bytes}}"),
        Mask::Bytes { min, max } => format!(r"\{{{min}..{max} bytes}}"),
        Mask::Digest { bytes, sha256 } => format!(r"\{{{bytes} bytes sha256:{sha256}}}"),
        Mask::Masked { bytes } => format!(r"\{{masked {bytes} bytes}}"),
        Mask::Digits { count, unlike } => match unlike {
            None => format!(r"\{{{count} hex}}"),
            Some(name) => format!(r"\{{{count} hex unlike {name}}}"),
        },
        Mask::Named { mask, name } => {
            let inner = mask_text(mask);
            format!("{} as {name}}}", inner.trim_end_matches('}'))
        }
        Mask::The { name } => format!(r"\{{the {name}}}"),
    }
}

/// Reads `50.2ms`: digits, perhaps a point and one to three more, `ms`.
pub fn duration_from(text: &str) -> Option<Duration> {
    let number = text.strip_suffix("ms")?;
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) if (1..=3).contains(&fraction.len()) => (whole, fraction),
        Some(_) => return None,
        None => (number, "0"),
    };
    let millis = number_from(whole)?;
    number_from(fraction)?;
    let micros = number_from(&format!("{fraction:0<3}"))?;
    let all = millis.checked_mul(1000)?.checked_add(micros)?;
    Some(Duration::from_micros(all))
}

/// Whether a byte stands for itself in a bytes line: printable ASCII but the backslash.
pub fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && byte != b'\\'
}

/// Whether the text is 1*DIGIT.
pub fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Reads 1*DIGIT. `None` also when it does not fit.
pub fn number_from(text: &str) -> Option<u64> {
    text.parse().ok().filter(|_| is_number(text))
}

/// Reads the word of an event that has no duration.
pub fn event_from(word: &str) -> Option<Event> {
    match word {
        "connect" => Some(Event::Connect),
        "refuse" => Some(Event::Refuse),
        "fin" => Some(Event::Fin),
        "rst" => Some(Event::Rst),
        "drop" => Some(Event::Drop),
        "double" => Some(Event::Double),
        "swap" => Some(Event::Swap),
        _ => None,
    }
}

/// Reads what stands after `~ `. A range must not stand the wrong way round.
pub fn gap_from(text: &str) -> Option<Gap> {
    if text.is_empty() {
        return Some(Gap::Untimed);
    }
    if text == "end" {
        return Some(Gap::End);
    }
    let Some((least, most)) = text.split_once("..") else {
        return duration_from(text).map(Gap::Exactly);
    };
    let (least, most) = (duration_from(least)?, duration_from(most)?);
    (least <= most).then_some(Gap::Between(least, most))
}

/// Reads the name of a value: one word of ASCII letters, digits and `-`.
fn name_from(word: &str) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let is_name = !word.is_empty() && word.bytes().all(plain);
    is_name.then(|| word.to_string())
}

/// Reads what stands between `\{` and `}`.
pub fn mask_from(inner: &str) -> Option<Mask> {
    let words: Vec<&str> = inner.split(' ').filter(|word| !word.is_empty()).collect();
    match words.as_slice() {
        ["date"] => Some(Mask::Date),
        ["port"] => Some(Mask::Port),
        ["int"] => Some(Mask::Int),
        ["hex"] => Some(Mask::Hex),
        ["any"] => Some(Mask::Any),
        ["line"] => Some(Mask::Line),
        ["the", name] => name_from(name).map(|name| Mask::The { name }),
        [of @ .., "as", name] => {
            let mask = mask_from(&of.join(" "))?;
            let name = name_from(name)?;
            let length = mask.fixed_length()?;
            let mask = Box::new(mask);
            (1..=limits::MAX_NAMED).contains(&length).then_some(())?;
            Some(Mask::Named { mask, name })
        }
        [count, "hex"] => Some(Mask::Digits {
            count: number_from(count)?,
            unlike: None,
        }),
        [count, "hex", "unlike", name] => Some(Mask::Digits {
            count: number_from(count)?,
            unlike: Some(name_from(name)?),
        }),
        ["masked", count, "bytes"] => number_from(count).map(|bytes| Mask::Masked { bytes }),
        [range, "bytes"] => {
            let (least, most) = range.split_once("..").unwrap_or((range, range));
            let (min, max) = (number_from(least)?, number_from(most)?);
            (min <= max).then_some(Mask::Bytes { min, max })
        }
        [count, "bytes", digest] => {
            let bytes = number_from(count)?;
            let sha256 = digest.strip_prefix("sha256:")?.to_ascii_lowercase();
            let is_hex = sha256.bytes().all(|byte| byte.is_ascii_hexdigit());
            let whole = (16..=64).contains(&sha256.len()) && is_hex;
            whole.then_some(Mask::Digest { bytes, sha256 })
        }
        _ => None,
    }
}
