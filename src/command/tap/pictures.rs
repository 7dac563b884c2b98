//! The picture and the packets of a tap, which are made of the whole recording and so renewed while
//! it grows.
//!
//! Rule 1: at most [`limits::PICTURE_BYTES`] bytes are kept; then the pictures stop, and it is said.
//! Rule 2: they are drawn by the one who prints, never by the relay.

use crate::command::output;
use crate::command::wire_file::shown;
use crate::command::wire_log::View;
use anyhow::{Context, Result};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use wirelab::limits;
use wirelab::net::{Observation, ObservationKind};
use wirelab::wire::{Gap, PcapngOptions, Transcript, pcapng, svg};

/// What has been recorded so far, and where its pictures go.
pub struct Pictures {
    outputs: [Option<OsString>; 2],
    view: View,
    said: Transcript,
    bytes: usize,
    /// Connections that stand open.
    open: usize,
    full: bool,
    /// Whether there is something that the files do not show.
    news: bool,
}

/// A picture to be drawn.
pub enum Picture {
    /// The ladder.
    Svg(OsString, Transcript),
    /// Packets.
    Pcapng(OsString, Transcript),
}

impl Pictures {
    /// For the files of `--svg` and `--pcapng`. Errors: one cannot be written.
    pub fn new(outputs: [Option<&OsStr>; 2], view: View) -> Result<Pictures> {
        for name in outputs.iter().flatten() {
            File::create(name).with_context(|| format!("{}: cannot be written", shown(name)))?;
        }
        let mut said = Transcript::new();
        said.push_heading("seen-by", "tap");
        Ok(Pictures {
            outputs: outputs.map(|name| name.map(OsStr::to_os_string)),
            view,
            said,
            bytes: 0,
            open: 0,
            full: false,
            news: false,
        })
    }

    /// Keeps a step; an error is told once.
    pub fn add(&mut self, step: &Observation) -> Result<(), String> {
        if self.full || self.outputs.iter().all(Option::is_none) {
            return Ok(());
        }
        if let ObservationKind::Bytes(bytes) = step.what {
            self.bytes += bytes.len();
        }
        self.view.add(&mut self.said, step);
        self.open = step.open;
        self.news = true;
        self.full = self.bytes > limits::PICTURE_BYTES;
        if self.full {
            let mebibytes = limits::PICTURE_BYTES >> 20;
            self.said.push_note("the picture stops here");
            return Err(format!("{mebibytes} MiB were said: the pictures stop here"));
        }
        Ok(())
    }

    /// What is to be drawn now.
    pub fn due(&mut self) -> Vec<Picture> {
        if !std::mem::take(&mut self.news) {
            return Vec::new();
        }
        let mut said = self.said.clone();
        if self.open > 0 || self.full {
            said.push_gap(Gap::End);
        }
        let [picture, packets] = self.outputs.clone();
        let picture = picture.map(|name| Picture::Svg(name, said.clone()));
        let packets = packets.map(|name| Picture::Pcapng(name, said));
        picture.into_iter().chain(packets).collect()
    }
}

impl Picture {
    /// Draws it into its file.
    pub fn write(self) -> Result<()> {
        match self {
            Picture::Svg(name, said) => {
                output::write(&name, svg(&said).as_bytes(), &mut std::io::sink())
            }
            Picture::Pcapng(name, said) => {
                let packets = pcapng(&said, &PcapngOptions::default());
                let packets = packets.with_context(|| shown(&name))?;
                output::write(&name, &packets, &mut std::io::sink())
            }
        }
    }
}
