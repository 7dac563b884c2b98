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
//! `@cut bytes` and `@cut halves` say how the bytes are cut, `@to stub` that the exercise's server is meant.

use super::manual_request::is_clients;
use crate::course::catalogue::{self, Lab};
use crate::wire::{Entry, Transcript};

/// The kinds, in the order of the page.
pub const KINDS: [&str; 3] = ["useful", "weird", "break one thing"];

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
    /// What both sides say.
    pub expected: Transcript,
}

impl Preset {
    /// What the box holds: the client's part, without `C> `.
    pub fn said(&self) -> String {
        let mut part = Transcript::new();
        let entries = self.expected.entries().iter();
        for entry in entries.filter(|entry| is_clients(entry)) {
            part.push_entry(entry);
        }
        // A FIN at the very end answers the server's, and is not said in advance.
        let fin_first = self.client_ends_first();
        let mut lines: Vec<String> = part
            .render()
            .lines()
            .filter(|line| !line.starts_with('@'))
            .map(|line| line.strip_prefix("C> ").unwrap_or(line).to_string())
            .collect();
        if !fin_first {
            lines.retain(|line| line != "C fin");
        }
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
                    event: crate::wire::Event::Fin | crate::wire::Event::Rst,
                    ..
                } => Some(*who),
                _ => None,
            });
        ends == Some(crate::wire::Who::Client)
    }
}

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
    let text = format!("@wire 1\n{}\n", section.trim_end());
    let expected = Transcript::parse(&text).map_err(|error| format!("{error}: {section}"))?;
    let say = expected.heading("say").unwrap_or_default();
    let (kind, title) = say
        .split_once(" · ")
        .ok_or_else(|| format!("@say {say}: KIND · TITLE"))?;
    if !KINDS.contains(&kind) {
        return Err(format!("@say {say}: there is no kind `{kind}`"));
    }
    Ok(Preset {
        kind: kind.to_string(),
        title: title.to_string(),
        delivery: expected.heading("cut").unwrap_or("whole").to_string(),
        stub: expected.heading("to") == Some("stub"),
        expected,
    })
}
