//! A replacement in a `@vary` heading: text with holes, and what fills each hole.
//!
//! | hole | becomes |
//! | --- | --- |
//! | `{1..99}` | a number of this range |
//! | `{dish}` | a dish, one word of ASCII letters |
//! | `{letters}` | a dish with letters of more than one byte |
//! | `{word}`, `{Word}` | an invented word of 4 to 9 letters; with a capital |
//! | `{words}` | 2 to 6 words, at least 9 bytes |
//! | `{host}` | the name of a host |
//! | `{bytes 10..400}` | so many bytes of any value |
//! | `{length FILE}`, `{tag FILE}` | of the fresh file that stands in the place of the lab's file: its length; the first 16 hex digits of its SHA-256 |
//!
//! Rule: an unknown hole is an error, because a conversation with a wrong word would check nothing.

use super::VaryError;
use super::dice::Dice;
use super::files::Pair;
use crate::wire::sha256;

const DISHES: [&str; 12] = [
    "burritos",
    "nachos",
    "churros",
    "quesadillas",
    "tostadas",
    "enchiladas",
    "tamales",
    "flautas",
    "sopes",
    "gorditas",
    "chalupas",
    "pozoles",
];
const LETTERS: [&str; 8] = [
    "pi\u{f1}as",
    "caf\u{e9}s",
    "t\u{e9}s de ca\u{f1}a",
    "champi\u{f1}ones",
    "lim\u{f3}n \u{1f34b}",
    "\u{1f32f}\u{1f32f}",
    "a\u{f1}ejos",
    "p\u{e2}t\u{e9}s \u{20ac}",
];
const SYLLABLES: [&str; 16] = [
    "ba", "co", "di", "fe", "gu", "ha", "jo", "ki", "lu", "me", "no", "pa", "ri", "so", "tu", "ve",
];

/// Text with holes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(Vec<u8>),
    Number(u64, u64),
    Dish,
    Letters,
    Word,
    Capital,
    Words,
    Host,
    Bytes(u64, u64),
    Length(String),
    Tag(String),
}

impl Template {
    /// Reads the text of a heading: escapes as in the notation, holes in braces.
    pub(super) fn parse(text: &str) -> Result<Template, VaryError> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            let close = rest[open..].find('}').map(|close| open + close);
            let close = close.ok_or_else(|| VaryError::hole(&rest[open..]))?;
            parts.push(Part::Text(unescape(&rest[..open])?));
            parts.push(hole(&rest[open + 1..close])?);
            rest = &rest[close + 1..];
        }
        parts.push(Part::Text(unescape(rest)?));
        Ok(Template(parts))
    }

    /// Whether it needs the fresh files.
    pub(super) fn needs_files(&self) -> bool {
        let needs = |part: &Part| matches!(part, Part::Length(_) | Part::Tag(_));
        self.0.iter().any(needs)
    }

    /// Fills the holes.
    pub(super) fn fill(&self, dice: &mut Dice, files: &[Pair]) -> Result<Vec<u8>, VaryError> {
        let mut filled = Vec::new();
        for part in &self.0 {
            match part {
                Part::Text(bytes) => filled.extend(bytes),
                Part::Number(least, most) => {
                    filled.extend(dice.between(*least, *most).to_string().bytes());
                }
                Part::Dish => filled.extend(dice.one_of(&DISHES).bytes()),
                Part::Letters => filled.extend(dice.one_of(&LETTERS).bytes()),
                Part::Word => filled.extend(word(dice).bytes()),
                Part::Capital => {
                    let word = word(dice);
                    filled.extend(word[..1].to_uppercase().bytes().chain(word[1..].bytes()));
                }
                Part::Words => filled.extend(words(dice).bytes()),
                Part::Host => filled.extend(format!("{}.example", word(dice)).bytes()),
                Part::Bytes(least, most) => {
                    let count = dice.between(*least, *most);
                    filled.extend(dice.bytes(count));
                }
                Part::Length(name) => filled.extend(fresh(files, name)?.len().to_string().bytes()),
                Part::Tag(name) => filled.extend(sha256::hex(fresh(files, name)?)[..16].bytes()),
            }
        }
        Ok(filled)
    }
}

