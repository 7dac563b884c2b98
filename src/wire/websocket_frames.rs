//! Prints WebSocket frames (RFC 6455 section 5.2): opcode, length, text.
//!
//! Rule: an incomplete frame at the end is reported as incomplete.

use crate::plural::count_of;

/// A frame in words, and where it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// `text, 5 bytes, masked: hello`
    pub words: String,
    /// Its length with its head.
    pub length: usize,
}

/// The frames at the front of these bytes, and how many bytes are left over.
pub fn frames(mut bytes: &[u8]) -> (Vec<Frame>, usize) {
    let mut found = Vec::new();
    while let Some(frame) = frame(bytes) {
        bytes = bytes.get(frame.length..).unwrap_or_default();
        found.push(frame);
    }
    (found, bytes.len())
}

fn frame(bytes: &[u8]) -> Option<Frame> {
    let [first, second, rest @ ..] = bytes else {
        return None;
    };
    let (length, head): (u64, usize) = match second & 0x7f {
        126 => (u64::from(u16::from_be_bytes(*rest.first_chunk()?)), 4),
        127 => (u64::from_be_bytes(*rest.first_chunk()?), 10),
        short => (u64::from(short), 2),
    };
    let masked = second & 0x80 != 0;
    let head = head + if masked { 4 } else { 0 };
    let whole = head.checked_add(usize::try_from(length).ok()?)?;
    let payload = bytes.get(head..whole)?;
    let payload: Vec<u8> = match masked {
        true => {
            let mask = bytes.get(head - 4..head)?.iter().cycle();
            payload
                .iter()
                .zip(mask)
                .map(|(byte, mask)| byte ^ mask)
                .collect()
        }
        false => payload.to_vec(),
    };
    let kind = kind(first & 0x0f);
    let mut words = format!("{kind}, {}", count_of(length, "byte"));
    if masked {
        words.push_str(", masked");
    }
    if first & 0x80 == 0 {
        words.push_str(", more follows");
    }
    if first & 0x70 != 0 {
        words.push_str(", with an extension");
    }
    let shown = match (first & 0x0f, payload.as_slice()) {
        (8, [high, low, reason @ ..]) => {
            let code = u16::from_be_bytes([*high, *low]);
            format!("{code} {}", reason.escape_ascii())
        }
        (_, payload) => {
            let start = payload.get(..48).unwrap_or(payload);
            let more = if payload.len() > 48 { "…" } else { "" };
            format!("{}{more}", start.escape_ascii())
        }
    };
    if !shown.trim().is_empty() {
        words.push_str(&format!(": {}", shown.trim()));
    }
    Some(Frame {
        words,
        length: whole,
    })
}

/// The name of an opcode (RFC 6455 section 11.8).
fn kind(opcode: u8) -> String {
    match opcode {
        0 => "continuation".to_string(),
        1 => "text".to_string(),
        2 => "binary".to_string(),
        8 => "close".to_string(),
        9 => "ping".to_string(),
        10 => "pong".to_string(),
        other => format!("opcode {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of RFC 6455 section 5.7.
    #[test]
    fn the_examples_of_the_rfc() {
        let table: [(&[u8], &str); 5] = [
            (b"\x81\x05Hello", "text, 5 bytes: Hello"),
            (
                b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58",
                "text, 5 bytes, masked: Hello",
            ),
            (b"\x01\x03Hel", "text, 3 bytes, more follows: Hel"),
            (b"\x88\x02\x03\xe8", "close, 2 bytes: 1000"),
            (b"\x89\x00", "ping, 0 bytes"),
        ];
        for (bytes, words) in table {
            let (found, left) = frames(bytes);
            assert_eq!((found.len(), left), (1, 0));
            assert_eq!(found[0].words, words);
        }
        let long = [&b"\x82\x7e\x01\x00"[..], &[7; 256]].concat();
        assert_eq!(frames(&long).0[0].length, 260);
        for length in 0..long.len() {
            assert_eq!(frames(&long[..length]), (Vec::new(), length));
        }
        assert_eq!(frames(b"\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff").0, []);
    }
}
