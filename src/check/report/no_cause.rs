//! What the report says when no known mistake fits: what was seen, and what to look at.

use std::time::Duration;

use crate::check::Problem;
use crate::check::diagnosis::{behind, shown};
use crate::check::lenient_http_reader::upto;
use crate::wire::{Difference, DifferenceKind, Wanted};

/// What to do when no known mistake fits.
pub(super) fn text(trouble: &Problem) -> String {
    let advice = match trouble {
        Problem::Difference(difference) | Problem::Behind(_, difference) => match difference.what {
            DifferenceKind::Short if difference.ended.is_none() => {
                "No known mistake fits. What came is right, but the rest did not come: the program waits for \
                 something, or is still working. Let it print every byte that it reads, and see where it stops."
            }
            DifferenceKind::Short | DifferenceKind::Ending => {
                "No known mistake fits. Let the program print why it goes on or stops there."
            }
            DifferenceKind::Bytes if blanks_differ(difference) => {
                "No known mistake fits. The two lines above have the same letters, and differ in spaces or tabs."
            }
            DifferenceKind::Bytes if difference.column == 1 => {
                "No known mistake fits. The check expected another line here. Compare the lines before it with the \
                 lab's README."
            }
            DifferenceKind::Bytes => {
                let part = other_part(difference);
                return format!(
                    "No known mistake fits. {part}Compare the two lines above, byte by byte."
                );
            }
            DifferenceKind::Extra if difference.got.is_empty() => {
                "No known mistake fits. Everything that the check expected is there. Let the program print what it \
                 does after that."
            }
            DifferenceKind::Extra if difference.offset == 0 => {
                "No known mistake fits. In this conversation the program sends no byte on this connection. Let it print \
                 where it writes these bytes."
            }
            DifferenceKind::Extra => {
                "No known mistake fits. Everything that the check expected came, and then more bytes. Let the \
                 program print where it writes these bytes."
            }
            DifferenceKind::Early => {
                "No known mistake fits. Let the program print what it has read when it writes these bytes."
            }
            DifferenceKind::Boundary => {
                "No known mistake fits. The bytes are right. Let the program print the length of each datagram."
            }
            DifferenceKind::Gap { measured } => return pause(measured, &difference.expected),
            DifferenceKind::TooLoose => "Write a pattern that fits fewer texts.",
        },
        Problem::Grows { .. } => {
            "When a client has left, close its connection and its files, and end its thread."
        }
        _ => "No known mistake fits. Let the program print what it does at that place.",
    };
    advice.to_string()
}

/// A pause that is too short or too long.
fn pause(measured: Duration, expected: &Wanted) -> String {
    let Wanted::Pause(least, most) = expected else {
        return "No known mistake fits. Let the program print the time when it reads and when it writes.".to_string();
    };
    let when = match measured < *least {
        true => "soon",
        false => "late",
    };
    format!(
        "This came too {when}: after {} ms, and the check expected from {} to {} ms. Compare the time limits of your \
         program with those in the lab's README.",
        measured.as_millis(),
        least.as_millis(),
        most.as_millis()
    )
}

/// Which part of the line is missing, too much, or another one: a sentence, and a space after it.
fn other_part(difference: &Difference) -> String {
    let Wanted::Bytes(wanted) = &difference.expected else {
        return String::new();
    };
    // What follows may show that bytes were only added, or only lost, over the end of a line.
    if let Some(extra) = behind(&difference.got, wanted).filter(|extra| *extra <= 40) {
        let extra = shown(upto(&difference.got, extra));
        return format!("Here `{extra}` is too much. ");
    }
    if let Some(lost) = behind(wanted, &difference.got).filter(|lost| *lost <= 40) {
        return format!("Here `{}` is missing. ", shown(upto(wanted, lost)));
    }
    let line = |bytes: &'_ [u8]| -> Vec<u8> {
        let mut lines = bytes.split_inclusive(|&byte| byte == b'\n');
        lines.next().unwrap_or_default().to_vec()
    };
    let (wanted, got) = (line(wanted), line(&difference.got));
    let backwards = wanted.iter().rev().zip(got.iter().rev());
    let same = backwards.take_while(|(a, b)| a == b).count();
    let part = |line: &[u8]| upto(line, line.len() - same).to_vec();
    let (lost, extra) = (part(&wanted), part(&got));
    let (missing, more) = (shown(&lost), shown(&extra));
    match (lost.is_empty(), extra.is_empty()) {
        (false, true) => format!("Here `{missing}` is missing. "),
        (true, false) => format!("Here `{more}` is too much. "),
        (false, false) => format!("`{more}` came where `{missing}` belongs. "),
        (true, true) => String::new(),
    }
}

/// Whether the line that came is the expected one but for spaces and tabs.
fn blanks_differ(difference: &Difference) -> bool {
    let Wanted::Bytes(wanted) = &difference.expected else {
        return false;
    };
    let letters = |rest: &[u8]| -> Vec<u8> {
        let whole = difference.line_so_far.iter().chain(rest);
        let line = whole.take_while(|&&byte| byte != b'\n');
        line.copied()
            .filter(|byte| !b" \t".contains(byte))
            .collect()
    };
    let (wanted, got) = (letters(wanted), letters(&difference.got));
    wanted == got && !wanted.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Transcript, compare};

    #[test]
    fn a_part_of_a_line_is_named() {
        let about = |got: &str| {
            let parse = |text: &str| Transcript::parse(text).unwrap();
            let script = parse("S> 3 tacos, coming up\\n\n");
            let difference = compare(&script, &parse(got)).unwrap();
            text(&Problem::Difference(Box::new(difference)))
        };
        for (got, said) in [
            ("S> 3 tacos\\n\n", "Here `, coming up` is missing."),
            (
                "S> 3 tacos, coming right up\\n\n",
                "Here `right ` is too much.",
            ),
            (
                "S> 3 tacos, coming in\\n\n",
                "`in` came where `up` belongs.",
            ),
        ] {
            assert!(about(got).contains(said), "{}", about(got));
        }
    }
}
