//! The files of a tap: the transcript, the packets and the picture.
//!
//! Rule: a failure of one file is reported once. It stops neither the relay nor the other files.

use super::pictures::{Packets, Picture};
use crate::command::step_view::View;
use crate::command::wire_log::{Remark, Source, WireLog};
use anyhow::Result;
use std::ffi::OsStr;
use std::net::SocketAddr;
use wirelab::http::values_to_mask::Rules;
use wirelab::net::Observation;

/// The names of the files, and what they leave out.
pub struct Names<'a> {
    /// Of `--save`.
    pub save: Option<&'a OsStr>,
    /// Of `--svg`.
    pub svg: Option<&'a OsStr>,
    /// Of `--pcapng`.
    pub pcapng: Option<&'a OsStr>,
    /// What the transcript leaves out; the others leave out secrets alone.
    pub rules: Rules,
    /// Whether each chunk is one datagram.
    pub datagrams: bool,
}

/// The open files.
pub struct Outputs {
    log: Option<WireLog>,
    packets: Option<Packets>,
    picture: Option<Picture>,
}

impl Outputs {
    /// Opens them. Errors: one cannot be written.
    pub fn create(names: Names, upstream: SocketAddr) -> Result<Outputs> {
        let secrets = Rules {
            volatile: false,
            ..names.rules.clone()
        };
        let datagrams = names.datagrams;
        let view = || View::new(secrets.clone()).of_datagrams(datagrams);
        let log = names.save.map(|name| {
            let view = View::new(names.rules.clone()).of_datagrams(datagrams);
            let source = Source {
                seen_by: "tap",
                server: Some(upstream),
                datagrams: names.datagrams,
            };
            WireLog::create(name, source, view)
        });
        let packets = names
            .pcapng
            .map(|name| Packets::create(name, upstream, names.datagrams, view()));
        let picture = names.svg.map(|name| Picture::create(name, view()));
        Ok(Outputs {
            log: log.transpose()?,
            packets: packets.transpose()?,
            picture: picture.transpose()?,
        })
    }

    /// Writes a step to each, and says what went wrong.
    pub fn step(&mut self, step: &Observation, remark: impl Fn(&str)) {
        match self.log.as_mut().map(|log| log.step(step)) {
            Some(Err(Remark::Stopped(text))) => remark(&format!("{text}; the tap goes on")),
            Some(Err(Remark::Waited(text))) => remark(&text),
            Some(Ok(())) | None => {}
        }
        let packets = self.packets.as_mut().map(|packets| packets.step(step));
        let picture = self.picture.as_mut().map(|picture| picture.step(step));
        for error in [packets, picture]
            .into_iter()
            .flatten()
            .filter_map(Result::err)
        {
            remark(&error);
        }
    }
}
