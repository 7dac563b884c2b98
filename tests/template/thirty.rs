//! Thirty students: five languages, more than ten kinds of mistakes, and one who copied. The checker is installed as
//! the template says, from a registry of two folders: the packed crate, and what it depends on.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::service::{Ended, Github, Gitlab, Student, copy, has_reports};
use super::support::{have, side_by_side};
use super::{Place, flaws, read};
use wirelab::check::Subject;
use wirelab::check::program::CommandLine;
use wirelab::course::catalogue::{self, Side};
use wirelab::course::plan_exercise_check;
use wirelab::wire::{Who, sha256};

/// A student's program.
struct Sample {
    name: String,
    file: String,
    source: String,
    /// The codes that are true; `passed`; `failed` for any code.
    accepted: Vec<String>,
}

/// So many samples of a language with different mistakes, those of the first labs first.
fn of_language(language: &str, count: usize) -> Vec<Sample> {
    let mut programs = flaws::programs();
    programs.sort_by_key(|program| program.lab);
    let mut seen = BTreeSet::new();
    let fits = |program: &flaws::Program| {
        let code = program
            .accepted
            .first()
            .filter(|code| code.starts_with('W'));
        program.language == language
            && program.lab < 10
            && program.accepted.len() == 1
            && code.is_some()
    };
    programs.retain(|program| fits(program) && seen.insert(program.accepted.clone()));
    programs.truncate(count);
    assert_eq!(programs.len(), count, "{language}");
    let sample = |program: flaws::Program| Sample {
        name: program.name.replace([':', '.'], "-"),
        file: format!("my{:02}-{}.{language}", program.lab, program.side.word()),
        source: program.source,
        accepted: program.accepted,
    };
    programs.into_iter().map(sample).collect()
}

/// Five in Rust: a right one, three wrong ones, and the untouched exercise.
fn in_rust() -> Vec<Sample> {
    let right = read("labs/09-smallest-answer/server.rs");
    let changed = |old: &str, new: &str| {
        assert_eq!(right.matches(old).count(), 1, "{old}");
        right.replace(old, new)
    };
    let no_close = "          Connection: close\\r\\n\\\n";
    let all = [
        ("right", right.clone(), "passed"),
        (
            "short",
            changed("Content-Length: 12", "Content-Length: 11"),
            "W11",
        ),
        ("newlines", changed("200 OK\\r\\n", "200 OK\\n"), "W01"),
        ("no-close", changed(no_close, ""), "failed"),
        (
            "untouched",
            read("labs/09-smallest-answer/start-server.rs"),
            "failed",
        ),
    ];
    all.map(|(name, source, accepted)| Sample {
        name: format!("rust-{name}"),
        file: "my09-server.rs".to_string(),
        source,
        accepted: vec![accepted.to_string()],
    })
    .into()
}

/// A server for lab 1 in Python that knows the questions and answers of one seed, and nothing else.
fn hard_coded(seed: u64) -> String {
    let lab = catalogue::lab(1).expect("lab 1");
    let subject = Subject::Command(CommandLine::of(Path::new("python3"), &[]));
    let plan =
        plan_exercise_check::plan_of(lab, Side::Server, subject, None, seed).expect("a plan");
    let fresh = plan.then.iter().flat_map(|plan| &plan.conversations);
    let mut table = String::new();
    for conversation in plan.conversations.iter().chain(fresh) {
        for conn in conversation.expected.connections() {
            let bytes = |who| conversation.expected.bytes_of(conn, who);
            let (question, answer) = (bytes(Who::Client), bytes(Who::Server));
            let _ = writeln!(
                table,
                "    b\"{}\": b\"{}\",",
                question.escape_ascii(),
                answer.escape_ascii()
            );
        }
    }
    let rest = "import os, socket\nhost, port = os.environ['WIRELAB_ADDR'].rsplit(':', 1)\n\
                s = socket.create_server((host, int(port)))\nwhile True:\n    c = s.accept()[0]\n    \
                try:\n        line = c.makefile('rb').readline()\n        \
                c.sendall(ANSWERS.get(line, b''))\n    except OSError:\n        pass\n    c.close()\n";
    format!("ANSWERS = {{\n{table}}}\n{rest}")
}

