//! Lab 29 · Many kitchens · the answers of a kitchen to /health. A kitchen first announces its end, and then ends.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// After this number of answers `stopping` we assume that the balancer sends no more requests.
const TOLD: u32 = 3;

/// The state of a kitchen, for all its threads.
#[derive(Default)]
pub struct Health {
    stopping: AtomicBool,
    closed: AtomicBool,
    /// How many times /health has answered `stopping`.
    told: Mutex<u32>,
    changed: Condvar,
}

impl Health {
    /// The status and the word for /health.
    pub fn say(&self, full: bool) -> (u16, &'static str) {
        if self.stopping.load(Relaxed) {
            *self.told.lock().unwrap_or_else(PoisonError::into_inner) += 1;
            self.changed.notify_all();
            return (503, "stopping");
        }
        if full { (503, "full") } else { (200, "ready") }
    }

    /// From now on /health answers `stopping`. Returns after TOLD such answers, or after the time `most`.
    pub fn stop(&self, most: Duration) {
        self.stopping.store(true, Relaxed);
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let unknown = |told: &mut u32| *told < TOLD;
        drop(self.changed.wait_timeout_while(told, most, unknown));
        self.closed.store(true, Relaxed);
    }

    /// Whether the kitchen accepts no more clients.
    pub fn is_closed(&self) -> bool {
        self.closed.load(Relaxed)
    }
}
