//! The resources of a process: memory, descriptors, threads (proc(5)). Linux only; unknown on other systems.

use std::fs;

/// What a process takes up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Memory that is really there, in KiB (VmRSS).
    pub memory: u64,
    /// Open descriptors.
    pub descriptors: u64,
    /// Threads.
    pub threads: u64,
}

impl Figures {
    /// Of the process with this number; `None`: there is none, or the system does not tell.
    pub fn of(pid: u32) -> Option<Figures> {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let number = |name: &str| -> Option<u64> {
            let mut lines = status.lines();
            let line = lines.find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse().ok()
        };
        let descriptors = fs::read_dir(format!("/proc/{pid}/fd")).ok()?;
        Some(Figures {
            memory: number("VmRSS:")?,
            descriptors: descriptors.count() as u64,
            threads: number("Threads:")?,
        })
    }

    /// The larger of each.
    pub fn most(self, other: Figures) -> Figures {
        Figures {
            memory: self.memory.max(other.memory),
            descriptors: self.descriptors.max(other.descriptors),
            threads: self.threads.max(other.threads),
        }
    }
}
