//! Parses the text of a transcript.
//!
//! Rule 1: the first character of a line decides its kind. Each line is parsed on its own.
//! Rule 2: every error has its line and column. Rule 3: memory grows with the text, and with its repeats up to
//! `MAX_REPEATED`. Rule 4: a recording (`@seen-by`) may end in a part of a line, which is left out.

use super::error::{ParseError, ParseFault};
use super::fast_byte_search::plain_run;
use super::parse_bytes::{ByteFault, fault, half_pair, hex_escapes, nibble, unit};
use super::sides_events_masks::{
    duration_from, event_from, gap_from, is_number, mask_from, number_from,
};
use crate::limits::MAX_REPEATED;
use crate::wire::transcript::one_line;
use crate::wire::{Conn, Event, Gap, Transcript, Who};

impl Transcript {
    /// Reads the notation. The error says line, column and what to write instead.
    pub fn parse(text: &str) -> Result<Transcript, ParseError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = Reader {
            transcript: Transcript::new(),
            repeated: 0,
            bytes: Vec::new(),
        };
        let mut lines = text.split('\n').enumerate().peekable();
        while let Some((before, line)) = lines.next() {
            let line = line.strip_suffix('\r').unwrap_or(line);
            let Err(fault) = reader.line(line) else {
                continue;
            };
            if lines.peek().is_none() && reader.transcript.heading("seen-by").is_some() {
                // The program that recorded was killed in the middle of a write.
                reader.transcript.push_gap(Gap::End);
                break;
            }
            return Err(ParseError {
                line: before + 1,
                column: line.char_indices().filter(|&(at, _)| at < fault.at).count() + 1,
                fault: fault.fault,
            });
        }
        reader.transcript.drop_last_blanks();
        Ok(reader.transcript)
    }

    /// Reads the notation from the bytes of a file, which must be UTF-8.
    pub fn parse_bytes(file: &[u8]) -> Result<Transcript, ParseError> {
        match std::str::from_utf8(file) {
            Ok(text) => Transcript::parse(text),
            Err(error) => {
                let (good, bad) = file.split_at(error.valid_up_to());
                let good = String::from_utf8_lossy(good);
                let last_line = good.rsplit('\n').next().unwrap_or_default();
                Err(ParseError {
                    line: good.matches('\n').count() + 1,
                    column: last_line.chars().count() + 1,
                    fault: ParseFault::NotUtf8(bad[0]),
                })
            }
        }
    }
}

/// What was read so far.
struct Reader {
    transcript: Transcript,
    /// Bytes that came out of repeats.
    repeated: u64,
    /// The bytes of the line that is being read: one buffer for all lines.
    bytes: Vec<u8>,
}

impl Reader {
    fn line(&mut self, line: &str) -> Result<(), ByteFault> {
        let first = line.chars().next().unwrap_or(' ');
        if first.is_whitespace() && line.trim_end().is_empty() {
            self.transcript.push_blank();
            return Ok(());
        }
        match first {
            'C' => self.side(Who::Client, line),
            'S' => self.side(Who::Server, line),
            '~' => self.gap(&line[1..]),
            '#' => {
                self.transcript.push_note(behind_mark(&line[1..]));
                Ok(())
            }
            '@' => self.heading(&line[1..]),
            c if c.is_whitespace() => fault(0, ParseFault::Indented),
            c => fault(0, ParseFault::UnknownLine(c)),
        }
    }

    /// `@key text`, before everything but blank lines, which are dropped.
    fn heading(&mut self, line: &str) -> Result<(), ByteFault> {
        self.transcript.drop_last_blanks();
        if !self.transcript.entries().is_empty() {
            return fault(0, ParseFault::LateHeading);
        }
        let (key, text) = line.split_once(' ').unwrap_or((line, ""));
        if key.is_empty() || key.contains(char::is_control) {
            return fault(1, ParseFault::NoKey);
        }
        if key == "wire" && text.trim_end() != "1" {
            return fault(6, ParseFault::Version(one_line(text)));
        }
        self.transcript.push_heading(key, text);
        Ok(())
    }

    fn gap(&mut self, line: &str) -> Result<(), ByteFault> {
        let text = line.trim();
        match gap_from(text) {
            Some(gap) => self.transcript.push_gap(gap),
            None => {
                return fault(
                    line.len() + 1 - line.trim_start().len(),
                    ParseFault::UnknownGap(text.to_string()),
                );
            }
        }
        Ok(())
    }

    /// A line of one side: bytes, hex or an event.
    fn side(&mut self, who: Who, line: &str) -> Result<(), ByteFault> {
        let digits = line[1..].bytes().take_while(u8::is_ascii_digit).count();
        let at = 1 + digits;
        let conn = match &line[1..at] {
            "" => Some(1),
            number => number.parse::<Conn>().ok().filter(|&conn| conn > 0),
        };
        let Some(conn) = conn else {
            return fault(1, ParseFault::ConnNumber);
        };
        let rest = &line[at..];
        match rest.chars().next() {
            Some(mark @ ('>' | 'x')) => match rest[1..].chars().next() {
                Some(' ') if mark == '>' => self.bytes(conn, who, line, at + 2),
                Some(' ') => self.hex(conn, who, line, at + 2),
                None => fault(at + 1, ParseFault::NoBytes),
                Some(_) => fault(at + 1, ParseFault::NoSpace(line[..=at].to_string())),
            },
            Some(' ') | None => self.event(conn, who, line, at),
            Some(other) => fault(at, ParseFault::UnknownMark(other)),
        }
    }

