//! The pages with the source of a lab's programs, in colour.
//!
//! Rule: a name in a URL is never used as a path. It is compared with the names of the Rust files in the lab's
//! folder.

use std::fs;
use std::path::PathBuf;

use super::open_pages_and_programs::Live;
use super::{layout, rust_highlight};
use crate::course::catalogue::Lab;
use crate::course::locations;
use crate::files::Response;
use crate::wire::xml_text;

/// Longest source that is shown, in bytes. Reason: a lab's file has at most 120 lines.
const LONGEST: u64 = 256 * 1024;

/// The Rust files of a lab: the server first, then the client, the stubs last.
fn sources(lab: &Lab) -> Vec<(String, PathBuf)> {
    let Some(folder) = locations::repository().map(|root| root.join("labs").join(lab.slug)) else {
        return Vec::new();
    };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<(String, PathBuf)> = entries
        .filter(|entry| {
            entry
                .metadata()
                .is_ok_and(|data| data.is_file() && data.len() <= LONGEST)
        })
        .filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.path())))
        .filter(|(name, _)| name.ends_with(".rs"))
        .collect();
    let place = |name: &str| match name {
        "server.rs" => 0,
        "client.rs" => 1,
        name if name.starts_with("start-") => 3,
        _ => 2,
    };
    found.sort_by_key(|(name, _)| (place(name), name.clone()));
    found
}

/// Links to them, for the lesson.
pub fn links(lab: &Lab) -> String {
    let links = sources(lab).into_iter().map(|(name, _)| {
        let name = xml_text(&name);
        format!("<a href=\"{name}\"><code>{name}</code></a>")
    });
    let links: Vec<String> = links.collect();
    match links.is_empty() {
        true => String::new(),
        false => format!(
            "<p class=\"sources\"><span>Read the programs</span> {}</p>\n",
            links.join(" ")
        ),
    }
}

/// The page of one file.
pub fn page(lab: &Lab, name: &[u8], live: Option<&Live>) -> Option<Response> {
    let (name, path) = sources(lab)
        .into_iter()
        .find(|(own, _)| own.as_bytes() == name)?;
    let text = String::from_utf8_lossy(&fs::read(path).ok()?).into_owned();
    let lines = rust_highlight::rust(&text);
    let lines = lines.lines().enumerate().map(|(at, line)| {
        let number = at + 1;
        format!("<span class=\"line\" id=\"L{number}\">{line}\n</span>")
    });
    let others = links(lab);
    let body = format!(
        "<main id=\"text\" class=\"text source\"><p class=\"back\"><a href=\"/labs/{}/\">← Lab {} · \
         {}</a></p>\n<h1>{name}</h1>\n{others}<pre class=\"rust numbered\" tabindex=\"0\"><code>{}</code></pre></main>\n",
        lab.slug,
        lab.number,
        xml_text(lab.title),
        lines.collect::<String>()
    );
    let title = format!("{name} of lab {}", lab.number);
    let page = layout::Page {
        title: &title,
        class: "lesson source",
        lab: Some(lab),
        contents: &[],
        body: &body,
        stream: "",
    };
    Some(layout::document(&page, live))
}
