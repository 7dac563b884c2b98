//! Lab 24 · The whole restaurant · the server: the parts of the labs, in one program.
//!
//!     cargo run --bin lab24-server [ADDR]          without ADDR: 127.0.0.1:8024
//!
//! It serves the folder in WIRELAB_ROOT. If WIRELAB_ROOT is not set, it serves this course. The next files to read:
//! src/net/pool.rs (labs 13, 19), src/net/deadline_connection.rs (labs 4, 5, 20), src/server.rs (labs 17, 18, 21),
//! src/http/ (labs 8, 10, 12, 22), src/files.rs (labs 7, 16, 23). Each file contains what its labs taught.

use std::path::Path;
use std::process::ExitCode;

use wirelab::course::web;
use wirelab::files::{Files, Settings};
use wirelab::limits;
use wirelab::net;
use wirelab::server::{AccessLog, Handler, Logged, Request, Server, Timeouts, files};

fn main() -> ExitCode {
    let addr = std::env::args().nth(1);
    match open(addr.as_deref().unwrap_or("127.0.0.1:8024")) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("lab24-server: {why}");
            ExitCode::FAILURE
        }
    }
}

/// Opens the listener, and serves until the program ends.
fn open(addr: &str) -> Result<(), String> {
    let addr = net::address(addr).map_err(|error| error.to_string())?;
    // A separate thread writes the log, so that no answer waits for a terminal.
    let lines = AccessLog::start(std::io::stderr());
    let server = Server {
        handler: handler()?,
        now: now()?,
        patience: Timeouts::default(),
        recorder: None,
        log: Box::new(move |logged| log(&lines, logged)),
    };

    // An address, and a backlog for clients that come while all threads are busy (labs 6 and 13).
    let listener = net::listen(addr, limits::SERVER_BACKLOG).map_err(|error| error.to_string())?;
    let place = listener.local_addr().map_err(|error| error.to_string())?;
    println!("listening on {place}");

    // One thread for each client, up to a limit. The next client gets a 503 (lab 19). In the module
    // `conversation` a thread serves its connection, from the first request to the last answer.
    server.run(&listener)
}

/// What answers the requests: the files of a folder (labs 16, 17 and 23), or the pages of this course.
fn handler() -> Result<Handler, String> {
    let Some(root) = std::env::var_os("WIRELAB_ROOT") else {
        return Ok(Box::new(|request: &Request<'_>| web::still(request)));
    };
    let root = Path::new(&root);
    let settings = Settings {
        listing: true,
        dotfiles: false,
    };
    match Files::open(root, settings) {
        Ok(folder) => Ok(files(folder)),
        Err(error) => Err(format!(
            "{}: {error}: name a folder in WIRELAB_ROOT",
            root.display()
        )),
    }
}

/// The time to use as the current time. A check sets this time, because the check compares every byte of `Date` (lab
/// 17).
fn now() -> Result<Option<i64>, String> {
    let Ok(text) = std::env::var("WIRELAB_NOW") else {
        return Ok(None);
    };
    let wrong = |_| format!("WIRELAB_NOW is a number of seconds since 1970, not `{text}`");
    text.parse().map(Some).map_err(wrong)
}

fn log(lines: &AccessLog, logged: &Logged) {
    match logged {
        Logged::Answer(it) => lines.answered(it),
        Logged::Tls { peer, name } => {
            let name = name.as_deref().unwrap_or("a server without a name");
            lines.line(&format!(
                "{peer} sent a TLS hello for {name}: this server does not speak TLS (lab 12)"
            ));
        }
        Logged::AcceptProblem(problem) => {
            lines.line(&format!("cannot accept a connection: {problem:?}"));
        }
    }
}
