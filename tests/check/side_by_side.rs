//! Conversations that are played side by side: they are, and nothing that went wrong because of it is reported.

use std::path::{Path, PathBuf};

use wirelab::check::program::CommandLine;
use wirelab::check::{Conversation, Outcome, Plan, Report, Run, Subject};
use wirelab::course::catalogue::{Side, Weather};
use wirelab::wire::Transcript;

/// An empty folder for one test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// A check of a client at a port where nobody listens, so often: the client needs no network. `script` runs in
/// `sh`; `$1` is a folder.
fn report(script: &str, folder: &Path, times: usize) -> Report {
    let text = "@wire 1\n@exit failure\nS refuse\n";
    let conversation = |number| Conversation {
        name: format!("nobody-{number}"),
        expected: Transcript::parse(text).expect("a transcript"),
        weathers: vec![Weather::Calm],
    };
    let folder = folder.to_str().expect("a path in UTF-8");
    let line = CommandLine::of(Path::new("sh"), &["-c", script, "client", folder]);
    let conversations = (0..times).map(conversation).collect();
    let (side, subject) = (Side::Client, Subject::Command(line));
    let plan = Plan::new("here".to_string(), side, subject, conversations);
    plan.run().expect("a report")
}

#[test]
fn clients_that_wait_for_each_other_meet() {
    // The first one is played alone, the second one waits until a third one has come.
    let wait = r#"mkdir "$1/$$"; set -- "$1"/*; [ $# -gt 1 ] || exit 1
        while [ $# -lt 3 ]; do sleep 0.01; set -- "${1%/*}"/*; done; exit 1"#;
    let report = report(wait, &folder("meet"), 3);
    assert!(report.passed(), "{report:?}");
}

#[test]
fn what_goes_wrong_only_beside_others_is_not_reported() {
    // The exit status 0 is wrong here.
    let lonely = r#"mkdir "$1/lock" || exit 0; sleep 0.02; rmdir "$1/lock"; exit 1"#;
    let report = report(lonely, &folder("lonely"), 12);
    assert!(report.passed(), "{report:?}");
}

#[test]
fn the_first_failure_is_reported_and_nothing_after_it() {
    // The exit status 0 is wrong here.
    let from_the_fourth = r#"mkdir "$1/$$"; set -- "$1"/*; [ $# -ge 4 ]"#;
    let report = report(from_the_fourth, &folder("fourth"), 9);
    let places: Vec<usize> = (report.runs.iter().enumerate())
        .filter(|(_, run)| matches!(run.outcome, Outcome::Failed(_)))
        .map(|(at, _)| at)
        .collect();
    assert_eq!(places.len(), 1, "{report:?}");
    let (before, after) = report.runs.split_at(places[0]);
    assert!(before.iter().all(Run::passed));
    assert!(
        after
            .iter()
            .skip(1)
            .all(|run| matches!(run.outcome, Outcome::NotRun))
    );
}
