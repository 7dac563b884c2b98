//! The results of a grid as text of at most 80 columns.

use crate::plural::count_of;
use std::fmt::Write;

use crate::probe::grid::through_proxy::Passage;
use crate::probe::grid::{Message, Party, Reading};
use crate::wire::Transcript;

/// Columns of a line.
const WIDTH: usize = 80;

/// Who is who: a letter, the address, and what the server calls itself.
pub fn legend(parties: &[Party]) -> String {
    let mut text = String::new();
    for (at, party) in parties.iter().enumerate() {
        let server = party.baseline.plain.field("Server").unwrap_or_default();
        let server: String = server.escape_ascii().to_string().chars().take(40).collect();
        let line = format!("  {:3} {:22} {server}", letters(at), party.target.host);
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

/// `A` to `Z`, then `AA`.
fn letters(at: usize) -> String {
    let letter = |number: usize| char::from(b'A' + (number % 26) as u8);
    match at / 26 {
        0 => letter(at).to_string(),
        many => format!("{}{}", letter(many - 1), letter(at)),
    }
}

/// One message at many servers: who agrees with whom, then the pairs that disagree; `bytes`: each
/// group's exchange, too.
pub fn message(message: &Message, readings: &[Reading], bytes: bool) -> String {
    let mut text = format!("{}\n", message.name);
    let mut groups: Vec<(String, Vec<usize>)> = Vec::new();
    for (at, reading) in readings.iter().enumerate() {
        let words = reading.to_string();
        match groups.iter_mut().find(|(same, _)| *same == words) {
            Some((_, all)) => all.push(at),
            None => groups.push((words, vec![at])),
        }
    }
    for (words, all) in &groups {
        let members: Vec<String> = all.iter().map(|at| letters(*at)).collect();
        let _ = writeln!(text, "  {:24} {words}", members.join(" "));
        let first = all.first().and_then(|at| readings.get(*at));
        if let (true, Some(reading)) = (bytes, first) {
            shown(&mut text, &reading.exchange.transcript);
        }
    }
    for (one, other) in pairs(readings) {
        let (one, other) = (letters(one), letters(other));
        let _ = writeln!(text, "  DISAGREE about where it ends: {one} and {other}");
    }
    text
}

/// The pairs of places that disagree about where the message ends.
pub fn pairs(readings: &[Reading]) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    for (at, one) in readings.iter().enumerate() {
        for (behind, other) in readings.iter().enumerate().skip(at + 1) {
            if one.disagrees(other) {
                pairs.push((at, behind));
            }
        }
    }
    pairs
}

/// What a proxy made of a message; a vulnerable pair with all bytes, another only if `bytes`.
pub fn passage(message: &Message, pair: (&str, &str), passage: &Passage, bytes: bool) -> String {
    let mut text = String::new();
    let forwarded = match passage.forwarded() {
        0 => "nothing was forwarded".to_string(),
        1 => "1 byte was forwarded".to_string(),
        count => format!("{} were forwarded", count_of(count, "byte")),
    };
    let line = format!(
        "{}; {forwarded}, the server gave {} of {}",
        passage.reading,
        passage.given,
        count_of(passage.got, "response")
    );
    wrapped(&mut text, &format!("{}: ", message.name), &line);
    let vulnerable = passage.is_vulnerable();
    if vulnerable {
        let (proxy, server) = pair;
        let words = format!(
            "{proxy} in front of {server}: the server gave {}, the client got {}",
            count_of(passage.given, "response"),
            passage.got
        );
        wrapped(&mut text, "VULNERABLE ", &words);
    }
    if vulnerable || bytes {
        text.push_str("  between the client and the proxy:\n");
        shown(&mut text, &passage.reading.exchange.transcript);
        text.push_str("  between the proxy and the server:\n");
        shown(&mut text, &passage.behind);
    }
    text
}

/// The bytes, without headings.
fn shown(text: &mut String, transcript: &Transcript) {
    let lines = transcript.brief().render();
    for line in lines.lines().filter(|line| !line.starts_with('@')) {
        let _ = writeln!(text, "    {line}");
    }
}

/// Words behind `first`; further lines are indented.
fn wrapped(text: &mut String, first: &str, words: &str) {
    let mut line = first.to_string();
    let mut fresh = true;
    for word in words.split(' ') {
        if !fresh && line.chars().count() + 1 + word.chars().count() > WIDTH {
            let _ = writeln!(text, "{line}");
            line = " ".repeat(6);
            fresh = true;
        }
        if !fresh {
            line.push(' ');
        }
        line.push_str(word);
        fresh = false;
    }
    let _ = writeln!(text, "{line}");
}
