//! Some connections of a transcript: the part with only these, and the connections with a text or an address.
//!
//! Rule: a part is again a transcript. The times between its steps are added up.

use core::net::SocketAddr;
use std::time::Duration;

use super::recording_info::{self, ends_from};
use super::{Conn, Entry, Gap, Transcript, Who};

impl Transcript {
    /// The steps of these connections, their numbers kept.
    pub fn of_connections(&self, wanted: &[Conn]) -> Transcript {
        let mut kept = Transcript::new();
        kept.headings = self.headings.clone();
        let mut passed: Option<Duration> = None;
        // What is between two steps belongs to both.
        let (mut between, mut after_wanted) = (None, false);
        for entry in self.entries() {
            match entry {
                Entry::Gap(Gap::Exactly(gap)) => *passed.get_or_insert_default() += *gap,
                Entry::Note(_) | Entry::Blank => {}
                Entry::Gap(Gap::Between(..)) => between = Some(entry).filter(|_| after_wanted),
                Entry::Gap(_) => kept.push_entry(entry),
                step => {
                    let between = between.take();
                    after_wanted = step.conn().is_some_and(|conn| wanted.contains(&conn));
                    if after_wanted && let Some(gap) = between {
                        kept.push_entry(gap);
                    }
                    if step.conn().is_some_and(|conn| wanted.contains(&conn)) {
                        if let Some(gap) = passed.take() {
                            kept.push_gap(Gap::Exactly(gap));
                        }
                        kept.push_entry(step);
                    }
                }
            }
        }
        kept
    }

    /// The connections in which one side says this text, or one of whose ends has this address.
    pub fn connections_with(&self, text: &str) -> Vec<Conn> {
        let addr: Option<SocketAddr> = text.parse().ok();
        let ends = self.ends();
        let has = |conn: &Conn| {
            let is_end = |(of, one, other): &(Conn, SocketAddr, Option<SocketAddr>)| {
                of == conn && (Some(*one) == addr || other.is_some() && *other == addr)
            };
            let said = |who| {
                let bytes = self.bytes_of(*conn, who);
                let mut places = bytes.windows(text.len().max(1));
                places.any(|place| place == text.as_bytes())
            };
            ends.iter().any(is_end) || said(Who::Client) || said(Who::Server)
        };
        self.connections().into_iter().filter(has).collect()
    }

    /// Client and server of each connection, as far as headings and notes name them.
    fn ends(&self) -> Vec<(Conn, SocketAddr, Option<SocketAddr>)> {
        let heading = |key| self.heading(key).and_then(|text| text.parse().ok());
        let server: Option<SocketAddr> = heading(recording_info::SERVER);
        let mut next = heading(recording_info::CLIENT).map(|client| (client, server));
        let mut ends: Vec<(Conn, SocketAddr, Option<SocketAddr>)> = Vec::new();
        for entry in self.entries() {
            if let Entry::Note(text) = entry
                && let Some((client, other)) = ends_from(text)
            {
                next = Some((client, other.or(server)));
            }
            if let Some(conn) = entry.conn()
                && ends.iter().all(|(of, _, _)| *of != conn)
                && let Some((client, server)) = next.take()
            {
                ends.push((conn, client, server));
            }
        }
        ends
    }
}
