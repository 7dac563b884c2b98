//! What a machine has, and what tests need of it: tools that may be missing, its processes, signals.
//!
//! Rule: a check that cannot run says what is missing, and is counted; `tests/zz_skipped.rs`, the last of
//! the suite, tells how many there were. Where `WIRELAB_NO_SKIP` is set, a missing tool is a failure.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// Whether all these tools are on this machine. If not, says so; then the test returns early.
pub fn have(tools: &[&str]) -> bool {
    match tools.iter().find(|tool| which(tool).is_none()) {
        Some(tool) => {
            let no_skip = std::env::var_os("WIRELAB_NO_SKIP").is_some();
            assert!(
                !no_skip,
                "{tool} is not installed, and nothing may be skipped"
            );
            skip(&format!("{tool} is not installed"));
            false
        }
        None => true,
    }
}

/// Where the search path has a tool.
pub fn which(tool: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let mut places = std::env::split_paths(&path).map(|folder| folder.join(tool));
    places.find(|place| place.is_file())
}

/// The interpreter behind the name `python3`, where that is installed. The name may lead to a script that looks for
/// the interpreter (pyenv), which costs more than the interpreter's own start, each time.
pub fn python() -> &'static str {
    static FOUND: OnceLock<String> = OnceLock::new();
    FOUND.get_or_init(|| {
        let ask = ["-c", "import sys; print(sys.executable)"];
        let output = Command::new("python3").args(ask).output();
        let said = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        let path = said.unwrap_or_default().trim().to_string();
        match path.is_empty() {
            true => "python3".to_string(),
            false => path,
        }
    })
}

/// Says that a check cannot run on this machine, and counts it: `localhost has one address here`.
pub fn skip(why: &str) {
    let test = std::thread::current();
    let test = test.name().unwrap_or("a check");
    let line = format!("{} {why}\n", suite());
    let file = OpenOptions::new().create(true).append(true).open(record());
    let noted = file.and_then(|mut file| file.write_all(line.as_bytes()));
    noted.expect("the build's folder can be written to");
    // Past the test harness's capture, so that a skip is always seen.
    let _ = writeln!(std::io::stderr(), "skipped: {test}: {why}");
}

/// What was skipped since this `cargo test` began: each reason, as often as it was given.
pub fn skipped() -> Vec<String> {
    let text = fs::read_to_string(record()).unwrap_or_default();
    let suite = suite();
    let own = text.lines().filter_map(|line| line.split_once(' '));
    let own = own.filter(|(number, _)| *number == suite);
    own.map(|(_, reason)| reason.to_string()).collect()
}

/// The file in which skips are counted.
fn record() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("skipped.txt")
}

/// The number of the process that started this one: that of `cargo test`, which starts all of a suite.
fn suite() -> String {
    #[cfg(unix)]
    let number = std::os::unix::process::parent_id();
    #[cfg(not(unix))]
    let number = 0;
    number.to_string()
}

/// Every process that runs: its number and its words, separated by spaces. A zombie runs no more.
pub fn processes() -> Vec<(u32, String)> {
    if !cfg!(target_os = "linux") {
        let all = Command::new("ps")
            .args(["-axo", "pid=,stat=,args="])
            .output();
        let all = String::from_utf8_lossy(&all.expect("ps runs").stdout).into_owned();
        let lines = all.lines().filter_map(|line| line.trim().split_once(' '));
        let lines = lines.filter(|(_, rest)| !rest.trim_start().starts_with('Z'));
        return lines
            .filter_map(|(pid, rest)| Some((pid.parse().ok()?, rest.to_string())))
            .collect();
    }
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let runs = |pid: &u32| {
        // `4711 (its name) S …`; proc(5)
        let state = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let state = state.rsplit_once(") ").map(|(_, rest)| rest.to_string());
        state.is_some_and(|state| !state.starts_with(['Z', 'X']))
    };
    let words = |pid: u32| {
        let words = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        (pid, String::from_utf8_lossy(&words).replace('\0', " "))
    };
    numbers.filter(runs).map(words).collect()
}

/// Whether this process runs.
pub fn runs(pid: u32) -> bool {
    processes().iter().any(|(running, _)| *running == pid)
}

/// Whether a process ignores SIGINT, the second bit of `SigIgn` (proc(5)).
pub fn ignores_interrupts(pid: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.is_some_and(|bits| u64::from_str_radix(bits.trim(), 16).is_ok_and(|bits| bits & 2 != 0))
}

/// Sends a signal (`INT`, `KILL`) to a process. The shell's own `kill`: not every machine has the program.
/// A shell ignores SIGINT for what it runs in the background, and so do all programs under it: there, SIGTERM takes
/// its place.
pub fn signal(name: &str, pid: u32) -> bool {
    let name = match name {
        "INT" if ignores_interrupts(pid) => "TERM",
        name => name,
    };
    let mut shell = Command::new("sh");
    shell.args(["-c", r#"kill -s "$1" "$2""#, "sh", name, &pid.to_string()]);
    let status = shell.stderr(Stdio::null()).status();
    status.expect("a shell").success()
}
