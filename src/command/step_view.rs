//! How steps become transcripts: with all their bytes, or with masks in place of some values.

use std::collections::HashMap;
use std::sync::Arc;
use wirelab::http::values_to_mask::{Found, Redactor, Rules, Value};
use wirelab::net::{Observation, ObservationKind};
use wirelab::wire::notation::render_bytes_into;
use wirelab::wire::{Conn, Event, Gap, Mask, Transcript, Who, was_note};

/// How the steps of one recording are shown.
pub struct View {
    rules: Arc<Rules>,
    /// What was read of each direction that is not over.
    directions: HashMap<(Conn, Who), Redactor>,
    /// Nothing goes on from one datagram to the next.
    datagrams: bool,
}

impl View {
    /// Steps with all their bytes.
    pub fn exact() -> View {
        View::new(Rules::default())
    }

    /// Steps with masks in place of secrets.
    pub fn without_secrets() -> View {
        View::new(Rules {
            secrets: true,
            ..Rules::default()
        })
    }

    /// Steps with masks in place of what these rules find.
    pub fn new(rules: Rules) -> View {
        View {
            rules: Arc::new(rules),
            directions: HashMap::new(),
            datagrams: false,
        }
    }

    /// The same; with `datagrams` each chunk is read on its own.
    pub fn of_datagrams(mut self, datagrams: bool) -> View {
        self.datagrams = datagrams;
        self
    }

    /// The step as a transcript of its own, the gap before it included.
    pub fn of(&mut self, step: &Observation) -> Transcript {
        let mut transcript = Transcript::new();
        self.add(&mut transcript, step);
        transcript
    }

    /// Adds the text of the step to `out`.
    pub fn render_into(&mut self, out: &mut Vec<u8>, step: &Observation) {
        let mut said = Transcript::new();
        if let ObservationKind::Bytes(bytes) = step.what {
            let found = self.find(step.conn, step.who, bytes);
            if found.is_empty() {
                return render_bytes_into(out, step.gap, step.conn, step.who, bytes);
            }
            if let Some(gap) = step.gap {
                said.push_gap(Gap::Exactly(gap));
            }
            add_with_masks(&mut said, step.conn, step.who, bytes, found);
        } else {
            self.add(&mut said, step);
        }
        said.render_into(out);
    }

    /// Adds the step to a transcript.
    pub fn add(&mut self, transcript: &mut Transcript, step: &Observation) {
        if let Some(gap) = step.gap {
            transcript.push_gap(Gap::Exactly(gap));
        }
        match step.what {
            ObservationKind::Bytes(bytes) => {
                let found = self.find(step.conn, step.who, bytes);
                add_with_masks(transcript, step.conn, step.who, bytes, found);
            }
            what => what.add_to(transcript, step.conn, step.who),
        }
        if let ObservationKind::Event(event) = step.what {
            self.end(step.conn, step.who, event);
        }
    }

    /// What a mask stands for in the bytes that `who` says next.
    fn find(&mut self, conn: Conn, who: Who, bytes: &[u8]) -> Vec<Found> {
        if !self.rules.secrets && !self.rules.volatile {
            return Vec::new();
        }
        let rules = &self.rules;
        if self.datagrams {
            return Redactor::new(Arc::clone(rules)).find(bytes);
        }
        let redactor = self.directions.entry((conn, who));
        let redactor = redactor.or_insert_with(|| Redactor::new(Arc::clone(rules)));
        redactor.find(bytes)
    }

    /// Forgets what will say no more.
    fn end(&mut self, conn: Conn, who: Who, event: Event) {
        self.directions.remove(&(conn, who));
        if event == Event::Rst {
            self.directions.remove(&(conn, who.other()));
        }
    }
}

/// Adds bytes to a transcript, with masks in place of what was found.
fn add_with_masks(
    transcript: &mut Transcript,
    conn: Conn,
    who: Who,
    bytes: &[u8],
    found: Vec<Found>,
) {
    let part = |from: usize, to: usize| bytes.get(from..to).unwrap_or_default();
    let mut shown = 0;
    for found in found {
        let was = part(found.at.start, found.at.end);
        let mask = match found.value {
            Value::Secret => Mask::Masked {
                bytes: was.len() as u64,
            },
            Value::Date => Mask::Date,
            Value::Port => Mask::Port,
            Value::Tag => Mask::Any,
        };
        let note = match found.value {
            Value::Secret => None,
            _ => was_note(was),
        };
        if found.value != Value::Secret && note.is_none() {
            continue;
        }
        transcript.push_bytes(conn, who, part(shown, found.at.start));
        transcript.push_mask(conn, who, mask);
        shown = found.at.end;
        if let Some(note) = note {
            // The line is here as a whole.
            let rest = part(shown, bytes.len());
            let end = rest.iter().position(|byte| *byte == b'\n');
            let end = end.map_or(bytes.len(), |end| shown + end + 1);
            transcript.push_bytes(conn, who, part(shown, end));
            transcript.push_remark(&note);
            shown = end;
        }
    }
    transcript.push_bytes(conn, who, part(shown, bytes.len()));
}
