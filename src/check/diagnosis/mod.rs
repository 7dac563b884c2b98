//! The probable cause of a failed run: pure functions from evidence to one cause.
//!
//! Rule 1: each failure has at most one cause: the first in `TABLE` whose evidence is there.
//! Rule 2: a cause first says what was seen, in the learner's own bytes. It says "proven" only when another try
//! of the same conversation has shown it.
//! Rule 3: a text about a code that is used in more than one place is in the code's [`Page`].

mod balancers;
mod bodies_and_partial_answers;
mod caches;
mod chunk_borders;
mod client_arguments;
mod client_hello_answers;
mod client_hello_facts;
mod connection_endings;
mod cookies_and_forms;
mod crashes;
mod datagram_clients;
mod datagram_servers;
mod diagnosis_input;
mod difference_place;
mod dns_answers;
mod dns_client_addresses;
mod dns_client_output;
mod dns_messages;
mod echoed_fields;
mod encoding_and_extra_bytes;
mod evidence_facts;
mod exchanges_on_both_legs;
mod explanation_pages;
mod file_servers;
mod forms;
mod gateways;
mod header_values;
mod host_line;
mod incomplete_messages;
mod length_prefix;
mod line_ends;
mod message_ends;
mod other_header_lines;
mod partial_reads_and_writes;
mod process;
mod program_language;
#[cfg(test)]
mod random_tests;
mod read_cache_headers;
mod redirects_and_relays;
mod relays;
mod request_details;
mod source_signs;
mod syntax_mistakes;
mod target_parts;
mod time_limits;
mod unsent_answers;
mod valid_but_different;
mod values_from_the_other_side;
mod waits_for_the_end;
mod wrong_decisions;
mod wrong_values;

pub use diagnosis_input::{Evidence, first_words_after_fin};
pub(super) use difference_place::behind;
pub use evidence_facts::{Close, Expectation, Middle, Part, Prints, Process, Tried, Tries};
pub use explanation_pages::{Case, Hint, Page, Rule, page, pages};
pub use program_language::Language;
pub use source_signs::names_in;

/// The cause of one failure.
#[derive(Clone, Debug)]
pub struct Diagnosis {
    /// All that does not depend on this run.
    pub page: &'static Page,
    /// What was seen, and what it means: one paragraph.
    pub cause: String,
    /// Whether another try has shown it; otherwise it is likely.
    pub proven: bool,
    /// The sentence of the standard that fits.
    pub rule: Option<Rule>,
    /// One thing to try.
    pub advice: &'static str,
}

/// What a judge found: the cause in words, and whether it is proven.
struct Cause {
    text: String,
    proven: bool,
    /// The case of the page that it is about; empty: the page itself fits.
    case: &'static str,
}

impl Cause {
    fn likely(text: impl Into<String>) -> Option<Cause> {
        Cause::in_case("", text)
    }

    fn in_case(case: &'static str, text: impl Into<String>) -> Option<Cause> {
        Some(Cause {
            text: text.into(),
            proven: false,
            case,
        })
    }

    fn proven(text: impl Into<String>) -> Option<Cause> {
        Some(Cause {
            text: text.into(),
            proven: true,
            case: "",
        })
    }
}

/// One code, and the function that finds its evidence.
type Row = (&'static str, fn(&Evidence) -> Option<Cause>);

/// Every group of codes in the order in which they are asked. Within a group the narrower evidence
/// stands first: what names a byte before what names a length, before what names a wait.
const TABLE: [&[Row]; 44] = [
    balancers::TABLE,
    gateways::TABLE,
    process::TABLE,
    dns_answers::TABLE,
    dns_messages::TABLE,
    dns_answers::LATER,
    dns_client_output::TABLE,
    dns_client_addresses::TABLE,
    wrong_values::FIRST,
    incomplete_messages::FIRST,
    crashes::TABLE,
    process::LATER,
    unsent_answers::TABLE,
    datagram_clients::TABLE,
    datagram_servers::TABLE,
    header_values::TABLE,
    connection_endings::FIRST,
    partial_reads_and_writes::DELIVERY,
    bodies_and_partial_answers::WAITS,
    time_limits::TABLE,
    redirects_and_relays::TABLE,
    incomplete_messages::TABLE,
    forms::TABLE,
    cookies_and_forms::TABLE,
    client_hello_answers::TABLE,
    caches::TABLE,
    crashes::LATER,
    relays::TABLE,
    connection_endings::TABLE,
    syntax_mistakes::TABLE,
    message_ends::TABLE,
    length_prefix::TABLE,
    client_arguments::TABLE,
    wrong_decisions::TABLE,
    echoed_fields::TABLE,
    encoding_and_extra_bytes::TABLE,
    relays::CHANGES,
    bodies_and_partial_answers::TABLE,
    file_servers::TABLE,
    wrong_values::TABLE,
    valid_but_different::TABLE,
    file_servers::FIELDS,
    partial_reads_and_writes::TABLE,
    LAST,
];

/// Asked after all others: that a text, a line or a body is another one says least.
const LAST: &[Row] = &[
    ("W63", echoed_fields::changed_value),
    ("W63", wrong_values::other_order),
    ("W63", wrong_values::other_body),
    ("W84", other_header_lines::other_lines),
    ("W84", other_header_lines::other_first_line),
    ("W121", wrong_decisions::other_answer),
    ("W125", wrong_decisions::prints_other),
];

/// The cause of a failure, if there is evidence for one.
pub fn diagnose(evidence: &Evidence) -> Option<Diagnosis> {
    let mut found = TABLE.iter().copied().flatten().filter_map(|(code, judge)| {
        let cause = judge(evidence)?;
        let page = page(code)?;
        let mut text = cause.text;
        if let Some(about) = page.about(
            evidence.process.language,
            evidence.process.source.as_deref(),
        ) {
            text += &format!(" ({about})");
        }
        let (rule, advice) = page.for_case(cause.case);
        Some(Diagnosis {
            rule,
            advice,
            page,
            cause: text,
            proven: cause.proven,
        })
    });
    found.next()
}

/// Bytes for a sentence, in the notation of the transcripts; a long run is cut with `…`.
pub(super) fn shown(bytes: &[u8]) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_page_and_every_page_a_code() {
        let mut codes: Vec<&str> = TABLE.concat().iter().map(|row| row.0).collect();
        codes.sort_unstable_by_key(|code| (code.len(), *code));
        codes.dedup();
        let pages: Vec<&str> = pages().iter().map(|page| page.code).collect();
        assert_eq!(codes, pages);
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
