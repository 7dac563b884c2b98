//! Text for XML: the pictures and the reports for other programs.
//!
//! Rule: for any bytes of a peer, the result is well-formed (XML 1.0 section 2.2, section 2.4).

/// Text as XML 1.0 may hold it, between tags and in attributes: markup escaped, characters that it
/// forbids replaced by U+FFFD.
pub fn xml_text(text: &str) -> String {
    let mut safe = String::new();
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\n' | '\t' => safe.push(c),
            '\u{fffe}' | '\u{ffff}' => safe.push('\u{fffd}'),
            c if c.is_control() => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}
