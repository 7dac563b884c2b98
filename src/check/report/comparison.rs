//! The lines that agreed, `-` expected and `+` got in the notation, a caret, and bytes in hex.

use super::{WIDTH, cut};
use crate::plural::count_of;
use crate::wire::{
    Chunk, Difference, DifferenceKind, Entry, Event, Mask, Piece, Transcript, Wanted, Who, notation,
};

/// Text lines that are shown before the first difference.
const CONTEXT: usize = 6;
/// Bytes of hex on each side.
const HEX: usize = 8;

/// The lines between the headline and the cause: what agreed, `-` expected, `+` got, caret, hex.
pub fn comparison(expected: &Transcript, difference: &Difference) -> Vec<String> {
    let mut lines = agreed(expected, difference);
    if lines.len() > CONTEXT {
        let hidden = lines.len() - CONTEXT;
        let steps = match hidden {
            1 => "1 line that agrees".to_string(),
            _ => format!("{} that agree", count_of(hidden, "line")),
        };
        lines.splice(..hidden, [format!("… {steps}")]);
    }
    let mut lines: Vec<String> = lines.into_iter().map(|line| format!("   {line}")).collect();
    lines.extend(first_difference(difference));
    lines
}

/// The text lines of everything before the wire line of the difference.
fn agreed(expected: &Transcript, difference: &Difference) -> Vec<String> {
    let mut lines = Vec::new();
    let before = expected.entries().iter().take(difference.agreed);
    let mut wire_lines = 0;
    for entry in before {
        match entry {
            Entry::Chunk(chunk) => {
                if (chunk.conn, chunk.who) == (difference.conn, difference.who) {
                    wire_lines += line_ends(chunk);
                }
                lines.extend(
                    notation::chunk_lines(chunk)
                        .into_iter()
                        .map(|line| cut(&line)),
                );
            }
            Entry::Event { who, conn, event } => {
                lines.push(format!(
                    "{} {}",
                    notation::who_text(*who, *conn),
                    notation::event_text(*event)
                ));
            }
            Entry::Gap(_) | Entry::Note(_) | Entry::Blank => {}
        }
    }
    if let Some(Entry::Chunk(chunk)) = expected.entries().get(difference.agreed) {
        // The wire lines of this chunk that came in full: as many as stand before the wrong one.
        let own = difference.line.saturating_sub(1).saturating_sub(wire_lines);
        let text = notation::chunk_lines(chunk);
        let mut seen = 0;
        for line in text {
            if seen >= own {
                break;
            }
            seen += usize::from(line.contains("\\n"));
            lines.push(cut(&line));
        }
    }
    lines
}

/// How many wire lines a chunk ends.
fn line_ends(chunk: &Chunk) -> usize {
    let ends = chunk.pieces.iter().map(|piece| match piece {
        Piece::Bytes(bytes) => bytes.iter().filter(|&&byte| byte == b'\n').count(),
        Piece::Mask(Mask::Line) => 1,
        _ => 0,
    });
    ends.sum()
}

/// The `-` and `+` lines with what belongs under them.
fn first_difference(difference: &Difference) -> Vec<String> {
    let who = notation::who_text(difference.who, difference.conn);
    let mut lines = vec![format!(" - {}", wanted_line(difference, &who))];
    let bytes_came = !difference.got.is_empty();
    let cut_line = difference.what == DifferenceKind::Short && !difference.line_so_far.is_empty();
    let (text, caret) = wire_line(&difference.line_so_far, &difference.got);
    if bytes_came || cut_line {
        lines.push(format!(" + {who}> {text}"));
    }
    if !bytes_came {
        lines.push(format!(" + {}", how_it_ended(difference, &who)));
        return lines;
    }
    let pad = " ".repeat(3 + who.len() + 2 + caret);
    let place = format!(
        "byte {} (line {}, byte {} of it)",
        difference.offset + 1,
        difference.line,
        difference.column
    );
    match pad.len() + 2 + place.len() <= WIDTH {
        true => lines.push(format!("{pad}^ {place}")),
        false => lines.push(format!("{place:>width$} ^", width = pad.len() - 1)),
    }
    if let Wanted::Bytes(bytes) = &difference.expected {
        lines.push(format!("      expected  {}", hex(bytes)));
    }
    lines.push(format!("      got       {}", hex(&difference.got)));
    lines
}

