//! A stress test of a server: random requests, clients that reset or never read, and many clients with half a
//! request.
//!
//! Rule 1: the same seed gives the same storm, except for the decisions of the system's scheduler.
//! Rule 2: a storm has limits: a number of requests, seconds and connections.
//! Rule 3: only servers on this machine are tested. The caller must check that.

pub mod dice;
pub mod expected_reading;
pub mod half_request_crowd;
mod mutate;
pub mod process_usage;
pub mod report;
pub mod rude_clients;
mod send_random;

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::limits;
use crate::net::SocketError;
use crate::probe::server_features::{Baseline, NoServer};
use crate::probe::{Restart, Target};
use crate::wire::Transcript;

use crate::locks::lock;
use dice::Dice;
use half_request_crowd::{Crowd, Honest, SentAway};
use process_usage::Figures;
use rude_clients::Rude;

/// How bad the weather is.
#[derive(Clone, Copy, Debug)]
pub struct Weather {
    /// Where the random numbers begin.
    pub seed: u64,
    /// Random requests at most.
    pub requests: u64,
    /// How long for those, and how long the half requests wait for their answers.
    pub time: Duration,
    /// Connections with half a request.
    pub crowd: usize,
    /// The server's process, if it is ours to look at.
    pub pid: Option<u32>,
}

/// What a storm has shown.
#[derive(Debug)]
pub struct Storm {
    /// The weather it was.
    pub weather: Weather,
    /// Random requests that were sent.
    pub requests: u64,
    /// How long they took.
    pub took: Duration,
    /// Faulty requests after which neither an answer nor the end came.
    pub silences: u64,
    /// Requests that got 429 or 503.
    pub overloaded: u64,
    /// Rude clients.
    pub rude: Rude,
    /// The size of the crowd.
    pub crowd: usize,
    /// Honest requests before everything, among the rude clients, and in the crowd: of each phase that
    /// came to its end.
    pub honest: Vec<Honest>,
    /// What became of the crowd.
    pub sent_away: SentAway,
    /// The server before, at most, and after.
    pub figures: Option<[Figures; 3]>,
    /// How many things went wrong.
    pub wrong: u64,
    /// The first of them.
    pub findings: Vec<Finding>,
    /// The server died: during what, why, and how many requests it may have been.
    pub died: Option<Death>,
}

/// The end of a server in the middle of a storm.
#[derive(Clone, Debug)]
pub struct Death {
    /// `the random requests`
    pub during: &'static str,
    /// What the system says.
    pub why: String,
    /// The last requests before it, where requests were thrown.
    pub suspects: Vec<Vec<u8>>,
    /// One of them killed the server again.
    pub proved: bool,
}

/// Something that no server may do.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What, in a sentence.
    pub why: String,
    /// The exchange.
    pub transcript: Transcript,
}

/// What went wrong so far, on all threads.
#[derive(Debug, Default)]
pub struct Findings {
    wrong: AtomicU64,
    silences: AtomicU64,
    overloaded: AtomicU64,
    first: Mutex<Vec<Finding>>,
    /// The last requests, the newest last.
    recent: Mutex<VecDeque<Vec<u8>>>,
}

/// Why there is no storm.
#[derive(Clone, Debug)]
pub enum StormError {
    /// The server cannot be asked at all.
    NoServer(NoServer),
    /// It was gone before the storm.
    Gone(SocketError),
}

impl Findings {
    fn add(&self, why: &str, transcript: Transcript) {
        self.wrong.fetch_add(1, Ordering::Relaxed);
        let mut first = lock(&self.first);
        if first.len() < limits::STORM_FINDINGS {
            let why = why.to_string();
            first.push(Finding { why, transcript });
        }
    }

    /// Keeps a request as one of the last ones.
    fn remember(&self, request: &[u8]) {
        let mut recent = lock(&self.recent);
        if recent.len() == limits::STORM_SUSPECTS {
            recent.pop_front();
        }
        recent.push_back(request.to_vec());
    }

    fn overloaded(&self) {
        self.overloaded.fetch_add(1, Ordering::Relaxed);
    }

    fn silent(&self) {
        self.silences.fetch_add(1, Ordering::Relaxed);
    }
}

/// A whole storm. A server that dies ends it; with `restart`, the last requests are sent again, one by
/// one, to find the one that kills it.
pub fn storm(
    target: &Target,
    weather: Weather,
    restart: Option<Restart>,
) -> Result<Storm, StormError> {
    let baseline = Baseline::find(target).map_err(StormError::NoServer)?;
    let mut target = target.clone();
    target.silence = target.silence.max(limits::STORM_SLOWER * baseline.took);
    let target = &target;
    let figures = || weather.pid.and_then(Figures::of);
    let calm =
        half_request_crowd::honest(target, &baseline, limits::STORM_CONTROL_REQUESTS, || false);
    let mut done = Storm::new(weather, calm.map_err(StormError::Gone)?);
    let before = figures();
    let watch = Watch::default();
    let findings = Findings::default();
    thread::scope(|scope| {
        let watching = scope.spawn(|| watch.look(figures));
        let _end = EndOfWatch(&watch);
        if let Err((during, error)) = phases(target, &baseline, &mut done, &findings) {
            done.died = Some(death(target, &baseline, &findings, restart, during, &error));
        }
        watch.end();
        let most = watching.join().unwrap_or_default();
        let after = settle(before, figures);
        done.figures = before
            .zip(after)
            .map(|(before, after)| [before, most.most(after), after]);
    });
    done.silences = findings.silences.load(Ordering::Relaxed);
    done.overloaded = findings.overloaded.load(Ordering::Relaxed);
    done.wrong = findings.wrong.load(Ordering::Relaxed);
    let mut first = lock(&findings.first);
    done.findings = std::mem::take(&mut first);
    Ok(done)
}

