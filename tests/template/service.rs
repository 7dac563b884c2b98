//! The two CI services, as far as their commands need them: folders, variables, and shells.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Place;
use super::support::{WIRELAB, which};
use super::yaml::{self, Yaml};

/// One student's repository.
pub struct Student {
    /// Its name.
    pub name: String,
    /// The folder.
    pub folder: PathBuf,
}

impl Student {
    /// `wirelab init NAME OPTIONS`
    pub fn new(place: &Place, name: &str, options: &[&str]) -> Student {
        let student = Student {
            name: name.to_string(),
            folder: place.0.join("students").join(name),
        };
        student.init(options).expect("a workbench");
        student
    }

    /// What it prints; `Err`: what it complains of.
    pub fn init(&self, options: &[&str]) -> Result<String, String> {
        let mut command = Command::new(WIRELAB);
        command.arg("init").arg(&self.folder).args(options);
        let output = command.env_remove("WIRELAB_COURSE").output();
        let output = output.expect("wirelab starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        match output.status.success() {
            true => Ok(text(&output.stdout)),
            false => Err(text(&output.stderr)),
        }
    }

    /// Puts a program, or what it needs, into `src/bin/`.
    pub fn write(&self, name: &str, source: &str) {
        let folder = self.folder.join("src/bin");
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join(name), source).expect("a file");
    }

    /// Everything in the folder that looks as if it could reach the checker.
    pub fn tamper(&self) {
        let write = |name: &str, text: &str| {
            let path = self.folder.join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("a file");
        };
        let nowhere = "[source.crates-io]\nreplace-with = \"mine\"\n[source.mine]\ndirectory = \"/no/such\"\n";
        write(".cargo/config.toml", nowhere);
        write(
            "wirelab/src/lib.rs",
            "compile_error!(\"a checker of my own\");\n",
        );
        write_program(
            &self.folder.join("checker/bin/wirelab"),
            "#!/bin/sh\necho PASS\n",
        );
        write("progress.txt", "01-three-tacos server=passed\n");
    }
}

/// How a job ended.
pub struct Ended {
    /// Its exit code.
    pub code: Option<i32>,
    /// All that its commands printed.
    pub said: String,
    /// The summary.
    pub summary: String,
    /// The folder that is kept.
    pub report: PathBuf,
}

/// GitHub's runner.
pub struct Github {
    workflow: Yaml,
}

/// GitLab's runner.
pub struct Gitlab {
    file: Yaml,
}

