//! A program that dies: its exit status and its last words come before what the wire shows, in every report,
//! and the headline names the run that killed it, the same each time.

use crate::flaw;
use crate::support::wrong::{plan, script};
use wirelab::check::graded::{Format, Graded};
use wirelab::check::{Conversation, Plan, Report, report};
use wirelab::course::catalogue::{Side, Weather};

fn run(plan: &Plan) -> Report {
    plan.run().expect("a report")
}

/// Whether these texts stand in `text` in this order.
fn in_order(text: &str, parts: &[&str]) {
    let mut rest = text;
    for part in parts {
        let at = rest.find(part);
        let at = at
            .unwrap_or_else(|| panic!("{part:?} is not there, or not behind the others:\n{text}"));
        rest = &rest[at + part.len()..];
    }
}

#[test]
fn a_client_that_dies_is_heard_before_the_wire_and_is_not_answered() {
    let script = script("lab09-smallest-answer");
    let report = run(&plan(
        Side::Client,
        &["client-dies", "{addr}"],
        script,
        &[Weather::Calm],
    ));
    let parts = [
        "the client ended (exit status 101) before it sent a byte",
        "The program ended: exit status 101.",
        "the order is lost",
        " - C> GET / HTTP/1.1\\r\\n",
        " + C fin",
        "ikely cause: your client ended",
    ];
    in_order(&report::text(&report, &[]), &parts);
    let mut graded = Graded::default();
    graded.add(None, &report, &[]);
    for (name, format) in Format::ALL {
        let text = graded.write(format);
        let line = text.replace("\\n", "\n").replace("\\\\", "\\");
        assert!(
            line.contains(parts[0]) || name == "gradescope",
            "{name}: {text}"
        );
        in_order(&line, &parts[1..3]);
    }
    let (_, failure) = report.failure().expect("it fails");
    assert!(
        !failure.got.render().contains("S> "),
        "{}",
        failure.got.render()
    );
}

#[test]
fn a_server_that_dies_is_named_in_the_run_that_killed_it() {
    let headline = |report: &Report| {
        let (run, failure) = report.failure().expect("it fails");
        let words = report::headline_of(run, failure, Side::Server);
        (run.weather, words)
    };
    let all = [
        Weather::Calm,
        Weather::Rude,
        Weather::Dribble,
        Weather::Glue,
    ];
    for _ in 0..3 {
        let reset = Plan {
            conversations: vec![Conversation {
                weathers: all.to_vec(),
                ..flaw("died-on-reset").conversations[0].clone()
            }],
            ..flaw("died-on-reset")
        };
        let words = "the server ended (exit status 101) after a client had reset its connection";
        assert_eq!(headline(&run(&reset)), (Weather::Rude, words.to_string()));
        let words = "the server ended (exit status 7) without an answer";
        assert_eq!(
            headline(&run(&flaw("dies-of-a-request"))),
            (Weather::Calm, words.to_string())
        );
    }
}
