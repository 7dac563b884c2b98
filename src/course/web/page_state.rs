//! One page in one browser tab: its log of events, and the programs that it has started.
//!
//! Rule: all of them end when the page is closed: see [`Page::end`].

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use super::manual_request::Talk;
use crate::course::catalogue::Lab;
use crate::course::run_lab::{self, LabRunError, Server};
use crate::limits;
use crate::locks::lock;
use crate::net::{self, Port};
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
    /// For each kind of work the turn that was begun last; an older one sees that it is over.
    turns: [AtomicU64; 3],
    /// The connections that the learner talks on.
    talk: Mutex<Option<Arc<Talk>>>,
    /// The server that the learner talks to.
    server: Mutex<Option<Place>>,
    /// The last recording, to be downloaded.
    recording: Mutex<Transcript>,
}

/// What a page does. A new turn of a kind ends the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// *Run it*.
    Run,
    /// *Say it yourself*.
    Say,
    /// *Check my program*.
    Check,
}

/// A turn of a kind of work.
#[derive(Clone, Copy, Debug)]
pub struct Turn(pub Work, u64);

/// The lab's slug, and whether it is the exercise's server.
pub type ServerName = (&'static str, bool);

/// Where a server of the page listens. The port stays the page's when the server ends.
struct Place {
    name: ServerName,
    addr: SocketAddr,
    _port: Port,
    server: Option<Arc<Server>>,
}

impl Page {
    /// A page that was opened just now.
    pub fn new(id: u64) -> Page {
        Page {
            id,
            log: EventLog::new(&format!("p{id}"), limits::web::PAGE_LOG),
            hidden: AtomicBool::new(false),
            gone: AtomicBool::new(false),
            turns: Default::default(),
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

    /// Begins a turn; the one before is over.
    pub fn begin(&self, work: Work) -> Turn {
        let before = self.turns.get(work as usize);
        let before = before.map_or(0, |turn| turn.fetch_add(1, Ordering::Relaxed));
        Turn(work, before + 1)
    }

    /// Whether this turn is still wanted.
    pub fn wants(&self, Turn(work, number): Turn) -> bool {
        let last = self.turns.get(work as usize);
        !self.is_gone() && last.is_some_and(|last| last.load(Ordering::Relaxed) == number)
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
        // A server that is being started just now ends when its start sees that the page is gone.
        if let Ok(mut place) = self.server.try_lock()
            && let Some(server) = place.take().and_then(|place| place.server)
        {
            server.stop();
        }
    }

    /// Whether the learner talks on: on a connection that was opened after the last one had ended.
    pub fn talk_goes_on(&self) -> bool {
        self.is_gone() || self.talk().is_some_and(|talk| talk.is_open())
    }

    /// The server that the learner talks to, started if it is not there. One that has ended stays until
    /// [`Page::forget_server`]: the learner is to see that nobody listens any more.
    pub fn server(&self, lab: &'static Lab, stub: bool) -> Result<Arc<Server>, LabRunError> {
        let mut place = lock(&self.server);
        match place.as_ref().filter(|kept| kept.name == (lab.slug, stub)) {
            Some(Place {
                server: Some(server),
                ..
            }) => Ok(Arc::clone(server)),
            _ => self.start(&mut place, lab, stub, None),
        }
    }

    /// Starts the server where it was before, with a word on its command line. Errors: it runs.
    pub fn start_again(
        &self,
        lab: &'static Lab,
        stub: bool,
        word: Option<&str>,
    ) -> Result<Arc<Server>, LabRunError> {
        self.start(&mut lock(&self.server), lab, stub, word)
    }

    /// Starts a server at its place; at a new place when there is none.
    fn start(
        &self,
        place: &mut Option<Place>,
        lab: &'static Lab,
        stub: bool,
        word: Option<&str>,
    ) -> Result<Arc<Server>, LabRunError> {
        let name = (lab.slug, stub);
        if place.as_ref().is_none_or(|kept| kept.name != name) {
            // The one before goes first: it may hold a file.
            *place = None;
            *place = Some(Place::new(name, lab)?);
        }
        let addr = place.as_ref().map_or(ANYWHERE, |place| place.addr);
        let server = Arc::new(run_lab::serve_one(lab, stub, addr, word)?);
        match place {
            Some(place) if !self.is_gone() => place.server = Some(Arc::clone(&server)),
            place => *place = None,
        }
        Ok(server)
    }

    /// The server that the learner talks to, if it runs.
    pub fn running_server(&self, lab: &'static Lab, stub: bool) -> Option<Arc<Server>> {
        let place = lock(&self.server);
        let kept = place.as_ref().filter(|it| it.name == (lab.slug, stub))?;
        let server = kept.server.clone();
        // [`Page::end`] does not wait for the lock.
        drop(place);
        server.filter(|it| it.ending().is_none())
    }

    /// The next connection gets a server that is started for it, at the same port.
    pub fn forget_server(&self) {
        let place = lock(&self.server)
            .as_mut()
            .and_then(|place| place.server.take());
        drop(place);
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

/// This machine, and a port that the system chooses.
const ANYWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

impl Place {
    fn new(name: ServerName, lab: &Lab) -> Result<Place, LabRunError> {
        let ip = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let port = match lab.has_datagrams() {
            true => net::free_datagram_port(ip),
            false => net::free_port(ip),
        };
        let port = port.map_err(|error| LabRunError::Thread(error.to_string()))?;
        Ok(Place {
            name,
            addr: SocketAddr::new(ip, port.number),
            _port: port,
            server: None,
        })
    }
}
