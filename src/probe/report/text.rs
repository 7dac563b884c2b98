//! A report as text of at most 80 columns; only the line that reproduces a failure may be longer.

use crate::plural::count_of;
use std::fmt::Write;

use super::shared_lines::{LEVELS, quotes, shown, uncounted, wrapped, wrapped_by};
use super::{Count, Group, Kind, Report};
use crate::probe::case::Case;
use crate::probe::{reproduce, verdict::Cause};

/// What must be known first, the failures in full (`brief`: two lines each), the notes, the table of
/// sections, and the sum.
pub fn text(report: &Report, brief: bool) -> String {
    let mut text = String::new();
    let probe = report.probe;
    for notice in probe.baseline.notices().iter().chain(&probe.remarks) {
        wrapped(&mut text, "note: ", notice);
    }
    let groups = report.groups(Kind::Failed);
    if !text.is_empty() {
        text.push('\n');
    }
    for group in &groups {
        failure(&mut text, report, group, brief);
    }
    if brief && !groups.is_empty() {
        text.push('\n');
    }
    others(&mut text, report);
    table(&mut text, report);
    sum(&mut text, report);
    if let Some(stopped) = &probe.stopped {
        text.push('\n');
        wrapped(&mut text, "STOPPED ", &stopped.story());
    }
    text
}

/// What failed, what the rule is, what was allowed and what came.
fn failure(text: &mut String, report: &Report, group: &Group, brief: bool) {
    let Case {
        rfc, section, name, ..
    } = group.case;
    let level = group.level.word();
    let _ = writeln!(text, "FAIL {rfc} {section} {name} · {level}");
    if brief {
        wrapped(text, "     ", &group.failure.why);
        also(text, "     ", group);
        return;
    }
    rule(text, group.case);
    wrapped(text, "  seen:    ", &group.failure.why);
    text.push('\n');
    shown(text, group.transcript);
    text.push('\n');
    let (target, baseline) = (&report.probe.target, &report.probe.baseline);
    if let Some(line) = reproduce::line(group.case, target, baseline) {
        let _ = writeln!(text, "  again: {line}");
    }
    let path = match &target.path[..] {
        "/" => String::new(),
        path => format!(" --path {path}"),
    };
    let host = &target.host;
    let _ = writeln!(text, "  alone: cargo lab probe {host} --case {name}{path}");
    also(text, "  ", group);
    text.push('\n');
}

/// The rule, the sentences it rests on, both readings, and what is allowed.
fn rule(text: &mut String, case: &Case) {
    wrapped(text, "  rule:    ", case.rule);
    quotes(text, &case.basis);
    for reading in &case.readings {
        wrapped(text, "  reading: ", reading);
    }
    let allowed: Vec<&str> = case.allow.iter().map(|allow| allow.text).collect();
    wrapped(text, "  allowed: ", &allowed.join(", or "));
}

/// The other cases of a group.
fn also(text: &mut String, indent: &str, group: &Group) {
    if group.others.is_empty() {
        return;
    }
    let names: Vec<&str> = group.others.iter().map(|case| case.name).collect();
    let count = names.len();
    let cause = match group.failure.cause {
        Some(cause) if cause != Cause::Dies => format!("{cause}"),
        _ => "the same".to_string(),
    };
    let words = format!("{cause}, in {count} more: {}", names.join(", "));
    wrapped(text, indent, &words);
}

/// What does not count: notes, milder failures, expected ones, and expected ones that did not come.
fn others(text: &mut String, report: &Report) {
    let before = text.len();
    for group in report.groups(Kind::Noted) {
        let first = format!("NOTE {}: ", group.case.name);
        wrapped_by(text, &first, 5, &group.failure.why);
        also(text, "     ", &group);
    }
    let tried = report.probe.tried.iter();
    let kinds: Vec<(&str, Kind)> = tried.map(|it| (it.case.name, report.kind(it))).collect();
    uncounted(text, &kinds, report.policy);
    if text.len() > before {
        text.push('\n');
    }
}

/// One line a section, in the order of the cases.
fn table(text: &mut String, report: &Report) {
    let _ = writeln!(text, "{:52}passed failed left out", "");
    for section in report.sections() {
        let Some(first) = section.first() else {
            continue;
        };
        let Case {
            rfc,
            section: number,
            title,
            ..
        } = &first.case;
        let count = Count::of(section.iter().copied());
        let name: String = format!("{rfc} {number} {title}").chars().take(51).collect();
        let cell = |number: usize| match number {
            0 => String::new(),
            some => some.to_string(),
        };
        let line = format!(
            "{name:52}{:>6}{:>7}{:>9}",
            cell(count.passed),
            cell(count.failed),
            cell(count.left_out)
        );
        let _ = writeln!(text, "{}", line.trim_end());
    }
}

fn sum(text: &mut String, report: &Report) {
    let tried = &report.probe.tried;
    let count = Count::of(tried);
    let all = count.passed + count.failed;
    let causes = report.groups(Kind::Failed).len();
    let _ = write!(
        text,
        "\n{}: {} passed, {} failed",
        count_of(all, "case"),
        count.passed,
        count.failed
    );
    let _ = match causes {
        0 => writeln!(text),
        _ => writeln!(text, ", by {}", count_of(causes, "cause")),
    };
    let levels = LEVELS.map(|level| {
        let same = tried.iter().filter(|tried| tried.case.level == level);
        let count = Count::of(same);
        let all = count.passed + count.failed;
        format!("{} {} of {all}", level.word(), count.passed)
    });
    let _ = writeln!(text, "passed: {}", levels.join(" · "));
    let notes = report.of_kind(Kind::Noted).count();
    if notes > 0 {
        let _ = writeln!(
            text,
            "{}: allowed, but risky; not counted",
            count_of(notes, "note")
        );
    }
    if count.left_out > 0 {
        let left_out = count.left_out;
        let _ = writeln!(
            text,
            "{left_out} left out: the server does not have their features"
        );
    }
}

/// All that is known of a case before it is tried.
pub fn explain(case: &Case) -> String {
    let mut text = String::new();
    let Case {
        rfc,
        section,
        title,
        name,
        ..
    } = case;
    let level = case.level.word();
    let _ = writeln!(text, "{name} · {level} · RFC {rfc} {section} {title}\n");
    rule(&mut text, case);
    if !case.needs.is_empty() {
        wrapped(&mut text, "  needs:   ", &case.needs.join(", "));
    }
    text.push('\n');
    for line in case.text.lines().filter(|line| !line.starts_with('@')) {
        if !line.is_empty() {
            let _ = writeln!(text, "  {line}");
        }
    }
    text
}
