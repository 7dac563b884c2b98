//! The report of a probe: which failures count, which are expected, and which have the same cause. Written as
//! text, Markdown, JSON, and JUnit XML.
//!
//! Rule 1: the same responses give the same text. Only XML and JSON contain times.
//! Rule 2: each cause is reported once, with the list of its cases.

mod json;
mod junit;
mod markdown;
pub mod shared_lines;
mod text;

pub use json::json;
pub use junit::junit;
pub use markdown::markdown;
pub use text::{explain, text};

use crate::probe::case::{Case, Level};
use crate::probe::verdict::{Cause, Failure};
use crate::probe::{Probe, Tried, Verdict};
use crate::wire::Transcript;

/// What a reader asks for.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Failures of this level and of graver ones count.
    pub level: Level,
    /// Failures that are expected.
    pub accepted: Vec<Accepted>,
}

/// One expected failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The name of the case.
    pub case: String,
    /// Why it may fail.
    pub reason: String,
}

/// What a verdict is for this reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// As the rule says.
    Passed,
    /// It counts.
    Failed,
    /// It does not: its level is milder than asked for.
    Below,
    /// Allowed, but risky.
    Noted,
    /// Expected to fail, and it does.
    Accepted,
    /// Expected to fail, and it does not.
    Unexpected,
    /// The peer has nothing that the rule is about.
    LeftOut,
}

impl Kind {
    /// The word in JSON. Whether a failure counts is the reader's choice, so it is a failure there.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Passed | Kind::Unexpected => "passed",
            Kind::Failed | Kind::Below => "failed",
            Kind::Noted => "noted",
            Kind::Accepted => "accepted",
            Kind::LeftOut => "left out",
        }
    }
}

/// A probe for a reader.
pub struct Report<'a> {
    /// The probe.
    pub probe: &'a Probe,
    /// What the reader asked for.
    pub policy: &'a Policy,
}

/// Failures by one cause: the first in full, the others by name.
pub struct Group<'a> {
    /// How grave.
    pub level: Level,
    /// The first.
    pub case: &'a Case,
    /// Why it failed.
    pub failure: &'a Failure,
    /// The recorded conversation.
    pub transcript: &'a Transcript,
    /// The others.
    pub others: Vec<&'a Case>,
}

/// How many passed, failed, and were left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Passed.
    pub passed: usize,
    /// Failed, expected or not.
    pub failed: usize,
    /// Left out: the peer has nothing that they are about.
    pub left_out: usize,
}

impl Count {
    /// Of these cases; notes are not counted.
    pub fn of<'a>(tried: impl IntoIterator<Item = &'a Tried>) -> Count {
        let tried = tried.into_iter();
        Count::of_verdicts(tried.map(|one| (one.case.level, &one.verdict)))
    }

    /// The same for the levels of cases, and what came of them.
    pub fn of_verdicts<'a>(all: impl IntoIterator<Item = (Level, &'a Verdict)>) -> Count {
        let mut count = Count::default();
        for (level, verdict) in all {
            match verdict {
                Verdict::Failed { failure, .. } if failure.level == Level::Note => {}
                Verdict::Passed | Verdict::NotApplicable(_) if level == Level::Note => {}
                Verdict::Passed => count.passed += 1,
                Verdict::Failed { .. } => count.failed += 1,
                Verdict::NotApplicable(_) => count.left_out += 1,
            }
        }
        count
    }
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            level: Level::Should,
            accepted: Vec::new(),
        }
    }
}

impl Policy {
    /// Whether a failure of this level counts.
    pub fn counts(&self, level: Level) -> bool {
        match (self.level, level) {
            (_, Level::Note) => false,
            (_, Level::Security) => true,
            (Level::Security, _) => false,
            (Level::Must, level) => level == Level::Must,
            (Level::Should | Level::Note, _) => true,
        }
    }

