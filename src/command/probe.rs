//! `probe`: tests how strictly a server follows RFC 9112 and RFC 9110, section by section.
//!
//! Rule: `probe` has the requests and the allowed answers. This file has the command line, the files and the
//! exit code.

pub mod report_output;

use super::args::{nearest, printable};
use super::probe_client::{self, Wanted};
use super::screen::warn;
use super::server_command::ServerCommand;
use super::{Args, Command, CommandOutcome, NotStarted, Opt, Screen, WrongUse, wire_file};
use anyhow::Result;
use report_output::{Form, JunitFile, form};
use std::ffi::OsStr;
use std::io::{self, Write};
use std::time::Duration;
use wirelab::net;
use wirelab::probe::case::{Case, Level};
use wirelab::probe::report::{self, Accepted, Policy, Report};
use wirelab::probe::{Target, client, probe, suite};

/// `cargo lab probe ADDR`
pub const COMMAND: Command = Command {
    name: "probe",
    places: &["[ADDR]"],
    sentence: "compare a server's answers with RFC 9112 and RFC 9110",
    more: "probe sends several hundred test requests to the server. Each of them tests a\n\
           rule of an RFC. If an answer breaks its rule, probe shows every byte of the\n\
           answer. All requests are for one page; the server must answer GET for this page\n\
           with 2xx. probe sends no PUT, and no DELETE of anything that exists. It sends\n\
           POST with a few bytes to the page. MUST and SHOULD are the RFC's words. In a\n\
           case of the kind \"security\", two programs that read the same bytes find\n\
           different requests (RFC 9112 11.2). A \"note\" is allowed, but risky: probe does\n\
           not count it. Each line of an --accept FILE names a case and gives a reason.",
    options: OPTIONS,
    run,
};

const OPTIONS: &[Opt] = &[
    opt("--path", Some("PATH"), "the page to ask for (/)"),
    opt(
        "--section",
        Some("N"),
        "test only this section (6.3, \"9110 13\"); may be repeated",
    ),
    opt(
        "--case",
        Some("NAME"),
        "test only this case; may be repeated",
    ),
    opt("--list", None, "list the cases instead of trying them"),
    opt(
        "--explain",
        Some("CASE"),
        "print a case: its sentence in the RFC, its bytes",
    ),
    opt(
        "--level",
        Some("LEVEL"),
        "count failures from here: security, must, should",
    ),
    opt(
        "--accept",
        Some("FILE"),
        "expect these failures, each with a reason",
    ),
    opt(
        "--server",
        Some("CMD"),
        "start this server ({addr}), and again when it ends",
    ),
    opt(
        "--client",
        Some("CMD"),
        "probe this client ({url}, and {out} if it saves)",
    ),
    opt(
        "--brief",
        None,
        "print one line for each failure, without its bytes",
    ),
    opt(
        "--json",
        None,
        "print the results as JSON, and nothing else",
    ),
    opt(
        "--md",
        None,
        "print a table for a pull request, and nothing else",
    ),
    opt(
        "--junit",
        Some("FILE"),
        "write JUnit XML, too (-: print it, and nothing else)",
    ),
    opt("--wait", Some("MS"), "wait this long for an answer (1000)"),
    opt(
        "--at-once",
        Some("N"),
        "open this many connections at a time (6)",
    ),
    opt(
        "--remote",
        None,
        "the server is on another machine, and its owner agrees",
    ),
];

const fn opt(name: &'static str, value: Option<&'static str>, sentence: &'static str) -> Opt {
    Opt {
        name,
        value,
        sentence,
    }
}

