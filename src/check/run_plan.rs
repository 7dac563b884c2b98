//! Plays a plan: every conversation in calm weather first, up to the first failure, and then the fresh ones.
//!
//! Rule: what is reported is in this order, whatever was played side by side (see `conversations_in_parallel`).

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Instant;

use super::conversations_in_parallel::{SideBySide, Turn, fresh_fit};
use super::runner::Runner;
use super::{CheckError, Outcome, Plan, Report, Run};
use crate::net::Weather;

/// Called after each run; returns whether to go on.
type Watch<'a> = dyn FnMut(&Run) -> bool + 'a;

impl Plan {
    /// Plays everything, up to the first failure.
    pub fn run(&self) -> Result<Report, CheckError> {
        self.run_watched(&mut |_| true)
    }

    /// The same; `watch` is called after each run, and returns whether to go on.
    pub fn run_watched(&self, watch: &mut Watch) -> Result<Report, CheckError> {
        let begun = Instant::now();
        let runs = match self.then.as_deref() {
            None => self.play(false, watch)?,
            Some(fresh) if fresh_fit(self) => self.play_both(fresh, watch)?,
            Some(fresh) => self.play_then(fresh, watch)?,
        };
        let plans = [Some(self), self.then.as_deref()].into_iter().flatten();
        let strays = plans.flat_map(|plan| plan.strays.take()).collect();
        Ok(Report {
            place: self.place.clone(),
            side: self.side,
            runs,
            seed: self.then.as_ref().map_or(self.seed, |fresh| fresh.seed),
            took: begun.elapsed(),
            strays,
        })
    }

    /// This plan, and then the other one.
    fn play_then(&self, fresh: &Plan, watch: &mut Watch) -> Result<Vec<Run>, CheckError> {
        let (own, others) = (self.turns(), fresh.turns());
        let all: Vec<Turn> = own.iter().chain(&others).copied().collect();
        let beside = SideBySide::new(&all);
        beside.around(|| {
            let mut runs = self.play_in_turn(&all, 0..own.len(), &beside, false, watch)?;
            let failed = !runs.iter().all(Run::passed);
            let rest = own.len()..all.len();
            runs.extend(fresh.play_in_turn(&all, rest, &beside, failed, watch)?);
            Ok(runs)
        })
    }

    /// The same result; the fresh conversations are played at a server of their own meanwhile. Unless all of
    /// them pass, they are played again afterwards, with nothing beside them.
    fn play_both(&self, fresh: &Plan, watch: &mut Watch) -> Result<Vec<Run>, CheckError> {
        let over = AtomicBool::new(false);
        let (begin, begins) = mpsc::channel();
        let mut begin = Some(begin);
        thread::scope(|scope| {
            let over = &over;
            let beside = scope.spawn(move || {
                begins.recv().ok()?;
                fresh
                    .play(false, &mut |_| !over.load(Ordering::Relaxed))
                    .ok()
            });
            let mut stopped = false;
            let runs = self.play(false, &mut |run| {
                if run.passed()
                    && let Some(begin) = begin.take()
                {
                    // The other thread waits for it.
                    let _ = begin.send(());
                }
                stopped = !watch(run);
                !stopped
            });
            let is_over = stopped || !runs.as_ref().is_ok_and(|runs| runs.iter().all(Run::passed));
            over.store(is_over, Ordering::Relaxed);
            drop(begin);
            let beside = beside.join().ok().flatten();
            let mut runs = runs?;
            match beside.filter(|beside| !is_over && beside.iter().all(Run::passed)) {
                Some(beside) => {
                    let _ = beside.iter().all(&mut *watch);
                    runs.extend(beside);
                }
                None => {
                    fresh.strays.take();
                    runs.extend(fresh.play(is_over, watch)?);
                }
            }
            Ok(runs)
        })
    }

    /// Every conversation in calm weather first: the plainest failure is the best to learn from.
    fn turns(&self) -> Vec<Turn<'_>> {
        let of_weather = |calm: bool| {
            self.conversations.iter().flat_map(move |conversation| {
                let weathers = conversation.weathers.iter().copied();
                weathers
                    .filter(move |&w| (w == Weather::Calm) == calm)
                    .map(move |weather| Turn {
                        plan: self,
                        conversation,
                        weather,
                    })
            })
        };
        of_weather(true).chain(of_weather(false)).collect()
    }

    /// Plays the conversations of this plan alone; none of them when an earlier one has `failed`.
    fn play(&self, failed: bool, watch: &mut Watch) -> Result<Vec<Run>, CheckError> {
        let turns = self.turns();
        let beside = SideBySide::new(&turns);
        beside.around(|| self.play_in_turn(&turns, 0..turns.len(), &beside, failed, watch))
    }

    /// Plays those of `turns` that are in `own`; none of them when an earlier one has `failed`.
    fn play_in_turn(
        &self,
        turns: &[Turn],
        own: Range<usize>,
        beside: &SideBySide,
        mut failed: bool,
        watch: &mut Watch,
    ) -> Result<Vec<Run>, CheckError> {
        let mut stopped = false;
        let mut bench = Runner::new(self);
        let mut runs: Vec<Run> = Vec::new();
        for (at, turn) in turns.iter().enumerate().skip(own.start).take(own.len()) {
            let (conversation, weather) = (turn.conversation, turn.weather);
            let begun = Instant::now();
            // The run that killed the server has failed, and not the next one, which finds nobody.
            if !failed
                && let Some(failure) = bench.died_since()
                && let Some(last) = runs.last_mut()
            {
                last.outcome = Outcome::Failed(Box::new(failure));
                failed = true;
            }
            let over = failed || stopped;
            let outcome = match over {
                true => Outcome::NotRun,
                false if beside.has_passed(at) => bench.passed_beside(conversation, weather),
                false if beside.was_played(at) => {
                    beside.alone(|| bench.run(conversation, weather))?
                }
                false => bench.run(conversation, weather)?,
            };
            failed |= matches!(outcome, Outcome::Failed(_));
            if at == 0 && !failed && !over {
                beside.open();
            }
            let name = conversation.name.clone();
            runs.push(Run {
                name,
                weather,
                outcome,
                took: begun.elapsed(),
                fresh: self.seed.is_some(),
            });
            if let Some(run) = runs.last().filter(|_| !over) {
                stopped = !watch(run);
            }
        }
        if !failed
            && !stopped
            && let Some(last) = runs.last_mut()
            && let Some(failure) = bench.leftovers()
        {
            last.outcome = Outcome::Failed(Box::new(failure));
        }
        Ok(runs)
    }
}
