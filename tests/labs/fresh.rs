//! Fresh conversations: the labs' own programs hold them for any seed, and a program that knows the snapshots
//! by heart does not.

use std::path::Path;
use std::time::Duration;

use super::support::{badpeer, bin, side_by_side};
use wirelab::check::program::CommandLine;
use wirelab::check::{Plan, Subject, report};
use wirelab::course::catalogue::{Lab, Side};
use wirelab::course::plan_exercise_check;
use wirelab::wire::Who;

/// How many seeds are tried; `WIRELAB_SEEDS=200` tries more.
fn seeds() -> Vec<u64> {
    let count = std::env::var("WIRELAB_SEEDS").ok();
    let count = count.map_or(3, |text| text.parse().expect("WIRELAB_SEEDS is a number"));
    (1..=count).collect()
}

/// The plan of one side, and the fresh conversations alone.
fn plans(lab: &Lab, side: Side, subject: Subject, seed: u64) -> (Plan, Plan) {
    let mut plan = plan_exercise_check::plan_of(lab, side, subject, None, seed).expect("a plan");
    let fresh = plan.then.take();
    let fresh = fresh.unwrap_or_else(|| panic!("{} {side:?}: nothing is fresh", lab.slug));
    (plan, *fresh)
}

/// The lab's own programs hold the fresh conversations of every seed, in every weather of the snapshots.
pub fn own_programs_hold_them(lab: &Lab) {
    let all: Vec<(Side, u64)> = lab
        .exercises()
        .into_iter()
        .flat_map(|side| seeds().into_iter().map(move |seed| (side, seed)))
        .collect();
    let failed = side_by_side(all, |(side, seed)| {
        let program = Subject::Own(bin(&lab.program("lab", side)));
        let (_, mut fresh) = plans(lab, side, program, seed);
        for conversation in &mut fresh.conversations {
            let name = conversation.name.trim_end_matches("-fresh");
            let script = lab.scripts.iter().find(|script| script.name == name);
            conversation.weathers = script.expect("its snapshot").weathers.clone();
        }
        let checked = fresh.run().expect("a check");
        (!checked.passed()).then(|| report::text(&checked, &[]))
    });
    let failed: Vec<String> = failed.into_iter().flatten().collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// A program that knows the snapshots by heart, and no protocol, fails.
pub fn knowing_by_heart_is_not_enough(lab: &Lab) {
    let programs = lab.exercises().into_iter().flat_map(|side| match side {
        Side::Server => vec![(side, "by-heart-server"), (side, "by-heart-nearest")],
        Side::Client => vec![(side, "by-heart-client")],
    });
    let each_seed = |(side, program)| seeds().into_iter().map(move |seed| (side, program, seed));
    let all = programs.flat_map(each_seed).collect();
    let number = lab.number.to_string();
    let passed = side_by_side(all, |(side, program, seed)| {
        let words = [program, "{addr}", &number];
        let line = CommandLine::of(Path::new(badpeer()), &words);
        let (_, mut fresh) = plans(lab, side, Subject::Command(line), seed);
        (fresh.triage, fresh.start_deadline) = (false, Duration::from_secs(5));
        let passed = fresh.run().expect("a check").passed();
        passed.then(|| format!("{program} passes with the seed {seed}"))
    });
    let passed: Vec<String> = passed.into_iter().flatten().collect();
    assert!(passed.is_empty(), "{}: {}", lab.slug, passed.join("; "));
}

/// The printed conversations are known by heart: what fails above fails for that reason alone.
pub fn by_heart_holds_the_printed_ones(lab: &Lab, side: Side) {
    let program = match side {
        Side::Server => "by-heart-server",
        Side::Client => "by-heart-client",
    };
    let words = [program, "{addr}", &lab.number.to_string()];
    let line = CommandLine::of(Path::new(badpeer()), &words);
    let (mut printed, _) = plans(lab, side, Subject::Command(line), 1);
    printed.start_deadline = Duration::from_secs(5);
    let checked = printed.run().expect("a check");
    assert!(checked.passed(), "{}", report::text(&checked, &[]));
}

/// A failure in a fresh conversation is reported as any other, and says how to have the same one again.
#[test]
fn a_failure_names_its_seed_and_shows_its_bytes() {
    let lab = super::lab(9);
    let line = CommandLine::of(Path::new(badpeer()), &["good", "{addr}"]);
    let (_, mut fresh) = plans(lab, Side::Server, Subject::Command(line), 77);
    fresh.start_deadline = Duration::from_secs(5);
    let checked = fresh.run().expect("a check");
    assert!(checked.passed(), "{}", report::text(&checked, &[]));
    let passed = report::text(&checked, &[]);
    assert!(
        passed.ends_with("     Fresh conversations: --seed 77\n"),
        "{passed}"
    );

    let line = CommandLine::of(Path::new(badpeer()), &["by-heart-server", "{addr}", "9"]);
    let (_, mut fresh) = plans(lab, Side::Server, Subject::Command(line), 77);
    (fresh.triage, fresh.start_deadline) = (false, Duration::from_secs(5));
    let failed = report::text(&fresh.run().expect("a check"), &[]);
    let asked = fresh.conversations[0].expected.bytes_of(1, Who::Client);
    let first = asked
        .split(|byte| *byte == b'\r')
        .next()
        .unwrap_or_default();
    for text in [
        "FAIL lab 09",
        "lab09-smallest-answer-fresh",
        &format!("C> {}\\r\\n", first.escape_ascii()),
        "--seed 77",
    ] {
        assert!(failed.contains(text), "{text}:\n{failed}");
    }
}
