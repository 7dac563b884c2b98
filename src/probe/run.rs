//! Runs all cases against one server, several at a time, as long as the server answers the baseline requests as
//! before.
//!
//! Rule 1: no verdict is lost: even if the run ends early, the cases that were tried are reported.
//! Rule 2: if the server has ended and can be started again, the suspected cases are tried again, one by one.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crate::limits;
use crate::locks::lock;
use crate::plural::count_of;
use crate::probe::case::{Case, Level};
use crate::probe::control;
use crate::probe::exchange::NotTried;
use crate::probe::server_features::Baseline;
use crate::probe::verdict::{Cause, Failure};
use crate::probe::{OVERLOADED, Probe, ProbeError, Stopped, Target, Tried, Verdict, try_one};
use crate::wire::{Event, Transcript, Who};

/// Starts the server again if it does not run; `Err`: why it cannot be started.
pub type Restart<'a> = &'a (dyn Fn() -> Result<(), String> + Sync);

/// Tries the cases. With `restart`, a server that dies is started again, and the run goes on. `tell` gets
/// the sentences that a reader must know before the cases.
pub fn probe(
    target: &Target,
    cases: Vec<Case>,
    restart: Option<Restart>,
    tell: &dyn Fn(&str),
) -> Result<Probe, ProbeError> {
    let baseline = Baseline::find(target).map_err(ProbeError::NoServer)?;
    let target = &adapted(target, &baseline);
    if let Some(text) = takes_long(baseline.took, cases.len(), target.at_once) {
        tell(&text);
    }
    let run = Run {
        target,
        baseline: &baseline,
        cases: &cases,
        shared: Mutex::default(),
        next: AtomicUsize::new(0),
    };
    let mut remarks = Vec::new();
    let mut restarts = 0;
    let stopped = loop {
        run.all_at_once();
        let Some(stop) = run.lock().stop.take() else {
            break None;
        };
        let (restart, why) = match (stop, restart) {
            (Stop::Case(bad), _) => return Err(ProbeError::Case(bad)),
            (Stop::Changed(why), _) => break Some(Stopped::Changed(why)),
            (Stop::Gone(why), Some(restart)) if restarts < limits::PROBE_RESTARTS => (restart, why),
            (Stop::Gone(why), _) => break Some(run.gone(why)),
        };
        restarts += 1;
        match run.find_killer(restart, why) {
            Ok(found) => remarks.extend(found),
            Err(stopped) => break Some(stopped),
        }
        run.next.store(0, Ordering::Relaxed);
    };
    let tried = std::mem::take(&mut run.lock().tried);
    let overloaded = tried
        .values()
        .filter(|it| matches!(it.verdict, Verdict::NotApplicable(OVERLOADED)));
    match overloaded.count() {
        0 => {}
        count => remarks.push(format!("{count} of the cases are left out: {OVERLOADED}")),
    }
    Ok(Probe {
        target: target.clone(),
        tried: tried.into_values().collect(),
        stopped,
        remarks,
        baseline,
    })
}

/// The target, asked as the server can bear it.
fn adapted(target: &Target, baseline: &Baseline) -> Target {
    let mut target = target.clone();
    target.silence = target.silence.max(4 * baseline.took);
    let is_slow = baseline.took >= limits::PROBE_SLOW && target.addr.ip().is_loopback();
    if !baseline.concurrent {
        target.at_once = 1;
    } else if target.may_widen && is_slow && control::bears(&target, limits::PROBE_WIDE) {
        target.at_once = target.at_once.max(limits::PROBE_WIDE);
    }
    target
}

/// How long the cases take, in a sentence, if that is long.
fn takes_long(response: Duration, cases: usize, at_once: usize) -> Option<String> {
    let responses = limits::PROBE_RESPONSES.saturating_mul(u32::try_from(cases).ok()?);
    let all = response.saturating_mul(responses) / u32::try_from(at_once.max(1)).ok()?;
    (all > limits::PROBE_LONG).then(|| {
        format!(
            "a plain GET takes {} ms, so {} will take about {} s",
            response.as_millis(),
            count_of(cases, "case"),
            all.as_secs()
        )
    })
}

