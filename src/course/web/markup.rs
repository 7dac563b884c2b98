//! A README as HTML: headings with ids, transcripts and Rust in colour, a *copy* button at each command, words
//! of the wire with their explanation.
//!
//! Rule: the text of the README stays unchanged. Only elements are added around it.

use pulldown_cmark::{CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd, html};

use super::{glossary_words, rust_highlight};
use crate::course::glossary;
use crate::wire::xml_text;

/// A text as HTML, with its headings of the second level.
pub struct Text {
    /// The HTML.
    pub html: String,
    /// For each heading its id and its text, and where its element begins in the HTML.
    pub headings: Vec<(String, String)>,
}

/// The HTML of a README.
pub fn readme(text: &str) -> Text {
    readme_with(text, &mut |_| String::new())
}

/// The same; `more` says what stands behind a command of a terminal.
pub fn readme_with(text: &str, more: &mut dyn FnMut(&str) -> String) -> Text {
    let mut events = Vec::new();
    let mut headings = Vec::new();
    let mut fence: Option<(String, String)> = None;
    let mut heading: Option<String> = None;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                let kind = match kind {
                    CodeBlockKind::Fenced(kind) => kind.to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                fence = Some((kind, String::new()));
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some((kind, text)) = fence.take() {
                    events.push(Event::Html(block_with(&kind, &text, more).into()));
                }
            }
            Event::Start(Tag::Heading { level, .. }) if level as usize == 2 => {
                heading = Some(String::new());
            }
            Event::End(TagEnd::Heading(level)) if level as usize == 2 => {
                let text = heading.take().unwrap_or_default();
                let id = slug(&text);
                let html = format!("<h2 id=\"{id}\">{}</h2>\n", xml_text(&text));
                events.push(Event::Html(html.into()));
                headings.push((id, text));
            }
            Event::Start(Tag::Table(alignment)) => {
                events.push(Event::Html("<div class=\"table\">".into()));
                events.push(Event::Start(Tag::Table(alignment)));
            }
            Event::End(TagEnd::Table) => {
                events.push(Event::End(TagEnd::Table));
                events.push(Event::Html("</div>\n".into()));
            }
            Event::Text(words) if fence.is_some() => {
                if let Some((_, text)) = &mut fence {
                    text.push_str(&words);
                }
            }
            Event::Text(words) | Event::Code(words) if heading.is_some() => {
                if let Some(text) = &mut heading {
                    text.push_str(&words);
                }
            }
            Event::Code(words) => events.push(Event::Html(inline(&words))),
            event => events.push(event),
        }
    }
    let mut page = String::new();
    html::push_html(&mut page, events.into_iter());
    Text {
        html: page,
        headings,
    }
}

/// One line of Markdown, without the paragraph around it.
pub fn line(text: &str) -> String {
    let page = readme(text).html;
    let inner = page.trim().strip_prefix("<p>");
    let inner = inner.and_then(|page| page.strip_suffix("</p>"));
    inner.unwrap_or(&page).to_string()
}

/// Words in backquotes: a word of the wire is explained.
fn inline(words: &str) -> CowStr<'static> {
    let inner = match glossary::any(words) {
        Some(term) => glossary_words::element(term, &xml_text(words)),
        None => glossary_words::of_line(words, false),
    };
    format!("<code>{inner}</code>").into()
}

/// A fenced block of this kind.
pub fn block(kind: &str, text: &str) -> String {
    block_with(kind, text, &mut |_| String::new())
}

fn block_with(kind: &str, text: &str, more: &mut dyn FnMut(&str) -> String) -> String {
    let kind = match kind {
        "text" if text.lines().any(|line| line.starts_with("$ ")) => "console",
        kind => kind,
    };
    let inner = match kind {
        "console" => text
            .lines()
            .map(|line| console(line, more))
            .collect::<Vec<String>>()
            .join("\n"),
        "wire" => text.lines().map(wire).collect::<Vec<String>>().join("\n"),
        "rust" => rust_highlight::rust(text),
        _ => xml_text(text),
    };
    let class = match kind {
        "console" | "wire" | "rust" => kind,
        _ => "plain",
    };
    format!("<pre class=\"{class}\" tabindex=\"0\"><code>{inner}</code></pre>\n")
}

