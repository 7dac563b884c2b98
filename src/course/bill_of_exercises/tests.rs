//! Tests of the module above.

use super::*;
use crate::course::progress::By;

fn bill() -> Bill {
    let mut progress = Progress::default();
    progress.set_passed(catalogue::lab(1).unwrap(), Side::Server, &By::Workbench);
    progress.set_passed(catalogue::lab(9).unwrap(), Side::Server, &By::Workbench);
    Bill::of(&progress, Some("Maria\n Taquera"))
}

#[test]
fn a_bill_is_read_again_as_it_was_written() {
    let text = bill().text();
    assert!(
        text.starts_with(
            "wirelab bill 2\nname Maria Taquera\nseed 1\n\n01-three-tacos server\n  by "
        )
    );
    assert!(text.contains(" · 27 bytes · sha256:"), "{text}");
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );
    assert_eq!(Bill::parse(&text), Ok(bill()));
    assert_eq!(Bill::parse(&text.replace('\n', "\r\n")), Ok(bill()));
    assert!(text.ends_with(&format!("sha256:{}\n", bill().hash())));
}

#[test]
fn every_changed_letter_of_a_bill_is_found() {
    let text = bill().text();
    for (at, letter) in text.char_indices() {
        let mut changed = text.clone();
        let other = if letter == 'x' { "y" } else { "x" };
        changed.replace_range(at..at + letter.len_utf8(), other);
        assert!(Bill::parse(&changed).is_err(), "{changed}");
        assert!(
            at == 0 || Bill::parse(&text[..at]).is_err(),
            "{}",
            &text[..at]
        );
    }
}

#[test]
fn a_bill_names_each_side_of_a_lab_once_and_at_least_one() {
    let empty = Bill::of(&Progress::default(), None);
    assert_eq!(Bill::parse(&empty.text()), Err(BillError::Empty));
    let mut twice = bill();
    twice.programs.push(twice.programs[0].clone());
    let what = "01-three-tacos server".to_string();
    assert_eq!(Bill::parse(&twice.text()), Err(BillError::Repeated(what)));
    let mut hostile = bill();
    hostile.name = Some("M\u{1b}[2J\u{202e}".to_string());
    assert_eq!(Bill::parse(&hostile.text()), Err(BillError::Changed));
}

#[test]
fn a_bill_with_a_true_hash_must_still_be_of_this_course() {
    let mut other = bill();
    other.programs[0].conversations[0].bytes += 1;
    let slug = "01-three-tacos".to_string();
    assert_eq!(
        Bill::parse(&other.text()),
        Err(BillError::OtherCourse(slug))
    );
    let mut other = bill();
    other.programs[0].slug = "25-dessert".to_string();
    assert!(matches!(
        Bill::parse(&other.text()),
        Err(BillError::OtherCourse(_))
    ));
    assert_eq!(Bill::parse("hello\n"), Err(BillError::NoBill));
    assert_eq!(
        Bill::parse("wirelab bill 2\nhello\n"),
        Err(BillError::Line(2))
    );
}
