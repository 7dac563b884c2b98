//! `storm`: a stress test of a server on this machine.
//!
//! Rule: `probe::storm` makes the requests and decides what is a fault. This file has the command line and the
//! exit code.

use super::probe::{number, start, target};
use super::screen::warn;
use super::{Args, Command, CommandOutcome, NotStarted, Opt, Screen, WrongUse};
use anyhow::Result;
use std::io::Write;
use std::time::{Duration, UNIX_EPOCH};
use wirelab::probe::storm::{Weather, report, storm};

/// `cargo lab storm ADDR`
pub const COMMAND: Command = Command {
    name: "storm",
    places: &["[ADDR]"],
    sentence: "stress a server with random requests and hostile clients",
    more: "storm sends random and broken requests. After each of them it sends a plain\n\
           request, the marker, which must get an answer of its own. Then come clients that\n\
           reset, disappear, never read, or send one byte at a time. Last comes the crowd:\n\
           many clients that send half a request each. While they are connected, storm\n\
           measures how long correct requests take. The server must be on this machine.\n\
           storm prints its seed. With the same seed it sends the same requests.",
    options: &[
        Opt {
            name: "--seed",
            value: Some("N"),
            sentence: "repeat the random requests of an earlier storm",
        },
        Opt {
            name: "--requests",
            value: Some("N"),
            sentence: "send at most this many random requests (20000)",
        },
        Opt {
            name: "--seconds",
            value: Some("N"),
            sentence: "send for at most this long; the crowd stays this long (15)",
        },
        Opt {
            name: "--crowd",
            value: Some("N"),
            sentence: "open this many connections with half a request (2000)",
        },
        Opt {
            name: "--path",
            value: Some("PATH"),
            sentence: "the page to ask for (/)",
        },
        Opt {
            name: "--server",
            value: Some("CMD"),
            sentence: "start this server ({addr}), and again when it ends",
        },
        Opt {
            name: "--pid",
            value: Some("N"),
            sentence: "watch this process: its memory, descriptors, threads",
        },
    ],
    run,
};

fn run(args: &Args, screen: &mut Screen) -> Result<CommandOutcome> {
    let started = start(args, args.value_text("--server")?)?;
    let target = match &started {
        Some(server) => target(Some(&server.addr().to_string()), args.value_text("--path")?)?,
        None => target(args.text(0)?, args.value_text("--path")?)?,
    };
    if !target.addr.ip().is_loopback() {
        let text = format!(
            "{} is another machine: a storm is for servers on this one (127.0.0.1, [::1])",
            target.host
        );
        return Err(WrongUse(text).into());
    }
    let clock = UNIX_EPOCH.elapsed().map_or(1, |now| now.as_nanos() as u64);
    let weather = Weather {
        seed: number(args, "--seed", u64::MAX)?.unwrap_or(clock % 1_000_000_000),
        requests: number(args, "--requests", u64::MAX)?.unwrap_or(20_000),
        time: Duration::from_secs(number(args, "--seconds", 100_000)?.unwrap_or(15)),
        crowd: number(args, "--crowd", 15_000)?.unwrap_or(2_000) as usize,
        pid: number(args, "--pid", u64::from(u32::MAX))?.map(|pid| pid as u32),
    };
    writeln!(
        screen,
        "storm over {}, seed {}\n",
        target.host, weather.seed
    )?;
    screen.flush()?;
    let restart = started.as_ref().map(|server| move || server.restart());
    let restart = restart
        .as_ref()
        .map(|restart| restart as &(dyn Fn() -> _ + Sync));
    let done = storm(&target, weather, restart);
    let done = done.map_err(|error| NotStarted(error.to_string()))?;
    if weather.pid.is_some() && done.figures.is_none() {
        warn("this process cannot be watched: no process has this number, or there is no /proc");
    }
    write!(screen, "{}", report::text(&done))?;
    match done.fails() {
        true => Ok(CommandOutcome::Failed),
        false => Ok(CommandOutcome::Passed),
    }
}
