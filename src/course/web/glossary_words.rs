//! The words of the glossary as elements of a page, each with its explanation.
//!
//! Rule: a word gets its explanation where it stands in a message, and its text stays as it is.

use crate::course::glossary::{Kind, Term, find};
use crate::wire::xml_text;

/// `text` as an element that explains the word, or as plain text where there is no such term.
pub fn marked(kind: Kind, word: &str, text: &str) -> String {
    let shown = xml_text(text);
    match find(kind, word) {
        Some(term) => element(term, &shown),
        None => shown,
    }
}

/// Escaped text with the explanation of a term.
pub fn element(term: &Term, shown: &str) -> String {
    let title = xml_text(&format!("{} ({})", term.says, term.source));
    format!("<abbr tabindex=\"0\" title=\"{title}\">{shown}</abbr>")
}

/// A line of a message as HTML: its field name, or its method, status and version are terms. `start`: it
/// may be a start line.
pub fn of_line(line: &str, start: bool) -> String {
    if let Some((name, rest)) = line.split_once(':')
        && find(Kind::Field, name).is_some()
    {
        return format!("{}:{}", marked(Kind::Field, name, name), xml_text(rest));
    }
    if !start {
        return xml_text(line);
    }
    let words: Vec<&str> = line.split(' ').collect();
    let kinds: &[Kind] = match words.first() {
        Some(word) if find(Kind::Version, word).is_some() => &[Kind::Version, Kind::Status],
        Some(word) if find(Kind::Method, word).is_some() && words.len() <= 3 => {
            return match words[..] {
                [method] => marked(Kind::Method, method, method),
                [method, target] => {
                    format!(
                        "{} {}",
                        marked(Kind::Method, method, method),
                        xml_text(target)
                    )
                }
                [method, target, version] => format!(
                    "{} {} {}",
                    marked(Kind::Method, method, method),
                    xml_text(target),
                    marked(Kind::Version, version, version)
                ),
                _ => xml_text(line),
            };
        }
        _ => return xml_text(line),
    };
    let words = words
        .iter()
        .enumerate()
        .map(|(at, word)| match kinds.get(at) {
            Some(kind) => marked(*kind, word, word),
            None => xml_text(word),
        });
    words.collect::<Vec<String>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_its_words_explained_and_its_text_escaped() {
        let line = of_line("host: <b>", false);
        assert!(
            line.starts_with("<abbr") && line.ends_with(">host</abbr>: &lt;b&gt;"),
            "{line}"
        );
        assert_eq!(of_line("X-Taco: a", false), "X-Taco: a");
        assert_eq!(of_line("GET / HTTP/1.1", false), "GET / HTTP/1.1");
        let line = of_line("GET /a HTTP/1.1", true);
        assert_eq!(line.matches("<abbr").count(), 2, "{line}");
        let line = of_line("HTTP/1.1 404 Not Found", true);
        assert!(line.ends_with(">404</abbr> Not Found"), "{line}");
        assert_eq!(of_line("3 tacos", true), "3 tacos");
    }
}
