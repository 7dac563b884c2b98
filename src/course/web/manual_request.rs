//! *Say it yourself*: a telnet in the page. The bytes in the box go to the lab's own server.
//!
//! The box contains the client's bytes in the notation, without the `C> ` in front. A line with a pause
//! (`~ 500ms`), `C fin` or `C rst` is carried out. `C2 connect` and `C2> ` are for a second connection. The box
//! may contain a whole transcript: at a line of the server the page waits until the server has sent something.
//!
//! Rule 1: the bytes of the box always go to the lab's own server and nowhere else.
//! Rule 2: one thread owns the connections. It ends when they end or the page is closed.

mod acts;
mod connections;

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;
use std::time::Instant;

use super::form::Form;
use super::open_pages_and_programs::Live;
use super::page_state::{Page, ServerName, Turn, Work};
use super::panel;
use super::recording_feed::Feed;
use crate::check::Side;
use crate::course::catalogue::Lab;
use crate::course::run_lab::Server;
use crate::limits;

pub use acts::{Act, Delivery, acts, visits};
pub use connections::{Told, talk};

/// How often a visit may be repeated, in the order of the page.
pub const TIMES: [u32; 3] = [1, 10, 100];

/// The connections of a page.
pub struct Talk {
    /// Which server: the lab's slug, and whether it is the exercise's.
    server: ServerName,
    acts: SyncSender<(Vec<Act>, Delivery)>,
}

impl Talk {
    /// Whether the connection takes more bytes.
    pub fn is_open(&self) -> bool {
        !matches!(
            self.acts.try_send((Vec::new(), Delivery::Whole)),
            Err(mpsc::TrySendError::Disconnected(_))
        )
    }
}

/// Says what stands in the box: on the page's connection, or on a new one.
pub fn say(live: &Live, page: &Arc<Page>, lab: &'static Lab, form: &Form) -> Result<(), String> {
    let acts = acts(form.get("say"))?;
    let delivery =
        Delivery::parse(form.get("delivery")).ok_or("This way of delivery does not exist.")?;
    let times = form.get("times");
    let times = TIMES.into_iter().find(|it| it.to_string() == times);
    let acts = match times {
        None if !form.get("times").is_empty() => {
            return Err("So many visits are not possible.".to_string());
        }
        None | Some(1) => acts,
        Some(times) => {
            // Visits are counted, so they begin afresh.
            page.set_talk(None);
            visits(&acts, times)?
        }
    };
    let stub = is_stub(lab, form)?;
    let server = (lab.slug, stub);
    let mut message = (acts, delivery);
    if let Some(talk) = page.talk().filter(|talk| talk.server == server) {
        match talk.acts.try_send(message) {
            Ok(()) => return Ok(()),
            Err(mpsc::TrySendError::Full(_)) => {
                return Err("The server has not read your earlier bytes yet.".to_string());
            }
            Err(mpsc::TrySendError::Disconnected(unsaid)) => message = unsaid,
        }
    }
    let (acts, waiting) = mpsc::sync_channel(4);
    let _ = acts.try_send(message);
    let turn = page.begin(Work::Say);
    page.fill("say", "");
    page.fill("say-after", "");
    page.state(
        "say-state",
        "The lab's server is started. Cargo builds it first if it is not built.",
    );
    let inside = Arc::clone(page);
    live.spawn(move || hold(&inside, turn, (lab, stub), waiting))?;
    page.set_talk(Some(Arc::new(Talk { server, acts })));
    Ok(())
}

/// Whether the form means the exercise's server.
pub fn is_stub(lab: &Lab, form: &Form) -> Result<bool, String> {
    match form.get("to") {
        "" | "lab" => Ok(false),
        "stub" if lab.stub(Side::Server).is_some() => Ok(true),
        _ => Err("This lab has no such server.".to_string()),
    }
}

/// Gives the connection up, or a run.
pub fn end(_: &Live, page: &Arc<Page>, _: &'static Lab, form: &Form) -> Result<(), String> {
    match form.get("what") {
        "run" => {
            page.begin(Work::Run);
            page.state("run-state", "Stopped.");
            page.log.push("done", "run".to_string());
        }
        _ => page.set_talk(None),
    }
    Ok(())
}

/// Starts the server if need be, and owns the connections from the first act to the end.
fn hold(
    page: &Arc<Page>,
    turn: Turn,
    (lab, stub): (&'static Lab, bool),
    acts: Receiver<(Vec<Act>, Delivery)>,
) {
    let (feed, recorder) = Feed::new(page, "say", turn);
    let server = match page.server(lab, stub) {
        Ok(server) => server,
        Err(error) => {
            page.state("say-state", &error.to_string());
            return page.log.push("done", "say".to_string());
        }
    };
    let noted = server.noted().len();
    let last = RefCell::new(String::new());
    let tell = |said: &[u8]| {
        let now = waits(&feed, said);
        if page.wants(turn) && *last.borrow() != now {
            page.state("say-state", &now);
            last.replace(now);
        }
        !feed.is_flooded()
    };
    let told = talk((server.addr, lab.has_datagrams()), &recorder, &acts, &tell);
    // From here on the next Send opens a connection of its own.
    drop(acts);
    if !page.wants(turn) {
        return;
    }
    feed.keep(&format!("Lab {} · said by hand", lab.number));
    let end = told.sentence + &feed.left_out();
    let after = || {
        let words = server.noted();
        let words = words.get(noted..).unwrap_or(&words);
        panel::printed("The server noted on stderr", words)
    };
    page.state("say-state", &end);
    page.fill("say-after", &after());
    page.log.push("done", "say".to_string());
    if let Some(died) = died(page, &server, told.missed) {
        page.state("say-state", &format!("{end} {died}"));
        page.fill("say-after", &after());
    }
}

/// What is said about a server that ends soon after a connection. When nobody was there any more, the next one
/// is a new one.
fn died(page: &Page, server: &Server, missed: bool) -> Option<String> {
    let begun = Instant::now();
    let ending = loop {
        match server.ending() {
            None if page.talk_goes_on() || begun.elapsed() > limits::web::DYING => return None,
            None => thread::sleep(limits::POLL_INTERVAL),
            Some(ending) => break ending,
        }
    };
    if missed {
        page.forget_server();
        return Some(format!(
            "The server has ended: {ending}. The next Send starts it again."
        ));
    }
    Some(format!(
        "And the server ended: {ending}. Send again, and see whether a server listens."
    ))
}

/// What the server waits for, as far as the bytes tell.
fn waits(feed: &Feed, said: &[u8]) -> String {
    if !feed.left_out().is_empty() {
        return "The server sends without end.".to_string() + &feed.left_out();
    }
    if feed.answered() > 0 {
        let more = "The connection is open: the server waits for more, and you may send more.";
        return more.to_string();
    }
    let http = said.windows(7).any(|seven| seven == b" HTTP/1");
    let head = said.windows(4).any(|four| four == b"\r\n\r\n");
    let waits = match said {
        [] => "for your first byte",
        _ if !said.contains(&b'\n') => "for the end of the line, \\n",
        _ if http && !head => "for an empty line, \\r\\n",
        _ if http => "for the rest of the body, or for its own turn",
        _ => "for more bytes",
    };
    format!("The connection is open and the server sends nothing. Perhaps it waits {waits}.")
}
