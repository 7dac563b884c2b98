//! The report as Markdown, for the summary of a CI job: a table, then each failure in full.
//!
//! Rule: text of a program is in a code fence that the text cannot end, or is plain words in a cell.

use std::fmt::Write;

use super::{Check, Graded, Status};

/// A whole page.
pub fn text(graded: &Graded) -> String {
    let passed = graded.count(Status::Passed);
    let mut text = format!(
        "## wirelab: {passed} of {} passed\n\n\
         | exercise | result | code | seconds |\n| --- | --- | --- | ---: |\n",
        graded.checks.len() + graded.left_out.len()
    );
    for check in &graded.checks {
        let code = check
            .code
            .map_or(String::new(), |(code, slug)| format!("{code} {slug}"));
        let seconds = check.took.as_secs_f64();
        let (name, word) = (cell(&check.name()), check.status.word());
        let _ = writeln!(text, "| {name} | {word} | {code} | {seconds:.1} |");
    }
    for out in &graded.left_out {
        let _ = writeln!(text, "| {} | {} | | |", out.name(), out.why);
    }
    for check in graded
        .checks
        .iter()
        .filter(|check| check.status != Status::Passed)
    {
        details(&mut text, check);
    }
    if let Some(seed) = graded.seed {
        let _ = writeln!(text, "\nFresh conversations: `--seed {seed}`");
    }
    text
}

fn details(text: &mut String, check: &Check) {
    let verdict = check.verdict.lines().next().unwrap_or_default();
    let fence = fence(&check.output);
    let _ = write!(
        text,
        "\n<details><summary>{}: {}</summary>\n\n{fence}text\n{}{fence}\n\n</details>\n",
        crate::wire::xml_text(&check.name()),
        crate::wire::xml_text(verdict),
        visible(&check.output),
    );
}

/// More backquotes than the text has in a row.
fn fence(text: &str) -> String {
    let runs = text.split(|letter| letter != '`').map(str::len);
    "`".repeat(runs.max().unwrap_or(0).max(2) + 1)
}

/// Words for one cell of a table.
fn cell(text: &str) -> String {
    let escaped = |letter: char| match letter {
        '|' | '\\' | '`' | '<' | '&' | '*' | '_' | '[' => format!("\\{letter}"),
        control if control.is_control() => "·".to_string(),
        other => other.to_string(),
    };
    text.chars().map(escaped).collect()
}

/// Text without control characters but newlines.
fn visible(text: &str) -> String {
    let shown = |letter: char| match letter {
        '\n' => letter,
        control if control.is_control() => '·',
        other => other,
    };
    text.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_its_fence_or_its_cell() {
        assert_eq!(fence("no backquote"), "```");
        assert_eq!(fence("```` here"), "`````");
        assert_eq!(cell("a|b\n<c>"), "a\\|b·\\<c>");
    }
}
