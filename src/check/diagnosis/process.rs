//! Mistakes that show outside the conversation: the program has ended, stderr has an error, nobody listens at
//! the address.

use super::crashes::complaint;
use super::{Cause, Row, shown};
use super::{Close, Evidence};
use crate::check::lenient_http_reader::message;
use crate::check::program::Ending;
use crate::check::{Problem, Side};
use crate::net::Weather;
use crate::wire::Event;

pub(super) const TABLE: &[Row] = &[
    ("W30", address_syntax),
    ("W26", addr_in_use),
    ("W120", not_every_address),
    ("W25", refused),
    ("W29", would_block),
    ("W27", died_on_empty),
    ("W41", died_on_reset),
    ("W41", died_without_connection),
    ("W122", ends_quietly),
    ("W122", ends_with_words),
    ("W60", no_limit),
];

/// Asked after the error messages of the program.
pub(super) const LATER: &[Row] = &[("W28", one_at_a_time)];

/// The first line of stderr that holds one of these, cut to what fits into a sentence.
fn line_with(evidence: &Evidence, signs: &[&str]) -> Option<String> {
    let mut lines = evidence.process.stderr.lines();
    let line = lines.find(|line| signs.iter().any(|sign| line.contains(sign)))?;
    Some(shown(line.trim().as_bytes()))
}

/// What Rust says about an address without a port, or with a scheme or a path.
fn address_syntax(evidence: &Evidence) -> Option<Cause> {
    let line = line_with(evidence, &["invalid socket address", "invalid port value"])?;
    (!evidence.process.connected).then_some(())?;
    Cause::likely(format!(
        "your program printed the error `{line}`. It used a text that is not an address. An address is a host, a \
         colon and a port, for example {}. It has no http:// before the host and no path after the port.",
        evidence.process.address
    ))
}

fn addr_in_use(evidence: &Evidence) -> Option<Cause> {
    let signs = [
        "AddrInUse",
        "ddress already in use",
        "EADDRINUSE",
        "only one usage of each socket",
    ];
    let line = line_with(evidence, &signs)?;
    (!evidence.process.connected).then_some(())?;
    Cause::likely(format!(
        "your program printed the error `{line}`. The check gave it the address {}, where no other program listens. \
         Either your program used a different address, where perhaps an older copy of it listens, or it listened at \
         this address twice.",
        evidence.process.address
    ))
}

/// Signs that nobody listens at an address.
const REFUSED: [&str; 4] = [
    "onnection refused",
    "ConnectionRefused",
    "ECONNREFUSED",
    "actively refused",
];

/// A client has several addresses, and gives up before it has tried the one where the server is.
fn not_every_address(evidence: &Evidence) -> Option<Cause> {
    let process = &evidence.process;
    let arg = evidence.expectation.script.heading("arg")?;
    let addresses = arg.split_whitespace().skip(1).count();
    let gave_up = evidence.side() == Side::Client && !process.connected && addresses > 1;
    let signs = [&REFUSED[..], &["timed out", "TimedOut", "ETIMEDOUT"]].concat();
    let line = line_with(evidence, &signs).filter(|_| gave_up)?;
    if arg.split_whitespace().nth(1) == Some("{addr}") {
        return Cause::likely(format!(
            "your client printed the error `{line}`, and never connected to {}, where the server is. This is the \
             first of the {addresses} addresses in its argument. Begin with the first address.",
            process.address
        ));
    }
    Cause::likely(format!(
        "your client printed the error `{line}`, and never connected to {}, where the server is. Its argument has \
         {addresses} addresses, and at some of them nobody answers. If a connect fails, try the next address.",
        process.address
    ))
}

