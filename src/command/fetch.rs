//! `fetch`: the client of the course as a tool.
//!
//! Rule: stdout gets the bytes of the body and nothing else (with `--head`, those of the head). All messages go
//! to stderr.

mod follow;
mod progress;
mod unpack;
mod words;

use super::output::NotWritten;
use super::screen::{complain, log, reader_left, warn};
use super::terminal_text::TerminalText;
use super::wire_file::shown;
use super::{Args, Command, CommandOutcome, Opt, Screen, WrongUse};
use anyhow::{Context, Result};
use std::ffi::OsStr;
use std::io::{ErrorKind, IsTerminal, Write};
use std::path::Path;
use std::time::Duration;
use wirelab::client::{Answer, Begun, Client, Download, Failure, Place, Strictness, Why};
use wirelab::limits;
use wirelab::net::SocketError;
use wirelab::plural::count_of;

use progress::ProgressWriter;
use words::Words;

/// `cargo lab fetch URL`
pub const COMMAND: Command = Command {
    name: "fetch",
    places: &["URL"],
    sentence: "fetch an http URL, to stdout or into a file",
    more: "fetch follows redirects, and tries every address of a name. A status that is not\n\
           2xx is a failure, and so is an answer that stops early or breaks a rule.\n\
           With -o, the body grows in FILE.part, which gets the name FILE when it is\n\
           complete. If the body stops early, FILE.part stays, and the same command asks\n\
           for the rest. This needs a server that sends a strong ETag, or a Last-Modified\n\
           before Date; FILE.part-of keeps that value. If the file on the server has\n\
           changed, the server sends the whole file, and fetch starts again.\n\
           The one-letter options have the same meaning as in curl, and so do the exit\n\
           codes: 6 no such name, 7 no server answers, 18 the body stops early, 22 status\n\
           400 and above, 23 cannot be written, 28 too slow, 47 too many redirects, 52 no\n\
           answer, 56 the connection breaks. 8: the answer breaks a rule.\n\
           fetch does not speak https: https is the same text inside TLS.",
    options: &[
        Opt {
            name: "-o",
            value: Some("FILE"),
            sentence: "write the body to this file, or its rest; - is stdout",
        },
        Opt {
            name: "-O",
            value: None,
            sentence: "the same, with the last name in the URL",
        },
        Opt {
            name: "-v",
            value: None,
            sentence: "show every byte of the conversation on stderr",
        },
        Opt {
            name: "-I",
            value: None,
            sentence: "as --head",
        },
        Opt {
            name: "--head",
            value: None,
            sentence: "ask only for the head (HEAD), and print it",
        },
        Opt {
            name: "-X",
            value: Some("METHOD"),
            sentence: "send this method",
        },
        Opt {
            name: "-H",
            value: Some("FIELD"),
            sentence: "send this field: 'Name: value'; 'Name:' leaves ours out",
        },
        Opt {
            name: "-d",
            value: Some("DATA"),
            sentence: "send this as a form (POST); @FILE: a file, no line ends",
        },
        Opt {
            name: "--data-binary",
            value: Some("DATA"),
            sentence: "as -d; @FILE: a file, every byte of it",
        },
        Opt {
            name: "-A",
            value: Some("NAME"),
            sentence: "send this as User-Agent",
        },
        Opt {
            name: "-r",
            value: Some("RANGE"),
            sentence: "ask for these bytes: 0-99, 100-, -5",
        },
        Opt {
            name: "-L",
            value: None,
            sentence: "follow redirects, as fetch always does",
        },
        Opt {
            name: "-m",
            value: Some("SECONDS"),
            sentence: "give up if everything takes longer than this",
        },
        Opt {
            name: "--patience",
            value: Some("SECONDS"),
            sentence: "wait this long for the head, and for each piece (30)",
        },
        Opt {
            name: "--compressed",
            value: None,
            sentence: "ask for gzip, and unpack it with the gzip program",
        },
        Opt {
            name: "--strict",
            value: None,
            sentence: "refuse heads that break a rule",
        },
        Opt {
            name: "--lenient",
            value: None,
            sentence: "accept lines that end in a bare LF",
        },
    ],
    run,
};

