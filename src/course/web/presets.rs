//! Prepared requests for each lab, from the file `presets.wire` beside its README.
//!
//! ```text
//! @say useful · Three tacos
//! C> 3 tacos\n
//! S> 3 tacos, coming up\n
//! S fin
//! C fin
//! ```
//!
//! The `C` lines go into the box. The `S` lines are the answer of the lab's server. A test sends all of them.
//!
//! | heading | says |
//! | --- | --- |
//! | `@cut bytes`, `@cut halves` | how the bytes are cut |
//! | `@to stub` | the exercise's server is meant |
//! | `@times 100` | so many visits, one after the other |
//! | `@server stop`, `start WORD`, `second` | what happens to the server before |
//! | `@hand COMMAND` | a command in the README that does the same; of equal commands each has a line |

use crate::course::catalogue::{self, Lab};
use crate::wire::{Conn, Entry, Event, Gap, Transcript, Who};

/// The kinds, in the order of the page. Not every lab has [`THE_SERVER`].
pub const KINDS: [&str; 4] = ["useful", "weird", "break one thing", THE_SERVER];

/// The kind of presets that only do something to the server.
pub const THE_SERVER: &str = "the server";

/// Something to say.
#[derive(Clone, Debug)]
pub struct Preset {
    /// One of [`KINDS`].
    pub kind: String,
    /// A few words.
    pub title: String,
    /// `whole`, `bytes` or `halves`.
    pub delivery: String,
    /// Whether it is for the exercise's server.
    pub stub: bool,
    /// How many visits, as the form says it.
    pub times: String,
    /// What happens to the server before; empty: nothing.
    pub server: String,
    /// The commands in the README that do the same.
    pub hand: Vec<String>,
    /// What both sides say.
    pub expected: Transcript,
}

impl Preset {
    /// What the box holds: the client's part, without `C> `. With several connections, and when the client breaks
    /// off, it holds what the server says, too: there the page waits for it.
    pub fn said(&self) -> String {
        let mut part = Transcript::new();
        // A FIN at the very end answers the server's, and is not said in advance.
        let fin_first = self.client_ends_first();
        let breaks_off = |entry: &Entry| {
            matches!(
                entry,
                Entry::Event {
                    who: Who::Client,
                    event: Event::Rst,
                    ..
                }
            )
        };
        let several = self.expected.connections().iter().any(|conn| *conn > FIRST);
        let waits = several || self.expected.entries().iter().any(breaks_off);
        for entry in self.expected.entries() {
            match entry {
                Entry::Chunk(chunk) if chunk.who == Who::Client || waits => part.push_entry(entry),
                Entry::Gap(Gap::Exactly(_)) => part.push_entry(entry),
                Entry::Event { who, conn, event } if *who == Who::Client => match event {
                    Event::Connect if *conn == FIRST => {}
                    Event::Fin if !fin_first => {}
                    Event::Timeout(_) => part.push_event(*conn, *who, Event::Connect),
                    _ => part.push_entry(entry),
                },
                _ => {}
            }
        }
        let lines = part.render();
        let lines = lines.lines().filter(|line| !line.starts_with('@'));
        let lines: Vec<&str> = lines
            .map(|line| line.strip_prefix("C> ").unwrap_or(line))
            .collect();
        lines.join("\n")
    }

    fn client_ends_first(&self) -> bool {
        let ends = self
            .expected
            .entries()
            .iter()
            .find_map(|entry| match entry {
                Entry::Event {
                    who,
                    event: Event::Fin | Event::Rst,
                    ..
                } => Some(*who),
                _ => None,
            });
        ends == Some(Who::Client)
    }
}

/// The connection that is opened without a word.
const FIRST: Conn = 1;

/// The presets of a lab, in the order of its file.
pub fn of(lab: &Lab) -> Vec<Preset> {
    // A preset that cannot be read is no preset; a test holds that there is none.
    sections(lab.presets())
        .filter_map(|section| read(section).ok())
        .collect()
}

/// The presets of every lab, or what is wrong with one.
pub fn all() -> Vec<(&'static Lab, Result<Preset, String>)> {
    let all = catalogue::labs();
    all.flat_map(|lab| sections(lab.presets()).map(move |section| (lab, read(section))))
        .collect()
}

/// Each `@say` with what stands below it.
fn sections(text: &str) -> impl Iterator<Item = &str> {
    let mut starts: Vec<usize> = text.match_indices("@say ").map(|(at, _)| at).collect();
    starts.retain(|at| *at == 0 || text.as_bytes().get(at - 1) == Some(&b'\n'));
    let ends: Vec<usize> = starts.iter().skip(1).copied().chain([text.len()]).collect();
    let pairs = starts.into_iter().zip(ends);
    pairs.filter_map(|(start, end)| text.get(start..end))
}

fn read(section: &str) -> Result<Preset, String> {
    let hand = section
        .lines()
        .filter_map(|line| line.strip_prefix("@hand "));
    let hand: Vec<String> = hand.map(str::to_string).collect();
    let rest = section.lines().filter(|line| !line.starts_with("@hand "));
    let rest: Vec<&str> = rest.collect();
    let text = format!("@wire 1\n{}\n", rest.join("\n").trim_end());
    let expected = Transcript::parse(&text).map_err(|error| format!("{error}: {section}"))?;
    let say = expected.heading("say").unwrap_or_default();
    let (kind, title) = say
        .split_once(" · ")
        .ok_or_else(|| format!("@say {say}: KIND · TITLE"))?;
    if !KINDS.contains(&kind) {
        return Err(format!("@say {say}: there is no kind `{kind}`"));
    }
    let or = |key: &str, otherwise: &str| expected.heading(key).unwrap_or(otherwise).to_string();
    Ok(Preset {
        kind: kind.to_string(),
        title: title.to_string(),
        delivery: or("cut", "whole"),
        stub: expected.heading("to") == Some("stub"),
        times: or("times", "1"),
        server: or("server", ""),
        hand,
        expected,
    })
}
