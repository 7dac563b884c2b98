//! `play`: one side of a transcript against a live peer; with a transcript a bug report is a test.
//!
//! Rule: the bytes come from the transcript, and `check` compares them. This file only connects the two.

mod comparison;

use super::screen::warn;
use super::step_view::View;
use super::{Args, Command, CommandOutcome, Opt, Screen, WrongUse, output, wire_file};
use anyhow::{Context, Result};
use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;
use wirelab::limits;
use wirelab::net::player::{PlayError, Played, Player, Stopped};
use wirelab::net::{self, DatagramSocket, Observation, ObservationKind, Weather};
use wirelab::plural::count_of;
use wirelab::wire::{Entry, Mask, Piece, Transcript, Who};

use comparison::{Comparison, Terms};

/// `cargo lab play F.wire ADDR`
pub const COMMAND: Command = Command {
    name: "play",
    places: &["F.wire", "[ADDR]"],
    sentence: "play a transcript to a server or client, and compare",
    more: "play sends the client's part of F.wire to the server at ADDR, and compares the\n\
           answers. With --listen it plays the server's part to a client that you start.\n\
           The exit code is 0 if everything was as in F.wire, and 1 if there was a\n\
           difference.\n\
           F.wire may also be a capture (pcap, pcapng) or a HAR file. Of datagrams\n\
           (`@transport udp`) play is the client, or the server of one client.\n\
           The weathers are calm, dribble, glue, slow, rude and ghost, and lossy for UDP.\n\
           \n\
           Masks: `tap` writes a value that differs each time as a mask: \\{date}, \\{port}\n\
           or \\{any}. It writes the value itself after the line, as `# was …`. A mask\n\
           matches every such value of the other side. In our side's part, play sends the\n\
           value from the note. A server that we play sends its own port. A secret is sent\n\
           as asterisks. The text that \\{32 hex as ticket} has matched is sent, or\n\
           expected, again at \\{the ticket}.\n\
           \n\
           If bytes differ and both sides speak HTTP, play compares the messages as HTTP:\n\
           accepted   another date, age, tag, port or secret\n\
           reported   fields in another order\n\
           reported   a field's name in other upper or lower case\n\
           reported   the same date in another format\n\
           reported   another reason phrase\n\
           reported   the same body in other chunks\n\
           refused    a field too many\n\
           refused    a field too few\n\
           refused    another value of a field\n\
           refused    another request, status or version\n\
           refused    another body\n\
           refused    more or fewer messages\n\
           play prints each reported difference, and accepts it. Bodies are compared byte\n\
           for byte.",
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
            sentence: "write the conversation to this file, secrets as masks",
        },
        Opt {
            name: "--ignore",
            value: Some("NAME"),
            sentence: "do not compare this HTTP field",
        },
        Opt {
            name: "--only",
            value: Some("PART"),
            sentence: "compare only the status, head or body of HTTP messages",
        },
    ],
    run,
};

fn run(args: &Args, screen: &mut Screen) -> Result<CommandOutcome> {
    let name = args.place(0).unwrap_or_default();
    let weather = match args.value_text("--weather")? {
        Some(word) => weather(word)?,
        None => Weather::Calm,
    };
    let (me, addr) = side(args.text(1)?, args.value_text("--listen")?)?;
    let ignore = args.values_text("--ignore")?;
    let terms = Terms::of(args.value_text("--only")?, &ignore)?;
    let save = args.value("--save");
    output::check(&[name], &[("--save", save)])?;
    let recorded = wire_file::read_steps(name)?;
    let shown = wire_file::shown(name);
    check_weather(weather, recorded.has_datagrams(), &shown)?;
    let place = Place::open(&recorded, me, addr).with_context(|| shown.clone())?;
    let expected = with_our_values(&recorded, me, place.addr().port());
    let mut player = Player::new(&expected, me, weather)
        .map_err(|error| WrongUse(format!("{shown}: {error}")))?;
    player.whole = limits::PLAY_TIMEOUT;
    if me == Who::Server {
        player.client = limits::PLAY_TIMEOUT;
        player.whole = limits::PLAY_TIMEOUT * 2;
        writeln!(screen, "listening on {}", place.addr())?;
        screen.flush()?;
    }
    let played = place
        .play(&player)
        .map_err(|error| WrongUse(format!("{shown}: {error}")))?;
    if let Some(out) = save {
        output::write(
            out,
            without_secrets(&played.got).render().as_bytes(),
            screen,
        )?;
    }
    if let Some(Stopped::NotOpened(error)) = &played.stopped
        && played.got.bytes_of(1, me).is_empty()
    {
        return Err(error.clone().into());
    }
    mention_secrets(&recorded, me);
    let play = Comparison {
        name: &shown,
        // What a lossy network did is known afterwards.
        expected: played.expected.as_ref().unwrap_or(&expected),
        played: &played,
        peer: me.other(),
        terms,
    };
    play.verdict(screen)
}

/// The recorded conversation with masks in place of secrets, as `tap` saves one.
fn without_secrets(got: &Transcript) -> Transcript {
    let mut view = View::without_secrets().of_datagrams(got.has_datagrams());
    let mut masked = Transcript::new();
    if let Some(transport) = got.heading("transport") {
        masked.push_heading("transport", transport);
    }
    for entry in got.entries() {
        let bytes;
        let (conn, who, what) = match entry {
            Entry::Chunk(chunk) => {
                bytes = chunk.exact();
                (chunk.conn, chunk.who, ObservationKind::Bytes(&bytes))
            }
            Entry::Event { conn, who, event } => (*conn, *who, ObservationKind::Event(*event)),
            other => {
                masked.push_entry(other);
                continue;
            }
        };
        let step = Observation {
            at: Duration::ZERO,
            gap: None,
            conn,
            who,
            what,
            open: 0,
            client: None,
        };
        view.add(&mut masked, &step);
    }
    masked
}

