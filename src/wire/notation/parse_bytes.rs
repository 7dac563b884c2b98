//! Parses single bytes of a line: plain ones, escapes, hex digits.
//!
//! Rule: a fault says at which byte of the line it is.

use super::error::ParseFault;
use super::sides_events_masks::is_plain;

/// What is wrong, at a byte of the line that is being read.
pub(super) struct ByteFault {
    pub(super) at: usize,
    pub(super) fault: ParseFault,
}

pub(super) fn fault<T>(at: usize, fault: ParseFault) -> Result<T, ByteFault> {
    Err(ByteFault { at, fault })
}

/// Reads the `\xHH` at the front; answers how many characters they take.
pub(super) fn hex_escapes(text: &[u8], bytes: &mut Vec<u8>) -> usize {
    let mut used = 0;
    for escape in text.chunks_exact(4) {
        let [b'\\', b'x', high, low] = escape else {
            break;
        };
        let (Some(high), Some(low)) = (nibble(*high), nibble(*low)) else {
            break;
        };
        bytes.push(high << 4 | low);
        used += escape.len();
    }
    used
}

/// The value of a hex digit.
pub(super) fn nibble(digit: u8) -> Option<u8> {
    match NIBBLES.get(usize::from(digit)) {
        Some(&value) if value < 16 => Some(value),
        _ => None,
    }
}

/// The value of each hex digit, 16 for every other byte.
static NIBBLES: [u8; 256] = nibbles();

const fn nibbles() -> [u8; 256] {
    let mut nibbles = [16; 256];
    let mut value = 0;
    while value < 16 {
        nibbles[b"0123456789abcdef"[value] as usize] = value as u8;
        nibbles[b"0123456789ABCDEF"[value] as usize] = value as u8;
        value += 1;
    }
    nibbles
}

/// What is wrong after the first digit of a pair, which stands at `at`.
pub(super) fn half_pair(line: &str, at: usize) -> ByteFault {
    let second = line.get(at + 1..).and_then(|rest| rest.chars().next());
    match second {
        None | Some(' ' | '|') => ByteFault {
            at,
            fault: ParseFault::HalfPair,
        },
        Some(other) => ByteFault {
            at: at + 1,
            fault: ParseFault::NotHex(other),
        },
    }
}

/// One byte of a bytes line, plain or escaped, and where the next begins.
pub(super) fn unit(line: &str, at: usize) -> Result<(u8, usize), ByteFault> {
    let Some(c) = line[at..].chars().next() else {
        return fault(at, ParseFault::NoBytes);
    };
    match c {
        '\\' => escape(line, at),
        c if c.is_ascii() && is_plain(c as u8) => Ok((c as u8, at + 1)),
        c if c.is_ascii() => fault(at, ParseFault::Control(c as u8)),
        c => fault(at, ParseFault::NotAscii(c)),
    }
}

/// `\r`, `\n`, `\t`, `\\`, `\xHH`.
fn escape(line: &str, at: usize) -> Result<(u8, usize), ByteFault> {
    let byte = match line[at + 1..].chars().next() {
        Some('r') => b'\r',
        Some('n') => b'\n',
        Some('t') => b'\t',
        Some('\\') => b'\\',
        Some('x') => {
            let digits = line.get(at + 2..at + 4).unwrap_or_default();
            let is_hex = digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_hexdigit());
            return match u8::from_str_radix(digits, 16) {
                Ok(byte) if is_hex => Ok((byte, at + 4)),
                _ => fault(at, ParseFault::HexEscape),
            };
        }
        other => return fault(at, ParseFault::UnknownEscape(other)),
    };
    Ok((byte, at + 2))
}