    fn event(&mut self, conn: Conn, who: Who, line: &str, at: usize) -> Result<(), ByteFault> {
        let words = words_of(line, at);
        let Some(&(word_at, word)) = words.first() else {
            return fault(at, ParseFault::UnknownEvent(String::new()));
        };
        let (event, used) = match (word, words.get(1)) {
            ("timeout", Some(&(at, text))) => match duration_from(text) {
                Some(waited) => (Event::Timeout(waited), 2),
                None => return fault(at, ParseFault::Duration(text.to_string())),
            },
            ("timeout", None) => return fault(line.len(), ParseFault::Duration(String::new())),
            _ => match event_from(word) {
                Some(event) => (event, 1),
                None => return fault(word_at, ParseFault::UnknownEvent(word.to_string())),
            },
        };
        if let Some(&(at, _)) = words.get(used) {
            return fault(at, ParseFault::AfterEvent);
        }
        self.transcript.push_event(conn, who, event);
        Ok(())
    }

    /// `89 50 4e 47 |.PNG|`: pairs, with or without spaces between them; the gutter is ignored.
    fn hex(&mut self, conn: Conn, who: Who, line: &str, start: usize) -> Result<(), ByteFault> {
        self.bytes.clear();
        let mut at = start;
        let mut rest = line.as_bytes().get(start..).unwrap_or_default();
        while let [byte, after @ ..] = rest {
            match (
                byte,
                nibble(*byte),
                after.first().and_then(|low| nibble(*low)),
            ) {
                (b'|', _, _) => break,
                (b' ', _, _) => (at, rest) = (at + 1, after),
                (_, Some(high), Some(low)) => {
                    self.bytes.push(high << 4 | low);
                    (at, rest) = (at + 2, after.get(1..).unwrap_or_default());
                }
                (_, Some(_), None) => return Err(half_pair(line, at)),
                (_, None, _) => {
                    let c = line.get(at..).and_then(|rest| rest.chars().next());
                    return fault(at, ParseFault::NotHex(c.unwrap_or('?')));
                }
            }
        }
        if self.bytes.is_empty() {
            return fault(at, ParseFault::NoBytes);
        }
        self.transcript.push_bytes(conn, who, &self.bytes);
        Ok(())
    }

    /// Text, escapes, masks and repeats, up to `\n` and perhaps a remark.
    fn bytes(&mut self, conn: Conn, who: Who, line: &str, start: usize) -> Result<(), ByteFault> {
        if start == line.len() {
            return fault(start, ParseFault::NoBytes);
        }
        let mut at = start;
        let mut bytes = std::mem::take(&mut self.bytes);
        bytes.clear();
        while at < line.len() {
            let rest = &line.as_bytes()[at..];
            let plain = plain_run(rest);
            if plain > 0 {
                bytes.extend_from_slice(&rest[..plain]);
                at += plain;
                continue;
            }
            let escapes = hex_escapes(rest, &mut bytes);
            if escapes > 0 {
                at += escapes;
                continue;
            }
            if rest.starts_with(br"\{") {
                let Some(inner) = line[at + 2..].split_once('}').map(|(inner, _)| inner) else {
                    return fault(at, ParseFault::Unclosed);
                };
                if let Some((times, _)) = inner.split_once('*').filter(|(n, _)| is_number(n)) {
                    self.repeat(line, at, times, inner.len(), &mut bytes)?;
                } else if let Some(mask) = mask_from(inner) {
                    self.transcript.push_bytes(conn, who, &bytes);
                    bytes.clear();
                    self.transcript.push_mask(conn, who, mask);
                } else {
                    return fault(at, ParseFault::UnknownMask(inner.to_string()));
                }
                at += inner.len() + 3;
                continue;
            }
            let is_end = rest.starts_with(br"\n");
            let (byte, next) = unit(line, at)?;
            bytes.push(byte);
            at = next;
            if is_end {
                break;
            }
        }
        self.transcript.push_bytes(conn, who, &bytes);
        self.bytes = bytes;
        let rest = line[at..].trim_start_matches(' ');
        match rest.strip_prefix('#') {
            Some(remark) => self.transcript.push_remark(behind_mark(remark)),
            None if rest.is_empty() => {}
            None => return fault(line.len() - rest.len(), ParseFault::AfterLineEnd),
        }
        Ok(())
    }

    /// Adds what `\{times*…}` at `at` stands for to `bytes`; `inner` is the length between the braces.
    fn repeat(
        &mut self,
        line: &str,
        at: usize,
        times: &str,
        inner: usize,
        bytes: &mut Vec<u8>,
    ) -> Result<(), ByteFault> {
        let end = at + 2 + inner;
        let mut from = at + 2 + times.len() + 1;
        let mut period = Vec::new();
        while from < end {
            if line[from..].starts_with(r"\{") {
                return fault(from, ParseFault::NestedRepeat);
            }
            let (byte, next) = unit(&line[..end], from)?;
            period.push(byte);
            from = next;
        }
        let Some(times) = number_from(times) else {
            return fault(at, ParseFault::TooBig);
        };
        if period.is_empty() || times == 0 {
            return fault(at, ParseFault::EmptyRepeat);
        }
        let grown = times.checked_mul(period.len() as u64);
        let all = grown.and_then(|grown| grown.checked_add(self.repeated));
        match all.filter(|&all| all <= MAX_REPEATED) {
            Some(all) => self.repeated = all,
            None => return fault(at, ParseFault::TooBig),
        }
        bytes.extend(period.repeat(times as usize));
        Ok(())
    }
}

/// The text after `#`, without the one space that stands between.
fn behind_mark(text: &str) -> &str {
    text.strip_prefix(' ').unwrap_or(text)
}

/// The words from `at` on, each with the byte that it begins at.
fn words_of(line: &str, at: usize) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    let mut next = at;
    for word in line[at..].split(' ') {
        if !word.is_empty() {
            words.push((next, word));
        }
        next += word.len() + 1;
    }
    words
}
