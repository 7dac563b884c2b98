//! What a ClientHello says, and the first place at which it breaks a rule of lab 27 (RFC 8446 section 4.1.2).
//!
//! Rule: pure functions of the bytes that came. A fault is named only where the bytes show it.

use super::count;

/// What can be read in a ClientHello.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    /// The first rule that is broken, as a sentence without its end.
    pub fault: Option<String>,
    /// Whether the message goes on after the compression methods.
    pub has_extensions: bool,
    /// The versions of supported_versions.
    pub versions: Vec<u16>,
    /// The protocols of ALPN.
    pub protocols: Vec<Vec<u8>>,
}

/// The facts of the message in these records; `None` if it is no whole ClientHello.
pub(super) fn facts(records: &[u8]) -> Option<Facts> {
    let (mut message, mut rest) = (Vec::new(), records);
    while let [22, _, _, high, low, behind @ ..] = rest {
        let length = usize::from(*high) * 256 + usize::from(*low);
        let (content, more) = behind.split_at_checked(length)?;
        message.extend(content);
        rest = more;
    }
    let [1, behind @ ..] = &message[..] else {
        return None;
    };
    let mut hello = Reader(behind);
    let length = hello.number(3, "the message").ok()?;
    let body = hello.0;
    let mut found = Facts::default();
    if body.len() > length {
        let more = count(body.len() - length, "byte");
        found.fault = Some(format!(
            "the last record has {more} after the end of the message"
        ));
        return Some(found);
    }
    if body.len() < length {
        return None;
    }
    found.fault = read(Reader(body), &mut found).err();
    Some(found)
}

/// Reads the message to its end; the error is the rule that is broken.
fn read(mut hello: Reader, found: &mut Facts) -> Result<(), String> {
    hello.take(2 + 32, "the random bytes")?;
    let session = hello.list(1, "the session")?;
    if session.0.len() > 32 {
        return Err(format!(
            "the session has {}, but at most 32 are allowed",
            count(session.0.len(), "byte")
        ));
    }
    hello
        .list(2, "the list of ciphers")?
        .pairs("the list of ciphers")?;
    hello
        .list(1, "the list of compression methods")?
        .filled("the list of compression methods")?;
    found.has_extensions = !hello.0.is_empty();
    if !found.has_extensions {
        return Ok(());
    }
    let mut extensions = hello.list(2, "the list of extensions")?;
    hello.end("the extensions")?;
    while !extensions.0.is_empty() {
        let kind = extensions.number(2, "the list of extensions")?;
        let content = extensions.list(2, &format!("the extension {kind}"))?;
        extension(kind, content, found)?;
    }
    Ok(())
}

/// One extension of the three that the lab describes.
fn extension(kind: usize, mut content: Reader, found: &mut Facts) -> Result<(), String> {
    match kind {
        0 => {
            let mut names = content.list(2, "the list of names")?;
            content.end("the list of names")?;
            names.filled("the list of names")?;
            if names.number(1, "the list of names")? != 0 {
                return Err("the kind of the name is not 0".to_string());
            }
            let name = names.list(2, "the name")?;
            name.filled("the name")?;
            let fine = |byte: &u8| byte.is_ascii_alphanumeric() || b".-_".contains(byte);
            if !name.0.iter().all(fine) {
                return Err("the name contains a byte that is not allowed".to_string());
            }
            match names.0.is_empty() {
                true => Ok(()),
                false => {
                    Err("the list of names contains more bytes after the first name".to_string())
                }
            }
        }
        16 => {
            let mut list = content.list(2, "the list of protocols")?;
            content.end("the list of protocols")?;
            list.filled("the list of protocols")?;
            while !list.0.is_empty() {
                let protocol = list.list(1, "a protocol")?;
                protocol.filled("a protocol")?;
                found.protocols.push(protocol.0.to_vec());
            }
            Ok(())
        }
        43 => {
            let list = content.list(1, "the list of versions")?;
            content.end("the list of versions")?;
            list.pairs("the list of versions")?;
            let pairs = list.0.chunks_exact(2);
            found.versions = pairs
                .filter_map(|two| Some(u16::from_be_bytes(two.try_into().ok()?)))
                .collect();
            Ok(())
        }
        _ => Ok(()),
    }
}

