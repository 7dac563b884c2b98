//! Finds what should not stand in a file: the values of header fields that let one person act as
//! another.
//!
//! Rule 1: a secret is what stands behind the name and the colon, to the end of its line, and of the
//! lines that continue it (obs-fold, RFC 9112 section 5.2).
//! Rule 2: the bytes come as the socket gave them: a name or a value may be cut anywhere, so there is
//! one [`Secrets`] for each direction of each connection.
//! Rule 3: a line of a body that looks like such a field is one, too: better one too many.

use std::ops::Range;

/// The fields, in lower case, with their colon.
const FIELDS: [&[u8]; 4] = [
    b"authorization:",
    b"cookie:",
    b"set-cookie:",
    b"proxy-authorization:",
];

/// Where in a line the last byte was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// This many bytes of the line so far are the beginning of these of [`FIELDS`] (a bit each).
    Name { length: usize, fits: u8 },
    /// Behind the colon, before the value.
    BeforeValue,
    /// In the value.
    Value,
    /// Behind the line of a value; white space here continues it.
    NextLine,
    /// Anywhere else.
    Elsewhere,
}

const LINE_START: Place = Place::Name {
    length: 0,
    fits: 0b1111,
};

/// What one side says on one connection, read byte by byte for secrets.
#[derive(Clone, Copy, Debug)]
pub struct Secrets {
    place: Place,
}

impl Default for Secrets {
    fn default() -> Secrets {
        Secrets { place: LINE_START }
    }
}

impl Secrets {
    /// Where in `bytes`, which follow those of the last call, secrets stand; in order, apart.
    pub fn find(&mut self, bytes: &[u8]) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> = Vec::new();
        for (at, &byte) in bytes.iter().enumerate() {
            self.place = next(self.place, byte);
            if self.place == Place::Value {
                match found.last_mut() {
                    Some(last) if last.end == at => last.end = at + 1,
                    _ => found.push(at..at + 1),
                }
            }
        }
        found
    }
}

/// The place of `byte`, which follows one at `place`.
fn next(place: Place, byte: u8) -> Place {
    let space = matches!(byte, b' ' | b'\t');
    let line_end = matches!(byte, b'\r' | b'\n');
    match place {
        Place::BeforeValue | Place::Value | Place::NextLine if byte == b'\n' => Place::NextLine,
        Place::BeforeValue if space || line_end => Place::BeforeValue,
        Place::NextLine if space => Place::BeforeValue,
        Place::Value if byte == b'\r' => Place::BeforeValue,
        Place::BeforeValue | Place::Value => Place::Value,
        _ if byte == b'\n' => LINE_START,
        Place::Name { length, fits } => named(length, fits, byte),
        Place::NextLine => named(0, 0b1111, byte),
        Place::Elsewhere => Place::Elsewhere,
    }
}

/// One byte more of a line that may begin with a name.
fn named(length: usize, fits: u8, byte: u8) -> Place {
    let mut still = 0;
    for (index, field) in FIELDS.iter().enumerate() {
        let fitted = fits & (1 << index) != 0;
        if fitted && field.get(length) == Some(&byte.to_ascii_lowercase()) {
            still |= 1 << index;
        }
    }
    match still {
        0 => Place::Elsewhere,
        _ if byte == b':' => Place::BeforeValue,
        fits => Place::Name {
            length: length + 1,
            fits,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `bytes`, read in pieces of `size`, with `*` for each byte of a secret.
    fn hidden(bytes: &[u8], size: usize) -> String {
        let mut secrets = Secrets::default();
        let mut shown = Vec::new();
        for piece in bytes.chunks(size) {
            let mut piece = piece.to_vec();
            for range in secrets.find(&piece) {
                piece[range].fill(b'*');
            }
            shown.extend(piece);
        }
        String::from_utf8(shown).unwrap()
    }

    #[test]
    fn values_are_found_at_every_cut_and_nothing_else() {
        let request = b"GET / HTTP/1.1\r\nAuthorization: Basic dGFjbw==\r\nX-Cookie: 1\r\n\
            COOKIE:a=b\r\n c=d\r\nAuthorizations: no\r\nSet-Cookie: id=7\nAccept: */*\r\n\r\n\
            proxy-authorization: x";
        let expected = "GET / HTTP/1.1\r\nAuthorization: **************\r\nX-Cookie: 1\r\n\
            COOKIE:***\r\n ***\r\nAuthorizations: no\r\nSet-Cookie: ****\nAccept: */*\r\n\r\n\
            proxy-authorization: *";
        for size in 1..=request.len() {
            assert_eq!(hidden(request, size), expected, "in pieces of {size}");
        }
    }
}
