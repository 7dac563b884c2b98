//! Lab 29 · Many kitchens · the PROXY line, version 1: the client's address, before the first byte of the client.
//!
//!     PROXY TCP4 192.0.2.7 192.0.2.1 51000 80\r\n
//!
//! A server must be configured for this line, because a client could write such a line itself.

use std::io::{self, BufRead, Read};
use std::net::IpAddr;

use crate::read::wrong;

const LONGEST: u64 = 107; // bytes, with CR LF

/// Reads the line, and no byte after it. Returns the client's address, or `None` if the proxy does not know it.
pub fn read(reader: &mut impl BufRead) -> io::Result<Option<IpAddr>> {
    let mut line = Vec::new();
    if reader.take(LONGEST).read_until(b'\n', &mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    if !line.starts_with(b"PROXY ") {
        return Err(wrong("this port wants a PROXY line first"));
    }
    let Some(text) = line.strip_suffix(b"\r\n") else {
        return Err(wrong(
            "a PROXY line has at most 107 bytes, and ends in CR LF",
        ));
    };
    let words: Vec<&str> = std::str::from_utf8(text)
        .unwrap_or_default()
        .split(' ')
        .collect();
    let is_port = |word: &str| {
        word.parse::<u16>()
            .is_ok_and(|port| port.to_string() == word)
    };
    match words[..] {
        // We ignore the rest of the line.
        ["PROXY", "UNKNOWN", ..] => return Ok(None),
        ["PROXY", family, from, to, from_port, to_port]
            if is_port(from_port) && is_port(to_port) =>
        {
            if let (Ok(from), Ok(to)) = (from.parse::<IpAddr>(), to.parse::<IpAddr>()) {
                let wanted = if from.is_ipv4() { "TCP4" } else { "TCP6" };
                if family == wanted && from.is_ipv4() == to.is_ipv4() {
                    return Ok(Some(from));
                }
            }
        }
        _ => {}
    }
    Err(wrong("this PROXY line cannot be read"))
}
