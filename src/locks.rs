//! Locks a mutex, also when another thread panicked while it held the lock.
//!
//! Rule: the value is used as that thread left it. A panic ends one connection or one test, and the others go on.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The value in a mutex. Waits for it.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_another_thread_leaves_the_value() {
        let value = Mutex::new(7);
        let panicked = std::thread::scope(|scope| {
            let thread = scope.spawn(|| {
                let mut held = lock(&value);
                *held += 1;
                std::panic::resume_unwind(Box::new(()));
            });
            thread.join().is_err()
        });
        assert!(panicked && value.is_poisoned());
        assert_eq!(*lock(&value), 8);
    }
}
