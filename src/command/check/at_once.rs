//! Several checks at once: a check waits most of its time.
//!
//! Rule: programs are built one at a time and in order, and the results come in order.

use super::jobs::Job;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, mpsc};
use std::thread;
use wirelab::check::{CheckError, Plan, Report, cores};
use wirelab::limits;
use wirelab::locks::lock;

/// What came of a check.
pub type Checked = Result<Report, CheckError>;

/// Runs the checks of `jobs`, each with what `plan` makes of it. `act` asks for the results by their numbers, in
/// order; each is there once. When `act` returns, no further check begins.
pub fn check_at_once<T>(
    jobs: &[Job],
    plan: impl Fn(&Job) -> Result<Plan, CheckError> + Sync,
    act: impl FnOnce(&mut dyn FnMut(usize) -> Option<Checked>) -> T,
) -> T {
    let (tell, told) = mpsc::channel();
    let next = Mutex::new(jobs.iter().enumerate());
    let over = AtomicBool::new(false);
    let work = |tell: mpsc::Sender<(usize, Checked)>| {
        while !over.load(Ordering::Relaxed) {
            let (at, plan) = {
                let mut next = lock(&next);
                let Some((at, job)) = next.next() else {
                    return;
                };
                (at, plan(job))
            };
            let go_on = || !over.load(Ordering::Relaxed);
            let checked = plan.and_then(|plan| plan.run_watched(&mut |_| go_on()));
            // Nobody listens any more when `act` has returned.
            let _ = tell.send((at, checked));
        }
    };
    thread::scope(|scope| {
        for _ in 0..jobs.len().min(limits::CHECKS_AT_ONCE * cores()) {
            let tell = tell.clone();
            scope.spawn(|| work(tell));
        }
        drop(tell);
        let mut waiting = BTreeMap::new();
        let result = act(&mut |at| {
            while !waiting.contains_key(&at) {
                let (at, checked) = told.recv().ok()?;
                waiting.insert(at, checked);
            }
            waiting.remove(&at)
        });
        over.store(true, Ordering::Relaxed);
        result
    })
}
