//! A failure as text of at most 80 columns: the place, the lines that agreed, what was expected, what came, and
//! the cause.
//!
//! Rule 1: only the first difference is reported. A timeout is reported as a time, not as bytes.
//! Rule 2: the same failure gives the same text. The only time in it is the time limit.
//! Rule 3: the exit status and the last words of a program come before what the wire shows.
//! Rule 4: this module prints nothing.

mod comparison;
mod legs;
mod no_cause;
mod verdict;

use crate::check::Side;
use crate::check::diagnosis::{Diagnosis, Page, Rule};
use crate::check::stderr_summary::last_words;
use crate::check::{Failure, Outcome, Problem, Report, Run, Unready};
use crate::net::Weather;
use crate::plural::count_of;

pub use comparison::comparison;
pub use verdict::{headline_of, verdict};

/// Columns of a line.
const WIDTH: usize = 80;

/// The whole text of a check: what passed, and the failure in full. `kept`: where its transcripts lie.
pub fn text(report: &Report, kept: &[String]) -> String {
    let mut lines = match report.failure() {
        Some((run, failure)) => failure_lines(report, run, failure, kept),
        None => vec![format!("PASS {} · {}", report.place, report.side.word())],
    };
    lines.extend(passed_lines(report, &|_| true));
    lines.extend(stray_lines(&report.strays));
    lines.extend(seed_line(report));
    lines.join("\n") + "\n"
}

/// The text in an exam: of a fresh conversation no name and no byte, but that it fails, and the code.
pub fn exam_text(report: &Report) -> String {
    let mut lines = match report.failure() {
        Some((run, failure)) if run.fresh => hidden_lines(report, run, failure),
        Some((run, failure)) => failure_lines(report, run, failure, &[]),
        None => vec![format!("PASS {} · {}", report.place, report.side.word())],
    };
    lines.extend(passed_lines(report, &|run| !run.fresh));
    let passed = report.runs.iter().filter(|run| run.fresh && run.passed());
    let count = passed.count();
    if count > 0 {
        lines.push(format!(
            "     and hidden conversations, {}",
            count_of(count, "time")
        ));
    }
    lines.extend(stray_lines(&report.strays));
    lines.join("\n") + "\n"
}

/// A failure of a conversation that stays hidden: the code, and what everybody may read about it.
fn hidden_lines(report: &Report, run: &Run, failure: &Failure) -> Vec<String> {
    let page = failure.page();
    let mut lines = headline(&report.place, "a hidden conversation fails", page);
    lines.push(format!("     in the weather {}", run.weather.name()));
    if let Some(ending) = failure.ending {
        lines.push(format!("   The program ended: {ending}."));
    }
    match page {
        Some(page) => lines.extend(rule_and_advice(page.rule, page.advice, "   ")),
        None => lines.push("   No known mistake fits.".to_string()),
    }
    lines
}

/// The text for a server that never came to be checked.
pub fn unready_text(place: &str, unready: &Unready) -> String {
    let mut lines = headline(place, &unready.why.to_string(), unready.page());
    lines.push(String::new());
    lines.extend(printed(&unready.stderr));
    lines.extend(unready.diagnosis.iter().flat_map(reason));
    lines.extend(stray_lines(&unready.strays));
    lines.join("\n") + "\n"
}

/// The conversations and the weathers in which they passed, one line each.
fn passed_lines(report: &Report, shown: &dyn Fn(&Run) -> bool) -> Vec<String> {
    let mut names: Vec<&str> = Vec::new();
    for run in report.runs.iter().filter(|run| shown(run)) {
        if !names.contains(&&run.name[..]) {
            names.push(&run.name);
        }
    }
    let passed = |name: &str| -> Vec<&str> {
        let runs = report.runs.iter().filter(|run| run.name == name);
        let passed = runs.filter(|run| run.passed());
        passed.map(|run| run.weather.name()).collect()
    };
    names.retain(|name| !passed(name).is_empty());
    let width = names
        .iter()
        .map(|name| name.chars().count())
        .max()
        .unwrap_or(0);
    let indent = " ".repeat(5 + width + 2);
    let line = |name: &&str| {
        wrap(
            &format!("     {name:width$}  "),
            &passed(name).join(" "),
            &indent,
        )
    };
    let mut lines: Vec<String> = names.iter().flat_map(line).collect();
    if !report.passed() && !lines.is_empty() {
        lines.insert(0, "   Passed before:".to_string());
    }
    lines
}

