//! A lesson: the lab's README, the panel beside it, and the links to the labs before and after it.
//!
//! Rule: on a narrow page the panel is placed before the section "By hand".

use super::open_pages::Live;
use super::{lab_source, layout, markup, panel};
use crate::course::catalogue::{self, Lab};
use crate::files::Response;
use crate::wire::xml_text;

/// The page of a lab.
pub fn page(lab: &Lab, live: Option<&Live>) -> Response {
    let text = markup::readme(lab.readme);
    let panel = live.map_or(String::new(), |live| panel::panel(lab, live));
    let split = text
        .html
        .find("<h2 id=\"by-hand\"")
        .unwrap_or(text.html.len());
    let (before, after) = text.html.split_at(split);
    let neighbour = |number: Option<u8>, class: &str| {
        let lab = catalogue::lab(number?)?;
        let title = xml_text(lab.title);
        Some(format!(
            "<a class=\"{class}\" href=\"/labs/{}/\" rel=\"{class}\"><small>Lab {}</small>{title}</a>",
            lab.slug, lab.number
        ))
    };
    let back = neighbour(lab.number.checked_sub(1), "prev").unwrap_or_default();
    let on = neighbour(lab.number.checked_add(1), "next").unwrap_or_default();
    let sources = lab_source::links(lab);
    let body = format!(
        "<main id=\"text\" class=\"text\">{before}{sources}</main>\n{panel}<div class=\"text \
         rest\">{after}<p><a href=\"/labs/{}/quiz\">Quiz</a>: what comes next, which byte is wrong, \
         how does it end, in which order?</p><nav class=\"neighbours\" aria-label=\"Neighbours\">{back}{on}</nav></div>\n",
        lab.slug
    );
    let page = layout::Page {
        title: lab.title,
        class: if live.is_some() {
            "lesson live"
        } else {
            "lesson"
        },
        lab: Some(lab),
        contents: &text.headings,
        body: &body,
        stream: "page",
    };
    layout::document(&page, live)
}
