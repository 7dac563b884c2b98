//! Tests: what evidence derives from a script and a recording.

use super::*;

/// The evidence of `got` against `script` with a difference after `agreed` entries.
fn seen(side: Side, agreed: usize) -> Evidence {
    let script =
        Transcript::parse("C connect\nC> a\\n\nC> b\\n\nS> A\\n\nC> c\\n\nC fin\nS> B\\n\nS fin\n");
    let expectation = Expectation {
        side,
        weather: Weather::Calm,
        script: script.unwrap(),
        refusals: Vec::new(),
    };
    let got = Transcript::new();
    let mut difference = crate::wire::compare_side(&expectation.script, &got, side.who()).unwrap();
    difference.agreed = agreed;
    let problem = Problem::Difference(Box::new(difference));
    Evidence::new(
        expectation,
        got,
        Some(problem),
        Process::default(),
        Tries::default(),
    )
}

#[test]
fn what_surrounds_a_difference_is_read_from_the_script() {
    let around = seen(Side::Server, 2);
    assert_eq!(around.together(), [b"a\n", b"b\n"]);
    assert!(!around.answer_owed() && !around.others_open());
    assert!(seen(Side::Client, 4).answer_owed());
}

#[test]
fn a_line_is_found_at_each_of_its_bytes() {
    for (at, line) in [
        (0, "a\n"),
        (1, "a\n"),
        (2, "bc\n"),
        (5, "d"),
        (6, "d"),
        (99, "d"),
    ] {
        assert_eq!(line_at(b"a\nbc\nd", at), line.as_bytes(), "{at}");
    }
}