/// Why the workers stopped.
enum Stop {
    Case(crate::probe::case::BadCase),
    Changed(String),
    Gone(String),
}

fn no_more() -> Stop {
    Stop::Gone("no connection is accepted any more".to_string())
}

/// What the workers share.
#[derive(Default)]
struct Shared {
    /// By the place of the case.
    tried: BTreeMap<usize, Tried>,
    /// The places of the cases that are under way, or were when the server was gone.
    under_way: Vec<usize>,
    /// The places of the last cases that came to their end.
    lately: Vec<usize>,
    stop: Option<Stop>,
}

struct Run<'a> {
    target: &'a Target,
    baseline: &'a Baseline,
    cases: &'a [Case],
    shared: Mutex<Shared>,
    next: AtomicUsize,
}

impl Run<'_> {
    fn lock(&self) -> std::sync::MutexGuard<'_, Shared> {
        lock(&self.shared)
    }

    /// All cases that have no verdict yet, some at a time, until something stops them.
    fn all_at_once(&self) {
        {
            let mut shared = self.lock();
            shared.under_way.clear();
            shared.lately.clear();
        }
        thread::scope(|scope| {
            for _ in 0..self.target.at_once.max(1) {
                scope.spawn(|| self.work());
            }
        });
        let is_running = self.lock().stop.is_none();
        if is_running && let Err(stop) = self.control() {
            self.lock().stop = Some(stop);
        }
    }

    /// One case after the other.
    fn work(&self) {
        loop {
            let at = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(case) = self.cases.get(at) else {
                return;
            };
            {
                let mut shared = self.lock();
                if shared.stop.is_some() {
                    return;
                }
                if shared.tried.contains_key(&at) {
                    continue;
                }
                shared.under_way.push(at);
            }
            let (tried, stop) = self.one(case, at);
            let mut shared = self.lock();
            if let Some(tried) = tried {
                shared.tried.insert(at, tried);
            }
            if let Some(stop) = stop {
                shared.stop.get_or_insert(stop);
                return;
            }
            shared.under_way.retain(|other| *other != at);
            shared.lately.push(at);
        }
    }

    /// One case, and from time to time, or when it failed, the control request after it. If the server
    /// answers otherwise by then, a failure says nothing. If the server is gone, the failure may say why.
    fn one(&self, case: &Case, at: usize) -> (Option<Tried>, Option<Stop>) {
        let tried = match self.verdict_on(case) {
            Ok(tried) => tried,
            Err(stop) => return (None, Some(stop)),
        };
        let failed = matches!(&tried.verdict, Verdict::Failed { .. });
        let now = at % limits::PROBE_CONTROL_EVERY == limits::PROBE_CONTROL_EVERY - 1;
        let stop = match failed || now {
            true => self.control().err(),
            false => None,
        };
        match stop {
            Some(Stop::Changed(_)) if failed => (None, stop),
            _ => (Some(tried), stop),
        }
    }

    /// One case, and once again if no connection was to be had.
    fn verdict_on(&self, case: &Case) -> Result<Tried, Stop> {
        let tried = match try_one(case, self.target, self.baseline) {
            Ok(tried) => tried,
            Err(NotTried::Case(bad)) => return Err(Stop::Case(bad)),
            Err(NotTried::Socket(_)) => {
                self.control()?;
                try_one(case, self.target, self.baseline).map_err(|_| no_more())?
            }
        };
        self.afresh(case, tried)
    }

    /// A case that failed and rests on the page as it was: if the page is another one by now (a new entity
    /// tag, other bytes), the case is tried again with what it is now.
    fn afresh(&self, case: &Case, tried: Tried) -> Result<Tried, Stop> {
        let of_the_page = [
            "etag",
            "strong-etag",
            "modified",
            "modified-after-1994",
            "ranges",
        ];
        let rests = case.allow.iter().any(|allow| allow.compares())
            || case.needs.iter().any(|need| of_the_page.contains(need));
        if !rests || !matches!(tried.verdict, Verdict::Failed { .. }) {
            return Ok(tried);
        }
        match Baseline::find(self.target) {
            Ok(now) if !now.is_page_of(self.baseline) => {
                let again = try_one(case, self.target, &now);
                again.map_err(|_| no_more())
            }
            _ => Ok(tried),
        }
    }

    /// Whether the server still answers as at first.
    fn control(&self) -> Result<(), Stop> {
        let mut why = String::new();
        for _ in 0..limits::PROBE_CONTROL_TRIES {
            match self.baseline.still_holds(self.target) {
                Ok(()) => return Ok(()),
                Err(now) => why = now,
            }
        }
        match self.is_listening() {
            true => Err(Stop::Changed(why)),
            false => Err(Stop::Gone(why)),
        }
    }

    fn is_listening(&self) -> bool {
        crate::net::call(self.target.addr, limits::IO_DEADLINE).is_ok()
    }

    /// The cases that may have killed the server: those that were under way and got no response, the
    /// others under way, and those that ended last.
    fn suspects(&self) -> Vec<usize> {
        let shared = self.lock();
        let lately = shared.lately.iter().rev().take(2 * self.target.at_once);
        let all: Vec<usize> = lately.chain(&shared.under_way).copied().collect();
        let silent = |at: &usize| {
            let tried = shared.tried.get(at);
            tried.is_some_and(|tried| {
                matches!(&tried.verdict, Verdict::Failed { failure, .. }
                    if failure.cause == Some(Cause::Drops))
            })
        };
        let mut ordered: Vec<usize> = all.iter().copied().filter(|at| silent(at)).collect();
        let rest = all.iter().filter(|at| shared.under_way.contains(at));
        for at in rest.chain(&all) {
            if !ordered.contains(at) {
                ordered.push(*at);
            }
        }
        ordered
    }

    fn gone(&self, why: String) -> Stopped {
        let name = |at: &usize| self.cases.get(*at).map(|case| case.name);
        let after = self.suspects().iter().filter_map(name).collect();
        Stopped::Gone { why, after }
    }

    /// Asks the suspects again, one by one; who kills the server again is told so. The remark says that
    /// none did.
    fn find_killer(&self, restart: Restart, why: String) -> Result<Option<String>, Stopped> {
        let suspects = self.suspects();
        let again = |_| restart().map_err(|_| self.gone(why.clone()));
        again(())?;
        let mut found = false;
        for at in suspects {
            let Some(case) = self.cases.get(at) else {
                continue;
            };
            let tried = try_one(case, self.target, self.baseline);
            let tried = match (tried, self.control()) {
                (Ok(tried), Ok(())) => tried,
                (tried, _) => {
                    found = true;
                    again(())?;
                    died(case, tried.ok())
                }
            };
            self.lock().tried.insert(at, tried);
        }
        let remark = format!("the server ended once, and no single case ends it again ({why})");
        Ok((!found).then_some(remark))
    }
}

/// The verdict on a case that killed the server.
fn died(case: &Case, tried: Option<Tried>) -> Tried {
    let took = tried.as_ref().map_or(Duration::ZERO, |tried| tried.took);
    let transcript = match tried.map(|tried| tried.verdict) {
        Some(Verdict::Failed { transcript, .. }) => transcript,
        _ => {
            let said = case.said(str::to_string).unwrap_or_default();
            let mut transcript = Transcript::new();
            transcript.push_event(1, Who::Client, Event::Connect);
            transcript.push_bytes(1, Who::Client, &said);
            transcript.brief()
        }
    };
    Tried {
        case: case.clone(),
        verdict: Verdict::Failed {
            failure: Failure {
                level: Level::Security,
                cause: Some(Cause::Dies),
                why: "the server ended, and ends each time".to_string(),
            },
            transcript,
        },
        took,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_probe_says_so_at_its_start() {
        let slow = Duration::from_millis(300);
        let text = takes_long(slow, 460, 6).unwrap();
        assert_eq!(
            text,
            "a plain GET takes 300 ms, so 460 cases will take about 92 s"
        );
        assert_eq!(takes_long(slow, 1, 6), None);
        assert_eq!(takes_long(Duration::from_millis(1), 600, 6), None);
    }
}
