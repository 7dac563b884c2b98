//! The command line: the commands, their output, and their exit codes.
//!
//! Rule 1: one table, [`COMMANDS`], gives the dispatch, the usage text and the test that both agree.
//! Rule 2: a command turns its arguments into calls of the library, and the results into text. It parses no
//! protocol and opens no socket.
//! Rule 3: a command returns, and only `main` ends the process. So every program that was started is ended,
//! too.
//! Rule 4: each failure gives one message on stderr, which names the file, the address or the lab.

mod args;
mod bill;
mod check;
mod class;
mod completions;
mod decode;
mod explain;
mod fetch;
mod grid;
mod help;
mod hint;
mod init;
mod lab;
mod list;
mod man;
mod nc;
mod output;
mod pager;
mod play;
mod probe;
mod probe_client;
mod quiz;
mod screen;
mod serve;
mod server_command;
mod show;
mod start;
mod step_view;
mod storm;
mod tap;
mod terminal_text;
mod watch;
mod web;
mod wire_file;
mod wire_log;

pub use args::{Args, Opt, WrongUse, lab_number};
pub use screen::{Screen, Style};

use std::ffi::OsString;
use std::process::ExitCode;
use wirelab::course::locate_and_build_programs;

/// How a command ended, as the exit code says it. Wrong use (2) and "could not be started" (3) are
/// the errors [`WrongUse`] and [`NotStarted`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandOutcome {
    /// Exit code 0.
    Passed,
    /// Exit code 1: a check failed, two things differ.
    Failed,
    /// An exit code with a meaning of its own; what it means was said.
    Exit(u8),
}

/// The error for exit code 3: the program under check could not be started.
#[derive(Debug)]
pub struct NotStarted(pub String);

impl std::fmt::Display for NotStarted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotStarted {}

/// One word after `cargo lab`, and everything that its usage text says.
pub struct Command {
    /// The word: `tap`.
    pub name: &'static str,
    /// What follows it, as the usage line shows it: `LISTEN UPSTREAM`. In brackets: may be left out.
    pub places: &'static [&'static str],
    /// One line for the table of commands, at most 58 characters, no full stop.
    pub sentence: &'static str,
    /// What else `--help` says, lines of at most 80 characters; may be empty.
    pub more: &'static str,
    /// Every option that the command takes; others are refused with the nearest of these.
    pub options: &'static [Opt],
    /// Does it. The words were checked against `places` and `options` before.
    pub run: fn(&Args, &mut Screen) -> anyhow::Result<CommandOutcome>,
}

/// Every command, in the order of the usage text: the learner's first, the engineer's after them.
pub const COMMANDS: &[Command] = &[
    list::COMMAND,
    lab::COMMAND,
    init::COMMAND,
    start::COMMAND,
    check::COMMAND,
    watch::COMMAND,
    web::COMMAND,
    hint::COMMAND,
    explain::COMMAND,
    quiz::COMMAND,
    bill::COMMAND,
    class::COMMAND,
    nc::COMMAND,
    tap::COMMAND,
    play::COMMAND,
    show::COMMAND,
    serve::COMMAND,
    fetch::COMMAND,
    probe::COMMAND,
    storm::COMMAND,
    grid::COMMAND,
    completions::COMMAND,
    man::COMMAND,
    help::COMMAND,
];

/// The commands that show no bytes of an unknown peer.
const LEARNERS: &[&str] = &[
    "list", "lab", "init", "start", "check", "watch", "hint", "explain", "quiz", "bill", "class",
    "help",
];

/// Runs the words after `wirelab`, prints, and says with which exit code the process ends.
pub fn run(words: Vec<OsString>) -> ExitCode {
    let mut screen = Screen::stdout();
    locate_and_build_programs::show_progress(screen::progress());
    let ended = dispatch(&words, &mut screen);
    match ended {
        Ok(CommandOutcome::Passed) => ExitCode::SUCCESS,
        Ok(CommandOutcome::Failed) => ExitCode::from(1),
        Ok(CommandOutcome::Exit(code)) => ExitCode::from(code),
        // The reader of our output has closed it (`| head`), so there is nothing to print to.
        Err(error) if screen::reader_left(&error) => ExitCode::SUCCESS,
        Err(error) => {
            screen::complain(&error);
            ExitCode::from(exit_code(&error))
        }
    }
}

/// 2 for wrong use, 3 when a program could not be started, 1 for every other error.
fn exit_code(error: &anyhow::Error) -> u8 {
    if error.downcast_ref::<WrongUse>().is_some() {
        2
    } else if error.downcast_ref::<NotStarted>().is_some() {
        3
    } else {
        1
    }
}

/// Finds the command, checks its words against its table, and runs it.
fn dispatch(words: &[OsString], screen: &mut Screen) -> anyhow::Result<CommandOutcome> {
    let Some(first) = words.first() else {
        screen.text_is_ours();
        return list::short(screen);
    };
    match first.to_string_lossy().as_ref() {
        "-h" | "--help" => help::overview(screen),
        "-V" | "--version" => help::version(screen),
        // `cargo lab 9` is short for `cargo lab lab 9`.
        word if lab_number(word).is_some() => with(&lab::COMMAND, words, screen),
        word => with(find(word)?, &words[1..], screen),
    }
}

/// The command with this name, or an error that names the nearest one.
fn find(word: &str) -> Result<&'static Command, WrongUse> {
    if let Some(command) = COMMANDS.iter().find(|command| command.name == word) {
        return Ok(command);
    }
    let names = COMMANDS.iter().map(|command| command.name);
    let hint = match args::nearest(word, names) {
        Some(name) => format!("did you mean `cargo lab {name}`?"),
        None => "`cargo lab help` lists the commands".to_string(),
    };
    Err(WrongUse(format!(
        "there is no command `{}`: {hint}",
        args::printable(word)
    )))
}

/// Runs `command` with the words after its name, or shows its help.
fn with(
    command: &Command,
    words: &[OsString],
    screen: &mut Screen,
) -> anyhow::Result<CommandOutcome> {
    if args::asks_for_help(words) {
        return help::of(command, screen);
    }
    let args = Args::read(command, words)?;
    if LEARNERS.contains(&command.name) {
        screen.text_is_ours();
    }
    (command.run)(&args, screen)
}
