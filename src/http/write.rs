//! Writes heads: status line, request line, fields, and the reason phrase after a status.
//!
//! Rule: no value can end its own line. CR, LF, NUL and the other control characters in a value are always
//! written as spaces (RFC 9110 section 5.5).

use super::grammar::{FIELD_TEXT, is};

/// The reason phrase of a status, as RFC 9110 section 15 has it; empty if it is not there.
/// It means nothing to a program (RFC 9112 section 4).
#[rustfmt::skip]
pub fn reason(status: u16) -> &'static str {
    match status {
        100 => "Continue",
        101 => "Switching Protocols",
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        203 => "Non-Authoritative Information",
        204 => "No Content",
        205 => "Reset Content",
        206 => "Partial Content",
        300 => "Multiple Choices",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        408 => "Request Timeout",
        409 => "Conflict",
        410 => "Gone",
        411 => "Length Required",
        412 => "Precondition Failed",
        413 => "Content Too Large",
        414 => "URI Too Long",
        415 => "Unsupported Media Type",
        416 => "Range Not Satisfiable",
        417 => "Expectation Failed",
        421 => "Misdirected Request",
        422 => "Unprocessable Content",
        426 => "Upgrade Required",
        // RFC 6585.
        428 => "Precondition Required",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        505 => "HTTP Version Not Supported",
        _ => "",
    }
}

/// Appends `HTTP/1.1 200 OK` and the line end. We always send HTTP/1.1: the version says what the sender can
/// do, also to a client of HTTP/1.0 (RFC 9110 section 2.5).
pub fn status_line(out: &mut Vec<u8>, status: u16) {
    out.extend_from_slice(b"HTTP/1.1 ");
    number(out, u64::from(status));
    out.push(b' ');
    out.extend_from_slice(reason(status).as_bytes());
    out.extend_from_slice(b"\r\n");
}

/// Appends `GET /menu HTTP/1.1` and the line end. Method and target are written as they are given.
pub fn request_line(out: &mut Vec<u8>, method: &str, target: &str) {
    for part in [method, " ", target, " HTTP/1.1\r\n"] {
        out.extend_from_slice(part.as_bytes());
    }
}

/// Appends one field line.
pub fn field(out: &mut Vec<u8>, name: &str, value: &[u8]) {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b": ");
    let start = out.len();
    out.extend_from_slice(value);
    for b in &mut out[start..] {
        if !is(*b, FIELD_TEXT) {
            *b = b' ';
        }
    }
    out.extend_from_slice(b"\r\n");
}

/// Appends one field line with a number.
pub fn field_number(out: &mut Vec<u8>, name: &str, value: u64) {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b": ");
    number(out, value);
    out.extend_from_slice(b"\r\n");
}

/// Appends the empty line that ends a head.
pub fn end(out: &mut Vec<u8>) {
    out.extend_from_slice(b"\r\n");
}

/// Appends decimal digits.
fn number(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(value.to_string().as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head() {
        let mut out = Vec::new();
        status_line(&mut out, 404);
        field_number(&mut out, "Content-Length", 0);
        field(&mut out, "X", b"a\r\nSet-Cookie: evil\0\xc3\xb1\tb");
        end(&mut out);
        let expected = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nX: a  Set-Cookie: evil \xc3\xb1\tb\r\n\r\n";
        assert_eq!(
            out.escape_ascii().to_string(),
            expected.escape_ascii().to_string()
        );
    }

    #[test]
    fn an_unknown_status_keeps_its_space() {
        let mut out = Vec::new();
        status_line(&mut out, 599);
        assert_eq!(out, b"HTTP/1.1 599 \r\n");
    }
}
