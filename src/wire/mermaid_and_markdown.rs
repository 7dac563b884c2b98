//! A transcript as text for an issue tracker: a sequence diagram in Mermaid, and a section in Markdown.

use crate::plural::count_of;
use std::time::Duration;

use super::notation::{chunk_lines, event_text, gap_text, who_text};
use super::recording_info;
use super::{Entry, Gap, Transcript, Who};

/// Lines of a chunk in a sequence diagram.
const MERMAID_LINES: usize = 4;

impl Transcript {
    /// A sequence diagram in the language of Mermaid, as GitHub and GitLab draw it.
    pub fn mermaid(&self) -> String {
        let mut text = String::from("sequenceDiagram\n");
        if let Some(title) = self.heading("title") {
            text = format!("---\ntitle: \"{}\"\n---\n{text}", title.replace('"', "'"));
        }
        text.push_str("    participant C as client\n    participant S as server\n");
        for entry in self.entries() {
            match entry {
                Entry::Chunk(chunk) => {
                    let lines = chunk_lines(chunk);
                    let mut shown: Vec<String> = lines
                        .iter()
                        .take(MERMAID_LINES)
                        .map(|line| escaped(line))
                        .collect();
                    if lines.len() > MERMAID_LINES {
                        shown.push(format!(
                            "… {} …",
                            count_of(lines.len() - MERMAID_LINES, "more line")
                        ));
                    }
                    arrow(&mut text, "->>", chunk.who, &shown.join("<br/>"));
                }
                Entry::Event { who, conn, event } => {
                    let words = format!("{} {}", who_text(*who, *conn), event_text(*event));
                    let shape = match event {
                        super::Event::Rst | super::Event::Refuse | super::Event::Drop => "-x",
                        _ => "-->>",
                    };
                    arrow(&mut text, shape, *who, &escaped(&words));
                }
                Entry::Gap(Gap::Exactly(gap)) if *gap < Duration::from_millis(10) => {}
                Entry::Gap(Gap::Untimed) | Entry::Blank => {}
                Entry::Gap(gap) => note(&mut text, &gap_text(*gap)),
                Entry::Note(words) => note(&mut text, &format!("# {words}")),
            }
        }
        text
    }

    /// The transcript for a page in Markdown: its title and its text, long runs shortened.
    pub fn markdown(&self) -> String {
        let title = self
            .heading("title")
            .unwrap_or("What client and server sent");
        let mut text = format!("### {title}\n\n");
        for (key, value) in &self.headings {
            if [
                recording_info::AT,
                recording_info::CLIENT,
                recording_info::SERVER,
            ]
            .contains(&key.as_str())
            {
                text.push_str(&format!("- {key}: {value}\n"));
            }
        }
        let body = self.render_brief();
        let longest = body.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        // A fence is longer than every row of backticks in it (CommonMark section 4.5).
        let fence = "`".repeat(longest.max(2) + 1);
        text + &format!("\n{fence}text\n{body}{fence}\n")
    }
}

fn arrow(text: &mut String, shape: &str, who: Who, words: &str) {
    let (from, to) = (who.letter(), who.other().letter());
    text.push_str(&format!("    {from}{shape}{to}: {words}\n"));
}

fn note(text: &mut String, words: &str) {
    text.push_str(&format!("    Note over C,S: {}\n", escaped(words)));
}

/// A line for Mermaid, which takes `#`, `;`, `<` and `&` for its own.
fn escaped(line: &str) -> String {
    let mut text = String::new();
    for c in line.chars() {
        match c {
            '#' | ';' | '<' | '>' | '&' | '"' | '%' => {
                text.push_str(&format!("#{};", u32::from(c)))
            }
            c => text.push(c),
        }
    }
    text
}
