//! Gradescope's `results.json` (its "Autograder Specifications": `tests` with `name`, `score`, `max_score`,
//! `output` and `status`).
//!
//! Rule: each requested exercise is one test of one point. An exercise that was not started gets 0 points.

use super::{Graded, Status};
use crate::json::string;

/// A whole JSON document, with a newline at its end.
pub fn text(graded: &Graded) -> String {
    let mut tests = Vec::new();
    for check in &graded.checks {
        let code = match check.code {
            Some((code, slug)) => format!(" [{code} {slug}]"),
            None => String::new(),
        };
        let name = format!("{}{code}", check.name());
        tests.push(test(&name, check.status, &check.output));
    }
    for out in &graded.left_out {
        tests.push(test(&out.name(), Status::NotChecked, out.why));
    }
    let passed = graded.count(Status::Passed);
    let output = format!("{passed} of {} exercises passed", tests.len());
    format!(
        "{{\n  \"score\": {passed},\n  \"output\": {},\n  \"tests\": [\n{}\n  ]\n}}\n",
        string(&output),
        tests.join(",\n")
    )
}

fn test(name: &str, status: Status, output: &str) -> String {
    let (score, status) = match status {
        Status::Passed => (1, "passed"),
        Status::Failed | Status::NotChecked => (0, "failed"),
    };
    format!(
        "    {{ \"name\": {}, \"score\": {score}, \"max_score\": 1, \"status\": \"{status}\",\n      \
         \"output\": {}, \"output_format\": \"text\" }}",
        string(name),
        string(output)
    )
}
