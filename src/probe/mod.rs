//! Tests a server: does it read HTTP/1.1 as RFC 9112 and RFC 9110 require, and does it survive hostile input?
//!
//! Rule 1: the cases are text (see [`case`]). They follow the RFCs and not a particular server. Everything that
//! a rule leaves open is allowed. Rule 2: no request asks a server to change anything.
//! Rule 3: this module prints nothing.

pub mod answers;
pub mod case;
pub mod client;
mod control;
pub mod exchange;
pub mod expectation;
pub mod grid;
pub mod report;
pub mod reproduce;
pub mod rfc_quotes;
mod run;
pub mod server_features;
pub mod storm;
pub mod suite;
pub mod verdict;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::limits;
use crate::net::player::End;
use crate::wire::Transcript;

use case::{BadCase, Case, Level};
use exchange::{Exchange, NotTried, Terms};
pub use run::{Restart, probe};
use server_features::{Baseline, NoServer};
use verdict::{Cause, Failure};

/// Whom to ask, and how patiently.
#[derive(Clone, Debug)]
pub struct Target {
    /// Where.
    pub addr: SocketAddr,
    /// The value of `Host`.
    pub host: String,
    /// Something that answers a GET with 2xx.
    pub path: String,
    /// How long it may be silent.
    pub silence: Duration,
    /// How many cases at a time.
    pub at_once: usize,
    /// These may become more, if the server is slow.
    pub may_widen: bool,
}

impl Target {
    /// The server at this address, with `host` as its name, and the default timeouts.
    pub fn new(addr: SocketAddr, host: &str, path: &str) -> Target {
        Target {
            addr,
            host: host.to_string(),
            path: path.to_string(),
            silence: limits::PROBE_SILENCE,
            at_once: limits::PROBE_AT_ONCE,
            may_widen: true,
        }
    }
}

/// A case and what came of it.
#[derive(Clone, Debug)]
pub struct Tried {
    /// The case.
    pub case: Case,
    /// Passed, failed, or left out.
    pub verdict: Verdict,
    /// How long it took.
    pub took: Duration,
}

/// What came of a case, for a server or for a client.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// The peer does what the rule says.
    Passed,
    /// It does not.
    Failed {
        /// Why, and how grave it is.
        failure: Failure,
        /// The recorded conversation, abridged.
        transcript: Transcript,
    },
    /// The peer has nothing that the rule is about: what it lacks.
    NotApplicable(&'static str),
}

/// A probe of a server.
#[derive(Clone, Debug)]
pub struct Probe {
    /// Whom it asked.
    pub target: Target,
    /// What the server is like.
    pub baseline: Baseline,
    /// The cases that were tried, in order.
    pub tried: Vec<Tried>,
    /// Why it ended before all cases were tried.
    pub stopped: Option<Stopped>,
    /// Words about the run itself, such as a death that no case repeats.
    pub remarks: Vec<String>,
}

/// Why a probe ended early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// The response to a plain GET is another one than before.
    Changed(String),
    /// The server is gone; after one of these cases, the likeliest first.
    Gone {
        /// What the system says.
        why: String,
        /// The cases.
        after: Vec<&'static str>,
    },
}

/// Why there is no probe.
#[derive(Clone, Debug)]
pub enum ProbeError {
    /// The server cannot be probed at all.
    NoServer(NoServer),
    /// A case makes no sense.
    Case(BadCase),
}

/// Tries one case. `Err`: the server cannot be reached, or the case makes no sense.
pub fn try_one(case: &Case, target: &Target, baseline: &Baseline) -> Result<Tried, NotTried> {
    let begun = Instant::now();
    let tried = |verdict| Tried {
        case: case.clone(),
        verdict,
        took: begun.elapsed(),
    };
    let compares = case.allow.iter().any(|allow| allow.compares());
    let mut needs = case
        .needs
        .iter()
        .copied()
        .chain(compares.then_some("steady"));
    if let Some(lack) = needs.find(|need| !baseline.has(need)) {
        return Ok(tried(Verdict::NotApplicable(lack)));
    }
    let (mut seen, mut failure) = said(case, target, baseline, target.silence)?;
    // A failure that does not come again is none; and a silence may be a response that was late.
    if let Some(first) = &failure {
        let known = first.cause == Some(Cause::Lingers) && baseline.lingers;
        let patience = match seen.end {
            End::Open if !known => limits::PROBE_PATIENCE * target.silence,
            _ => target.silence,
        };
        if let Ok(again) = said(case, target, baseline, patience) {
            (seen, failure) = again;
        }
    }
    for _ in 0..limits::PROBE_OVERLOAD_TRIES {
        if failure.is_none() || !is_overload(&seen) {
            break;
        }
        (seen, failure) = said(case, target, baseline, target.silence)?;
    }
    if failure.is_some() && is_overload(&seen) {
        return Ok(tried(Verdict::NotApplicable(OVERLOADED)));
    }
    let verdict = match failure {
        None => Verdict::Passed,
        Some(mut failure) => {
            // RFC 9112 binds who speaks HTTP/1.1; who can be attacked is another question.
            let bound = case.rfc != "9112" || baseline.has("http11");
            if !bound && failure.level != Level::Security {
                failure.level = Level::Note;
            }
            Verdict::Failed {
                failure,
                transcript: seen.transcript.brief(),
            }
        }
    };
    Ok(tried(verdict))
}

/// What a server lacks that answers 429 or 503, although it answered a plain GET before.
pub const OVERLOADED: &str = "capacity: it answered 429 or 503";

/// Whether one of the responses says that the server has too much to do.
fn is_overload(seen: &Exchange) -> bool {
    let mut whole = seen.answers.whole.iter();
    whole.any(|answer| matches!(answer.status, 429 | 503))
}

/// Says a case, and judges what came.
fn said(
    case: &Case,
    target: &Target,
    baseline: &Baseline,
    silence: Duration,
) -> Result<(Exchange, Option<Failure>), NotTried> {
    let terms = Terms {
        addr: target.addr,
        silence,
        close: limits::PROBE_CLOSE_WAIT.min(silence),
        most: baseline.most(),
        marker: baseline.marker(),
        fill: &|text| baseline.fill(text),
    };
    let seen = exchange::try_case(case, &terms)?;
    let failure = verdict::failure(case, &seen, baseline);
    Ok((seen, failure))
}

impl Stopped {
    /// In sentences.
    pub fn story(&self) -> String {
        match self {
            Stopped::Changed(why) => format!("the probe stopped: {why}"),
            Stopped::Gone { why, after } => {
                let cases = match &after[..] {
                    [] => "before the first case".to_string(),
                    [one] => format!("after {one}"),
                    [first, rest @ ..] => format!(
                        "after {first}, or one of these, which ran beside it: {}",
                        rest.join(", ")
                    ),
                };
                format!("the server ended {cases} ({why})")
            }
        }
    }
}

impl std::fmt::Display for ProbeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ProbeError::NoServer(why) => write!(f, "{why}"),
            ProbeError::Case(bad) => write!(f, "{bad}"),
        }
    }
}

impl std::error::Error for ProbeError {}
