//! The quiz of a lab as pages: `/labs/NN-slug/quiz?seed=7&n=0`, and `&pick=2` for the choice that was made.
//!
//! Rule 1: no script and no state: the seed and the number in the URL are the question, and every link is made from
//! them. What is no number counts as missing.
//! Rule 2: a wrong choice shows the page of its mistake, as `/explain/W42` does.

use std::fmt::Write;

use super::form::Form;
use super::open_pages_and_programs::Live;
use super::{layout, markup, mistake_page};
use crate::course::catalogue::Lab;
use crate::course::fresh;
use crate::course::quiz::{self, Question};
use crate::files::Response;
use crate::wire::xml_text;

/// The page of one question. `None`: the lab has none.
pub fn page(lab: &Lab, query: &[u8], live: Option<&Live>) -> Option<Response> {
    let form = Form::read(query);
    let seed = form
        .get("seed")
        .parse()
        .unwrap_or_else(|_| fresh::new_seed());
    let number: u64 = form.get("n").parse().unwrap_or_default();
    let question = quiz::question(lab, seed, number)?;
    let picked = form.get("pick").parse().ok();
    let picked = picked.filter(|at: &usize| *at < question.choices.len());
    let here = format!("/labs/{}/quiz?seed={seed}&amp;n=", lab.slug);
    let mut body = format!(
        "<main id=\"text\" class=\"text quiz\"><p class=\"back\"><a href=\"/labs/{}/\">Lab {} · {}</a></p>\n\
         <h1>Question {}</h1>\n<p>{}</p>\n{}",
        lab.slug,
        lab.number,
        xml_text(lab.title),
        number.saturating_add(1),
        xml_text(&question.asked),
        lines(&question.shown)
    );
    for (at, choice) in question.choices.iter().enumerate() {
        let text = plain(&choice.lines);
        let _ = match picked {
            None => writeln!(
                body,
                "<a class=\"choice\" href=\"{here}{number}&amp;pick={at}\">{text}</a>"
            ),
            Some(picked) => writeln!(
                body,
                "<div class=\"choice\">{}{text}</div>",
                mark(&question, at, picked)
            ),
        };
    }
    if let Some(picked) = picked {
        let next = number.saturating_add(1);
        body += &result(&question, picked);
        let _ = writeln!(
            body,
            "<p><a class=\"next\" href=\"{here}{next}\">The next question</a></p>"
        );
    }
    body += "</main>\n";
    let shell = layout::Page {
        title: "Quiz",
        class: "lesson",
        lab: Some(lab),
        contents: &[],
        body: &body,
        stream: "",
    };
    Some(layout::document(&shell, live))
}

/// Lines of the notation, each side in its colour; words as they are.
fn lines(lines: &[String]) -> String {
    match lines {
        [] => String::new(),
        lines => markup::block("wire", &lines.join("\n")),
    }
}

/// The lines of a choice, which may be inside of a link: nothing in it can be pointed at.
fn plain(lines: &[String]) -> String {
    format!(
        "<pre class=\"plain\"><code>{}</code></pre>",
        xml_text(&lines.join("\n"))
    )
}

/// What stands before a choice once one of them is picked.
fn mark(question: &Question, at: usize, picked: usize) -> &'static str {
    match (at == question.right, at == picked) {
        (true, _) => "<b class=\"good\">✓ right</b>",
        (false, true) => "<b class=\"bad\">✗ your choice</b>",
        (false, false) => "",
    }
}

/// Right, or the page of the mistake and the conversation that shows what is right.
fn result(question: &Question, picked: usize) -> String {
    if picked == question.right {
        return "<p><b class=\"good\">Right.</b></p>\n".to_string();
    }
    let page = question.choices.get(picked).and_then(|choice| choice.page);
    let page = page.map_or(String::new(), |page| {
        format!(
            "<h2><a href=\"/explain/{}\">{} {}</a> · {}</h2>\n{}",
            page.code,
            page.code,
            page.slug,
            xml_text(page.title),
            mistake_page::inner(page)
        )
    });
    let proof = lines(&question.proof);
    format!(
        "<p><b class=\"bad\">Not this one.</b></p>\n{page}<h2>The conversation of the lab</h2>\n{proof}"
    )
}
