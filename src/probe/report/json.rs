//! A report as one JSON document (RFC 8259).

use std::fmt::Write;

use super::{Count, Kind, Report};
use crate::probe::case::Level;
use crate::probe::{Tried, Verdict, reproduce};

/// The whole report; all cases, in order.
pub fn json(report: &Report) -> String {
    let probe = report.probe;
    let mut text = String::from("{\n");
    let _ = writeln!(text, "  \"server\": {},", string(&probe.target.host));
    let _ = writeln!(text, "  \"path\": {},", string(&probe.target.path));
    let _ = writeln!(text, "  \"passed\": {},", !report.fails());
    let stopped = probe.stopped.as_ref().map(|stopped| stopped.story());
    let stopped = stopped.map_or("null".to_string(), |story| string(&story));
    let _ = writeln!(text, "  \"stopped\": {stopped},");
    let notices = probe.baseline.notices();
    let notices = notices.iter().chain(&probe.remarks);
    let _ = writeln!(text, "  \"notices\": {},", list(notices.map(|it| &it[..])));
    let levels = [Level::Must, Level::Should, Level::Security].map(|level| {
        let same = probe.tried.iter().filter(|tried| tried.case.level == level);
        let Count {
            passed,
            failed,
            left_out,
        } = Count::of(same);
        let name = string(level.word());
        format!(
            "    {name}: {{\"passed\": {passed}, \"failed\": {failed}, \"left_out\": {left_out}}}"
        )
    });
    let _ = writeln!(text, "  \"levels\": {{\n{}\n  }},", levels.join(",\n"));
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
    let verdict = match report.kind(tried) {
        Kind::Passed | Kind::Unexpected => "passed",
        Kind::Failed | Kind::Below => "failed",
        Kind::Noted => "noted",
        Kind::Accepted => "accepted",
        Kind::LeftOut => "left out",
    };
    let quotes = case.basis.iter().map(|quote| quote.text);
    let mut fields = vec![
        ("case", string(case.name)),
        ("rfc", string(case.rfc)),
        ("section", string(case.section)),
        ("level", string(case.level.word())),
        ("verdict", string(verdict)),
        ("rule", string(case.rule)),
        ("quotes", list(quotes)),
        ("allowed", list(case.allow.iter().map(|allow| allow.text))),
        ("milliseconds", tried.took.as_millis().to_string()),
    ];
    if let Verdict::Failed {
        failure,
        transcript,
    } = &tried.verdict
    {
        fields.push(("failed_as", string(failure.level.word())));
        fields.push(("seen", string(&failure.why)));
        if let Some(cause) = failure.cause {
            fields.push(("cause", string(&cause.to_string())));
        }
        let (target, baseline) = (&report.probe.target, &report.probe.baseline);
        if let Some(line) = reproduce::line(case, target, baseline) {
            fields.push(("again", string(&line)));
        }
        fields.push(("transcript", string(&transcript.render())));
    }
    let fields: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("\"{name}\": {value}"))
        .collect();
    format!("    {{{}}}", fields.join(", "))
}

fn list<'a>(items: impl Iterator<Item = &'a str>) -> String {
    let items: Vec<String> = items.map(string).collect();
    format!("[{}]", items.join(", "))
}

/// A string in quotes.
fn string(text: &str) -> String {
    let mut safe = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => safe.push_str("\\\""),
            '\\' => safe.push_str("\\\\"),
            '\n' => safe.push_str("\\n"),
            '\r' => safe.push_str("\\r"),
            '\t' => safe.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(safe, "\\u{:04x}", u32::from(c));
            }
            c => safe.push(c),
        }
    }
    safe.push('"');
    safe
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_string_holds_whatever_a_server_said() {
        assert_eq!(
            super::string("a\"\\\u{1}\u{7f}é"),
            r#""a\"\\\u0001\u007fé""#
        );
    }
}
