//! What a program and all that it started are doing now, read from `/proc` (proc(5), Linux); elsewhere
//! nothing is known.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::net::Activity;

/// The activity of a process group; `None` when there is no such table, or nobody in the group.
pub(super) fn of_group(group: u32) -> Option<Activity> {
    let mut all = None;
    for folder in fs::read_dir("/proc").ok()?.flatten() {
        let of_group = stat(&folder.path()).is_some_and(|(_, of)| of == group);
        let (true, Ok(tasks)) = (of_group, fs::read_dir(folder.path().join("task"))) else {
            continue;
        };
        let all = all.get_or_insert(Activity::default());
        for task in tasks.flatten() {
            // A thread may have ended since it was listed.
            let Some((state, _)) = stat(&task.path()) else {
                continue;
            };
            all.works |= matches!(state, 'R' | 'D');
            all.worked += worked(&task.path())?;
        }
    }
    all
}

/// How many entries a folder has.
pub(super) fn count(folder: &str) -> Option<usize> {
    Some(fs::read_dir(folder).ok()?.count())
}

/// State and process group from a `stat` file: `… (name) S 1 4711 …`.
fn stat(folder: &Path) -> Option<(char, u32)> {
    let text = fs::read_to_string(folder.join("stat")).ok()?;
    let mut fields = text[text.rfind(')')? + 1..].split_ascii_whitespace();
    let state = fields.next()?.chars().next()?;
    Some((state, fields.nth(1)?.parse().ok()?))
}

/// The processor time of a thread: the first number of `schedstat`, in nanoseconds. None for one that has
/// ended since; `None` where the kernel does not keep it.
fn worked(task: &Path) -> Option<Duration> {
    match fs::read_to_string(task.join("schedstat")) {
        Ok(text) => {
            let nanos = text.split_ascii_whitespace().next()?.parse().ok()?;
            Some(Duration::from_nanos(nanos))
        }
        Err(_) if task.exists() => None,
        Err(_) => Some(Duration::ZERO),
    }
}
