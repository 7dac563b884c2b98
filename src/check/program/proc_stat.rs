//! What a `stat` file in `/proc` says of a process or of a thread (proc(5)). Linux only; other systems have none.

use std::fs;
use std::path::Path;

/// Some of its fields.
pub(super) struct ProcStat {
    /// `R`, `S`, `Z` and others.
    pub state: char,
    /// The process that started it.
    pub parent: u32,
    /// Its process group.
    pub group: u32,
    /// In clock ticks since the system was started.
    pub started: u64,
}

impl ProcStat {
    /// Reads the file in the folder of a process or of a thread: `4711 (name) S 1 4711 …`. The name may have spaces
    /// and brackets.
    pub fn read(folder: &Path) -> Option<ProcStat> {
        let text = fs::read_to_string(folder.join("stat")).ok()?;
        let fields: Vec<&str> = text.rsplit_once(')')?.1.split_ascii_whitespace().collect();
        Some(ProcStat {
            state: fields.first()?.chars().next()?,
            parent: fields.get(1)?.parse().ok()?,
            group: fields.get(2)?.parse().ok()?,
            started: fields.get(19)?.parse().ok()?,
        })
    }

    /// Whether it has not ended.
    pub fn runs(&self) -> bool {
        !matches!(self.state, 'Z' | 'X')
    }
}
