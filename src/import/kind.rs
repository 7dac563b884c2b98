//! The kind of a file that is not a transcript, by its first bytes.

/// The first bytes of files that a user may take for a recording, and what such a file is. Source: the formats'
/// own specifications, as file(1) lists them.
const KINDS: [(&[u8], &str); 20] = [
    (b"\x1f\x8b", "a gzip file: unpack it first (gzip -d)"),
    (
        b"\x28\xb5\x2f\xfd",
        "a zstd file: unpack it first (zstd -d)",
    ),
    (b"\xfd7zXZ\0", "an xz file: unpack it first (xz -d)"),
    (b"BZh", "a bzip2 file: unpack it first (bzip2 -d)"),
    (b"\x04\x22\x4d\x18", "an lz4 file: unpack it first (lz4 -d)"),
    (b"PK\x03\x04", "a zip file: unpack it first (unzip)"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z file: unpack it first"),
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF-", "a PDF document"),
    (b"\x7fELF", "a program (ELF)"),
    (b"MZ", "a Windows program"),
    (b"SQLite format 3\0", "an SQLite database"),
    (
        b"snoop\0\0\0",
        "a snoop capture: convert it (editcap -F pcapng)",
    ),
    (
        b"RTSS",
        "a Network Monitor capture: convert it (editcap -F pcapng)",
    ),
    (
        b"GMBU",
        "a Network Monitor capture: convert it (editcap -F pcapng)",
    ),
    (b"<!DOCTYPE", "an HTML page"),
    (b"<html", "an HTML page"),
    (b"<?xml", "an XML file"),
];

/// The longest line that a text file may begin with and still be taken for lines.
const LOOKED_AT: usize = 512;

/// What the file is; `None` when nothing is known about it, and it may be a transcript.
pub fn kind_of(bytes: &[u8]) -> Option<&'static str> {
    if bytes.is_empty() {
        return Some("an empty file");
    }
    if bytes.get(257..262) == Some(b"ustar") {
        return Some("a tar archive: unpack it first (tar -x)");
    }
    let known = KINDS.iter().find(|(start, _)| bytes.starts_with(start));
    if let Some((_, kind)) = known {
        return Some(kind);
    }
    let start = bytes.get(..LOOKED_AT).unwrap_or(bytes);
    if start.contains(&0) {
        return Some("a binary file of an unknown kind");
    }
    let message = [&b"HTTP/1."[..], b"GET /", b"POST /", b"HEAD /", b"PUT /"];
    let is_message = message.iter().any(|begin| start.starts_with(begin));
    is_message
        .then_some("an HTTP message: in a transcript each line begins with its sender (C> or S>)")
}
