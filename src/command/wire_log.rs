//! A transcript file that grows with the conversation and is valid at every moment. Each step is written at
//! once and as a whole. While a connection is open, the last line is `~ end`. So the file is valid even if a
//! signal ends the process.
//!
//! Rule 1: memory does not grow with the recording.
//! Rule 2: if a step cannot be written, the file gets a note in its place, and nothing follows.
//! Rule 3: a step costs one system call. The system's cache is the queue before the disk. A step that had to
//! wait longer than [`limits::SLOW_DISK`] is reported.

use super::Screen;
use super::output::{Output, cannot};
use super::step_view::View;
use super::wire_file::shown;
use anyhow::{Context, Result};
use std::collections::VecDeque;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime};
use wirelab::limits;
use wirelab::net::Observation;
use wirelab::wire::{Transcript, recording_info};

/// What stands at the end while a connection is open.
const STILL_OPEN: &[u8] = b"~ end\n";
/// How many bytes of the end may be given up, so that a full disk has room for the reason.
const ROOM: u64 = 512;

/// The file of one recording.
pub struct WireLog {
    place: Place,
    name: String,
    view: View,
    /// Who is recorded.
    server: Option<SocketAddr>,
    /// Nobody ends a conversation of datagrams, so it is always open.
    datagrams: bool,
    /// Whether a step was written: the headings stand before the first.
    begun: bool,
    /// Whether recording has stopped.
    full: bool,
    /// The text of a step; kept, so that it is allocated once.
    text: Vec<u8>,
}

/// Where the text goes.
enum Place {
    File(Growing),
    /// A pipe or a terminal, which takes one byte after the other; and whether a connection is open.
    Stream(Box<dyn Write + Send>, bool),
}

/// A plain file.
struct Growing {
    file: File,
    /// Where the last whole step ends.
    end: u64,
    /// How long the file is: there may be a `~ end` after the last step.
    length: u64,
    /// Where the last steps begin, back to at least [`ROOM`] bytes before the end.
    starts: VecDeque<u64>,
}

/// What is recorded, and who records it.
pub struct Source {
    /// `tap`, `client` or `server`.
    pub seen_by: &'static str,
    /// The server that is called.
    pub server: Option<SocketAddr>,
    /// Whether each chunk is one datagram.
    pub datagrams: bool,
}

/// What to tell about a step that was not written as it should be.
pub enum Remark {
    /// The recording stops here, and why.
    Stopped(String),
    /// The disk held up the step.
    Waited(String),
}

impl WireLog {
    /// Creates the file, with its headings; `-` is stdout.
    pub fn create(name: &OsStr, source: Source, view: View) -> Result<WireLog> {
        let mut headings = Transcript::new();
        headings.push_heading("wire", "1");
        headings.push_heading("seen-by", source.seen_by);
        if source.datagrams {
            headings.push_heading("transport", "udp");
        }
        let headings = headings.render();
        let headings = headings.as_bytes();
        let place = match name == "-" {
            true => begin_stdout(headings),
            false => begin(name, headings),
        };
        let place = place.with_context(|| cannot(name))?;
        Ok(WireLog {
            place,
            name: match name == "-" {
                true => "stdout".to_string(),
                false => shown(name),
            },
            view,
            server: source.server,
            datagrams: source.datagrams,
            begun: false,
            full: false,
            text: Vec::new(),
        })
    }

    /// Writes a step. A failure is returned once, as text; later steps are ignored.
    pub fn step(&mut self, step: &Observation) -> Result<(), Remark> {
        if self.full {
            return Ok(());
        }
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        self.say_ends(&mut text, step);
        self.view.render_into(&mut text, step);
        let is_open = step.open > 0 || self.datagrams;
        let begun = Instant::now();
        let written = match &mut self.place {
            Place::File(file) => file.step(&mut text, is_open),
            Place::Stream(stream, open) => {
                *open = is_open;
                stream.write_all(&text).and_then(|()| stream.flush())
            }
        };
        let took = begun.elapsed();
        self.text = text;
        if let Err(error) = written {
            self.full = true;
            let reason = error.to_string();
            if let Place::File(file) = &mut self.place {
                file.say_why(&reason);
            }
            let name = &self.name;
            return Err(Remark::Stopped(format!(
                "{name}: recording stops here: {reason}"
            )));
        }
        match took > limits::SLOW_DISK {
            true => Err(Remark::Waited(waited(&self.name, took))),
            false => Ok(()),
        }
    }

