//! *Say it yourself*: a telnet in the page. The bytes in the box go to the lab's own server.
//!
//! The box contains the client's bytes in the notation, without the `C> ` in front. A line with a pause
//! (`~ 500ms`), `C fin` or `C rst` is carried out. The box may also contain lines of a whole transcript: then
//! `C> ` is removed, and the server's lines are left out.
//!
//! Rule 1: the bytes of the box always go to the lab's own server and nowhere else.
//! Rule 2: one thread owns the connection. It ends when the connection ends or the page is closed.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use super::form::Form;
use super::open_pages::Live;
use super::panel;
use super::recording_feed::Feed;
use super::tab::{Page, ServerName};
use crate::check::Side;
use crate::course::catalogue::Lab;
use crate::course::demo::Server;
use crate::limits;
use crate::net::player::{End, Segmentation};
use crate::net::{Recorder, Session};
use crate::wire::{Entry, Event, Gap, Piece, Transcript, Who};

/// One thing that the learner does on a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Says these bytes.
    Say(Vec<u8>),
    /// Waits.
    Pause(Duration),
    /// Says that this was all.
    Fin,
    /// Breaks off.
    Rst,
}

/// How messages are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// In one write.
    Whole,
    /// Byte by byte.
    Bytes,
    /// In two halves, with a pause between them.
    Halves,
}

impl Delivery {
    /// The word in a form and in a preset: `whole`, `bytes`, `halves`.
    pub fn parse(word: &str) -> Option<Delivery> {
        match word {
            "" | "whole" => Some(Delivery::Whole),
            "bytes" => Some(Delivery::Bytes),
            "halves" => Some(Delivery::Halves),
            _ => None,
        }
    }

    fn cut(self, length: usize) -> Segmentation {
        match self {
            Delivery::Whole => Segmentation::Whole,
            Delivery::Bytes => Segmentation::Dribble,
            Delivery::Halves => Segmentation::Split(length.div_ceil(2)),
        }
    }
}

/// The connection of a page.
pub struct Talk {
    /// Which server: the lab's slug, and whether it is the exercise's.
    server: ServerName,
    acts: SyncSender<(Vec<Act>, Delivery)>,
}

impl Talk {
    /// Whether the connection takes more bytes.
    pub fn is_open(&self) -> bool {
        !matches!(
            self.acts.try_send((Vec::new(), Delivery::Whole)),
            Err(mpsc::TrySendError::Disconnected(_))
        )
    }
}

/// What the box says.
pub fn acts(text: &str) -> Result<Vec<Act>, String> {
    let transcript = Transcript::parse(&as_transcript(text)).map_err(|error| {
        let what = error.to_string();
        format!("The box cannot be read as bytes: {what}")
    })?;
    let mut acts = Vec::new();
    let mut count = 0;
    for entry in transcript.entries() {
        match entry {
            Entry::Chunk(chunk) => {
                let said = bytes(&chunk.pieces)?;
                count += said.len();
                acts.push(Act::Say(said));
            }
            Entry::Event { event, .. } if *event == Event::Fin => acts.push(Act::Fin),
            Entry::Event { event, .. } if *event == Event::Rst => acts.push(Act::Rst),
            Entry::Gap(Gap::Exactly(time)) => {
                acts.push(Act::Pause((*time).min(limits::IO_DEADLINE)));
            }
            Entry::Event { .. } | Entry::Gap(_) | Entry::Note(_) | Entry::Blank => {}
        }
    }
    match count > limits::web::SAID {
        true => Err(format!("That is more than {} bytes.", limits::web::SAID)),
        false => Ok(acts),
    }
}

/// The box as the text of a transcript, with the client's letter in front of each line of bytes.
fn as_transcript(text: &str) -> String {
    let mut lines = String::from("@wire 1\n");
    for line in text.lines() {
        let line = line.trim_end_matches('\r');
        let others = ["S>", "S ", "Sx ", "@"]
            .iter()
            .any(|start| line.starts_with(start));
        if others || line == "C connect" {
            continue;
        }
        let ready = ["~", "C>", "C ", "Cx ", "#"]
            .iter()
            .any(|start| line.starts_with(start));
        match ready || line.is_empty() {
            true => lines.push_str(line),
            false => lines.push_str(&format!("C> {line}")),
        }
        lines.push('\n');
    }
    lines
}

fn bytes(pieces: &[Piece]) -> Result<Vec<u8>, String> {
    let mut said = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Bytes(bytes) => said.extend_from_slice(bytes),
            Piece::Mask(_) => {
                return Err("A mask such as \\{date} has no bytes to be sent.".to_string());
            }
            _ => {}
        }
    }
    Ok(said)
}

