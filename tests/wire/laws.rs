//! The laws of the notation, over random transcripts.
//!
//! A failing test shows its seed; `WIRELAB_SEED=… cargo test --test wire` runs it again.

use wirelab::wire::{Entry, Gap, Piece, Transcript, compare};

use crate::dice::Dice;
use crate::random::{Kind, transcript};
use crate::read;

/// Transcripts for each law.
const ROUNDS: usize = 4_000;

#[test]
fn what_is_written_reads_back_the_same() {
    let mut dice = Dice::new();
    for _ in 0..ROUNDS {
        let x = transcript(&mut dice, Kind::Pattern);
        let text = x.render();
        let back = read(&text);
        assert_eq!(back, x, "\n{text}");
        assert_eq!(back.render(), text);
        assert_eq!(read(&text.replace('\n', "\r\n")), x, "CRLF\n{text}");
        assert_eq!(read(text.trim_end()), x, "trimmed\n{text}");
        text.lines().for_each(assert_canonical);
    }
}

/// ASCII up to column 78 without a space at its end; notes and headings may hold any letters.
fn assert_canonical(line: &str) {
    assert!(!line.ends_with(' '), "{line:?}");
    if !line.starts_with(['#', '@']) {
        let bytes = line.split_once(r"\n #").map_or(line, |(bytes, _)| bytes);
        assert!(bytes.is_ascii(), "{line:?}");
        assert!(bytes.len() <= 78 || is_one_item(bytes), "{line:?}");
    }
}

/// Whether a bytes line holds one mask or one repeat and nothing else.
fn is_one_item(line: &str) -> bool {
    let (_, item) = line.split_once("> ").unwrap_or_default();
    item.starts_with(r"\{") && item.find('}') == Some(item.len() - 1)
}

#[test]
fn a_brief_transcript_still_checks_every_byte() {
    let mut dice = Dice::new();
    for _ in 0..ROUNDS {
        let x = transcript(&mut dice, Kind::Exact);
        let text = x.render_brief();
        let brief = read(&text);
        assert_eq!(brief.render(), text);
        assert_eq!(compare(&brief, &x), None, "\n{text}\nof\n{}", x.render());
        let all = all_bytes(&x);
        if all > 0 {
            let changed = with_a_byte_changed(&x, dice.below(all));
            let found = compare(&brief, &changed);
            assert!(found.is_some(), "\n{text}\nof\n{}", changed.render());
        }
    }
}

#[test]
fn how_bytes_are_cut_into_chunks_is_no_difference() {
    let mut dice = Dice::new();
    for _ in 0..ROUNDS {
        let x = transcript(&mut dice, Kind::Exact);
        let cut = cut_anew(&mut dice, &x);
        assert_eq!(
            compare(&x, &cut),
            None,
            "\n{}and\n{}",
            x.render(),
            cut.render()
        );
        assert_eq!(
            compare(&cut, &x),
            None,
            "\n{}and\n{}",
            cut.render(),
            x.render()
        );
        let joined = x.without_times();
        assert_eq!(cut.without_times(), joined);
    }
}

/// Any text at all either reads, and is then written and read the same, or is refused in words.
#[test]
fn no_text_panics_the_reader() {
    let mut dice = Dice::new();
    for _ in 0..ROUNDS {
        let mut text = transcript(&mut dice, Kind::Pattern).render().into_bytes();
        for _ in 0..=dice.below(3) {
            let at = dice.below(text.len());
            match dice.below(3) {
                0 => text[at] = dice.byte(),
                1 => drop(text.remove(at)),
                _ => {
                    let parts = [
                        r"\{", "}", "*", r"\x", "\n", " ", "C", "S> ", "~ ", "ñ", "#", r"\n",
                    ];
                    let part = dice.one_of(&parts);
                    text.splice(at..at, part.bytes());
                }
            }
        }
        match Transcript::parse_bytes(&text) {
            Ok(x) => assert_eq!(read(&x.render()), x, "{}", text.escape_ascii()),
            Err(error) => {
                let lines = text.split(|&byte| byte == b'\n').count();
                assert!((1..=lines).contains(&error.line) && error.column > 0);
                assert!(!error.to_string().contains(char::is_control), "{error}");
            }
        }
    }
}

fn all_bytes(x: &Transcript) -> usize {
    let length = |piece: &Piece| match piece {
        Piece::Bytes(bytes) => bytes.len(),
        _ => 0,
    };
    let chunks = x.entries().iter().filter_map(|entry| match entry {
        Entry::Chunk(chunk) => Some(chunk),
        _ => None,
    });
    chunks.flat_map(|chunk| &chunk.pieces).map(length).sum()
}

fn with_a_byte_changed(x: &Transcript, which: usize) -> Transcript {
    let mut changed = Transcript::new();
    let mut left = Some(which);
    for entry in x.entries() {
        let mut entry = entry.clone();
        if let Entry::Chunk(chunk) = &mut entry {
            for piece in &mut chunk.pieces {
                if let (Piece::Bytes(bytes), Some(at)) = (piece, left) {
                    match bytes.get_mut(at) {
                        Some(byte) => {
                            *byte ^= 1;
                            left = None;
                        }
                        None => left = Some(at - bytes.len()),
                    }
                }
            }
        }
        changed.push_entry(&entry);
    }
    changed
}

/// The same bytes and events with chunks cut at random places, and notes kept.
fn cut_anew(dice: &mut Dice, x: &Transcript) -> Transcript {
    let mut cut = Transcript::new();
    cut.headings = x.headings.clone();
    for entry in x.entries() {
        let Entry::Chunk(chunk) = entry else {
            cut.push_entry(entry);
            continue;
        };
        for piece in &chunk.pieces {
            if let Piece::Bytes(bytes) = piece {
                let (start, end) = bytes.split_at(dice.below(bytes.len()));
                cut.push_bytes(chunk.conn, chunk.who, start);
                cut.push_gap(Gap::Untimed);
                cut.push_bytes(chunk.conn, chunk.who, end);
            } else {
                cut.push_piece(chunk.conn, chunk.who, piece);
            }
        }
    }
    cut
}
