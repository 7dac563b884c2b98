//! A transcript file that grows with the conversation, and that is true at every moment: each step
//! is written at once and whole, and while a connection is open the last line is `~ end`. So the file
//! is right however the process ends, a signal included.
//!
//! Rule 1: memory does not grow with the recording.
//! Rule 2: when a step cannot be written, the file says so in its place, and nothing follows.

use super::wire_file::shown;
use anyhow::{Context, Result};
use std::collections::{HashMap, VecDeque};
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use wirelab::http::redact::Secrets;
use wirelab::net::{Observation, ObservationKind};
use wirelab::wire::{Conn, Event, Gap, Mask, Transcript, Who};

/// What stands at the end while a connection is open.
const STILL_OPEN: &str = "~ end\n";
/// How many bytes of the end may be given up, so that a full disk has room for the reason.
const ROOM: u64 = 512;

/// The file of one recording.
pub struct WireLog {
    file: File,
    name: String,
    /// Where the last whole step ends.
    end: u64,
    /// Where the last steps begin, back to at least [`ROOM`] bytes before the end.
    starts: VecDeque<u64>,
    view: View,
    /// Whether recording has stopped.
    full: bool,
}

impl WireLog {
    /// Creates the file, with its headings. `seen_by` is `tap` or `client`.
    pub fn create(name: &OsStr, seen_by: &str, show_secrets: bool) -> Result<WireLog> {
        let mut headings = Transcript::new();
        headings.push_heading("wire", "1");
        headings.push_heading("seen-by", seen_by);
        let context = || format!("{}: cannot be written", shown(name));
        let mut log = WireLog {
            file: File::create(name).with_context(context)?,
            name: shown(name),
            end: 0,
            starts: VecDeque::new(),
            view: View::new(show_secrets),
            full: false,
        };
        log.append(&headings.render()).with_context(context)?;
        Ok(log)
    }

    /// Writes a step. An error is told once: what it was, in words; later steps are passed over.
    pub fn step(&mut self, step: &Observation) -> Result<(), String> {
        if self.full {
            return Ok(());
        }
        let before = self.end;
        let mut text = self.view.of(step).render();
        let step_length = text.len() as u64;
        if step.open > 0 {
            text.push_str(STILL_OPEN);
        }
        if let Err(error) = self.append(&text) {
            self.full = true;
            self.end = before;
            let reason = error.to_string();
            self.say_why(&reason);
            return Err(format!("{}: recording stops here: {reason}", self.name));
        }
        self.end = before + step_length;
        self.starts.push_back(before);
        while self
            .starts
            .get(1)
            .is_some_and(|start| self.end - start >= ROOM)
        {
            self.starts.pop_front();
        }
        Ok(())
    }

    /// Writes over everything behind `end`, in one write.
    fn append(&mut self, text: &str) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(text.as_bytes())?;
        self.end += text.len() as u64;
        // Shorter than before only when the last `~ end` went away.
        self.file.set_len(self.end)
    }

    /// Puts the reason at the end, over the last steps if there is no room behind them. When the file
    /// takes no byte at all, it stays as it is.
    fn say_why(&mut self, reason: &str) {
        let note = format!("# recording stopped here: {reason}\n{STILL_OPEN}");
        let whole = self.end;
        if self.append(&note).is_ok() {
            return;
        }
        let room = |start: &&u64| whole - **start >= note.len() as u64;
        if let Some(start) = self.starts.iter().rev().find(room) {
            self.end = *start;
            let _ = self.append(&note);
        }
    }
}

/// How steps become transcripts: with or without secrets.
pub struct View {
    show_secrets: bool,
    /// What was read of each direction that is not over.
    directions: HashMap<(Conn, Who), Secrets>,
}

impl View {
    /// Steps with all their bytes, or with masks in place of secrets.
    pub fn new(show_secrets: bool) -> View {
        View {
            show_secrets,
            directions: HashMap::new(),
        }
    }

    /// The step as a transcript of its own, the gap before it included.
    pub fn of(&mut self, step: &Observation) -> Transcript {
        let mut transcript = Transcript::new();
        self.add(&mut transcript, step);
        transcript
    }

    /// Adds the step to a transcript.
    pub fn add(&mut self, transcript: &mut Transcript, step: &Observation) {
        if let Some(gap) = step.gap {
            transcript.push_gap(Gap::Exactly(gap));
        }
        match step.what {
            ObservationKind::Bytes(bytes) => self.bytes(transcript, step.conn, step.who, bytes),
            ObservationKind::Event(event) => {
                transcript.push_event(step.conn, step.who, event);
                self.end(step.conn, step.who, event);
            }
        }
    }

    fn bytes(&mut self, transcript: &mut Transcript, conn: Conn, who: Who, bytes: &[u8]) {
        if self.show_secrets {
            return transcript.push_bytes(conn, who, bytes);
        }
        let mut shown = 0;
        for secret in self.directions.entry((conn, who)).or_default().find(bytes) {
            transcript.push_bytes(conn, who, &bytes[shown..secret.start]);
            let hidden = secret.len() as u64;
            transcript.push_mask(conn, who, Mask::Masked { bytes: hidden });
            shown = secret.end;
        }
        transcript.push_bytes(conn, who, &bytes[shown..]);
    }

    /// Forgets what will say no more.
    fn end(&mut self, conn: Conn, who: Who, event: Event) {
        self.directions.remove(&(conn, who));
        if event == Event::Rst {
            self.directions.remove(&(conn, who.other()));
        }
    }
}
