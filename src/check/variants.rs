//! Scripts made from scripts: the same conversation with other pieces, pauses and ends.
//!
//! Rule: what is said stays the same, byte for byte; only `filled` puts an address where `{addr}` stood.

use std::net::SocketAddr;
use std::time::Duration;

use crate::wire::{Chunk, Entry, Event, Gap, Piece, Transcript, Who};

/// The pause between messages that are sent apart.
const APART: Duration = Duration::from_millis(20);
/// How many messages are sent to make a buffer run over: 64 KiB of answers of 20 bytes each.
const MANY: usize = 3_300;

/// A copy of a transcript with each entry replaced by what `change` makes of it.
fn changed(from: &Transcript, mut change: impl FnMut(&Entry, &mut Transcript)) -> Transcript {
    let mut to = Transcript::new();
    for entry in from.entries() {
        change(entry, &mut to);
    }
    to
}

fn copy(entry: &Entry, to: &mut Transcript) {
    match entry {
        Entry::Chunk(chunk) => copy_chunk(chunk, to),
        Entry::Event { who, conn, event } => to.push_event(*conn, *who, *event),
        Entry::Gap(gap) => to.push_gap(*gap),
        Entry::Note(_) | Entry::Blank => {}
    }
}

fn copy_chunk(chunk: &Chunk, to: &mut Transcript) {
    for piece in &chunk.pieces {
        match piece {
            Piece::Bytes(bytes) => to.push_bytes(chunk.conn, chunk.who, bytes),
            Piece::Mask(mask) => to.push_mask(chunk.conn, chunk.who, mask.clone()),
            Piece::Remark(_) | Piece::Note(_) | Piece::Blank => {}
        }
    }
}

/// The client connects and says nothing, not even that it is done; the server's words are all there.
pub fn mute(script: &Transcript) -> Transcript {
    let mut variant = Transcript::new();
    variant.push_event(1, Who::Client, Event::Connect);
    variant.push_bytes(1, Who::Server, &script.bytes_of(1, Who::Server));
    variant
}

/// The client says everything at once, ends its side, and then listens.
pub fn all_then_fin(script: &Transcript) -> Transcript {
    let mut variant = Transcript::new();
    for conn in script.connections() {
        variant.push_event(conn, Who::Client, Event::Connect);
        variant.push_bytes(conn, Who::Client, &script.bytes_of(conn, Who::Client));
        variant.push_event(conn, Who::Client, Event::Fin);
        variant.push_bytes(conn, Who::Server, &script.bytes_of(conn, Who::Server));
        variant.push_event(conn, Who::Server, Event::Fin);
    }
    variant
}

/// The script with `{addr}`, `{host}` and `{port}` in its bytes replaced.
pub fn filled(script: &Transcript, addr: SocketAddr) -> Transcript {
    let fill = |bytes: &[u8]| -> Vec<u8> {
        let names = [
            ("{addr}", addr.to_string()),
            ("{host}", addr.ip().to_string()),
            ("{port}", addr.port().to_string()),
        ];
        let mut bytes = bytes.to_vec();
        for (name, value) in names {
            let mut from = 0;
            while let Some(at) = bytes[from..]
                .windows(name.len())
                .position(|window| window == name.as_bytes())
            {
                bytes.splice(from + at..from + at + name.len(), value.bytes());
                from += at + value.len();
            }
        }
        bytes
    };
    let mut to = Transcript::new();
    to.headings.clone_from(&script.headings);
    for entry in script.entries() {
        match entry {
            Entry::Chunk(chunk) => {
                for piece in &chunk.pieces {
                    match piece {
                        Piece::Bytes(bytes) => to.push_bytes(chunk.conn, chunk.who, &fill(bytes)),
                        Piece::Mask(mask) => to.push_mask(chunk.conn, chunk.who, mask.clone()),
                        Piece::Remark(_) | Piece::Note(_) | Piece::Blank => {}
                    }
                }
            }
            _ => copy(entry, &mut to),
        }
    }
    to
}

/// The server ends its side first, and then listens.
pub fn fin_first(script: &Transcript) -> Transcript {
    let mut variant = Transcript::new();
    variant.push_event(1, Who::Client, Event::Connect);
    variant.push_event(1, Who::Server, Event::Fin);
    variant.push_bytes(1, Who::Client, &script.bytes_of(1, Who::Client));
    variant
}

/// The client's messages one by one with a pause before each; of a message with a body the head first.
pub fn apart(script: &Transcript) -> Transcript {
    changed(script, |entry, to| match entry {
        Entry::Chunk(chunk) if chunk.who == Who::Client => {
            let bytes = exact(chunk);
            let mut first = true;
            for message in messages(&bytes)
                .iter()
                .flat_map(|message| head_and_body(message))
            {
                if !first {
                    to.push_gap(Gap::Between(APART, APART * 1000));
                }
                first = false;
                to.push_bytes(chunk.conn, chunk.who, message);
            }
        }
        _ => copy(entry, to),
    })
}

