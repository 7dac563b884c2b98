//! `nc`: a netcat that shows every byte, for a machine without netcat.
//!
//! Rule: it prints the conversation in the notation while it happens. Its messages are notes (`#`) in the
//! notation.

mod place;
mod rest_of_input;

use super::step_view::View;
use super::wire_log::{Remark, Source, WireLog};
use super::{Args, Command, CommandOutcome, Opt, Screen, Style};
use anyhow::Result;
use place::{Place, Talk};
use rest_of_input::{Reading, rest_of_input};
use std::io::{IsTerminal, Read, Write};
use std::sync::Arc;
use std::sync::mpsc::{self, SyncSender};
use std::thread;
use wirelab::limits;
use wirelab::net::player::End;
use wirelab::net::{Observation, Recorder};
use wirelab::wire::{Entry, Event, Transcript, Who};

/// `cargo lab nc N` and `cargo lab nc ADDR`
pub const COMMAND: Command = Command {
    name: "nc",
    places: &["N|ADDR"],
    sentence: "type to a server or a client, and see every byte",
    more: "N is a lab. nc connects to the lab's server at its own port. If nobody listens\n\
           there, nc starts the server. ADDR is host:port. When you press Enter, nc sends\n\
           your line, and ends it with \\n, or with \\r\\n if you gave --crlf. Ctrl-D ends\n\
           your side; nc still shows what the server answers. nc ends when the server\n\
           closes.\n\
           With -l nc waits at ADDR for one client, and you are the server: when the\n\
           client has ended its side, nc still sends the rest of a piped input, until\n\
           no input has come for a second.\n\
           With -U the address is the path of a Unix socket. With --udp each line is one\n\
           datagram; UDP has no end, so nc ends when your input has ended and no datagram\n\
           has come for a second.",
    options: &[
        Opt {
            name: "-l",
            value: None,
            sentence: "wait for one client, and be its server",
        },
        Opt {
            name: "-U",
            value: None,
            sentence: "the address is the path of a Unix socket",
        },
        Opt {
            name: "--udp",
            value: None,
            sentence: "send each line as one datagram",
        },
        Opt {
            name: "--crlf",
            value: None,
            sentence: "end lines with \\r\\n, as HTTP does",
        },
        Opt {
            name: "--save",
            value: Some("F.wire"),
            sentence: "save the conversation as a transcript; - is stdout",
        },
    ],
    run,
};

/// What the threads have for the one who prints.
enum News {
    Said(Transcript, Who),
    Remark(String),
    /// A datagram was not sent, and this is why.
    Lost(String),
    Ended,
}

fn run(args: &Args, screen: &mut Screen) -> Result<CommandOutcome> {
    // With `--save -`, stdout belongs to the transcript.
    let mut beside = Screen::stderr();
    let screen = match args.value("--save").is_some_and(|name| name == "-") {
        true => &mut beside,
        false => screen,
    };
    let place = Place::asked(args)?;
    let source = Source {
        seen_by: if place.listens { "server" } else { "client" },
        server: place.addr(),
        datagrams: place.has_datagrams(),
    };
    let log = match args.value("--save") {
        Some(name) => Some(WireLog::create(name, source, View::exact())?),
        None => None,
    };
    // With an end: who prints slowly is heard slowly, and memory does not grow.
    let (tell, news) = mpsc::sync_channel(limits::UNSHOWN_EVENTS);
    let me = match place.listens {
        true => Who::Server,
        false => Who::Client,
    };
    let (talk, started) = place.open(&recorder(log, tell.clone()), screen)?;
    if let (Some(server), Some(addr)) = (&started, place.addr()) {
        let what = server.what();
        remark(&format!("nobody listened on {addr}: {what}"), screen)?;
    }
    let crlf = args.has("--crlf");
    if std::io::stdin().is_terminal() {
        let end = if crlf { "\\r\\n" } else { "\\n" };
        let text = format!("Enter sends a line and {end}, Ctrl-D ends your side");
        remark(&text, screen)?;
    }
    let talk = Arc::new(talk);
    let (speaker, telling) = (Arc::clone(&talk), tell.clone());
    let (reading, rest) = rest_of_input();
    // Nobody waits for this thread: a read from a terminal cannot be ended from outside.
    thread::spawn(move || speak(&speaker, crlf, &reading, &telling));
    // A client that has said all may still hear. A person at a terminal sees its end.
    let has_more = place.listens && !std::io::stdin().is_terminal();
    thread::spawn(move || {
        if talk.wait_end() == End::Fin {
            if has_more {
                rest.wait();
            }
            talk.fin();
        }
        let _ = tell.send(News::Ended);
    });
    print_all(news, place.has_datagrams(), me, screen)
}

