//! `show`: a transcript as a ladder, in the notation, as a picture, as packets, or one side's bytes.
//!
//! Rule: every output is made by `wire`; this file only chooses among them.

use super::{Args, Command, Opt, Outcome, Screen, WrongUse, output, wire_file};
use anyhow::Result;
use std::ffi::OsStr;
use std::io::Write;
use wirelab::wire::{Conn, Entry, Ink, PcapngOptions, Piece, Transcript, Who, ladder, pcapng, svg};

/// `cargo lab show FILE`
pub const COMMAND: Command = Command {
    name: "show",
    places: &["FILE"],
    sentence: "show a transcript as a ladder, a picture or packets",
    more: "FILE is a transcript or a snapshot of a lab; - is stdin. On a terminal, show\n\
           draws the transcript as a ladder. Otherwise, or if NO_COLOR is set, it prints\n\
           the notation. With --svg or --pcapng it prints nothing. OUT may be - for stdout.",
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
            name: "--pcapng",
            value: Some("OUT"),
            sentence: "write packets that tshark and Wireshark open",
        },
        Opt {
            name: "--raw",
            value: Some("SIDE"),
            sentence: "print all bytes of C or S (C2: on connection 2)",
        },
    ],
    run,
};

fn run(args: &Args, screen: &mut Screen) -> Result<Outcome> {
    let file = args.place(0).unwrap_or_default();
    let raw = args.value_text("--raw")?.map(side).transpose()?;
    let outputs = ["--svg", "--pcapng"].map(|name| args.value(name));
    let piped = outputs.map(|out| out.is_some_and(|out| out == "-"));
    let printed = [args.has("--brief"), raw.is_some(), piped[0], piped[1]];
    if printed.iter().filter(|wanted| **wanted).count() > 1 {
        let message =
            "two things cannot be printed at once: choose one of --brief, --raw and OUT -";
        return Err(WrongUse(message.to_string()).into());
    }
    let [picture, packets] = outputs;
    output::check(&[file], &[("--svg", picture), ("--pcapng", packets)])?;
    let transcript = wire_file::read(file)?;
    if let Some(out) = picture {
        output::write(out, svg(&transcript).as_bytes(), screen)?;
    }
    if let Some(out) = packets {
        let bytes = pcapng(&transcript.recorded(), &PcapngOptions::of(&transcript))
            .map_err(|error| WrongUse(format!("{}: {error}", wire_file::shown(file))))?;
        output::write(out, &bytes, screen)?;
    }
    match raw {
        Some((who, conn)) => {
            let known = transcript.filled(|hole| hole.was.map(|was| was.as_bytes().to_vec()));
            screen.write_all(&bytes_of(&known, who, conn, file)?)?;
        }
        None if args.has("--brief") => screen.write_all(transcript.brief().render().as_bytes())?,
        None if picture.is_some() || packets.is_some() => {}
        None => show(&transcript, screen)?,
    }
    screen.flush()?;
    Ok(Outcome::Passed)
}

/// The ladder for a person, the notation for a program.
fn show(transcript: &Transcript, screen: &mut Screen) -> Result<()> {
    match screen.color() {
        true => screen.write_all(ladder(transcript, Ink::Colour).as_bytes())?,
        false => screen.write_all(transcript.render().as_bytes())?,
    }
    Ok(())
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