/// The seed that the template takes for a repository.
fn seed(repository: &str) -> u64 {
    let script = "printf %s \"$1\" | cksum | cut -d ' ' -f 1";
    let output = Command::new("sh")
        .args(["-c", script, "sh", repository])
        .output();
    let output = output.expect("a shell starts").stdout;
    String::from_utf8_lossy(&output)
        .trim()
        .parse()
        .expect("a number")
}

fn samples() -> Vec<Sample> {
    let mut all = in_rust();
    for (language, count) in [("py", 8), ("js", 5), ("go", 5), ("c", 5)] {
        all.extend(of_language(language, count));
    }
    let source = hard_coded(seed("class/anna"));
    for (name, accepted) in [("anna", "passed"), ("copycat", "failed")] {
        all.push(Sample {
            name: name.to_string(),
            file: "my01-server.py".to_string(),
            source: source.clone(),
            accepted: vec![accepted.to_string()],
        });
    }
    all
}

fn succeeds(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A home of cargo's in which the registry is a folder with the packed crate and all that it needs.
fn cargo_home(place: &Place, target: &Path) -> PathBuf {
    let home = place.0.join("cargo");
    let registry = place.0.join("registry");
    let cargo = |words: &[&str]| {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
        command.args(words).current_dir(env!("CARGO_MANIFEST_DIR"));
        command
    };
    let words = [
        "vendor",
        "--offline",
        "--locked",
        "--quiet",
        "--versioned-dirs",
    ];
    succeeds(cargo(&words).arg(&registry));
    let words = [
        "package",
        "--allow-dirty",
        "--no-verify",
        "--offline",
        "--quiet",
    ];
    succeeds(cargo(&words).arg("--target-dir").arg(target));
    let name = format!("wirelab-{}", env!("CARGO_PKG_VERSION"));
    let packed = target.join(format!("package/{name}.crate"));
    succeeds(
        Command::new("tar")
            .arg("-xzf")
            .arg(&packed)
            .arg("-C")
            .arg(&registry),
    );
    let hash = sha256::hex(&fs::read(&packed).expect("the crate"));
    let sum = format!("{{\"files\":{{}},\"package\":\"{hash}\"}}");
    fs::write(registry.join(name).join(".cargo-checksum.json"), sum).expect("a file");
    fs::create_dir_all(&home).expect("a folder");
    let config = format!(
        "[source.crates-io]\nreplace-with = \"packed\"\n[source.packed]\ndirectory = \"{}\"\n\
         [net]\noffline = true\n",
        registry.display()
    );
    fs::write(home.join("config.toml"), config).expect("a file");
    home
}

/// The samples' jobs on both services: the checker is installed once for each, as the files say.
struct Jobs {
    github: Github,
    gitlab: Gitlab,
    /// Where GitHub's runner has installed the checker, and GitLab's.
    checkers: (PathBuf, PathBuf),
}

impl Jobs {
    fn install(place: &Place) -> Jobs {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("release");
        let home = cargo_home(place, &target);
        let jobs = Jobs {
            github: Github::read(),
            gitlab: Gitlab::read(),
            checkers: (place.0.join("github-temp"), place.0.join("gitlab-temp")),
        };
        let student = Student::new(place, "first", &["--class"]);
        student.tamper();
        let here = jobs.github.folder(place, &student);
        for folder in [&here, &jobs.checkers.0, &jobs.checkers.1] {
            fs::create_dir_all(folder).expect("a folder");
        }
        let script = jobs.github.commands().0.join("\n");
        let github = jobs
            .github
            .shell(place, &student, &jobs.checkers.0, &script);
        // GitLab's commands begin in the student's folder; where the checker is, the next part finds in $place.
        let script = jobs.gitlab.commands()[0].to_string();
        let gitlab = jobs.gitlab.shell(&student.folder, &student, &script);
        for mut shell in [github, gitlab] {
            let mut ended = ended(&here);
            shell
                .env("CARGO_HOME", &home)
                .env("CARGO_TARGET_DIR", &target);
            shell.env("TMPDIR", &jobs.checkers.1);
            // What is compared is the course, not the speed.
            ended.take(shell.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0"));
            assert_eq!(ended.code, Some(0), "{}", ended.said);
        }
        jobs
    }

    fn check(&self, place: &Place, student: &Student, on_github: bool) -> Ended {
        if on_github {
            let here = self.github.folder(place, student);
            fs::create_dir_all(&here).expect("a folder");
            copy(&student.folder, &here.join("student"));
            let mut ended = ended(&here);
            for script in self.github.commands().1 {
                ended.take(&mut self.github.shell(place, student, &self.checkers.0, script));
            }
            return ended;
        }
        let mut ended = ended(&student.folder);
        let inside = fs::read_dir(&self.checkers.1).expect("mktemp's folder");
        let made = inside.map(|entry| entry.expect("an entry").path());
        let made = made.into_iter().find(|path| path.join("checker").is_dir());
        let script = self.gitlab.commands()[1..].join("\n");
        let mut shell = self.gitlab.shell(&student.folder, student, &script);
        ended.take(shell.env("place", made.expect("the installed checker")));
        ended
    }
}

fn ended(here: &Path) -> Ended {
    Ended {
        code: None,
        said: String::new(),
        summary: String::new(),
        report: here.join("report"),
    }
}

/// What is wrong about a sample's job, if anything is.
fn complaint(sample: &Sample, ended: &Ended) -> Option<String> {
    let has = |code: &String| ended.said.contains(&format!("[{code} "));
    let fine = match (sample.accepted[0].as_str(), ended.code) {
        ("passed", code) => code == Some(0),
        ("failed", code) => code == Some(1),
        (_, code) => code == Some(1) && sample.accepted.iter().any(has),
    };
    (!fine).then(|| {
        format!(
            "{}: {:?}, {:?}\n{}",
            sample.name, sample.accepted, ended.code, ended.said
        )
    })
}

#[test]
#[ignore = "builds and installs the packed crate, which takes minutes on a busy machine: .ci/run runs it"]
fn thirty_students_are_checked_and_seen_on_one_screen() {
    if !have(&["bash", "python3", "node", "go", "cc"]) {
        return;
    }
    let place = Place::new("thirty");
    let jobs = Jobs::install(&place);
    let samples: Vec<(usize, Sample)> = samples().into_iter().enumerate().collect();
    assert_eq!(samples.len(), 30);
    let class = place.0.join("class");
    fs::create_dir_all(&class).expect("a folder");
    let kit = read("tests/labs/wrong_programs/kit.py");
    let wrong = side_by_side(samples, |(index, sample)| {
        let student = Student::new(&place, &sample.name, &["--class"]);
        student.write(&sample.file, &sample.source);
        student.write("kit.py", &kit);
        let ended = jobs.check(&place, &student, index % 2 == 0);
        let file = format!("{}.json", sample.name);
        let kept = fs::copy(ended.report.join(&file), class.join(&file));
        let kept = kept
            .err()
            .map(|error| format!("{file}: {error}\n{}", ended.said));
        kept.or(complaint(&sample, &ended))
    });
    let wrong: Vec<String> = wrong.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    let page = place.0.join("class.html");
    let table = has_reports(&class, &["--html", page.to_str().expect("UTF-8")]);
    assert!(
        table.lines().all(|line| line.chars().count() <= 80),
        "{table}"
    );
    let mistakes = table
        .lines()
        .filter(|line| line.contains(" of 30 "))
        .count();
    assert!(mistakes >= 10, "{table}");
    let page = fs::read_to_string(page).expect("the page");
    let copycat = table
        .lines()
        .find(|line| line.starts_with("copycat "))
        .expect("a row");
    assert!(copycat.contains("lab 1 "), "{copycat}");
    let anna = table
        .lines()
        .find(|line| line.starts_with("anna "))
        .expect("a row");
    assert!(!anna.contains("lab 1 "), "{anna}");
    assert_eq!(page.matches("copycat").count(), 1, "{page}");
}
