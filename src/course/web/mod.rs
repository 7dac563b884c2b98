//! The course in a browser: the live pages of `cargo lab web`, and the same pages without the live parts, for
//! `cargo lab serve` and lab 24.
//!
//! ```text
//! recorder ── steps ──> rows ──> the page's log ── text/event-stream ──> live.js appends rows
//! page ── POST /labs/NN/run · /say · /check ──> gate ──> run_lab, net::Session, check ──> recorder
//! ```
//!
//! Rule 1: all texts come from the catalogue, the READMEs and the tables of the course.
//! Rule 2: this module makes all HTML and escapes all text. The script only inserts it.
//! Rule 3: no text from a page or a URL is run as a command. A form names a lab, a conversation and a weather
//! of the catalogue, and its bytes go to the lab's own server. `host_and_origin_check` decides which forms are accepted.
//! Rule 4: programs that a page has started end when the page is closed.

mod bill_page;
mod check;
mod form;
mod glossary_words;
mod host_and_origin_check;
mod lab_server;
mod lab_source;
pub mod ladder_rows;
mod layout;
mod lesson;
mod live_run;
pub mod manual_request;
mod map;
mod markup;
mod mistake_page;
mod open_pages_and_programs;
mod page_state;
mod panel;
pub mod presets;
mod quiz;
mod recording_feed;
mod rust_highlight;
mod tap;
mod your_browser;

use crate::course::catalogue::{self, Lab};
use crate::files::Response;
use crate::http::target::Target;
use crate::http::write;
use crate::server::{Answer, Request};
use crate::wire::{Transcript, svg};

pub use open_pages_and_programs::{Commands, Live};
pub use page_state::Page;
pub use tap::TapView;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("live.js");

/// The answer of the course's pages without anything live.
pub fn still(request: &Request<'_>) -> Answer {
    let Some(names) = names(request) else {
        return nothing().into();
    };
    if let Some(refused) = host_and_origin_check::refused_method(request) {
        return refused.into();
    }
    document(&names, request, None).into()
}

/// The path of a request, cut at its slashes.
fn names<'a>(request: &Request<'a>) -> Option<Vec<&'a [u8]>> {
    match request.asked.target {
        Target::Origin { path, .. } | Target::Absolute { path, .. } => {
            Some(path.split(|byte| *byte == b'/').skip(1).collect())
        }
        _ => None,
    }
}

/// What stands behind the question mark of a request's target.
fn query<'a>(request: &Request<'a>) -> &'a [u8] {
    match request.asked.target {
        Target::Origin { query, .. } | Target::Absolute { query, .. } => query.unwrap_or_default(),
        _ => b"",
    }
}

/// What stands at a path: everything that is only read.
fn document(names: &[&[u8]], request: &Request<'_>, live: Option<&Live>) -> Response {
    match names {
        [b""] => map::page(live),
        [b"style.css"] => typed("text/css; charset=utf-8", STYLE),
        [b"live.js"] => typed("text/javascript; charset=utf-8", SCRIPT),
        [b"you"] => your_browser::page(request.bytes, live),
        [b"bill"] => bill_page::page(live),
        [b"explain", code] => mistake_page::page(code, live).unwrap_or_else(nothing),
        [b"labs", slug] => match lab_of(slug) {
            Some(lab) => moved(lab),
            None => nothing(),
        },
        [b"labs", slug, b""] => match lab_of(slug) {
            Some(lab) => lesson::page(lab, live),
            None => nothing(),
        },
        [b"labs", slug, b"quiz"] => lab_of(slug)
            .and_then(|lab| quiz::page(lab, query(request), live))
            .unwrap_or_else(nothing),
        [b"labs", slug, name] => match lab_of(slug) {
            Some(lab) => picture(lab, name)
                .or_else(|| lab_source::page(lab, name, live))
                .unwrap_or_else(nothing),
            None => nothing(),
        },
        _ => nothing(),
    }
}

/// The lab of this slug.
fn lab_of(slug: &[u8]) -> Option<&'static Lab> {
    catalogue::labs().find(|lab| lab.slug.as_bytes() == slug)
}

/// `ladder.svg`, `ladder-CASE.svg`: drawn from the snapshot.
fn picture(lab: &Lab, name: &[u8]) -> Option<Response> {
    let name = std::str::from_utf8(name).ok()?;
    let case = name.strip_prefix("ladder")?.strip_suffix(".svg")?;
    let wanted = format!("{}{case}", lab.snapshot_name());
    let script = lab.scripts.iter().find(|script| script.name == wanted)?;
    let transcript = Transcript::parse(script.text()).ok()?;
    Some(typed("image/svg+xml", svg(&transcript)))
}

/// A response with what every answer of these pages says about itself.
fn typed(media: &str, text: impl Into<String>) -> Response {
    let mut fields = host_and_origin_check::fields(media);
    // What the browser said differs each time, and the rest is quickly sent again.
    write::field(&mut fields, "Cache-Control", b"no-store");
    Response::new(200, fields, text.into().into_bytes())
}

fn moved(lab: &Lab) -> Response {
    let mut response = host_and_origin_check::error(301, "This lab's URL ends in a slash.");
    write::field(
        &mut response.fields,
        "Location",
        format!("/labs/{}/", lab.slug).as_bytes(),
    );
    response
}

fn nothing() -> Response {
    host_and_origin_check::error(404, "The course has no such page; / lists the labs.")
}
