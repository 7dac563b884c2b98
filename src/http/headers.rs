//! Fields: names without case, values that are bytes, and values that are lists.
//!
//! Facts: field names are compared without regard to case (RFC 9110 section 5.1); the order of fields with one
//! name matters, the order of different names does not (5.3); a value may contain bytes from 0x80 on, so it is
//! not text before its charset is known (5.5).
//!
//! Rule: [`Fields`] borrows a head that [`super::head`] has checked. It copies nothing.

use std::fmt;

use super::grammar::{self, trim_ows};

/// Where one field stands, as offsets into the bytes of its head. The value is without the white
/// space around it. 32 bits are enough: `limits::MAX_HEAD` is far smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldRange {
    /// The first byte of the name.
    pub name_start: u32,
    /// The colon.
    pub name_end: u32,
    /// The first byte of the value.
    pub value_start: u32,
    /// The byte after the value.
    pub value_end: u32,
}

/// One field.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Field<'a> {
    /// The name as it was written; a token.
    pub name: &'a [u8],
    /// The value without the white space around it.
    pub value: &'a [u8],
    /// Offset of the name in the bytes that the parser was given.
    pub name_at: usize,
    /// Offset of the value, likewise.
    pub value_at: usize,
}

impl fmt::Debug for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {}",
            self.name.escape_ascii(),
            self.value.escape_ascii()
        )
    }
}

/// The fields of one head, in order.
#[derive(Clone, Copy, Default)]
pub struct Fields<'a> {
    bytes: &'a [u8],
    list: &'a [FieldRange],
}

impl fmt::Debug for Fields<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl PartialEq for Fields<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<'a> Fields<'a> {
    /// Fields at these places of these bytes.
    pub fn new(bytes: &'a [u8], list: &'a [FieldRange]) -> Fields<'a> {
        Fields { bytes, list }
    }

    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Every field, in order.
    pub fn iter(&self) -> impl Iterator<Item = Field<'a>> + use<'a> {
        let bytes = self.bytes;
        self.list.iter().map(move |range| field(bytes, *range))
    }

    /// Every field with this name, in order; case does not matter.
    pub fn all<'n>(&self, name: &'n str) -> impl Iterator<Item = Field<'a>> + use<'a, 'n> {
        let bytes = self.bytes;
        let same = move |range: &&FieldRange| {
            (range.name_end - range.name_start) as usize == name.len()
                && field(bytes, **range)
                    .name
                    .eq_ignore_ascii_case(name.as_bytes())
        };
        self.list
            .iter()
            .filter(same)
            .map(move |range| field(bytes, *range))
    }

    /// The value of the first field with this name.
    pub fn get(&self, name: &str) -> Option<&'a [u8]> {
        self.all(name).next().map(|field| field.value)
    }

    /// The value of the only field with this name. `None` when there is none or more than one: for
    /// fields that are no list, two lines are as good as none.
    pub fn only(&self, name: &str) -> Option<&'a [u8]> {
        let mut all = self.all(name);
        match (all.next(), all.next()) {
            (Some(field), None) => Some(field.value),
            _ => None,
        }
    }

    /// The elements of a list field, over all its lines, without the empty ones.
    pub fn list<'n>(&self, name: &'n str) -> impl Iterator<Item = Element<'a>> + use<'a, 'n> {
        self.all(name).flat_map(|field| Elements {
            value: field.value,
            at: 0,
            offset: field.value_at,
        })
    }

    /// Whether the list field has this element; case does not matter.
    /// For `Connection`, `Transfer-Encoding` and their like (RFC 9110 section 7.6.1).
    pub fn has_element(&self, name: &str, element: &str) -> bool {
        self.list(name)
            .any(|it| it.text.eq_ignore_ascii_case(element.as_bytes()))
    }
}

fn field(bytes: &[u8], range: FieldRange) -> Field<'_> {
    let name = bytes.get(range.name_start as usize..range.name_end as usize);
    let value = bytes.get(range.value_start as usize..range.value_end as usize);
    Field {
        name: name.unwrap_or_default(),
        value: value.unwrap_or_default(),
        name_at: range.name_start as usize,
        value_at: range.value_start as usize,
    }
}

/// One element of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element<'a> {
    /// The element without white space around it; never empty.
    pub text: &'a [u8],
    /// Offset of its first byte in the bytes that the parser was given.
    pub at: usize,
}

