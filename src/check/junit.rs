//! Reports as JUnit XML, which GitHub, GitLab and most other places that run tests can show.
//!
//! Rule: a lab's side is a `testsuite`, a conversation in a weather is a `testcase`; names are stable.

use std::fmt::Write;

use crate::check::report;
use crate::check::{CheckError, Outcome, Report, Run};
use crate::wire::xml_text;

/// A whole XML document: what was checked, and what could not be.
pub fn xml(reports: &[Report], not_checked: &[(String, CheckError)]) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for report in reports {
        suite(&mut text, report);
    }
    for (place, error) in not_checked {
        let (place, error) = (xml_text(place), xml_text(&error.to_string()));
        let _ = write!(
            text,
            "  <testsuite name=\"{place}\" tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\">\n    \
             <testcase classname=\"{place}\" name=\"start\">\n      <error message=\"not checked\">{error}</error>\n    \
             </testcase>\n  </testsuite>\n"
        );
    }
    text.push_str("</testsuites>\n");
    text
}

fn suite(text: &mut String, report: &Report) {
    let name = xml_text(&format!("{} {}", report.place, report.side.word()));
    let count = |wanted: fn(&Outcome) -> bool| {
        report
            .runs
            .iter()
            .filter(|run| wanted(&run.outcome))
            .count()
    };
    let failed = count(|outcome| matches!(outcome, Outcome::Failed(_)));
    let skipped = count(|outcome| matches!(outcome, Outcome::NotRun));
    let _ = writeln!(
        text,
        "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{failed}\" errors=\"0\" skipped=\"{skipped}\" time=\"{:.3}\">",
        report.runs.len(),
        report.took().as_secs_f64()
    );
    for run in &report.runs {
        case(text, report, &name, run);
    }
    text.push_str("  </testsuite>\n");
}

fn case(text: &mut String, report: &Report, suite: &str, run: &Run) {
    let name = xml_text(&format!("{} {}", run.name, run.weather.name()));
    let time = run.took.as_secs_f64();
    let _ = write!(
        text,
        "    <testcase classname=\"{suite}\" name=\"{name}\" time=\"{time:.3}\""
    );
    match &run.outcome {
        Outcome::Passed => text.push_str("/>\n"),
        Outcome::NotRun => {
            text.push_str(
                ">\n      <skipped message=\"an earlier conversation failed\"/>\n    </testcase>\n",
            );
        }
        Outcome::Failed(failure) => {
            let message = xml_text(&report::verdict(&failure.trouble, report.side));
            let code = failure
                .diagnosis
                .as_ref()
                .map_or("none", |diagnosis| diagnosis.page.code);
            let whole = xml_text(&report::text(report, &[]));
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
