//! `fetch`: the client of the course as a tool.
//!
//! Rule: stdout gets the bytes of the body and nothing else (with `--head`, of the head); all that we
//! say ourselves goes to stderr.

mod follow;
mod progress;

use super::screen::{log, warn};
use super::{Args, Command, Opt, Outcome, Screen, WrongUse};
use anyhow::{Context, Result};
use std::ffi::OsStr;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::time::Duration;
use wirelab::client::{Answer, Begun, Client, Download, Why};
use wirelab::limits;

use progress::Progress;

/// `cargo lab fetch URL`
pub const COMMAND: Command = Command {
    name: "fetch",
    places: &["URL"],
    sentence: "fetch an http URL, to stdout or into a file",
    more: "fetch follows redirects, and tries every address of a name. It fails with exit\n\
           code 1 if the answer is not 2xx, breaks off, or breaks a rule of HTTP.\n\
           With -o, fetch writes the body to FILE.part, and renames that to FILE when the\n\
           body is complete. If the answer breaks off, FILE.part stays, and the same\n\
           command asks for the rest. The server must name its versions for that: with a\n\
           strong ETag, or with a Last-Modified that is earlier than Date. FILE.part-of\n\
           keeps what the server said about the version. If the file has changed by then,\n\
           the server sends all of it, and fetch starts again.\n\
           fetch does not speak https, which is the same text inside TLS.",
    options: &[
        Opt {
            name: "-o",
            value: Some("FILE"),
            sentence: "write the body to this file, or complete it",
        },
        Opt {
            name: "-v",
            value: None,
            sentence: "show the conversation on stderr",
        },
        Opt {
            name: "--head",
            value: None,
            sentence: "ask for the head only (HEAD), and print it",
        },
        Opt {
            name: "--patience",
            value: Some("SECONDS"),
            sentence: "wait this long for each step of the server (30)",
        },
    ],
    run,
};

fn run(args: &Args, screen: &mut Screen) -> Result<Outcome> {
    let url = args.text(0)?.unwrap_or_default();
    let file = args.value("-o").filter(|name| *name != "-");
    let head_only = args.has("--head");
    if head_only && file.is_some() {
        let message = "--head asks for no body, so there is nothing for -o; leave one of them away";
        return Err(WrongUse(message.to_string()).into());
    }
    let patience = args.value_text("--patience")?.map(seconds).transpose()?;
    let follower = args.has("-v").then(follow::Follower::new);
    let client = Client {
        patience: patience.unwrap_or(limits::FETCH_TIMEOUT),
        head_only,
        recorder: follower.as_ref().map(follow::Follower::recorder),
    };
    let outcome = match file {
        Some(name) => into_file(&client, url, name),
        None => to_stdout(&client, url, screen),
    };
    if let Some(follower) = follower {
        follower.end();
    }
    outcome
}

fn seconds(text: &str) -> Result<Duration, WrongUse> {
    let number = text.parse().ok().filter(|number| *number > 0.0);
    let time = number.and_then(|number| Duration::try_from_secs_f64(number).ok());
    time.ok_or_else(|| {
        WrongUse(format!(
            "--patience needs seconds such as 5 or 0.5, not `{text}`"
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

fn to_stdout(client: &Client, url: &str, screen: &mut Screen) -> Result<Outcome> {
    let answer = ask(client, url, None)?;
    let outcome = judge(&answer);
    if client.head_only {
        screen.write_all(&answer.head)?;
    }
    let url = answer.url.clone();
    let (_, extra) = answer.body(screen)?;
    screen.flush()?;
    mention_extra(&url, extra);
    Ok(outcome)
}

fn into_file(client: &Client, url: &str, name: &OsStr) -> Result<Outcome> {
    let shown = Path::new(name).display();
    let mut download = Download::to(Path::new(name)).map_err(|error| match error.kind() {
        ErrorKind::IsADirectory => WrongUse(format!("{shown} is a folder; name a file in it")),
        ErrorKind::NotFound => {
            WrongUse(format!("{shown}: there is no such folder; create it first"))
        }
        _ => WrongUse(format!("{shown}: {error}")),
    })?;
    let answer = ask(client, url, Some(&download))?;
    if judge(&answer) == Outcome::Failed {
        return Ok(Outcome::Failed);
    }
    let begun = download.begin(&answer);
    let begun = begun.with_context(|| format!("{shown}.part: cannot be written"))?;
    let before = match begun {
        Begun::Behind(before) => before,
        Begun::Anew => 0,
    };
    let whole = answer.length.map(|length| before + length);
    let url = answer.url.clone();
    let mut progress = Progress::new(&mut download, before, whole);
    let ended = answer.body(&mut progress);
    progress.end();
    let extra = match ended {
        Ok((_, extra)) => extra,
        Err(failure) => {
            mention_part(download, name);
            return Err(failure.into());
        }
    };
    mention_extra(&url, extra);
    let length = download.finish().map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof => anyhow::anyhow!(
            "{url}: the server ended its part before the whole; the same command goes on"
        ),
        ErrorKind::ResourceBusy => anyhow::anyhow!(
            "{shown}.part: somebody else writes into it; let one of the two end first"
        ),
        _ => anyhow::Error::new(error).context(format!("{shown}: cannot be written")),
    })?;
    match before {
        0 => log(&format!("{shown}: {length} bytes from {url}")),
        _ => log(&format!(
            "{shown}: {length} bytes from {url}, the first {before} were there"
        )),
    }
    Ok(Outcome::Passed)
}

/// Failed, with a word about it, when the answer is not what was asked for.
fn judge(answer: &Answer) -> Outcome {
    if let Some(coding) = &answer.coding {
        let coding = coding.escape_ascii();
        warn(&format!(
            "{}: the body is packed ({coding}), and stays so",
            answer.url
        ));
    }
    if answer.is_good() {
        return Outcome::Passed;
    }
    warn(&format!(
        "{}: the server answers {}",
        answer.url,
        answer.status_line()
    ));
    Outcome::Failed
}

/// A Content-Length that is too small, or a server that talks on.
fn mention_extra(url: &str, extra: usize) {
    if extra > 0 {
        warn(&format!(
            "{url}: {extra} bytes or more came after the end of the answer; they are ignored"
        ));
    }
}

fn mention_part(download: Download, name: &OsStr) {
    if let Some(length) = download.give_up() {
        let part = Path::new(name).display();
        warn(&format!(
            "{part}.part keeps {length} bytes; the same command asks for the rest"
        ));
    }
}
