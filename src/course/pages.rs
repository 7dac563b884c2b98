//! The course as pages for a browser: the list of labs, each lab's README with its picture, and a page
//! that shows the bytes which this very browser has just sent.
//!
//! Rule 1: every word comes from the catalogue and the READMEs, every picture from a snapshot; all of it
//! is compiled in, so the pages need no folder.
//! Rule 2: no script, one style sheet, readable on a phone, light and dark.

use pulldown_cmark::{Options, Parser, html};

use crate::course::catalogue::{self, Lab};
use crate::files::{self, Response};
use crate::http::target::{Asked, Target};
use crate::http::{RequestHead, write};
use crate::wire::{Event, Transcript, Who, svg, xml_text};

const STYLE: &str = include_str!("pages/style.css");

/// The answer to a request for a page of the course; `bytes` is its head as it came.
pub fn answer(head: &RequestHead<'_>, asked: &Asked<'_>, bytes: &[u8]) -> Response {
    if let Some(refused) = files::refused_method(head.method) {
        return refused;
    }
    let path = match asked.target {
        Target::Origin { path, .. } | Target::Absolute { path, .. } => path,
        _ => b"*",
    };
    let names: Vec<&[u8]> = path.split(|byte| *byte == b'/').skip(1).collect();
    match names.as_slice() {
        [b""] => page("The course", &index()),
        [b"style.css"] => typed("text/css; charset=utf-8", STYLE.to_string()),
        [b"you"] => page("What your browser said", &you(bytes)),
        [b"labs", slug] => match lab_of(slug) {
            Some(lab) => moved(lab),
            None => nothing(),
        },
        [b"labs", slug, b""] => match lab_of(slug) {
            Some(lab) => page(lab.title, &lab_page(lab)),
            None => nothing(),
        },
        [b"labs", slug, name] => picture(slug, name).unwrap_or_else(nothing),
        _ => nothing(),
    }
}

/// The lab of this slug.
fn lab_of(slug: &[u8]) -> Option<&'static Lab> {
    catalogue::labs().find(|lab| lab.slug.as_bytes() == slug)
}

/// The list of labs, by acts.
fn index() -> String {
    let mut body = String::from(
        "<h1>wirelab</h1>\n<p>Clients and servers on raw TCP, every byte visible. This page comes from \
         the server that the course ends with. <a href=\"/you\">See what your browser has just said \
         to it.</a></p>\n",
    );
    for act in catalogue::acts() {
        body += &format!(
            "<h2>Act {} · {}</h2>\n<ol>\n",
            act.numeral,
            xml_text(act.title)
        );
        for lab in &act.labs {
            let title = xml_text(lab.title);
            let title = format!("<a href=\"/labs/{}/\">{title}</a>", lab.slug);
            let (number, sentence) = (lab.number, markdown_line(lab.sentence));
            body += &format!(
                "<li value=\"{number}\">{title} <small>{} min</small><br>{sentence}</li>\n",
                lab.minutes
            );
        }
        body += "</ol>\n";
    }
    body
}

/// A lab's README, and the way to its neighbours.
fn lab_page(lab: &Lab) -> String {
    let neighbour = |number: u8, arrow: &str| {
        let lab = catalogue::lab(number)?;
        let title = xml_text(lab.title);
        Some(format!(
            "<a href=\"/labs/{}/\">{arrow} {number} · {title}</a>",
            lab.slug
        ))
    };
    let before = neighbour(lab.number - 1, "←").unwrap_or_default();
    let after = neighbour(lab.number + 1, "→").unwrap_or_default();
    let text = markdown(lab.readme);
    format!(
        "<nav><a href=\"/\">All labs</a> {before} {after}</nav>\n{text}<nav>{before} {after}</nav>\n"
    )
}

/// The request as it came, in the notation.
fn you(bytes: &[u8]) -> String {
    let mut transcript = Transcript::new();
    transcript.push_event(1, Who::Client, Event::Connect);
    transcript.push_bytes(1, Who::Client, bytes);
    let lines = transcript.render();
    format!(
        "<nav><a href=\"/\">All labs</a></nav>\n<h1>What your browser said</h1>\n<p>To get this page it \
         sent {} bytes. These are all of them, with the line ends made visible. You typed none of it \
         but the address.</p>\n<pre><code>{}</code></pre>\n<p>Lab 15 explains the lines one by one. \
         Reload the page, or open it in another browser, and compare.</p>\n",
        bytes.len(),
        xml_text(&lines),
    )
}

/// `ladder.svg`, `ladder-CASE.svg`: drawn from the snapshot.
fn picture(slug: &[u8], name: &[u8]) -> Option<Response> {
    let lab = lab_of(slug)?;
    let name = std::str::from_utf8(name).ok()?;
    let case = name.strip_prefix("ladder")?.strip_suffix(".svg")?;
    let wanted = format!("{}{case}", lab.snapshot_name());
    let script = lab.scripts.iter().find(|script| script.name == wanted)?;
    let transcript = Transcript::parse(script.text()).ok()?;
    Some(typed("image/svg+xml", svg(&transcript)))
}

fn markdown(text: &str) -> String {
    let mut page = String::new();
    html::push_html(&mut page, Parser::new_ext(text, Options::ENABLE_TABLES));
    page
}

/// One line of Markdown, without the paragraph around it.
fn markdown_line(text: &str) -> String {
    let page = markdown(text);
    let inner = page
        .trim()
        .strip_prefix("<p>")
        .and_then(|page| page.strip_suffix("</p>"));
    inner.unwrap_or(&page).to_string()
}

fn page(title: &str, body: &str) -> Response {
    let title = xml_text(title);
    let text = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<title>{title} · wirelab</title>\n<link \
         rel=\"stylesheet\" href=\"/style.css\">\n</head>\n<body>\n{body}</body>\n</html>\n"
    );
    typed("text/html; charset=utf-8", text)
}

fn typed(media: &str, text: String) -> Response {
    let mut fields = Vec::new();
    write::field(&mut fields, "Content-Type", media.as_bytes());
    // What the browser said differs each time, and the rest is quickly sent again.
    write::field(&mut fields, "Cache-Control", b"no-store");
    Response::new(200, fields, text.into_bytes())
}

fn moved(lab: &Lab) -> Response {
    let mut response = Response::error(301, "This lab's URL ends in a slash.");
    write::field(
        &mut response.fields,
        "Location",
        format!("/labs/{}/", lab.slug).as_bytes(),
    );
    response
}

fn nothing() -> Response {
    Response::error(404, "The course has no such page; / lists the labs.")
}
