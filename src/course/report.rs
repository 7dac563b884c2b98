//! A failure as text of at most 80 columns: where, what agreed, expected and got, and why.
//!
//! Rule 1: only the first difference; what is a matter of time is reported as time, not as bytes.
//! Rule 2: the text is the same for the same failure: no times but the silence that was waited for.
//! Rule 3: nothing is printed here.

use crate::course::catalogue::{Side, Weather};
use crate::course::check::{Failure, Outcome, Report, Run, Trouble, Unready};
use crate::course::diagnosis::{Diagnosis, Page};
use crate::wire::notation;
use crate::wire::{Chunk, Difference, Entry, Event, Mask, Piece, Transcript, Wanted, What, Who};

/// Columns of a line.
const WIDTH: usize = 80;
/// Wire lines that are shown before the first difference.
const CONTEXT: usize = 6;
/// Bytes of hex on each side.
const HEX: usize = 8;

/// The whole text of a check: what passed, and the failure in full. `kept`: where its transcripts lie.
pub fn text(report: &Report, kept: &[String]) -> String {
    let mut lines = match report.failure() {
        Some((run, failure)) => failure_lines(report, run, failure, kept),
        None => vec![format!("PASS {} · {}", report.place, report.side.word())],
    };
    lines.extend(passed_lines(report));
    lines.join("\n") + "\n"
}

/// The text for a server that never came to be checked.
pub fn unready_text(place: &str, unready: &Unready) -> String {
    let page = unready.diagnosis.as_ref().map(|diagnosis| diagnosis.page);
    let mut lines = headline(place, &unready.why.to_string(), page);
    lines.push(String::new());
    lines.extend(printed(&unready.stderr));
    lines.extend(unready.diagnosis.iter().flat_map(reason));
    lines.join("\n") + "\n"
}

/// The conversations and the weathers in which they passed, one line each.
fn passed_lines(report: &Report) -> Vec<String> {
    let mut names: Vec<&str> = Vec::new();
    for run in &report.runs {
        if !names.contains(&&run.name[..]) {
            names.push(&run.name);
        }
    }
    let width = names
        .iter()
        .map(|name| name.chars().count())
        .max()
        .unwrap_or(0);
    let mut lines = Vec::new();
    for name in names {
        let runs = report.runs.iter().filter(|run| run.name == name);
        let passed = runs.filter(|run| matches!(run.outcome, Outcome::Passed));
        let weathers: Vec<&str> = passed.map(|run| run.weather.name()).collect();
        if !weathers.is_empty() {
            let indent = " ".repeat(5 + width + 2);
            lines.extend(wrap(
                &format!("     {name:width$}  "),
                &weathers.join(" "),
                &indent,
            ));
        }
    }
    if !report.passed() && !lines.is_empty() {
        lines.insert(0, "   Passed before:".to_string());
    }
    lines
}

fn failure_lines(report: &Report, run: &Run, failure: &Failure, kept: &[String]) -> Vec<String> {
    let page = failure.diagnosis.as_ref().map(|diagnosis| diagnosis.page);
    let mut lines = headline(&report.place, &verdict(&failure.trouble, report.side), page);
    if run.weather != Weather::Calm {
        lines.push(format!(
            "     in the weather {}: {}",
            run.weather.name(),
            run.weather.description()
        ));
    }
    lines.push(String::new());
    if let Trouble::Difference(difference) = &failure.trouble {
        lines.extend(comparison(&failure.expected, difference));
        lines.push(String::new());
    }
    if let Some(ending) = failure.ending {
        lines.push(format!("   The program ended: {ending}."));
        lines.extend(printed(&failure.stderr));
    }
    match &failure.diagnosis {
        Some(diagnosis) => lines.extend(reason(diagnosis)),
        None => lines.push(
            "   Compare the two lines above, byte by byte; no known mistake fits.".to_string(),
        ),
    }
    if !kept.is_empty() {
        lines.extend(wrap(
            "   Transcripts: ",
            &kept.join(" "),
            "                ",
        ));
    }
    lines
}

/// The last lines that a program printed to stderr.
fn printed(stderr: &str) -> Vec<String> {
    const LAST: usize = 6;
    let all: Vec<&str> = stderr
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    if all.is_empty() {
        return Vec::new();
    }
    let mut lines = vec!["   Its last words on stderr:".to_string()];
    for line in &all[all.len().saturating_sub(LAST)..] {
        let visible: String = line
            .chars()
            .map(|c| if c.is_control() { '·' } else { c })
            .collect();
        lines.push(cut(&format!("     {visible}")));
    }
    lines
}

