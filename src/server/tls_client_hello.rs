//! Parses the first message of TLS, which a browser sends for an `https://` URL, far enough to find the host
//! name in it (RFC 8446 section 4.1.2, RFC 6066 section 3).

/// The host name in a ClientHello, if these bytes begin one and the name has come.
pub(super) fn server_name(bytes: &[u8]) -> Option<String> {
    let mut hello = Reader(bytes);
    // Record: type 22 (handshake), version, length; then message: type 1 (ClientHello), length.
    let record = hello.take(5)?;
    let message = hello.take(4)?;
    if record.first() != Some(&22) || message.first() != Some(&1) {
        return None;
    }
    hello.take(2 + 32)?; // version, random
    hello.list(1)?; // session
    hello.list(2)?; // cipher suites
    hello.list(1)?; // compression methods
    hello.take(2)?; // length of the extensions
    loop {
        let kind = hello.number(2)?;
        let mut extension = Reader(hello.list(2)?);
        if kind != 0 {
            continue;
        }
        let mut names = Reader(extension.list(2)?);
        names.take(1)?; // type: host name, the only one
        let name = names.list(2)?;
        let fine = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
        return name
            .iter()
            .all(fine)
            .then(|| String::from_utf8_lossy(name).into_owned());
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// A number of so many bytes, the highest first.
    fn number(&mut self, bytes: usize) -> Option<usize> {
        let digits = self.take(bytes)?;
        Some(digits.iter().fold(0, |sum, &b| sum << 8 | usize::from(b)))
    }

    /// Bytes after their own length, which takes so many bytes.
    fn list(&mut self, bytes: usize) -> Option<&'a [u8]> {
        let length = self.number(bytes)?;
        self.take(length)
    }
}