    /// What the verdict on the case of this name is for a reader with this policy.
    pub fn kind(&self, case: &str, verdict: &Verdict) -> Kind {
        let accepted = self.reason(case).is_some();
        match verdict {
            Verdict::NotApplicable(_) => Kind::LeftOut,
            Verdict::Passed if accepted => Kind::Unexpected,
            Verdict::Passed => Kind::Passed,
            Verdict::Failed { failure, .. } if failure.level == Level::Note => Kind::Noted,
            Verdict::Failed { .. } if accepted => Kind::Accepted,
            Verdict::Failed { failure, .. } if self.counts(failure.level) => Kind::Failed,
            Verdict::Failed { .. } => Kind::Below,
        }
    }

    /// Why the case of this name is expected to fail, if it is.
    pub fn reason(&self, case: &str) -> Option<&str> {
        let mut accepted = self.accepted.iter();
        let found = accepted.find(|accepted| accepted.case == case)?;
        Some(&found.reason)
    }
}

impl<'a> Report<'a> {
    /// What the verdict on a case is for this reader.
    pub fn kind(&self, tried: &Tried) -> Kind {
        self.policy.kind(tried.case.name, &tried.verdict)
    }

    /// The cases of this kind, in order.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &'a Tried> {
        let tried = self.probe.tried.iter();
        tried.filter(move |tried| self.kind(tried) == kind)
    }

    /// Whether the server is not as the reader asks: a failure counts, or the probe ended early.
    pub fn fails(&self) -> bool {
        self.probe.stopped.is_some() || self.of_kind(Kind::Failed).next().is_some()
    }

    /// The failures of this kind by their causes, the first case of each in its place. A note by a cause
    /// that failures have, too, is told with those.
    pub fn groups(&self, kind: Kind) -> Vec<Group<'a>> {
        let mut groups: Vec<Group<'a>> = Vec::new();
        let told = match kind {
            Kind::Noted => self.groups(Kind::Failed),
            _ => Vec::new(),
        };
        let shares = |groups: &[Group], failure: &Failure| {
            let mut groups = groups.iter();
            failure.shared().is_some() && groups.any(|it| it.failure.cause == failure.cause)
        };
        for tried in &self.probe.tried {
            let Verdict::Failed {
                failure,
                transcript,
            } = &tried.verdict
            else {
                continue;
            };
            let (is, with) = (self.kind(tried), shares(&groups, failure));
            let told =
                is == Kind::Noted && (kind == Kind::Failed && with || shares(&told, failure));
            if !told && is != kind || told && kind == Kind::Noted {
                continue;
            }
            match groups
                .iter_mut()
                .find(|group| group.has(&tried.case, failure))
            {
                Some(group) => {
                    group.others.push(&tried.case);
                    group.level = group.level.graver(failure.level);
                }
                None => groups.push(Group {
                    level: failure.level,
                    case: &tried.case,
                    failure,
                    transcript,
                    others: Vec::new(),
                }),
            }
        }
        groups
    }

    /// The cases of one section each; a section that comes twice is one.
    pub fn sections(&self) -> Vec<Vec<&'a Tried>> {
        let mut sections: Vec<Vec<&Tried>> = Vec::new();
        for tried in &self.probe.tried {
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
}

impl Group<'_> {
    /// Whether another failure has the same cause: one that many rules share, or the same rule broken in
    /// the same way.
    fn has(&self, case: &Case, failure: &Failure) -> bool {
        match (self.failure.shared(), failure.shared()) {
            (Some(one), Some(other)) => one == other,
            (None, None) => {
                let dies = failure.cause.is_some();
                let same_rule = self.case.basis == case.basis && self.failure.why == failure.why;
                !dies && same_rule && self.level == failure.level
            }
            _ => false,
        }
    }
}

impl Failure {
    /// The cause, if it is one that many cases may share.
    fn shared(&self) -> Option<Cause> {
        self.cause.filter(|cause| *cause != Cause::Dies)
    }
}
