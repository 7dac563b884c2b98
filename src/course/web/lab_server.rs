//! The server that the learner talks to, ended and started by hand, as in a second terminal (lab 6).
//!
//! Rule: the form repeats the `@server` line of a preset. A line that no preset of the lab has is refused, so a
//! page cannot name a program or an argument.

use std::net::SocketAddr;
use std::sync::Arc;

use super::form::Form;
use super::open_pages_and_programs::Live;
use super::page_state::Page;
use super::{manual_request, panel, presets};
use crate::course::catalogue::Lab;
use crate::course::run_lab::{self, LabRunError};
use crate::wire::xml_text;

/// `stop`, `start WORD` or `second`.
pub fn server(live: &Live, page: &Arc<Page>, lab: &'static Lab, form: &Form) -> Result<(), String> {
    let stub = manual_request::is_stub(lab, form)?;
    let wanted = form.get("server").to_string();
    let known = presets::of(lab).into_iter().any(|it| it.server == wanted);
    if !known || wanted.is_empty() {
        return Err("No preset of this lab does that to the server.".to_string());
    }
    let page = Arc::clone(page);
    live.spawn(move || {
        let (state, noted) = act(&page, lab, stub, &wanted);
        page.fill("say-state", &(xml_text(&state) + &link(&page, lab, stub)));
        page.fill("say-after", &panel::printed("It noted on stderr", &noted));
    })
}

/// Does it; says in a sentence what came of it, and what the program noted.
fn act(page: &Page, lab: &'static Lab, stub: bool, wanted: &str) -> (String, String) {
    let (what, word) = wanted.split_once(' ').unwrap_or((wanted, ""));
    let word = Some(word).filter(|word| !word.is_empty());
    match (what, page.running_server(lab, stub)) {
        ("stop", Some(server)) => (
            stopped(server.stop().is_some(), server.addr),
            server.noted(),
        ),
        ("stop", None) => match page.server(lab, stub) {
            Ok(server) => (stopped(server.stop().is_some(), server.addr), String::new()),
            Err(error) => told(&error),
        },
        ("second", Some(first)) => second(lab, stub, first.addr),
        ("second", None) => match page.start_again(lab, stub, None) {
            Ok(first) => second(lab, stub, first.addr),
            Err(error) => told(&error),
        },
        (_, Some(server)) => (
            format!("The server listens on {} already.", server.addr),
            String::new(),
        ),
        (_, None) => match page.start_again(lab, stub, word) {
            Ok(server) => (
                format!("The server listens on {}.", server.addr),
                server.noted(),
            ),
            Err(error) => told(&error),
        },
    }
}

/// Starts another server where one runs.
fn second(lab: &Lab, stub: bool, addr: SocketAddr) -> (String, String) {
    match run_lab::serve_one(lab, stub, addr, None) {
        Ok(second) => {
            let sentence = format!("A second server listens on {}, too.", second.addr);
            (sentence, second.noted())
        }
        Err(error) => told(&error),
    }
}

/// A link to the server, where a browser understands it.
fn link(page: &Page, lab: &'static Lab, stub: bool) -> String {
    let http = lab
        .scripts
        .first()
        .is_some_and(|script| script.text().contains(" HTTP/1.1"));
    match page.running_server(lab, stub).filter(|_| http) {
        Some(server) => format!(
            " <a href=\"http://{0}/\" target=\"_blank\" rel=\"noopener\">Open it in a tab</a>",
            server.addr
        ),
        None => String::new(),
    }
}

fn stopped(ended: bool, addr: SocketAddr) -> String {
    match ended {
        true => format!("The server was ended. Nobody listens on {addr} now."),
        false => "This server is played from the transcript; it cannot be ended.".to_string(),
    }
}

/// Why no server was started, and what the program noted about it.
fn told(error: &LabRunError) -> (String, String) {
    match error {
        LabRunError::NotReady(error, noted) => {
            (format!("The server did not start: {error}."), noted.clone())
        }
        error => (format!("The server did not start: {error}."), String::new()),
    }
}
