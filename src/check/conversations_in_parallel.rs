//! Conversations that are played before their turn, each at a program of its own: most of a check is waiting, and
//! programs can wait at the same time.
//!
//! Rule 1: only a pass is taken from here. A run that did not pass is played again in its turn, with nothing
//! beside it, and that play is judged and diagnosed. So what is reported does not depend on this module.
//! Rule 2: it begins after the first run of the plan has passed. So a program that cannot start is started once.
//! Rule 3: a server gets all conversations of a plan in turn, as it would serve all its clients. Only one that
//! waits long has a server of its own.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::play_program::Stage;
use super::runner::problem_of;
use super::timeouts::{longest_gap, silence_of};
use super::{Conversation, Plan, Side, Subject};
use crate::limits;
use crate::locks::lock;
use crate::net::Weather;
use crate::wire::{Transcript, Who};

/// One run: a conversation of a plan in one weather.
#[derive(Clone, Copy)]
pub(super) struct Turn<'a> {
    pub(super) plan: &'a Plan,
    pub(super) conversation: &'a Conversation,
    pub(super) weather: Weather,
}

/// The runs of a check that may be played before their turn.
pub(super) struct SideBySide<'a> {
    turns: &'a [Turn<'a>],
    state: Mutex<State>,
    changed: Condvar,
    /// Ends the waits of those that are played when nobody needs them any more.
    over: Arc<AtomicBool>,
}

struct State {
    /// Whether further runs may begin.
    open: bool,
    /// How many are played now.
    playing: usize,
    /// Of each run, in order.
    runs: Vec<Ahead>,
}

/// What is known of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ahead {
    /// It is played in its turn only.
    Never,
    Waits,
    Plays,
    Over {
        passed: bool,
    },
}

impl<'a> SideBySide<'a> {
    /// Nothing begins before [`SideBySide::open`].
    pub(super) fn new(turns: &'a [Turn<'a>]) -> SideBySide<'a> {
        let runs = turns.iter().enumerate();
        let runs = runs.map(|(at, turn)| match at > 0 && turn.fits() {
            true => Ahead::Waits,
            false => Ahead::Never,
        });
        SideBySide {
            turns,
            state: Mutex::new(State {
                open: false,
                playing: 0,
                runs: runs.collect(),
            }),
            changed: Condvar::new(),
            over: Arc::default(),
        }
    }

    /// Does something, and plays meanwhile what may be played.
    pub(super) fn around<T>(&self, act: impl FnOnce() -> T) -> T {
        thread::scope(|scope| {
            // Also when `act` panics: the threads must not wait for ever.
            let _end = EndOnDrop(self);
            for _ in 0..self.workers() {
                scope.spawn(|| self.work());
            }
            act()
        })
    }

    fn workers(&self) -> usize {
        let runs = &lock(&self.state).runs;
        let all = runs.iter().filter(|run| **run == Ahead::Waits).count();
        all.min(limits::CHECK_SIDE_BY_SIDE * cores())
    }

    /// Lets them begin.
    pub(super) fn open(&self) {
        self.change(|state| state.open = true);
    }

    /// Plays one run after the other, until none is left.
    fn work(&self) {
        while let Some(at) = self.take() {
            let mut place = Place {
                of: self,
                at,
                passed: false,
            };
            place.passed = self.passes(at);
        }
    }

    /// Whether this run has passed ahead of its turn; waits for one that is played.
    pub(super) fn has_passed(&self, at: usize) -> bool {
        let is_under_way =
            |state: &State| matches!(state.runs.get(at), Some(Ahead::Waits | Ahead::Plays));
        let state = self.wait_while(is_under_way);
        state.runs.get(at) == Some(&Ahead::Over { passed: true })
    }

    /// Whether this run was played ahead of its turn, however it went.
    pub(super) fn was_played(&self, at: usize) -> bool {
        matches!(lock(&self.state).runs.get(at), Some(Ahead::Over { .. }))
    }

    /// Does something while nothing else is played.
    pub(super) fn alone<T>(&self, act: impl FnOnce() -> T) -> T {
        self.change(|state| state.open = false);
        drop(self.wait_while(|state| state.playing > 0));
        let result = act();
        self.open();
        result
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut lock(&self.state));
        self.changed.notify_all();
    }

    fn wait_while(&self, so: impl Fn(&State) -> bool) -> MutexGuard<'_, State> {
        let waited = self
            .changed
            .wait_while(lock(&self.state), |state| so(state));
        waited.unwrap_or_else(PoisonError::into_inner)
    }

    fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    /// The next run to be played; `None`: there is none.
    fn take(&self) -> Option<usize> {
        let next = |state: &State| state.runs.iter().position(|run| *run == Ahead::Waits);
        let mut state =
            self.wait_while(|state| !self.is_over() && !state.open && next(state).is_some());
        if self.is_over() {
            return None;
        }
        let at = next(&state)?;
        *state.runs.get_mut(at)? = Ahead::Plays;
        state.playing += 1;
        Some(at)
    }

    fn passes(&self, at: usize) -> bool {
        let Some(turn) = self.turns.get(at) else {
            return false;
        };
        let script = &turn.conversation.expected;
        let mut stage = Stage::new(turn.plan);
        stage.over = Some(Arc::clone(&self.over));
        let silence = silence_of(script, turn.plan.side);
        let _slot = Slot::take();
        if self.is_over() {
            return false;
        }
        let Ok(done) = stage.play(script, turn.weather, silence) else {
            return false;
        };
        let ended = stage.program().and_then(|program| program.ending());
        problem_of(turn.plan, &done).is_none() && ended.is_none()
    }
}

