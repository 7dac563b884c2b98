//! The output of commands: lines on stdout, with colour only on a terminal.
//!
//! Rule 1: nothing else in the project writes to stdout or stderr (except the labs' programs).
//! Rule 2: colour only repeats what the text says.

use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, OnceLock};

use super::pager::{self, Pager};
use wirelab::course::locate_and_build_programs::BuildProgress;
use wirelab::course::locations;

/// Standard output of one command, or what it says beside that. `write!` and `writeln!` work on it,
/// from any thread: a clone writes to the same place, a line at a time.
#[derive(Clone, Debug)]
pub struct Screen {
    color: bool,
    beside: bool,
    /// Whether the text is ours, so that it may name our command as it is called here.
    ours: bool,
    /// For a long text on a terminal.
    pager: Option<Arc<Pager>>,
}

/// How a word stands out, where colour is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Headings.
    Bold,
    /// What may be skipped.
    Dim,
    /// Passed.
    Good,
    /// Failed.
    Bad,
}

impl Screen {
    /// Stdout; with colour when it is a terminal and `NO_COLOR` is unset or empty (no-color.org).
    pub fn stdout() -> Screen {
        let color = io::stdout().is_terminal() && color_is_welcome();
        Screen {
            color,
            beside: false,
            ours: false,
            pager: None,
        }
    }

    /// Stderr, by the same rules, for a command whose stdout has the bytes of a body.
    pub fn stderr() -> Screen {
        let color = io::stderr().is_terminal() && color_is_welcome();
        Screen {
            color,
            beside: true,
            ours: false,
            pager: None,
        }
    }

    /// From now on every formatted text is our own: no bytes of a peer are in it, and outside of a clone
    /// it says `wirelab` where it says `cargo lab`.
    pub fn text_is_ours(&mut self) {
        self.ours = true;
    }

    /// From now on the text comes page by page, where a person sits at a terminal.
    pub fn page_by_page(&mut self) {
        self.pager = pager::terminal().map(|size| Arc::new(Pager::new(size, self.color)));
    }

    /// Whether the output is for a terminal with colour: then pictures, otherwise the notation.
    pub fn color(&self) -> bool {
        self.color
    }

    /// The text, standing out where colour is shown and unchanged elsewhere.
    pub fn style(&self, style: Style, text: &str) -> String {
        if !self.color {
            return text.to_string();
        }
        let code = match style {
            Style::Bold => "1",
            Style::Dim => "2",
            Style::Good => "32",
            Style::Bad => "31",
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }
}

fn color_is_welcome() -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
    !refused && !dumb
}

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.beside {
            true => io::stderr().write(bytes),
            false => io::stdout().write(bytes).map_err(mark),
        }
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self.beside {
            true => io::stderr().write_all(bytes),
            false => match &self.pager {
                None => io::stdout().write_all(bytes).map_err(mark),
                Some(pager) => match pager.write(bytes).map_err(mark)? {
                    true => Ok(()),
                    false => Err(io::Error::other(ReaderLeft)),
                },
            },
        }
    }

    fn write_fmt(&mut self, args: std::fmt::Arguments<'_>) -> io::Result<()> {
        let text = args.to_string();
        match self.ours {
            true => self.write_all(as_called_here(&text).as_bytes()),
            false => self.write_all(text.as_bytes()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.beside {
            true => io::stderr().flush(),
            false => io::stdout().flush().map_err(mark),
        }
    }
}

/// Marks the one failure that is none, so that a broken pipe of a socket is not taken for it.
#[derive(Debug)]
struct ReaderLeft;

impl std::fmt::Display for ReaderLeft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("no program reads the output any more")
    }
}

impl std::error::Error for ReaderLeft {}

fn mark(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::BrokenPipe => io::Error::other(ReaderLeft),
        kind => io::Error::new(kind, format!("cannot write to standard output: {error}")),
    }
}

/// Whether an error says that the reader of our stdout went away.
pub fn reader_left(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let io = cause.downcast_ref::<io::Error>();
        io.and_then(io::Error::get_ref)
            .is_some_and(|inner| inner.is::<ReaderLeft>())
    })
}

/// The text with our command as it is called here: `cargo lab` in a clone, `wirelab` elsewhere. A second
/// column in the line stays where it is.
fn as_called_here(text: &str) -> String {
    static IN_CLONE: OnceLock<bool> = OnceLock::new();
    let in_clone = IN_CLONE.get_or_init(|| match locations::workbench() {
        Some(workbench) => workbench.in_clone,
        None => locations::repository().is_some(),
    });
    match in_clone {
        true => text.to_string(),
        false => text.split_inclusive('\n').map(renamed).collect(),
    }
}

/// A line with `wirelab` for each `cargo lab`.
fn renamed(line: &str) -> String {
    const THERE: &str = "cargo lab";
    const HERE: &str = "wirelab";
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once(THERE) {
        out.push_str(before);
        out.push_str(HERE);
        let (words, column) = after.split_at(after.find("  ").unwrap_or(after.len()));
        rest = column;
        out.push_str(&words.replace(THERE, HERE));
        if !column.is_empty() {
            out.push_str(&" ".repeat(THERE.len() - HERE.len()));
        }
    }
    out + rest
}

/// Says something beside the output, on stderr, where a redirected output does not take it along.
pub fn warn(text: &str) {
    let _ = writeln!(io::stderr(), "wirelab: {}", as_called_here(text));
}

/// Shows on stderr what cargo does, once a build takes long; its last word, that it is done, is left out.
pub fn progress() -> BuildProgress {
    BuildProgress {
        terminal: io::stderr().is_terminal(),
        show: |line| {
            let words = line.trim_start_matches("\x1b[K").trim_start();
            if !words.starts_with("Finished") {
                let _ = io::stderr().write_all(line.as_bytes());
            }
        },
    }
}

/// Writes one line of a log to stderr, as it is.
pub fn log(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Prints an error on stderr as one message: what failed, then why, from the outside in. If stderr is closed
/// too, there is no place to report that, so the failure is ignored.
pub fn complain(error: &anyhow::Error) {
    let text = as_called_here(&format!("{error:#}"));
    let _ = writeln!(io::stderr(), "wirelab: {text}");
}
