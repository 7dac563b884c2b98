//! Lab 27 · The sealed envelope · records: TLS sends its messages in records (RFC 8446 section 5.1).

use std::io::{self, Read};

use super::alert;

const LARGEST_RECORD: usize = 16_384; // bytes; RFC 8446 section 5.1
const LARGEST_HELLO: usize = 65_536; // bytes; browsers send about 2000

/// Reads a handshake message from one or several records. A record has a header of five bytes (type, version,
/// length) and a content. The message has a header of four bytes (type, length). Error: the alert to send.
pub fn message(first: u8, reader: &mut impl Read) -> io::Result<Result<Vec<u8>, u8>> {
    let (mut kind, mut handshake) = (first, Vec::new());
    loop {
        let mut header = [0; 4];
        reader.read_exact(&mut header)?;
        let length = usize::from(header[2]) * 256 + usize::from(header[3]);
        if length > LARGEST_RECORD {
            return Ok(Err(alert::RECORD_OVERFLOW));
        }
        let mut content = vec![0; length];
        reader.read_exact(&mut content)?;
        handshake.extend(content);
        let is_hello = handshake.first().is_none_or(|kind| *kind == 1);
        if kind != 22 || length == 0 || !is_hello {
            return Ok(Err(alert::UNEXPECTED_MESSAGE));
        }
        if let [_, a, b, c, body @ ..] = handshake.as_slice() {
            let wanted = usize::from(*a) << 16 | usize::from(*b) << 8 | usize::from(*c);
            if wanted > LARGEST_HELLO || body.len() > wanted {
                return Ok(Err(alert::DECODE_ERROR));
            }
            if body.len() == wanted {
                return Ok(Ok(body.to_vec()));
            }
        }
        let mut next = [0];
        reader.read_exact(&mut next)?;
        kind = next[0];
    }
}
