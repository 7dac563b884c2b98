//! Whether what was seen is one of the outcomes that the rule allows; and some rules that hold always.

use crate::net::player::End;
use crate::probe::answers::Answer;
use crate::probe::baseline::Facts;
use crate::probe::case::Case;
use crate::probe::exchange::Seen;
use crate::probe::expectation::{Allow, Then};

/// Why a case failed, in one sentence; `None`: it passed.
pub fn failure(case: &Case, seen: &Seen, facts: &Facts) -> Option<String> {
    if let Some(why) = always(case, seen) {
        return Some(why);
    }
    let mut nearest = None;
    for allow in &case.allow {
        if !fits(allow, case, seen) {
            continue;
        }
        let nothing = Answer {
            interim: seen.answers.interim.clone(),
            ..Answer::default()
        };
        let mut answers = seen.answers.whole.iter().take(case.asks.len());
        let last = answers.next_back().unwrap_or(&nothing);
        let mut checks = allow.checks.iter();
        let found = checks.find_map(|check| check.failure(last, facts));
        match found {
            None => return None,
            found => nearest = nearest.or(found),
        }
    }
    nearest.or_else(|| Some(story(case, seen)))
}

/// What no rule allows, whatever the case is about.
fn always(case: &Case, seen: &Seen) -> Option<String> {
    let (answers, asked) = (&seen.answers, case.asks.len());
    let count = answers.whole.len();
    if let Some(fault) = answers.fault {
        return Some(format!("the answer is no HTTP: {fault}"));
    }
    let most = asked + usize::from(seen.marked);
    if count > most {
        let text = format!("{count} answers came to {most} requests (9112 11.2)");
        return Some(text);
    }
    if let Some(marker) = answers.whole.get(asked)
        && marker.status / 100 != 2
    {
        let status = marker.status;
        return Some(format!(
            "the GET behind it was misread: it got {status} (9112 11.2)"
        ));
    }
    let says_close = answers.whole.iter().take(asked).any(|answer| answer.closes);
    let may_stay = case
        .allow
        .iter()
        .any(|allow| allow.then == Some(Then::Open));
    if says_close && seen.end == End::Open && !may_stay {
        return Some("it said close and did not hang up (9112 9.6)".to_string());
    }
    None
}

/// Whether statuses and ending are those.
fn fits(allow: &Allow, case: &Case, seen: &Seen) -> bool {
    let asked = case.asks.len();
    let whole = &seen.answers.whole;
    let answers = &whole[..asked.min(whole.len())];
    let same = |(wanted, got): (&Vec<_>, &Answer)| {
        wanted
            .iter()
            .any(|status: &crate::probe::expectation::Status| status.has(got.status))
    };
    if answers.len() != allow.statuses.len() || !allow.statuses.iter().zip(answers).all(same) {
        return false;
    }
    let persists = seen.marked && whole.len() > asked;
    let closed = seen.end != End::Open && !persists;
    match allow.then {
        Some(Then::Close) => closed,
        Some(Then::Persist) => persists,
        Some(Then::Open) => !closed && !persists,
        None => closed || persists,
    }
}

/// What happened, in words.
fn story(case: &Case, seen: &Seen) -> String {
    let asked = case.asks.len();
    let whole = &seen.answers.whole;
    let statuses: Vec<String> = whole
        .iter()
        .take(asked)
        .map(|it| it.status.to_string())
        .collect();
    let got = match (&statuses[..], seen.answers.begun) {
        ([], false) => "no answer".to_string(),
        ([], true) => "an answer that breaks off".to_string(),
        (some, _) => some.join(" "),
    };
    let then = match (seen.marked && whole.len() > asked, seen.end) {
        (true, _) => "then the next request is answered, too",
        (false, End::Fin) => "then the connection is closed",
        (false, End::Rst) => "then the connection is reset",
        (false, End::Open) if seen.marked => "then silence: the next request is not answered",
        (false, End::Open) => "then silence, still open",
    };
    format!("{got}, {then}")
}
