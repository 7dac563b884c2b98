//! Decides whether a client's behaviour is one of the outcomes that the rule allows.

use crate::plural::count_of;
use crate::probe::client::Ran;
use crate::probe::client::case::{AllowedOutcome, Check, ClientCase, Ending};
use crate::probe::client::script::{Request, Visit};
use crate::probe::verdict::Failure;

/// Why a case failed; `None`: it passed.
pub fn failure(case: &ClientCase, ran: &Ran, visit: &Visit) -> Option<Failure> {
    let failed = |why: String| {
        Some(Failure {
            level: case.level,
            cause: None,
            why,
        })
    };
    if ran.hung {
        return failed("it does not end".to_string());
    }
    let mut nearest = None;
    for outcome in &case.allow {
        if !fits(outcome, ran) {
            continue;
        }
        match outcome
            .checks
            .iter()
            .find_map(|check| broken(check, ran, visit))
        {
            None => return None,
            Some(why) => nearest = nearest.or(Some(why)),
        }
    }
    let asked = match case.pages.len() {
        0 | 1 => String::new(),
        _ => format!(", asked for {}", targets(visit)),
    };
    failed(nearest.unwrap_or_else(|| format!("{}{asked}", story(ran))))
}

/// The first targets.
fn targets(visit: &Visit) -> String {
    let requests = visit.requests.iter().take(5);
    let all: Vec<&str> = requests.map(|it| &it.target[..]).collect();
    all.join(", ")
}

fn fits(outcome: &AllowedOutcome, ran: &Ran) -> bool {
    match &outcome.ending {
        Ending::Ends => true,
        Ending::Fails => ran.status != Some(0),
        Ending::Ok(None) => ran.status == Some(0),
        Ending::Ok(Some(body)) => {
            ran.status == Some(0) && ran.output.trim_ascii() == body.trim_ascii()
        }
    }
}

/// What a client did, in words.
fn story(ran: &Ran) -> String {
    let printed = match ran.output.trim_ascii() {
        [] => "printed nothing".to_string(),
        output => {
            let start: Vec<u8> = output.iter().take(40).copied().collect();
            let more = if output.len() > 40 { "…" } else { "" };
            format!("printed `{}{more}`", start.escape_ascii())
        }
    };
    match ran.status {
        Some(0) => format!("exit status 0, {printed}"),
        Some(status) => format!("exit status {status}, {printed}"),
        None => format!("ended by a signal, {printed}"),
    }
}

/// What is wrong, if something is.
fn broken(check: &Check, ran: &Ran, visit: &Visit) -> Option<String> {
    let requests = &visit.requests;
    let to = |target: &'static str| requests.iter().filter(move |it| it.target == target);
    let sent = |target: &'static str| to(target).next().is_some();
    match *check {
        Check::Without(text) => {
            let mut windows = ran.output.windows(text.len());
            let has = windows.any(|part| part == text.as_bytes());
            has.then(|| format!("its output has `{text}`"))
        }
        Check::Sent(target) => (!sent(target)).then(|| format!("it asked for {}", targets(visit))),
        Check::NotSent(target) => sent(target).then(|| format!("it asked for {target}")),
        Check::SentField(name, target) => {
            let has = to(target).any(|request| request.field(name).is_some());
            (!has).then(|| format!("no {name} was sent to {target}"))
        }
        Check::Unsent(name, target) => {
            let there = |request: &&Request| target.is_none_or(|target| request.target == target);
            let mut fields = requests
                .iter()
                .filter(there)
                .filter_map(|it| it.field(name));
            let value = fields.next()?;
            Some(format!("it sent {name}: {}", value.escape_default()))
        }
        Check::AtMost(most) => {
            let count = requests.len();
            (count > most).then(|| format!("it sent {}", count_of(count, "request")))
        }
        Check::Host => {
            let request = requests.first()?;
            let host = request.field("Host").unwrap_or_default();
            let right = host == visit.host && !request.target.contains('@');
            (!right).then(|| format!("it sent Host: {}", host.escape_default()))
        }
    }
}
