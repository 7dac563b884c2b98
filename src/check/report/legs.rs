//! What was said on each leg of a program in the middle, as ladders: one line a step.

use super::{WIDTH, cut, cut_to};
use crate::plural::count_of;
use crate::wire::{Entry, Event, Transcript, Who, chunk_lines, notation};

/// Columns of a ladder.
const COLUMNS: usize = WIDTH - 8;
/// The shortest arrow.
const ARROW: usize = 4;
/// Steps of a ladder that are shown; the last ones, where it failed.
const STEPS: usize = 12;

/// Both ladders, each with a line that says whose it is. Who waited in vain is no step.
pub fn ladders(legs: &[(String, Transcript)]) -> Vec<String> {
    let mut lines = Vec::new();
    for (name, leg) in legs {
        let parties = match &name[..] {
            "front" => "the client and your program",
            _ => "your program and the server behind it",
        };
        lines.push(format!("   What was said on the {name} leg, by {parties}:"));
        let steps: Vec<String> = leg.entries().iter().filter_map(step).collect();
        let hidden = steps.len().saturating_sub(STEPS);
        if hidden > 0 {
            lines.push(format!("     … {} before", count_of(hidden, "step")));
        }
        if steps.is_empty() {
            lines.push("     nothing: nobody connected".to_string());
        }
        lines.extend(steps.into_iter().skip(hidden));
        lines.push(String::new());
    }
    lines
}

fn step(entry: &Entry) -> Option<String> {
    let (who, words) = match entry {
        Entry::Chunk(chunk) => {
            let lines = chunk_lines(chunk);
            let first = lines.first().cloned().unwrap_or_default();
            let more = match lines.len() {
                0 | 1 => String::new(),
                count => format!(" … {}", count_of(count - 1, "more line")),
            };
            let room = COLUMNS - ARROW - more.chars().count() - 2;
            (chunk.who, cut_to(room, &first) + &more)
        }
        Entry::Event {
            event: Event::Timeout(_),
            ..
        } => return None,
        Entry::Event { who, conn, event } => {
            let who_text = notation::who_text(*who, *conn);
            (*who, format!("{who_text} {}", notation::event_text(*event)))
        }
        _ => return None,
    };
    let dashes = "─".repeat(COLUMNS.saturating_sub(words.chars().count() + 2).max(1));
    let line = match who {
        Who::Client => format!("     {words} {dashes}►"),
        Who::Server => format!("     ◄{dashes} {words}"),
    };
    Some(cut(&line))
}
