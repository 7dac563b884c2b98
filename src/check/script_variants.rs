//! Makes scripts from scripts: the same conversation with other pieces, pauses and ends.
//!
//! Rule: the bytes of the conversation stay the same; only `filled` replaces `{addr}` by an address.

use std::net::SocketAddr;
use std::time::Duration;

use crate::check::lenient_http_reader::{find, from, head_and_body, messages};
use crate::wire::{Chunk, Conn, Entry, Event, Gap, Piece, Transcript, Who};

/// The pause between messages that are sent apart.
const APART: Duration = Duration::from_millis(20);
/// How many messages are sent to make a buffer run over: 64 KiB of answers of 20 bytes each.
const MANY: usize = 3_300;

/// Nothing said yet; the headings, which tell how the program is started, are the same.
fn like(script: &Transcript) -> Transcript {
    let mut like = Transcript::new();
    like.headings.clone_from(&script.headings);
    like
}

/// A copy of a transcript with each entry replaced by what `change` makes of it.
fn changed(from: &Transcript, mut change: impl FnMut(&Entry, &mut Transcript)) -> Transcript {
    let mut to = like(from);
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
    let mut variant = like(script);
    variant.push_event(1, Who::Client, Event::Connect);
    variant.push_bytes(1, Who::Server, &script.bytes_of(1, Who::Server));
    variant
}

/// The script up to the place where the server was silent; there the client ends its side, and the server
/// is to say what was due, and to end its own.
pub fn fin_at(script: &Transcript, conn: Conn, agreed: usize) -> Transcript {
    let mut variant = like(script);
    for entry in script.entries().iter().take(agreed) {
        copy(entry, &mut variant);
    }
    variant.push_event(conn, Who::Client, Event::Fin);
    let mut due = script.entries().iter().skip(agreed);
    let due = due.find(|entry| {
        matches!(entry, Entry::Chunk(chunk) if (chunk.conn, chunk.who) == (conn, Who::Server))
    });
    if let Some(due) = due {
        copy(due, &mut variant);
    }
    variant.push_event(conn, Who::Server, Event::Fin);
    variant
}

/// The script up to the place where the server was silent; there the client sends two bare line ends more, and the
/// server is to say what was due, and to end its own side.
pub fn bare_ends_at(script: &Transcript, conn: Conn, agreed: usize) -> Transcript {
    let mut variant = like(script);
    let ended = fin_at(script, conn, agreed);
    for entry in ended.entries() {
        match entry {
            Entry::Event {
                who: Who::Client,
                conn: on,
                event: Event::Fin,
            } if *on == conn => variant.push_bytes(conn, Who::Client, b"\n\n"),
            _ => copy(entry, &mut variant),
        }
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
            let mut start = 0;
            while let Some(at) = find(from(&bytes, start), name.as_bytes()) {
                let place = start + at..start + at + name.len();
                bytes.splice(place, value.bytes());
                start += at + value.len();
            }
        }
        bytes
    };
    let mut to = like(script);
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
    let mut variant = like(script);
    variant.push_event(1, Who::Client, Event::Connect);
    variant.push_event(1, Who::Server, Event::Fin);
    variant.push_bytes(1, Who::Client, &script.bytes_of(1, Who::Client));
    variant
}

/// The client's messages one by one with a pause before each; of a message with a body the head first.
pub fn apart(script: &Transcript) -> Transcript {
    let behind = script.legs().map_or(Vec::new(), |legs| legs.back());
    changed(script, |entry, to| match entry {
        Entry::Chunk(chunk) if chunk.who == Who::Client && !behind.contains(&chunk.conn) => {
            let bytes = chunk.exact();
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
                messages(&chunk.exact()).first().map(|first| first.to_vec())
            }
            _ => None,
        })
    };
    let (question, answer) = (first(Who::Client)?, first(Who::Server)?);
    let line = |bytes: &[u8]| {
        bytes.ends_with(b"\n") && bytes.len() <= 200 && !bytes.windows(5).any(|w| w == b"HTTP/")
    };
    (line(&question) && line(&answer)).then_some(())?;
    let mut many = like(script);
    many.push_event(1, Who::Client, Event::Connect);
    many.push_bytes(1, Who::Client, &question.repeat(MANY));
    many.push_bytes(1, Who::Server, &answer.repeat(MANY));
    Some(many)
}

#[cfg(test)]
mod tests {
    use super::*;

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
