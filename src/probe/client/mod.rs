//! Tests a client with difficult answers: does it notice an incomplete response, and does it follow only the
//! redirects that it should follow?
//!
//! Rule 1: the cases are text (see [`case`]) and follow the RFCs. Rule 2: a client is judged by how it
//! ends, by what it prints or saves, and by what it sends.
//! Rule 3: every server here is bounded in bytes and time, and so is the wait for the client.

pub mod case;
pub mod report;
pub mod report_formats;
mod script;
mod verdict;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::limits;
use crate::probe::Verdict;
use crate::probe::case::BadCase;
use crate::probe::report::{Kind, Policy};

use case::ClientCase;
use script::Site;

/// How a client ended, and what it printed or saved.
#[derive(Clone, Debug, Default)]
pub struct Ran {
    /// The exit status; `None`: it did not end in time, or a signal ended it.
    pub status: Option<i32>,
    /// It was ended because it did not end by itself.
    pub hung: bool,
    /// Its output.
    pub output: Vec<u8>,
    /// The last line of its stderr.
    pub complaint: String,
}

/// Runs the client with a URL. `Err`: it cannot be started.
pub type Run<'a> = &'a (dyn Fn(&str) -> Result<Ran, String> + Sync);

/// What a client is like: found out before the cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClientBaseline {
    /// It exits with another status than 0 when nobody listens.
    pub fails: bool,
    /// It follows a redirect.
    pub redirects: bool,
    /// It sends a cookie back.
    pub cookies: bool,
    /// It sends `Authorization` for a user name in the URL.
    pub auth: bool,
}

/// A case and what came of it.
#[derive(Clone, Debug)]
pub struct ClientTried {
    /// The case.
    pub case: ClientCase,
    /// Passed, failed, or left out.
    pub verdict: Verdict,
}

impl ClientTried {
    /// What the verdict is for a reader with this policy.
    pub fn kind(&self, policy: &Policy) -> Kind {
        policy.kind(self.case.name, &self.verdict)
    }
}

/// A probe of a client.
#[derive(Clone, Debug)]
pub struct ClientProbe {
    /// What it is like.
    pub baseline: ClientBaseline,
    /// The cases, in order.
    pub tried: Vec<ClientTried>,
}

/// Tries the cases, some at a time. `Err`: the client cannot be probed at all, and why.
pub fn probe(run: Run, cases: Vec<ClientCase>, at_once: usize) -> Result<ClientProbe, String> {
    let baseline = ClientBaseline::find(run)?;
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(case) = cases.get(at) else {
                return done;
            };
            done.push(try_one(case, run, baseline).map(|tried| (at, tried)));
        }
    };
    let all = thread::scope(|scope| {
        let workers: Vec<_> = (0..at_once.max(1)).map(|_| scope.spawn(work)).collect();
        let results = workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap_or_default());
        results.collect::<Result<Vec<_>, String>>()
    });
    let mut all = all?;
    all.sort_by_key(|(at, _)| *at);
    Ok(ClientProbe {
        baseline,
        tried: all.into_iter().map(|(_, tried)| tried).collect(),
    })
}

/// Tries one case.
fn try_one(case: &ClientCase, run: Run, baseline: ClientBaseline) -> Result<ClientTried, String> {
    let tried = |verdict| ClientTried {
        case: case.clone(),
        verdict,
    };
    let asks_to_fail = case.allow.iter().all(|allow| allow.is_failure());
    let mut needs = case
        .needs
        .iter()
        .copied()
        .chain(asks_to_fail.then_some("fails"));
    if let Some(lack) = needs.find(|need| !baseline.has(need)) {
        return Ok(tried(Verdict::NotApplicable(lack)));
    }
    let site = Site::open(case).map_err(|error| format!("{}: {error}", case.name))?;
    let ran = run(&site.url(case))?;
    let visit = site.close();
    let verdict = match verdict::failure(case, &ran, &visit) {
        None => Verdict::Passed,
        Some(failure) => Verdict::Failed {
            failure,
            transcript: visit.transcript.brief(),
        },
    };
    Ok(tried(verdict))
}

impl ClientBaseline {
    /// Runs the client at some ordinary servers.
    fn find(run: Run) -> Result<ClientBaseline, String> {
        let file = include_str!("cases/control.cases");
        let controls = case::read(file, &[]).map_err(|bad: BadCase| bad.to_string())?;
        let mut passes = Vec::new();
        for control in &controls {
            let begun = Instant::now();
            let site = Site::open(control).map_err(|error| error.to_string())?;
            let ran = run(&site.url(control))?;
            let visit = site.close();
            if control.name == "plain" && visit.requests.is_empty() {
                return Err("the client did not send a request to the URL that it got".to_string());
            }
            let failure = verdict::failure(control, &ran, &visit);
            if let (Some(failure), "plain") = (&failure, control.name) {
                return Err(format!(
                    "the client does not print an ordinary page and exit with 0: {} ({})",
                    failure.why, ran.complaint
                ));
            }
            if begun.elapsed() > limits::CLIENT_SLOW {
                let took = begun.elapsed().as_millis();
                return Err(format!("the client takes {took} ms for an ordinary page"));
            }
            passes.push((control.name, failure.is_none()));
        }
        let passes = |name| passes.contains(&(name, true));
        Ok(ClientBaseline {
            fails: passes("fails"),
            redirects: passes("redirects"),
            cookies: passes("cookies"),
            auth: passes("auth"),
        })
    }

    /// Whether the client does what a case needs.
    pub fn has(&self, need: &str) -> bool {
        match need {
            "fails" => self.fails,
            "redirects" => self.redirects,
            "cookies" => self.cookies,
            "auth" => self.auth,
            _ => false,
        }
    }

    /// What a reader must know before the verdicts.
    pub fn notices(&self) -> Vec<&'static str> {
        let all = [
            (
                self.fails,
                "it exits with 0 even without a response: cases that must fail are left out",
            ),
            (self.redirects, "it follows no redirect"),
            (self.cookies, "it keeps no cookies"),
            (self.auth, "it sends no Authorization for a user in the URL"),
        ];
        let lacks = all.into_iter().filter(|(has, _)| !has);
        lacks.map(|(_, notice)| notice).collect()
    }
}

/// How long a client may take for a case.
pub fn patience() -> Duration {
    limits::CLIENT_PATIENCE
}