/// `#element => [ element ] *( OWS "," OWS [ element ] )` (RFC 9110 section 5.6.1.2). A comma inside
/// a quoted string separates nothing.
struct Elements<'a> {
    value: &'a [u8],
    at: usize,
    offset: usize,
}

impl<'a> Iterator for Elements<'a> {
    type Item = Element<'a>;

    fn next(&mut self) -> Option<Element<'a>> {
        while self.at < self.value.len() {
            let start = grammar::skip_ows(self.value, self.at);
            let end = element_end(self.value, start);
            self.at = end + 1;
            let text = trim_ows(self.value.get(start..end).unwrap_or_default());
            if !text.is_empty() {
                let at = self.offset + start;
                return Some(Element { text, at });
            }
        }
        None
    }
}

/// The offset of the comma that ends the element, or the end of the value.
fn element_end(value: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(rest) = value.get(at..) {
        match rest {
            [] | [b',', ..] => break,
            // A quote that nothing closes is a plain byte.
            [b'"', ..] => at += grammar::quoted_string(rest).ok().flatten().unwrap_or(1),
            _ => at += 1,
        }
    }
    at.min(value.len())
}

/// Splits `gzip;q=0.8` into the part before the first `;` and the weight in thousandths.
///
/// `weight = OWS ";" OWS "q=" qvalue` (RFC 9110 section 12.4.2). A missing weight is 1000, an
/// invalid one `None`; parameters other than `q` are passed over.
pub fn weighted(element: &[u8]) -> (&[u8], Option<u16>) {
    let mut parts = element.split(|&b| b == b';').map(trim_ows);
    let name = parts.next().unwrap_or_default();
    let weight = parts.find_map(|part| match part {
        [b'q' | b'Q', b'=', value @ ..] => Some(thousandths(value)),
        _ => None,
    });
    (name, weight.unwrap_or(Some(1000)))
}

/// `qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )`
fn thousandths(value: &[u8]) -> Option<u16> {
    let (whole, digits) = match value {
        [whole @ (b'0' | b'1')] => (*whole, &b""[..]),
        [whole @ (b'0' | b'1'), b'.', digits @ ..] if digits.len() <= 3 => (*whole, digits),
        _ => return None,
    };
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let fraction = (0..3).fold(0, |sum, place| {
        sum * 10 + digits.get(place).map_or(0, |b| u16::from(b - b'0'))
    });
    let sum = u16::from(whole - b'0') * 1000 + fraction;
    (sum <= 1000).then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elements(value: &str) -> Vec<(String, usize)> {
        let value = value.as_bytes();
        let elements = Elements {
            value,
            at: 0,
            offset: 0,
        };
        elements
            .map(|it| (it.text.escape_ascii().to_string(), it.at))
            .collect()
    }

    #[test]
    fn empty_elements_are_passed_over() {
        let two = vec![("foo".to_string(), 0), ("bar".to_string(), 6)];
        assert_eq!(elements("foo ,,bar,"), two);
        assert_eq!(elements(" , ,\t,"), vec![]);
        assert_eq!(elements(""), vec![]);
    }

    #[test]
    fn a_comma_in_quotes_separates_nothing() {
        let found = elements(r#""a,b", W/"c\",d" , "open, e"#);
        let texts: Vec<&str> = found.iter().map(|(text, _)| text.as_str()).collect();
        assert_eq!(texts, [r#"\"a,b\""#, r#"W/\"c\\\",d\""#, r#"\"open"#, "e"]);
    }

    #[test]
    fn weights() {
        assert_eq!(weighted(b"gzip"), (&b"gzip"[..], Some(1000)));
        assert_eq!(weighted(b"br ; q=0.85"), (&b"br"[..], Some(850)));
        assert_eq!(weighted(b"x;Q=0"), (&b"x"[..], Some(0)));
        assert_eq!(weighted(b"x;q=1.000"), (&b"x"[..], Some(1000)));
        for bad in [
            &b"x;q=1.001"[..],
            b"x;q=0.1234",
            b"x;q=2",
            b"x;q=",
            b"x;q=.5",
        ] {
            assert_eq!(weighted(bad).1, None, "{}", bad.escape_ascii());
        }
    }
}