/// The requests, the rude clients and the crowd, one after the other. `Err`: the server was gone, and
/// during what.
fn phases(
    target: &Target,
    baseline: &Baseline,
    done: &mut Storm,
    findings: &Findings,
) -> Result<(), (&'static str, SocketError)> {
    let during = |phase| move |error| (phase, error);
    let weather = done.weather;
    let begun = Instant::now();
    let thrown = AtomicU64::new(0);
    let ended = throw_all(target, baseline, weather, findings, &thrown);
    done.requests = thrown.into_inner();
    done.took = begun.elapsed();
    ended.map_err(during("the random requests"))?;
    let (rude, beside) = rude_and_honest(target, baseline).map_err(during("the rude clients"))?;
    done.rude = rude;
    done.honest.push(beside);
    let crowd = Crowd::gather(target, baseline, weather.crowd).map_err(during("the crowd"))?;
    done.crowd = crowd.size();
    let in_crowd =
        half_request_crowd::honest(target, baseline, limits::STORM_CONTROL_REQUESTS, || false);
    done.honest.push(in_crowd.map_err(during("the crowd"))?);
    done.sent_away = crowd.wait(Instant::now() + weather.time);
    Ok(())
}

/// What is known of a server's death; the suspects are asked again if somebody can start it again.
fn death(
    target: &Target,
    baseline: &Baseline,
    findings: &Findings,
    restart: Option<Restart>,
    during: &'static str,
    error: &SocketError,
) -> Death {
    let mut recent = lock(&findings.recent);
    let suspects: Vec<Vec<u8>> = recent.drain(..).rev().collect();
    drop(recent);
    let mut death = Death {
        during,
        why: error.to_string(),
        suspects,
        proved: false,
    };
    let Some(restart) = restart else {
        return death;
    };
    for request in &death.suspects {
        if restart().is_err() {
            return death;
        }
        let Ok(transcript) = send_random::again(target, baseline, request) else {
            continue;
        };
        if baseline.still_holds(target).is_err() {
            findings.add("this request ends the server", transcript);
            death.proved = true;
            death.suspects.clear();
            return death;
        }
    }
    death
}

impl Storm {
    fn new(weather: Weather, calm: Honest) -> Storm {
        Storm {
            weather,
            requests: 0,
            took: Duration::ZERO,
            silences: 0,
            overloaded: 0,
            rude: Rude::default(),
            crowd: 0,
            honest: vec![calm],
            sent_away: SentAway::default(),
            figures: None,
            wrong: 0,
            findings: Vec::new(),
            died: None,
        }
    }
}

/// The random requests, from several threads; `thrown` counts them.
fn throw_all(
    target: &Target,
    baseline: &Baseline,
    weather: Weather,
    findings: &Findings,
    thrown: &AtomicU64,
) -> Result<(), SocketError> {
    let seeds = send_random::seeds(baseline);
    let throw = send_random::Roll {
        target,
        baseline,
        seeds: &seeds,
        thrown,
        most: weather.requests,
        until: Instant::now() + weather.time,
        findings,
    };
    thread::scope(|scope| {
        let hands = (0..target.at_once as u64).map(|hand| {
            let dice = Dice::new(weather.seed, hand);
            let throw = &throw;
            scope.spawn(move || send_random::throw(throw, dice))
        });
        let hands: Vec<_> = hands.collect();
        hands
            .into_iter()
            .try_for_each(|hand| hand.join().unwrap_or(Ok(())))
    })
}

impl Storm {
    /// Correct requests that did not get their answers.
    pub fn unanswered(&self) -> usize {
        self.honest.iter().map(|honest| honest.failed).sum()
    }

    /// Whether the server did something that no server may do.
    pub fn fails(&self) -> bool {
        self.wrong > 0 || self.unanswered() > 0 || self.died.is_some()
    }
}

/// The rude clients, with honest requests beside them for as long as they are there.
fn rude_and_honest(target: &Target, baseline: &Baseline) -> Result<(Rude, Honest), SocketError> {
    thread::scope(|scope| {
        let rude = scope.spawn(|| rude_clients::all(target, baseline));
        let others = || !rude.is_finished();
        let honest =
            half_request_crowd::honest(target, baseline, limits::STORM_CONTROL_REQUESTS, others)?;
        let rude = rude.join().unwrap_or_else(|_| Ok(Rude::default()))?;
        Ok((rude, honest))
    })
}

/// The figures when they are no higher than before, or a while later.
fn settle(before: Option<Figures>, figures: impl Fn() -> Option<Figures>) -> Option<Figures> {
    let until = Instant::now() + limits::STORM_SETTLE;
    loop {
        let now = figures()?;
        let high = before.is_some_and(|before| {
            now.descriptors > before.descriptors || now.threads > before.threads
        });
        if !high || Instant::now() > until {
            return Some(now);
        }
        thread::sleep(limits::STOP_POLL);
    }
}

/// Looks at the server from time to time.
#[derive(Default)]
struct Watch {
    over: AtomicBool,
}

impl Watch {
    fn look(&self, figures: impl Fn() -> Option<Figures>) -> Figures {
        let mut most = Figures::default();
        while !self.over.load(Ordering::Relaxed) {
            most = most.most(figures().unwrap_or_default());
            thread::sleep(limits::STOP_POLL / 4);
        }
        most
    }

    fn end(&self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

/// Ends the watch also when the storm breaks off.
struct EndOfWatch<'a>(&'a Watch);

impl Drop for EndOfWatch<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl std::fmt::Display for StormError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            StormError::NoServer(why) => write!(f, "{why}"),
            StormError::Gone(why) => write!(f, "the server has ended: {why}"),
        }
    }
}

impl std::error::Error for StormError {}
