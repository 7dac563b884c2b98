//! `show --decode`: prints messages decoded: chunks joined, gzip unpacked, WebSocket frames with opcode and
//! length.
//!
//! Rule: the decoded text is not a transcript and cannot be played. So it is printed and never saved.

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::thread;
use wirelab::http::same_message::{self, Message};
use wirelab::limits;
use wirelab::plural::count_of;
use wirelab::wire::{Conn, Entry, Event, Transcript, Who, frames};

/// The transcript with decoded bodies. A connection that is no HTTP stays as it is.
pub fn decoded(transcript: &Transcript) -> Transcript {
    let recorded = transcript.recorded();
    let mut shown = Transcript::new();
    shown.headings = transcript.headings.clone();
    for conn in recorded.connections() {
        let part = recorded.of_connections(&[conn]);
        if !web_socket(&mut shown, &part, conn) && !http(&mut shown, &part, conn) {
            part.entries()
                .iter()
                .for_each(|entry| shown.push_entry(entry));
        }
    }
    shown
}

/// Requests and answers in turns; `false` when one side is no HTTP.
fn http(shown: &mut Transcript, part: &Transcript, conn: Conn) -> bool {
    let (asked, answered) = (
        part.bytes_of(conn, Who::Client),
        part.bytes_of(conn, Who::Server),
    );
    let (Some(requests), Some(answers)) = (
        same_message::requests(&asked),
        same_message::responses(&answered, &same_message::methods(&asked)),
    ) else {
        return false;
    };
    if part.has_masks() || requests.is_empty() {
        return false;
    }
    events(shown, part, |event| event == Event::Connect);
    let turns = requests.len().max(answers.len());
    for turn in 0..turns {
        for (who, messages) in [(Who::Client, &requests), (Who::Server, &answers)] {
            if let Some(message) = messages.get(turn) {
                say(shown, conn, who, message);
            }
        }
    }
    events(shown, part, |event| event != Event::Connect);
    true
}

fn events(shown: &mut Transcript, part: &Transcript, wanted: impl Fn(Event) -> bool) {
    for entry in part.entries() {
        if let Entry::Event { event, .. } = entry
            && wanted(*event)
        {
            shown.push_entry(entry);
        }
    }
}

fn say(shown: &mut Transcript, conn: Conn, who: Who, message: &Message) {
    shown.push_bytes(conn, who, &message.head());
    let body = message.body();
    if body.is_empty() {
        return;
    }
    let mut words = Vec::new();
    if let Some(chunks) = message.chunks() {
        words.push(format!("{} joined", count_of(chunks, "chunk")));
    }
    let packed = message.field("content-encoding").is_some_and(|coding| {
        coding.eq_ignore_ascii_case(b"gzip") || coding.eq_ignore_ascii_case(b"x-gzip")
    });
    let unpacked = packed.then(|| unpack(body)).flatten();
    match (&unpacked, packed) {
        (Some(_), _) => words.push("gzip unpacked".to_string()),
        (None, true) => words.push("gzip, and the gzip program cannot unpack it".to_string()),
        (None, false) => {}
    }
    let body = unpacked.as_deref().unwrap_or(body);
    if !words.is_empty() {
        shown.push_note(&format!(
            "body, {}: {}",
            words.join(", "),
            count_of(body.len(), "byte")
        ));
    }
    shown.push_bytes(conn, who, body);
}

/// The bytes after an answer 101 as frames; `false` when there is none.
fn web_socket(shown: &mut Transcript, part: &Transcript, conn: Conn) -> bool {
    let heads = [Who::Client, Who::Server].map(|who| {
        let bytes = part.bytes_of(conn, who);
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        (end.map(|end| end + 4), bytes)
    });
    let [(Some(asked), client), (Some(answered), server)] = heads else {
        return false;
    };
    let is_upgrade = server.get(8..12) == Some(b" 101") && !part.has_masks();
    if !is_upgrade {
        return false;
    }
    let ends = [asked, answered];
    let (mut passed, mut done) = ([0, 0], [0, 0]);
    // A frame is printed at the chunk in which it ends.
    for entry in part.entries() {
        let Entry::Chunk(chunk) = entry else {
            shown.push_entry(entry);
            continue;
        };
        let side = usize::from(chunk.who == Who::Server);
        let stream = if side == 0 { &client } else { &server };
        let before = passed[side];
        passed[side] += chunk.exact().len();
        let head = stream
            .get(before..passed[side].min(ends[side]))
            .unwrap_or_default();
        shown.push_bytes(conn, chunk.who, head);
        let rest = stream
            .get(ends[side] + done[side]..passed[side])
            .unwrap_or_default();
        for frame in frames(rest).0 {
            done[side] += frame.length;
            shown.push_note(&format!("{} frame: {}", chunk.who.letter(), frame.words));
        }
    }
    true
}

/// What the gzip program makes of it, up to a limit.
fn unpack(packed: &[u8]) -> Option<Vec<u8>> {
    let mut gzip = Command::new("gzip");
    gzip.arg("-dc")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut gzip = gzip.spawn().ok()?;
    let (mut stdin, stdout) = (gzip.stdin.take()?, gzip.stdout.take()?);
    let mut unpacked = Vec::new();
    thread::scope(|scope| {
        scope.spawn(move || {
            let _ = stdin.write_all(packed);
        });
        let most = limits::MAX_TRANSCRIPT_FILE as u64;
        let _ = stdout.take(most).read_to_end(&mut unpacked);
    });
    let ended = gzip.wait().ok()?;
    ended.success().then_some(unpacked)
}
