//! Media types by file extension (RFC 9110 section 8.3).
//!
//! Facts: a text type without `charset` is guessed at by browsers; all our text is said to be UTF-8.
//! JavaScript is `text/javascript` (RFC 9239), WebAssembly must be `application/wasm` to be compiled
//! while it arrives. What nobody knows is `application/octet-stream`: bytes.

/// The media type for a file of this name; the extension's case does not matter.
pub fn by_name(name: &[u8]) -> &'static str {
    let dot = name.iter().rposition(|&b| b == b'.');
    // `.profile` is a name, not an extension.
    let extension = match dot {
        Some(at) if at > 0 => &name[at + 1..],
        _ => b"",
    };
    let fits = |row: &&(&str, &str)| extension.eq_ignore_ascii_case(row.0.as_bytes());
    TYPES
        .iter()
        .find(fits)
        .map_or("application/octet-stream", |row| row.1)
}

/// Extension and type, by extension.
#[rustfmt::skip]
const TYPES: [(&str, &str); 48] = [
    ("aac", "audio/aac"),
    ("avif", "image/avif"),
    ("bmp", "image/bmp"),
    ("c", "text/plain; charset=utf-8"),
    ("css", "text/css; charset=utf-8"),
    ("csv", "text/csv; charset=utf-8"),
    ("epub", "application/epub+zip"),
    ("flac", "audio/flac"),
    ("gif", "image/gif"),
    ("gz", "application/gzip"),
    ("htm", "text/html; charset=utf-8"),
    ("html", "text/html; charset=utf-8"),
    ("ico", "image/vnd.microsoft.icon"),
    ("ics", "text/calendar; charset=utf-8"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("js", "text/javascript; charset=utf-8"),
    ("json", "application/json"),
    ("log", "text/plain; charset=utf-8"),
    ("m4a", "audio/mp4"),
    ("map", "application/json"),
    ("md", "text/markdown; charset=utf-8"),
    ("mjs", "text/javascript; charset=utf-8"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("oga", "audio/ogg"),
    ("ogg", "audio/ogg"),
    ("ogv", "video/ogg"),
    ("opus", "audio/ogg"),
    ("otf", "font/otf"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("rs", "text/plain; charset=utf-8"),
    ("svg", "image/svg+xml"),
    ("tar", "application/x-tar"),
    ("toml", "text/plain; charset=utf-8"),
    ("ttf", "font/ttf"),
    ("txt", "text/plain; charset=utf-8"),
    ("wasm", "application/wasm"),
    ("wav", "audio/wav"),
    ("webm", "video/webm"),
    ("webmanifest", "application/manifest+json"),
    ("webp", "image/webp"),
    ("wire", "text/plain; charset=utf-8"),
    ("woff", "font/woff"),
    ("woff2", "font/woff2"),
    ("xml", "text/xml; charset=utf-8"),
    ("zip", "application/zip"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_types() {
        for (name, expected) in [
            ("index.html", "text/html; charset=utf-8"),
            ("PHOTO.JPG", "image/jpeg"),
            ("a.tar.gz", "application/gzip"),
            ("menu", "application/octet-stream"),
            (".html", "application/octet-stream"),
            ("a.", "application/octet-stream"),
            ("a.unknown", "application/octet-stream"),
        ] {
            assert_eq!(by_name(name.as_bytes()), expected, "{name}");
        }
    }

    #[test]
    fn text_has_a_charset_and_the_table_is_in_order() {
        for (_, media) in TYPES {
            assert_eq!(
                media.starts_with("text/"),
                media.ends_with("charset=utf-8"),
                "{media}"
            );
        }
        assert!(TYPES.is_sorted_by(|a, b| a.0 < b.0));
    }
}