/// The verdict's line: `FAIL lab 09 · … [W10 cl-chars]`, the code at the right edge where it fits, and on
/// a line of its own where it does not.
pub fn headline(place: &str, words: &str, page: Option<&Page>) -> Vec<String> {
    let mut lines = wrap(&format!("FAIL {place} · "), words, "     ");
    if let Some(page) = page {
        let code = format!("[{} {}]", page.code, page.slug);
        let last = lines.last_mut().map(|line| (line.chars().count(), line));
        match last {
            Some((length, line)) if length + 1 + code.chars().count() <= WIDTH => {
                let gap = WIDTH - length - code.chars().count();
                line.push_str(&" ".repeat(gap));
                line.push_str(&code);
            }
            _ => lines.push(format!("{code:>WIDTH$}")),
        }
    }
    lines
}

/// What went wrong, in words for the headline.
pub fn verdict(trouble: &Trouble, side: Side) -> String {
    let program = match side {
        Side::Server => "the server",
        Side::Client => "the client",
    };
    match trouble {
        Trouble::Difference(difference) => different(difference),
        Trouble::NotTaken { after } => {
            format!("{program}'s bytes are right, but it left after reading {after} of ours")
        }
        Trouble::Died(ending) => {
            format!("all bytes are right, and then {program} ended ({ending})")
        }
        Trouble::StillRuns => format!("all bytes are right, but {program} goes on running"),
        Trouble::Grows {
            what,
            before,
            after,
            guests,
        } => {
            format!(
                "after {guests} guests {program} has {after} {what}, {before} before them: it never lets go"
            )
        }
    }
}

/// A difference in words.
fn different(difference: &Difference) -> String {
    let (side, words) = match difference.who {
        Who::Server => ("the server", "answer"),
        Who::Client => ("the client", "request"),
    };
    let at = difference.offset + 1;
    let conn = match difference.conn {
        1 => String::new(),
        conn => format!(" (connection {conn})"),
    };
    let text = match difference.what {
        What::Bytes => format!("{side}'s {words} is wrong from byte {at} on"),
        What::Short if difference.offset == 0 => format!("no {words} came; {}", then(difference)),
        What::Short => {
            let total = difference
                .total
                .map(|total| format!(" of {total}"))
                .unwrap_or_default();
            format!(
                "the {words} stopped after {}{total} bytes; {}",
                difference.offset,
                then(difference)
            )
        }
        What::Extra if difference.got.is_empty() => format!("{side} does more than it should"),
        What::Extra => format!(
            "{} bytes too many behind the {words}, from byte {at} on",
            difference.got.len()
        ),
        What::Early => format!("{side} did not wait for its turn at byte {at}"),
        What::Ending => ending(difference, side),
        What::Gap { measured } => {
            format!("{side} took {} ms before byte {at}", measured.as_millis())
        }
    };
    text + &conn
}

/// How the bytes stopped.
fn then(difference: &Difference) -> String {
    match (difference.ended, difference.silence) {
        (Some(Event::Fin), _) => "then it hung up (fin)".to_string(),
        (Some(Event::Rst), _) => "then a reset (rst)".to_string(),
        (Some(Event::Refuse), _) => "nobody listens there".to_string(),
        (_, Some(waited)) => format!("then {} ms of silence, still open", waited.as_millis()),
        _ => "the connection is still open".to_string(),
    }
}

/// All bytes are right, the end is not.
fn ending(difference: &Difference, side: &str) -> String {
    let got = match (difference.ended, difference.silence) {
        (Some(Event::Fin), _) => "hung up (fin)".to_string(),
        (Some(Event::Rst), _) => "reset the connection (rst)".to_string(),
        (Some(Event::Refuse), _) => "refused".to_string(),
        (_, Some(waited)) => format!("kept it open, {} ms of silence", waited.as_millis()),
        _ => "kept it open".to_string(),
    };
    match &difference.expected {
        Wanted::Event(Event::Connect) => format!("{side} never connected"),
        Wanted::Event(Event::Fin) => format!("{side} should hang up now (fin), and {got}"),
        Wanted::Event(Event::Rst) => format!("{side} should reset the connection (rst), and {got}"),
        Wanted::Event(event) => {
            format!("{side} should {}, and {got}", notation::event_text(*event))
        }
        _ => format!("{side} should keep the connection open, and {got}"),
    }
}

