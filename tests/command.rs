//! The `wirelab` command as a person meets it: what it prints, and with which exit code it ends.
//!
//! Nothing here touches the learner's workbench: each test has a course folder of its own, which
//! `WIRELAB_COURSE` names. To accept a changed output: `INSTA_UPDATE=always cargo test --test command`.

mod support;

use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use support::{bin, have, soon};
use wirelab::course::catalogue::{self};
use wirelab::course::readme::{self, Readme};

/// A course folder with an empty workbench, gone after the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("command-{name}"));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(path.join("labs/workbench/src/bin")).expect("a folder");
        fs::write(path.join("labs/workbench/Cargo.toml"), "").expect("a file");
        Folder(path)
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(bin("wirelab"));
        let command_ref = command
            .args(words)
            .env("WIRELAB_COURSE", &self.0)
            .env_remove("NO_COLOR");
        command_ref.current_dir(&self.0).stdin(Stdio::null());
        command
    }

    fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().expect("wirelab starts")
    }

    /// What it printed, when it passed.
    fn passes(&self, words: &[&str]) -> String {
        let output = self.run(words);
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{words:?}: {complaint}");
        // A build that takes longer than a second says so, as on a busy machine.
        let mut said = complaint.lines();
        let builds = |line: &str| line.starts_with("   ");
        assert!(said.all(builds), "{words:?} complains: {complaint}");
        String::from_utf8(output.stdout).expect("UTF-8")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Exit code, stdout and stderr as one text for a snapshot.
fn told(folder: &Folder, words: &[&str]) -> String {
    let output = folder.run(words);
    format!(
        "$ cargo lab {}\n{}{}exit code {}\n",
        words.join(" "),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
        output.status.code().expect("it was not killed")
    )
}

fn commands(folder: &Folder) -> Vec<String> {
    let overview = folder.passes(&["help"]);
    let rows = overview
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = rows.filter_map(|row| row.split_whitespace().next());
    names.map(str::to_string).collect()
}

#[test]
fn the_list_shows_every_lab_and_what_is_next() {
    let folder = Folder::new("list");
    let list = folder.passes(&[]);
    assert_eq!(list, folder.passes(&["list"]));
    for lab in catalogue::labs() {
        let line = list.lines().find(|line| line.contains(lab.title));
        let line = line.unwrap_or_else(|| panic!("no line for {}", lab.title));
        assert!(line.contains(&format!("{} min", lab.minutes)), "{line}");
        assert!(line.contains(lab.difficulty.word()), "{line}");
    }
    assert!(list.ends_with("\nNext: cargo lab 1\n"), "{list}");
    let lines: Vec<&str> = list.lines().collect();
    insta::assert_snapshot!(
        "list",
        lines.join(
            "
"
        )
    );
}

#[test]
fn the_help_of_the_learners_commands_reads_well() {
    let folder = Folder::new("help-pages");
    let commands = ["list", "lab", "start", "watch", "hint", "bill", "help"];
    let pages = commands.map(|command| told(&folder, &[command, "--help"]));
    insta::assert_snapshot!("help_pages", pages.join("\n"));
}

#[test]
fn the_list_shows_what_is_passed() {
    let folder = Folder::new("passed");
    let file = folder.0.join("labs/workbench/progress.txt");
    let text = "01-three-tacos client=passed server=passed\n02-order-in-crumbs hints=2\nnonsense\n";
    fs::write(&file, text).expect("a file");
    let list = folder.passes(&["list"]);
    let line = |title: &str| {
        list.lines()
            .find(|line| line.contains(title))
            .expect("a line")
    };
    assert!(line("Three tacos").ends_with("easy    passed"));
    assert!(line("The order arrives in crumbs").starts_with("->"));
    fs::write(&file, "01-three-tacos client=passed\n").expect("a file");
    assert!(folder.passes(&["list"]).contains("easy    client passed"));
    assert_eq!(
        fs::read_to_string(&file).expect("a file"),
        "01-three-tacos client=passed\n"
    );
}

#[test]
fn every_command_has_its_help_and_no_line_is_wider_than_80_columns() {
    let folder = Folder::new("help");
    let commands = commands(&folder);
    assert!(commands.len() > 4, "{commands:?}");
    let mut texts = vec![folder.passes(&["--help"]), folder.passes(&["list"])];
    for command in &commands {
        let text = folder.passes(&[command, "--help"]);
        assert_eq!(text, folder.passes(&["help", command]));
        assert!(
            text.starts_with(&format!("usage: cargo lab {command}")),
            "{text}"
        );
        texts.push(text);
    }
    for text in texts {
        let wide = text.lines().find(|line| line.chars().count() > 80);
        assert!(wide.is_none(), "wider than 80 columns: {wide:?}");
        assert!(!text.contains('\x1b'), "colour where no terminal is");
    }
}

/// Every `"--option"` that a command's source names stands in its help, and the other way round;
/// `sides` in start.rs reads two of them for others, too.
#[test]
fn the_options_that_a_command_reads_are_those_of_its_table() {
    let folder = Folder::new("options");
    let sources = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/command");
    let start = fs::read_to_string(sources.join("start.rs")).expect("it is there");
    for command in commands(&folder) {
        let file = sources.join(format!("{command}.rs"));
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{command}: {error}"));
        let mut text = match text.contains("sides(args") {
            true => text + start.split_once("pub fn sides").expect("it is there").1,
            false => text,
        };
        for part in fs::read_dir(sources.join(&command)).into_iter().flatten() {
            let part = fs::read_to_string(part.expect("an entry").path());
            text += &part.expect("a source");
        }
        if command == "watch" {
            let jobs = fs::read_to_string(sources.join("check/jobs.rs")).expect("it is there");
            let shared = jobs.split_once("pub fn commands").expect("it is there").1;
            text += shared.split("\n}\n").next().unwrap_or_default();
        }
        let help = folder.passes(&[&command, "--help"]);
        let listed = help.lines().filter_map(|line| line.strip_prefix("  --"));
        for option in listed.filter_map(|line| line.split_whitespace().next()) {
            let uses = text.matches(&format!("\"--{option}\"")).count();
            let shared = ["server", "client"].contains(&option) && text.contains("ONLY_SERVER");
            assert!(
                uses >= 2 || shared && uses == 1,
                "{command} lists --{option} and never reads it"
            );
        }
        for piece in text.split("(\"--").skip(1) {
            let option = piece.split('"').next().unwrap_or_default();
            // A sentence that begins with an option is none.
            assert!(
                option.contains(' ') || help.contains(&format!("  --{option}")),
                "{command}: --{option}"
            );
        }
    }
}

#[test]
fn a_lab_is_told_run_and_followed_by_what_to_do_next() {
    let folder = Folder::new("lab");
    let lab = catalogue::lab(1).expect("lab 1");
    let story = Readme::of(lab.readme);
    let mut output = folder.passes(&["1"]);
    // The page's own words may change without a word here; that they are all there is what counts.
    for part in ["Story", "By hand", "Exercise"] {
        let words = readme::plain(story.part(part).expect("the part")).join("\n");
        assert!(output.contains(&words), "{part} is missing in\n{output}");
        output = output.replace(&words, &format!("({part}, as in the README)"));
    }
    insta::assert_snapshot!("lab_1", output);
    for name in ["01", "lab01", "01-three-tacos", "three-tacos"] {
        assert_eq!(
            folder.passes(&["lab", name]),
            folder.passes(&["1"]),
            "{name}"
        );
    }
}

#[test]
fn wrong_use_gets_one_message_and_exit_code_2() {
    let folder = Folder::new("wrong");
    let cases: [&[&str]; 11] = [
        &["lst"],
        &["frobnicate"],
        &["\x1b[31m\u{7}"],
        &["lab"],
        &["lab", "taco"],
        &["0"],
        &["99"],
        &["999999999999"],
        &["1", "2"],
        &["start", "1", "--agian"],
        &["start", "9", "--client"],
    ];
    let text: Vec<String> = cases.iter().map(|words| told(&folder, words)).collect();
    for text in &text {
        assert!(text.ends_with("exit code 2\n"), "{text}");
        assert_eq!(text.lines().count(), 3, "one message: {text}");
    }
    let numbers: Vec<u8> = catalogue::labs().map(|lab| lab.number).collect();
    let text = text.join("\n");
    let text = text.replace(&catalogue::counted(&numbers), "1 to LAST");
    insta::assert_snapshot!("wrong_use", visible(&text));
}

/// Control characters made visible, as a snapshot must have them.
fn visible(text: &str) -> String {
    let shown = |c: char| match c {
        '\n' => c.to_string(),
        c if c.is_control() => c.escape_default().to_string(),
        c => c.to_string(),
    };
    text.chars().map(shown).collect()
}

#[test]
fn an_exercise_is_started_once_and_hints_grow() {
    let folder = Folder::new("start");
    let mut text = String::new();
    let calls: [&[&str]; 9] = [
        &["start", "1", "--server"],
        &["start", "1"],
        &["start", "1"],
        &["start", "1", "--server", "--again"],
        &["hint", "1"],
        &["hint", "1"],
        &["hint", "1"],
        &["hint", "1"],
        &["start", "24"],
    ];
    for words in calls {
        text.push_str(&told(&folder, words));
        text.push('\n');
    }
    let lab = catalogue::lab(1).expect("lab 1");
    for (index, hint) in lab.hints.iter().enumerate() {
        let hint = readme::wrapped(hint, "", "").join("\n");
        // Once when it is its turn, once more when all are shown again.
        assert_eq!(text.matches(&hint).count(), 2, "{hint}");
        text = text.replace(&hint, &format!("(hint {})", index + 1));
    }
    insta::assert_snapshot!("start_and_hint", text);
    let stub = include_str!("../labs/01-three-tacos/start-server.rs");
    let file = folder.0.join("labs/workbench/src/bin/my01-server.rs");
    assert_eq!(fs::read_to_string(file).expect("it is there"), stub);
}

#[test]
fn commands_that_write_at_once_lose_nothing() {
    let folder = Folder::new("at-once");
    let file = folder.0.join("labs/workbench/progress.txt");
    for round in 1..=3 {
        let start = |lab: &catalogue::Lab| {
            let mut command = folder.command(&["hint", &lab.number.to_string()]);
            let command = command.stdout(Stdio::null());
            command.spawn().expect("wirelab starts")
        };
        let mut all: Vec<_> = catalogue::labs().map(start).collect();
        for child in &mut all {
            assert!(child.wait().expect("it ends").success());
        }
        let text = fs::read_to_string(&file).expect("the file");
        let notes = text.matches(&format!(" hints={round}\n")).count();
        assert_eq!(notes, all.len(), "round {round}:\n{text}");
    }
}

#[test]
fn a_process_that_dies_while_it_writes_stops_no_other() {
    if !have(&["flock"]) {
        return;
    }
    let folder = Folder::new("dies");
    let bench = folder.0.join("labs/workbench");
    fs::write(bench.join("progress.txt.new-1-0"), "half of a li").expect("a file");
    let mut holder = Command::new("flock");
    holder.arg("--close").arg(bench.join("progress.txt.lock"));
    holder.args(["--command", "echo held; read line"]);
    let holder = holder.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut holder = holder.spawn().expect("flock starts");
    let mut word = [0; 5];
    let said = holder.stdout.as_mut().expect("stdout is piped");
    said.read_exact(&mut word).expect("it holds the lock");
    let mut hint = folder.command(&["hint", "1"]);
    let mut hint = hint.stdout(Stdio::null()).spawn().expect("it starts");
    assert!(hint.try_wait().expect("its state").is_none());
    holder.kill().expect("it can be killed");
    holder.wait().expect("it is gone");
    assert!(hint.wait().expect("it ends").success());
    let text = fs::read_to_string(bench.join("progress.txt")).expect("the file");
    assert!(text.ends_with("01-three-tacos hints=1\n"), "{text}");
}

/// A copy of `wirelab`, alone in a folder that no course is above.
#[cfg(unix)]
fn alone(name: &str) -> (Folder, PathBuf) {
    let folder = std::env::temp_dir().join(format!("wirelab-{name}-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    let copy = folder.join(format!("wirelab{}", std::env::consts::EXE_SUFFIX));
    // By another process: a file that we have open for writing while another thread forks could not
    // be run ("text file busy", execve(2)).
    let copied = Command::new("cp").arg(bin("wirelab")).arg(&copy).status();
    assert!(copied.expect("cp starts").success());
    (Folder(folder), copy)
}

#[cfg(unix)]
fn complaint(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(text.lines().count(), 1, "one message: {text}");
    text.into_owned()
}

#[cfg(unix)]
#[test]
fn a_program_that_cannot_be_had_is_one_message_and_exit_code_3() {
    let (folder, wirelab) = alone("alone");
    // A clone in which nothing is built yet.
    fs::create_dir_all(folder.0.join("labs/programs")).expect("a folder");
    fs::write(folder.0.join("labs/programs/Cargo.toml"), "").expect("a file");
    let mut command = Command::new(&wirelab);
    command.env("WIRELAB_COURSE", &folder.0);
    let output = command.arg("1").env("CARGO", "/no/such/cargo").output();
    let output = output.expect("wirelab starts");
    assert_eq!(output.status.code(), Some(3));
    let complaint = complaint(&output);
    assert!(
        complaint.contains("cargo could not be started ("),
        "{complaint}"
    );
    assert!(complaint.contains("https://rustup.rs"), "{complaint}");
}

#[test]
fn a_reader_that_leaves_ends_the_command_quietly() {
    let folder = Folder::new("pipe");
    let mut child = folder.command(&["1"]);
    let child = child.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = child.spawn().expect("wirelab starts");
    drop(child.stdout.take());
    let mut complaint = String::new();
    let stderr = child.stderr.as_mut().expect("stderr is piped");
    stderr.read_to_string(&mut complaint).expect("UTF-8");
    assert_eq!(complaint, "");
    assert!(child.wait().expect("it ends").success());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_one_message() {
    let folder = Folder::new("full");
    let full = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .expect("/dev/full");
    let output = folder
        .command(&["list"])
        .stdout(full)
        .output()
        .expect("wirelab starts");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{complaint}");
    assert!(complaint.starts_with("wirelab: cannot write to standard output: No space left"));
    assert_eq!(complaint.lines().count(), 1, "{complaint}");
}

/// A terminal of 80 columns and 24 rows; it ends with the value.
struct Terminal(String);

impl Terminal {
    /// Runs a shell's words in it.
    fn start(name: &str, folder: &Folder, words: &str) -> Terminal {
        let server = format!("wirelab-{name}-{}", std::process::id());
        let mut tmux = Command::new("tmux");
        tmux.args(["-L", &server, "-f", "/dev/null", "new-session", "-d"]);
        tmux.args(["-x", "80", "-y", "24"]).arg(words);
        tmux.env("WIRELAB_COURSE", &folder.0).env("NO_COLOR", "1");
        let started = tmux.status().expect("tmux starts").success();
        assert!(started, "tmux gives no terminal");
        Terminal(server)
    }

    fn tmux(&self, words: &[&str]) -> String {
        let mut tmux = Command::new("tmux");
        let output = tmux.args(["-L", &self.0]).args(words).output();
        String::from_utf8_lossy(&output.expect("tmux starts").stdout).into_owned()
    }

    /// What is on the screen, as soon as this is.
    fn shows(&self, word: &str) -> String {
        let mut screen = String::new();
        let found = soon(|| {
            screen = self.tmux(&["capture-pane", "-p"]);
            screen.contains(word)
        });
        assert!(found, "no `{word}` on the screen:\n{screen}");
        screen
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
    }
}

#[test]
fn a_small_terminal_shows_what_is_next_and_long_texts_page_by_page() {
    if !have(&["tmux"]) {
        return;
    }
    let folder = Folder::new("terminal");
    let file = folder.0.join("labs/workbench/progress.txt");
    fs::write(&file, "01-three-tacos client=passed server=passed\n").expect("a file");
    let wirelab = bin("wirelab").display().to_string();
    let list = Terminal::start("list", &folder, &format!("'{wirelab}'; cat"));
    let screen = list.shows("Next: cargo lab 2");
    assert!(screen.starts_with("Act I "), "it has scrolled:\n{screen}");
    assert!(
        screen.contains("->  2  The order arrives in crumbs"),
        "{screen}"
    );

    let lab = Terminal::start(
        "lab",
        &folder,
        &format!("'{wirelab}' 1; echo all-over; cat"),
    );
    let screen = lab.shows("-- Enter shows the next page");
    assert!(screen.starts_with("Lab 1 · Three tacos\n"), "{screen}");
    assert_eq!(screen.trim_end().lines().count(), 24, "{screen}");
    let mut screen = String::new();
    let ended = soon(|| {
        screen = lab.tmux(&["capture-pane", "-p"]);
        if screen.trim_end().ends_with("stops here --") {
            lab.tmux(&["send-keys", "Enter"]);
        }
        screen.contains("all-over")
    });
    assert!(ended, "{screen}");
    assert!(screen.contains("  cargo lab start 1"), "{screen}");

    let help = Terminal::start("q", &folder, &format!("'{wirelab}' 1; echo status $?; cat"));
    help.shows("-- Enter shows the next page");
    help.tmux(&["send-keys", "q", "Enter"]);
    let screen = help.shows("status 0");
    assert!(!screen.contains("cargo lab start 1"), "{screen}");
}

/// `script` gives a program a terminal.
#[test]
fn colour_is_for_terminals_and_no_color_is_obeyed() {
    if !have(&["script"]) {
        return;
    }
    let folder = Folder::new("colour");
    let on_terminal = |no_color: &str| {
        let mut command = Command::new("script");
        command.args(["--quiet", "--return", "--command"]);
        command
            .arg(format!("{} list", bin("wirelab").display()))
            .arg("/dev/null");
        command
            .env("WIRELAB_COURSE", &folder.0)
            .env("NO_COLOR", no_color)
            .env("TERM", "xterm");
        let output = command
            .stdin(Stdio::null())
            .output()
            .expect("script starts");
        assert!(output.status.success());
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    assert!(on_terminal("").contains("\x1b["), "a terminal gets colour");
    assert!(!on_terminal("1").contains('\x1b'), "NO_COLOR is obeyed");
}