/// Says what stands in the box: on the page's connection, or on a new one.
pub fn say(live: &Live, page: &Arc<Page>, lab: &'static Lab, form: &Form) -> Result<(), String> {
    let acts = acts(form.get("say"))?;
    let delivery =
        Delivery::parse(form.get("delivery")).ok_or("This way of delivery does not exist.")?;
    let stub = match form.get("to") {
        "" | "lab" => false,
        "stub" if lab.stub(Side::Server).is_some() => true,
        _ => return Err("This lab has no such server.".to_string()),
    };
    let server = (lab.slug, stub);
    let mut message = (acts, delivery);
    if let Some(talk) = page.talk().filter(|talk| talk.server == server) {
        match talk.acts.try_send(message) {
            Ok(()) => return Ok(()),
            Err(mpsc::TrySendError::Full(_)) => {
                return Err("The server has not read your earlier bytes yet.".to_string());
            }
            Err(mpsc::TrySendError::Disconnected(unsaid)) => message = unsaid,
        }
    }
    let (acts, waiting) = mpsc::sync_channel(4);
    let _ = acts.try_send(message);
    page.fill("say", "");
    page.fill("say-after", "");
    page.state(
        "say-state",
        "The lab's server is started. Cargo builds it first if it is not built.",
    );
    let inside = Arc::clone(page);
    live.spawn(move || hold(&inside, lab, stub, waiting))?;
    page.set_talk(Some(Arc::new(Talk { server, acts })));
    Ok(())
}

/// Gives the connection up, or a run.
pub fn end(_: &Live, page: &Arc<Page>, _: &'static Lab, form: &Form) -> Result<(), String> {
    match form.get("what") {
        "run" => {
            page.begin();
            page.state("run-state", "Stopped.");
            page.log.push("done", "run".to_string());
        }
        _ => page.set_talk(None),
    }
    Ok(())
}

/// Opens the connection and keeps it, from the first act to the end.
fn hold(page: &Arc<Page>, lab: &'static Lab, stub: bool, acts: Receiver<(Vec<Act>, Delivery)>) {
    let (feed, recorder) = Feed::new(page, "say");
    let server = match page.server(lab, stub) {
        Ok(server) => server,
        Err(error) => return page.state("say-state", &error.to_string()),
    };
    let noted = server.noted().len();
    let told = talk(
        (server.addr, lab.has_datagrams()),
        &recorder,
        &acts,
        &|said| {
            page.state("say-state", &waits(&feed, said));
        },
    );
    // From here on the next Send opens a connection of its own.
    drop(acts);
    let mut recording = feed.transcript();
    recording.push_heading("wire", "1");
    recording.push_heading("title", &format!("Lab {} · said by hand", lab.number));
    page.keep(recording);
    let missed = told.is_err();
    let mut end = told.unwrap_or_else(|missed| missed);
    if feed.left_out() > 0 {
        end += &format!(" {} bytes more came and are not shown.", feed.left_out());
    }
    let after = || {
        let words = server.noted();
        let words = words.get(noted..).unwrap_or(&words);
        panel::printed("The server noted on stderr", words)
    };
    page.state("say-state", &end);
    page.fill("say-after", &after());
    page.log.push("done", "say".to_string());
    if let Some(died) = died(page, &server, missed) {
        page.state("say-state", &format!("{end} {died}"));
        page.fill("say-after", &after());
    }
}

/// What is said about a server that ends soon after a connection. When nobody was there any more, the next one
/// is a new one.
fn died(page: &Page, server: &Server, missed: bool) -> Option<String> {
    let begun = Instant::now();
    let ending = loop {
        match server.ending() {
            None if page.talk_goes_on() || begun.elapsed() > limits::web::DYING => return None,
            None => thread::sleep(limits::POLL_INTERVAL),
            Some(ending) => break ending,
        }
    };
    if missed {
        page.forget_server();
        return Some(format!(
            "The server has ended: {ending}. The next Send starts it again."
        ));
    }
    Some(format!(
        "And the server ended: {ending}. Send again, and see whether a server listens."
    ))
}

