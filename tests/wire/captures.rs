//! Values with a name: read where they first appear, expected where the name stands, and refused where a
//! second one is too much like the first.

use wirelab::wire::{DifferenceKind, Transcript, Who, compare, compare_side};

use crate::read;

const TICKETS: &str = "C connect\n\
    S> a=\\{8 hex as first}\\r\\n\n\
    S fin\n\
    C2 connect\n\
    C2> a=\\{the first}\\r\\n\n\
    S2> b=\\{8 hex unlike first as second}, not \\{the first}\\r\\n\n";

/// What really came, with these two values, and the first one as the client and the server repeat it.
fn said(first: &str, repeated: &str, second: &str) -> Transcript {
    read(&format!(
        "C connect\nS> a={first}\\r\\n\nS fin\nC2 connect\nC2> a={repeated}\\r\\n\n\
         S2> b={second}, not {repeated}\\r\\n\n"
    ))
}

#[test]
fn a_value_is_expected_wherever_its_name_stands() {
    let pattern = read(TICKETS);
    assert_eq!(pattern.render(), TICKETS);
    let good = said("01234567", "01234567", "fedcba98");
    assert_eq!(compare(&pattern, &good), None);
    let other = said("01234567", "01234568", "fedcba98");
    let found = compare(&pattern, &other).expect("another value");
    assert_eq!((found.who, found.conn), (Who::Client, 2));
    assert_eq!(
        (found.what, found.offset),
        (DifferenceKind::Bytes, "a=0123456".len())
    );
    let settled = pattern.settled(&good);
    assert_eq!(settled.bytes_of(2, Who::Client), b"a=01234567\r\n");
}

#[test]
fn a_value_that_never_came_is_missed_where_it_should_have_come() {
    let pattern = read(TICKETS);
    for text in ["S> a=0123456\\r\\n\n", "S> a=0123456x\\r\\n\n", "S fin\n"] {
        let found = compare_side(&pattern, &read(&format!("C connect\n{text}")), Who::Server);
        let found = found.expect("no value");
        assert_eq!((found.conn, found.agreed), (1, 1), "{text}");
    }
}

/// More than half of the digits at their places: whoever has one value can guess the other.
#[test]
fn a_value_that_is_like_another_one_is_refused() {
    let pattern = read(TICKETS);
    let table = [
        ("01234567", true),
        ("01234568", true),
        ("01234fff", true),
        ("0123ffff", false),
        ("76543210", false),
    ];
    for (second, refused) in table {
        let found = compare(&pattern, &said("01234567", "01234567", second));
        let at = found.map(|found| (found.conn, found.offset));
        assert_eq!(at, refused.then_some((2, 2)), "{second}");
    }
}

/// A name needs one length, and one word.
#[test]
fn only_a_mask_with_a_fixed_length_can_have_a_name() {
    for right in [r"\{12 bytes as a}", r"\{4096 hex as a-1}", r"\{the a}"] {
        let text = format!("S> {right}\n");
        assert_eq!(read(&text).render(), text);
    }
    let wrong = [
        r"\{any as a}",
        r"\{0 hex as a}",
        r"\{4097 bytes as a}",
        r"\{1..2 bytes as a}",
        r"\{8 hex as a b}",
        r"\{8 hex as b as c}x\{8 hex as a_b}",
        r"\{the a.b}",
        r"\{hex unlike a}",
    ];
    for wrong in wrong {
        assert!(
            Transcript::parse(&format!("S> {wrong}\n")).is_err(),
            "{wrong}"
        );
    }
}

/// Whoever plays the side that gives the name says the same bytes in each place, and they fit the pattern.
#[test]
fn an_example_stands_for_a_value() {
    let pattern = read(TICKETS);
    let played = pattern.with_values(|_, mask| mask.example());
    assert!(!played.has_masks(), "{}", played.render());
    assert_eq!(compare(&pattern, &played), None, "{}", played.render());
}
