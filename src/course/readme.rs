//! A lab's README as parts, and its Markdown as lines for a terminal.
//!
//! Rule 1: the README has the whole text of a lab. This module adds no word to it.
//! Rule 2: this reads the Markdown that our READMEs use (paragraphs, lists, fences, quotes, tables) and is not
//! a complete Markdown parser: unknown Markdown stays as it was written.

/// The widest line for a terminal, in columns.
pub const WIDTH: usize = 80;

/// A README, cut at its headings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readme<'a> {
    /// The text of `# …`.
    pub title: &'a str,
    /// The text of the `> …` line under it.
    pub sentence: &'a str,
    /// The text of the `*… minutes · …*` line, without the asterisks.
    pub effort: &'a str,
    /// The `## …` parts in order: heading and body, without empty lines around.
    pub parts: Vec<(&'a str, &'a str)>,
}

/// A fenced block: its word after the opening fence (`wire`, `console`, empty) and its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fence<'a> {
    /// The word.
    pub kind: &'a str,
    /// The text between the fences, each line with its `\n`.
    pub text: &'a str,
}

impl<'a> Readme<'a> {
    /// Cuts a README. What is missing is empty; `tests/course.rs` demands that nothing is.
    pub fn of(readme: &'a str) -> Readme<'a> {
        let cuts = headings(readme);
        let intro_end = cuts.first().map_or(readme.len(), |cut| cut.0);
        let mut parsed = Readme {
            title: "",
            sentence: "",
            effort: "",
            parts: Vec::new(),
        };
        for line in readme[..intro_end].lines() {
            if let Some(title) = line.strip_prefix("# ") {
                parsed.title = title;
            } else if let Some(sentence) = line.strip_prefix("> ") {
                parsed.sentence = sentence;
            } else if line.len() > 2 && line.starts_with('*') && line.ends_with('*') {
                parsed.effort = &line[1..line.len() - 1];
            }
        }
        for (index, (at, heading)) in cuts.iter().enumerate() {
            let end = cuts.get(index + 1).map_or(readme.len(), |next| next.0);
            let body = &readme[*at..end];
            let body = body.split_once('\n').map_or("", |(_, body)| body);
            parsed.parts.push((heading, body.trim_matches('\n')));
        }
        parsed
    }

    /// The body of the part with this heading.
    pub fn part(&self, heading: &str) -> Option<&'a str> {
        let found = self.parts.iter().find(|(name, _)| *name == heading);
        found.map(|(_, body)| *body)
    }
}

/// Where each `## ` heading begins, and its text; those inside fences do not count.
fn headings(readme: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let (mut at, mut fenced) = (0, false);
    for line in readme.split_inclusive('\n') {
        if line.starts_with("```") {
            fenced = !fenced;
        } else if let Some(heading) = line.strip_prefix("## ")
            && !fenced
        {
            found.push((at, heading.trim_end()));
        }
        at += line.len();
    }
    found
}

/// The fenced blocks of a README, in order.
pub fn fences(readme: &str) -> Vec<Fence<'_>> {
    let mut found = Vec::new();
    let mut open: Option<(&str, usize)> = None;
    let mut at = 0;
    for line in readme.split_inclusive('\n') {
        if let Some(kind) = line.strip_prefix("```") {
            open = match open {
                None => Some((kind.trim_end(), at + line.len())),
                Some((kind, start)) => {
                    let text = &readme[start..at];
                    found.push(Fence { kind, text });
                    None
                }
            };
        }
        at += line.len();
    }
    found
}

/// Markdown as lines of at most [`WIDTH`] columns, where the author's fences allow it. Paragraphs are
/// wrapped again; fences and tables are indented, and broken only where they are too wide; pictures are
/// left out.
pub fn plain(markdown: &str) -> Vec<String> {
    let mut page = Page::default();
    let mut fenced = false;
    for line in markdown.lines() {
        if line.starts_with("```") {
            page.end_paragraph();
            fenced = !fenced;
        } else if fenced || line.starts_with('|') {
            page.end_paragraph();
            page.lines.extend(fence_lines(line));
        } else if line.trim().is_empty() {
            page.end_paragraph();
            page.blank();
        } else if is_picture(line) {
            page.end_paragraph();
        } else {
            page.add(line);
        }
    }
    page.end_paragraph();
    while page.lines.last().is_some_and(|line| line.is_empty()) {
        page.lines.pop();
    }
    page.lines
}

