//! `show`: prints a transcript as a ladder, in the notation, as a picture, as packets, or only the bytes of one
//! side.
//!
//! Rule: `wire` makes every output. This file only chooses which one.

use super::decode::decoded;
use super::terminal_text::TerminalText;
use super::{Args, Command, CommandOutcome, Opt, Screen, WrongUse, output, wire_file};
use anyhow::Result;
use std::ffi::OsStr;
use std::io::{self, IsTerminal, Write};
use wirelab::wire::{
    Conn, Entry, Ink, LADDER_WIDTHS, PcapngOptions, Piece, Transcript, Who, ladder_within, pcapng,
    svg, svg_play,
};

/// `cargo lab show FILE`
pub const COMMAND: Command = Command {
    name: "show",
    places: &["FILE"],
    sentence: "show a transcript as a ladder, a picture or packets",
    more: "FILE is a transcript or a snapshot of a lab; - is stdin. On a terminal, show\n\
           draws the transcript as a ladder. Otherwise, or if NO_COLOR is set, it prints\n\
           the notation. With --svg or --pcapng it prints nothing. OUT may be - for stdout.\n\
           FILE may also be a capture of TCP or UDP (pcap, pcapng: Ethernet, Linux cooked,\n\
           loopback, raw IP) or a HAR file: show makes a transcript of it. Missing bytes of\n\
           a capture become a mask with a note. `show FILE > F.wire` saves the transcript.",
    options: &[
        Opt {
            name: "--brief",
            value: None,
            sentence: "print the notation, with long runs shortened",
        },
        Opt {
            name: "--svg",
            value: Some("OUT"),
            sentence: "draw the ladder into an SVG file",
        },
        Opt {
            name: "--play",
            value: None,
            sentence: "animate the SVG, step after step",
        },
        Opt {
            name: "--pcapng",
            value: Some("OUT"),
            sentence: "write packets that tshark and Wireshark open",
        },
        Opt {
            name: "--raw",
            value: Some("SIDE"),
            sentence: "print all bytes of C or S (C2: on connection 2)",
        },
        Opt {
            name: "--connection",
            value: Some("N"),
            sentence: "only this connection; several: 1,3",
        },
        Opt {
            name: "--only",
            value: Some("WHAT"),
            sentence: "only connections with this address, or this text",
        },
        Opt {
            name: "--decode",
            value: None,
            sentence: "join chunks, unpack gzip, name WebSocket frames",
        },
        Opt {
            name: "--width",
            value: Some("N"),
            sentence: "columns of the ladder, 40 to 200 (the terminal's)",
        },
        Opt {
            name: "--mermaid",
            value: None,
            sentence: "print a sequence diagram for Mermaid",
        },
        Opt {
            name: "--md",
            value: None,
            sentence: "print Markdown for an issue tracker",
        },
    ],
    run,
};

fn run(args: &Args, screen: &mut Screen) -> Result<CommandOutcome> {
    let file = args.place(0).unwrap_or_default();
    let raw = args.value_text("--raw")?.map(side).transpose()?;
    let outputs = ["--svg", "--pcapng"].map(|name| args.value(name));
    let piped = outputs.map(|out| out.is_some_and(|out| out == "-"));
    let texts = ["--brief", "--mermaid", "--md"].map(|name| args.has(name));
    let printed = [&texts[..], &piped, &[raw.is_some()]].concat();
    if printed.iter().filter(|wanted| **wanted).count() > 1 {
        let message = "two things cannot be printed at once: choose one of --brief, --mermaid, \
                       --md, --raw and OUT -";
        return Err(WrongUse(message.to_string()).into());
    }
    let [picture, packets] = outputs;
    if args.has("--play") && picture.is_none() {
        return Err(WrongUse("a picture plays only as SVG: give --svg, too".to_string()).into());
    }
    output::check(&[file], &[("--svg", picture), ("--pcapng", packets)])?;
    let width = columns(args)?;
    let transcript = part(wire_file::read(file)?, args, file)?;
    if let Some(out) = picture {
        let drawn = match args.has("--play") {
            true => svg_play(&transcript),
            false => svg(&transcript),
        };
        output::write(out, drawn.as_bytes(), screen)?;
    }
    if let Some(out) = packets {
        let bytes = pcapng(&transcript.recorded(), &PcapngOptions::of(&transcript))
            .map_err(|error| WrongUse(format!("{}: {error}", wire_file::shown(file))))?;
        output::write(out, &bytes, screen)?;
    }
    let text = match raw {
        Some((who, conn)) => {
            let known = transcript.filled(|hole| hole.was.map(|was| was.as_bytes().to_vec()));
            bytes_of(&known, who, conn, file)?
        }
        None if args.has("--brief") => transcript.brief().render().into_bytes(),
        None if args.has("--mermaid") => transcript.mermaid().into_bytes(),
        None if args.has("--md") => transcript.markdown().into_bytes(),
        None if picture.is_some() || packets.is_some() => Vec::new(),
        None if screen.color() => {
            let width = width.unwrap_or_else(terminal_width);
            ladder_within(&transcript, Ink::Colour, width).into_bytes()
        }
        None => match width {
            Some(width) => ladder_within(&transcript, Ink::Plain, width).into_bytes(),
            None => transcript.render().into_bytes(),
        },
    };
    if raw.is_some() && io::stdout().is_terminal() {
        let mut terminal = TerminalText::new(screen.clone(), BINARY);
        terminal.write_all(&text)?;
        terminal.flush()?;
    } else {
        screen.write_all(&text)?;
        screen.flush()?;
    }
    Ok(CommandOutcome::Passed)
}