#[derive(Clone, Copy)]
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize, what: &str) -> Result<&'a [u8], String> {
        let too_long = || {
            format!(
                "{what} has the length {length}, but is followed by only {}",
                count(self.0.len(), "byte")
            )
        };
        let (taken, rest) = self.0.split_at_checked(length).ok_or_else(too_long)?;
        self.0 = rest;
        Ok(taken)
    }

    /// A number of so many bytes, the highest first.
    fn number(&mut self, bytes: usize, what: &str) -> Result<usize, String> {
        let digits = self.0.split_at_checked(bytes);
        let (digits, rest) =
            digits.ok_or_else(|| format!("{what} ends in the middle of a number"))?;
        self.0 = rest;
        Ok(digits
            .iter()
            .fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
    }

    /// Bytes after their own length, which takes so many bytes.
    fn list(&mut self, bytes: usize, what: &str) -> Result<Reader<'a>, String> {
        let length = self.number(bytes, what)?;
        Ok(Reader(self.take(length, what)?))
    }

    fn filled(&self, what: &str) -> Result<(), String> {
        match self.0.is_empty() {
            true => Err(format!("{what} is empty")),
            false => Ok(()),
        }
    }

    /// Elements of two bytes, at least one.
    fn pairs(&self, what: &str) -> Result<(), String> {
        self.filled(what)?;
        match self.0.len() % 2 {
            0 => Ok(()),
            _ => Err(format!(
                "{what} has {}, but each of its elements has 2",
                count(self.0.len(), "byte")
            )),
        }
    }

    fn end(&self, what: &str) -> Result<(), String> {
        match self.0.is_empty() {
            true => Ok(()),
            false => Err(format!(
                "{what} is followed by {} more",
                count(self.0.len(), "byte")
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A ClientHello in one record; `after` stands behind the random bytes.
    fn hello(after: &[u8]) -> Vec<u8> {
        let length = u8::try_from(2 + 32 + after.len()).unwrap();
        let random = [&[3, 3][..], &[7; 32]].concat();
        let head = [22, 3, 1, 0, length + 4, 1, 0, 0, length];
        [&head[..], &random, after].concat()
    }

    fn fault(after: &[u8]) -> Option<String> {
        facts(&hello(after)).unwrap().fault
    }

    #[test]
    fn a_right_message_has_no_fault() {
        let found = facts(&hello(&[0, 0, 2, 19, 1, 1, 0])).unwrap();
        assert_eq!(found, Facts::default());
        let versions = [0, 0, 2, 19, 1, 1, 0, 0, 7, 0, 43, 0, 3, 2, 3, 4];
        let found = facts(&hello(&versions)).unwrap();
        assert_eq!((found.fault, found.versions), (None, vec![0x0304]));
    }

    #[test]
    fn the_first_broken_rule_is_named() {
        assert!(
            fault(&[0, 0, 3, 19, 1, 1, 1, 0])
                .unwrap()
                .contains("ciphers has 3 bytes")
        );
        assert!(
            fault(&[0, 0, 2, 19, 1, 0])
                .unwrap()
                .contains("compression methods is empty")
        );
        let names = [
            0, 0, 2, 19, 1, 1, 0, 0, 12, 0, 0, 0, 8, 0, 6, 0, 0, 1, b'a', 0, 0,
        ];
        assert!(fault(&names).unwrap().contains("after the first name"));
        assert!(
            fault(&[0, 0, 2, 19, 1, 9, 0])
                .unwrap()
                .contains("followed by only 1 byte")
        );
        assert_eq!(facts(b"GET / HTTP/1.1\r\n"), None);
    }
}
