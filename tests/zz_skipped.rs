//! The last program of the suite (they run in the order of their names): what was skipped, in one line.

#[path = "support/tools.rs"]
#[allow(dead_code, reason = "the other tests use the rest")]
mod tools;

use std::collections::BTreeMap;
use std::io::Write;

#[test]
fn what_was_skipped_is_counted() {
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for reason in tools::skipped() {
        *reasons.entry(reason).or_default() += 1;
    }
    let count: usize = reasons.values().sum();
    let listed = reasons
        .iter()
        .map(|(reason, count)| format!("{count} x {reason}"));
    let listed: Vec<String> = listed.collect();
    let line = match count {
        0 => "skipped: nothing, every check of this run did run".to_string(),
        _ => format!("skipped: {count} checks ({})", listed.join(", ")),
    };
    // Past the test harness's capture.
    let _ = writeln!(std::io::stderr(), "{line}");
}
