//! The bill as a page that prints well.
//!
//! Rule: it shows what the progress file says, and says so; `cargo lab bill` checks it again.

use super::layout;
use super::open_pages_and_programs::Live;
use crate::course::bill_of_exercises::Bill;
use crate::course::progress::Progress;
use crate::files::Response;
use crate::plural::count_of;
use crate::wire::xml_text;

/// The page `/bill`.
pub fn page(live: Option<&Live>) -> Response {
    let progress = live.and_then(|_| Progress::load().ok()).unwrap_or_default();
    let bill = Bill::of(&progress, None);
    let inner = match bill.programs.is_empty() {
        true => {
            "<p>Nothing is passed yet, so there is nothing on it. The <a href=\"/\">map</a> says where to begin.</p>"
                .to_string()
        }
        false => paper(&bill),
    };
    let body = format!("<main id=\"text\" class=\"bill\"><h1>The bill</h1>\n{inner}</main>\n");
    let page = layout::Page {
        title: "The bill",
        class: "plain",
        lab: None,
        contents: &[],
        body: &body,
        stream: "",
    };
    layout::document(&page, live)
}

fn paper(bill: &Bill) -> String {
    let mut rows = String::new();
    for served in &bill.programs {
        let side = served.side.word();
        let name = format!("{} {side}", served.slug);
        rows += &format!(
            "<tbody><tr><th colspan=\"4\" scope=\"rowgroup\">{}</th></tr>\n",
            xml_text(&name)
        );
        for conversation in &served.conversations {
            rows += &format!(
                "<tr><td>{}</td><td>{}</td><td class=\"number\">{}</td><td><code>{}</code></td></tr>\n",
                xml_text(&conversation.name),
                xml_text(&conversation.weathers),
                count_of(conversation.bytes, "byte"),
                xml_text(&conversation.sha256)
            );
        }
        rows += "</tbody>\n";
    }
    let text = bill.text();
    let hash = xml_text(text.lines().last().unwrap_or_default());
    format!(
        "<p>What was served in this course, as the progress file says it. <code>cargo lab bill</code> checks \
         every program again before it writes the same; <code>cargo lab bill --verify FILE</code> checks a bill \
         that somebody shows you.</p>\n<div class=\"table\"><table class=\"paper\"><thead><tr><th>conversation</th>\
         <th>weathers</th><th>bytes</th><th>sha256</th></tr></thead>\n{rows}</table></div>\n<p \
         class=\"total\">{}</p>\n<p class=\"hash\"><code>{hash}</code></p>\n",
        xml_text(&bill.total())
    )
}
