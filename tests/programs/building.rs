//! The learner's own programs, built, watched, billed, and run by `cargo exercise`, in a course folder of
//! their own, so that nothing here touches the real workbench.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use crate::support::bin;
use crate::support::course_folder::{CLIENT_1, Course, SERVER_1, err, out};

/// Nothing here takes more than a few seconds; this long is a failure, on any machine.
const DEADLINE: Duration = Duration::from_secs(90);

/// A watch at work: its lines as they come.
struct Watch {
    child: Child,
    lines: Receiver<String>,
}

impl Watch {
    fn start(course: &Course, words: &[&str]) -> Watch {
        let mut command = course.command(words);
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .expect("wirelab starts");
        let stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        Watch { child, lines }
    }

    /// The lines up to the first that holds `words`.
    fn until(&self, words: &str) -> String {
        let mut text = String::new();
        while !text.contains(words) {
            let line = self.lines.recv_timeout(DEADLINE);
            let line = line.unwrap_or_else(|_| panic!("no line with {words:?}, but:\n{text}"));
            text += &format!("{line}\n");
        }
        text
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_watch_shows_a_verdict_at_each_save_and_ends_when_all_is_passed() {
    let course = Course::new("watch");
    assert!(course.run(&["start", "1", "--server"]).status.success());
    let mut watch = Watch::start(&course, &["watch", "1", "--server"]);
    let verdict = watch.until("Ctrl-C ends it");
    assert!(verdict.starts_with("FAIL lab 01"), "{verdict}");

    course.save("my01-server", "fn main() { tacos }");
    let verdict = watch.until("Ctrl-C ends it");
    assert!(verdict.contains("cannot find value `tacos`"), "{verdict}");
    assert!(!course.progress().contains("passed"));

    course.save("my01-server", SERVER_1);
    watch.until("All passed");
    assert!(watch.child.wait().expect("it ends").success());
    assert!(course.progress().contains("01-three-tacos server=passed"));
}

#[test]
fn nothing_can_be_watched_before_it_is_started() {
    let course = Course::new("unstarted");
    let output = course.run(&["watch", "1"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(
        err(&output).contains("`cargo lab start 1`"),
        "{}",
        err(&output)
    );
}

#[test]
fn a_bill_holds_until_it_or_a_program_is_changed() {
    let course = Course::new("bill");
    let output = course.run(&["bill"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        err(&output).contains("no exercise has passed yet"),
        "{}",
        err(&output)
    );

    course.save("my01-server", SERVER_1);
    course.save("my01-client", CLIENT_1);
    assert!(course.run(&["check", "1"]).status.success());
    let bill = course.run(&["bill", "--name", "Maria"]);
    assert_eq!(err(&bill), "");
    assert!(
        out(&bill).contains("name Maria\nseed ")
            && out(&bill).contains("\n\n01-three-tacos server\n"),
        "{}",
        out(&bill)
    );
    let saved = course.run(&[
        "bill", "--name", "Maria", "--save", "b.txt", "--svg", "b.svg",
    ]);
    assert!(saved.status.success() && out(&saved).is_empty());
    let text = fs::read_to_string(course.0.join("b.txt")).expect("it is saved");
    assert_eq!(text, out(&bill), "it is the same each time");
    let svg = fs::read_to_string(course.0.join("b.svg")).expect("it is drawn");
    assert!(
        svg.contains(
            text.trim_end()
                .rsplit(':')
                .next()
                .expect("the hash")
                .get(..32)
                .expect("32 digits")
        )
    );

    let verified = course.run(&["bill", "--verify", "b.txt"]);
    assert!(verified.status.success(), "{}", out(&verified));
    let total = text.lines().rev().nth(1).expect("the total");
    assert!(total.starts_with("2 programs, "), "{total}");
    assert!(out(&verified).contains(&format!("\nThe bill is valid: {total}.")));

    course.write("c.txt", &text.replace("Maria", "Mario"));
    let changed = course.run(&["bill", "--verify", "c.txt"]);
    assert_eq!(changed.status.code(), Some(1));
    assert!(
        err(&changed).contains("c.txt: the bill was changed"),
        "{}",
        err(&changed)
    );
    assert_eq!(
        course.run(&["bill", "--verify", "none.txt"]).status.code(),
        Some(1)
    );

    course.save(
        "my01-server",
        include_str!("../../labs/01-three-tacos/start-server.rs"),
    );
    let broken = course.run(&["bill", "--verify", "b.txt"]);
    assert_eq!(broken.status.code(), Some(1));
    let said = out(&broken);
    assert!(
        said.contains("FAILS 01-three-tacos server: the program in this workbench is another one"),
        "{said}"
    );
    assert!(said.contains("holds 01-three-tacos client"), "{said}");
    assert!(said.ends_with("The bill is not valid.\n"), "{said}");

    // No name, no mark of direction and no endless file gets through.
    course.write("d.txt", &text.replace("Maria", "M\u{1b}]0;x\u{7}\u{202e}"));
    let hostile = course.run(&["bill", "--verify", "d.txt"]);
    assert_eq!(hostile.status.code(), Some(1));
    assert!(!err(&hostile).contains(['\u{1b}', '\u{202e}']));
    let endless = course.run(&["bill", "--verify", "/dev/zero"]);
    assert_eq!(endless.status.code(), Some(1));
    assert!(err(&endless).contains("more than 65536 bytes"));
}

#[test]
fn the_course_s_own_program_is_not_billed() {
    let course = Course::new("own-bill");
    let own = bin("lab01-server");
    let copy = course.0.join("mine");
    fs::copy(&own, &copy).expect("a copy");
    for program in [own, copy] {
        let command = format!("'{}' {{addr}}", program.display());
        let checked = course.run(&["check", "1", "--server", &command]);
        assert!(checked.status.success(), "{}", out(&checked));
        let bill = course.run(&["bill"]);
        assert_eq!(bill.status.code(), Some(1), "{}", out(&bill));
        let why = "left out: 01-three-tacos server: it is the course's own program";
        assert!(err(&bill).contains(why), "{}", err(&bill));
        assert!(!out(&bill).contains("01-three-tacos"), "{}", out(&bill));
    }
}

/// A command at work whose stderr is read as it comes.
struct Waiting {
    child: Child,
    lines: Receiver<String>,
}

impl Waiting {
    fn start(mut command: Command) -> Waiting {
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("wirelab starts");
        let stderr = BufReader::new(child.stderr.take().expect("stderr is piped"));
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        Waiting { child, lines }
    }

    /// Waits for a line of stderr with these words; it comes while the command still waits.
    fn says(&self, words: &str) {
        let said = |line: String| line.contains(words);
        let mut lines = std::iter::from_fn(|| self.lines.recv_timeout(DEADLINE).ok());
        assert!(lines.any(said), "whoever waits is told for what: {words}");
    }
}

#[test]
fn a_build_and_a_wait_for_another_cargo_are_told_and_a_warm_build_says_nothing() {
    let course = Course::new("told");
    course.save("my01-server", SERVER_1);
    // The build waits for us, so it takes as long as the test needs.
    let gate = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = gate.local_addr().expect("an address").port();
    let build = format!(
        "fn main() {{ println!(\"cargo::rerun-if-changed=build.rs\"); \
         let mut gate = std::net::TcpStream::connect((\"127.0.0.1\", {port})).unwrap(); \
         let _ = std::io::Read::read_to_end(&mut gate, &mut Vec::new()); }}"
    );
    course.write("labs/workbench/build.rs", &build);
    let mut first = Waiting::start(course.command(&["check", "1"]));
    first.says("Compiling workbench");
    let mut second = Waiting::start(course.command(&["check", "1"]));
    second.says("Blocking waiting for file lock");
    drop(gate.accept().expect("the build comes"));
    assert!(first.child.wait().expect("it ends").success());
    assert!(second.child.wait().expect("it ends").success());
    let warm = course.run(&["check", "1"]);
    assert_eq!((warm.status.code(), err(&warm).as_str()), (Some(0), ""));
}

#[test]
fn the_suite_of_the_course_never_builds_the_workbench() {
    let manifest = include_str!("../../Cargo.toml");
    assert!(manifest.contains("\ndefault-members = [\".\", \"labs/programs\"]\n"));
}

#[test]
fn a_program_is_judged_by_what_its_file_holds_and_not_by_its_time() {
    let course = Course::new("restored");
    let file = course.0.join("labs/workbench/src/bin/my01-server.rs");
    course.save("my01-server", SERVER_1);
    let solved = course.run(&["check", "1", "--server"]);
    assert!(solved.status.success(), "{}{}", out(&solved), err(&solved));
    let old = file.with_extension("rs.old");
    fs::rename(&file, &old).expect("it is moved away");
    course.save(
        "my01-server",
        include_str!("../../labs/01-three-tacos/start-server.rs"),
    );
    assert!(!course.run(&["check", "1", "--server"]).status.success());
    // The file that comes back is older than the program that was built meanwhile.
    fs::rename(&old, &file).expect("it is moved back");
    let again = course.run(&["check", "1", "--server"]);
    assert!(again.status.success(), "{}{}", out(&again), err(&again));
}
