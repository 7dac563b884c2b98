//! Bad weather for a server: strange requests, rude clients, and a crowd that only half asks.
//!
//! Rule 1: everything comes again with the seed, but for what the system's scheduler decides.
//! Rule 2: a storm ends: so many requests, so many seconds, so many connections.
//! Rule 3: only this machine is stormed; the caller sees to that.

pub mod crowd;
pub mod dice;
mod expected;
mod mutate;
pub mod process;
pub mod report;
mod requests;
pub mod rude;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::limits;
use crate::net::SocketError;
use crate::probe::Target;
use crate::probe::baseline::{Facts, NoServer};
use crate::wire::Transcript;

use crowd::{Crowd, Honest, SentAway};
use dice::Dice;
use process::Figures;
use rude::Rude;

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
    /// Faulty requests behind which neither an answer nor the end came.
    pub silences: u64,
    /// Rude clients.
    pub rude: Rude,
    /// The size of the crowd.
    pub crowd: usize,
    /// Honest requests before everything, among the rude clients, and in the crowd.
    pub honest: [Honest; 3],
    /// What became of the crowd.
    pub sent_away: SentAway,
    /// The server before, at most, and after.
    pub figures: Option<[Figures; 3]>,
    /// How many things went wrong.
    pub wrong: u64,
    /// The first of them.
    pub findings: Vec<Finding>,
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
    first: Mutex<Vec<Finding>>,
}

/// Why there is no storm.
#[derive(Clone, Debug)]
pub enum StormError {
    /// The server cannot be asked at all.
    NoServer(NoServer),
    /// It is gone, in the middle of the storm: during what, and why.
    Gone(&'static str, SocketError),
}

impl Findings {
    fn add(&self, why: &str, transcript: Transcript) {
        self.wrong.fetch_add(1, Ordering::Relaxed);
        let mut first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
        if first.len() < limits::STORM_FINDINGS {
            let why = why.to_string();
            first.push(Finding { why, transcript });
        }
    }

    fn silent(&self) {
        self.silences.fetch_add(1, Ordering::Relaxed);
    }
}

/// A whole storm.
pub fn storm(target: &Target, weather: Weather) -> Result<Storm, StormError> {
    let facts = Facts::find(target).map_err(StormError::NoServer)?;
    let figures = || weather.pid.and_then(Figures::of);
    let gone = |during| move |error| StormError::Gone(during, error);
    let calm = crowd::honest(target, &facts, limits::STORM_CONTROL_REQUESTS, || false)
        .map_err(gone("calm"))?;
    let before = figures();
    let watch = Watch::default();
    let findings = Findings::default();
    thread::scope(|scope| {
        let watching = scope.spawn(|| watch.look(figures));
        let _end = EndOfWatch(&watch);
        let begun = Instant::now();
        let requests = throw_all(target, &facts, weather, &findings).map_err(gone("requests"))?;
        let took = begun.elapsed();
        let (rude, beside_rude) = rude_and_honest(target, &facts).map_err(gone("rude clients"))?;
        let crowd = Crowd::gather(target, &facts, weather.crowd).map_err(gone("the crowd"))?;
        let size = crowd.size();
        let in_crowd = crowd::honest(target, &facts, limits::STORM_CONTROL_REQUESTS, || false);
        let in_crowd = in_crowd.map_err(gone("the crowd"))?;
        let sent_away = crowd.wait(Instant::now() + weather.time);
        watch.end();
        let most = watching.join().unwrap_or_default();
        let after = settle(before, figures);
        Ok(Storm {
            weather,
            requests,
            took,
            silences: findings.silences.load(Ordering::Relaxed),
            rude,
            crowd: size,
            honest: [calm, beside_rude, in_crowd],
            sent_away,
            figures: before
                .zip(after)
                .map(|(before, after)| [before, most.most(after), after]),
            wrong: findings.wrong.load(Ordering::Relaxed),
            findings: std::mem::take(
                &mut findings
                    .first
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner),
            ),
        })
    })
}

/// The random requests, from several threads; how many there were.
fn throw_all(
    target: &Target,
    facts: &Facts,
    weather: Weather,
    findings: &Findings,
) -> Result<u64, SocketError> {
    let seeds = requests::seeds(facts);
    let thrown = AtomicU64::new(0);
    let throw = requests::Roll {
        target,
        facts,
        seeds: &seeds,
        thrown: &thrown,
        most: weather.requests,
        until: Instant::now() + weather.time,
        findings,
    };
    thread::scope(|scope| {
        let hands = (0..target.at_once as u64).map(|hand| {
            let dice = Dice::new(weather.seed, hand);
            let throw = &throw;
            scope.spawn(move || requests::throw(throw, dice))
        });
        let hands: Vec<_> = hands.collect();
        hands
            .into_iter()
            .try_for_each(|hand| hand.join().unwrap_or(Ok(())))
    })?;
    Ok(thrown.load(Ordering::Relaxed).min(weather.requests))
}

/// The rude clients, with honest requests beside them for as long as they are there.
fn rude_and_honest(target: &Target, facts: &Facts) -> Result<(Rude, Honest), SocketError> {
    thread::scope(|scope| {
        let rude = scope.spawn(|| rude::all(target, facts));
        let others = || !rude.is_finished();
        let honest = crowd::honest(target, facts, limits::STORM_CONTROL_REQUESTS, others)?;
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
            StormError::Gone(during, why) => write!(f, "the server is gone ({during}): {why}"),
        }
    }
}

impl std::error::Error for StormError {}
