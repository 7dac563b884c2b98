//! `serve`: serves a folder to browsers and other clients.
//!
//! Rule: the first line on stdout has the address. The log goes to stderr, and the output of `--wire` to
//! stdout.

use super::step_view::View;
use super::{Args, Command, CommandOutcome, Opt, Screen, WrongUse};
use anyhow::{Context, Result};
use std::collections::VecDeque;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Mutex;
use wirelab::course::web;
use wirelab::files::{Files, Settings};
use wirelab::limits;
use wirelab::locks::lock;
use wirelab::net::{self, Recorder};
use wirelab::plural::count_are;
use wirelab::server::{self, AccessLog, Handler, Logged, Request, Server, Timeouts};

/// `cargo lab serve DIR`
pub const COMMAND: Command = Command {
    name: "serve",
    places: &["[DIR]"],
    sentence: "serve a folder, or this course, over HTTP/1.1",
    more: "Without DIR, serve serves this course: its labs, and a page that shows what your\n\
           browser sends. With DIR, it serves the files below DIR and nothing else. It does\n\
           not serve links that lead out of DIR, names that begin with a dot, pipes and\n\
           devices. If a compressed copy is beside a file (menu.txt.br, menu.txt.gz), a\n\
           client that accepts its coding gets the compressed copy. Ctrl-C ends serve at\n\
           once. It cuts off the answers that serve is sending, and their clients notice\n\
           that. serve never writes a file, so it leaves no incomplete file.",
    options: &[
        Opt {
            name: "--port",
            value: Some("N"),
            sentence: "listen on this port (8080); 0: the system chooses",
        },
        Opt {
            name: "--bind",
            value: Some("ADDR"),
            sentence: "listen on this address (127.0.0.1); 0.0.0.0: on all",
        },
        Opt {
            name: "--once",
            value: None,
            sentence: "serve one connection, then end",
        },
        Opt {
            name: "--no-listing",
            value: None,
            sentence: "send no page for a folder without index.html",
        },
        Opt {
            name: "--dotfiles",
            value: None,
            sentence: "serve names that begin with a dot, too",
        },
        Opt {
            name: "--cors",
            value: None,
            sentence: "let pages of every origin read the answers",
        },
        Opt {
            name: "--spa",
            value: None,
            sentence: "answer a path without a dot and a file with /index.html",
        },
        Opt {
            name: "--wire",
            value: None,
            sentence: "show every byte of every exchange, in the notation",
        },
        Opt {
            name: "--quiet",
            value: None,
            sentence: "write no access log",
        },
    ],
    run,
};