/// Command lines of processes that are shown.
const STRAYS: usize = 3;

/// The processes that had left the program's process group, and that the check has ended.
fn stray_lines(strays: &[String]) -> Vec<String> {
    if strays.is_empty() {
        return Vec::new();
    }
    let text = "This had left your program's process group and still ran when the check ended your \
                program. The check ended it, too:";
    let mut lines = wrap("   ", text, "   ");
    let shown = strays.iter().take(STRAYS);
    lines.extend(shown.map(|command| format!("     {}", cut_to(WIDTH - 5, command))));
    let more = strays.len().saturating_sub(STRAYS);
    lines.extend((more > 0).then(|| format!("     and {more} more")));
    lines
}

/// What makes the same fresh conversations again, when some were played.
fn seed_line(report: &Report) -> Option<String> {
    let played = |run: &Run| run.fresh && !matches!(run.outcome, Outcome::NotRun);
    let seed = report.seed.filter(|_| report.runs.iter().any(played))?;
    Some(format!("     Fresh conversations: --seed {seed}"))
}

fn failure_lines(report: &Report, run: &Run, failure: &Failure, kept: &[String]) -> Vec<String> {
    let page = failure.page();
    let words = headline_of(run, failure, report.side);
    let mut lines = headline(&report.place, &words, page);
    lines.extend(conversation(report, run, failure));
    if run.weather != Weather::Calm {
        let weather = format!("{}: {}", run.weather.name(), run.weather.description());
        lines.extend(wrap("     in the weather ", &weather, "     "));
    }
    lines.push(String::new());
    if let Some(ending) = failure.ending {
        lines.push(format!("   The program ended: {ending}."));
        lines.extend(printed(&failure.stderr));
        lines.push(String::new());
    }
    if let Some(difference) = failure.trouble.difference() {
        lines.extend(comparison(&failure.expected, difference));
        lines.push(String::new());
    }
    if let Problem::Prints(prints) = &failure.trouble {
        let show = |sign, text: &str| match text {
            "" => format!(" {sign} (nothing)"),
            _ => cut(&format!(" {sign} {}", text.escape_debug())),
        };
        lines.extend([
            show('-', &prints.wanted),
            show('+', &prints.printed),
            String::new(),
        ]);
    }
    match &failure.diagnosis {
        Some(diagnosis) => lines.extend(reason(diagnosis)),
        None if failure.not_given.is_some() => {}
        None => lines.extend(wrap("   ", &no_cause::text(&failure.trouble), "   ")),
    }
    if let Some(not_given) = &failure.not_given {
        lines.extend(wrap("   ", not_given, "   "));
    }
    if !failure.legs.is_empty() {
        lines.push(String::new());
        lines.extend(legs::ladders(&failure.legs));
    }
    if !kept.is_empty() {
        lines.extend(wrap(
            "   Transcripts: ",
            &kept.join(" "),
            "                ",
        ));
    }
    lines
}

/// The name of the conversation, if the lab has several, and the `@arg` of a client.
fn conversation(report: &Report, run: &Run, failure: &Failure) -> Vec<String> {
    // A fresh conversation is told from the others; the only other one needs no name.
    let another = |other: &Run| other.name != run.name && !other.fresh;
    let several = run.fresh || report.runs.iter().any(another);
    let told = match (report.side, failure.expected.heading("arg")) {
        // Words with an address in them are others each time.
        (Side::Client, Some(words)) if !words.is_empty() && !words.contains('{') => {
            format!(", called with `{words}`")
        }
        _ => String::new(),
    };
    match several || !told.is_empty() {
        true => wrap("     in ", &format!("{}{told}", run.name), "     "),
        false => Vec::new(),
    }
}

