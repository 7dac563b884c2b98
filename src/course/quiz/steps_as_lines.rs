//! A conversation as steps: what one side says without interruption, or one event, as lines to show.

use super::WIDTH;
use crate::course::catalogue::Script;
use crate::plural::count_of;
use crate::wire::notation::{chunk_lines_within, event_text, who_text};
use crate::wire::{Chunk, Conn, Entry, Event, Transcript, Who};

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ConversationStep {
    pub(super) who: Who,
    /// None for bytes.
    pub(super) event: Option<Event>,
    pub(super) lines: Vec<String>,
}

/// The most lines of a step; the rest of it is counted.
const LINES: usize = 9;

/// The number that all steps are shown with. Reason: a question is about one connection, and a choice with the
/// number of another connection would be wrong at first sight.
const SHOWN: Conn = 1;

/// The steps of one connection; those of a pattern show its holes.
pub(super) fn steps(transcript: &Transcript, wanted: Conn) -> Vec<ConversationStep> {
    let mut all = Vec::new();
    for entry in transcript.entries() {
        match entry {
            Entry::Chunk(chunk) if chunk.conn == wanted => {
                let shown = Chunk {
                    conn: SHOWN,
                    ..chunk.clone()
                };
                let mut lines = chunk_lines_within(&shown, WIDTH);
                lines.iter_mut().for_each(shorten);
                if lines.len() > LINES {
                    let more = lines.len() - (LINES - 1);
                    lines.truncate(LINES - 1);
                    lines.push(format!("… {}", count_of(more, "more line")));
                }
                let (who, event) = (chunk.who, None);
                all.push(ConversationStep { who, event, lines });
            }
            Entry::Event { who, conn, event } if *conn == wanted => {
                let line = format!("{} {}", who_text(*who, SHOWN), event_text(*event));
                all.push(ConversationStep {
                    who: *who,
                    event: Some(*event),
                    lines: vec![line],
                });
            }
            _ => {}
        }
    }
    all
}

fn shorten(line: &mut String) {
    if line.chars().count() > WIDTH {
        *line = line.chars().take(WIDTH - 1).collect();
        line.push('…');
    }
}

/// The lines of these steps.
pub(super) fn lines(steps: &[ConversationStep]) -> Vec<String> {
    steps.iter().flat_map(|step| step.lines.clone()).collect()
}

/// A conversation of a lab.
pub(super) fn transcript(script: &Script) -> Transcript {
    Transcript::parse(script.text()).unwrap_or_default()
}
