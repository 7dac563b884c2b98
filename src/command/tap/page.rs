//! The page of a tap in a browser.
//!
//! Rule: the page shows every byte, as the terminal does. A download from the page leaves out the same secrets
//! as the files.

use crate::command::step_view::View;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use wirelab::course::web::TapView;
use wirelab::limits;
use wirelab::locks::lock;
use wirelab::net::{Observation, ObservationKind};
use wirelab::wire::Transcript;

/// What a step counts besides its bytes. Reason: its entries take about so much memory.
const STEP: usize = 250;

/// The page of a tap, from the side that records.
pub struct Page {
    /// What the browser gets.
    pub view: TapView,
    recording: Arc<Mutex<Transcript>>,
    kept: View,
    bytes: usize,
}

impl Page {
    /// Nothing yet; `kept` is how steps are kept for the download.
    pub fn new(at: SocketAddr, upstream: SocketAddr, kept: View) -> Page {
        let mut headings = Transcript::new();
        headings.push_heading("wire", "1");
        headings.push_heading("seen-by", "tap");
        let recording = Arc::new(Mutex::new(headings));
        let view = TapView::new(&format!("{at} → {upstream}"), Arc::clone(&recording));
        Page {
            view,
            recording,
            kept,
            bytes: 0,
        }
    }

    /// Shows a step, and keeps it as long as there is room.
    pub fn step(&mut self, step: &Observation) {
        self.view.step(step);
        self.bytes += STEP;
        if let ObservationKind::Bytes(bytes) = step.what {
            self.bytes += bytes.len();
        }
        if self.bytes <= limits::PICTURE_BYTES {
            let mut recording = lock(&self.recording);
            self.kept.add(&mut recording, step);
        }
    }
}
