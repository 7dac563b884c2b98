//! Rust in colour: comments, strings, numbers, keywords, types and macros.
//!
//! Rule: the text stays unchanged; only elements are put around some of it.

use std::fmt::Write;

use crate::wire::xml_text;

const KEYWORDS: [&str; 34] = [
    "as", "async", "await", "break", "const", "continue", "crate", "dyn", "else", "enum", "extern",
    "fn", "for", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref",
    "return", "self", "static", "struct", "super", "trait", "type", "use", "where", "while",
];
const VALUES: [&str; 5] = ["true", "false", "None", "Some", "Ok"];

/// The HTML of a Rust source.
pub fn rust(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (class, length) = token(rest);
        let (token, after) = rest.split_at_checked(length.max(1)).unwrap_or((rest, ""));
        let token = xml_text(token);
        let _ = match class {
            "" => write!(out, "{token}"),
            // An element for each line, so that a line can stand alone.
            class => token.split('\n').enumerate().try_for_each(|(at, line)| {
                let before = if at > 0 { "\n" } else { "" };
                match line {
                    "" => write!(out, "{before}"),
                    line => write!(out, "{before}<span class=\"k-{class}\">{line}</span>"),
                }
            }),
        };
        rest = after;
    }
    out
}

/// The class of the token that begins here, and its length in bytes.
fn token(rest: &str) -> (&'static str, usize) {
    if rest.starts_with("//") {
        return ("comment", rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return ("comment", rest.find("*/").map_or(rest.len(), |at| at + 2));
    }
    for (start, quotes) in [
        ("\"", "\""),
        ("b\"", "\""),
        ("r\"", "\""),
        ("r#\"", "\"#"),
        ("br\"", "\""),
    ] {
        if let Some(inside) = rest.strip_prefix(start) {
            let raw = start.contains('r');
            return ("string", start.len() + string_length(inside, quotes, raw));
        }
    }
    let inside = rest.strip_prefix("b'").or(rest.strip_prefix('\''));
    if let Some(inside) = inside {
        let before = rest.len() - inside.len();
        if let Some(length) = letter_length(inside) {
            return ("string", before + length);
        }
    }
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let length = rest.find(|c| !word(c)).unwrap_or(rest.len());
    let Some(name) = rest.get(..length).filter(|name| !name.is_empty()) else {
        return ("", rest.chars().next().map_or(1, char::len_utf8));
    };
    let class = match name {
        name if name.starts_with(|c: char| c.is_ascii_digit()) => "number",
        name if KEYWORDS.contains(&name) => "keyword",
        name if VALUES.contains(&name) => "number",
        _ if rest[length..].starts_with('!') && !rest[length..].starts_with("!=") => "macro",
        name if name.starts_with(char::is_uppercase) => "type",
        _ if rest[length..].starts_with('(') => "call",
        _ => "",
    };
    (class, length)
}

/// How long a string is from after its opening quote.
fn string_length(inside: &str, close: &str, raw: bool) -> usize {
    if raw {
        return inside
            .find(close)
            .map_or(inside.len(), |at| at + close.len());
    }
    let mut escaped = false;
    for (at, letter) in inside.char_indices() {
        match letter {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    inside.len()
}

/// How long a character literal is from after its quote; `None`: it is a lifetime.
fn letter_length(inside: &str) -> Option<usize> {
    let mut letters = inside.char_indices();
    let (_, first) = letters.next()?;
    if first == '\\' {
        let rest = inside.get(2..)?;
        return rest.find('\'').filter(|at| *at < 10).map(|at| at + 3);
    }
    let (at, second) = letters.next()?;
    (second == '\'').then_some(at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The HTML without its elements and escapes.
    fn plain(html: &str) -> String {
        let mut text = String::new();
        let mut inside = false;
        for letter in html.chars() {
            match letter {
                '<' => inside = true,
                '>' => inside = false,
                letter if !inside => text.push(letter),
                _ => {}
            }
        }
        let text = text.replace("&lt;", "<").replace("&gt;", ">");
        text.replace("&quot;", "\"").replace("&amp;", "&")
    }

    #[test]
    fn every_letter_stays_where_it_is() {
        let own = include_str!("rust_highlight.rs");
        assert_eq!(plain(&rust(own)), own);
        for odd in [
            "'", "\"", "b'", "'\\", "r#\"", "/*", "é'é'", "'a: 'b", "", "\\",
        ] {
            assert_eq!(plain(&rust(odd)), odd);
        }
    }

    #[test]
    fn words_have_their_kinds() {
        let html = rust("let n: Vec<u8> = b\"\\\"x\"; // é\nprintln!('a', 10)");
        for (class, word) in [
            ("keyword", "let"),
            ("type", "Vec"),
            ("string", "b&quot;\\&quot;x&quot;"),
            ("comment", "// é"),
            ("macro", "println"),
            ("string", "'a'"),
            ("number", "10"),
        ] {
            let span = format!("<span class=\"k-{class}\">{word}</span>");
            assert!(html.contains(&span), "{span} in {html}");
        }
    }
}
