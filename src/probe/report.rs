//! A probe as text of at most 80 columns, and as JUnit XML.
//!
//! Rule: the text of the same answers is the same; times stand in the XML alone.

use std::fmt::Write;
use std::time::Duration;

use crate::probe::case::{Case, Level};
use crate::probe::{Probe, Tried, Verdict};
use crate::wire::xml_text;

/// Columns of a line.
const WIDTH: usize = 80;

/// How many passed, failed, and were left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Passed.
    pub passed: usize,
    /// Failed.
    pub failed: usize,
    /// Left out: the server has nothing that they are about.
    pub left_out: usize,
}

impl Count {
    /// Of these cases.
    pub fn of<'a>(tried: impl IntoIterator<Item = &'a Tried>) -> Count {
        let mut count = Count::default();
        for one in tried {
            match one.verdict {
                Verdict::Passed => count.passed += 1,
                Verdict::Failed { .. } => count.failed += 1,
                Verdict::NotApplicable => count.left_out += 1,
            }
        }
        count
    }
}

/// The failures in full (`brief`: one line each), then the table of sections, then the sum.
pub fn text(probe: &Probe, brief: bool) -> String {
    let mut text = String::new();
    for tried in &probe.tried {
        if let Verdict::Failed { why, transcript } = &tried.verdict {
            headline(&mut text, &tried.case, why, brief);
            if !brief {
                let shown = transcript.brief().render();
                for line in shown.lines().filter(|line| !line.starts_with('@')) {
                    let _ = writeln!(text, "  {line}");
                }
                text.push('\n');
            }
        }
    }
    if brief && !text.is_empty() {
        text.push('\n');
    }
    table(&mut text, probe);
    sum(&mut text, probe);
    text
}

/// What failed, what the rule is, what was allowed and what came.
fn headline(text: &mut String, case: &Case, why: &str, brief: bool) {
    let Case {
        rfc, section, name, ..
    } = case;
    let level = case.level.word();
    let _ = writeln!(text, "FAIL {rfc} {section} {name} · {level}");
    if brief {
        wrapped(text, "     ", why);
        return;
    }
    let allowed: Vec<&str> = case.allow.iter().map(|allow| allow.text).collect();
    wrapped(text, "  rule:    ", case.rule);
    wrapped(text, "  allowed: ", &allowed.join(", or "));
    wrapped(text, "  seen:    ", why);
    text.push('\n');
}

/// Words behind `first`, continued under themselves.
fn wrapped(text: &mut String, first: &str, words: &str) {
    let mut line = first.to_string();
    let mut fresh = true;
    for word in words.split(' ') {
        let longer = line.chars().count() + 1 + word.chars().count();
        if !fresh && longer > WIDTH {
            let _ = writeln!(text, "{line}");
            line = " ".repeat(first.len());
            fresh = true;
        }
        if !fresh {
            line.push(' ');
        }
        line.push_str(word);
        fresh = false;
    }
    let _ = writeln!(text, "{line}");
}

/// One line a section, in the order of the cases.
fn table(text: &mut String, probe: &Probe) {
    let _ = writeln!(text, "{:52}passed failed left out", "");
    for section in sections(probe) {
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

/// The cases of one section each; a section that comes twice is one.
fn sections(probe: &Probe) -> Vec<Vec<&Tried>> {
    let mut sections: Vec<Vec<&Tried>> = Vec::new();
    for tried in &probe.tried {
        let same = |section: &&mut Vec<&Tried>| {
            section.first().is_some_and(|first| {
                (first.case.rfc, first.case.section) == (tried.case.rfc, tried.case.section)
            })
        };
        match sections.iter_mut().find(same) {
            Some(section) => section.push(tried),
            None => sections.push(vec![tried]),
        }
    }
    sections
}

fn sum(text: &mut String, probe: &Probe) {
    let count = Count::of(&probe.tried);
    let all = count.passed + count.failed;
    let _ = writeln!(
        text,
        "\n{all} cases: {} passed, {} failed",
        count.passed, count.failed
    );
    let levels = [Level::Must, Level::Should, Level::Security].map(|level| {
        let same = probe.tried.iter().filter(|tried| tried.case.level == level);
        let count = Count::of(same);
        let all = count.passed + count.failed;
        format!("{} {} of {all}", level.word(), count.passed)
    });
    let _ = writeln!(text, "passed: {}", levels.join(" · "));
    if count.left_out > 0 {
        let _ = writeln!(
            text,
            "{} left out: the server has nothing that they are about",
            count.left_out
        );
    }
}

/// A whole XML document: a section is a `testsuite`.
pub fn junit(probe: &Probe) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for section in sections(probe) {
        let Some(first) = section.first() else {
            continue;
        };
        let case = &first.case;
        let name = xml_text(&format!("RFC {} {} {}", case.rfc, case.section, case.title));
        let count = Count::of(section.iter().copied());
        let took: Duration = section.iter().map(|tried| tried.took).sum();
        let _ = writeln!(
            text,
            "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"{:.3}\">",
            section.len(),
            count.failed,
            count.left_out,
            took.as_secs_f64()
        );
        for tried in section {
            junit_case(&mut text, &name, tried);
        }
        text.push_str("  </testsuite>\n");
    }
    text.push_str("</testsuites>\n");
    text
}

fn junit_case(text: &mut String, suite: &str, tried: &Tried) {
    let name = xml_text(&tried.case.id());
    let time = tried.took.as_secs_f64();
    let _ = write!(
        text,
        "    <testcase classname=\"{suite}\" name=\"{name}\" time=\"{time:.3}\""
    );
    match &tried.verdict {
        Verdict::Passed => text.push_str("/>\n"),
        Verdict::NotApplicable => {
            text.push_str(">\n      <skipped message=\"not applicable\"/>\n    </testcase>\n");
        }
        Verdict::Failed { why, transcript } => {
            let (message, level) = (xml_text(why), tried.case.level.word());
            let whole = xml_text(&format!(
                "{}\n{}",
                tried.case.rule,
                transcript.brief().render()
            ));
            let _ = write!(
                text,
                ">\n      <failure message=\"{message}\" type=\"{level}\">{whole}</failure>\n    </testcase>\n"
            );
        }
    }
}
