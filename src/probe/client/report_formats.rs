//! A probe of a client for other programs: JSON (RFC 8259), JUnit XML, and a Markdown table.
//!
//! Rule: what counts as a failure is decided in one place, `Policy::kind`, as for servers.

use std::fmt::Write;

use super::report::{count, fails};
use super::{ClientProbe, ClientTried};
use crate::json;
use crate::probe::Verdict;
use crate::probe::report::shared_lines::{
    MARKDOWN_FAILURES, cell, json_case, json_levels, junit_outcome, markdown_levels,
};
use crate::probe::report::{Count, Kind, Policy};
use crate::wire::xml_text;

/// The whole report as one JSON document; all cases, in order.
pub fn json(probe: &ClientProbe, client: &str, policy: &Policy) -> String {
    let mut text = String::from("{\n");
    let _ = writeln!(text, "  \"client\": {},", json::string(client));
    let _ = writeln!(text, "  \"passed\": {},", !fails(probe, policy));
    let notices = probe.baseline.notices();
    let notices = json::strings(notices.iter().copied());
    let _ = writeln!(text, "  \"notices\": {notices},");
    text.push_str(&json_levels(|level| count(probe, level)));
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
        ("verdict", json::string(tried.kind(policy).word())),
        ("rule", json::string(case.rule)),
        ("quotes", json::strings(quotes)),
        ("allowed", json::strings(allowed)),
    ];
    match &tried.verdict {
        Verdict::Passed => {}
        Verdict::NotApplicable(lack) => fields.push(("lacks", json::string(lack))),
        Verdict::Failed {
            failure,
            transcript,
        } => {
            fields.push(("failed_as", json::string(failure.level.word())));
            fields.push(("seen", json::string(&failure.why)));
            fields.push(("transcript", json::string(&transcript.render())));
        }
    }
    json_case(&fields)
}

/// One `testsuite` with a `testcase` for each case.
pub fn junit(probe: &ClientProbe, client: &str, policy: &Policy) -> String {
    let kinds: Vec<Kind> = probe.tried.iter().map(|it| it.kind(policy)).collect();
    let of = |wanted: &[Kind]| kinds.iter().filter(|kind| wanted.contains(kind)).count();
    let failed = of(&[Kind::Failed]);
    let skipped = of(&[Kind::LeftOut, Kind::Accepted, Kind::Below, Kind::Noted]);
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
        let reason = policy.reason(case.name);
        let (verdict, kind) = (&tried.verdict, tried.kind(policy));
        text.push_str(&junit_outcome(verdict, kind, case.rule, reason));
    }
    text.push_str("  </testsuite>\n</testsuites>\n");
    text
}

/// The sum of each level, then one line for each failure.
pub fn markdown(probe: &ClientProbe, client: &str, policy: &Policy) -> String {
    let all = probe.tried.iter();
    let Count { passed, failed, .. } =
        Count::of_verdicts(all.map(|it| (it.case.level, &it.verdict)));
    let fails = fails(probe, policy);
    let verdict = if fails { "failed" } else { "passed" };
    let mut text = format!(
        "**probe of the client {}: {verdict}**, {passed} of {} cases passed\n\n",
        cell(client),
        passed + failed
    );
    text.push_str(&markdown_levels(|level| count(probe, level)));
    if !fails {
        return text;
    }
    text.push_str(MARKDOWN_FAILURES);
    for tried in &probe.tried {
        let Verdict::Failed { failure, .. } = &tried.verdict else {
            continue;
        };
        if tried.kind(policy) != Kind::Failed {
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
