//! As much of JSON (RFC 8259) as a browser's driver speaks.

use std::iter::Peekable;
use std::str::Chars;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// Any number.
    Number(f64),
    /// `"…"`
    Text(String),
    /// `[…]`
    List(Vec<Json>),
    /// `{…}`, in order.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads a value; panics when the text is none.
    pub fn parse(text: &str) -> Json {
        let mut letters = text.chars().peekable();
        let value = value(&mut letters);
        space(&mut letters);
        assert_eq!(letters.next(), None, "behind the value in {text}");
        value
    }

    /// The member of this name; `Null` when there is none.
    pub fn get(&self, name: &str) -> &Json {
        match self {
            Json::Object(members) => {
                let found = members.iter().find(|(key, _)| key == name);
                found.map_or(&Json::Null, |(_, value)| value)
            }
            _ => &Json::Null,
        }
    }

    /// The text; empty when it is none.
    pub fn text(&self) -> &str {
        match self {
            Json::Text(text) => text,
            _ => "",
        }
    }

    /// The number; panics when it is none.
    pub fn number(&self) -> f64 {
        match self {
            Json::Number(number) => *number,
            other => panic!("{other:?} is no number"),
        }
    }
}

/// A text as JSON.
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            letter if letter < ' ' => out.push_str(&format!("\\u{:04x}", letter as u32)),
            letter => out.push(letter),
        }
    }
    out + "\""
}

type Letters<'a> = Peekable<Chars<'a>>;

fn space(letters: &mut Letters) {
    while letters
        .next_if(|letter| letter.is_ascii_whitespace())
        .is_some()
    {}
}

fn value(letters: &mut Letters) -> Json {
    space(letters);
    match letters.peek() {
        Some('"') => Json::Text(string(letters)),
        Some('[') => Json::List(members(letters, ']', value)),
        Some('{') => Json::Object(members(letters, '}', |letters| {
            let name = string(letters);
            space(letters);
            assert_eq!(letters.next(), Some(':'));
            (name, value(letters))
        })),
        _ => {
            let mut word = String::new();
            while let Some(letter) =
                letters.next_if(|it| it.is_ascii_alphanumeric() || "+-.".contains(*it))
            {
                word.push(letter);
            }
            match word.as_str() {
                "null" => Json::Null,
                "true" => Json::Bool(true),
                "false" => Json::Bool(false),
                number => Json::Number(number.parse().expect("a number")),
            }
        }
    }
}

fn members<T>(letters: &mut Letters, close: char, member: impl Fn(&mut Letters) -> T) -> Vec<T> {
    letters.next();
    let mut found = Vec::new();
    loop {
        space(letters);
        if letters.next_if_eq(&close).is_some() {
            return found;
        }
        found.push(member(letters));
        space(letters);
        letters.next_if_eq(&',');
    }
}

fn string(letters: &mut Letters) -> String {
    space(letters);
    assert_eq!(letters.next(), Some('"'));
    let mut text = Vec::new();
    loop {
        let mut utf8 = [0; 4];
        match letters.next().expect("the string has an end") {
            '"' => return String::from_utf16_lossy(&text),
            '\\' => match letters.next().expect("an escape") {
                'u' => {
                    let digits: String = letters.by_ref().take(4).collect();
                    text.push(u16::from_str_radix(&digits, 16).expect("four hex digits"));
                }
                letter => text.push(match letter {
                    'n' => 10,
                    'r' => 13,
                    't' => 9,
                    'b' => 8,
                    'f' => 12,
                    other => other as u16,
                }),
            },
            letter => {
                let _ = letter.encode_utf8(&mut utf8);
                text.extend(letter.encode_utf16(&mut [0; 2]).iter());
            }
        }
    }
}
