//! What a program and the processes that it started are doing now, read from `/proc` (proc(5)). Linux only;
//! other systems give no answer.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::proc_stat::ProcStat;
use crate::net::Activity;

/// The activity of a process group, named like its leader; `None` when there is no such table, or nobody
/// in the group.
///
/// This goes from the leader to its children, which costs a fraction of a millisecond. Going through all
/// processes costs some of them, and is for a leader that has ended, and for kernels that do not list
/// children.
pub(super) fn of_group(leader: u32) -> Option<Activity> {
    let mut all = Activity::default();
    let mut family = vec![leader.to_string()];
    let mut next = 0;
    while let Some(process) = family.get(next) {
        let seen = see(&Path::new("/proc").join(process));
        match seen.map(|seen| (seen.activity, seen.children)) {
            Some((activity, Some(children))) => {
                add(&mut all, activity);
                family.extend(children);
            }
            _ if next == 0 => return by_table(leader),
            // A child that has ended.
            _ => {}
        }
        next += 1;
    }
    Some(all)
}

/// The same by all processes that there are.
fn by_table(group: u32) -> Option<Activity> {
    let mut all = None;
    for folder in fs::read_dir("/proc").ok()?.flatten() {
        let of_group = ProcStat::read(&folder.path()).is_some_and(|stat| stat.group == group);
        if let (true, Some(seen)) = (of_group, see(&folder.path())) {
            add(all.get_or_insert_default(), seen.activity);
        }
    }
    all
}

fn add(all: &mut Activity, one: Activity) {
    all.works |= one.works;
    all.worked += one.worked;
}

/// One process.
struct ProcessSample {
    activity: Activity,
    /// `None` for one that has ended and only waits to be reaped, and where the kernel does not list them.
    children: Option<Vec<String>>,
}

fn see(process: &Path) -> Option<ProcessSample> {
    let mut activity = Activity::default();
    let mut children = Some(Vec::new());
    for task in fs::read_dir(process.join("task")).ok()?.flatten() {
        // A thread may have ended since it was listed.
        let Some(ProcStat { state, .. }) = ProcStat::read(&task.path()) else {
            continue;
        };
        let works = matches!(state, 'R' | 'D');
        let worked = worked(&task.path())?;
        add(&mut activity, Activity { works, worked });
        match fs::read_to_string(task.path().join("children")) {
            Ok(list) if state != 'Z' => {
                let list = list.split_ascii_whitespace().map(str::to_string);
                children.iter_mut().for_each(|all| all.extend(list.clone()));
            }
            _ => children = None,
        }
    }
    Some(ProcessSample { activity, children })
}

/// How many entries a folder has.
pub(super) fn count(folder: &str) -> Option<usize> {
    Some(fs::read_dir(folder).ok()?.count())
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
