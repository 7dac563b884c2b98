//! `grid`: one message to many servers, or through a proxy to one of them.
//!
//! Rule: `probe::grid` sends the messages and finds the disagreements. This file has the command line, the
//! files and the exit code.

use super::probe::{case, number, target};
use super::server_command::ServerCommand;
use super::{Args, Command, CommandOutcome, NotStarted, Opt, Screen, WrongUse, wire_file};
use anyhow::Result;
use std::ffi::OsStr;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;
use wirelab::net::{self, Recorder};
use wirelab::plural::count_of;
use wirelab::probe::case::Level;
use wirelab::probe::grid::{Message, Party, confirm, report, through_proxy};
use wirelab::probe::{Target, suite};

/// `cargo lab grid A B C`
pub const COMMAND: Command = Command {
    name: "grid",
    places: &["ADDR..."],
    sentence: "send one message to many servers; find those that disagree",
    more: "grid sends the same bytes to each server, and after them a plain request. From\n\
           the answers it finds out where each server ends the message. It names each pair\n\
           of servers that disagree: if one of them is in front of the other, an attacker\n\
           can use the difference (RFC 9112 11.2). It tries such a pair again, with a\n\
           longer wait each time, and names the pair only if it disagrees each time.\n\
           Without --case, --cases and --say it sends the messages of all cases of the kind\n\
           \"security\". With --through it sends them to a proxy in front of one server, and\n\
           shows what the proxy sent. PROXY is a command, in which {addr} and {upstream}\n\
           are replaced, or an address. If PROXY is an address, --upstream says where the\n\
           proxy forwards to. The servers must be on this machine.",
    options: &[
        Opt {
            name: "--case",
            value: Some("NAME"),
            sentence: "send the message of this case of the probe",
        },
        Opt {
            name: "--cases",
            value: Some("SECTION"),
            sentence: "send the messages of this section (7.1)",
        },
        Opt {
            name: "--say",
            value: Some("F.wire"),
            sentence: "send the client's bytes of this transcript",
        },
        Opt {
            name: "--through",
            value: Some("PROXY"),
            sentence: "send through this proxy",
        },
        Opt {
            name: "--upstream",
            value: Some("ADDR"),
            sentence: "where the proxy forwards to; grid listens there",
        },
        Opt {
            name: "--bytes",
            value: None,
            sentence: "show all bytes, not only those of a vulnerable pair",
        },
        Opt {
            name: "--path",
            value: Some("PATH"),
            sentence: "the page to ask for (/)",
        },
        Opt {
            name: "--wait",
            value: Some("MS"),
            sentence: "wait this long for an answer (1000)",
        },
    ],
    run,
};

fn run(args: &Args, screen: &mut Screen) -> Result<CommandOutcome> {
    let messages = messages(args)?;
    let mut targets = Vec::new();
    let mut at = 0;
    while let Some(place) = args.text(at)? {
        targets.push(party_at(args, place)?);
        at += 1;
    }
    let found = match (args.value_text("--through")?, &targets[..]) {
        (None, [_, _, ..]) => direct(args, &messages, targets, screen)?,
        (None, _) => {
            let text = "grid compares servers: name two or more, or a proxy with --through";
            return Err(WrongUse(text.to_string()).into());
        }
        (Some(proxy), [server]) => through_proxy(args, proxy, server, &messages, screen)?,
        (Some(_), _) => {
            let text = "--through takes one server: the one behind the proxy";
            return Err(WrongUse(text.to_string()).into());
        }
    };
    match found {
        0 => Ok(CommandOutcome::Passed),
        _ => Ok(CommandOutcome::Failed),
    }
}

/// What is to be said.
fn messages(args: &Args) -> Result<Vec<Message>> {
    if let Some(file) = args.value("--say") {
        return Ok(vec![of_file(file)?]);
    }
    if let Some(name) = args.value_text("--case")? {
        return Ok(vec![Message::of_case(&case(name)?)]);
    }
    let sections = args.values_text("--cases")?;
    let mut cases = suite::chosen(&sections)?;
    if sections.is_empty() {
        cases.retain(|case| case.level == Level::Security && case.rfc == "9112");
    }
    if cases.is_empty() {
        let text = "no case is chosen by --cases: `cargo lab probe --list` lists the sections";
        return Err(WrongUse(text.to_string()).into());
    }
    Ok(cases.iter().map(Message::of_case).collect())
}