/// What should have come, as one line of the notation.
fn wanted_line(difference: &Difference, who: &str) -> String {
    let so_far = &difference.line_so_far;
    match &difference.expected {
        Wanted::Bytes(bytes) => format!("{who}> {}", wire_line(so_far, bytes).0),
        Wanted::Mask(mask) => format!(
            "{who}> {}{}",
            wire_line(so_far, b"").0,
            notation::mask_text(&short(mask))
        ),
        Wanted::Event(event) => format!("{who} {}", notation::event_text(*event)),
        Wanted::OtherSide => format!("(it is the turn of {})", other(difference.who)),
        Wanted::Open => "(nothing more; the connection stays open)".to_string(),
        Wanted::Pause(least, most) => {
            format!(
                "~ {}..{}",
                notation::duration_text(*least),
                notation::duration_text(*most)
            )
        }
    }
}

/// The mask without the value that it must be unlike: the likely cause shows both.
fn short(mask: &Mask) -> Mask {
    match mask {
        Mask::Digits { count, .. } => Mask::Digits {
            count: *count,
            unlike: None,
        },
        Mask::Named { mask, name } => Mask::Named {
            mask: Box::new(short(mask)),
            name: name.clone(),
        },
        other => other.clone(),
    }
}

fn other(who: Who) -> &'static str {
    match who {
        Who::Client => "the server",
        Who::Server => "the client",
    }
}

/// What came in place of bytes.
fn how_it_ended(difference: &Difference, who: &str) -> String {
    if difference.expected == Wanted::Event(Event::Connect) {
        return "(nobody came)".to_string();
    }
    let waiter = notation::who_text(difference.who.other(), difference.conn);
    match (difference.ended, difference.silence) {
        (Some(event), _) => format!("{who} {}", notation::event_text(event)),
        (None, Some(waited)) => {
            format!("{waiter} timeout {} ms", waited.as_millis()).replace(" ms", "ms")
        }
        (None, None) => "~ end".to_string(),
    }
}

/// The wire line that holds the place between `so_far` and `rest`, escaped, and the column of that place.
/// A long line is cut to what fits around it.
fn wire_line(so_far: &[u8], rest: &[u8]) -> (String, usize) {
    const ROOM: usize = WIDTH - 9;
    const BEFORE: usize = 44;
    let end = rest
        .iter()
        .position(|&byte| byte == b'\n')
        .map_or(rest.len(), |lf| lf + 1);
    let mut items: Vec<String> = Vec::new();
    let mut before = 0;
    for &byte in so_far.iter().rev() {
        let item = escaped(byte);
        if before + item.len() > BEFORE {
            items.push("…".to_string());
            before += 1;
            break;
        }
        before += item.len();
        items.push(item);
    }
    items.reverse();
    let mut text = items.concat();
    let mut width = before;
    for &byte in rest.iter().take(end) {
        let item = escaped(byte);
        if width + item.len() > ROOM {
            text.push('…');
            break;
        }
        width += item.len();
        text.push_str(&item);
    }
    if text.ends_with(' ') {
        text.pop();
        text.push_str("\\x20");
    }
    (text, before)
}

/// One byte in the notation.
fn escaped(byte: u8) -> String {
    match byte {
        b'\'' | b'"' => char::from(byte).to_string(),
        _ => byte.escape_ascii().to_string(),
    }
}

/// The first bytes as hex pairs; nothing is `(nothing)`.
fn hex(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "(nothing)".to_string();
    }
    let pairs: Vec<String> = bytes
        .iter()
        .take(HEX)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    pairs.join(" ")
}
