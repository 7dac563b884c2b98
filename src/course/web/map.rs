//! The map of the course: acts and labs, which labs have passed, and which one is next.

use super::open_pages_and_programs::Live;
use super::{layout, markup};
use crate::course::catalogue::{Lab, acts, labs};
use crate::course::progress::Progress;
use crate::files::Response;
use crate::plural::count_of;
use crate::wire::xml_text;

/// The page `/`.
pub fn page(live: Option<&Live>) -> Response {
    let progress = layout::progress(live);
    let next = progress.next();
    let passed = labs().filter(|lab| progress.is_done(lab)).count();
    let mut body = String::from("<main id=\"text\" class=\"map\">\n");
    body += "<div class=\"hero\"><div><h1>Every byte between a client and a server</h1>\n<p>Two small programs \
             talk, and you read all that they say. Then you say it yourself, and then you write one of them. It \
             begins with three tacos, and it ends with a web server that your browser believes. This page comes \
             from that server.</p>\n";
    body += &go_on(next, passed, live);
    body += "</div>\n<div class=\"sample\" aria-label=\"What lab 1 says\">";
    body += &markup::block(
        "wire",
        "C connect\nC> 3 tacos\\n\nS> 3 tacos, coming up\\n\nS fin\nC fin\n",
    );
    body += "</div></div>\n";
    for act in acts() {
        body += &format!(
            "<section class=\"act\"><h2><span>Act {}</span> {}</h2>\n<ol class=\"cards\">\n",
            act.numeral,
            xml_text(act.title)
        );
        for lab in &act.labs {
            body += &card(lab, &progress, next);
        }
        body += "</ol></section>\n";
    }
    body += "</main>\n";
    let page = layout::Page {
        title: "The course",
        class: "map",
        lab: None,
        contents: &[],
        body: &body,
        stream: "",
    };
    layout::document(&page, live)
}

/// Where to go on.
fn go_on(next: Option<&Lab>, passed: usize, live: Option<&Live>) -> String {
    let words = match passed {
        0 => "Begin with",
        _ => "Continue with",
    };
    let button = next.map_or(String::new(), |lab| {
        format!(
            "<a class=\"go\" href=\"/labs/{}/\">{words} lab {} · {}</a>",
            lab.slug,
            lab.number,
            xml_text(lab.title)
        )
    });
    let count = labs().count();
    let minutes: u32 = labs().map(|lab| u32::from(lab.minutes)).sum();
    let hours = (minutes + 30) / 60;
    let said = match (live, passed) {
        (None, _) => {
            "These pages only show. <code>cargo lab web</code> runs the labs in them.".to_string()
        }
        (Some(_), 0) => format!("{count} labs, about {hours} hours in all."),
        (Some(_), passed) => format!("{passed} of {} passed.", count_of(count, "lab")),
    };
    format!("<p class=\"continue\">{button}<span>{said}</span></p>\n")
}

fn card(lab: &Lab, progress: &Progress, next: Option<&Lab>) -> String {
    let (number, slug, title) = (lab.number, lab.slug, xml_text(lab.title));
    let sentence = markup::line(lab.sentence);
    let effort = format!("{} min · {}", lab.minutes, lab.difficulty.word());
    let is_next = next.is_some_and(|next| next.number == number);
    let (class, mark) = match (progress.is_done(lab), is_next) {
        (true, _) => (" class=\"passed\"", "<span class=\"mark\">✓ passed</span>"),
        (_, true) => (" class=\"next\"", "<span class=\"mark\">next</span>"),
        _ => ("", ""),
    };
    let title = format!("<a href=\"/labs/{slug}/\">{title}</a>");
    format!(
        "<li value=\"{number}\"{class}><span class=\"n\">{number}</span><h3>{title}</h3><p>{sentence}</p><p \
         class=\"effort\">{effort}{mark}</p></li>\n"
    )
}