/// The first message of the script and its answer, thousands of times; for plain lines alone.
pub fn many(script: &Transcript) -> Option<Transcript> {
    let first = |who| {
        script.entries().iter().find_map(|entry| match entry {
            Entry::Chunk(chunk) if chunk.who == who && chunk.conn == 1 => {
                messages(&exact(chunk)).first().cloned()
            }
            _ => None,
        })
    };
    let (question, answer) = (first(Who::Client)?, first(Who::Server)?);
    let line = |bytes: &[u8]| {
        bytes.ends_with(b"\n") && bytes.len() <= 200 && !bytes.windows(5).any(|w| w == b"HTTP/")
    };
    (line(&question) && line(&answer)).then_some(())?;
    let mut many = Transcript::new();
    many.push_event(1, Who::Client, Event::Connect);
    many.push_bytes(1, Who::Client, &question.repeat(MANY));
    many.push_bytes(1, Who::Server, &answer.repeat(MANY));
    Some(many)
}

/// The exact bytes of a chunk.
pub fn exact(chunk: &Chunk) -> Vec<u8> {
    let bytes = chunk.pieces.iter().filter_map(|piece| match piece {
        Piece::Bytes(bytes) => Some(&bytes[..]),
        _ => None,
    });
    bytes.collect::<Vec<_>>().concat()
}

/// Cuts what one side says into messages: HTTP requests and responses with their bodies, or lines.
pub fn messages(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut rest = bytes;
    let mut all = Vec::new();
    while !rest.is_empty() {
        let length = http_length(rest).unwrap_or_else(|| {
            let lf = rest.iter().position(|&byte| byte == b'\n');
            lf.map_or(rest.len(), |lf| lf + 1)
        });
        let (message, behind) = rest.split_at(length.min(rest.len()));
        all.push(message.to_vec());
        rest = behind;
    }
    all
}

/// The length of the HTTP message at the start; `None` when none begins there.
fn http_length(bytes: &[u8]) -> Option<usize> {
    let line = bytes.split(|&byte| byte == b'\n').next()?;
    line.windows(7)
        .any(|window| window == b"HTTP/1.")
        .then_some(())?;
    let end = head_end(bytes)?;
    let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
    let length = head
        .split("content-length:")
        .nth(1)
        .and_then(|rest| rest.lines().next()?.trim().parse().ok());
    let body: usize = match length {
        Some(length) => length,
        None if head.contains("chunked") => bytes.len() - end,
        None => 0,
    };
    Some(end.saturating_add(body))
}

fn head_end(bytes: &[u8]) -> Option<usize> {
    bytes
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .map(|at| at + 4)
}

/// A message with a body in two parts; any other in one.
fn head_and_body(message: &[u8]) -> Vec<&[u8]> {
    match head_end(message).filter(|&end| end < message.len()) {
        Some(end) => vec![&message[..end], &message[end..]],
        None => vec![message],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_lines_or_whole_http_messages() {
        assert_eq!(
            messages(b"1 water\n2 tacos\nhalf"),
            [&b"1 water\n"[..], b"2 tacos\n", b"half"]
        );
        let two = b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\na\nb\nc";
        let pipelined = [&two[..], b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"].concat();
        assert_eq!(
            messages(&pipelined),
            [&two[..], b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"]
        );
        assert_eq!(head_and_body(two), [&two[..38], b"a\nb\nc"]);
        assert!(messages(b"").is_empty());
        let huge = b"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\nx";
        assert_eq!(messages(huge).concat(), huge);
    }

    #[test]
    fn variants_say_the_same_bytes() {
        let script =
            Transcript::parse("C connect\nC> a\\n\nC> b\\n\nS> A\\n\nS> B\\n\nS fin\nC fin\n")
                .unwrap();
        let apart = apart(&script);
        assert_eq!(apart.bytes_of(1, Who::Client), b"a\nb\n");
        assert!(
            apart
                .render()
                .contains("C> a\\n\n~ 20ms..20000ms\nC> b\\n\n"),
            "{}",
            apart.render()
        );
        assert_eq!(mute(&script).render(), "C connect\nS> A\\n\nS> B\\n\n");
        let many = many(&script).unwrap();
        assert!(many.bytes_of(1, Who::Server).starts_with(b"A\nA\n"));
    }

    #[test]
    fn an_address_is_filled_in_wherever_it_stands() {
        let script = Transcript::parse("C> Host: {addr}, {host}:{port}\\r\\n\n").unwrap();
        let filled = filled(&script, "127.0.0.1:8014".parse().unwrap());
        assert_eq!(
            filled.bytes_of(1, Who::Client),
            b"Host: 127.0.0.1:8014, 127.0.0.1:8014\r\n"
        );
    }
}
