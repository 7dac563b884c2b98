//! A probe of a client for other programs: JSON (RFC 8259), JUnit XML, and a Markdown table.
//!
//! Rule: what counts as a failure is decided in one place, `Outcome::of`, for all three.

use std::fmt::Write;

use super::{ClientProbe, ClientTried, ClientVerdict};
use crate::json;
use crate::probe::case::Level;
use crate::probe::report::shared_lines::{
    MARKDOWN_FAILURES, cell, json_case, json_levels, markdown_levels,
};
use crate::probe::report::{Count, Policy};
use crate::wire::xml_text;

/// What a case is for a reader with this policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failed,
    /// Not as the rule says, but below the level that was asked for, or a note.
    Below,
    LeftOut,
}

impl Outcome {
    fn of(tried: &ClientTried, policy: &Policy) -> Outcome {
        match &tried.verdict {
            ClientVerdict::Passed => Outcome::Passed,
            ClientVerdict::NotApplicable(_) => Outcome::LeftOut,
            ClientVerdict::Failed { .. } if policy.counts(tried.case.level) => Outcome::Failed,
            ClientVerdict::Failed { .. } => Outcome::Below,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Outcome::Passed => "passed",
            Outcome::Failed => "failed",
            Outcome::Below => "below the level",
            Outcome::LeftOut => "left out",
        }
    }
}

/// How many cases of this level (`None`: of all) have which outcome.
fn count(probe: &ClientProbe, policy: &Policy, level: Option<Level>) -> Count {
    let mut count = Count::default();
    for tried in &probe.tried {
        if level.is_some_and(|level| tried.case.level != level) {
            continue;
        }
        match Outcome::of(tried, policy) {
            Outcome::Passed => count.passed += 1,
            Outcome::Failed => count.failed += 1,
            Outcome::LeftOut => count.left_out += 1,
            Outcome::Below => {}
        }
    }
    count
}

/// The whole report as one JSON document; all cases, in order.
pub fn json(probe: &ClientProbe, client: &str, policy: &Policy) -> String {
    let failed = count(probe, policy, None).failed;
    let mut text = String::from("{\n");
    let _ = writeln!(text, "  \"client\": {},", json::string(client));
    let _ = writeln!(text, "  \"passed\": {},", failed == 0);
    let notices = probe.baseline.notices();
    let notices = json::strings(notices.iter().copied());
    let _ = writeln!(text, "  \"notices\": {notices},");
    text.push_str(&json_levels(|level| count(probe, policy, Some(level))));
    let cases: Vec<String> = probe
        .tried
        .iter()
        .map(|tried| case(tried, policy))
        .collect();
    let _ = writeln!(text, "  \"cases\": [\n{}\n  ]\n}}", cases.join(",\n"));
    text
}

fn case(tried: &ClientTried, policy: &Policy) -> String {
    let case = &tried.case;
    let quotes = case.basis.iter().map(|quote| quote.text);
    let allowed = case.allow.iter().map(|allow| allow.text);
    let mut fields = vec![
        ("case", json::string(case.name)),
        ("rfc", json::string(case.rfc)),
        ("section", json::string(case.section)),
        ("level", json::string(case.level.word())),
        ("verdict", json::string(Outcome::of(tried, policy).word())),
        ("rule", json::string(case.rule)),
        ("quotes", json::strings(quotes)),
        ("allowed", json::strings(allowed)),
    ];
    match &tried.verdict {
        ClientVerdict::Passed => {}
        ClientVerdict::NotApplicable(lack) => fields.push(("lacks", json::string(lack))),
        ClientVerdict::Failed {
            failure,
            transcript,
        } => {
            fields.push(("seen", json::string(&failure.why)));
            fields.push(("transcript", json::string(&transcript.render())));
        }
    }
    json_case(&fields)
}

/// One `testsuite` with a `testcase` for each case.
pub fn junit(probe: &ClientProbe, client: &str, policy: &Policy) -> String {
    let Count { passed, failed, .. } = count(probe, policy, None);
    let skipped = probe.tried.len() - passed - failed;
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  \
         <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{skipped}\">\n",
        xml_text(&format!("client {client}")),
        probe.tried.len(),
        failed,
    );
    for tried in &probe.tried {
        let case = &tried.case;
        let _ = write!(
            text,
            "    <testcase classname=\"RFC {} {}\" name=\"{}\"",
            xml_text(case.rfc),
            xml_text(case.section),
            xml_text(case.name)
        );
        let inner = match &tried.verdict {
            ClientVerdict::Passed => {
                text.push_str("/>\n");
                continue;
            }
            ClientVerdict::NotApplicable(lack) => {
                let why = xml_text(&format!("not applicable: no {lack}"));
                format!("<skipped message=\"{why}\"/>")
            }
            ClientVerdict::Failed {
                failure,
                transcript,
            } => {
                let message = xml_text(&failure.why);
                let level = case.level.word();
                let whole = xml_text(&format!("{}\n{}", case.rule, transcript.render()));
                match Outcome::of(tried, policy) {
                    Outcome::Failed => {
                        format!("<failure message=\"{message}\" type=\"{level}\">{whole}</failure>")
                    }
                    _ => format!("<skipped message=\"below the level asked for: {message}\"/>"),
                }
            }
        };
        let _ = writeln!(text, ">\n      {inner}\n    </testcase>");
    }
    text.push_str("  </testsuite>\n</testsuites>\n");
    text
}

/// The sum of each level, then one line for each failure.
pub fn markdown(probe: &ClientProbe, client: &str, policy: &Policy) -> String {
    let Count { passed, failed, .. } = count(probe, policy, None);
    let verdict = if failed == 0 { "passed" } else { "failed" };
    let mut text = format!(
        "**probe of the client {}: {verdict}**, {passed} of {} cases passed\n\n",
        cell(client),
        passed + failed
    );
    text.push_str(&markdown_levels(|level| count(probe, policy, Some(level))));
    if failed == 0 {
        return text;
    }
    text.push_str(MARKDOWN_FAILURES);
    for tried in &probe.tried {
        let ClientVerdict::Failed { failure, .. } = &tried.verdict else {
            continue;
        };
        if Outcome::of(tried, policy) != Outcome::Failed {
            continue;
        }
        let case = &tried.case;
        let _ = writeln!(
            text,
            "| `{}` | {} | {} {} | {} | {} |",
            case.name,
            case.level.word(),
            case.rfc,
            case.section,
            cell(case.rule),
            cell(&failure.why)
        );
    }
    text
}
