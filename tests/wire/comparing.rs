//! The comparison: what agrees, and where the first difference is found.

use std::time::Duration;

use wirelab::wire::{Difference, DifferenceKind, Event, Wanted, Who, compare, compare_side};

use crate::read;

pub fn difference(expected: &str, got: &str) -> Option<Difference> {
    compare(&read(expected), &read(got))
}

const ORDER: &str = r"C connect
C> 3 tacos\n
S> 3 tacos,
S>  coming up\n
S fin
C fin
";

/// Weather and times change how bytes are cut, never what they are.
#[test]
fn chunks_and_times_do_not_count() {
    let recorded = r"@title as it came
C connect
~ 0.2ms
C> 3 ta
~ 10ms
C> cos\n
# the answer
S> 3
~
S>  tacos, coming
~ 2ms
S>  up\n
S fin
~ 1.5ms
C fin
";
    assert_eq!(difference(ORDER, recorded), None);
    assert_eq!(difference(recorded, ORDER), None);
}

#[test]
fn a_wrong_byte_is_found_with_its_place() {
    let expected = r"C> x\n
S> HTTP/1.1 200 OK\r\n
S> Content-Length: 10\r\n
S> \r\n
S fin";
    let got = expected.replace("10", "9");
    let found = difference(expected, &got).expect("they differ");
    assert_eq!(
        (found.conn, found.who, found.what),
        (1, Who::Server, DifferenceKind::Bytes)
    );
    assert_eq!((found.offset, found.line, found.column), (33, 2, 17));
    assert_eq!(found.line_so_far, b"Content-Length: ");
    assert_eq!(found.expected, Wanted::Bytes(b"10\r\n\r\n".to_vec()));
    assert_eq!(found.got, b"9\r\n\r\n");
    assert_eq!((found.agreed, found.total), (1, Some(39)));
    assert_eq!(found.ended, Some(Event::Fin));
}

/// What is only missing is a matter of time or of an early end.
#[test]
fn a_prefix_is_short() {
    let got = r"C connect
C> 3 tacos\n
S> 3 tac
C timeout 2000ms";
    let found = difference(ORDER, got).expect("bytes are missing");
    assert_eq!(
        (found.what, found.agreed, found.offset),
        (DifferenceKind::Short, 2, 5)
    );
    assert!(found.is_prefix());
    assert_eq!(found.total, Some(19));
    assert_eq!(found.ended, None);
    assert_eq!(found.silence, Some(Duration::from_secs(2)));
    assert_eq!(found.expected, Wanted::Bytes(b"os, coming up\n".to_vec()));
    let text = "the server's bytes stop after 5 of 19, still open";
    assert_eq!(found.to_string(), text);
}

#[test]
fn more_than_expected_is_extra() {
    let got = ORDER.replace(r"up\n", "up\\n\nS> \\r\\n");
    let found = difference(ORDER, &got).expect("there is more");
    assert_eq!(
        (found.what, found.agreed, found.offset),
        (DifferenceKind::Extra, 3, 19)
    );
    assert_eq!(found.expected, Wanted::Event(Event::Fin));
    assert_eq!(found.got, b"\r\n");
    assert_eq!((found.line, found.column), (2, 1));
}

/// More than expected before the other side's turn: the turn is what it passed, not the next bytes.
#[test]
fn extra_bytes_before_the_other_sides_turn() {
    let expected = "C> a\nS> 1\nC> b\nS> 2\nS fin";
    let got = "C> a\nS> 1\\r\\n\nC> b\nS> 2\nS fin";
    let found = difference(expected, got).expect("there is more");
    assert_eq!(
        (found.who, found.what),
        (Who::Server, DifferenceKind::Extra)
    );
    assert_eq!((found.agreed, found.offset), (2, 1));
    assert_eq!(found.expected, Wanted::OtherSide);
}

