//! The picture and the packet file of a tap, which grow with the recording.
//!
//! Rule 1: both files are complete after each step, even if the tap is killed. Packets are appended. In the
//! picture, the end and the height at the beginning are written again.
//! Rule 2: neither is kept in memory. The picture ends after [`limits::PICTURE_BYTES`] of recorded bytes, with
//! a note, because a longer picture is not readable.
//! Rule 3: a failure is reported once. The file keeps its content from before the failed step, and gets no more
//! steps.

use crate::command::WrongUse;
use crate::command::output::{Output, cannot};
use crate::command::step_view::View;
use crate::command::wire_file::shown;
use crate::command::wire_log::write_at;
use anyhow::{Context, Result};
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::time::SystemTime;
use wirelab::limits;
use wirelab::net::{Observation, ObservationKind};
use wirelab::wire::{
    PcapngOptions, PcapngWriter, SvgWriter, Transcript, recording_info, whole_blocks,
};

/// Opens a plain file in its place, with its beginning.
fn open(name: &OsStr, beginning: &[u8]) -> Result<File> {
    if name == "-" {
        let message = "--svg and --pcapng of tap need a file, not stdout: their beginning is written \
                       again; `tap --save F.wire`, then `show F.wire --svg -` writes to stdout";
        return Err(WrongUse(message.to_string()).into());
    }
    let opened = Output::create(name).and_then(|mut output| {
        if !output.plain {
            return Err(io::Error::other(
                "not a plain file: give the name of a plain file",
            ));
        }
        output.file.write_all(beginning)?;
        output.put_in_place()
    });
    opened.with_context(|| cannot(name))
}

/// Packets, as tshark reads them.
pub struct Packets {
    file: File,
    name: String,
    view: View,
    writer: PcapngWriter,
    end: u64,
    begun: bool,
    stopped: bool,
}

impl Packets {
    /// Opens the file. Errors: it cannot be written.
    pub fn create(
        name: &OsStr,
        server: SocketAddr,
        datagrams: bool,
        view: View,
    ) -> Result<Packets> {
        let mut writer = PcapngWriter::new(PcapngOptions {
            server,
            datagrams,
            ..PcapngOptions::default()
        });
        let beginning = writer.take();
        Ok(Packets {
            file: open(name, &beginning)?,
            name: shown(name),
            view,
            writer,
            end: beginning.len() as u64,
            begun: false,
            stopped: false,
        })
    }

    /// Adds a step; an error is returned once.
    pub fn step(&mut self, step: &Observation) -> Result<(), String> {
        if self.stopped {
            return Ok(());
        }
        let mut said = Transcript::new();
        if !std::mem::replace(&mut self.begun, true) {
            let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
            self.writer.begin(now.saturating_sub(step.at), step.client);
        } else if let Some(client) = step.client {
            said.push_note(&recording_info::ends_note(client, None));
        }
        self.view.add(&mut said, step);
        let added = said
            .entries()
            .iter()
            .try_for_each(|entry| self.writer.entry(entry));
        let written = added.map_err(io::Error::other).and_then(|()| {
            let blocks = self.writer.take();
            let mut rest = blocks.as_slice();
            while !rest.is_empty() {
                let (now, later) = rest.split_at(whole_blocks(rest, PAGE));
                write_at(&mut self.file, now, self.end)?;
                self.end += now.len() as u64;
                rest = later;
            }
            Ok(())
        });
        written.map_err(|error| {
            self.stopped = true;
            let _ = self.file.set_len(self.end);
            format!("{}: the packets stop here: {error}", self.name)
        })
    }
}

/// A write of one page is whole or not there, also when the tap is killed. Only the last block of the file can be
/// a part, if it is longer than a page; readers of captures leave that part out.
const PAGE: usize = 4096;

/// The ladder, as a picture.
pub struct Picture {
    file: File,
    name: String,
    view: View,
    writer: SvgWriter,
    /// Where the end of the file begins.
    end: u64,
    /// Bytes said so far.
    bytes: usize,
    stopped: bool,
}

impl Picture {
    /// Opens the file. Errors: it cannot be written.
    pub fn create(name: &OsStr, view: View) -> Result<Picture> {
        let mut writer = SvgWriter::new();
        let beginning = writer.beginning();
        let whole = beginning.clone() + &writer.end(false);
        Ok(Picture {
            file: open(name, whole.as_bytes())?,
            name: shown(name),
            view,
            writer,
            end: beginning.len() as u64,
            bytes: 0,
            stopped: false,
        })
    }

    /// Draws a step; an error is returned once.
    pub fn step(&mut self, step: &Observation) -> Result<(), String> {
        if self.stopped {
            return Ok(());
        }
        if let ObservationKind::Bytes(bytes) = step.what {
            self.bytes += bytes.len();
        }
        self.stopped = self.bytes > limits::PICTURE_BYTES;
        let mut said = Transcript::new();
        match self.stopped {
            true => said.push_note("the picture stops here"),
            false => self.view.add(&mut said, step),
        }
        let open = step.open > 0 || self.stopped;
        if let Err(error) = self.draw(&said, open) {
            self.stopped = true;
            return Err(format!("{}: the picture stops here: {error}", self.name));
        }
        let mebibytes = limits::PICTURE_BYTES >> 20;
        match self.stopped {
            true => Err(format!(
                "{}: {mebibytes} MiB were recorded: the picture stops here",
                self.name
            )),
            false => Ok(()),
        }
    }

    fn draw(&mut self, said: &Transcript, open: bool) -> io::Result<()> {
        let entries = said.entries().iter();
        let drawn: String = entries.map(|entry| self.writer.entry(entry)).collect();
        let end = self.writer.end(open);
        let text = drawn.clone() + &end;
        let written = write_at(&mut self.file, text.as_bytes(), self.end)
            .and_then(|()| self.file.set_len(self.end + text.len() as u64))
            .and_then(|()| write_at(&mut self.file, self.writer.beginning().as_bytes(), 0));
        if written.is_err() {
            // The end that stood there, as far as there is room for it.
            let _ = write_at(&mut self.file, end.as_bytes(), self.end);
            let _ = self.file.set_len(self.end + end.len() as u64);
        }
        self.end += drawn.len() as u64;
        written
    }
}
