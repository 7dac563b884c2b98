//! An installed `wirelab`: a copy of the program alone in a folder that no clone is above, and a workbench
//! that it makes.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use crate::support::{bin, have, side_by_side, soon};
use wirelab::course::catalogue;
use wirelab::wire::Transcript;

/// A folder that no clone is above, with the program in `bin/`, a folder for temporary files in `tmp/`, and
/// an empty one to work in. It is gone after the test.
struct Machine(PathBuf);

impl Machine {
    fn new(name: &str) -> Machine {
        let name = format!("wirelab outside-{name}-{}", std::process::id());
        let machine = Machine(std::env::temp_dir().join(name));
        for folder in ["bin", "tmp", "empty"] {
            fs::create_dir_all(machine.0.join(folder)).expect("a folder");
        }
        // By another process: a file that we have open for writing while another thread forks could not
        // be run ("text file busy", execve(2)).
        let mut copy = Command::new("cp");
        copy.arg(bin("wirelab")).arg(machine.program());
        assert!(copy.status().expect("cp starts").success());
        machine
    }

    fn program(&self) -> PathBuf {
        self.0.join("bin/wirelab")
    }

    fn command(&self, folder: &str, words: &[&str]) -> Command {
        let mut command = Command::new(self.program());
        command.args(words).current_dir(self.0.join(folder));
        command
            .env("TMPDIR", self.0.join("tmp"))
            .env_remove("WIRELAB_COURSE");
        command.stdin(Stdio::null());
        command
    }

    fn run(&self, folder: &str, words: &[&str]) -> Output {
        self.command(folder, words)
            .output()
            .expect("wirelab starts")
    }