/// Prints all that comes, to its end. It has failed if a datagram did not arrive.
fn print_all(
    news: mpsc::Receiver<News>,
    datagrams: bool,
    me: Who,
    screen: &mut Screen,
) -> Result<CommandOutcome> {
    let mut outcome = CommandOutcome::Passed;
    for news in news {
        match news {
            News::Said(said, who) => {
                if datagrams && is_refusal(&said) {
                    outcome = CommandOutcome::Failed;
                }
                print(&said, who == me, screen)?;
            }
            News::Remark(text) => remark(&text, screen)?,
            News::Lost(text) => {
                outcome = CommandOutcome::Failed;
                remark(&text, screen)?;
            }
            News::Ended => break,
        }
        screen.flush()?;
    }
    Ok(outcome)
}

/// Whether the system said that nobody receives at the other address.
fn is_refusal(said: &Transcript) -> bool {
    said.entries().iter().any(|entry| {
        matches!(
            entry,
            Entry::Event {
                event: Event::Refuse,
                ..
            }
        )
    })
}

/// Keeps each step, and passes it on to be shown.
fn recorder(mut log: Option<WireLog>, tell: SyncSender<News>) -> Recorder {
    let mut view = View::exact();
    Recorder::into_sink(move |step| {
        if let Some(Err(Remark::Stopped(text) | Remark::Waited(text))) =
            log.as_mut().map(|log| log.step(step))
        {
            let _ = tell.send(News::Remark(text));
        }
        let untimed = Observation { gap: None, ..*step };
        let _ = tell.send(News::Said(view.of(&untimed), step.who));
    })
}

/// Sends standard input to its end.
fn speak(talk: &Talk, crlf: bool, reading: &Reading, tell: &SyncSender<News>) {
    let mut buffer = vec![0; limits::CHUNK];
    let (mut last, mut kept) = (0, 0);
    loop {
        let count = match reading.note(|| std::io::stdin().read(&mut buffer[kept..])) {
            Ok(count) => count,
            Err(error) => {
                let _ = tell.send(News::Remark(format!("standard input: {error}")));
                0
            }
        };
        let filled = kept + count;
        let whole = match filled == buffer.len() {
            true => talk.whole_lines(&buffer),
            false => filled,
        };
        let bytes = &buffer[..whole];
        let said = if crlf {
            talk.say(&with_crlf(bytes, &mut last))
        } else {
            talk.say(bytes)
        };
        if let Err(error) = said {
            let text = talk.not_said(&error);
            let _ = tell.send(match talk.has_datagrams() {
                true => News::Lost(text),
                false => News::Remark(text),
            });
            return talk.give_up();
        }
        if count == 0 {
            return talk.fin();
        }
        buffer.copy_within(whole..filled, 0);
        kept = filled - whole;
    }
}

/// Every line end as `\r\n`, those that are it already included. `last` is the byte before.
fn with_crlf(bytes: &[u8], last: &mut u8) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 16);
    for &byte in bytes {
        if byte == b'\n' && *last != b'\r' {
            out.push(b'\r');
        }
        out.push(byte);
        *last = byte;
    }
    out
}

/// What was said or done: what we say ourselves stands back.
fn print(said: &Transcript, ours: bool, screen: &mut Screen) -> Result<()> {
    for line in said.render().lines() {
        let line = match ours {
            true => screen.style(Style::Dim, line),
            false => line.to_string(),
        };
        writeln!(screen, "{line}")?;
    }
    Ok(())
}

fn remark(text: &str, screen: &mut Screen) -> Result<()> {
    writeln!(screen, "# {text}")?;
    screen.flush()?;
    Ok(())
}
