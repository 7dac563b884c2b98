//! A report as one JSON document (RFC 8259).

use std::fmt::Write;

use super::shared_lines::{json_case, json_levels};
use super::{Count, Report};
use crate::json;
use crate::probe::{Tried, Verdict, reproduce};

/// The whole report; all cases, in order.
pub fn json(report: &Report) -> String {
    let probe = report.probe;
    let mut text = String::from("{\n");
    let _ = writeln!(text, "  \"server\": {},", json::string(&probe.target.host));
    let _ = writeln!(text, "  \"path\": {},", json::string(&probe.target.path));
    let _ = writeln!(text, "  \"passed\": {},", !report.fails());
    let stopped = probe.stopped.as_ref().map(|stopped| stopped.story());
    let stopped = stopped.map_or("null".to_string(), |story| json::string(&story));
    let _ = writeln!(text, "  \"stopped\": {stopped},");
    let notices = probe.baseline.notices();
    let notices = notices.iter().chain(&probe.remarks);
    let _ = writeln!(
        text,
        "  \"notices\": {},",
        json::strings(notices.map(|it| &it[..]))
    );
    text.push_str(&json_levels(|level| {
        Count::of(probe.tried.iter().filter(|tried| tried.case.level == level))
    }));
    let cases: Vec<String> = probe
        .tried
        .iter()
        .map(|tried| case(report, tried))
        .collect();
    let _ = writeln!(text, "  \"cases\": [\n{}\n  ]\n}}", cases.join(",\n"));
    text
}

fn case(report: &Report, tried: &Tried) -> String {
    let case = &tried.case;
    let quotes = case.basis.iter().map(|quote| quote.text);
    let mut fields = vec![
        ("case", json::string(case.name)),
        ("rfc", json::string(case.rfc)),
        ("section", json::string(case.section)),
        ("level", json::string(case.level.word())),
        ("verdict", json::string(report.kind(tried).word())),
        ("rule", json::string(case.rule)),
        ("quotes", json::strings(quotes)),
        (
            "allowed",
            json::strings(case.allow.iter().map(|allow| allow.text)),
        ),
        ("milliseconds", tried.took.as_millis().to_string()),
    ];
    if let Verdict::NotApplicable(lack) = &tried.verdict {
        fields.push(("lacks", json::string(lack)));
    }
    if let Verdict::Failed {
        failure,
        transcript,
    } = &tried.verdict
    {
        fields.push(("failed_as", json::string(failure.level.word())));
        fields.push(("seen", json::string(&failure.why)));
        if let Some(cause) = failure.cause {
            fields.push(("cause", json::string(&cause.to_string())));
        }
        let (target, baseline) = (&report.probe.target, &report.probe.baseline);
        if let Some(line) = reproduce::line(case, target, baseline) {
            fields.push(("again", json::string(&line)));
        }
        fields.push(("transcript", json::string(&transcript.render())));
    }
    json_case(&fields)
}
