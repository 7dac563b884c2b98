//! Processes of a program that left its process group: by `setsid`, `setpgid`, a shell's `set -m`, `timeout`, or
//! a double fork. They are found, named and ended.
//!
//! Rule 1: a process belongs to the program if the program's token stands in its environment, or if it is a
//! descendant of the program. No other process gets a signal.
//! Rule 2: a process is its number and its start time: the system may give the number to another process.
//! Rule 3: this needs `/proc` (proc(5)), so it works on Linux only. Elsewhere nothing is found.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use super::proc_stat::ProcStat;
use crate::limits;
use crate::locks::lock;

/// The environment variable that has the token of a program.
pub(super) const TOKEN: &str = "WIRELAB_TOKEN";

/// The command lines of the processes that were ended, of one program or of all programs of a check.
#[derive(Clone, Debug, Default)]
pub struct Strays(Arc<Mutex<Vec<String>>>);

impl Strays {
    fn lock(&self) -> MutexGuard<'_, Vec<String>> {
        lock(&self.0)
    }

    pub(super) fn add(&self, commands: Vec<String>) {
        self.lock().extend(commands);
    }

    /// Those that came since the last call: each command line once, in the order of the alphabet. How many
    /// processes had it depends on how often the check started the program.
    pub fn take(&self) -> Vec<String> {
        let once: BTreeSet<String> = self.lock().drain(..).collect();
        once.into_iter().collect()
    }
}

/// A process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pid: u32,
    /// In clock ticks since the system was started.
    started: u64,
}

/// A text that no other program has; it ends with a dot, so that none is the beginning of another.
pub(super) fn new_token() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let now = now.map_or(0, |since| since.as_nanos());
    format!("{}-{count}-{now:x}.", std::process::id())
}

/// The descendants of a process that has not been reaped. A process that has ended has none: its children
/// have got another parent.
pub(super) fn descendants(leader: u32) -> Vec<Identity> {
    let mut family = vec![leader];
    let mut next = 0;
    while let Some(process) = family.get(next) {
        let tasks = fs::read_dir(format!("/proc/{process}/task"));
        for task in tasks.into_iter().flatten().flatten() {
            let list = fs::read_to_string(task.path().join("children")).unwrap_or_default();
            family.extend(list.split_ascii_whitespace().flat_map(str::parse::<u32>));
        }
        next += 1;
    }
    let others = family.into_iter().skip(1);
    others.filter_map(identity).collect()
}

fn stat(pid: u32) -> Option<ProcStat> {
    ProcStat::read(Path::new(&format!("/proc/{pid}")))
}

fn identity(pid: u32) -> Option<Identity> {
    let started = stat(pid)?.started;
    Some(Identity { pid, started })
}

/// Ends what belongs to a program but is not in its group: SIGTERM, then SIGKILL. Gives back the command lines.
/// `family`: its descendants when it was told to end.
pub(super) fn end(token: &str, group: u32, family: &[Identity]) -> Vec<String> {
    let mut ended: Vec<(Identity, String)> = Vec::new();
    let begun = Instant::now();
    loop {
        let (strays, unsure) = find(token, group, family);
        let lasted = begun.elapsed();
        let is_over = strays.is_empty() && (!unsure || lasted > limits::EXEC_GRACE);
        if is_over || lasted > limits::GUARD_DEADLINE {
            return ended.into_iter().map(|(_, command)| command).collect();
        }
        let is_new = |stray: &Identity| ended.iter().all(|(known, _)| known != stray);
        let (new, known): (Vec<Identity>, Vec<Identity>) = strays.into_iter().partition(is_new);
        // A process that ends has no command line any more.
        let commands: Vec<String> = new.iter().map(|stray| command(stray.pid)).collect();
        signal("TERM", &new);
        if lasted > limits::STRAY_GRACE {
            signal("KILL", &known);
        }
        ended.extend(new.into_iter().zip(commands));
        thread::sleep(Duration::from_millis(2));
    }
}

/// Held by who looks through `/proc`. When several look at once and a process ends, Linux makes all of them
/// wait for each other while it forgets the process: measured, twenty looks at once cost ten times as much.
static LOOKING: Mutex<()> = Mutex::new(());

/// The processes that belong to a program and are not in its group; and whether one of the others cannot be
/// told, because it is between `fork` and `exec` and has no environment at this moment.
fn find(token: &str, group: u32, family: &[Identity]) -> (Vec<Identity>, bool) {
    let mut strays: Vec<Identity> = Vec::new();
    let mut unsure = false;
    let mark = format!("{TOKEN}={token}");
    let _one_at_a_time = lock(&LOOKING);
    for pid in younger(group) {
        let Ok(environment) = fs::read(format!("/proc/{pid}/environ")) else {
            continue;
        };
        let has_mark = environment
            .split(|&byte| byte == 0)
            .any(|it| it == mark.as_bytes());
        if !has_mark && !environment.is_empty() {
            continue;
        }
        let Some(stat) = stat(pid).filter(|stat| stat.runs() && stat.group != group) else {
            continue;
        };
        match has_mark {
            true => strays.push(Identity {
                pid,
                started: stat.started,
            }),
            false => unsure |= stat.parent != KERNEL,
        }
    }
    for relative in family {
        let stat = stat(relative.pid).filter(|stat| stat.runs() && stat.group != group);
        let is_same = stat.is_some_and(|stat| stat.started == relative.started);
        if is_same && !strays.contains(relative) {
            strays.push(relative.clone());
        }
    }
    (strays, unsure)
}

/// The parent of the kernel's own threads, which have no environment.
const KERNEL: u32 = 2;

/// The processes that the system has started since it started `leader`: process numbers grow, and begin
/// again at the bottom some day; then all.
fn younger(leader: u32) -> Vec<u32> {
    let newest = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let newest = newest
        .split_ascii_whitespace()
        .last()
        .map(str::parse::<u32>);
    let grows = matches!(newest, Some(Ok(newest)) if newest >= leader);
    let folders = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = folders.filter_map(|folder| folder.file_name().to_str()?.parse().ok());
    numbers.filter(|&pid| pid > leader || !grows).collect()
}

/// The command line of a process, as one line.
fn command(pid: u32) -> String {
    let read = |name: &str| {
        let bytes = fs::read(PathBuf::from(format!("/proc/{pid}")).join(name)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let words = read("cmdline");
    let words = match words.is_empty() {
        true => read("comm"),
        false => words,
    };
    let visible = |c: char| if c.is_control() { ' ' } else { c };
    words
        .chars()
        .map(visible)
        .collect::<String>()
        .trim()
        .to_string()
}

/// Sends a signal. The shell's own `kill`: std has none for processes that are not our children.
fn signal(name: &str, to: &[Identity]) {
    let same = to.iter().filter(|it| identity(it.pid).as_ref() == Some(it));
    let numbers: Vec<String> = same.map(|it| it.pid.to_string()).collect();
    if numbers.is_empty() {
        return;
    }
    let mut shell = Command::new("/bin/sh");
    shell.args([
        "-c",
        r#"signal=$1; shift; for it; do kill -s "$signal" "$it"; done"#,
    ]);
    shell
        .args(["kill", name])
        .args(numbers)
        .stdin(Stdio::null());
    let _ = shell.stdout(Stdio::null()).stderr(Stdio::null()).status();
}
