//! The frame of every page: head, the bar on top, and the links between the pages.
//!
//! Rule: a page contains no inline style and no inline script. Values for a script are in `data-` attributes.

use super::open_pages_and_programs::Live;
use super::typed;
use crate::course::catalogue::{Lab, acts};
use crate::course::progress::Progress;
use crate::files::Response;
use crate::wire::xml_text;

/// A page and what is said about it.
pub struct Page<'a> {
    /// For the tab and the bar.
    pub title: &'a str,
    /// `lesson`, `map`: for the style.
    pub class: &'a str,
    /// The lab that it belongs to.
    pub lab: Option<&'a Lab>,
    /// The headings on this page: their ids and texts.
    pub contents: &'a [(String, String)],
    /// Everything between the bar and the end.
    pub body: &'a str,
    /// What the stream of this page is of; empty: no stream.
    pub stream: &'a str,
}

/// The whole document.
pub fn document(page: &Page<'_>, live: Option<&Live>) -> Response {
    let title = xml_text(page.title);
    let (script, data) = match live {
        Some(live) => (
            "<script src=\"/live.js\" defer></script>\n",
            format!(
                " data-token=\"{}\" data-stream=\"{}\"",
                live.token(),
                page.stream
            ),
        ),
        None => ("", String::new()),
    };
    let contents = contents(page, live);
    let (class, body) = (page.class, page.body);
    typed(
        "text/html; charset=utf-8",
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
             content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>{title} · wirelab</title>\n<link rel=\"stylesheet\" href=\"/style.css\">\n{script}</head>\n\
             <body class=\"{class}\"{data}>\n<a class=\"skip\" href=\"#text\">To the text</a>\n{}\n\
             <div class=\"columns\">\n{contents}{body}</div>\n</body>\n</html>\n",
            bar(page, live)
        ),
    )
}

/// The bar on top.
fn bar(page: &Page<'_>, live: Option<&Live>) -> String {
    let here = match page.lab {
        Some(lab) => format!("Lab {} · {}", lab.number, xml_text(lab.title)),
        None => xml_text(page.title),
    };
    let here = match page.class {
        "map" => String::new(),
        _ => format!("<span class=\"here\">{here}</span>"),
    };
    let menu = match page.lab {
        Some(_) => "<a class=\"menu\" href=\"#contents\">Contents</a>",
        None => "",
    };
    let bill = match live {
        Some(_) => "<a href=\"/bill\">Bill</a>",
        None => "",
    };
    format!(
        "<header class=\"bar\"><a class=\"brand\" href=\"/\"><span class=\"c\">wire</span><span \
         class=\"s\">lab</span></a>{here}<nav aria-label=\"Course\">{menu}<a href=\"/\">Labs</a><a href=\"/you\">Your \
         browser</a>{bill}</nav></header>"
    )
}

/// The list of labs at the side, with the headings of this page under its lab.
fn contents(page: &Page<'_>, live: Option<&Live>) -> String {
    let Some(own) = page.lab else {
        return String::new();
    };
    let progress = progress(live);
    let mut list = String::new();
    for act in acts() {
        list += &format!(
            "<h2>Act {} · {}</h2>\n<ol>\n",
            act.numeral,
            xml_text(act.title)
        );
        for lab in &act.labs {
            let (number, slug, title) = (lab.number, lab.slug, xml_text(lab.title));
            let done = match progress.is_done(lab) {
                true => {
                    "\u{a0}<span class=\"done\" title=\"passed\">✓<span class=\"hush\"> passed</span></span>"
                }
                false => "",
            };
            let mut item = format!(
                "<a href=\"/labs/{slug}/\"><span class=\"n\">{number}</span>{title}{done}</a>"
            );
            if lab.number == own.number {
                item = format!(
                    "<a href=\"/labs/{slug}/\" aria-current=\"page\"><span class=\"n\">{number}</span>{title}{done}</a>"
                );
                let parts = page.contents.iter().map(|(id, text)| {
                    format!(
                        "<li><a href=\"/labs/{slug}/#{id}\">{}</a></li>",
                        xml_text(text)
                    )
                });
                item += &format!("<ul>{}</ul>", parts.collect::<String>());
            }
            list += &format!("<li>{item}</li>\n");
        }
        list += "</ol>\n";
    }
    format!(
        "<nav class=\"labs\" id=\"contents\" aria-label=\"Labs\"><a class=\"close\" href=\"#text\">Close</a>{list}</nav>\n"
    )
}

/// What the learner has done; nothing where nothing is live.
pub fn progress(live: Option<&Live>) -> Progress {
    live.and_then(|_| Progress::load().ok()).unwrap_or_default()
}
