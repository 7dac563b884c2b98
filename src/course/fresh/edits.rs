//! Edits of one side's bytes: words that are replaced, and the lengths that count them.
//!
//! Rule 1: edits are in order and do not overlap. The bytes between them stay.
//! Rule 2: a number is a length if it counts bytes exactly before the edits. After the edits it must count them
//! exactly again.

use std::ops::Range;

use super::vary_table::Word;
use crate::wire::Who;

/// Bytes that become others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    /// Where they stand.
    pub(super) at: Range<usize>,
    /// What stands there afterwards.
    pub(super) new: Vec<u8>,
}

/// How a length is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `Content-Length: 12`
    Decimal,
    /// The size of a chunk: `C`, `0c`.
    Hex {
        /// With the letters A to F.
        upper: bool,
        /// With zeros in front, up to so many digits.
        width: usize,
    },
    /// Four bytes, the biggest part first.
    Four,
}

/// A number that counts bytes of the same stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Count {
    /// Where the number stands.
    pub(super) digits: Range<usize>,
    /// What it counts.
    pub(super) span: Range<usize>,
    /// How it is written.
    pub(super) form: Form,
}

/// All edits of the words in `bytes`; of two words that begin at one place the longer one counts. `words` are
/// sorted so.
pub(super) fn words_in(bytes: &[u8], who: Option<Who>, words: &[Word]) -> Vec<Edit> {
    let words: Vec<&Word> = words
        .iter()
        .filter(|word| word.who.is_none() || word.who == who)
        .collect();
    let mut edits = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let found = words.iter().find(|word| stands_at(bytes, at, &word.old));
        match found {
            Some(word) => {
                let end = at + word.old.len();
                edits.push(Edit {
                    at: at..end,
                    new: word.new.clone(),
                });
                at = end;
            }
            None => at += 1,
        }
    }
    edits
}

/// Whether a word stands here as a whole: no letter or digit continues it on either side.
fn stands_at(bytes: &[u8], at: usize, word: &[u8]) -> bool {
    let joins = |a: Option<&u8>, b: Option<&u8>| {
        a.is_some_and(u8::is_ascii_alphanumeric) && b.is_some_and(u8::is_ascii_alphanumeric)
    };
    bytes[at..].starts_with(word)
        && !joins(
            at.checked_sub(1).and_then(|before| bytes.get(before)),
            word.first(),
        )
        && !joins(word.last(), bytes.get(at + word.len()))
}

/// The bytes after the edits.
pub(super) fn apply(bytes: &[u8], edits: &[Edit]) -> Vec<u8> {
    let mut edited = Vec::new();
    let mut at = 0;
    for edit in edits {
        edited.extend(&bytes[at..edit.at.start]);
        edited.extend(&edit.new);
        at = edit.at.end;
    }
    edited.extend(&bytes[at..]);
    edited
}

/// The part of the edits that lies within `range`, counted from its beginning.
pub(super) fn within(edits: &[Edit], range: &Range<usize>) -> Vec<Edit> {
    let inside = |edit: &&Edit| edit.at.start >= range.start && edit.at.end <= range.end;
    let moved = |edit: &Edit| Edit {
        at: edit.at.start - range.start..edit.at.end - range.start,
        new: edit.new.clone(),
    };
    edits.iter().filter(inside).map(moved).collect()
}

/// Adds edits; those that lie where a new one lies go.
pub(super) fn add(edits: &mut Vec<Edit>, more: impl IntoIterator<Item = Edit>) {
    for new in more {
        edits.retain(|edit| edit.at.end <= new.at.start || edit.at.start >= new.at.end);
        edits.push(new);
    }
    edits.sort_by_key(|edit| edit.at.start);
}

/// The edits that keep every length right, of what `edits` change in what it counts.
pub(super) fn recount(counts: &[Count], edits: &[Edit]) -> Vec<Edit> {
    let mut more = Vec::new();
    for count in counts {
        let mut length = count.span.len() as i64;
        for edit in within(edits, &count.span) {
            length += edit.new.len() as i64 - edit.at.len() as i64;
        }
        if length != count.span.len() as i64 {
            let new = count.form.write(length.max(0) as u64);
            more.push(Edit {
                at: count.digits.clone(),
                new,
            });
        }
    }
    more
}

impl Form {
    fn write(self, length: u64) -> Vec<u8> {
        match self {
            Form::Decimal => length.to_string().into_bytes(),
            Form::Hex {
                upper: false,
                width,
            } => format!("{length:0width$x}").into_bytes(),
            Form::Hex { upper: true, width } => format!("{length:0width$X}").into_bytes(),
            Form::Four => (length as u32).to_be_bytes().to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(old: &str, new: &str) -> Word {
        Word {
            who: None,
            old: old.into(),
            new: new.into(),
        }
    }

    #[test]
    fn whole_words_change_and_their_lengths_with_them() {
        let words = [
            word("three tacos", "ten nachos"),
            word("taco", "x"),
            word("3", "47"),
        ];
        let text = b"13 tacos, 3 taco. three tacos";
        let edits = words_in(text, None, &words);
        assert_eq!(apply(text, &edits), b"13 tacos, 47 x. ten nachos");
        let count = |digits, span, form| Count { digits, span, form };
        let text = b"012 taco\n";
        let edits = words_in(text, None, &words);
        let form = Form::Hex {
            upper: false,
            width: 3,
        };
        let more = recount(&[count(0..3, 4..9, form)], &edits);
        let mut all = edits;
        add(&mut all, more);
        assert_eq!(apply(text, &all), b"002 x\n");
    }
}
