//! A lesson: the lab's README, the panel beside it, and the links to the labs before and after it.
//!
//! Rule: on a narrow page the panel is placed before the section "By hand".

use super::open_pages_and_programs::Live;
use super::{lab_source, layout, markup, panel, presets};
use crate::course::catalogue::{self, Lab, Side};
use crate::files::Response;
use crate::wire::xml_text;

/// The page of a lab.
pub fn page(lab: &Lab, live: Option<&Live>) -> Response {
    let text = match live {
        Some(_) => {
            let mut steps = Steps::of(lab);
            markup::readme_with(lab.readme, &mut |command| steps.button(command))
        }
        None => markup::readme(lab.readme),
    };
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

/// The commands of the README that the panel can do as well.
struct Steps {
    /// The lab's own client, without an argument, and the conversation that it has.
    client: (String, &'static str),
    /// Commands, each with the number of its preset, in the order of the file: of equal ones the first is the first
    /// in the text.
    presets: Vec<(String, usize)>,
}

impl Steps {
    fn of(lab: &Lab) -> Steps {
        let presets = presets::of(lab).into_iter().enumerate();
        let presets =
            presets.flat_map(|(at, preset)| preset.hand.into_iter().map(move |it| (it, at)));
        let client = format!("cargo run -q --bin {}", lab.program("lab", Side::Client));
        Steps {
            client: (client, lab.scripts.first().map_or("", |script| script.name)),
            presets: presets.collect(),
        }
    }

    /// The button behind a command; empty where the panel has nothing like it.
    fn button(&mut self, command: &str) -> String {
        let known = self.presets.iter().position(|(known, _)| known == command);
        let does = match known.map(|at| self.presets.remove(at)) {
            Some((_, preset)) => format!("data-chip=\"chip-{preset}\""),
            None if command == self.client.0 => format!("data-run=\"{}\"", self.client.1),
            None => return String::new(),
        };
        let command = xml_text(command);
        format!(
            "<button type=\"button\" class=\"do\" {does} aria-label=\"Do it here: {command}\">do it here</button>"
        )
    }
}
