//! *The tap, live*: a recording in progress, as `cargo lab tap … --web` shows it.
//!
//! Rule 1: the recorder waits for no page: it only adds rows to a bounded log.
//! Rule 2: a download has the same content as the command's files, without secrets.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::{Arc, Mutex};

use super::ladder_rows::Rows;
use super::layout;
use super::open_pages_and_programs::Live;
use super::panel;
use crate::files::Response;
use crate::limits;
use crate::locks::lock;
use crate::net::{Observation, ObservationKind};
use crate::server::events::{EventLog, Reader};
use crate::wire::{Conn, Transcript, Who, xml_text};

/// A recording in progress. Clones are the same.
#[derive(Clone)]
pub struct TapView {
    log: EventLog,
    shown: Arc<Mutex<Shown>>,
    recording: Arc<Mutex<Transcript>>,
    what: String,
}

struct Shown {
    rows: Rows,
    /// Connections whose first words were shown in the list.
    named: BTreeSet<Conn>,
}

impl TapView {
    /// Nothing yet. `what`: `127.0.0.1:8080 → 127.0.0.1:8009`. `recording` is what can be downloaded.
    pub fn new(what: &str, recording: Arc<Mutex<Transcript>>) -> TapView {
        TapView {
            log: EventLog::new("tap", limits::web::PAGE_LOG),
            shown: Arc::new(Mutex::new(Shown {
                rows: Rows::new("tap"),
                named: BTreeSet::new(),
            })),
            recording,
            what: what.to_string(),
        }
    }

    /// Shows a step.
    pub fn step(&self, step: &Observation) {
        let mut shown = lock(&self.shown);
        for row in shown.rows.step(step) {
            self.log.push("html", row);
        }
        let conn = step.conn;
        if let (ObservationKind::Bytes(bytes), Who::Client) = (step.what, step.who)
            && shown.named.insert(conn)
        {
            let line = bytes
                .split(|byte| *byte == b'\n')
                .next()
                .unwrap_or_default();
            let words: String = line.escape_ascii().to_string().chars().take(60).collect();
            let words = xml_text(words.trim_end_matches("\\r"));
            let option =
                format!("<option data-into=\"conns\" value=\"{conn}\">{conn} · {words}</option>");
            self.log.push("html", option);
        }
    }

    /// A reader of its rows, if there is room for one.
    pub fn reader(&self, after: Option<&str>) -> Option<Reader> {
        (self.log.readers() < limits::web::PAGES).then(|| self.log.reader(after))
    }

    /// What was recorded.
    pub fn recording(&self) -> Transcript {
        lock(&self.recording).clone()
    }

    /// The page `/tap`.
    pub fn page(&self, live: &Live) -> Response {
        let mut files = String::new();
        for kind in ["wire", "svg", "pcapng"] {
            let token = live.token();
            let _ = write!(
                files,
                " <a href=\"/recording/recording.{kind}?of=tap&amp;token={token}\" \
                 download=\"tap.{kind}\">.{kind}</a>"
            );
        }
        let body = format!(
            "<main id=\"text\" class=\"text tap\"><h1>The tap</h1>\n<p>{}: every byte of both directions, as it \
             passes.</p>\n<div class=\"pick\"><label>Connection <select id=\"conns\"><option value=\"\">all of \
             them</option></select></label><label class=\"grow\">Filter <input id=\"filter\" type=\"search\" \
             placeholder=\"GET, 404, a word\"></label><button type=\"button\" data-pause=\"tap\" \
             aria-pressed=\"false\">Pause</button><span class=\"get\">{files}</span></div>\n<p id=\"link-state\" \
             class=\"link\" role=\"status\" hidden></p>\n{}</main>\n",
            xml_text(&self.what),
            panel::ladder("tap", "What the client and the server send")
        );
        let page = layout::Page {
            title: "The tap",
            class: "plain",
            lab: None,
            contents: &[],
            body: &body,
            stream: "tap",
        };
        layout::document(&page, Some(live))
    }
}