/// Nobody listens at the address that the program got (server), or at the one it connected to (client).
fn refused(evidence: &Evidence) -> Option<Cause> {
    let process = &evidence.process;
    (!process.connected).then_some(())?;
    let given = &process.address;
    if evidence.side() == Side::Client {
        // A conversation in which nobody listens is refused as it should be.
        let script = &evidence.expectation.script;
        let nobody = script.has_event(|_, _, event| event == Event::Refuse);
        (!nobody).then_some(())?;
        let line = line_with(evidence, &REFUSED)?;
        return Cause::likely(format!(
            "your client printed the error `{line}`. It tried to connect to an address where nobody listens. The \
             check listened on {given}, and gave this address to your client."
        ));
    }
    let Some(elsewhere) = process.elsewhere.first() else {
        // It runs, listens nowhere on this port, or could not be started: the verdict says so.
        return (process.ending.is_none()).then(|| Cause {
            text: format!(
                "nobody listens on {given}. The program got this address in WIRELAB_ADDR, and in place of {{addr}} \
                 in its command line. Perhaps it listens on a different address, or does not listen yet."
            ),
            proven: false,
            case: "",
        });
    };
    Cause::likely(format!(
        "nobody listens on {given}, but a program listens on {elsewhere}. The name `localhost` stands for two \
         addresses, 127.0.0.1 and ::1. A port of one address is not open on the other address."
    ))
}

fn would_block(evidence: &Evidence) -> Option<Cause> {
    let signs = [
        "Resource temporarily unavailable",
        "WouldBlock",
        "os error 11)",
        "os error 35)",
    ];
    let line = line_with(evidence, &signs)?;
    (!evidence.right_bytes() || evidence.process.ending.is_some()).then_some(())?;
    Cause::likely(format!(
        "your program printed the error `{line}`. Either a read has a time limit, and no bytes came within this \
         time. Or the socket does not block. The connection is still good. The name of this error differs from \
         system to system."
    ))
}

/// A program that ends with status 0, and complains of nothing, ends because it is written so.
fn quiet_end(evidence: &Evidence) -> Option<()> {
    let quiet = evidence.process.ending == Some(Ending::Status(0)) && complaint(evidence).is_none();
    quiet.then_some(())
}

/// It ended after connections that sent nothing, and does not otherwise.
fn died_on_empty(evidence: &Evidence) -> Option<Cause> {
    let ending = evidence.process.ending?;
    quiet_end(evidence).is_none().then_some(())?;
    if evidence.others_open() && evidence.have().bytes.is_empty() {
        return Cause::likely(format!(
            "your program ended ({ending}) while other clients were connected. If a client closes and has sent \
             nothing, the first read gives 0 bytes. Perhaps your program expected a line in place of the 0 bytes.{}",
            last_words(evidence)
        ));
    }
    (evidence.weather() == Weather::Ghost && evidence.passes_in_calm()).then_some(())?;
    Cause::proven(format!(
        "your program ended ({ending}) when clients connected, sent nothing, and closed. For such a client the first \
         read gives 0 bytes. Your program must then serve the next client.{}",
        last_words(evidence)
    ))
}

/// It ended after a connection that was reset, and does not otherwise. (Its end may be seen only by the
/// next client; then its last words tell.)
fn died_on_reset(evidence: &Evidence) -> Option<Cause> {
    quiet_end(evidence).is_none().then_some(())?;
    let signs = ["reset by peer", "ConnectionReset", "ECONNRESET"];
    let line = line_with(evidence, &signs).filter(|_| evidence.side() == Side::Server);
    let said = line.is_some();
    let rude = evidence.weather() == Weather::Rude && evidence.passes_in_calm();
    let Some(ending) = evidence.process.ending else {
        // A program may need a while for its last words, and a thread of it ends without the program.
        let stuck = rude && evidence.silence().is_some() && evidence.have().bytes.is_empty();
        let line = line.filter(|_| stuck)?;
        return Cause::likely(format!(
            "a client reset its connection in the middle of a request. Your program printed the error `{line}`, and \
             the next client got no answer. Either the program is about to end, or the thread that serves clients \
             has ended. A reset is an error of only one connection."
        ));
    };
    (rude || said).then_some(())?;
    let when = match rude {
        true => "when a client reset its connection in the middle of a request",
        false => "with an error about a connection that its client had reset",
    };
    let text = format!(
        "your program ended ({ending}) {when}. A reset is an error of only one connection, so your program must still \
         serve the next client.{}",
        last_words(evidence)
    );
    if rude {
        Cause::proven(text)
    } else {
        Cause::likely(text)
    }
}

