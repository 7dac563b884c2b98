//! A probe of a client for other programs: JSON (RFC 8259), JUnit XML, and a Markdown table.
//!
//! Rule: what counts as a failure is decided in one place, [`Outcome::of`], for all three.

use std::fmt::Write;

use super::{ClientProbe, ClientTried, ClientVerdict};
use crate::json;
use crate::probe::case::Level;
use crate::probe::report::Policy;
use crate::probe::report::lines::cell;
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

/// How many cases of this level (`None`: of all) have this outcome.
fn count(probe: &ClientProbe, policy: &Policy, level: Option<Level>, outcome: Outcome) -> usize {
    let of = |tried: &&ClientTried| {
        level.is_none_or(|level| tried.case.level == level) && Outcome::of(tried, policy) == outcome
    };
    probe.tried.iter().filter(of).count()
}

const LEVELS: [Level; 3] = [Level::Must, Level::Should, Level::Security];

/// The whole report as one JSON document; all cases, in order.
pub fn json(probe: &ClientProbe, client: &str, policy: &Policy) -> String {
    let failed = count(probe, policy, None, Outcome::Failed);
    let mut text = String::from("{\n");
    let _ = writeln!(text, "  \"client\": {},", json::string(client));
    let _ = writeln!(text, "  \"passed\": {},", failed == 0);
    let notices = probe.baseline.notices();
    let notices = json::strings(notices.iter().copied());
    let _ = writeln!(text, "  \"notices\": {notices},");
    let levels = LEVELS.map(|level| {
        let [passed, failed, left_out] = [Outcome::Passed, Outcome::Failed, Outcome::LeftOut]
            .map(|outcome| count(probe, policy, Some(level), outcome));
        let name = json::string(level.word());
        format!(
            "    {name}: {{\"passed\": {passed}, \"failed\": {failed}, \"left_out\": {left_out}}}"
        )
    });
    let _ = writeln!(text, "  \"levels\": {{\n{}\n  }},", levels.join(",\n"));
    let cases: Vec<String> = probe
        .tried
        .iter()
        .map(|tried| json_case(tried, policy))
        .collect();
    let _ = writeln!(text, "  \"cases\": [\n{}\n  ]\n}}", cases.join(",\n"));
    text
}

fn json_case(tried: &ClientTried, policy: &Policy) -> String {
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
    let fields: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("\"{name}\": {value}"))
        .collect();
    format!("    {{{}}}", fields.join(", "))
}

/// One `testsuite` with a `testcase` for each case.
pub fn junit(probe: &ClientProbe, client: &str, policy: &Policy) -> String {
    let total = |outcome| count(probe, policy, None, outcome);
    let skipped = total(Outcome::LeftOut) + total(Outcome::Below);
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  \
         <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{skipped}\">\n",
        xml_text(&format!("client {client}")),
        probe.tried.len(),
        total(Outcome::Failed),
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
    let total = |outcome| count(probe, policy, None, outcome);
    let (passed, failed) = (total(Outcome::Passed), total(Outcome::Failed));
    let verdict = if failed == 0 { "passed" } else { "failed" };
    let mut text = format!(
        "**probe of the client {}: {verdict}**, {passed} of {} cases passed\n\n\
         | level | passed | failed |\n| --- | ---: | ---: |\n",
        cell(client),
        passed + failed
    );
    for level in LEVELS {
        let of = |outcome| count(probe, policy, Some(level), outcome);
        let (passed, failed) = (of(Outcome::Passed), of(Outcome::Failed));
        let _ = writeln!(text, "| {} | {passed} | {failed} |", level.word());
    }
    if failed == 0 {
        return text;
    }
    text.push_str("\n| case | level | section | rule | seen |\n| --- | --- | --- | --- | --- |\n");
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