fn fresh<'a>(files: &'a [Pair], name: &str) -> Result<&'a [u8], VaryError> {
    let found = files.iter().find(|file| file.name == name);
    found
        .map(|file| &file.fresh[..])
        .ok_or_else(|| VaryError::hole(name))
}

fn hole(text: &str) -> Result<Part, VaryError> {
    let wrong = || VaryError::hole(text);
    Ok(match text.split_once(' ') {
        Some(("bytes", range)) => {
            let (least, most) = range_of(range).ok_or_else(wrong)?;
            Part::Bytes(least, most)
        }
        Some(("length", name)) => Part::Length(name.to_string()),
        Some(("tag", name)) => Part::Tag(name.to_string()),
        Some(_) => return Err(wrong()),
        None => match text {
            "dish" => Part::Dish,
            "letters" => Part::Letters,
            "word" => Part::Word,
            "Word" => Part::Capital,
            "words" => Part::Words,
            "host" => Part::Host,
            range => {
                let (least, most) = range_of(range).ok_or_else(wrong)?;
                Part::Number(least, most)
            }
        },
    })
}

/// `1..99`, both ends included.
pub(super) fn range_of(text: &str) -> Option<(u64, u64)> {
    let (least, most) = text.split_once("..")?;
    let (least, most) = (least.parse().ok()?, most.parse().ok()?);
    (least <= most).then_some((least, most))
}

fn word(dice: &mut Dice) -> String {
    let count = dice.between(2, 4);
    let syllables: String = (0..count).map(|_| *dice.one_of(&SYLLABLES)).collect();
    // An odd length now and then, so that no two words in a row count the same.
    match dice.between(0, 1) {
        0 => syllables,
        _ => syllables + "s",
    }
}

fn words(dice: &mut Dice) -> String {
    let count = dice.between(2, 6);
    let words: Vec<String> = (0..count).map(|_| word(dice)).collect();
    words.join(" ")
}

/// The bytes after a text of the notation: `\r`, `\n`, `\t`, `\\` and `\xHH`; all else stands for itself.
pub(super) fn unescape(text: &str) -> Result<Vec<u8>, VaryError> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        bytes.push(match rest.next() {
            Some(b'r') => b'\r',
            Some(b'n') => b'\n',
            Some(b't') => b'\t',
            Some(b'\\') => b'\\',
            Some(b'x') => {
                let digits = [rest.next().unwrap_or(0), rest.next().unwrap_or(0)];
                let digits = std::str::from_utf8(&digits).unwrap_or_default();
                u8::from_str_radix(digits, 16).map_err(|_| VaryError::hole(text))?
            }
            _ => return Err(VaryError::hole(text)),
        });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_filled_and_text_stays() {
        let fill = |text: &str| {
            let mut dice = Dice::new(1, text);
            let filled = Template::parse(text).and_then(|it| it.fill(&mut dice, &[]));
            String::from_utf8_lossy(&filled.unwrap()).into_owned()
        };
        assert_eq!(fill("a \\x62\\r\\n\\\\"), "a b\r\n\\");
        let number: u64 = fill("{7..9}").parse().unwrap();
        assert!((7..=9).contains(&number));
        assert!(fill("GET /{word} HTTP").ends_with(" HTTP"));
        assert!(fill("{Word}").starts_with(|c: char| c.is_ascii_uppercase()));
        assert!(fill("{words}").len() >= 9);
        assert!(fill("{letters}").bytes().any(|byte| byte >= 0x80));
        assert!(fill("{host}").ends_with(".example"));
        assert!(DISHES.contains(&&fill("{dish}")[..]));
    }

    #[test]
    fn what_is_no_hole_is_an_error() {
        for text in [
            "{fish}", "{9..1}", "{bytes}", "{1..", "\\q", "\\x4", "{x y}",
        ] {
            assert!(Template::parse(text).is_err(), "{text}");
        }
        let missing = Template::parse("{length menu.txt}").unwrap();
        assert!(missing.needs_files());
        assert!(missing.fill(&mut Dice::new(1, ""), &[]).is_err());
    }
}