/// Why the bytes of --raw are not written to a terminal.
const BINARY: &str = "these bytes are binary, and their control characters could disturb the terminal: write them \
                      into a file, with > FILE";

/// The columns that `--width` asks for.
fn columns(args: &Args) -> Result<Option<usize>> {
    let width = args
        .value_text("--width")?
        .map(|text| number("--width", text))
        .transpose()?;
    if let Some(columns) = width.filter(|width| !LADDER_WIDTHS.contains(width)) {
        let (least, most) = (LADDER_WIDTHS.start(), LADDER_WIDTHS.end());
        let message = format!("--width is {least} to {most}, not {columns}");
        return Err(WrongUse(message).into());
    }
    Ok(width)
}

/// The connections that the options choose, decoded if they say so.
fn part(mut transcript: Transcript, args: &Args, file: &OsStr) -> Result<Transcript> {
    let shown = wire_file::shown(file);
    let mut wanted: Option<Vec<Conn>> = None;
    if let Some(text) = args.value_text("--connection")? {
        let numbers: Result<Vec<usize>, WrongUse> = text
            .split(',')
            .map(|text| number("--connection", text))
            .collect();
        let numbers: Vec<Conn> = numbers?.into_iter().map(|it| it as Conn).collect();
        let there = transcript.connections();
        if let Some(missing) = numbers.iter().find(|conn| !there.contains(conn)) {
            return Err(WrongUse(format!("{shown}: there is no connection {missing}")).into());
        }
        wanted = Some(numbers);
    }
    if let Some(text) = args.value_text("--only")? {
        let mut found = transcript.connections_with(text);
        found.retain(|conn| wanted.as_ref().is_none_or(|wanted| wanted.contains(conn)));
        if found.is_empty() {
            let text = super::args::printable(text);
            let message = format!("{shown}: no connection has the address or the text `{text}`");
            return Err(WrongUse(message).into());
        }
        wanted = Some(found);
    }
    if let Some(wanted) = wanted {
        transcript = transcript.of_connections(&wanted);
    }
    match args.has("--decode") {
        true => Ok(decoded(&transcript)),
        false => Ok(transcript),
    }
}

fn number(option: &str, text: &str) -> Result<usize, WrongUse> {
    text.trim().parse().map_err(|_| {
        let text = super::args::printable(text);
        WrongUse(format!("give {option} a number, not `{text}`"))
    })
}

/// Columns of the terminal: what `COLUMNS` says, or stty(1); 80 where neither knows.
fn terminal_width() -> usize {
    let named = std::env::var("COLUMNS")
        .ok()
        .and_then(|text| text.parse().ok());
    let asked = || {
        let tty = std::fs::File::open("/dev/tty").ok()?;
        let output = std::process::Command::new("stty")
            .arg("size")
            .stdin(tty)
            .output()
            .ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        text.split_whitespace().nth(1)?.parse().ok()
    };
    named
        .or_else(asked)
        .filter(|width| *width > 0)
        .unwrap_or(80)
}

/// `C`, `S`, `C2` …
fn side(word: &str) -> Result<(Who, Conn), WrongUse> {
    let wrong = || {
        let word = super::args::printable(word);
        WrongUse(format!(
            "--raw takes C or S, for connection 2 C2 or S2, not `{word}`"
        ))
    };
    let (who, number) = match word.split_at_checked(1) {
        Some(("C" | "c", number)) => (Who::Client, number),
        Some(("S" | "s", number)) => (Who::Server, number),
        _ => return Err(wrong()),
    };
    let conn = match number {
        "" => 1,
        number => number.parse().map_err(|_| wrong())?,
    };
    Ok((who, conn))
}

/// The exact bytes of one side of one connection.
fn bytes_of(
    transcript: &Transcript,
    who: Who,
    conn: Conn,
    file: &OsStr,
) -> Result<Vec<u8>, WrongUse> {
    let file = wire_file::shown(file);
    if !transcript.connections().contains(&conn) {
        return Err(WrongUse(format!("{file}: there is no connection {conn}")));
    }
    let is_hole = |piece: &Piece| matches!(piece, Piece::Mask(_));
    let has_hole = |entry: &Entry| match entry {
        Entry::Chunk(chunk) => {
            chunk.who == who && chunk.conn == conn && chunk.pieces.iter().any(is_hole)
        }
        _ => false,
    };
    if transcript.entries().iter().any(has_hole) {
        let letter = who.letter();
        return Err(WrongUse(format!(
            "{file}: {letter} has a mask on connection {conn}, and a mask has no bytes: \
             use a transcript with all its bytes"
        )));
    }
    Ok(transcript.bytes_of(conn, who))
}
