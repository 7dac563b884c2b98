//! `web`: the course in a browser, live.
//!
//! Rule: this file only opens the listener. `course::web` decides which requests are allowed and answers them.

use super::screen::warn;
use super::{Args, Command, CommandOutcome, Opt, Screen, WrongUse};
use anyhow::{Context, Result};
use std::io::{IsTerminal, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Command as Process, Stdio};
use wirelab::course::web::{Commands, Live, TapView};
use wirelab::limits;
use wirelab::net::{self, Listener, PoolLimits};
use wirelab::server::{Request, Server, Timeouts};

/// `cargo lab web`
pub const COMMAND: Command = Command {
    name: "web",
    places: &[],
    sentence: "the course in a browser: each lab runs beside its lesson",
    more: "web listens only on 127.0.0.1, and answers only requests from its own pages.\n\
           Without --port it takes the first free port from 8100 on. CMD is a program in\n\
           any language, as for `check`. Only this command line can name a program; a page\n\
           cannot. Ctrl-C ends web and all programs that it has started.",
    options: &[
        Opt {
            name: "--port",
            value: Some("N"),
            sentence: "listen on this port; 0: the system chooses",
        },
        Opt {
            name: "--server",
            value: Some("CMD"),
            sentence: "check this server, not the one in the workbench",
        },
        Opt {
            name: "--client",
            value: Some("CMD"),
            sentence: "check this client, not the one in the workbench",
        },
        Opt {
            name: "--no-open",
            value: None,
            sentence: "do not open a browser",
        },
    ],
    run,
};

/// Ports that are tried, from this one on.
const FIRST_PORT: u16 = 8100;
const LAST_PORT: u16 = 8199;

fn run(args: &Args, screen: &mut Screen) -> Result<CommandOutcome> {
    let listener = listen(args)?;
    let addr = listener
        .local_addr()
        .context("the listener has no address")?;
    let text = |name| Ok::<_, WrongUse>(args.value_text(name)?.map(str::to_string));
    let commands = Commands {
        server: text("--server")?,
        client: text("--client")?,
    };
    let live = Live::new(addr.port(), commands);
    writeln!(screen, "listening on {addr}")?;
    writeln!(screen, "The course: http://{addr}/   (Ctrl-C ends it)")?;
    screen.flush()?;
    if !args.has("--no-open") && std::io::stdout().is_terminal() {
        open_browser(&format!("http://{addr}/"));
    }
    serve(listener, live)
}

/// Shows a tap in a browser for as long as the process runs; the address of the page.
pub fn open_tap(view: TapView) -> Result<String> {
    let listener = first_free()?;
    let addr = listener
        .local_addr()
        .context("the listener has no address")?;
    let live = Live::with_tap(addr.port(), view);
    std::thread::spawn(move || serve(listener, live));
    Ok(format!("http://{addr}/"))
}

/// Serves the live lab until the process ends.
fn serve(listener: Listener, live: Live) -> Result<CommandOutcome> {
    let recorder = live.recorder();
    let server = Server {
        handler: Box::new(move |request: &Request<'_>| live.answer(request)),
        recorder: Some(recorder),
        now: None,
        patience: Timeouts::default(),
        log: Box::new(|_| {}),
    };
    let most = PoolLimits {
        most: limits::web::CLIENTS,
        ..PoolLimits::default()
    };
    net::pool(
        &listener,
        most,
        move |accepted| server.serve(accepted),
        |problem| warn(&problem.sentence(limits::web::CLIENTS)),
    )
}

/// The port that was asked for, or the first free one.
fn listen(args: &Args) -> Result<Listener> {
    if let Some(text) = args.value_text("--port")? {
        let port = text.parse().map_err(|_| {
            WrongUse(format!(
                "--port needs a number from 0 to 65535, not `{text}`"
            ))
        })?;
        return Ok(at(port)?);
    }
    first_free()
}

fn at(port: u16) -> Result<Listener, net::SocketError> {
    let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    net::listen(addr, limits::BACKLOG)
}

/// The first free port from [`FIRST_PORT`] on.
fn first_free() -> Result<Listener> {
    for port in FIRST_PORT..=LAST_PORT {
        if let Ok(listener) = at(port) {
            if port != FIRST_PORT {
                warn(&format!(
                    "port {FIRST_PORT} is in use, so web listens on port {port}"
                ));
            }
            return Ok(listener);
        }
    }
    warn(&format!(
        "all ports from {FIRST_PORT} to {LAST_PORT} are in use; the system chooses one"
    ));
    Ok(at(0)?)
}

/// Asks the system to open a browser. Without one, the address stands on the screen.
fn open_browser(url: &str) {
    let (program, words): (&str, &[&str]) = match std::env::consts::OS {
        "macos" => ("open", &[]),
        "windows" => ("cmd", &["/C", "start", ""]),
        _ => ("xdg-open", &[]),
    };
    let quiet = || (Stdio::null(), Stdio::null(), Stdio::null());
    let (stdin, stdout, stderr) = quiet();
    let mut command = Process::new(program);
    command.args(words).arg(url);
    let opened = command.stdin(stdin).stdout(stdout).stderr(stderr).spawn();
    // Somebody has to ask how it ended (wait(2)).
    std::thread::spawn(move || opened.and_then(|mut opener| opener.wait()));
}
