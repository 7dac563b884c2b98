//! Decodes a form: `application/x-www-form-urlencoded` (WHATWG URL section 5).
//!
//! Rule: any bytes give a form. A part that is not a pair is left out, and bytes that are not text are
//! replaced.

use crate::http::target::decode_form;

/// Pairs of names and values, in order.
pub struct Form(Vec<(String, String)>);

impl Form {
    /// Reads a body or a query.
    pub fn read(text: &[u8]) -> Form {
        let pairs = text.split(|byte| *byte == b'&').filter_map(|pair| {
            let equals = pair.iter().position(|byte| *byte == b'=')?;
            let (name, value) = pair.split_at(equals);
            Some((decoded(name), decoded(value.get(1..)?)))
        });
        Form(pairs.collect())
    }

    /// The first value of this name; empty when there is none.
    pub fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value)
    }
}

fn decoded(text: &[u8]) -> String {
    String::from_utf8_lossy(&decode_form(text)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_decoded_and_nonsense_is_no_pair() {
        let form = Form::read(b"say=GET+%2F%0D%0A%c3%b1&page=7&&x&=&bad=%4&bad=2&%zz=%");
        assert_eq!(form.get("say"), "GET /\r\n\u{f1}");
        assert_eq!(
            (form.get("page"), form.get("x"), form.get("none")),
            ("7", "", "")
        );
        assert_eq!((form.get("bad"), form.get("%zz")), ("%4", "%"));
        assert_eq!(Form::read(b"a=%ff").get("a"), "\u{fffd}");
    }
}