/// A line of a fence or table, indented. Too wide a command is broken with the `\` that a shell takes for
/// no line end; too wide an output at a space.
fn fence_lines(line: &str) -> Vec<String> {
    const INDENT: &str = "    ";
    const DEEPER: &str = "      ";
    if INDENT.len() + line.chars().count() <= WIDTH {
        return vec![format!("{INDENT}{line}")];
    }
    if !line.starts_with("$ ") {
        return wrapped(line, INDENT, DEEPER);
    }
    let mut lines: Vec<String> = Vec::new();
    for word in shell_words(line) {
        for (index, piece) in narrow(word).iter().enumerate() {
            let room = (WIDTH - " \\".len()).saturating_sub(piece.chars().count());
            match lines.last_mut() {
                Some(line) if index > 0 => {
                    *line += "\\";
                    lines.push(piece.clone());
                }
                Some(line) if line.chars().count() < room => *line += &format!(" {piece}"),
                Some(line) => {
                    *line += " \\";
                    lines.push(format!("{}{piece}", &DEEPER[..room.min(DEEPER.len())]));
                }
                None => lines.push(format!("{INDENT}{piece}")),
            }
        }
    }
    lines
}

/// A quoted word that is wider than the page, cut after line ends into quoted pieces. A shell puts
/// them together again: between them stands nothing but the `\` at the end of the line.
fn narrow(word: &str) -> Vec<String> {
    let quote = ['\'', '"']
        .into_iter()
        .find(|quote| word.starts_with(*quote));
    let inner = quote.and_then(|quote| word.strip_prefix(quote)?.strip_suffix(quote));
    let (Some(quote), Some(inner)) = (quote, inner) else {
        return vec![word.to_string()];
    };
    let room = WIDTH - "''\\".len();
    let mut pieces = vec![String::new()];
    for part in inner.split_inclusive("\\n") {
        match pieces.last_mut() {
            Some(piece) if piece.len() + part.len() <= room => piece.push_str(part),
            _ => pieces.push(part.to_string()),
        }
    }
    pieces
        .iter()
        .map(|piece| format!("{quote}{piece}{quote}"))
        .collect()
}

/// A command cut at the spaces that stand outside of quotes.
fn shell_words(command: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut from, mut quote) = (0, None);
    for (at, letter) in command.char_indices() {
        match (letter, quote) {
            (' ', None) => {
                words.push(&command[from..at]);
                from = at + 1;
            }
            ('\'' | '"', None) => quote = Some(letter),
            (_, Some(open)) if open == letter => quote = None,
            _ => {}
        }
    }
    words.push(&command[from..]);
    words
}