    /// What belongs before the first step, and before the first one of a connection.
    fn say_ends(&mut self, text: &mut Vec<u8>, step: &Observation) {
        let mut said = Transcript::new();
        if !std::mem::replace(&mut self.begun, true) {
            let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
            let start = now.saturating_sub(step.at);
            recording_info::push_headings(&mut said, Some(start), step.client, self.server);
        } else if let Some(client) = step.client {
            said.push_note(&recording_info::ends_note(client, None));
        }
        said.render_into(text);
    }

    /// Says at the end of a stream that a connection is still open. A file says so at every moment.
    pub fn end(&mut self) {
        if let Place::Stream(stream, true) = &mut self.place {
            let _ = stream.write_all(STILL_OPEN).and_then(|()| stream.flush());
        }
    }
}

impl Drop for WireLog {
    fn drop(&mut self) {
        self.end();
    }
}

fn waited(name: &str, took: Duration) -> String {
    format!(
        "{name}: the disk held up the recording, and the relay, for {} ms",
        took.as_millis()
    )
}

/// Writes the headings to stdout.
fn begin_stdout(headings: &[u8]) -> io::Result<Place> {
    let mut stdout = Screen::stdout();
    stdout.write_all(headings)?;
    stdout.flush()?;
    Ok(Place::Stream(Box::new(stdout), false))
}

/// Opens the file beside its name, writes the headings, and puts it in place.
fn begin(name: &OsStr, headings: &[u8]) -> io::Result<Place> {
    let mut output = Output::create(name)?;
    output.file.write_all(headings)?;
    let plain = output.plain;
    let file = output.put_in_place()?;
    Ok(match plain {
        true => Place::File(Growing {
            file,
            end: headings.len() as u64,
            length: headings.len() as u64,
            starts: VecDeque::new(),
        }),
        false => Place::Stream(Box::new(file), false),
    })
}

impl Growing {
    /// Writes a step over the `~ end` of the one before, in one write. When that fails, the step before
    /// is still the last.
    fn step(&mut self, text: &mut Vec<u8>, open: bool) -> io::Result<()> {
        let step_length = text.len() as u64;
        if open {
            text.extend_from_slice(STILL_OPEN);
        }
        let before = self.end;
        self.append(text)?;
        self.end = before + step_length;
        self.starts.push_back(before);
        let is_far = |start: &u64| self.end - start >= ROOM;
        while self.starts.get(1).is_some_and(is_far) {
            self.starts.pop_front();
        }
        Ok(())
    }

    /// Writes over everything after `end`.
    fn append(&mut self, text: &[u8]) -> io::Result<()> {
        write_at(&mut self.file, text, self.end)?;
        let length = self.end + text.len() as u64;
        // Shorter than before only when the last `~ end` went away.
        if length < self.length {
            self.file.set_len(length)?;
        }
        self.length = length;
        Ok(())
    }

    /// Puts the reason at the end, over the last steps if there is no room after them. When the file
    /// takes no byte at all, it stays as it is.
    fn say_why(&mut self, reason: &str) {
        let mut note = format!("# recording stopped here: {reason}\n").into_bytes();
        note.extend_from_slice(STILL_OPEN);
        // What a write that failed has left after the end.
        self.length = u64::MAX;
        let whole = self.end;
        if self.append(&note).is_ok() {
            return;
        }
        let room = |start: &&u64| whole - **start >= note.len() as u64;
        if let Some(start) = self.starts.iter().rev().find(room) {
            self.end = *start;
            let _ = self.append(&note);
        } else {
            let _ = self.file.set_len(self.end);
        }
    }
}

/// Writes all of it at an offset (pwrite(2)).
#[cfg(unix)]
pub fn write_at(file: &mut File, text: &[u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, text, offset)
}

/// Writes all of it at an offset.
#[cfg(not(unix))]
pub fn write_at(file: &mut File, text: &[u8], offset: u64) -> io::Result<()> {
    use std::io::{Seek, SeekFrom};
    file.seek(SeekFrom::Start(offset))?;
    file.write_all(text)
}