    /// What it prints, when it passes and complains of nothing.
    fn passes(&self, folder: &str, words: &[&str]) -> String {
        let output = self.run(folder, words);
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "{words:?}: {out}{err}");
        // A build that takes longer than a second says so, as on a busy machine.
        let mut said = err.lines();
        let builds = |line: &str| line.starts_with("   ");
        assert!(said.all(builds), "{words:?} complains: {err}");
        out
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The lines of bytes and events, without what an address makes different.
fn wire_lines(text: &str) -> Vec<String> {
    let is_wire = |line: &&str| {
        let word = line.split(' ').next().unwrap_or_default();
        let who = word.trim_start_matches(['C', 'S']);
        who.len() < word.len()
            && who
                .trim_end_matches('>')
                .chars()
                .all(|c| c.is_ascii_digit())
    };
    let port = |line: &str| match line.split_once("localhost:") {
        Some((before, _)) => format!("{before}localhost"),
        None => line.to_string(),
    };
    let mut lines: Vec<String> = text.lines().filter(is_wire).map(port).collect();
    // What two connections do at the same time has no order; each of them has.
    lines.sort_by_key(|line| {
        let word = line.split([' ', '>']).next().unwrap_or_default();
        word.trim_start_matches(['C', 'S']).parse::<u32>().ok()
    });
    lines
}

#[test]
fn every_lab_is_told_and_shown_without_a_clone() {
    let machine = Machine::new("labs");
    let shown = side_by_side(catalogue::labs().collect(), |lab| {
        (lab, machine.passes("empty", &[&lab.number.to_string()]))
    });
    for (lab, told) in shown {
        assert!(
            told.starts_with(&format!("Lab {} · ", lab.number)),
            "{told}"
        );
        assert!(told.contains("in a clone of the course"), "{told}");
        assert!(!told.contains("cargo lab"), "a clone's command: {told}");
        assert!(
            told.lines().all(|line| line.chars().count() <= 80),
            "{told}"
        );
        let script = lab.scripts.first().map_or("", |script| script.text());
        let script = Transcript::parse(script).expect("a transcript");
        let expected = wire_lines(&script.without_times().render_brief());
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        let part = told
            .split("On the wire, a moment ago")
            .nth(1)
            .expect("it is shown");
        let got = wire_lines(part.split("\nBy hand\n").next().unwrap_or_default());
        let unlike = got.iter().zip(&expected).filter(|(got, expected)| {
            // Where the script has a place to be filled, the rest of the line is the system's.
            let start = expected.split('{').next().unwrap_or_default();
            !got.starts_with(start)
        });
        assert_eq!(unlike.collect::<Vec<_>>(), [], "lab {}", lab.number);
        assert_eq!(got.len(), expected.len(), "lab {}: {part}", lab.number);
    }
}

#[test]
fn a_program_is_checked_as_in_a_clone_and_gets_the_labs_files() {
    let machine = Machine::new("check");
    let check = |mut command: Command, lab: u8, program: &str| {
        let quoted = format!("'{}'", bin(program).display());
        command.args([
            "check",
            &lab.to_string(),
            "--seed",
            "7",
            "--server",
            &quoted,
        ]);
        let output = command.output().expect("wirelab starts");
        let said = text(&output.stdout);
        let lines = said.lines().filter(|line| !line.contains("target/wirelab"));
        let said = lines.collect::<Vec<_>>().join("\n");
        (output.status.code(), said, text(&output.stderr))
    };
    // The references need the lab's files in the labs that have some; the stubs fail in each lab its own way.
    let cases = [7, 9, 16, 17, 22, 23, 24].map(|lab| (lab, format!("lab{lab:02}-server")));
    let stubs = [7, 9, 16, 17, 22].map(|lab| (lab, format!("start{lab:02}-server")));
    let all: Vec<(u8, String)> = cases.into_iter().chain(stubs).collect();
    let both = side_by_side(all, |(lab, program)| {
        let outside = check(machine.command("empty", &[]), lab, &program);
        let inside = check(Command::new(bin("wirelab")), lab, &program);
        (program, outside, inside)
    });
    for (program, outside, inside) in both {
        assert_eq!(outside, inside, "{program}");
        let passes = program.starts_with("lab");
        assert_eq!(
            outside.0,
            Some(i32::from(!passes)),
            "{program}: {}",
            outside.1
        );
    }
    let temporary = machine.0.join("tmp");
    let is_empty = || fs::read_dir(&temporary).is_ok_and(|mut inside| inside.next().is_none());
    assert!(soon(is_empty), "files are left in {}", temporary.display());
}

#[test]
fn a_workbench_of_its_own_has_all_that_a_course_needs() {
    let machine = Machine::new("init");
    let said = machine.passes("empty", &["init", "my tacos"]);
    assert!(
        said.starts_with("my tacos is your workbench now\n"),
        "{said}"
    );
    let bench = "empty/my tacos";
    let started = machine.passes(bench, &["start", "1"]);
    assert!(
        started.contains("src/bin/my01-server.rs is your server now"),
        "{started}"
    );
    assert!(started.contains("  wirelab check 1 "), "{started}");
    let failed = machine.run(bench, &["check", "1"]);
    assert_eq!(failed.status.code(), Some(1), "{}", text(&failed.stderr));
    assert!(
        text(&failed.stdout).starts_with("FAIL lab 01"),
        "{}",
        text(&failed.stdout)
    );

    for side in ["server", "client"] {
        let reference = format!(
            "{}/labs/01-three-tacos/{side}.rs",
            env!("CARGO_MANIFEST_DIR")
        );
        let mine = machine
            .0
            .join(bench)
            .join(format!("src/bin/my01-{side}.rs"));
        fs::copy(reference, mine).expect("a file");
    }
    // From a folder inside of it, too.
    let passed = machine.passes(&format!("{bench}/src/bin"), &["check", "1"]);
    assert_eq!(passed.matches("PASS lab 01").count(), 2, "{passed}");
    let list = machine.passes(bench, &["list"]);
    assert!(list.ends_with("\nNext: wirelab 2\n"), "{list}");
    assert!(machine.0.join(bench).join("progress.txt").is_file());

    // Exercises that use our library are built without a clone; they fail as they are meant to.
    for lab in ["14", "17", "21", "22", "23"] {
        machine.passes(bench, &["start", lab]);
        let output = machine.run(bench, &["check", lab]);
        let said = text(&output.stdout) + &text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "lab {lab}: {said}");
    }
    assert!(
        machine
            .0
            .join(bench)
            .join("labs/22-keeps-coming/files/taco.txt")
            .is_file()
    );

