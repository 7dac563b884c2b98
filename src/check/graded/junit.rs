//! Reports as JUnit XML, which GitHub, GitLab and most other places that run tests can show.
//!
//! Rule: a lab's side is a `testsuite`, a conversation in a weather is a `testcase`; names are stable.

use std::fmt::Write;

use super::{Check, Graded, Played, Status};
use crate::wire::xml_text;

/// A whole XML document: what was checked, and what could not be.
pub fn xml(graded: &Graded) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for check in &graded.checks {
        match check.status {
            Status::NotChecked => not_checked(&mut text, check),
            _ => suite(&mut text, check),
        }
    }
    text.push_str("</testsuites>\n");
    text
}

fn not_checked(text: &mut String, check: &Check) {
    let (place, error) = (xml_text(&check.place), xml_text(&check.verdict));
    let _ = write!(
        text,
        "  <testsuite name=\"{place}\" tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\">\n    \
         <testcase classname=\"{place}\" name=\"start\">\n      <error message=\"not checked\">{error}</error>\n    \
         </testcase>\n  </testsuite>\n"
    );
}

fn suite(text: &mut String, check: &Check) {
    let name = xml_text(&check.name());
    let count = |wanted| check.runs.iter().filter(|run| run.status == wanted).count();
    let _ = writeln!(
        text,
        "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"{:.3}\">",
        check.runs.len(),
        count(Status::Failed),
        count(Status::NotChecked),
        check.took.as_secs_f64()
    );
    for run in &check.runs {
        case(text, check, &name, run);
    }
    text.push_str("  </testsuite>\n");
}

fn case(text: &mut String, check: &Check, suite: &str, run: &Played) {
    let name = xml_text(&format!("{} {}", run.conversation, run.weather));
    let time = run.took.as_secs_f64();
    let _ = write!(
        text,
        "    <testcase classname=\"{suite}\" name=\"{name}\" time=\"{time:.3}\""
    );
    match run.status {
        Status::Passed => text.push_str("/>\n"),
        Status::NotChecked => {
            text.push_str(
                ">\n      <skipped message=\"an earlier conversation failed\"/>\n    </testcase>\n",
            );
        }
        Status::Failed => {
            let message = xml_text(&check.verdict);
            let code = check.code.map_or("none", |(code, _)| code);
            let whole = xml_text(&check.output);
            let _ = write!(
                text,
                ">\n      <failure message=\"{message}\" type=\"{code}\">{whole}</failure>\n    </testcase>\n"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_can_be_markup() {
        assert_eq!(
            xml_text("a<b & \"c\">\u{0}\u{1b}\n"),
            "a&lt;b &amp; &quot;c&quot;&gt;\u{fffd}\u{fffd}\n"
        );
    }
}