/// The lines between the headline and the cause: what agreed, `-` expected, `+` got, caret, hex.
pub fn comparison(expected: &Transcript, difference: &Difference) -> Vec<String> {
    let mut lines = agreed(expected, difference);
    if lines.len() > CONTEXT {
        let hidden = lines.len() - CONTEXT;
        let steps = if hidden == 1 { "line" } else { "lines" };
        lines.splice(..hidden, [format!("… {hidden} {steps} that agree")]);
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
    let so_far = &difference.line_so_far[..];
    let wanted = match &difference.expected {
        Wanted::Bytes(bytes) => Some(&bytes[..]),
        _ => None,
    };
    let mut lines = Vec::new();
    let mut caret = so_far_width(so_far);
    match &difference.expected {
        Wanted::Bytes(bytes) => {
            let (text, column) = wire_line(so_far, bytes);
            caret = column;
            lines.push(format!(" - {who}> {text}"));
        }
        Wanted::Mask(mask) => {
            let (text, column) = wire_line(so_far, b"");
            caret = column;
            lines.push(format!(" - {who}> {text}{}", notation::mask_text(mask)));
        }
        Wanted::Event(event) => lines.push(format!(" - {who} {}", notation::event_text(*event))),
        Wanted::OtherSide => {
            lines.push(format!(" - (it is the turn of {})", other(difference.who)))
        }
        Wanted::Open => lines.push(" - (nothing more; the connection stays open)".to_string()),
        Wanted::Pause(least, most) => {
            lines.push(format!(
                " - ~ {}..{}",
                notation::duration_text(*least),
                notation::duration_text(*most)
            ));
        }
    }
    let bytes_came = !difference.got.is_empty();
    if bytes_came || (difference.what == What::Short && !so_far.is_empty()) {
        let (text, column) = wire_line(so_far, &difference.got);
        caret = column;
        lines.push(format!(" + {who}> {text}"));
    }
    if !bytes_came {
        lines.push(format!(" + {}", how_it_ended(difference, &who)));
    }
    if bytes_came {
        let pad = " ".repeat(3 + who.len() + 2 + caret);
        let place = format!(
            "byte {} (line {}, byte {} of it)",
            difference.offset + 1,
            difference.line,
            difference.column
        );
        match pad.len() + 2 + place.len() <= WIDTH {
            true => lines.push(format!("{pad}^ {place}")),
            false => lines.push(format!("{:>width$} ^", place, width = pad.len() - 1)),
        }
        if let Some(wanted) = wanted {
            lines.push(format!("      expected  {}", hex(wanted)));
        }
        lines.push(format!("      got       {}", hex(&difference.got)));
    }
    lines
}

fn other(who: Who) -> &'static str {
    match who {
        Who::Client => "the server",
        Who::Server => "the client",
    }
}

/// What came in place of bytes.
fn how_it_ended(difference: &Difference, who: &str) -> String {
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
    for &byte in &rest[..end] {
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

fn so_far_width(so_far: &[u8]) -> usize {
    wire_line(so_far, b"").1
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

/// A line of the notation that is too long for the report, cut.
fn cut(line: &str) -> String {
    if line.chars().count() <= WIDTH - 3 {
        return line.to_string();
    }
    let mut text: String = line.chars().take(WIDTH - 4).collect();
    text.push('…');
    text
}

/// Cause, rule and advice, each a paragraph with a label.
pub fn reason(diagnosis: &Diagnosis) -> Vec<String> {
    let label = if diagnosis.proven {
        "   Cause: "
    } else {
        "   Likely cause: "
    };
    let mut lines = wrap(label, &diagnosis.cause, "   ");
    lines.extend(rule_and_advice(diagnosis.page, "   "));
    lines
}

/// What the standard says, and one thing to try.
pub fn rule_and_advice(page: &Page, indent: &str) -> Vec<String> {
    let hang = format!("{indent}      ");
    let mut lines = Vec::new();
    if let Some(rule) = page.rule {
        let text = format!("\"{}\" (RFC {} {})", rule.quote, rule.rfc, rule.section);
        lines.extend(wrap(&format!("{indent}Rule: "), &text, &hang));
    }
    lines.extend(wrap(&format!("{indent}Try:  "), page.advice, &hang));
    lines
}

/// `start`, and behind it a text that is broken between words so that no line passes 80 characters;
/// `indent` begins each further line. A word that is longer than a line is broken.
pub fn wrap(start: &str, text: &str, indent: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = start.to_string();
    let mut used = start.chars().count();
    let mut gap = 0;
    for word in text.split_ascii_whitespace() {
        let mut word: Vec<char> = word.chars().collect();
        if gap == 1 && used + gap + word.len() > WIDTH {
            lines.push(std::mem::replace(&mut line, indent.to_string()));
            (used, gap) = (indent.chars().count(), 0);
        }
        line.push_str(&" ".repeat(gap));
        used += gap;
        while used + word.len() > WIDTH {
            let rest = word.split_off(WIDTH.saturating_sub(used).max(1).min(word.len()));
            line.extend(word);
            lines.push(std::mem::replace(&mut line, indent.to_string()));
            used = indent.chars().count();
            word = rest;
        }
        used += word.len();
        line.extend(word);
        gap = 1;
    }
    lines.push(line);
    lines
}