fn run(args: &Args, screen: &mut Screen) -> Result<CommandOutcome> {
    let addr = address(args)?;
    with_one_heap();
    let handler = match args.place(0) {
        Some(folder) => files(Path::new(folder), args)?,
        None => {
            super::screen::warn(
                "the pages of the course, to read; `cargo lab web` runs the labs in them",
            );
            Box::new(|request: &Request<'_>| web::still(request))
        }
    };
    let quiet = args.has("--quiet");
    let log = AccessLog::start(Screen::stderr());
    let tls = ToldAboutTls::default();
    let server = Server {
        handler,
        recorder: args.has("--wire").then(|| show(screen)),
        now: now()?,
        patience: Timeouts::default(),
        log: Box::new(move |logged| tell(&log, logged, quiet, &tls)),
    };
    let listener = net::listen(addr, limits::SERVER_BACKLOG)?;
    let bound = listener
        .local_addr()
        .context("the listener has no address")?;
    writeln!(screen, "listening on {bound}")?;
    if bound.ip().is_unspecified() {
        for ip in net::own_addresses() {
            let url = SocketAddr::new(ip, bound.port());
            writeln!(screen, "other devices reach it at http://{url}/")?;
        }
    }
    screen.flush()?;
    if args.has("--once") {
        server.serve(net::accept(&listener).with_context(|| format!("{bound}: no client"))?);
        return Ok(CommandOutcome::Passed);
    }
    server.run(&listener)
}

/// Under a limit of address space, starts this program again with a single heap for all threads.
///
/// The C library of Linux reserves 64 MiB for each of its heaps, and takes a new one with each thread: a few
/// threads would take the whole limit, and none of it were used (`MALLOC_ARENA_MAX`; mallopt(3)).
#[cfg(target_os = "linux")]
fn with_one_heap() {
    use std::os::unix::process::CommandExt;
    const HEAPS: &str = "MALLOC_ARENA_MAX";
    if net::address_space_limit().is_none() || std::env::var_os(HEAPS).is_some() {
        return;
    }
    if let Ok(own) = std::env::current_exe() {
        let mut again = std::process::Command::new(own);
        // It only returns when it fails; then the heaps are as they are.
        let _ = again
            .args(std::env::args_os().skip(1))
            .env(HEAPS, "1")
            .exec();
    }
}

#[cfg(not(target_os = "linux"))]
fn with_one_heap() {}

/// Answers with the files below a folder.
fn files(folder: &Path, args: &Args) -> Result<Handler> {
    let settings = Settings {
        listing: !args.has("--no-listing"),
        dotfiles: args.has("--dotfiles"),
    };
    let name = folder.display();
    let mut files = Files::open(folder, settings).map_err(|error| {
        WrongUse(format!(
            "{name}: this folder cannot be served: {error}: name a folder that you may open"
        ))
    })?;
    if let (true, Err(error)) = (settings.listing, folder.read_dir()) {
        super::screen::warn(&format!(
            "{name}: this folder cannot be listed: {error}; its files are served by their names"
        ));
    }
    if args.has("--cors") {
        files.allow_every_origin();
    }
    if args.has("--spa") {
        files.serve_single_page();
    }
    Ok(server::files(files))
}

/// `--bind` and `--port`.
fn address(args: &Args) -> Result<SocketAddr> {
    let ip = match args.value_text("--bind")? {
        None => IpAddr::V4(Ipv4Addr::LOCALHOST),
        Some(text) => text.trim_matches(['[', ']']).parse().map_err(|_| {
            WrongUse(format!(
                "--bind needs an IP address such as 127.0.0.1 or ::1, not `{text}`"
            ))
        })?,
    };
    let port = match args.value_text("--port")? {
        None => 8080,
        Some(text) => text.parse().map_err(|_| {
            WrongUse(format!(
                "--port needs a number from 0 to 65535, not `{text}`"
            ))
        })?,
    };
    Ok(SocketAddr::new(ip, port))
}

/// The second to use as now, from `WIRELAB_NOW`, so that `Date` is exact in tests.
fn now() -> Result<Option<i64>> {
    let Ok(text) = std::env::var("WIRELAB_NOW") else {
        return Ok(None);
    };
    let seconds = text.parse().map_err(|_| {
        WrongUse(format!(
            "WIRELAB_NOW is a number of seconds since 1970, not `{text}`"
        ))
    })?;
    Ok(Some(seconds))
}

/// A recorder that prints each step as it happens; secrets are masked, for somebody may look on. No answer
/// waits for the output.
fn show(screen: &Screen) -> Recorder {
    let output = AccessLog::start_with(screen.clone(), |dropped| {
        let steps = count_are(dropped, "step");
        format!("# {steps} not shown here: this output is read too slowly")
    });
    let mut view = View::without_secrets();
    Recorder::into_sink(move |step| output.lines(&view.of(step).render_brief()))
}

/// The clients that were told that this is plain HTTP: a browser that was told `https` tries many times.
type ToldAboutTls = Mutex<VecDeque<(IpAddr, Option<String>)>>;

/// Whether the log has this already. Of many clients the earliest are forgotten.
fn is_told(told: &ToldAboutTls, peer: IpAddr, name: Option<&String>) -> bool {
    let mut told = lock(told);
    if told
        .iter()
        .any(|(other, host)| *other == peer && host.as_ref() == name)
    {
        return true;
    }
    if told.len() == limits::TLS_CLIENTS_TOLD {
        told.pop_front();
    }
    told.push_back((peer, name.cloned()));
    false
}

/// Writes what happened to the log.
fn tell(log: &AccessLog, logged: &Logged, quiet: bool, tls: &ToldAboutTls) {
    let problem = match logged {
        Logged::Answer(answered) => {
            if !quiet {
                log.answered(answered);
            }
            return;
        }
        Logged::Tls { peer, name } => {
            if is_told(tls, *peer, name.as_ref()) {
                return;
            }
            let host = match name {
                Some(name) => format!(", for the host {name}"),
                None => String::new(),
            };
            format!("{peer} began TLS (https){host}; this server speaks plain HTTP: use http://")
        }
        Logged::AcceptProblem(problem) => problem.sentence(limits::MAX_CLIENTS),
    };
    log.line(&format!("wirelab: {problem}"));
}
