//! A report as a table for a pull request.

use std::fmt::Write;

use super::{Count, Kind, Report};
use crate::probe::case::Level;

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
    text.push_str("| level | passed | failed |\n| --- | ---: | ---: |\n");
    for level in [Level::Must, Level::Should, Level::Security] {
        let same = probe.tried.iter().filter(|tried| tried.case.level == level);
        let Count { passed, failed, .. } = Count::of(same);
        let _ = writeln!(text, "| {} | {passed} | {failed} |", level.word());
    }
    let groups = report.groups(Kind::Failed);
    if groups.is_empty() {
        return text;
    }
    text.push_str("\n| case | level | section | rule | seen |\n| --- | --- | --- | --- | --- |\n");
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

/// Text in a cell: nothing in it ends the cell or begins markup.
fn cell(text: &str) -> String {
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
    #[test]
    fn a_cell_holds_whatever_a_server_said() {
        assert_eq!(super::cell("a|b\r\n<i>"), r"a\|b  \<i\>");
    }
}