fn run(args: &Args, screen: &mut Screen) -> Result<CommandOutcome> {
    let url = args.text(0)?.unwrap_or_default();
    let words = Words {
        method: args.value_text("-X")?,
        fields: args.all_text("-H")?,
        data: args.all_of(&["-d", "--data-binary"])?,
        range: args.value_text("-r")?,
        agent: args.value_text("-A")?,
        head_only: args.has("--head") || args.has("-I"),
        compressed: args.has("--compressed"),
    };
    if args.has("-O") && args.value("-o").is_some() {
        let message = "-O and -o both name the file: use only one of them";
        return Err(WrongUse(message.to_string()).into());
    }
    let file = match args.has("-O") {
        true => Some(OsStr::new(words::remote_name(url)?)),
        false => args.value("-o"),
    };
    let to_stdout_as_it_is = file.is_some_and(|name| name == "-");
    let file = file.filter(|name| *name != "-");
    if words.head_only && file.is_some() {
        let message = "--head gets no body, so there is nothing for -o; use only one of them";
        return Err(WrongUse(message.to_string()).into());
    }
    let time = |name| {
        args.value_text(name)
            .map(|text| text.map(|text| seconds(name, text)))
    };
    let follower = args.has("-v").then(follow::Follower::new);
    let client = Client {
        patience: time("--patience")?
            .transpose()?
            .unwrap_or(limits::FETCH_TIMEOUT),
        deadline: time("-m")?.transpose()?,
        request: words::request(&words)?,
        strictness: match (args.has("--strict"), args.has("--lenient")) {
            (true, true) => {
                let message = "--strict and --lenient contradict each other: choose one";
                return Err(WrongUse(message.to_string()).into());
            }
            (true, false) => Strictness::Strict,
            (false, true) => Strictness::Lenient,
            (false, false) => Strictness::Usual,
        },
        recorder: follower.as_ref().map(follow::Follower::recorder),
    };
    let outcome = match file {
        Some(name) => into_file(&client, url, name),
        None => to_stdout(&client, url, to_stdout_as_it_is, screen),
    };
    if let Some(follower) = follower {
        follower.end();
    }
    outcome.or_else(with_code)
}

/// The exit code that curl has for the same reason. What it is was not said yet.
fn with_code(error: anyhow::Error) -> Result<CommandOutcome> {
    let Some(failure) = error.downcast_ref::<Failure>() else {
        if error.downcast_ref::<NotWritten>().is_none() {
            return Err(error);
        }
        complain(&error);
        return Ok(CommandOutcome::Exit(23));
    };
    let code = match &failure.why {
        // The reader of our output went away: that is no failure.
        Why::NotTaken(_) if reader_left(&error) => return Err(error),
        Why::Url(_) => return Err(error),
        Why::Name(_) => 6,
        Why::NoAnswer(tried) => match tried.iter().all(SocketError::is_silence) {
            true => 28,
            false => 7,
        },
        Why::Hops(_) => 47,
        Why::Silent(..) | Why::TooLong(_) => 28,
        Why::Ended(Place::Nothing) => 52,
        Why::Ended(_) => 18,
        Why::Broken(_) => 56,
        Why::Fault { wrong, .. } if wrong.is_about_chunks() => 56,
        Why::Fault { .. } | Why::Informational(_) => 8,
        Why::NotAsked | Why::PartAsWhole => 33,
        Why::NotTaken(_) => 23,
    };
    complain(&error);
    Ok(CommandOutcome::Exit(code))
}

fn seconds(name: &str, text: &str) -> Result<Duration, WrongUse> {
    let number = text.parse().ok().filter(|number| *number > 0.0);
    let time = number.and_then(|number| Duration::try_from_secs_f64(number).ok());
    time.ok_or_else(|| {
        WrongUse(format!(
            "{name} needs seconds such as 5 or 0.5, not `{text}`"
        ))
    })
}

/// Asks for `url`. What is wrong with the URL as it was typed is wrong use.
fn ask(client: &Client, url: &str, download: Option<&Download>) -> Result<Answer> {
    let part = download.and_then(Download::left_over);
    client.ask(url, part.as_ref()).map_err(|failure| {
        let typed = failure.url == url;
        match failure.why {
            Why::Url(_) if typed => WrongUse(failure.to_string()).into(),
            _ => failure.into(),
        }
    })
}

/// Why a body is not written to a terminal.
const BINARY: &str = "the body is binary, and its control characters could disturb the terminal: use -o FILE, or \
                      -o - to print it anyway";

fn to_stdout(
    client: &Client,
    url: &str,
    as_it_is: bool,
    screen: &mut Screen,
) -> Result<CommandOutcome> {
    let answer = ask(client, url, None)?;
    let unpacks = unpacks(client, &answer);
    let outcome = judge(&answer, unpacks);
    let url = answer.url.clone();
    let careful = std::io::stdout().is_terminal() && !as_it_is;
    let mut terminal = careful.then(|| TerminalText::new(screen.clone(), BINARY));
    let taker: &mut (dyn Write + Send) = match &mut terminal {
        Some(terminal) => terminal,
        None => screen,
    };
    if client.request.head_only {
        taker.write_all(&answer.head)?;
    }
    let (_, extra) = match unpacks {
        true => unpack::body(answer, taker)?,
        false => answer.body(taker)?,
    };
    taker.flush()?;
    mention_extra(&url, extra);
    Ok(outcome)
}