/// Text wrapped at spaces to [`WIDTH`], the first line after `first`, the others after `rest`.
pub fn wrapped(text: &str, first: &str, rest: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = first.to_string();
    let mut empty = true;
    for word in text.split_whitespace() {
        let longer = line.chars().count() + usize::from(!empty) + word.chars().count();
        if !empty && longer > WIDTH {
            lines.push(std::mem::replace(&mut line, rest.to_string()));
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    lines.push(line);
    lines
}

/// What was laid out so far, and the paragraph that is still growing.
#[derive(Default)]
struct Page {
    lines: Vec<String>,
    paragraph: String,
    /// What stands before the paragraph's first line: a list's mark, or nothing.
    mark: String,
}

impl Page {
    /// Adds one source line to the paragraph; a list's mark begins a new one.
    fn add(&mut self, line: &str) {
        let mark = list_mark(line);
        if !mark.is_empty() {
            self.end_paragraph();
            self.mark = mark.to_string();
        }
        let text = &line[mark.len()..];
        if !self.paragraph.is_empty() {
            self.paragraph.push(' ');
        }
        self.paragraph.push_str(text.trim());
    }

    fn end_paragraph(&mut self) {
        let paragraph = std::mem::take(&mut self.paragraph);
        let mark = std::mem::take(&mut self.mark);
        if paragraph.is_empty() {
            return;
        }
        let indent = " ".repeat(mark.chars().count());
        let text = without_marks(&paragraph);
        self.lines.extend(wrapped(&text, &mark, &indent));
    }

    /// One empty line, never two, never at the top.
    fn blank(&mut self) {
        if self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.lines.push(String::new());
        }
    }
}

/// `- `, `* `, `12. ` or `> ` at the beginning of a line, with the spaces before it; or nothing.
fn list_mark(line: &str) -> &str {
    let text = line.trim_start();
    let indent = line.len() - text.len();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let length = if ["- ", "* ", "> "].iter().any(|mark| text.starts_with(mark)) {
        2
    } else if digits > 0 && text[digits..].starts_with(". ") {
        digits + 2
    } else {
        return "";
    };
    &line[..indent + length]
}

/// A line that shows a picture: `![…](…)` alone, or a tag of HTML.
fn is_picture(line: &str) -> bool {
    let line = line.trim();
    line.starts_with("![") || (line.starts_with('<') && line.ends_with('>'))
}

/// Text without the marks that a terminal does not need: `**`, and links down to their text. What
/// stands between backticks stays as it is, backticks included.
fn without_marks(text: &str) -> String {
    let mut shown = String::new();
    for (index, piece) in text.split('`').enumerate() {
        if index > 0 {
            shown.push('`');
        }
        if index % 2 == 1 {
            shown.push_str(piece);
        } else {
            shown.push_str(&links_as_text(&piece.replace("**", "")));
        }
    }
    shown
}

/// `[text](target)` becomes `text`.
fn links_as_text(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(open) = rest.find('[') {
        let link = rest[open..].find("](").map(|middle| open + middle);
        let end = link.and_then(|middle| rest[middle..].find(')').map(|end| middle + end));
        let (Some(middle), Some(end)) = (link, end) else {
            break;
        };
        shown.push_str(&rest[..open]);
        shown.push_str(&rest[open + 1..middle]);
        rest = &rest[end + 1..];
    }
    shown.push_str(rest);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    const README: &str = "# Lab 1 · T\n\n> a sentence\n\n*10 minutes · easy*\n\n## Story\n\nOne two\n\
        **three** and [four](five.md).\n\n```wire\n## no heading\n```\n\n## By hand\n\n- a\n- b\n  c\n";

    #[test]
    fn a_readme_is_cut_at_its_headings_but_not_inside_fences() {
        let readme = Readme::of(README);
        assert_eq!(readme.title, "Lab 1 · T");
        assert_eq!(readme.sentence, "a sentence");
        assert_eq!(readme.effort, "10 minutes · easy");
        let names: Vec<&str> = readme.parts.iter().map(|part| part.0).collect();
        assert_eq!(names, ["Story", "By hand"]);
        assert_eq!(readme.part("By hand"), Some("- a\n- b\n  c"));
        let fence = &fences(README)[0];
        assert_eq!((fence.kind, fence.text), ("wire", "## no heading\n"));
    }

    #[test]
    fn markdown_becomes_lines_without_marks_and_without_pictures() {
        let readme = Readme::of(README);
        assert_eq!(
            plain(readme.part("Story").unwrap()),
            ["One two three and four.", "", "    ## no heading"]
        );
        assert_eq!(plain(readme.part("By hand").unwrap()), ["- a", "- b c"]);
        assert_eq!(
            plain("a\n\n![x](y.svg)\n\nb `**` [c"),
            ["a", "", "b `**` [c"]
        );
    }

    #[test]
    fn a_wide_command_is_broken_where_a_shell_goes_on_reading() {
        let quoted = format!("'{}'", "x ".repeat(33));
        let command = format!("$ printf {quoted} | nc 127.0.0.1 8009 | od -c");
        let lines = plain(&format!("```console\n{command}\n```\n"));
        let expected = [
            "    $ printf \\".to_string(),
            format!("      {quoted} | \\"),
            "      nc 127.0.0.1 8009 | od -c".to_string(),
        ];
        assert_eq!(lines, expected);
        let lines = plain(&format!("```console\n{}\n```\n", "words ".repeat(20)));
        assert!(lines.len() == 2 && lines.iter().all(|line| line.len() <= WIDTH));
    }

    #[test]
    fn a_quoted_word_wider_than_the_page_is_cut_behind_line_ends() {
        let half = format!("{}\\r\\n", "x".repeat(50));
        let lines = plain(&format!("```console\n$ printf '{half}{half}' | nc\n```\n"));
        assert_eq!(
            lines,
            [format!("    $ printf '{half}'\\"), format!("'{half}' | nc"),]
        );
    }

    #[test]
    fn no_line_of_a_paragraph_is_wider_than_the_page_and_no_word_is_lost() {
        let text = "taco ".repeat(60);
        let lines = plain(&format!("1. {text}"));
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH));
        assert!(lines[1].starts_with("   taco"));
        assert_eq!(lines.join(" ").matches("taco").count(), 60);
    }
}
