//! The check of each lab's own programs, stubs and wrong answers.

use super::support::wrong::{Wrong, complaint, root, text, wire_files, without_patience};
use super::support::{bin, side_by_side};
use wirelab::check::Subject;
use wirelab::course::catalogue::{Lab, Side};
use wirelab::course::plan_exercise_check;

/// Every side of the lab for which `wanted` says so: the name of `kind`'s program, and what its check prints.
fn checks(
    lab: &Lab,
    kind: &str,
    wanted: impl Fn(&Lab, Side) -> bool,
) -> Vec<(String, String, bool)> {
    let sides = [Side::Server, Side::Client].into_iter();
    let sides = sides.filter(|side| lab.scripts_for(*side).next().is_some() && wanted(lab, *side));
    side_by_side(sides.collect(), |side| {
        let program = lab.program(kind, side);
        let plan = plan_exercise_check::plan_of(lab, side, Subject::Own(bin(&program)), None, 1);
        let (text, passed) = text(&plan.expect("a plan"));
        (program, text, passed)
    })
}

/// The lab's own programs pass in every weather.
pub fn own_programs_pass(lab: &Lab) {
    for (name, text, passed) in checks(lab, "lab", Lab::has) {
        assert!(passed, "{name}:\n{text}");
    }
}

/// The untouched exercise fails with a message that teaches.
pub fn stubs_fail_as_reviewed(lab: &Lab) {
    for (name, text, passed) in checks(lab, "start", |lab, side| lab.stub(side).is_some()) {
        assert!(!passed, "{name} passes");
        let wide = text.lines().find(|line| line.chars().count() > 80);
        assert!(wide.is_none(), "{name}:\n{text}");
        let text = without_patience(lab, &text);
        let text = without_repeated_answers(&text);
        insta::assert_snapshot!(name, text);
    }
}

/// Each wrong answer fails with its own code and no other.
pub fn wrong_answers_get_their_codes(lab: &Lab) {
    let files = wire_files(&root().join("labs").join(lab.slug).join("wrong"));
    let wrong = side_by_side(files, |file| complaint(&Wrong::read(file)));
    let wrong: Vec<String> = wrong.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Without the answers of `@answer-again` that came once more before the program went on: on a busy machine
/// there are several.
fn without_repeated_answers(text: &str) -> String {
    let mut lines: Vec<&str> = text.split('\n').collect();
    lines.dedup_by(|line, before| line == before && line.starts_with("   S> ack "));
    lines.join("\n")
}
