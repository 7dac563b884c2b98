//! JSON (RFC 8259): bytes to values, and text to strings in quotes.
//!
//! Rule 1: the caller bounds the nesting. A value is never larger than its text by more than a constant factor.
//! Rule 2: an error is the offset of the first byte that is wrong.
//! Rule 3: if two members have the same name, the first one counts.

use std::fmt::Write;

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
    /// `{…}`, in order.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads a whole text, in which at most `deepest` lists and objects stand in each other.
    pub fn parse(bytes: &[u8], deepest: usize) -> Result<Json, usize> {
        let at = 0;
        let mut reader = Reader { bytes, at, deepest };
        let value = reader.value(0)?;
        reader.space();
        match reader.peek() {
            None => Ok(value),
            Some(_) => Err(reader.at),
        }
    }

    /// The member of this name.
    pub fn get(&self, name: &str) -> Option<&Json> {
        let Json::Object(members) = self else {
            return None;
        };
        let found = members.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value)
    }

    /// The text of a string.
    pub fn text(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A number.
    pub fn number(&self) -> Option<f64> {
        match self {
            Json::Number(digits) => digits.parse().ok(),
            _ => None,
        }
    }

    /// A whole number that is not negative.
    pub fn whole(&self) -> Option<u64> {
        match self {
            Json::Number(digits) => digits.parse().ok(),
            _ => None,
        }
    }

    /// The elements of a list.
    pub fn list(&self) -> Option<&[Json]> {
        match self {
            Json::List(values) => Some(values),
            _ => None,
        }
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    deepest: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn take(&mut self, wanted: u8) -> Result<(), usize> {
        self.space();
        match self.peek() == Some(wanted) {
            true => {
                self.at += 1;
                Ok(())
            }
            false => Err(self.at),
        }
    }

    fn value(&mut self, depth: usize) -> Result<Json, usize> {
        self.space();
        if depth > self.deepest {
            return Err(self.at);
        }
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => Ok(Json::Text(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.word(),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json, usize> {
        self.take(b'{')?;
        let mut members = Vec::new();
        if self.take(b'}').is_ok() {
            return Ok(Json::Object(members));
        }
        loop {
            let key = self.string()?;
            self.take(b':')?;
            members.push((key, self.value(depth + 1)?));
            if self.take(b',').is_err() {
                self.take(b'}')?;
                return Ok(Json::Object(members));
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Json, usize> {
        self.take(b'[')?;
        let mut values = Vec::new();
        if self.take(b']').is_ok() {
            return Ok(Json::List(values));
        }
        loop {
            values.push(self.value(depth + 1)?);
            if self.take(b',').is_err() {
                self.take(b']')?;
                return Ok(Json::List(values));
            }
        }
    }

    fn number(&mut self) -> Result<Json, usize> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let is_part = |byte: &&u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
        let length = rest.iter().take_while(is_part).count();
        let text = rest
            .get(..length)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        let number = text.filter(|text| text.parse::<f64>().is_ok());
        let number = number.ok_or(self.at)?.to_string();
        self.at += length;
        Ok(Json::Number(number))
    }

    fn word(&mut self) -> Result<Json, usize> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let words = ["null", "true", "false"];
        let word = words
            .into_iter()
            .find(|word| rest.starts_with(word.as_bytes()));
        let word = word.ok_or(self.at)?;
        self.at += word.len();
        Ok(Json::Word(word))
    }

    fn string(&mut self) -> Result<String, usize> {
        self.take(b'"')?;
        let mut text = String::new();
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let ends = |byte: &u8| matches!(byte, b'"' | b'\\') || *byte < 0x20;
            let plain = rest.iter().position(ends).ok_or(self.bytes.len())?;
            let plain = rest.get(..plain).unwrap_or_default();
            let good = std::str::from_utf8(plain).map_err(|error| self.at + error.valid_up_to())?;
            text.push_str(good);
            self.at += plain.len();
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => text.push(self.escape()?),
                _ => return Err(self.at),
            }
        }
    }

    /// `\n`, `\u00e9`, `\ud83c\udf2e`. Half a pair becomes U+FFFD.
    fn escape(&mut self) -> Result<char, usize> {
        let at = self.at;
        self.at += 2;
        Ok(match self.bytes.get(at + 1).ok_or(at)? {
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'u' => {
                let first = self.hex()?;
                let rest = self.bytes.get(self.at..).unwrap_or_default();
                if (0xd800..0xdc00).contains(&first) && rest.starts_with(b"\\u") {
                    let before = self.at;
                    self.at += 2;
                    let second = self.hex()?;
                    if (0xdc00..0xe000).contains(&second) {
                        let wide = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                        return Ok(char::from_u32(wide).unwrap_or('\u{fffd}'));
                    }
                    self.at = before;
                }
                char::from_u32(first).unwrap_or('\u{fffd}')
            }
            byte @ (b'"' | b'\\' | b'/') => char::from(*byte),
            _ => return Err(at),
        })
    }

    fn hex(&mut self) -> Result<u32, usize> {
        let digits = self.bytes.get(self.at..self.at + 4);
        let digits = digits.filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let text = std::str::from_utf8(digits.ok_or(self.at)?).map_err(|_| self.at)?;
        let value = u32::from_str_radix(text, 16).map_err(|_| self.at)?;
        self.at += 4;
        Ok(value)
    }
}

/// A text as a JSON string, without characters that end a line or a script (section 7).
pub fn string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            control if control.is_control() || "\u{2028}\u{2029}".contains(control) => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(control));
            }
            other => quoted.push(other),
        }
    }
    quoted + "\""
}

