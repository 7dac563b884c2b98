//! One page in one browser tab: its log of events, and the programs that it has started.
//!
//! Rule: all of them end when the page is closed: see [`Page::end`].

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::manual_request::Talk;
use crate::course::catalogue::Lab;
use crate::course::run_lab::{self, DemoError, Server};
use crate::limits;
use crate::server::events::EventLog;
use crate::wire::{Transcript, xml_text};

/// A page that is open.
pub struct Page {
    /// Its number.
    pub id: u64,
    /// Its events.
    pub log: EventLog,
    /// Its tab is after others; it has given up its stream for a while.
    pub hidden: AtomicBool,
    gone: AtomicBool,
    /// The run that it has started last; an older one sees that it is over.
    run: AtomicU64,
    /// The same for checks.
    check: AtomicU64,
    /// The connection that the learner talks on.
    talk: Mutex<Option<Arc<Talk>>>,
    /// The server that the learner talks to.
    server: Mutex<Option<(ServerName, Arc<Server>)>>,
    /// The last recording, to be downloaded.
    recording: Mutex<Transcript>,
}

/// The lab's slug, and whether it is the exercise's server.
pub type ServerName = (&'static str, bool);

impl Page {
    /// A page that was opened just now.
    pub fn new(id: u64) -> Page {
        Page {
            id,
            log: EventLog::new(&format!("p{id}"), limits::web::PAGE_LOG),
            hidden: AtomicBool::new(false),
            gone: AtomicBool::new(false),
            run: AtomicU64::new(0),
            check: AtomicU64::new(0),
            talk: Mutex::new(None),
            server: Mutex::new(None),
            recording: Mutex::default(),
        }
    }

    /// Adds HTML to the page: an element that says itself where it belongs (`data-into`, `data-fill`).
    pub fn send(&self, html: String) {
        self.log.push("html", html);
    }

    /// Says what is going on, in the state line with this id.
    pub fn state(&self, id: &str, text: &str) {
        self.fill(id, &xml_text(text));
    }

    /// Puts HTML in the place of what an element holds.
    pub fn fill(&self, id: &str, html: &str) {
        self.send(format!("<div data-fill=\"{id}\">{html}</div>"));
    }

    /// Begins a run; the one before is over.
    pub fn begin(&self) -> u64 {
        self.run.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Whether the run of this turn is still wanted.
    pub fn wants(&self, turn: u64) -> bool {
        !self.is_gone() && self.run.load(Ordering::Relaxed) == turn
    }

    /// Begins a check; the one before is over.
    pub fn begin_check(&self) -> u64 {
        self.check.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Whether the check of this turn is still wanted.
    pub fn wants_check(&self, turn: u64) -> bool {
        !self.is_gone() && self.check.load(Ordering::Relaxed) == turn
    }

    /// Whether the page is gone.
    pub fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Relaxed)
    }

    /// The page is gone: its stream ends, and so does all that it has started.
    pub fn end(&self) {
        self.gone.store(true, Ordering::Relaxed);
        self.log.close();
        self.set_talk(None);
        self.forget_server();
    }

    /// Whether the learner talks on: on a connection that was opened after the last one had ended.
    pub fn talk_goes_on(&self) -> bool {
        self.is_gone() || self.talk().is_some_and(|talk| talk.is_open())
    }

    /// The server that the learner talks to, started if it is not there. One that has ended stays until
    /// [`Page::forget_server`]: the learner is to see that nobody listens any more.
    pub fn server(&self, lab: &'static Lab, stub: bool) -> Result<Arc<Server>, DemoError> {
        let name = (lab.slug, stub);
        let mut kept = lock(&self.server);
        if let Some((kept, server)) = &*kept
            && *kept == name
        {
            return Ok(Arc::clone(server));
        }
        // The one before goes first: it may hold a port or a file.
        *kept = None;
        let server = Arc::new(run_lab::serve_anywhere(lab, stub)?);
        if !self.is_gone() {
            *kept = Some((name, Arc::clone(&server)));
        }
        Ok(server)
    }

    /// The next connection gets a server that is started for it.
    pub fn forget_server(&self) {
        let before = lock(&self.server).take();
        drop(before);
    }

    /// The connection that the learner talks on.
    pub fn talk(&self) -> Option<Arc<Talk>> {
        lock(&self.talk).clone()
    }

    /// Another connection, or none; the one before is closed.
    pub fn set_talk(&self, talk: Option<Arc<Talk>>) {
        let before = std::mem::replace(&mut *lock(&self.talk), talk);
        drop(before);
    }

    /// The last recording.
    pub fn recording(&self) -> Transcript {
        lock(&self.recording).clone()
    }

    /// Keeps a recording, to be downloaded.
    pub fn keep(&self, recording: Transcript) {
        *lock(&self.recording) = recording;
    }
}

/// A lock that survives a panic of another thread: what it guards is replaced as a whole.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
