//! Lab 27 · The sealed envelope · the ClientHello: the first message of a client, which is not encrypted (RFC
//! 8446 section 4.1.2). A client may write any number as a length, so we test each length.

use super::alert;

/// The contents of a ClientHello that we use.
#[derive(Debug, Default)]
pub struct Hello {
    /// The highest version that the client supports: 0x0304 is TLS 1.3.
    pub version: u16,
    /// The number of ciphers.
    pub ciphers: usize,
    /// The name of the site (server_name, RFC 6066 section 3).
    pub name: Option<String>,
    /// The protocols that the client supports inside TLS (ALPN, RFC 7301). Empty: no ALPN.
    pub protocols: Vec<String>,
}

/// Reads a whole ClientHello, without the four bytes of its header. Errors: the alert to send.
pub fn read(message: &[u8]) -> Result<Hello, u8> {
    parse(message).ok_or(alert::DECODE_ERROR)
}

fn parse(message: &[u8]) -> Option<Hello> {
    let mut rest = Bytes(message);
    let mut hello = Hello {
        version: u16::try_from(rest.number(2)?).ok()?,
        ..Hello::default()
    };
    rest.take(32)?; // random
    let session = rest.list(1)?;
    let ciphers = rest.list(2)?;
    let compressions = rest.list(1)?;
    let odd = session.len() > 32 || ciphers.len() < 2 || ciphers.len() % 2 == 1;
    (!odd && !compressions.is_empty()).then_some(())?;
    hello.ciphers = ciphers
        .chunks(2)
        .filter(|cipher| !is_grease(cipher))
        .count();
    if rest.0.is_empty() {
        return Some(hello); // TLS 1.2 without extensions
    }
    let mut extensions = Bytes(rest.list(2)?);
    while !extensions.0.is_empty() {
        let kind = extensions.number(2)?;
        let mut inside = Bytes(extensions.list(2)?);
        match kind {
            0 => hello.name = Some(site(&mut inside)?),
            16 => hello.protocols = protocols(&mut inside)?,
            43 => {
                let offered = inside.list(1)?;
                (offered.len() >= 2 && offered.len() % 2 == 0).then_some(())?;
                let known = offered.chunks(2).filter(|version| !is_grease(version));
                let newest = known
                    .map(|version| u16::from_be_bytes([version[0], version[1]]))
                    .max();
                hello.version = newest.unwrap_or(0);
            }
            _ => continue, // we skip the extensions that we do not know
        }
        inside.0.is_empty().then_some(())?;
    }
    rest.0.is_empty().then_some(hello)
}

/// server_name: a list with one name of the kind 0, a host name.
fn site(inside: &mut Bytes) -> Option<String> {
    let mut names = Bytes(inside.list(2)?);
    (names.number(1)? == 0).then_some(())?;
    let name = names.list(2)?;
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._".contains(byte);
    let fine = !name.is_empty() && name.iter().all(plain) && names.0.is_empty();
    fine.then(|| String::from_utf8_lossy(name).to_ascii_lowercase())
}

/// ALPN: a list of names, each after its length.
fn protocols(inside: &mut Bytes) -> Option<Vec<String>> {
    let mut names = Bytes(inside.list(2)?);
    let mut all = Vec::new();
    while !names.0.is_empty() {
        let name = names.list(1).filter(|name| !name.is_empty())?;
        if !is_grease(name) {
            all.push(name.escape_ascii().to_string());
        }
    }
    (!all.is_empty()).then_some(all)
}

/// Browsers send values such as 0x2a2a without a meaning, to test whether servers skip unknown values (RFC 8701).
fn is_grease(value: &[u8]) -> bool {
    matches!(value, [a, b] if a == b && a & 15 == 10)
}

/// The bytes that we have not read yet. A read of more bytes gives `None`.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// A number of `bytes` bytes, the highest byte first.
    fn number(&mut self, bytes: usize) -> Option<usize> {
        let digits = self.take(bytes)?;
        Some(
            digits
                .iter()
                .fold(0, |sum, byte| sum << 8 | usize::from(*byte)),
        )
    }

    /// The bytes after their length. `bytes` is the size of the length.
    fn list(&mut self, bytes: usize) -> Option<&'a [u8]> {
        let length = self.number(bytes)?;
        self.take(length)
    }
}
