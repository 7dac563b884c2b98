//! *Your browser, live*: every byte that browsers send to this server, and its answers.
//!
//! Rule 1: when a connection begins to carry a stream of rows, it is not shown any more, because each row would
//! cause another row.
//! Rule 2: only a bounded number of rows is kept. A page that is opened late gets the last ones.

use crate::plural::count_of;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use super::ladder_rows::Rows;
use super::panel;
use super::{layout, markup, open_pages_and_programs::Live};
use crate::files::Response;
use crate::limits;
use crate::locks::lock;
use crate::net::{Observation, ObservationKind, Recorder};
use crate::server::events::{EventLog, Reader};
use crate::wire::{Conn, Entry, Event, Transcript, Who};

/// What browsers have sent lately.
pub struct You {
    log: EventLog,
    recorder: Recorder,
}

impl You {
    /// Nothing yet.
    pub fn new() -> You {
        let log = EventLog::new("you", limits::web::PAGE_LOG);
        let watch = Arc::new(Mutex::new(Watch {
            log: log.clone(),
            rows: Rows::new("you"),
            streams: BTreeSet::new(),
        }));
        let recorder = Recorder::into_sink(move |step| lock(&watch).step(step));
        You { log, recorder }
    }

    /// Records the connections of this server.
    pub fn recorder(&self) -> Recorder {
        self.recorder.clone()
    }

    /// A reader, if there is room for one.
    pub fn reader(&self, after: Option<&str>) -> Option<Reader> {
        (self.log.readers() < limits::web::PAGES).then(|| self.log.reader(after))
    }
}

/// What the head of an event stream contains, and of nothing else that we send.
const STREAM: &[u8] = b"\r\nContent-Type: text/event-stream\r\n";

struct Watch {
    log: EventLog,
    rows: Rows,
    /// Connections that carry a stream.
    streams: BTreeSet<Conn>,
}

impl Watch {
    fn step(&mut self, step: &Observation) {
        let conn = step.conn;
        let by_us = step.who == Who::Server;
        match step.what {
            ObservationKind::Bytes(_) if by_us && self.streams.contains(&conn) => return,
            ObservationKind::Event(Event::Fin | Event::Rst) => {
                self.streams.remove(&conn);
            }
            _ => {}
        }
        let rows = self.rows.step(step);
        rows.into_iter().for_each(|row| self.push(row));
        // By our own answer, because a client may cut its request as it likes.
        if let ObservationKind::Bytes(bytes) = step.what
            && by_us
            && bytes.windows(STREAM.len()).any(|part| part == STREAM)
        {
            self.streams.insert(conn);
            let note =
                "from here on this connection carries the rows of a page: they are not shown";
            let note = self.rows.entry(&Entry::Note(format!("C{conn}: {note}")));
            self.push(note);
        }
    }

    fn push(&self, row: String) {
        self.log.push("html", row);
    }
}

/// The page `/you`: the request that asked for it, and live everything that follows.
pub fn page(bytes: &[u8], live: Option<&Live>) -> Response {
    let mut transcript = Transcript::new();
    transcript.push_event(1, Who::Client, Event::Connect);
    transcript.push_bytes(1, Who::Client, bytes);
    let said = markup::block("wire", &transcript.render());
    let watch = match live {
        None => String::new(),
        Some(_) => format!(
            "<h2>Live</h2>\n<p>Every connection to this server, as it goes on. Reload this page. Open it in a second \
             tab. Look for the request for <code>/favicon.ico</code> that you never typed, for several requests on \
             one connection, and for a spare connection that says nothing. Or ask with curl, in a terminal.</p>\n{}",
            panel::ladder("you", "What browsers send to this server")
        ),
    };
    let body = format!(
        "<main id=\"text\" class=\"text you\"><h1>What your browser said</h1>\n<p>To get this page it sent {}. \
         This is all of it, with the line ends made visible. You typed none of it but the address.</p>\n{said}<p>\
         <a href=\"/labs/15-wiretap/\">Lab 15</a> explains the lines one by one. Reload the page, or open it in another \
         browser, and compare.</p>\n{watch}</main>\n",
        count_of(bytes.len(), "byte"),
    );
    let page = layout::Page {
        title: "Your browser",
        class: "plain you",
        lab: None,
        contents: &[],
        body: &body,
        stream: "you",
    };
    layout::document(&page, live)
}