/// A line of a terminal: what is typed can be copied.
fn console(line: &str, more: &mut dyn FnMut(&str) -> String) -> String {
    let Some(command) = line.strip_prefix("$ ") else {
        return format!("<span class=\"out\">{}</span>", xml_text(line));
    };
    let more = more(command);
    let command = xml_text(command);
    format!(
        "<span class=\"cmd\"><span class=\"prompt\">$ </span><kbd>{command}</kbd><button type=\"button\" \
         class=\"copy\" aria-label=\"Copy: {command}\">copy</button>{more}</span>"
    )
}

/// A line of a transcript, in the colour of its side.
fn wire(line: &str) -> String {
    let class = match line.as_bytes().first() {
        Some(b'C') => "c",
        Some(b'S') => "s",
        Some(b'@' | b'#') => return format!("<span class=\"note\">{}</span>", xml_text(line)),
        _ => return xml_text(line),
    };
    let (who, said) = line.split_once(' ').unwrap_or((line, ""));
    let said = match who.ends_with('>') {
        true => escapes(said),
        false => {
            let word = said.split(' ').next().unwrap_or_default();
            glossary_words::marked(glossary::Kind::Event, word, said)
        }
    };
    format!(
        "<span class=\"{class}\"><b class=\"who\">{}</b> {said}</span>",
        xml_text(who)
    )
}

/// The bytes of a line of the notation, its line end set apart.
fn escapes(said: &str) -> String {
    let (said, remark) = match said.find(" # ") {
        Some(at) if said.get(..at).is_some_and(|said| said.ends_with("\\n")) => said.split_at(at),
        _ => (said, ""),
    };
    let ends = ["\\r\\n", "\\n", "\\r"];
    let end = ends.iter().find(|end| said.ends_with(**end)).copied();
    let text = said.strip_suffix(end.unwrap_or_default()).unwrap_or(said);
    let end = end.map_or(String::new(), |end| {
        let end = glossary_words::marked(glossary::Kind::Escape, end, end);
        format!("<span class=\"end\">{end}</span>")
    });
    let remark = match remark {
        "" => String::new(),
        remark => format!("<span class=\"note\">{}</span>", xml_text(remark)),
    };
    format!("{}{end}{remark}", glossary_words::of_line(text, true))
}

/// The id of a heading: its letters and digits, in lower case, words joined by `-`.
fn slug(heading: &str) -> String {
    let words = heading.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<String> = words
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    words.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_can_be_copied_and_text_stays_text() {
        let text = readme(
            "## On the wire\n\n```console\n$ printf '<b>' | nc\n<out>\n```\n`Host` and `x<y`",
        );
        assert_eq!(
            text.headings,
            [("on-the-wire".to_string(), "On the wire".to_string())]
        );
        assert!(
            text.html.contains("<h2 id=\"on-the-wire\">"),
            "{}",
            text.html
        );
        assert!(
            text.html.contains("<kbd>printf '&lt;b&gt;' | nc</kbd>"),
            "{}",
            text.html
        );
        assert!(
            text.html.contains("<span class=\"out\">&lt;out&gt;</span>"),
            "{}",
            text.html
        );
        assert!(text.html.contains(">Host</abbr></code>"), "{}", text.html);
        assert!(text.html.contains("<code>x&lt;y</code>"), "{}", text.html);
    }

    #[test]
    fn a_transcript_has_its_sides_and_line_ends_set_apart() {
        let html = block("wire", "@wire 1\nC> Host: a\\r\\n # why\nS fin\n");
        assert!(
            html.contains("<span class=\"c\"><b class=\"who\">C&gt;</b> <abbr"),
            "{html}"
        );
        assert!(
            html.contains("<span class=\"note\"> # why</span>"),
            "{html}"
        );
        assert!(
            html.contains("<span class=\"s\"><b class=\"who\">S</b> <abbr"),
            "{html}"
        );
    }
}
