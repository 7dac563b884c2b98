//! A report as JUnit XML: a section is a `testsuite`.

use std::fmt::Write;
use std::time::Duration;

use super::shared_lines::junit_outcome;
use super::{Kind, Report};
use crate::probe::Tried;
use crate::wire::xml_text;

/// A whole document. An expected failure is a skipped test; an early end is an error of its own.
pub fn junit(report: &Report) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for section in report.sections() {
        let Some(first) = section.first() else {
            continue;
        };
        let case = &first.case;
        let name = xml_text(&format!("RFC {} {} {}", case.rfc, case.section, case.title));
        let count = |kinds: &[Kind]| {
            let tried = section.iter();
            tried.filter(|it| kinds.contains(&report.kind(it))).count()
        };
        let took: Duration = section.iter().map(|tried| tried.took).sum();
        let _ = writeln!(
            text,
            "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"{:.3}\">",
            section.len(),
            count(&[Kind::Failed]),
            count(&[Kind::LeftOut, Kind::Accepted, Kind::Below, Kind::Noted]),
            took.as_secs_f64()
        );
        for tried in section {
            junit_case(&mut text, report, &name, tried);
        }
        text.push_str("  </testsuite>\n");
    }
    if let Some(stopped) = &report.probe.stopped {
        let why = xml_text(&stopped.story());
        let _ = writeln!(
            text,
            "  <testsuite name=\"probe\" tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\">\n    \
             <testcase classname=\"probe\" name=\"the server stays\">\n      \
             <error message=\"{why}\"/>\n    </testcase>\n  </testsuite>"
        );
    }
    text.push_str("</testsuites>\n");
    text
}

fn junit_case(text: &mut String, report: &Report, suite: &str, tried: &Tried) {
    let name = xml_text(&tried.case.id());
    let time = tried.took.as_secs_f64();
    let _ = write!(
        text,
        "    <testcase classname=\"{suite}\" name=\"{name}\" time=\"{time:.3}\""
    );
    let reason = report.policy.reason(tried.case.name);
    let (verdict, kind) = (&tried.verdict, report.kind(tried));
    text.push_str(&junit_outcome(verdict, kind, tried.case.rule, reason));
}