fn run(args: &Args, screen: &mut Screen) -> Result<CommandOutcome> {
    if let Some(name) = args.value_text("--explain")? {
        return explain(name, screen);
    }
    if let Some(command) = args.value_text("--client")? {
        return run_client(args, command, screen);
    }
    let cases = chosen(args)?;
    let form = form(args)?;
    if args.has("--list") {
        return list(&cases, screen);
    }
    let policy = policy(args, |name| Ok(case(name)?.name))?;
    let junit = JunitFile::open(args)?;
    let started = start(args, args.value_text("--server")?)?;
    let mut target = match &started {
        Some(server) => target(Some(&server.addr().to_string()), args.value_text("--path")?)?,
        None => target(args.text(0)?, args.value_text("--path")?)?,
    };
    if let Some(wait) = number(args, "--wait", 60_000)? {
        target.silence = Duration::from_millis(wait);
    }
    if let Some(at_once) = number(args, "--at-once", 1_000)? {
        target.at_once = at_once as usize;
        target.may_widen = false;
    }
    if !target.addr.ip().is_loopback() && !args.has("--remote") {
        let text = format!(
            "{} is another machine: probe a server there only if its owner agrees, with --remote",
            target.host
        );
        return Err(WrongUse(text).into());
    }
    let restart = started.as_ref().map(|server| move || server.restart());
    let restart = restart
        .as_ref()
        .map(|restart| restart as &(dyn Fn() -> _ + Sync));
    let done =
        probe(&target, cases, restart, &warn).map_err(|error| NotStarted(error.to_string()))?;
    let report = Report {
        probe: &done,
        policy: &policy,
    };
    match form {
        Form::Text => {
            let Target { host, path, .. } = &report.probe.target;
            writeln!(screen, "probe of {host}, GET {path}\n")?;
            write!(screen, "{}", report::text(&report, args.has("--brief")))?;
        }
        Form::Json => write!(screen, "{}", report::json(&report))?,
        Form::Markdown => write!(screen, "{}", report::markdown(&report))?,
        Form::Junit => {}
    }
    junit.write(form, || report::junit(&report), screen)?;
    match report.fails() {
        true => Ok(CommandOutcome::Failed),
        false => Ok(CommandOutcome::Passed),
    }
}

/// Prints a case for servers, or for clients.
fn explain(name: &str, screen: &mut Screen) -> Result<CommandOutcome> {
    let text = match (case(name), probe_client::case(name)) {
        (Err(_), Ok(case)) => client::report::explain(&case),
        (case, _) => report::explain(&case?),
    };
    write!(screen, "{text}")?;
    Ok(CommandOutcome::Passed)
}

/// Probes a client instead of a server.
fn run_client(args: &Args, command: &str, screen: &mut Screen) -> Result<CommandOutcome> {
    let valued = ["--server", "--path", "--wait"];
    let mut servers = valued.into_iter().filter(|name| args.value(name).is_some());
    if let Some(word) = servers.next().or(args.place(0).map(|_| "ADDR")) {
        let text = format!("--client probes a client, and {word} is for servers: leave {word} out");
        return Err(WrongUse(text).into());
    }
    let cases = probe_client::chosen(args)?;
    let form = form(args)?;
    if args.has("--list") {
        for case in cases {
            let (section, level) = (format!("{} {}", case.rfc, case.section), case.level);
            list_line(&section, level, case.name, case.rule, screen)?;
        }
        return Ok(CommandOutcome::Passed);
    }
    let wanted = Wanted {
        command,
        cases,
        policy: &policy(args, |name| Ok(probe_client::case(name)?.name))?,
        brief: args.has("--brief"),
        at_once: number(args, "--at-once", 1_000)?.unwrap_or(4) as usize,
        form,
    };
    probe_client::run(wanted, JunitFile::open(args)?, screen)
}

/// The server of this command, running; `None`: there is no command, but an address.
pub fn start(args: &Args, command: Option<&str>) -> Result<Option<ServerCommand>> {
    let Some(command) = command else {
        if args.place(0).is_none() {
            let text =
                "ADDR is missing: give the server's address, or start a server with --server CMD";
            return Err(WrongUse(text.to_string()).into());
        }
        return Ok(None);
    };
    let addr = args.text(0)?.map(net::address).transpose();
    let addr = addr.map_err(|error| WrongUse(error.to_string()))?;
    Ok(Some(ServerCommand::start(command, addr)?))
}

/// The cases of `--section` and `--case`.
fn chosen(args: &Args) -> Result<Vec<Case>> {
    let sections = args.values_text("--section")?;
    let cases = suite::chosen(&sections)?;
    for section in &sections {
        if !suite::chosen(&[section])?.is_empty() {
            continue;
        }
        let all = suite::sections()?;
        let near = nearest(section, all.iter().map(|name| &name[..]));
        let near = near.or_else(|| {
            let numbers = all.iter().filter_map(|name| Some(name.split_once(' ')?.1));
            let around = numbers.filter(|number| section.starts_with(*number));
            around.max_by_key(|number| number.len())
        });
        let hint = match near {
            Some(near) => format!("did you mean --section \"{near}\"?"),
            None => "`cargo lab probe --list` lists them".to_string(),
        };
        let section = printable(section);
        return Err(WrongUse(format!("no case is chosen by --section {section}: {hint}")).into());
    }
    let mut named = Vec::new();
    for name in args.values_text("--case")? {
        let one = case(name)?;
        if !cases.iter().any(|case| case.name == one.name) {
            let text = format!(
                "no case is chosen: {} is in RFC {} section {}, not in --section",
                one.name, one.rfc, one.section
            );
            return Err(WrongUse(text).into());
        }
        named.push(one.name);
    }
    let mut cases = cases;
    cases.retain(|case| named.is_empty() || named.contains(&case.name));
    Ok(cases)
}