/// Talks to a server until it is over, and says in a sentence how it ended, or why no connection came about.
/// `datagrams`: over UDP. `tell` hears what was said when then nothing has happened for a moment.
pub fn talk(
    (addr, datagrams): (std::net::SocketAddr, bool),
    recorder: &Recorder,
    acts: &Receiver<(Vec<Act>, Delivery)>,
    tell: &dyn Fn(&[u8]),
) -> Result<String, String> {
    let session = match datagrams {
        true => Session::open_datagrams(addr, recorder),
        false => Session::open(addr, recorder),
    };
    let mut session =
        session.map_err(|error| format!("The connection could not be made: {error}."))?;
    let ended = |end: &str| Ok(end.to_string());
    let mut said = Vec::new();
    let mut since = Instant::now();
    let mut told = false;
    loop {
        match acts.recv_timeout(limits::DISPLAY_BATCH) {
            Ok((acts, delivery)) => {
                match perform(session, &acts, delivery, &mut said) {
                    Ok(open) => session = open,
                    Err(end) => return Ok(end),
                }
                (since, told) = (Instant::now(), false);
            }
            Err(RecvTimeoutError::Disconnected) => {
                return ended("You closed the connection.");
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        match session.wait_end_for(Duration::ZERO) {
            End::Fin => {
                session.fin();
                return ended("The server has ended its side (FIN), so we have ended ours.");
            }
            End::Rst => return ended("The server broke the connection off (RST)."),
            End::Open => {}
        }
        if !told && since.elapsed() > limits::SETTLE_TIMEOUT {
            tell(&said);
            told = true;
        }
        if since.elapsed() > limits::web::SESSION {
            return ended("Nothing was sent for two minutes, so we closed the connection.");
        }
    }
}

/// Does these things one after the other; gives the session back, or says how it ended.
fn perform(
    session: Session,
    acts: &[Act],
    delivery: Delivery,
    said: &mut Vec<u8>,
) -> Result<Session, String> {
    for act in acts {
        match act {
            Act::Say(bytes) => {
                let cut = delivery.cut(bytes.len());
                said.extend_from_slice(bytes);
                if let Err(failed) = session.say_cut(bytes, cut, limits::IO_DEADLINE) {
                    if session.wait_end_for(limits::SETTLE_TIMEOUT) == End::Rst {
                        return Err("The server broke the connection off (RST).".to_string());
                    }
                    let after = failed.after;
                    return Err(format!("The server took only {after} of our bytes."));
                }
            }
            Act::Pause(time) => thread::sleep(*time),
            Act::Fin => session.fin(),
            Act::Rst => {
                session.reset();
                return Err("You broke the connection off (RST).".to_string());
            }
        }
    }
    Ok(session)
}

/// What the server waits for, as far as the bytes tell.
fn waits(feed: &Feed, said: &[u8]) -> String {
    if feed.answered() > 0 {
        let more = "The connection is open: the server waits for more, and you may send more.";
        return more.to_string();
    }
    let http = said.windows(7).any(|seven| seven == b" HTTP/1");
    let head = said.windows(4).any(|four| four == b"\r\n\r\n");
    let waits = match said {
        [] => "for your first byte",
        _ if !said.contains(&b'\n') => "for the end of the line, \\n",
        _ if http && !head => "for an empty line, \\r\\n",
        _ if http => "for the rest of the body, or for its own turn",
        _ => "for more bytes",
    };
    format!("The connection is open and the server sends nothing. Perhaps it waits {waits}.")
}

/// Whether an entry is the client's: what the box of a preset holds.
pub fn is_clients(entry: &Entry) -> bool {
    match entry {
        Entry::Chunk(chunk) => chunk.who == Who::Client,
        Entry::Event { who, event, .. } => *who == Who::Client && *event != Event::Connect,
        Entry::Gap(gap) => matches!(gap, Gap::Exactly(_)),
        Entry::Note(_) | Entry::Blank => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_box_holds_bytes_pauses_and_ends() {
        let text =
            "GET / HTTP/1.1\\r\\n\nHost: a\\r\\n\n\\r\\n\n~ 20ms\nC> more\nS> not this\nC fin\n";
        assert_eq!(
            acts(text).unwrap(),
            [
                Act::Say(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n".to_vec()),
                Act::Pause(Duration::from_millis(20)),
                Act::Say(b"more".to_vec()),
                Act::Fin
            ]
        );
        assert_eq!(acts("").unwrap(), []);
        assert_eq!(acts("C rst").unwrap(), [Act::Rst]);
        assert_eq!(acts("\\{3*a}").unwrap(), [Act::Say(b"aaa".to_vec())]);
    }

    #[test]
    fn what_cannot_be_said_is_named() {
        for (text, word) in [
            ("\\q", "\\"),
            ("\\{date}", "mask"),
            ("\\{9000000*a}", "bytes"),
        ] {
            let error = acts(text).unwrap_err();
            assert!(error.contains(word), "{text}: {error}");
        }
    }
}
