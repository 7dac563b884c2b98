//! Parses JSON (RFC 8259), as much of it as the reports need.
//!
//! Rule 1: a text that is nested too deep or too long is an error, not a crash. An error has its place, in
//! bytes from 0.
//! Rule 2: if two members have the same name, the first one counts.

use std::fmt;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `null`, `true`, `false`.
    Word(&'static str),
    /// A number, as it was written.
    Number(String),
    /// A string.
    Text(String),
    /// `[…]`
    List(Vec<Json>),
    /// `{…}`
    Object(Vec<(String, Json)>),
}

/// Where a text stops being JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// The byte, from 0.
    pub at: usize,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this is not JSON from byte {} on", self.at)
    }
}

impl std::error::Error for JsonError {}

/// How deep lists and objects may stand in each other. Reason: a report has three levels.
const DEEPEST: usize = 16;

impl Json {
    /// Reads a whole text.
    pub fn parse(text: &str) -> Result<Json, JsonError> {
        let mut reader = Reader { text, at: 0 };
        let value = reader.value(0)?;
        reader.space();
        match reader.rest().is_empty() {
            true => Ok(value),
            false => Err(reader.error()),
        }
    }

    /// A member of an object.
    pub fn get(&self, name: &str) -> Option<&Json> {
        let Json::Object(members) = self else {
            return None;
        };
        let found = members.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value)
    }

    /// A string.
    pub fn text(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A whole number that is not negative.
    pub fn number(&self) -> Option<u64> {
        match self {
            Json::Number(digits) => digits.parse().ok(),
            _ => None,
        }
    }

    /// The items of a list.
    pub fn list(&self) -> Option<&[Json]> {
        match self {
            Json::List(items) => Some(items),
            _ => None,
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn error(&self) -> JsonError {
        JsonError { at: self.at }
    }

    fn space(&mut self) {
        let rest = self.rest();
        let trimmed = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        self.at += rest.len() - trimmed.len();
    }

    /// Takes this text, if it is next.
    fn takes(&mut self, word: &str) -> bool {
        let is_next = self.rest().starts_with(word);
        self.at += if is_next { word.len() } else { 0 };
        is_next
    }

    fn value(&mut self, depth: usize) -> Result<Json, JsonError> {
        self.space();
        if depth > DEEPEST {
            return Err(self.error());
        }
        match self.rest().bytes().next() {
            Some(b'"') => self.string().map(Json::Text),
            Some(b'[') => self.list(depth),
            Some(b'{') => self.object(depth),
            Some(b'-' | b'0'..=b'9') => {
                let is_part = |letter: char| letter.is_ascii_digit() || "+-.eE".contains(letter);
                let rest = self.rest();
                let length = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
                let number = rest.get(..length).unwrap_or_default().to_string();
                number.parse::<f64>().map_err(|_| self.error())?;
                self.at += length;
                Ok(Json::Number(number))
            }
            _ => {
                let words = ["null", "true", "false"];
                let word = words.into_iter().find(|word| self.takes(word));
                word.map(Json::Word).ok_or(self.error())
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Json, JsonError> {
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.takes("]") {
            return Ok(Json::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.space();
            if self.takes("]") {
                return Ok(Json::List(items));
            }
            if !self.takes(",") {
                return Err(self.error());
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json, JsonError> {
        self.at += 1;
        let mut members = Vec::new();
        self.space();
        if self.takes("}") {
            return Ok(Json::Object(members));
        }
        loop {
            self.space();
            let name = self.string()?;
            self.space();
            if !self.takes(":") {
                return Err(self.error());
            }
            members.push((name, self.value(depth + 1)?));
            self.space();
            if self.takes("}") {
                return Ok(Json::Object(members));
            }
            if !self.takes(",") {
                return Err(self.error());
            }
        }
    }

    fn string(&mut self) -> Result<String, JsonError> {
        if !self.takes("\"") {
            return Err(self.error());
        }
        let mut text = String::new();
        loop {
            let letter = self.rest().chars().next().ok_or(self.error())?;
            self.at += letter.len_utf8();
            match letter {
                '"' => return Ok(text),
                '\\' => text.push(self.escaped()?),
                control if u32::from(control) < 0x20 => return Err(self.error()),
                other => text.push(other),
            }
        }
    }

    /// What a backslash stands before.
    fn escaped(&mut self) -> Result<char, JsonError> {
        let letter = self.rest().chars().next().ok_or(self.error())?;
        self.at += letter.len_utf8();
        Ok(match letter {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\u{8}',
            'f' => '\u{c}',
            '"' | '\\' | '/' => letter,
            'u' => {
                let first = self.hex()?;
                // Two halves of one letter (RFC 8259 section 7); half a one is a sign of its own.
                match first {
                    0xD800..=0xDBFF if self.takes("\\u") => {
                        let second = self.hex()?.wrapping_sub(0xDC00) & 0x3FF;
                        let code = 0x10000 + ((first - 0xD800) << 10) + second;
                        char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
                    }
                    code => char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER),
                }
            }
            _ => return Err(self.error()),
        })
    }

    fn hex(&mut self) -> Result<u32, JsonError> {
        let digits = self.rest().get(..4).filter(|digits| {
            let mut bytes = digits.bytes();
            bytes.all(|byte| byte.is_ascii_hexdigit())
        });
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let code = code.ok_or(self.error())?;
        self.at += 4;
        Ok(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::graded::json::string;

    #[test]
    fn what_is_written_is_read_again() {
        for text in ["", "taco 🌮", "a\"b\\c\nd\u{1b}\u{2028}", "\u{0}"] {
            let read = Json::parse(&string(text));
            assert_eq!(read, Ok(Json::Text(text.to_string())));
        }
        let value = Json::parse(" {\"a\": [1, -2.5e3, null], \"b\": {}, \"a\": 2 } ").unwrap();
        assert_eq!(
            value.get("a").and_then(Json::list).map(<[Json]>::len),
            Some(3)
        );
        assert_eq!(
            Json::parse("\"\\ud83c\\udf2e\""),
            Ok(Json::Text("🌮".to_string()))
        );
    }

    #[test]
    fn every_cut_is_an_error_that_says_where() {
        let whole = r#"{"a": ["x\u0041", 12, true, {"b": null}]}"#;
        assert!(Json::parse(whole).is_ok());
        for length in 0..whole.len() {
            let error = Json::parse(&whole[..length]).unwrap_err();
            assert!(error.at <= length, "{error:?} at {length}");
        }
        let deep = "[".repeat(100_000);
        assert!(Json::parse(&deep).is_err());
        for wrong in [
            "{\"a\" 1}",
            "[1 2]",
            "01x",
            "\"\\q\"",
            "\"\\u12\"",
            "tru",
            "1 2",
            "\"\n\"",
        ] {
            assert!(Json::parse(wrong).is_err(), "{wrong}");
        }
    }
}
