//! `probe`: hard questions for a server, section by section of RFC 9112 and RFC 9110.
//!
//! Rule: what is asked and what is right stands in `probe`; here are words, files and the exit code.

use super::{Args, Command, NotStarted, Opt, Outcome, Screen, WrongUse, output};
use anyhow::Result;
use std::io::Write;
use std::time::Duration;
use wirelab::net;
use wirelab::probe::report::{self, Count};
use wirelab::probe::{Target, probe, suite};

/// `cargo lab probe ADDR`
pub const COMMAND: Command = Command {
    name: "probe",
    places: &["ADDR"],
    sentence: "compare a server's answers with RFC 9112 and RFC 9110",
    more: "probe asks the server several hundred questions. Each question has a rule of an\n\
           RFC. probe shows every answer that no rule allows, with every byte. It asks for\n\
           one page; the server must answer GET for this page with 2xx. probe changes\n\
           nothing: it sends no PUT, and no DELETE of anything that exists. MUST and SHOULD\n\
           are the RFC's words. In a case of the kind \"security\", two readers of the same\n\
           bytes could see different requests (RFC 9112 11.2).",
    options: &[
        Opt {
            name: "--path",
            value: Some("PATH"),
            sentence: "the page to ask for (/)",
        },
        Opt {
            name: "--section",
            value: Some("N"),
            sentence: "ask only for this section (6.3, \"9110 13\", 9112)",
        },
        Opt {
            name: "--case",
            value: Some("NAME"),
            sentence: "ask only this question",
        },
        Opt {
            name: "--brief",
            value: None,
            sentence: "print one line for each failure, without its bytes",
        },
        Opt {
            name: "--junit",
            value: Some("FILE"),
            sentence: "write the results as JUnit XML, too",
        },
        Opt {
            name: "--wait",
            value: Some("MS"),
            sentence: "wait this long for a silent server (1000)",
        },
        Opt {
            name: "--at-once",
            value: Some("N"),
            sentence: "open this many connections at a time (6)",
        },
        Opt {
            name: "--remote",
            value: None,
            sentence: "the server is on another machine, and its owner agrees",
        },
    ],
    run,
};

fn run(args: &Args, screen: &mut Screen) -> Result<Outcome> {
    let mut target = target(args.text(0)?, args.value_text("--path")?)?;
    if let Some(wait) = number(args, "--wait", 60_000)? {
        target.silence = Duration::from_millis(wait);
    }
    if let Some(at_once) = number(args, "--at-once", 1_000)? {
        target.at_once = at_once as usize;
    }
    if !target.addr.ip().is_loopback() && !args.has("--remote") {
        let text = format!(
            "{} is another machine: probe a server there only if its owner agrees, with --remote",
            target.host
        );
        return Err(WrongUse(text).into());
    }
    let mut cases = suite::chosen(args.value_text("--section")?)?;
    if let Some(name) = args.value_text("--case")? {
        cases.retain(|case| case.name == name);
    }
    if cases.is_empty() {
        let text =
            "no case is chosen: `cargo lab probe ADDR` without --section and --case runs all";
        return Err(WrongUse(text.to_string()).into());
    }
    let done = probe(&target, cases).map_err(|error| NotStarted(error.to_string()))?;
    let Target { host, path, .. } = &target;
    writeln!(screen, "probe of {host}, GET {path}\n")?;
    write!(screen, "{}", report::text(&done, args.has("--brief")))?;
    if let Some(file) = args.value("--junit") {
        output::write(file, report::junit(&done).as_bytes(), screen)?;
    }
    match Count::of(&done.tried).failed {
        0 => Ok(Outcome::Passed),
        _ => Ok(Outcome::Failed),
    }
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

/// The number from 1 to `most` behind an option.
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
