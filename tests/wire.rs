//! The notation, rule by rule, with the exact text expected.

use wirelab::wire::{Event, Transcript, Who};

/// The session of the project's README: what is written is what was read.
#[test]
fn a_session_reads_and_writes_the_same() {
    let text = concat!(
        "@wire 1\n",
        "C connect\n",
        "C> GET /menu.txt HTTP/1.1\\r\\n\n",
        "C> \\r\\n\n",
        "~ 50.2ms\n",
        "S> HTTP/1.1 200 OK\\r\\n # a remark\n",
        "# a note\n",
        "S> \\r\\n\n",
        "S> three tacos\\n\n",
        "S fin\n",
        "C fin\n",
    );
    let read = Transcript::parse(text).expect("the text is right");
    assert_eq!(read.render(), text);
    let mut built = Transcript::new();
    built.push_event(1, Who::Client, Event::Connect);
    built.push_bytes(1, Who::Client, b"3 tacos\n");
    assert_eq!(built.render(), "C connect\nC> 3 tacos\\n\n");
}
