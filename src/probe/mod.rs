//! Hard questions for a server: does it read HTTP/1.1 as RFC 9112 and RFC 9110 say, and does it live
//! through what strangers send?
//!
//! Rule 1: the cases are text (see [`case`]) and follow the RFCs, no server; what a rule leaves open is
//! allowed. Rule 2: a server is never asked to change anything.
//! Rule 3: nothing is printed here.

pub mod answers;
pub mod baseline;
pub mod case;
pub mod exchange;
pub mod expectation;
pub mod report;
pub mod storm;
pub mod suite;
pub mod verdict;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::limits;
use crate::wire::Transcript;

use baseline::{Facts, NoServer};
use case::Case;
pub use exchange::NotTried;

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
}

impl Target {
    /// The server at this address, as `host` names it, with the usual patience.
    pub fn new(addr: SocketAddr, host: &str, path: &str) -> Target {
        Target {
            addr,
            host: host.to_string(),
            path: path.to_string(),
            silence: limits::PROBE_SILENCE,
            at_once: limits::PROBE_AT_ONCE,
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

/// What came of a case.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// The server does what the rule says.
    Passed,
    /// It does not.
    Failed {
        /// In one sentence.
        why: String,
        /// All that was said.
        transcript: Transcript,
    },
    /// The server has nothing that the rule is about.
    NotApplicable,
}

/// A probe of a server.
#[derive(Clone, Debug)]
pub struct Probe {
    /// What the server is like.
    pub facts: Facts,
    /// The cases, in order.
    pub tried: Vec<Tried>,
}

/// Why there is no probe.
#[derive(Clone, Debug)]
pub enum ProbeError {
    /// The server cannot be probed at all.
    NoServer(NoServer),
    /// It could not be reached any more, or a case makes no sense: which, and why.
    NotTried(String, NotTried),
}

/// Tries the cases, some at a time; they come back in order.
pub fn probe(target: &Target, cases: Vec<Case>) -> Result<Probe, ProbeError> {
    let facts = Facts::find(target).map_err(ProbeError::NoServer)?;
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            done.push(try_one(case, target, &facts));
        }
        done
    };
    let mut tried = thread::scope(|scope| {
        let workers: Vec<_> = (0..target.at_once.max(1))
            .map(|_| scope.spawn(work))
            .collect();
        let results = workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap_or_default());
        results.collect::<Result<Vec<Tried>, ProbeError>>()
    })?;
    let place = |tried: &Tried| cases.iter().position(|case| case.name == tried.case.name);
    tried.sort_by_key(place);
    Ok(Probe { facts, tried })
}

/// Tries one case.
pub fn try_one(case: &Case, target: &Target, facts: &Facts) -> Result<Tried, ProbeError> {
    let begun = Instant::now();
    let tried = |verdict| Tried {
        case: case.clone(),
        verdict,
        took: begun.elapsed(),
    };
    if !case.needs.iter().all(|need| facts.has(need)) {
        return Ok(tried(Verdict::NotApplicable));
    }
    let seen = exchange::try_case(case, target, facts);
    let seen = seen.map_err(|why| ProbeError::NotTried(case.id(), why))?;
    let verdict = match verdict::failure(case, &seen, facts) {
        None => Verdict::Passed,
        Some(why) => Verdict::Failed {
            why,
            transcript: seen.transcript,
        },
    };
    Ok(tried(verdict))
}

impl std::fmt::Display for ProbeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ProbeError::NoServer(why) => write!(f, "{why}"),
            ProbeError::NotTried(case, NotTried::Case(bad)) => write!(f, "{case}: {bad}"),
            ProbeError::NotTried(case, NotTried::Socket(error)) => {
                write!(f, "the server is gone at {case}: {error}")
            }
        }
    }
}

impl std::error::Error for ProbeError {}
