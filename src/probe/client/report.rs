//! A probe of a client as text of at most 80 columns.

use std::fmt::Write;

use crate::probe::Verdict;
use crate::probe::case::Level;
use crate::probe::client::case::ClientCase;
use crate::probe::client::{ClientProbe, ClientTried};
use crate::probe::report::shared_lines::{LEVELS, quotes, shown, uncounted, wrapped, wrapped_by};
use crate::probe::report::{Count, Kind, Policy};
use crate::probe::verdict::Failure;
use crate::wire::Transcript;

/// Failures by one rule, broken in one way.
struct Group<'a> {
    case: &'a ClientCase,
    failure: &'a Failure,
    transcript: &'a Transcript,
    others: Vec<&'a str>,
}

/// What must be known first, the failures (`brief`: without bytes), the notes, and the sum.
pub fn text(probe: &ClientProbe, policy: &Policy, brief: bool) -> String {
    let mut text = String::new();
    for notice in probe.baseline.notices() {
        wrapped(&mut text, "note: ", notice);
    }
    if !text.is_empty() {
        text.push('\n');
    }
    for group in groups(probe, policy, Kind::Failed) {
        failure(&mut text, &group, brief);
    }
    for group in groups(probe, policy, Kind::Noted) {
        let first = format!("NOTE {}: ", group.case.name);
        wrapped_by(&mut text, &first, 5, &group.failure.why);
        also(&mut text, &group);
    }
    let tried = probe.tried.iter();
    let kinds: Vec<(&str, Kind)> = tried.map(|it| (it.case.name, it.kind(policy))).collect();
    uncounted(&mut text, &kinds, policy);
    sum(&mut text, probe);
    text
}

/// Whether the client is not as the reader asks.
pub fn fails(probe: &ClientProbe, policy: &Policy) -> bool {
    let mut tried = probe.tried.iter();
    tried.any(|it| it.kind(policy) == Kind::Failed)
}

fn groups<'a>(probe: &'a ClientProbe, policy: &Policy, wanted: Kind) -> Vec<Group<'a>> {
    let mut groups: Vec<Group> = Vec::new();
    for tried in &probe.tried {
        let Verdict::Failed {
            failure,
            transcript,
        } = &tried.verdict
        else {
            continue;
        };
        if tried.kind(policy) != wanted {
            continue;
        }
        let same = |group: &&mut Group| {
            group.case.rule == tried.case.rule && group.case.level == tried.case.level
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.others.push(tried.case.name),
            None => groups.push(Group {
                case: &tried.case,
                failure,
                transcript,
                others: Vec::new(),
            }),
        }
    }
    groups
}

fn failure(text: &mut String, group: &Group, brief: bool) {
    let case = group.case;
    let level = case.level.word();
    let _ = writeln!(
        text,
        "FAIL {} {} {} · {level}",
        case.rfc, case.section, case.name
    );
    if brief {
        wrapped(text, "     ", &group.failure.why);
        return also(text, group);
    }
    rule(text, case);
    wrapped(text, "  seen:    ", &group.failure.why);
    text.push('\n');
    shown(text, group.transcript);
    text.push('\n');
    let name = case.name;
    let _ = writeln!(text, "  alone: cargo lab probe --client CMD --case {name}");
    also(text, group);
    text.push('\n');
}

fn also(text: &mut String, group: &Group) {
    if !group.others.is_empty() {
        let count = group.others.len();
        let words = format!(
            "the same rule, in {count} more: {}",
            group.others.join(", ")
        );
        wrapped(text, "     ", &words);
    }
}

/// The rule, the sentences it rests on, both readings, and what is allowed.
fn rule(text: &mut String, case: &ClientCase) {
    wrapped(text, "  rule:    ", case.rule);
    quotes(text, &case.basis);
    for reading in &case.readings {
        wrapped(text, "  reading: ", reading);
    }
    let allowed: Vec<&str> = case.allow.iter().map(|allow| allow.text).collect();
    wrapped(text, "  allowed: ", &allowed.join(", or "));
}

/// How many cases of this level passed, failed, and were left out.
pub fn count(probe: &ClientProbe, level: Level) -> Count {
    let of = probe.tried.iter().filter(|it| it.case.level == level);
    Count::of_verdicts(of.map(|it| (level, &it.verdict)))
}

fn sum(text: &mut String, probe: &ClientProbe) {
    let levels = LEVELS.map(|level| {
        let Count { passed, failed, .. } = count(probe, level);
        format!("{} {passed} of {}", level.word(), passed + failed)
    });
    let _ = writeln!(text, "\npassed: {}", levels.join(" · "));
    let lacks = |tried: &&ClientTried| matches!(tried.verdict, Verdict::NotApplicable(_));
    let left_out = probe.tried.iter().filter(lacks).count();
    if left_out > 0 {
        let _ = writeln!(
            text,
            "{left_out} left out: the client does not have their features"
        );
    }
}

/// All that is known of a case before it is tried.
pub fn explain(case: &ClientCase) -> String {
    let ClientCase {
        rfc,
        section,
        title,
        name,
        ..
    } = case;
    let level = case.level.word();
    let mut text = format!("{name} · {level} · RFC {rfc} {section} {title} (for clients)\n\n");
    rule(&mut text, case);
    text.push('\n');
    for (target, lines) in &case.pages {
        if !target.is_empty() {
            let _ = writeln!(text, "  to {target}");
        }
        let said = lines.lines().filter(|line| {
            !line.is_empty() && (!line.starts_with('@') || line.starts_with("@endless"))
        });
        for line in said {
            let _ = writeln!(text, "  {line}");
        }
    }
    text
}
