//! Repairs heads that break a rule but that real servers send: writes them again as the rules require.
//!
//! Rule 1: only what a user agent must or may accept is changed: folded fields are joined (RFC 9112
//! section 5.2), equal `Content-Length` values become one (section 6.3), a status line gets the space
//! that a missing reason phrase leaves out, and a status below 100 becomes 500 (RFC 9110 section 15).
//! Rule 2: bare LF counts as a line end only if the caller says so (section 2.2 lets a recipient do it).
//! Rule 3: other faults stay, and the parser refuses them.

/// The end of the head in these bytes, if it has come.
pub fn head_end(bytes: &[u8], bare_lf: bool) -> Option<usize> {
    let mut line_start = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if *byte != b'\n' {
            continue;
        }
        let line = bytes.get(line_start..at)?;
        if line == b"\r" && line_start > 0 || bare_lf && line.is_empty() && line_start > 0 {
            return Some(at + 1);
        }
        line_start = at + 1;
    }
    None
}

/// The head as the rules want it.
pub fn rewritten(head: &[u8], bare_lf: bool) -> Vec<u8> {
    let lines = head.split_inclusive(|byte| *byte == b'\n').map(|line| {
        let text = line.strip_suffix(b"\r\n");
        let bare = line.strip_suffix(b"\n").filter(|_| bare_lf);
        text.or(bare).unwrap_or(line).to_vec()
    });
    let mut whole: Vec<Vec<u8>> = Vec::new();
    for line in lines {
        let continues = matches!(line.first(), Some(b' ' | b'\t')) && whole.len() > 1;
        match whole.last_mut() {
            Some(last) if continues && !last.is_empty() => {
                last.push(b' ');
                last.extend_from_slice(line.trim_ascii());
            }
            _ => whole.push(line),
        }
    }
    let mut lengths: Vec<Vec<u8>> = Vec::new();
    let mut text = Vec::with_capacity(head.len() + 16);
    for (at, line) in whole.iter().enumerate() {
        let line = match at {
            0 => status_line(line),
            _ => match content_length(line) {
                Some(value) if lengths.contains(&value) => continue,
                Some(value) => {
                    lengths.push(value.clone());
                    [b"Content-Length: ", value.as_slice()].concat()
                }
                None => line.clone(),
            },
        };
        text.extend_from_slice(&line);
        text.extend_from_slice(b"\r\n");
    }
    text
}

/// `HTTP/1.1 200` gets its space, and `HTTP/1.1 099 x` another code.
fn status_line(line: &[u8]) -> Vec<u8> {
    let mut line = line.to_vec();
    let code = line
        .get(9..12)
        .filter(|code| code.iter().all(u8::is_ascii_digit));
    let Some(code) = code.map(<[u8]>::to_vec) else {
        return line;
    };
    if line.len() == 12 {
        line.push(b' ');
    }
    if code.starts_with(b"0")
        && let Some(place) = line.get_mut(9..12)
    {
        place.copy_from_slice(b"500");
    }
    line
}

/// The value of a `Content-Length` field; of `5, 5` one.
fn content_length(line: &[u8]) -> Option<Vec<u8>> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (name, value) = line.split_at(colon);
    if !name.eq_ignore_ascii_case(b"content-length") {
        return None;
    }
    let mut values = value
        .get(1..)?
        .split(|byte| *byte == b',')
        .map(<[u8]>::trim_ascii);
    let first = values.next()?;
    let same = values.all(|value| value == first);
    same.then(|| first.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_deviation_is_written_again() {
        let table: [(&str, &str); 6] = [
            (
                "HTTP/1.1 200\r\nA: 1\r\n\r\n",
                "HTTP/1.1 200 \r\nA: 1\r\n\r\n",
            ),
            ("HTTP/1.1 099 Odd\r\n\r\n", "HTTP/1.1 500 Odd\r\n\r\n"),
            (
                "HTTP/1.1 200 OK\r\nA: 1\r\n  2\r\n\t3\r\n\r\n",
                "HTTP/1.1 200 OK\r\nA: 1 2 3\r\n\r\n",
            ),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\ncontent-length: 5\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
            ),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
            ),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
            ),
        ];
        for (head, expected) in table {
            assert_eq!(head_end(head.as_bytes(), false), Some(head.len()), "{head}");
            let text = String::from_utf8(rewritten(head.as_bytes(), false)).unwrap();
            assert_eq!(text, expected);
        }
        let bare = b"HTTP/1.1 200 OK\nA: 1\n\nbody";
        assert_eq!(head_end(bare, false), None);
        let end = head_end(bare, true).unwrap();
        assert_eq!(
            rewritten(&bare[..end], true),
            b"HTTP/1.1 200 OK\r\nA: 1\r\n\r\n"
        );
    }
}
