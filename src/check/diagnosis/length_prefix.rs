//! Mistakes in the four bytes before a name or a file that say how long it is.
//!
//! Rule: only four bytes that hold the first difference, or stand a little before it, are looked at.

use super::{Cause, Evidence, Row, count, shown};
use crate::check::lenient_http_reader::{find, from, upto};

pub(super) const TABLE: &[Row] = &[
    ("W79", no_end),
    ("W79", prefix_width),
    ("W49", newline_counted),
    ("W43", byte_order),
    ("W44", prefix_letters),
    ("W79", cut_at_newline),
    ("W79", counts_a_part),
];

/// The four bytes from this place on.
fn four_at(bytes: &[u8], at: usize) -> Option<[u8; 4]> {
    bytes.get(at..at + 4)?.try_into().ok()
}

/// Four bytes that hold the first difference, wanted and got, for each place where they can begin.
fn numbers(evidence: &Evidence) -> impl Iterator<Item = (usize, [u8; 4], [u8; 4])> {
    let first = evidence.at().saturating_sub(3);
    let found = (first..=evidence.at()).filter_map(move |at| {
        Some((
            at,
            four_at(&evidence.want().bytes, at)?,
            four_at(&evidence.have().bytes, at)?,
        ))
    });
    found.filter(|(_, want, have)| want != have)
}

/// A number of four bytes with its smallest part first.
fn byte_order(evidence: &Evidence) -> Option<Cause> {
    let mut places = numbers(evidence);
    let (at, want, have) = places.find(|(_, want, have)| {
        let turned = want.iter().rev().eq(have);
        turned && want[0] == 0 && want[1] == 0
    })?;
    Cause::likely(format!(
        "the four bytes of your number at byte {} are in the wrong order: they are {} and not {}. With the low byte \
         first, these bytes mean {} to a reader that expects {}.",
        at + 1,
        hex(&have),
        hex(&want),
        u32::from_be_bytes(have),
        u32::from_be_bytes(want)
    ))
}

/// A length of four bytes that counts the letters of what follows.
fn prefix_letters(evidence: &Evidence) -> Option<Cause> {
    let found = numbers(evidence).find_map(|(at, want, have)| {
        let (bytes, said) = (
            u32::from_be_bytes(want) as usize,
            u32::from_be_bytes(have) as usize,
        );
        let name = evidence
            .want()
            .bytes
            .get(at + 4..at + 4 + bytes.min(1 << 20))?;
        let letters = std::str::from_utf8(name).ok()?.chars().count();
        (letters == said && letters < bytes).then_some((name, letters, bytes))
    });
    let (name, letters, bytes) = found?;
    Cause::likely(format!(
        "the length that you send counts letters. `{}` is {} but {}. A reader that takes {letters} bytes reads the \
         rest of the name as the beginning of the next length.",
        shown(name),
        count(letters, "letter"),
        count(bytes, "byte")
    ))
}

/// A length of another width than four bytes, or one that counts itself, too.
fn prefix_width(evidence: &Evidence) -> Option<Cause> {
    let (want, have) = (&evidence.want().bytes, &evidence.have().bytes);
    let first = evidence.at().saturating_sub(7);
    let found = (first..=evidence.at()).find_map(|at| {
        let four = four_at(want, at)?;
        let length = usize::try_from(u32::from_be_bytes(four)).ok()?;
        let data = want.get(at + 4..at.checked_add(4 + length)?)?;
        let data = upto(data, 8);
        let binary = four.first() == Some(&0) && !data.is_empty();
        let how = wrong_width(from(have, at), length, data).filter(|_| binary)?;
        Some((at, length, how))
    });
    let (at, length, how) = found?;
    Cause::likely(format!(
        "at byte {} there must be a length of four bytes with the value {length}, for the {} that follow. {how}",
        at + 1,
        count(length, "byte")
    ))
}

/// A name with a newline in it was cut there, and each part got a length.
fn cut_at_newline(evidence: &Evidence) -> Option<Cause> {
    let (want, have) = (&evidence.want().bytes, &evidence.have().bytes);
    let found = numbers(evidence).find_map(|(at, due, said)| {
        let due = usize::try_from(u32::from_be_bytes(due)).ok()?;
        let said = usize::try_from(u32::from_be_bytes(said)).ok()?;
        let data = want.get(at + 4..at.checked_add(4 + due)?)?;
        let sent = have.get(at + 4..at.checked_add(4 + said)?)?;
        (data.get(said) == Some(&b'\n') && data.starts_with(sent)).then_some((sent, data))
    });
    let (sent, data) = found?;
    Cause::likely(format!(
        "your length is {}, the length of `{}`. But the name goes on after these bytes: it is `{}`, and it has {}. \
         The newline in the name is a byte like all others, and does not end the name.",
        sent.len(),
        shown(sent),
        shown(data),
        count(data.len(), "byte")
    ))
}

