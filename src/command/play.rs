//! `play`: one side of a transcript against a live peer; with a transcript a bug report is a test.
//!
//! Rule: the bytes are the transcript's, the judgement is the check's; this file only connects them.

use super::{Args, Command, Opt, Outcome, Screen, Style, WrongUse, output, wire_file};
use anyhow::Result;
use std::io::Write;
use wirelab::check::report::{self, comparison};
use wirelab::check::{Problem, verdict};
use wirelab::course::catalogue::Side;
use wirelab::limits;
use wirelab::net::player::{Played, Player, Stopped};
use wirelab::net::{self, Weather};
use wirelab::wire::{Conn, DifferenceKind, Entry, Event, Transcript, Who};

/// `cargo lab play F.wire ADDR`
pub const COMMAND: Command = Command {
    name: "play",
    places: &["F.wire", "[ADDR]"],
    sentence: "play a transcript to a server or client, and compare",
    more: "play sends the client's part of F.wire to the server at ADDR, and compares what\n\
           comes back. With --listen it plays the server's part to a client that you start.\n\
           The part of the other side may contain masks. Exit code 0: every byte and every\n\
           end was as in F.wire. Exit code 1: there was a difference.\n\
           The weathers are calm, dribble, glue, slow, rude and ghost.",
    options: &[
        Opt {
            name: "--listen",
            value: Some("ADDR"),
            sentence: "play the server's side, for a client that connects to ADDR",
        },
        Opt {
            name: "--weather",
            value: Some("W"),
            sentence: "send our side in this weather",
        },
        Opt {
            name: "--save",
            value: Some("OUT"),
            sentence: "write what was really said to this file",
        },
    ],
    run,
};

fn run(args: &Args, screen: &mut Screen) -> Result<Outcome> {
    let name = args.place(0).unwrap_or_default();
    let weather = match args.value_text("--weather")? {
        Some(word) => weather(word)?,
        None => Weather::Calm,
    };
    let (me, text) = match (args.text(1)?, args.value_text("--listen")?) {
        (Some(addr), None) => (Who::Client, addr),
        (None, Some(addr)) => (Who::Server, addr),
        _ => {
            let message = "give either the server's ADDR or --listen ADDR for a client";
            return Err(WrongUse(message.to_string()).into());
        }
    };
    let addr = net::address(text).map_err(|error| WrongUse(error.to_string()))?;
    let save = args.value("--save");
    output::check(&[name], &[("--save", save)])?;
    let expected = wire_file::read_steps(name)?;
    let shown = wire_file::shown(name);
    let player = Player::new(&expected, me, weather);
    let mut player = player.map_err(|error| {
        WrongUse(format!(
            "{shown}: {error} (`tap --show-secrets` records what it would mask)"
        ))
    })?;
    let played = match me {
        Who::Client => {
            player.whole = limits::PLAY_TIMEOUT;
            player.call(addr)
        }
        Who::Server => {
            player.client = limits::PLAY_TIMEOUT;
            player.whole = limits::PLAY_TIMEOUT * 2;
            let listener = net::listen(addr, limits::BACKLOG)?;
            writeln!(screen, "listening on {}", listener.local_addr()?)?;
            screen.flush()?;
            player.answer(&listener)
        }
    };
    if let Some(out) = save {
        output::write(out, played.got.render().as_bytes(), screen)?;
    }
    if let Some(Stopped::NotOpened(error)) = &played.stopped
        && played.got.bytes_of(1, me).is_empty()
    {
        return Err(error.clone().into());
    }
    verdict(&shown, &expected, &played, me.other(), screen)
}

fn weather(word: &str) -> Result<Weather, WrongUse> {
    Weather::parse(word).ok_or_else(|| {
        let names = Weather::ALL.map(Weather::name).join(", ");
        let word = super::args::printable(word);
        WrongUse(format!("there is no weather `{word}`: there are {names}"))
    })
}

/// Says whether the peer said what it should.
fn verdict(
    name: &str,
    expected: &Transcript,
    played: &Played,
    peer: Who,
    screen: &mut Screen,
) -> Result<Outcome> {
    let side = match peer {
        Who::Client => Side::Client,
        Who::Server => Side::Server,
    };
    let not_taken = played
        .failed_writes
        .first()
        .map(|failed| Problem::NotTaken {
            after: failed.after,
        });
    let difference = verdict::difference(expected, &played.got, peer);
    // Where both hang up next to each other, a recording has one first by chance.
    let difference = match difference {
        Some(found) if found.what == DifferenceKind::Early => {
            verdict::difference(expected, &fin_later(&played.got, peer), peer)
        }
        other => other,
    };
    let difference = difference.map(|found| Problem::Difference(Box::new(found)));
    let Some(trouble) = difference.or(not_taken) else {
        let connections = expected.connections();
        let bytes = connections
            .iter()
            .map(|conn| played.got.bytes_of(*conn, peer).len());
        let bytes: usize = bytes.sum();
        let pass = screen.style(Style::Good, "PASS");
        writeln!(
            screen,
            "{pass} {name} · all {bytes} bytes of the {}",
            side.word()
        )?;
        return Ok(Outcome::Passed);
    };
    let words = report::verdict(&trouble, side);
    for line in report::headline(name, &words, None) {
        writeln!(screen, "{}", screen.style(Style::Bad, &line))?;
    }
    if let Problem::Difference(difference) = &trouble {
        writeln!(screen)?;
        for line in comparison(expected, difference) {
            writeln!(screen, "{line}")?;
        }
    }
    Ok(Outcome::Failed)
}

/// The steps of `got` with each FIN of `peer` behind ours, where ours comes next.
fn fin_later(got: &Transcript, peer: Who) -> Transcript {
    let is_step = |entry: &&Entry| matches!(entry, Entry::Chunk(_) | Entry::Event { .. });
    let mut steps: Vec<&Entry> = got.entries().iter().filter(is_step).collect();
    for second in 1..steps.len() {
        let first = second - 1;
        if let (Some((before, one)), Some((_, other))) =
            (fin_of(steps[first]), fin_of(steps[second]))
            && before == peer
            && one == other
        {
            steps.swap(first, second);
        }
    }
    let mut sorted = Transcript::new();
    for step in steps {
        match step {
            Entry::Chunk(chunk) => {
                sorted.push_bytes(chunk.conn, chunk.who, &chunk.exact());
            }
            Entry::Event { who, conn, event } => sorted.push_event(*conn, *who, *event),
            Entry::Gap(_) | Entry::Note(_) | Entry::Blank => {}
        }
    }
    sorted
}

/// Whose FIN it is, and on which connection.
fn fin_of(entry: &Entry) -> Option<(Who, Conn)> {
    match entry {
        Entry::Event {
            who,
            conn,
            event: Event::Fin,
        } => Some((*who, *conn)),
        _ => None,
    }
}