/// A list of strings.
pub fn strings<'a>(items: impl Iterator<Item = &'a str>) -> String {
    let items: Vec<String> = items.map(string).collect();
    format!("[{}]", items.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> Result<Json, usize> {
        Json::parse(text, 128)
    }

    #[test]
    fn values_and_the_places_of_errors() {
        let text = br#" {"a":[1,-2.5e1,true,null,"x\n\u00e9\ud83c\udf2e\""],"b":{}} "#;
        let value = read(text).unwrap();
        let list = value.get("a").and_then(Json::list).unwrap();
        assert_eq!(list[1].number(), Some(-25.0));
        assert_eq!(list[4].text(), Some("x\né🌮\""));
        assert_eq!(value.get("b"), Some(&Json::Object(Vec::new())));
        let wrong: [(&[u8], usize); 7] = [
            (b"", 0),
            (b"{", 1),
            (b"[1,]", 3),
            (b"[1 2]", 3),
            (b"\"abc", 4),
            (b"{\"a\" 1}", 5),
            (b"[] x", 3),
        ];
        for (text, at) in wrong {
            assert_eq!(read(text), Err(at), "{text:?}");
        }
        let deep = "[".repeat(100_000);
        assert!(read(deep.as_bytes()).is_err());
    }

    #[test]
    fn what_is_written_is_read_again() {
        for text in [
            "",
            "taco 🌮",
            "a\"b\\c\nd\u{1b}\u{2028}",
            "\u{0}",
            "\r\t\u{7f}",
        ] {
            let written = string(text);
            assert_eq!(read(written.as_bytes()), Ok(Json::Text(text.to_string())));
        }
        let text = b" {\"a\": [1, -2.5e3, null], \"b\": {}, \"a\": 2 } ";
        let value = read(text).unwrap();
        let list = value.get("a").and_then(Json::list).unwrap();
        assert_eq!(
            (list.len(), list[0].whole(), list[1].whole()),
            (3, Some(1), None)
        );
        assert_eq!(
            read(b"\"\\ud83c\\udf2e\""),
            Ok(Json::Text("🌮".to_string()))
        );
    }

    #[test]
    fn a_string_holds_any_text() {
        let text = string("a\"b\\c\nd\u{1b}[31m\u{2028} 🌮");
        assert_eq!(text, r#""a\"b\\c\nd\u001b[31m\u2028 🌮""#);
        assert_eq!(string("a\"\\\u{1}\u{7f}é"), r#""a\"\\\u0001\u007fé""#);
        assert_eq!(strings(["a", "b\""].into_iter()), r#"["a", "b\""]"#);
    }

    #[test]
    fn every_cut_is_an_error_that_says_where() {
        let whole = r#"{"a": ["x\u0041", 12, true, {"b": null}]}"#;
        assert!(read(whole.as_bytes()).is_ok());
        for length in 0..whole.len() {
            let at = read(&whole.as_bytes()[..length]).unwrap_err();
            assert!(at <= length, "{at} at {length}");
        }
        for wrong in [
            "{\"a\" 1}",
            "[1 2]",
            "01x",
            "\"\\q\"",
            "\"\\u12\"",
            "\"\\u+123\"",
            "tru",
            "1 2",
            "\"\n\"",
        ] {
            assert!(read(wrong.as_bytes()).is_err(), "{wrong}");
        }
        assert!(Json::parse(b"[[1]]", 2).is_ok());
        assert!(Json::parse(b"[[[1]]]", 2).is_err());
    }
}