/// It ended because it asked something of a connection whose client had gone.
fn died_without_connection(evidence: &Evidence) -> Option<Cause> {
    let ending = evidence.process.ending?;
    let signs = ["not connected", "NotConnected", "ENOTCONN"];
    let line = line_with(evidence, &signs).filter(|_| evidence.side() == Side::Server)?;
    Cause::likely(format!(
        "your program ended ({ending}) and printed the error `{line}`. The system reports this error for a \
         connection that is over. For example, a program asks for the address of a client that has reset its \
         connection. Such an error belongs to only one connection, so your program must still serve the next client."
    ))
}

/// A server that has nothing to complain of, and ends.
fn ends_quietly(evidence: &Evidence) -> Option<Cause> {
    quiet_end(evidence)?;
    let right = evidence.right_bytes() || evidence.cut_short();
    (evidence.side() == Side::Server && right && evidence.problem.is_some()).then_some(())?;
    let when = match evidence.weather() {
        Weather::Rude if evidence.passes_in_calm() => {
            "after a client had reset its connection in the middle of a request"
        }
        Weather::Ghost if evidence.passes_in_calm() => "after clients that sent nothing had closed",
        _ => "before the check had ended",
    };
    Cause::likely(format!(
        "your program ended by itself (exit status 0) {when}. If a connection ends or has an error, the loop that \
         accepts must go on with the next connection."
    ))
}

/// A server that has served right, and ends with a status of failure: it took something for an error.
fn ends_with_words(evidence: &Evidence) -> Option<Cause> {
    let Some(Problem::Died(ending @ Ending::Status(_))) = evidence.problem else {
        return None;
    };
    complaint(evidence).is_none().then_some(())?;
    let said = evidence.process.said.trim_end().lines().next_back();
    let said = match said.filter(|line| !line.trim().is_empty()) {
        Some(line) => format!(
            " The last line that it printed was `{}`.",
            shown(line.trim().as_bytes())
        ),
        None => String::new(),
    };
    Cause::likely(format!(
        "your program ended by itself ({ending}) before the check had ended.{said} If a connection ends (a read of 0 \
         bytes) or has an error, the program must not end."
    ))
}

/// The client that is one too many is not turned away.
fn no_limit(evidence: &Evidence) -> Option<Cause> {
    let full = message(&evidence.want().bytes).status() == Some(503);
    let let_in = evidence.have().bytes.is_empty() && evidence.have().close == Close::Open;
    let served = message(&evidence.have().bytes)
        .status()
        .is_some_and(|status| status < 500);
    let alive = evidence.process.ending.is_none() && evidence.others_open();
    (evidence.side() == Side::Server && full && alive && (let_in || served)).then_some(())?;
    Cause::likely(
        "all places for served clients and all places of the queue were used. Then one more client came. The server \
         must refuse this client at once with 503. Perhaps your server has no limit, or its limit is too large, or a \
         place becomes free before its connection ends. Or perhaps your program waits before it refuses: for a \
         request of this client, or for a free place.",
    )
}

/// The answer on one connection does not come while another, which says nothing, stands open.
fn one_at_a_time(evidence: &Evidence) -> Option<Cause> {
    let stuck = evidence.process.ending.is_none() && evidence.silence().is_some();
    let server = evidence.side() == Side::Server && evidence.have().bytes.is_empty();
    let asked = !evidence.heard().is_empty();
    (server && asked && stuck && evidence.others_open()).then_some(())?;
    let open = evidence.open_connections();
    if open > 1 {
        return Cause::likely(format!(
            "while {open} other clients were connected, client {} sent a request and got no answer. Either your \
             program serves one connection to its end before it accepts the next connection, or it does not serve \
             this many clients at the same time. Then clients that send nothing stop all other clients.",
            evidence.conn()
        ));
    }
    Cause::likely(
        "while one client was connected, the next client sent a request and got no answer. Probably your program \
         serves one connection to its end before it accepts the next connection. Then one client that sends nothing \
         stops all other clients.",
    )
}

/// What the program complained of, as a sentence of its own.
fn last_words(evidence: &Evidence) -> String {
    match complaint(evidence) {
        Some(line) => format!(" It printed `{line}`."),
        None => String::new(),
    }
}
