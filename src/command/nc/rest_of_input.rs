//! What is still to be sent after the peer has ended its side.
//!
//! Rule: a pipe does not say whether more will come; its writer may have gone without closing it. The wait ends
//! with the input, or when a read has brought nothing for a second.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use wirelab::limits;

/// The reader's side: it says when it reads, and when it has read.
pub struct Reading {
    waits: Arc<AtomicBool>,
    has_read: SyncSender<()>,
}

/// The other side, for who waits.
pub struct RestOfInput {
    waits: Arc<AtomicBool>,
    has_read: Receiver<()>,
}

/// The two sides. The input has ended when the first is dropped.
pub fn rest_of_input() -> (Reading, RestOfInput) {
    let waits = Arc::new(AtomicBool::new(true));
    let (told, has_read) = mpsc::sync_channel(1);
    let reading = Reading {
        waits: Arc::clone(&waits),
        has_read: told,
    };
    (reading, RestOfInput { waits, has_read })
}

impl Reading {
    /// Reads by `read`.
    pub fn note<T>(&self, read: impl FnOnce() -> T) -> T {
        self.waits.store(true, Ordering::SeqCst);
        let result = read();
        self.waits.store(false, Ordering::SeqCst);
        // One is enough, and nobody may wait for it yet, or any more.
        let _ = self.has_read.try_send(());
        result
    }
}

impl RestOfInput {
    /// Waits until the input has ended, or until a read has brought nothing for [`limits::INPUT_SILENCE`].
    pub fn wait(&self) {
        loop {
            match self.has_read.recv_timeout(limits::INPUT_SILENCE) {
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) if self.waits.load(Ordering::SeqCst) => return,
                Ok(()) | Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}