/// A length that counts only the beginning of what follows it.
fn counts_a_part(evidence: &Evidence) -> Option<Cause> {
    let (want, have) = (&evidence.want().bytes, &evidence.have().bytes);
    let found = numbers(evidence).find_map(|(at, due, said)| {
        let due = usize::try_from(u32::from_be_bytes(due)).ok()?;
        let said = usize::try_from(u32::from_be_bytes(said)).ok()?;
        let data = want.get(at + 4..at.checked_add(4 + due)?)?;
        let sent = have.get(at + 4..at.checked_add(4 + due)?)?;
        let part = (0 < said && said < due && sent == data).then(|| data.split_at(said));
        part.filter(|(counted, _)| std::str::from_utf8(counted).is_ok())
    });
    let (counted, left) = found?;
    Cause::likely(format!(
        "your length is {}, but {} follow it. Your length counts `{}`, but it does not count the rest, `{}`. The \
         other side takes the bytes that are not counted for the next length.",
        counted.len(),
        count(counted.len() + left.len(), "byte"),
        shown(counted),
        shown(left)
    ))
}

/// The length 0 that ends a list does not come.
fn no_end(evidence: &Evidence) -> Option<Cause> {
    let ends = four_at(&evidence.want().bytes, evidence.at()) == Some([0; 4]);
    let mut at = 0;
    while at < evidence.at() {
        let length = u32::from_be_bytes(four_at(&evidence.want().bytes, at)?);
        at = at.checked_add(4 + usize::try_from(length).ok()?)?;
    }
    (ends && evidence.cut_short() && at > 0 && at == evidence.at()).then_some(())?;
    Cause::likely(format!(
        "after your {} the length 0 is missing, which has the four bytes 00 00 00 00. The length 0 ends the list. \
         Without it the other side waits for the next length.",
        count(evidence.at(), "byte")
    ))
}

/// A newline is sent, and counted, behind what a length announces.
fn newline_counted(evidence: &Evidence) -> Option<Cause> {
    let found = numbers(evidence).find_map(|(at, want, have)| {
        let (due, said) = (
            usize::try_from(u32::from_be_bytes(want)).ok()?,
            usize::try_from(u32::from_be_bytes(have)).ok()?,
        );
        let name = evidence
            .want()
            .bytes
            .get(at + 4..at.checked_add(4 + due)?)?;
        let sent = evidence
            .have()
            .bytes
            .get(at + 4..at.checked_add(4 + said)?)?;
        let extra = sent.strip_prefix(name)?;
        matches!(extra, b"\n" | b"\r\n").then_some((name, extra))
    });
    let (name, extra) = found?;
    Cause::likely(format!(
        "after `{}` you sent one more line end, `{}`, and your length counts this line end. The length already says \
         where the text ends, so send no line end.",
        shown(name),
        shown(extra)
    ))
}

/// How a length is written in front of `data`, when it is not four bytes, the largest part first.
fn wrong_width(have: &[u8], length: usize, data: &[u8]) -> Option<String> {
    let follows = |width: usize| from(have, width).starts_with(data);
    let add = |sum: usize, byte: &u8| sum.wrapping_mul(256).wrapping_add(usize::from(*byte));
    let number = |width: usize| upto(have, width).iter().fold(0, add);
    let turned = |width: usize| upto(have, width).iter().rev().fold(0, add);
    for width in [1, 2, 8] {
        if follows(width) && (number(width) == length || turned(width) == length) {
            return Some(format!(
                "Your length has {} and not four bytes.",
                count(width, "byte")
            ));
        }
    }
    if follows(0) {
        return Some("You sent no length: your bytes begin with the text itself.".to_string());
    }
    let said = number(4);
    if follows(4) && said == length + 4 {
        return Some(format!(
            "Your length is {said}, because it counts its own four bytes, too."
        ));
    }
    let digits = have.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let written = std::str::from_utf8(upto(have, digits)).ok()?.parse() == Ok(length);
    (written && find(upto(have, digits + 2 + data.len()), data).is_some())
        .then(|| "Your length is written in digits, as a text.".to_string())
}

fn hex(bytes: &[u8]) -> String {
    let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    pairs.join(" ")
}
