//! Lab 12 · The URL bar · the unencrypted part of a TLS connection: the name of the site.
//!
//! A browser that opens an https URL first sends a record, the ClientHello (RFC 8446 section 4.1.2). The first
//! five bytes of the record are `16 03`, a minor version, and the length of the rest in two bytes.

/// Whether the whole record has come. A record has at most 65,540 bytes, because its length has two bytes.
pub fn is_whole(record: &[u8]) -> bool {
    number(record, 3).is_some_and(|length| record.len() >= 5 + length)
}

/// The site, from the extension server_name (RFC 6066 section 3); `None` when the client asks for an address.
pub fn server_name(record: &[u8]) -> Option<&str> {
    let mut at = 43; // record 5, handshake 4, version 2, random 32
    at += 1 + usize::from(*record.get(at)?); // session id
    at += 2 + number(record, at)?; // cipher suites
    at += 1 + usize::from(*record.get(at)?); // compression methods
    at += 2; // the length of all extensions
    while number(record, at)? != 0 {
        at += 4 + number(record, at + 2)?;
    }
    // server_name is type 0: type 2, length 2, list length 2, kind of name 1, name length 2, name.
    let name = record.get(at + 9..at + 9 + number(record, at + 7)?)?;
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._".contains(byte);
    std::str::from_utf8(name)
        .ok()
        .filter(|_| name.iter().all(plain))
}

/// The number in two bytes, the more significant byte first.
fn number(bytes: &[u8], at: usize) -> Option<usize> {
    Some(usize::from(*bytes.get(at)?) * 256 + usize::from(*bytes.get(at + 1)?))
}