/// The case of this name, or of this name with its section before it; or an error that names the nearest.
pub fn case(name: &str) -> Result<Case> {
    let all = suite::cases()?;
    let found = all
        .iter()
        .find(|case| case.name == name || case.id() == name);
    if let Some(found) = found {
        return Ok(found.clone());
    }
    let hint = match nearest(name, all.iter().map(|case| case.name)) {
        Some(near) => format!("did you mean {near}?"),
        None => "`cargo lab probe --list` lists them".to_string(),
    };
    Err(WrongUse(format!("there is no case {}: {hint}", printable(name))).into())
}

/// One line a case: its section, its class, its name and its rule.
fn list(cases: &[Case], screen: &mut Screen) -> Result<CommandOutcome> {
    for case in cases {
        let section = format!("{} {}", case.rfc, case.section);
        list_line(&section, case.level, case.name, case.rule, screen)?;
    }
    Ok(CommandOutcome::Passed)
}

fn list_line(
    section: &str,
    level: Level,
    name: &str,
    rule: &str,
    screen: &mut Screen,
) -> Result<()> {
    let line = format!("{section:12} {:8} {name:33} {rule}", level.word());
    let short: String = match line.chars().count() > 80 {
        true => line.chars().take(79).chain(['…']).collect(),
        false => line,
    };
    writeln!(screen, "{short}")?;
    Ok(())
}

/// Which failures count.
fn policy(args: &Args, named: impl Fn(&str) -> Result<&'static str>) -> Result<Policy> {
    let mut policy = Policy::default();
    if let Some(word) = args.value_text("--level")? {
        policy.level = match &word.to_ascii_lowercase()[..] {
            "must" => Level::Must,
            "should" => Level::Should,
            "security" => Level::Security,
            _ => {
                let text = "--level takes must, should or security";
                return Err(WrongUse(text.to_string()).into());
            }
        };
    }
    if let Some(file) = args.value("--accept") {
        policy.accepted = accepted(file, named)?;
    }
    Ok(policy)
}

/// The lines of a file of expected failures; `named` finds the case of a name.
fn accepted(file: &OsStr, named: impl Fn(&str) -> Result<&'static str>) -> Result<Vec<Accepted>> {
    let shown = wire_file::shown(file);
    let text = wire_file::bytes_of(file).and_then(|bytes| {
        String::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    });
    let text = text.map_err(|error| WrongUse(format!("{shown}: cannot be read: {error}")))?;
    let mut all = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, reason) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let place = format!("{shown}:{}", at + 1);
        let case = named(name).map_err(|error| WrongUse(format!("{place}: {error}")))?;
        if all.iter().any(|before: &Accepted| before.case == case) {
            let text = format!("{place}: {name} is there already: give it one line");
            return Err(WrongUse(text).into());
        }
        if reason.trim().is_empty() {
            let text = format!("{place}: {name} has no reason: write it after the name");
            return Err(WrongUse(text).into());
        }
        all.push(Accepted {
            case: case.to_string(),
            reason: reason.trim().to_string(),
        });
    }
    Ok(all)
}

/// The server at `host`, and the page to ask it for.
pub fn target(host: Option<&str>, path: Option<&str>) -> Result<Target> {
    let (host, path) = (host.unwrap_or_default(), path.unwrap_or("/"));
    let addr = net::address(host).map_err(|error| WrongUse(error.to_string()))?;
    if !path.starts_with('/') || !path.bytes().all(|byte| byte.is_ascii_graphic()) {
        let text = "--path is a path as a request has it, like /index.html";
        return Err(WrongUse(text.to_string()).into());
    }
    Ok(Target::new(addr, host, path))
}

/// The number from 1 to `most` after an option.
pub fn number(args: &Args, name: &str, most: u64) -> Result<Option<u64>> {
    let Some(text) = args.value_text(name)? else {
        return Ok(None);
    };
    let number = text
        .parse()
        .ok()
        .filter(|number| (1..=most).contains(number));
    let wrong = || WrongUse(format!("{name} takes a number from 1 to {most}"));
    Ok(Some(number.ok_or_else(wrong)?))
}