fn parsed(name: &str) -> Yaml {
    let text = super::read(name);
    yaml::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The variables that a map of a file sets.
fn variables(map: Option<&Yaml>) -> Vec<(String, String)> {
    let pairs = map.map_or(&[][..], Yaml::pairs).iter();
    let text = |value: &Yaml| match value {
        Yaml::Text(text) => text.clone(),
        other => panic!("a variable with the value {other:?}"),
    };
    pairs
        .map(|(name, value)| (name.clone(), text(value)))
        .collect()
}

impl Github {
    pub fn read() -> Github {
        Github {
            workflow: parsed("labs/class/.github/workflows/wirelab.yml"),
        }
    }

    fn steps(&self) -> &[Yaml] {
        let job = self.workflow.get("jobs").and_then(|jobs| jobs.get("check"));
        job.and_then(|job| job.get("steps"))
            .expect("the steps")
            .items()
    }

    /// The commands before and after the student's folder is taken.
    pub fn commands(&self) -> (Vec<&str>, Vec<&str>) {
        let uses = |step: &Yaml| {
            step.text(&["uses"])
                .is_some_and(|it| it.starts_with("actions/checkout@"))
        };
        let steps = self.steps();
        let at = steps
            .iter()
            .position(uses)
            .expect("the student's folder is taken");
        assert_eq!(steps[at].text(&["with", "path"]), Some("student"));
        let of = |range: std::ops::Range<usize>| {
            steps[range]
                .iter()
                .filter_map(|step| step.text(&["run"]))
                .collect()
        };
        (of(0..at), of(at..steps.len()))
    }

    /// The job's folder.
    pub fn folder(&self, place: &Place, student: &Student) -> PathBuf {
        place.0.join("github").join(&student.name)
    }

    /// A command of the job.
    pub fn shell(&self, place: &Place, student: &Student, temp: &Path, script: &str) -> Command {
        let here = self.folder(place, student);
        let mut shell = Command::new("bash");
        shell.args(["-e", "-c", script]).current_dir(&here);
        shell.envs(variables(self.workflow.get("env")));
        shell.env("GITHUB_REPOSITORY", format!("class/{}", student.name));
        shell
            .env("GITHUB_STEP_SUMMARY", here.join("summary.md"))
            .env("RUNNER_TEMP", temp);
        shell
    }

    /// The whole job, with this folder first in the search path.
    pub fn run(&self, place: &Place, student: &Student, first: &Path) -> Ended {
        self.run_with_path(place, student, &with_path(first))
    }

    /// The whole job, with this search path.
    pub fn run_with_path(&self, place: &Place, student: &Student, path: &Path) -> Ended {
        let here = self.folder(place, student);
        let temp = here.join("temp");
        fs::create_dir_all(&temp).expect("a folder");
        let (before, after) = self.commands();
        let mut ended = Ended {
            code: Some(0),
            said: String::new(),
            summary: String::new(),
            report: here.join("report"),
        };
        for (index, script) in before.iter().chain(&after).enumerate() {
            if index == before.len() {
                copy(&student.folder, &here.join("student"));
            }
            let mut shell = self.shell(place, student, &temp, script);
            ended.take(shell.env("PATH", path));
            if ended.code != Some(0) {
                break;
            }
        }
        ended.summary = fs::read_to_string(here.join("summary.md")).unwrap_or_default();
        ended
    }
}

impl Gitlab {
    pub fn read() -> Gitlab {
        Gitlab {
            file: parsed("labs/class/.gitlab-ci.yml"),
        }
    }

    fn job(&self) -> &Yaml {
        self.file.get("wirelab").expect("the job")
    }

    /// The parts of the script.
    pub fn commands(&self) -> Vec<&str> {
        let script = self.job().get("script").expect("the script").items();
        let text = |item: &'_ Yaml| matches!(item, Yaml::Text(_));
        assert!(script.iter().all(text), "{script:?}");
        let kept = self.job().get("artifacts").and_then(|it| it.get("paths"));
        assert_eq!(
            kept.expect("what is kept").items(),
            [Yaml::Text("report/".to_string())]
        );
        script
            .iter()
            .filter_map(|item| match item {
                Yaml::Text(text) => Some(text.as_str()),
                _ => None,
            })
            .collect()
    }

    /// A shell for some of them, in the student's folder.
    pub fn shell(&self, here: &Path, student: &Student, script: &str) -> Command {
        let mut shell = Command::new("bash");
        shell.args(["-e", "-c", script]).current_dir(here);
        shell.envs(variables(self.job().get("variables")));
        shell.env("CI_PROJECT_DIR", here);
        shell.env("CI_PROJECT_PATH", format!("class/{}", student.name));
        shell.env_remove("GITHUB_STEP_SUMMARY");
        shell
    }

    /// The whole job, with this folder first in the search path.
    pub fn run(&self, place: &Place, student: &Student, first: &Path) -> Ended {
        self.run_with_path(place, student, &with_path(first))
    }

    /// The whole job, with this search path.
    pub fn run_with_path(&self, place: &Place, student: &Student, path: &Path) -> Ended {
        let here = place.0.join("gitlab").join(&student.name);
        let temp = place.0.join("gitlab-temp");
        fs::create_dir_all(&temp).expect("a folder");
        copy(&student.folder, &here);
        let mut ended = Ended {
            code: Some(0),
            said: String::new(),
            summary: String::new(),
            report: here.join("report"),
        };
        let script = self.commands().join("\n");
        let mut shell = self.shell(&here, student, &script);
        ended.take(shell.env("PATH", path).env("TMPDIR", &temp));
        ended
    }
}

impl Ended {
    /// Runs one more command of the job.
    pub fn take(&mut self, shell: &mut Command) {
        shell.env_remove("WIRELAB_COURSE").stdin(Stdio::null());
        // The shell is found with our own search path, its commands with the job's.
        let bash = which("bash").unwrap_or_else(|| PathBuf::from("/bin/sh"));
        let mut real = Command::new(bash);
        real.args(shell.get_args());
        if let Some(folder) = shell.get_current_dir() {
            real.current_dir(folder);
        }
        for (name, value) in shell.get_envs() {
            match value {
                Some(value) => real.env(name, value),
                None => real.env_remove(name),
            };
        }
        let output = real.stdin(Stdio::null()).output().expect("a shell starts");
        self.code = output.status.code();
        self.said += &String::from_utf8_lossy(&output.stdout);
        self.said += &String::from_utf8_lossy(&output.stderr);
    }
}

/// Our search path, with one more folder in front.
fn with_path(first: &Path) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(first.to_path_buf()).chain(std::env::split_paths(&path));
    PathBuf::from(std::env::join_paths(all).expect("a search path"))
}

/// Copies all that is in a folder.
pub fn copy(from: &Path, to: &Path) {
    let mut copy = Command::new("cp");
    fs::create_dir_all(to).expect("a folder");
    assert!(
        copy.arg("-R")
            .arg(from.join("."))
            .arg(to)
            .status()
            .expect("cp starts")
            .success()
    );
}

/// Writes a script that can be run. By another process: a file that we have open for writing while another thread
/// forks could not be run ("text file busy", execve(2)).
pub fn write_program(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    let beside = path.with_extension("text");
    fs::write(&beside, text).expect("a file");
    fs::set_permissions(&beside, fs::Permissions::from_mode(0o755)).expect("it can be run");
    assert!(
        Command::new("cp")
            .arg(&beside)
            .arg(path)
            .status()
            .expect("cp starts")
            .success()
    );
}

/// Every file below a folder, with its bytes.
pub fn files_below(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(
                fs::read_dir(&path)
                    .expect("a folder")
                    .map(|entry| entry.expect("an entry").path()),
            );
        } else {
            let name = path
                .strip_prefix(folder)
                .expect("it is below")
                .to_string_lossy()
                .into_owned();
            found.push((name, fs::read(&path).expect("a file")));
        }
    }
    found.sort();
    found
}

/// `wirelab class DIR OPTIONS`: what it prints, when it complains of nothing.
pub fn has_reports(folder: &Path, options: &[&str]) -> String {
    let mut class = Command::new(WIRELAB);
    let output = class.arg("class").arg(folder).args(options).output();
    let output = output.expect("wirelab starts");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(output.status.success());
    String::from_utf8_lossy(&output.stdout).into_owned()
}
