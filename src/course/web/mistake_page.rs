//! The page about a code of the check: `/explain/W10`.
//!
//! Rule: every word about a code comes from its page in `check::diagnosis`.

use super::open_pages_and_programs::Live;
use super::{layout, markup};
use crate::check::diagnosis::{self, Page, Rule};
use crate::files::Response;
use crate::wire::xml_text;

/// The page of a code, if there is such a code.
pub fn page(code: &[u8], live: Option<&Live>) -> Option<Response> {
    let page = diagnosis::page(std::str::from_utf8(code).ok()?)?;
    let body = format!(
        "<main id=\"text\" class=\"text\"><p class=\"back\">{} {}</p><h1>{}</h1>\n{}</main>\n",
        page.code,
        page.slug,
        xml_text(page.title),
        inner(page)
    );
    let shell = layout::Page {
        title: page.title,
        class: "plain",
        lab: None,
        contents: &[],
        body: &body,
        stream: "",
    };
    Some(layout::document(&shell, live))
}

/// What the page says below its title.
pub fn inner(page: &Page) -> String {
    let text: String = page
        .text
        .iter()
        .map(|part| format!("<p>{}</p>\n", markup::line(part)))
        .collect();
    let languages = page.languages.iter().map(|hint| {
        let text = hint.text.trim_start_matches('(').trim_end_matches(')');
        format!(
            "<li><b>{}</b>: {}</li>\n",
            hint.language.name(),
            markup::line(text)
        )
    });
    let languages: String = languages.collect();
    format!(
        "{text}<ul>{languages}</ul>\n{}",
        rule_and_advice(page.rule, page.advice)
    )
}

/// What the standard says, and one thing to try.
pub fn rule_and_advice(rule: Option<Rule>, advice: &str) -> String {
    let rule = rule.map_or(String::new(), |rule| {
        format!(
            "<blockquote><p>{}</p><footer>RFC {} {}</footer></blockquote>\n",
            xml_text(rule.quote),
            rule.rfc,
            xml_text(rule.section)
        )
    });
    format!("{rule}<p><b>Try:</b> {}.</p>\n", markup::line(advice))
}
