//! Finds the bytes that every line with a field or a parameter contains (`:`, `=`), so that other lines are
//! skipped.

use std::io::BufRead;

/// Fewest bytes without a mark that are worth a search for their last LF.
const QUIET: usize = 512;

/// The next colon and the next equals sign. Each byte is looked at once for each of them, however many lines
/// there are.
#[derive(Default)]
pub(super) struct Marks {
    colon: Option<usize>,
    equals: Option<usize>,
}

impl Marks {
    /// How many bytes from `start`, where a line starts, are whole lines without a mark; 0 as well where
    /// they are so few that one line after the other is cheaper.
    pub(super) fn lines_without(&mut self, bytes: &[u8], start: usize) -> usize {
        let mark = self.next(bytes, start);
        let quiet = bytes.get(start..mark).unwrap_or_default();
        if quiet.len() < QUIET {
            return 0;
        }
        let last = quiet.iter().rposition(|byte| *byte == b'\n');
        last.map_or(0, |lf| lf + 1)
    }

    /// The first mark at or after `start`, or the end. Calls must not go back.
    pub(super) fn next(&mut self, bytes: &[u8], start: usize) -> usize {
        let next = |mark: &mut Option<usize>, byte| {
            if mark.is_none_or(|at| at < start) {
                let rest = bytes.get(start..).unwrap_or_default();
                let at = through(rest, byte);
                let is_there = rest.get(at.wrapping_sub(1)) == Some(&byte);
                *mark = Some(start + at - usize::from(is_there));
            }
            mark.unwrap_or(start)
        };
        next(&mut self.colon, b':').min(next(&mut self.equals, b'='))
    }
}

/// How many bytes there are up to the first `byte`, itself included, or in all.
pub(super) fn through(bytes: &[u8], byte: u8) -> usize {
    // The standard library's search for a byte is fast, and this is the way to it.
    let mut unread = bytes;
    unread.skip_until(byte).unwrap_or(bytes.len())
}