/// The client's part of a transcript.
fn of_file(file: &OsStr) -> Result<Message> {
    let shown = wire_file::shown(file);
    let text = wire_file::read_steps(file)?.render();
    let message = Message::of_text(&shown, &text);
    message.map_err(|why| WrongUse(format!("{shown}: {why}")).into())
}

/// A server on this machine.
fn party_at(args: &Args, host: &str) -> Result<Target> {
    let mut target = target(Some(host), args.value_text("--path")?)?;
    if !target.addr.ip().is_loopback() {
        let text = format!("{host} is another machine: grid is for servers on this one");
        return Err(WrongUse(text).into());
    }
    if let Some(wait) = number(args, "--wait", 60_000)? {
        target.silence = Duration::from_millis(wait);
    }
    Ok(target)
}

/// Says all messages to all servers; how many pairs disagree.
fn direct(
    args: &Args,
    messages: &[Message],
    targets: Vec<Target>,
    screen: &mut Screen,
) -> Result<usize> {
    let parties: Result<Vec<Party>, String> = targets.into_iter().map(Party::join).collect();
    let parties = parties.map_err(NotStarted)?;
    writeln!(screen, "{}", report::legend(&parties))?;
    let mut found = 0;
    for message in messages {
        let readings = confirm::readings(message, &parties);
        let readings = readings.map_err(|error| NotStarted(error.to_string()))?;
        found += report::pairs(&readings).len();
        let bytes = args.has("--bytes") || messages.len() == 1;
        let text = report::message(message, &readings, bytes);
        write!(screen, "{text}")?;
    }
    let count = count_of(messages.len(), "message");
    for Party { target, baseline } in &parties {
        if let Err(why) = baseline.still_holds(target) {
            let host = &target.host;
            let text =
                format!("{host} does not answer as before, so its answers show nothing: {why}");
            return Err(NotStarted(text).into());
        }
    }
    match found {
        0 => writeln!(screen, "\n{count}: no pair disagrees")?,
        _ => writeln!(screen, "\n{count}: {}", count_of(found, "disagreement"))?,
    }
    Ok(found)
}

/// Says all messages through a proxy; for how many of them the pair is vulnerable.
fn through_proxy(
    args: &Args,
    proxy: &str,
    server: &Target,
    messages: &[Message],
    screen: &mut Screen,
) -> Result<usize> {
    Party::join(server.clone()).map_err(NotStarted)?;
    let (relay, _port) = upstream(args)?;
    let tap = through_proxy::start(relay, server.addr, &Recorder::new()).map_err(NotStarted)?;
    let (host, _started) = match net::address(proxy) {
        Ok(_) if args.has("--upstream") => (proxy.to_string(), None),
        Ok(_) => {
            let text = "--through takes a command, or an address together with --upstream";
            return Err(WrongUse(text.to_string()).into());
        }
        Err(_) => {
            let port = relay.port().to_string();
            let command = proxy.replace("{upstream}", &relay.to_string());
            let command = command.replace("{upstream_port}", &port);
            let started = ServerCommand::start(&command, None)?;
            (started.addr().to_string(), Some(started))
        }
    };
    let party = Party::join(party_at(args, &host)?).map_err(NotStarted)?;
    tap.stop();
    let mut found = 0;
    for message in messages {
        let passage = confirm::passage(message, &party, relay, server.addr).map_err(NotStarted)?;
        found += usize::from(passage.is_vulnerable());
        let bytes = args.has("--bytes") || messages.len() == 1;
        let pair = (&host[..], &server.host[..]);
        let text = report::passage(message, pair, &passage, bytes);
        write!(screen, "{text}")?;
    }
    let count = count_of(messages.len(), "message");
    match found {
        0 => writeln!(screen, "\n{count}: the pair agrees")?,
        _ => writeln!(screen, "\n{count}: vulnerable to {found} of them")?,
    }
    Ok(found)
}

/// Where the proxy forwards to: where the user says, or a free port.
fn upstream(args: &Args) -> Result<(SocketAddr, Option<net::Port>)> {
    if let Some(text) = args.value_text("--upstream")? {
        let addr = net::address(text).map_err(|error| WrongUse(error.to_string()))?;
        return Ok((addr, None));
    }
    let ip = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let port = net::free_port(ip)?;
    Ok((SocketAddr::new(ip, port.number), Some(port)))
}