#[test]
fn endings_count() {
    let table = [
        (
            "S fin",
            "S rst",
            Wanted::Event(Event::Fin),
            Some(Event::Rst),
        ),
        ("S fin", "", Wanted::Event(Event::Fin), None),
        ("", "S fin", Wanted::Open, Some(Event::Fin)),
        ("~ end", "S fin", Wanted::Open, Some(Event::Fin)),
    ];
    for (expected, got, wanted, ended) in table {
        let found = difference(&format!("S> x\n{expected}"), &format!("S> x\n{got}"));
        let found = found.expect(expected);
        assert_eq!(found.what, DifferenceKind::Ending, "{expected} {got}");
        assert_eq!(
            (found.expected, found.ended),
            (wanted, ended),
            "{expected} {got}"
        );
        assert_eq!(found.offset, 1);
    }
    assert_eq!(
        difference("S> x\nS fin", "S> x\nC timeout 5ms\nS fin"),
        None
    );
    assert_eq!(difference("C rst", "C rst\nS rst"), None);
    let refused = difference("C connect\nC> x", "S refuse").expect("nobody listens");
    assert_eq!(
        (refused.who, refused.what, refused.agreed),
        (Who::Client, DifferenceKind::Ending, 0)
    );
}

/// A side that does not wait for the other is early; a checker that pipelines judges only the other.
#[test]
fn order_counts_where_one_waits_for_the_other() {
    let expected = "C> a\nS> 1\nC> b\nS> 2\nS fin";
    let pipelined = "C> ab\nS> 12\nS fin";
    assert_eq!(
        compare_side(&read(expected), &read(pipelined), Who::Server),
        None
    );
    let found = difference(expected, pipelined).expect("the client does not wait");
    assert_eq!(
        (found.who, found.what, found.agreed),
        (Who::Client, DifferenceKind::Early, 2)
    );
    assert_eq!((found.offset, found.expected), (1, Wanted::OtherSide));

    let hasty = read("C> 3 ta\nS> ok\nC> cos\nS fin");
    let found = compare_side(&read("C> 3 tacos\nS> ok\nS fin"), &hasty, Who::Server);
    let found = found.expect("the server answers half an order");
    assert_eq!(
        (found.who, found.what),
        (Who::Server, DifferenceKind::Early)
    );
    assert_eq!((found.agreed, found.offset), (1, 0));
}

#[test]
fn gaps_that_are_asked_for_are_measured() {
    let expected = "C> a\n~ 10ms..20ms\nS> b";
    for (passed, ok) in [
        ("9ms", false),
        ("10ms", true),
        ("20ms", true),
        ("20.1ms", false),
    ] {
        let found = difference(expected, &format!("C> a\n~ {passed}\nS> b"));
        assert_eq!(found.is_none(), ok, "{passed}: {found:?}");
    }
    let found = difference(expected, "C> a\n~ 5ms\nS> b").expect("too soon");
    let measured = Duration::from_millis(5);
    assert_eq!(found.what, DifferenceKind::Gap { measured });
}

/// The earliest entry wins, on whatever connection and whichever side.
#[test]
fn the_first_of_several_differences() {
    let expected = "C connect\nC2 connect\nC> a\nC2> b\nS2> c\nS> d";
    let got = "C connect\nC2 connect\nC> a\nC2> b\nS2> X\nS> Y";
    let found = difference(expected, got).expect("they differ");
    assert_eq!((found.conn, found.who, found.agreed), (2, Who::Server, 4));
    for more in ["C3> b", "C3 connect"] {
        let found = difference("C> a", &format!("C> a\n{more}"));
        let found = found.expect("a connection too many");
        let place = (found.conn, found.what, found.agreed);
        assert_eq!(place, (3, DifferenceKind::Extra, 1));
    }
}

/// Whoever says something has waited for the connection, whether or not its `connect` was recorded.
#[test]
fn a_connect_is_not_waited_for() {
    let got = read(&ORDER.replace("C connect\n", ""));
    assert_eq!(compare_side(&read(ORDER), &got, Who::Server), None);
}

/// A checker's own side that says something else than the script is not what the other waits for.
#[test]
fn other_words_are_not_waited_for() {
    let got = read(&ORDER.replace("C> 3 tacos", "C> 4 tacos"));
    assert_eq!(compare_side(&read(ORDER), &got, Who::Server), None);
    let found = compare(&read(ORDER), &got).expect("the order is another");
    assert_eq!(
        (found.who, found.what, found.offset),
        (Who::Client, DifferenceKind::Bytes, 0)
    );
}

#[test]
fn a_connect_that_is_left_unsaid_is_no_difference() {
    let script = "C> a\\n\nS> A\\n\nC fin\nS fin\n";
    let got = format!("C connect\n{script}");
    assert_eq!(difference(script, &got), None);
    let another = format!("{got}C2 connect\n");
    let found = difference(script, &another).expect("nobody asked for a second one");
    assert_eq!((found.conn, found.what), (2, DifferenceKind::Extra));
}