/// Whether the body is unpacked on its way.
fn unpacks(client: &Client, answer: &Answer) -> bool {
    let gzip = |coding: &Vec<u8>| {
        coding.eq_ignore_ascii_case(b"gzip") || coding.eq_ignore_ascii_case(b"x-gzip")
    };
    client.request.gzip && answer.coding.as_ref().is_some_and(gzip)
}

fn into_file(client: &Client, url: &str, name: &OsStr) -> Result<CommandOutcome> {
    let shown = shown(name);
    let mut download = Download::to(Path::new(name)).map_err(|error| match error.kind() {
        ErrorKind::IsADirectory => WrongUse(format!("{shown} is a folder; name a file in it")),
        ErrorKind::NotFound => {
            WrongUse(format!("{shown}: there is no such folder; create it first"))
        }
        _ => WrongUse(format!("{shown}: {error}")),
    })?;
    let resumes = !client.request.gzip && client.request.range.is_none();
    let mut answer = ask(client, url, Some(&download).filter(|_| resumes))?;
    if !resumes {
        // What was asked for is all that the file gets.
        answer.stretch = None;
    }
    let unpacks = unpacks(client, &answer);
    let outcome = judge(&answer, unpacks);
    if outcome != CommandOutcome::Passed {
        return Ok(outcome);
    }
    let begun = download.begin(&answer);
    let begun = begun.with_context(|| NotWritten(format!("{shown}.part")))?;
    let before = match begun {
        Begun::Behind(before) => before,
        Begun::Anew => 0,
    };
    let whole = answer.length.map(|length| before + length);
    let url = answer.url.clone();
    let ended = if unpacks {
        download.length_unknown();
        unpack::body(answer, &mut download)
    } else {
        let mut progress = ProgressWriter::new(&mut download, before, whole);
        let ended = answer.body(&mut progress).map_err(anyhow::Error::from);
        progress.end();
        ended
    };
    let extra = match ended {
        Ok((_, extra)) => extra,
        Err(error) => {
            mention_part(download, name);
            return Err(error);
        }
    };
    mention_extra(&url, extra);
    let length = download
        .finish()
        .map_err(|error| not_finished(error, &url, &shown))?;
    let length = count_of(length, "byte");
    match before {
        0 => log(&format!("{shown}: {length} from {url}")),
        _ => log(&format!(
            "{shown}: {length} from {url}, the first {before} were there"
        )),
    }
    Ok(CommandOutcome::Passed)
}

/// Why a body that has come whole does not get its name.
fn not_finished(error: std::io::Error, url: &str, shown: &str) -> anyhow::Error {
    match error.kind() {
        ErrorKind::UnexpectedEof => anyhow::anyhow!(
            "{url}: the server sent less than the whole; the same command gets the rest"
        ),
        ErrorKind::ResourceBusy => anyhow::anyhow!(
            "{shown}.part: another program writes to this file; wait until that program has ended"
        ),
        _ => anyhow::Error::new(error).context(NotWritten(shown.to_string())),
    }
}

/// Failed, with a word about it, when the answer is not what was asked for.
fn judge(answer: &Answer, unpacks: bool) -> CommandOutcome {
    if let Some(coding) = answer.coding.as_ref().filter(|_| !unpacks) {
        let coding = coding.escape_ascii();
        warn(&format!(
            "{}: the body is compressed ({coding}) and is not unpacked",
            answer.url
        ));
    }
    if answer.is_good() {
        return CommandOutcome::Passed;
    }
    warn(&format!(
        "{}: the server answers {}",
        answer.url,
        answer.status_line()
    ));
    match answer.status {
        400.. => CommandOutcome::Exit(22),
        _ => CommandOutcome::Failed,
    }
}

/// A Content-Length that is too small, or a server that talks on.
fn mention_extra(url: &str, extra: usize) {
    if extra > 0 {
        warn(&format!(
            "{url}: {} or more came after the end of the answer; they are ignored",
            count_of(extra, "byte")
        ));
    }
}

fn mention_part(download: Download, name: &OsStr) {
    if let Some(length) = download.give_up() {
        let part = shown(name);
        warn(&format!(
            "{part}.part keeps {}; the same command asks for the rest",
            count_of(length, "byte")
        ));
    }
}
