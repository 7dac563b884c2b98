//! A report as a table for a pull request.

use std::fmt::Write;

use super::shared_lines::{MARKDOWN_FAILURES, cell, markdown_levels};
use super::{Count, Kind, Report};

/// The sum, then one line a cause.
pub fn markdown(report: &Report) -> String {
    let mut text = String::new();
    let probe = report.probe;
    let count = Count::of(&probe.tried);
    let verdict = if report.fails() { "failed" } else { "passed" };
    let _ = writeln!(
        text,
        "**probe of {}: {verdict}**, {} of {} cases passed\n",
        cell(&probe.target.host),
        count.passed,
        count.passed + count.failed
    );
    if let Some(stopped) = &probe.stopped {
        let _ = writeln!(text, "{}\n", cell(&stopped.story()));
    }
    text.push_str(&markdown_levels(|level| {
        Count::of(probe.tried.iter().filter(|tried| tried.case.level == level))
    }));
    let groups = report.groups(Kind::Failed);
    if groups.is_empty() {
        return text;
    }
    text.push_str(MARKDOWN_FAILURES);
    for group in groups {
        let case = group.case;
        let more = match group.others.len() {
            0 => String::new(),
            count => format!(" and {count} more"),
        };
        let _ = writeln!(
            text,
            "| `{}`{more} | {} | {} {} | {} | {} |",
            case.name,
            group.level.word(),
            case.rfc,
            case.section,
            cell(case.rule),
            cell(&group.failure.why)
        );
    }
    text
}
