//! Lab 29 · Many kitchens · how a kitchen is, and how it stops: first it says so, and then it goes.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// So often must a balancer hear that the kitchen stops: then it has believed it.
const TOLD: u32 = 3;

/// What all threads of a kitchen know of its end.
#[derive(Default)]
pub struct Health {
    stopping: AtomicBool,
    closed: AtomicBool,
    /// How often /health has said that the kitchen stops.
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

    /// Says from now on that the kitchen stops. Returns when the balancer has heard it, or after this time.
    pub fn stop(&self, most: Duration) {
        self.stopping.store(true, Relaxed);
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let unknown = |told: &mut u32| *told < TOLD;
        drop(self.changed.wait_timeout_while(told, most, unknown));
        self.closed.store(true, Relaxed);
    }

    /// Whether no further client is accepted.
    pub fn is_closed(&self) -> bool {
        self.closed.load(Relaxed)
    }
}
