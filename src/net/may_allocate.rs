//! Checks whether the process may allocate more memory.
//!
//! Rule: std ends the process if an allocation fails. So code that needs much memory checks first, and leaves
//! enough for the small allocations of all other code.

use std::fs;
use std::sync::OnceLock;

/// Whether less than `bytes` are left of the address space that this process may have (`ulimit -v`;
/// RLIMIT_AS in getrlimit(2)). `false` where there is no such limit, or the system does not tell.
pub(super) fn is_short(bytes: u64) -> bool {
    let Some(limit) = address_space_limit() else {
        return false;
    };
    let used = number("/proc/self/status", "VmSize:").map(|kibibytes| kibibytes * 1024);
    used.is_some_and(|used| used + bytes > limit)
}

/// How many bytes of address space this process may have; `None` where there is no limit, or the system does
/// not tell it.
pub fn address_space_limit() -> Option<u64> {
    static LIMIT: OnceLock<Option<u64>> = OnceLock::new();
    *LIMIT.get_or_init(|| number("/proc/self/limits", "Max address space"))
}

/// The first number in the line that begins so.
fn number(file: &str, name: &str) -> Option<u64> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}