    let again = machine.passes("empty", &["init", "my tacos"]);
    assert!(
        again.contains("is a workbench already, and was not changed"),
        "{again}"
    );
    fs::create_dir(machine.0.join("empty/other")).expect("a folder");
    fs::write(machine.0.join("empty/other/Cargo.toml"), "[package]\n").expect("a file");
    let taken = machine.run("empty", &["init", "other"]);
    assert_eq!(taken.status.code(), Some(1));
    assert!(
        text(&taken.stderr).contains("other/Cargo.toml exists"),
        "{}",
        text(&taken.stderr)
    );
    assert!(
        !machine.0.join("empty/other/src").exists(),
        "half a workbench is left"
    );
}

#[test]
fn what_needs_a_workbench_or_a_clone_says_so_with_its_exit_code() {
    let machine = Machine::new("nowhere");
    let cases: [(&[&str], i32, &str); 4] = [
        (&["start", "1"], 1, "`wirelab init DIR` makes one"),
        (&["check", "1"], 3, "`wirelab init DIR` makes a workbench"),
        (
            &["check", "1", "--reference"],
            3,
            "this folder is not in a clone",
        ),
        (&["watch", "1"], 3, "`wirelab start 1`"),
    ];
    for (words, code, part) in cases {
        let output = machine.run("empty", words);
        assert_eq!(output.status.code(), Some(code), "{words:?}");
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(said.contains(part), "{words:?}: {said}");
        assert!(!said.contains("cargo lab"), "{words:?}: {said}");
    }
    assert!(machine.passes("empty", &[]).contains("Next: wirelab 1"));
    // Without a place to count them, all hints come at once.
    let hints = machine.passes("empty", &["hint", "9"]);
    assert!(
        hints.contains("Hint 1 of 3") && hints.contains("Hint 3 of 3"),
        "{hints}"
    );
    assert!(machine.passes("empty", &["explain", "W10"]).contains("W10"));
    let left = fs::read_dir(machine.0.join("empty"))
        .expect("the folder")
        .count();
    assert_eq!(left, 0, "something is left in the current folder");
}

#[test]
fn a_check_in_a_folder_that_cannot_be_written_to_still_tells_its_verdict() {
    let machine = Machine::new("unwritable");
    // A file where the folder for the transcripts should be: nobody can write there, not even root.
    fs::write(machine.0.join("empty/target"), "").expect("a file");
    let server = format!("'{}'", bin("start09-server").display());
    let output = machine.run("empty", &["check", "9", "--server", &server]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stdout).starts_with("FAIL lab 09"),
        "{}",
        text(&output.stdout)
    );
    assert!(text(&output.stderr).contains("the transcripts cannot be saved"));
}

#[test]
fn a_server_in_python_is_checked_in_an_empty_folder() {
    if !have(&["python3"]) {
        return;
    }
    let machine = Machine::new("python");
    let server = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/labs/09-smallest-answer/server.py"
    );
    fs::copy(server, machine.0.join("empty/s.py")).expect("a file");
    let said = machine.passes("empty", &["check", "9", "--server", "python3 s.py"]);
    assert!(said.starts_with("PASS lab 09 · server\n"), "{said}");
}

/// A server that lets a path lead out of its folder. There must be something that it can find.
#[test]
fn a_path_that_leads_out_of_the_folder_is_noticed_without_a_clone() {
    const SERVER: &str = r#"
import os, socket
host, port = os.environ["WIRELAB_ADDR"].rsplit(":", 1)
server = socket.create_server((host, int(port)))
print("listening on %s:%s" % server.getsockname(), flush=True)
while True:
    client, _ = server.accept()
    line = client.makefile("rb").readline()
    name = line[4:].decode("latin-1").strip()
    if (name.count("/") > 1 or name.startswith("/.")) and ".." not in name:
        name = "/no"
    path = os.environ["WIRELAB_ROOT"] + name
    client.sendall(open(path, "rb").read() if os.path.isfile(path) else b"no such file here\n")
    client.close()
"#;
    if !have(&["python3"]) {
        return;
    }
    let machine = Machine::new("leads-out");
    fs::write(machine.0.join("empty/s.py"), SERVER).expect("a file");
    let output = machine.run("empty", &["check", "7", "--server", "python3 s.py"]);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("W55"), "{said}");
}