/// How many programs run beside others now, of all checks of this process.
static TAKEN: Mutex<usize> = Mutex::new(0);
static FREE: Condvar = Condvar::new();

/// The right to run one program beside others.
struct Slot;

impl Slot {
    /// Waits until there is one.
    fn take() -> Slot {
        let most = limits::CHECK_SIDE_BY_SIDE * cores();
        let taken = FREE.wait_while(lock(&TAKEN), |taken| *taken >= most);
        *taken.unwrap_or_else(PoisonError::into_inner) += 1;
        Slot
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        *lock(&TAKEN) -= 1;
        FREE.notify_one();
    }
}

/// Ends what is played when it is dropped.
struct EndOnDrop<'a>(&'a SideBySide<'a>);

impl Drop for EndOnDrop<'_> {
    fn drop(&mut self) {
        self.0.over.store(true, Ordering::Relaxed);
        self.0.change(|_| {});
    }
}

/// A run that is played; when this is dropped, it is over.
struct Place<'a> {
    of: &'a SideBySide<'a>,
    at: usize,
    passed: bool,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.of.change(|state| {
            state.playing -= 1;
            if let Some(run) = state.runs.get_mut(self.at) {
                *run = Ahead::Over {
                    passed: self.passed,
                };
            }
        });
    }
}

impl Turn<'_> {
    /// Whether it can be played at a program of its own, beside others.
    fn fits(&self) -> bool {
        let script = &self.conversation.expected;
        match (self.plan.side, &self.plan.subject) {
            (Side::Client, _) => true,
            // It runs already, and there is only one.
            (Side::Server, Subject::Address(_)) => false,
            (Side::Server, _) => {
                script.legs().is_some() || longest_gap(script) >= limits::CHECK_LONG_WAIT
            }
        }
    }
}

/// Whether the fresh conversations of a server can be played at a second one meanwhile. Two servers that store
/// what they are sent might store it in one place.
pub(super) fn fresh_fit(plan: &Plan) -> bool {
    let starts = !matches!(plan.subject, Subject::Address(_));
    let mut scripts = plan.conversations.iter().map(|it| &it.expected);
    plan.side == Side::Server
        && starts
        && scripts.all(|script| script.legs().is_none() && !stores(script))
}

/// Whether the client asks for more than to be shown something.
fn stores(script: &Transcript) -> bool {
    let methods: [&[u8]; 4] = [b"POST ", b"PUT ", b"PATCH ", b"DELETE "];
    let examples = script.with_values(|_, mask| mask.example());
    script.connections().iter().any(|&conn| {
        let said = examples.bytes_of(conn, Who::Client);
        let mut lines = said.split(|&byte| byte == b'\n');
        lines.any(|line| methods.iter().any(|method| line.starts_with(method)))
    })
}

/// How many processors this process may use; 1 where the system does not say.
pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}
