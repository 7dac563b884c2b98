//! What a failed run probably means: pure functions from evidence to one cause.
//!
//! Rule 1: one cause a failure, the first in [`TABLE`] that has its evidence; none without evidence.
//! Rule 2: a cause says first what was seen, in the learner's own bytes, and "proven" only when
//! another try of the same conversation has shown it.
//! Rule 3: what is said about a code in more than one place stands once, in its [`Page`].

mod bodies;
mod bodies_pages;
mod bytes;
mod bytes_pages;
mod contents;
mod contents_pages;
mod endings;
mod endings_pages;
mod evidence;
mod journeys;
mod journeys_pages;
mod lengths;
mod lengths_pages;
mod message;
mod process;
mod process_pages;
mod served;
mod served_pages;
mod streams;
mod streams_pages;

pub use evidence::{
    Before, Close, Evidence, Language, Part, Prints, Process, Triage, Tried, first_words_after_fin,
    part,
};

/// All about one mistake that does not depend on a run: `cargo lab explain W10` shows it.
#[derive(Debug)]
pub struct Page {
    /// `W10`; stable.
    pub code: &'static str,
    /// `cl-chars`; stable.
    pub slug: &'static str,
    /// What goes wrong, in one line without a full stop.
    pub title: &'static str,
    /// How it looks on the wire, why it happens, what follows from it: a paragraph each.
    pub text: &'static [&'static str],
    /// Where the standard speaks of it.
    pub rule: Option<Rule>,
    /// One thing to try, without a full stop.
    pub advice: &'static str,
    /// How a language leads to it; shown only when the start command names that language.
    pub languages: &'static [(Language, &'static str)],
}

/// A sentence of a standard, word for word; `…` where something was left out.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// At most two lines.
    pub quote: &'static str,
    /// The number of the RFC.
    pub rfc: u16,
    /// Its section.
    pub section: &'static str,
}

/// What stands in the first line of a Rust program's panic; why it panicked is on the second.
pub const PANICKED: &str = " panicked at ";

/// The cause of one failure.
#[derive(Clone, Debug)]
pub struct Diagnosis {
    /// All that does not depend on this run.
    pub page: &'static Page,
    /// What was seen, and what it means: one paragraph.
    pub cause: String,
    /// Whether another try has shown it; otherwise it is likely.
    pub proven: bool,
}

/// What a judge found: the cause in words, and whether it is proven.
struct Cause {
    text: String,
    proven: bool,
}

impl Cause {
    fn likely(text: impl Into<String>) -> Option<Cause> {
        Some(Cause {
            text: text.into(),
            proven: false,
        })
    }

    fn proven(text: impl Into<String>) -> Option<Cause> {
        Some(Cause {
            text: text.into(),
            proven: true,
        })
    }
}

/// One code: what is said about it, and the function that finds it.
struct Entry {
    page: &'static Page,
    judge: fn(&Evidence) -> Option<Cause>,
}

/// Every group of codes in the order in which they are asked. Within a group the narrower evidence
/// stands first: what names a byte before what names a length, before what names a wait.
const TABLE: [&[Entry]; 10] = [
    process::TABLE,
    journeys::TABLE,
    endings::TABLE,
    bytes::TABLE,
    bodies::TABLE,
    lengths::TABLE,
    served::TABLE,
    contents::TABLE,
    streams::TABLE,
    contents::LAST,
];

/// The cause of a failure, if there is evidence for one.
pub fn diagnose(evidence: &Evidence) -> Option<Diagnosis> {
    let mut found = TABLE.iter().copied().flatten().filter_map(|entry| {
        let cause = (entry.judge)(evidence)?;
        let mut text = cause.text;
        if let Some(about) = entry.page.about(evidence.process.language) {
            text.push(' ');
            text.push_str(about);
        }
        Some(Diagnosis {
            page: entry.page,
            cause: text,
            proven: cause.proven,
        })
    });
    found.next()
}

/// Every page, by code.
pub fn pages() -> Vec<&'static Page> {
    let mut pages: Vec<&Page> = TABLE
        .iter()
        .copied()
        .flatten()
        .map(|entry| entry.page)
        .collect();
    pages.sort_by_key(|page| page.code);
    pages
}

/// The page of a code, written `W10`, `w10`, `10` or `cl-chars`.
pub fn page(name: &str) -> Option<&'static Page> {
    let name = name.to_ascii_lowercase();
    let number = name.strip_prefix('w').unwrap_or(&name);
    let code = format!("W{number:0>2}");
    pages()
        .into_iter()
        .find(|page| page.code == code || page.slug == name)
}

impl Page {
    /// What is to be said for programs in this language.
    fn about(&self, language: Option<Language>) -> Option<&'static str> {
        let found = self.languages.iter().find(|(of, _)| Some(*of) == language);
        found.map(|(_, text)| *text)
    }
}

/// Bytes for a sentence, in the notation of the transcripts; a long run is cut with `…`.
fn shown(bytes: &[u8]) -> String {
    const LONGEST: usize = 44;
    let mut text = String::new();
    for &byte in bytes {
        let next = match byte {
            b'\'' | b'"' => char::from(byte).to_string(),
            _ => byte.escape_ascii().to_string(),
        };
        if text.len() + next.len() > LONGEST {
            text.push('…');
            break;
        }
        text.push_str(&next);
    }
    text
}

/// `1 byte`, `5 bytes`, `1,048,576 bytes`.
fn count(number: usize, what: &str) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    let plural = if number == 1 { "" } else { "s" };
    format!("{text} {what}{plural}")
}

/// The place of `wanted` in `bytes`.
fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len().max(1))
        .position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_slugs_are_stable_unique_and_found_by_any_name() {
        let pages = pages();
        for (index, page) in pages.iter().enumerate() {
            assert_eq!(page.code, format!("W{:02}", index + 1));
            assert_eq!(super::page(page.slug).unwrap().code, page.code);
        }
        assert_eq!(page("10").unwrap().slug, "cl-chars");
        assert_eq!(page("w1").unwrap().code, "W01");
        assert!(page("W99").is_none() && page("").is_none() && page("no-such").is_none());
    }

    #[test]
    fn pages_keep_to_their_form() {
        for page in pages() {
            let code = page.code;
            assert!(
                !page.title.ends_with('.') && !page.advice.ends_with('.'),
                "{code}"
            );
            assert!(page.title.len() <= 66, "{code}: {}", page.title.len());
            assert!(!page.text.is_empty(), "{code}");
            let words = [page.text, &[page.title, page.advice]].concat().join(" ");
            for word in ["simply", "just ", "easy", "easily", "obvious"] {
                assert!(!words.to_lowercase().contains(word), "{code}: {word}");
            }
            if let Some(rule) = page.rule {
                assert!(
                    rule.quote.len() <= 156,
                    "{code}: {} bytes",
                    rule.quote.len()
                );
                assert!([793, 3986, 9110, 9112, 9293].contains(&rule.rfc), "{code}");
            }
        }
    }

    #[test]
    fn numbers_and_bytes_are_written_for_people() {
        assert_eq!(count(1, "byte"), "1 byte");
        assert_eq!(count(1_048_576, "byte"), "1,048,576 bytes");
        assert_eq!(count(471, "NUL"), "471 NULs");
        assert_eq!(shown(b"it's \"\xc3\xb1\"\r\n"), "it's \"\\xc3\\xb1\"\\r\\n");
        assert!(shown(&[b'a'; 500]).ends_with("a…"));
    }
}
