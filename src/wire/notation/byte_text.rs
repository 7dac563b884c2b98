//! Each byte as the notation writes it: as text, as an escape, in a hex row.
//!
//! Rule: all of it is looked up in tables that the compiler makes.

/// Bytes in one hex row.
pub(super) const HEX_ROW: usize = 16;
/// Columns of a whole row after `Cx`, its end included.
pub(super) const WHOLE_ROW: usize = HEX_ROW * 4 + 5;
/// Columns of `\xHH`.
pub(super) const ESCAPE: usize = 4;
const DIGITS: &[u8; 16] = b"0123456789abcdef";
/// ` 89 ` for each byte: what it is in a hex row, and the space after it.
pub(super) static PAIRS: [[u8; 4]; 256] = pairs();
/// What stands for each byte in the gutter of a hex row.
pub(super) static GUTTER: [u8; 256] = gutter();
/// `\xHH` for each byte.
pub(super) static ESCAPES: [[u8; ESCAPE]; 256] = escapes();

/// A whole row with its gutter and its end: ` 89 50 …  |.P…|`.
pub(super) fn whole_row(row: &[u8; HEX_ROW], line: &mut [u8; WHOLE_ROW]) {
    for (at, byte) in row.iter().enumerate() {
        // The fourth byte is a space that the next pair covers.
        line[3 * at..3 * at + 4].copy_from_slice(&PAIRS[usize::from(*byte)]);
        line[HEX_ROW * 3 + 3 + at] = GUTTER[usize::from(*byte)];
    }
    line[HEX_ROW * 3 + 2] = b'|';
    line[HEX_ROW * 4 + 3] = b'|';
    line[HEX_ROW * 4 + 4] = b'\n';
}

/// A byte as text, and how many columns that takes.
pub(super) fn escaped(byte: u8) -> ([u8; 4], usize) {
    let short = |letter| ([b'\\', letter, 0, 0], 2);
    match byte {
        b'\r' => short(b'r'),
        b'\n' => short(b'n'),
        b'\t' => short(b't'),
        b'\\' => short(b'\\'),
        0x20..=0x7e => ([byte, 0, 0, 0], 1),
        _ => (ESCAPES[usize::from(byte)], ESCAPE),
    }
}

const fn pairs() -> [[u8; 4]; 256] {
    let mut pairs = [[b' '; 4]; 256];
    let mut byte = 0;
    while byte < 256 {
        pairs[byte] = [b' ', DIGITS[byte >> 4], DIGITS[byte & 15], b' '];
        byte += 1;
    }
    pairs
}

const fn escapes() -> [[u8; ESCAPE]; 256] {
    let mut escapes = [[b'\\', b'x', 0, 0]; 256];
    let mut byte = 0;
    while byte < 256 {
        escapes[byte] = [b'\\', b'x', DIGITS[byte >> 4], DIGITS[byte & 15]];
        byte += 1;
    }
    escapes
}

const fn gutter() -> [u8; 256] {
    let mut gutter = [b'.'; 256];
    let mut byte = 0x20;
    while byte < 0x7f {
        gutter[byte] = byte as u8;
        byte += 1;
    }
    gutter
}