/// The last lines that a program printed to stderr.
fn printed(stderr: &str) -> Vec<String> {
    let words = last_words(stderr);
    if words.lines.is_empty() {
        return Vec::new();
    }
    let mut lines = vec!["   Its last words on stderr:".to_string()];
    for line in &words.lines {
        let visible = line.chars().map(|c| if c.is_control() { '·' } else { c });
        lines.extend(wrap("     ", &visible.collect::<String>(), "       "));
    }
    lines
}

/// The verdict's line: `FAIL lab 09 · … [W10 cl-chars]`, the code at the right edge where it fits, and on
/// a line of its own where it does not.
pub fn headline(place: &str, words: &str, page: Option<&Page>) -> Vec<String> {
    let mut lines = wrap(&format!("FAIL {place} · "), words, "     ");
    if let Some(page) = page {
        let code = format!("[{} {}]", page.code, page.slug);
        let last = lines.last_mut().map(|line| (line.chars().count(), line));
        match last {
            Some((length, line)) if length + 1 + code.chars().count() <= WIDTH => {
                let gap = WIDTH - length - code.chars().count();
                line.push_str(&" ".repeat(gap));
                line.push_str(&code);
            }
            _ => lines.push(format!("{code:>WIDTH$}")),
        }
    }
    lines
}

/// A line of the notation, cut to the width of the report.
fn cut(line: &str) -> String {
    cut_to(WIDTH - 3, line)
}

/// A text, cut to so many characters.
fn cut_to(most: usize, text: &str) -> String {
    match text.chars().count() <= most {
        true => text.to_string(),
        false => text.chars().take(most - 1).chain(['…']).collect(),
    }
}

/// Cause, rule and advice, each a paragraph with a label.
pub fn reason(diagnosis: &Diagnosis) -> Vec<String> {
    let label = if diagnosis.proven {
        "   Cause: "
    } else {
        "   Likely cause: "
    };
    let mut lines = wrap(label, &diagnosis.cause, "   ");
    lines.extend(rule_and_advice(diagnosis.rule, diagnosis.advice, "   "));
    lines
}

/// What the standard says, and one thing to try.
pub fn rule_and_advice(rule: Option<Rule>, advice: &str, indent: &str) -> Vec<String> {
    let hang = format!("{indent}      ");
    let mut lines = Vec::new();
    if let Some(rule) = rule {
        let text = format!("\"{}\" (RFC {} {})", rule.quote, rule.rfc, rule.section);
        lines.extend(wrap(&format!("{indent}Rule: "), &text, &hang));
    }
    lines.extend(wrap(&format!("{indent}Try:  "), advice, &hang));
    lines
}

/// `start`, and after it a text that is broken between words so that no line passes 80 characters;
/// `indent` begins each further line. What stands in backquotes is one word; a word that is longer than
/// a line is broken.
pub fn wrap(start: &str, text: &str, indent: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = start.to_string();
    let mut used = start.chars().count();
    let mut gap = 0;
    for mut word in words(text) {
        if gap == 1 && used + gap + word.len() > WIDTH {
            lines.push(std::mem::replace(&mut line, indent.to_string()));
            (used, gap) = (indent.chars().count(), 0);
        }
        line.push_str(&" ".repeat(gap));
        used += gap;
        while used + word.len() > WIDTH {
            let rest = word.split_off(WIDTH.saturating_sub(used).max(1).min(word.len()));
            line.extend(word);
            lines.push(std::mem::replace(&mut line, indent.to_string()));
            used = indent.chars().count();
            word = rest;
        }
        used += word.len();
        line.extend(word);
        gap = 1;
    }
    lines.push(line);
    lines
}

/// Splits at white space outside of backquotes. A quoted piece that would fill most of a line is split, too.
fn words(text: &str) -> Vec<Vec<char>> {
    let mut words: Vec<Vec<char>> = Vec::new();
    let mut word = Vec::new();
    let mut quoted = false;
    let long = |from: &str| from.chars().take_while(|&c| c != '`').count() > WIDTH - 20;
    let mut at = 0;
    for c in text.chars() {
        at += c.len_utf8();
        match c {
            '`' if quoted => quoted = false,
            '`' => quoted = text[at..].contains('`') && !long(&text[at..]),
            _ => {}
        }
        if c.is_whitespace() && !quoted {
            words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
        } else {
            word.push(c);
        }
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}