/// Where a side is played.
enum Place {
    Call(SocketAddr),
    Answer(net::Listener, SocketAddr),
    /// For the client of a transcript of datagrams.
    Datagrams(DatagramSocket),
}

impl Place {
    /// Opens a port if the server's side is played.
    fn open(recorded: &Transcript, me: Who, addr: SocketAddr) -> Result<Place> {
        if me == Who::Client {
            return Ok(Place::Call(addr));
        }
        if !recorded.has_datagrams() {
            let listener = net::listen(addr, limits::BACKLOG)?;
            let addr = listener.local_addr()?;
            return Ok(Place::Answer(listener, addr));
        }
        let clients = recorded.connections().len();
        if clients > 1 {
            let message = format!(
                "it has {}, and play sends datagrams on only one: write one of them into a file with `show \
                 --connection N`",
                count_of(clients, "client")
            );
            return Err(WrongUse(message).into());
        }
        Ok(Place::Datagrams(DatagramSocket::at(addr)?))
    }

    fn addr(&self) -> SocketAddr {
        match self {
            Place::Call(addr) | Place::Answer(_, addr) => *addr,
            Place::Datagrams(socket) => socket.addr,
        }
    }

    fn play(&self, player: &Player) -> Result<Played, PlayError> {
        match self {
            Place::Call(addr) => Ok(player.call(*addr)),
            Place::Answer(listener, _) => Ok(player.answer(listener)),
            Place::Datagrams(socket) => player.answer_datagrams(socket),
        }
    }
}

/// Which side is played, and where.
fn side(addr: Option<&str>, listen: Option<&str>) -> Result<(Who, SocketAddr), WrongUse> {
    let (me, text) = match (addr, listen) {
        (Some(addr), None) => (Who::Client, addr),
        (None, Some(addr)) => (Who::Server, addr),
        _ => {
            let message = "give either the server's ADDR or --listen ADDR for a client";
            return Err(WrongUse(message.to_string()));
        }
    };
    let addr = match me {
        Who::Client => net::server_address(text),
        Who::Server => net::address(text),
    };
    let addr = addr.map_err(|error| WrongUse(error.to_string()))?;
    Ok((me, addr))
}

/// The transcript with bytes in place of the masks on our side: what was recorded is said as it was. The
/// port is that of this play where we are the server, so that a client that follows a `Location` comes
/// back to us, and where nothing was recorded.
fn with_our_values(recorded: &Transcript, me: Who, port: u16) -> Transcript {
    recorded.filled(|hole| match hole.mask {
        _ if hole.who != me => None,
        Mask::Port if me == Who::Server || hole.was.is_none() => {
            Some(port.to_string().into_bytes())
        }
        _ => hole.recorded(),
    })
}

/// Says how many secrets are sent as asterisks.
fn mention_secrets(recorded: &Transcript, me: Who) {
    let chunks = recorded.entries().iter().filter_map(|entry| match entry {
        Entry::Chunk(chunk) if chunk.who == me => Some(chunk),
        _ => None,
    });
    let is_secret = |piece: &&Piece| matches!(piece, Piece::Mask(Mask::Masked { .. }));
    let count = chunks
        .flat_map(|chunk| &chunk.pieces)
        .filter(is_secret)
        .count();
    if count > 0 {
        let (secrets, are) = if count == 1 {
            ("secret", "is")
        } else {
            ("secrets", "are")
        };
        warn(&format!(
            "{count} {secrets} {are} not in the recording, and {are} sent as asterisks \
             (`tap --show-secrets` records them)"
        ));
    }
}

/// Errors: a weather that does nothing to this transport.
fn check_weather(weather: Weather, datagrams: bool, name: &str) -> Result<(), WrongUse> {
    let has_effect = match weather {
        Weather::Calm => true,
        Weather::Lossy => datagrams,
        _ => !datagrams,
    };
    if has_effect {
        return Ok(());
    }
    let what = match datagrams {
        true => "datagrams: their weathers are calm and lossy",
        false => "TCP, where nothing is lost: lossy is for UDP",
    };
    let word = weather.name();
    Err(WrongUse(format!(
        "--weather {word}: {name} is about {what}"
    )))
}

fn weather(word: &str) -> Result<Weather, WrongUse> {
    Weather::parse(word).ok_or_else(|| {
        let names = Weather::ALL.map(Weather::name).join(", ");
        let word = super::args::printable(word);
        WrongUse(format!("there is no weather `{word}`: there are {names}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use wirelab::http::same_message::TOLERANCES;

    /// The help text says what the table says.
    #[test]
    fn the_help_shows_the_table_of_tolerances() {
        for row in TOLERANCES {
            let word = match (row.accepted, row.reported) {
                (true, false) => "accepted",
                (true, true) => "reported",
                (false, _) => "refused",
            };
            let line = format!("{word:<10} {}\n", row.words);
            assert!(COMMAND.more.contains(&line), "{line}");
        }
    }
}
