//! Lines of reports, for servers and for clients.

use std::fmt::Write;

use super::{Count, Kind, Policy};
use crate::json;
use crate::probe::Verdict;
use crate::probe::case::Level;
use crate::probe::rfc_quotes::Quote;
use crate::wire::{Transcript, xml_text};

/// Columns of a line.
const WIDTH: usize = 80;

/// The sentences that a case rests on.
pub fn quotes(text: &mut String, basis: &[Quote]) {
    for quote in basis {
        let first = format!("  RFC {} {}: ", quote.rfc, quote.section);
        wrapped_by(text, &first, 11, quote.text);
    }
}

/// The bytes, without headings.
pub fn shown(text: &mut String, transcript: &Transcript) {
    let lines = transcript.render();
    for line in lines.lines().filter(|line| !line.starts_with('@')) {
        let _ = writeln!(text, "  {line}");
    }
}

/// Words after `first`, continued under themselves.
pub fn wrapped(text: &mut String, first: &str, words: &str) {
    wrapped_by(text, first, first.chars().count(), words);
}

/// Words after `first`; further lines begin with so many spaces.
pub fn wrapped_by(text: &mut String, first: &str, indent: usize, words: &str) {
    let mut line = first.to_string();
    let mut fresh = true;
    for word in words.split(' ') {
        let longer = line.chars().count() + 1 + word.chars().count();
        if !fresh && longer > WIDTH {
            let _ = writeln!(text, "{}", line.trim_end());
            line = " ".repeat(indent);
            fresh = true;
        }
        if !fresh {
            line.push(' ');
        }
        line.push_str(word);
        fresh = false;
    }
    let _ = writeln!(text, "{}", line.trim_end());
}

/// The failures that do not count for this reader, by the names of their cases: milder ones, expected
/// ones, and expected ones that did not come.
pub fn uncounted(text: &mut String, kinds: &[(&str, Kind)], policy: &Policy) {
    let of = |kind: Kind| {
        let these = kinds.iter().filter(move |(_, is)| *is == kind);
        these.map(|(name, _)| *name)
    };
    let below: Vec<&str> = of(Kind::Below).collect();
    if !below.is_empty() {
        wrapped(text, "below --level: ", &below.join(", "));
    }
    for name in of(Kind::Accepted) {
        let reason = policy.reason(name).unwrap_or_default();
        wrapped_by(text, &format!("accepted {name}: "), 5, reason);
    }
    for name in of(Kind::Unexpected) {
        let words = format!("{name} is expected to fail, but passes: remove it from the file");
        wrapped(text, "", &words);
    }
}

/// The rest of a `testcase` of JUnit XML, after its attributes. `reason`: why it is expected to fail.
pub fn junit_outcome(verdict: &Verdict, kind: Kind, rule: &str, reason: Option<&str>) -> String {
    let inner = match (verdict, kind) {
        (Verdict::Passed, _) => return "/>\n".to_string(),
        (Verdict::NotApplicable(lack), _) => skipped(&format!("not applicable: no {lack}")),
        (
            Verdict::Failed {
                failure,
                transcript,
            },
            Kind::Failed,
        ) => {
            let (message, level) = (xml_text(&failure.why), failure.level.word());
            let whole = xml_text(&format!("{rule}\n{}", transcript.render()));
            format!("<failure message=\"{message}\" type=\"{level}\">{whole}</failure>")
        }
        (Verdict::Failed { failure, .. }, kind) => {
            skipped(&skipped_because(kind, &failure.why, reason))
        }
    };
    format!(">\n      {inner}\n    </testcase>\n")
}

fn skipped(why: &str) -> String {
    format!("<skipped message=\"{}\"/>", xml_text(why))
}

/// Why a failure is skipped in JUnit XML, if it does not count.
fn skipped_because(kind: Kind, why: &str, reason: Option<&str>) -> String {
    match (kind, reason) {
        (Kind::Accepted, Some(reason)) => format!("accepted: {reason}"),
        (Kind::Noted, _) => format!("note: {why}"),
        _ => format!("below the level asked for: {why}"),
    }
}

/// The levels that are counted, in order.
pub const LEVELS: [Level; 3] = [Level::Must, Level::Should, Level::Security];

/// The member `levels` of a JSON report, for `count` of each level.
pub fn json_levels(count: impl Fn(Level) -> Count) -> String {
    let levels = LEVELS.map(|level| {
        let Count {
            passed,
            failed,
            left_out,
        } = count(level);
        let name = json::string(level.word());
        format!(
            "    {name}: {{\"passed\": {passed}, \"failed\": {failed}, \"left_out\": {left_out}}}"
        )
    });
    format!("  \"levels\": {{\n{}\n  }},\n", levels.join(",\n"))
}

/// A case as an object of a JSON report.
pub fn json_case(fields: &[(&str, String)]) -> String {
    let fields: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("\"{name}\": {value}"))
        .collect();
    format!("    {{{}}}", fields.join(", "))
}

/// A Markdown table with `count` of each level.
pub fn markdown_levels(count: impl Fn(Level) -> Count) -> String {
    let mut text = String::from("| level | passed | failed |\n| --- | ---: | ---: |\n");
    for level in LEVELS {
        let Count { passed, failed, .. } = count(level);
        let _ = writeln!(text, "| {} | {passed} | {failed} |", level.word());
    }
    text
}

/// The head of the Markdown table of failures.
pub const MARKDOWN_FAILURES: &str =
    "\n| case | level | section | rule | seen |\n| --- | --- | --- | --- | --- |\n";

/// Text in a cell of a Markdown table: nothing in it ends the cell or begins markup.
pub fn cell(text: &str) -> String {
    let mut safe = String::new();
    for c in text.chars() {
        match c {
            '|' | '<' | '>' | '*' | '_' | '`' | '[' | ']' | '\\' => {
                safe.push('\\');
                safe.push(c);
            }
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_holds_whatever_a_peer_said() {
        assert_eq!(cell("a|b\r\n<i>"), r"a\|b  \<i\>");
    }
}
