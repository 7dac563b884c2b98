//! Where bodies end, and chunks.

use wirelab::http::chunked::{Decoder, Piece, size_line, write_chunk, write_end};
use wirelab::http::framing::{Body, Message, body};
use wirelab::http::head::HeadParser;
use wirelab::http::{Fault, Parsed, Wrong};
use wirelab::limits::{MAX_CHUNK_EXTENSIONS, MAX_CHUNK_LINE, MAX_TRAILERS};

use crate::cut::{Answer, answer, at_every_cut};

/// The framing of a request with these field lines.
fn request(version: &str, fields: &str) -> Result<Body, Wrong> {
    let bytes = format!("POST / {version}\r\n{fields}\r\n");
    let mut parser = HeadParser::new();
    let Ok(Parsed::Done { value, .. }) = parser.request(bytes.as_bytes()) else {
        panic!("no head: {fields}");
    };
    body(Message::Request, value.version, value.fields).map_err(|fault| {
        assert!(fault.at > 16 && fault.at < bytes.len(), "{fault}");
        fault.wrong
    })
}

fn response(to: &str, status: u16, fields: &str) -> Result<Body, Wrong> {
    let bytes = format!("HTTP/1.1 {status} \r\n{fields}\r\n");
    let mut parser = HeadParser::new();
    let Ok(Parsed::Done { value, .. }) = parser.response(bytes.as_bytes()) else {
        panic!("no head: {fields}");
    };
    let to = to.as_bytes();
    body(
        Message::Response { status, to },
        value.version,
        value.fields,
    )
    .map_err(|fault| fault.wrong)
}

#[test]
fn requests_by_the_rules_of_section_6_3() {
    let fine = [
        ("", Body::None),
        ("Content-Length: 0\r\n", Body::Length(0)),
        ("content-length: 0042\r\n", Body::Length(42)),
        (
            "Content-Length: 18446744073709551615\r\n",
            Body::Length(u64::MAX),
        ),
        ("Transfer-Encoding: chunked\r\n", Body::Chunked),
        ("transfer-encoding: , ChunKED ,\r\n", Body::Chunked),
        (
            "Transfer-Encoding:\r\nTransfer-Encoding: chunked\r\n",
            Body::Chunked,
        ),
    ];
    for (fields, expected) in fine {
        assert_eq!(request("HTTP/1.1", fields), Ok(expected), "{fields}");
    }
    let bad = [
        (
            "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
            Wrong::LengthAndChunked,
        ),
        (
            "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n",
            Wrong::LengthAndChunked,
        ),
        (
            "Content-Length: 1\r\nContent-Length: 2\r\n",
            Wrong::TwoLengths,
        ),
        (
            "Content-Length: 1\r\ncontent-length: 1\r\n",
            Wrong::TwoLengths,
        ),
        ("Content-Length: 1, 1\r\n", Wrong::TwoLengths),
        ("Content-Length:\r\n", Wrong::BadLength),
        ("Content-Length: +1\r\n", Wrong::BadLength),
        ("Content-Length: -1\r\n", Wrong::BadLength),
        ("Content-Length: 0x1\r\n", Wrong::BadLength),
        ("Content-Length: 1 1\r\n", Wrong::BadLength),
        ("Content-Length: 1.0\r\n", Wrong::BadLength),
        ("Content-Length: \u{661}\r\n", Wrong::BadLength),
        (
            "Content-Length: 18446744073709551616\r\n",
            Wrong::HugeLength,
        ),
        ("Transfer-Encoding: gzip\r\n", Wrong::UnknownCoding),
        ("Transfer-Encoding: xchunked\r\n", Wrong::UnknownCoding),
        ("Transfer-Encoding: identity\r\n", Wrong::UnknownCoding),
        ("Transfer-Encoding: gzip, chunked\r\n", Wrong::UnknownCoding),
        (
            "Transfer-Encoding: chunked, gzip\r\n",
            Wrong::ChunkedNotLast,
        ),
        (
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n",
            Wrong::ChunkedNotLast,
        ),
        (
            "Transfer-Encoding: chunked, chunked\r\n",
            Wrong::ChunkedTwice,
        ),
        (
            "Transfer-Encoding: chunked;q=1\r\n",
            Wrong::ChunkedParameter,
        ),
        (
            "Transfer-Encoding: chunked foo\r\n",
            Wrong::ChunkedParameter,
        ),
        ("Transfer-Encoding: \"chunked\"\r\n", Wrong::BadCoding),
        ("Transfer-Encoding:\r\n", Wrong::ChunkedNotLast),
        ("Transfer-Encoding: ,\r\n", Wrong::ChunkedNotLast),
    ];
    for (fields, wrong) in bad {
        assert_eq!(request("HTTP/1.1", fields), Err(wrong), "{fields}");
    }
    let old = "Transfer-Encoding: chunked\r\n";
    assert_eq!(request("HTTP/1.0", old), Err(Wrong::CodingInOldVersion));
    assert_eq!(Wrong::UnknownCoding.rule().status, 501);
}

#[test]
fn responses_by_the_rules_of_section_6_3() {
    let length = "Content-Length: 5\r\n";
    assert_eq!(response("HEAD", 200, length), Ok(Body::None));
    assert_eq!(
        response("HEAD", 200, "Content-Length: x\r\n"),
        Ok(Body::None)
    );
    assert_eq!(response("GET", 204, length), Ok(Body::None));
    assert_eq!(response("GET", 304, length), Ok(Body::None));
    assert_eq!(response("GET", 100, ""), Ok(Body::None));
    assert_eq!(response("CONNECT", 200, length), Ok(Body::Tunnel));
    assert_eq!(response("CONNECT", 404, length), Ok(Body::Length(5)));
    assert_eq!(response("GET", 200, length), Ok(Body::Length(5)));
    assert_eq!(response("GET", 200, ""), Ok(Body::UntilClose));
    assert_eq!(
        response("GET", 200, "Transfer-Encoding: chunked\r\n"),
        Ok(Body::Chunked)
    );
    let both = "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n";
    assert_eq!(response("GET", 200, both), Err(Wrong::LengthAndChunked));
}

/// A chunked body as one value: its content, its trailers, and how much it took.
fn decode(bytes: &[u8]) -> Answer {
    let whole = |prefix: &[u8]| read_all(&mut Decoder::new(), prefix, &mut Vec::new(), &mut 0);
    let mut decoder = Decoder::new();
    let mut content = Vec::new();
    let mut used = 0;
    at_every_cut(bytes, whole, |prefix| {
        read_all(&mut decoder, prefix, &mut content, &mut used)
    })
}

fn read_all(
    decoder: &mut Decoder,
    bytes: &[u8],
    content: &mut Vec<u8>,
    used: &mut usize,
) -> Answer {
    loop {
        let rest = &bytes[*used..];
        match decoder.next(rest).map_err(|fault| fault.moved(*used))? {
            Parsed::NeedMore => return Ok(Parsed::NeedMore),
            Parsed::Done {
                value: Piece::Data(data),
                used: more,
            } => {
                assert!(!data.is_empty());
                content.extend_from_slice(data);
                *used += more;
            }
            Parsed::Done {
                value: Piece::End(trailers),
                used: more,
            } => {
                let value = format!("{} {trailers:?}", content.escape_ascii());
                let used = *used + more;
                return Ok(Parsed::Done { value, used });
            }
        }
    }
}

#[test]
fn chunked_bodies_that_a_recipient_takes() {
    let fine: [(&[u8], &str); 8] = [
        (b"0\r\n\r\n", " []"),
        (b"000\r\n\r\n", " []"),
        (b"3\r\nabc\r\n0\r\n\r\n", "abc []"),
        (b"1\r\na\r\nA\r\n0123456789\r\n00\r\n\r\n", "a0123456789 []"),
        (b"0000000000000003\r\nabc\r\n0\r\n\r\n", "abc []"),
        (
            b"3;a;b=c;d=\"e;\\\"\xf1\"\r\na\r\n\r\n0;x\r\n\r\n",
            "a\\r\\n []",
        ),
        (b"1 ; a = b\t;c\r\nx\r\n0\r\n\r\n", "x []"),
        (
            b"1\r\nx\r\n0\r\nX-Sum: 7\r\nY:\r\n\r\n",
            "x [X-Sum: 7, Y: ]",
        ),
    ];
    for (bytes, expected) in fine {
        let value = expected.to_string();
        let used = bytes.len();
        assert_eq!(decode(bytes), Ok(Parsed::Done { value, used }));
    }
}

#[test]
fn chunked_bodies_that_a_recipient_refuses_and_where() {
    let bad: [(&[u8], usize, Wrong); 24] = [
        (b"\r\n0\r\n\r\n", 0, Wrong::ChunkSize),
        (b" 1\r\nx\r\n", 0, Wrong::ChunkSize),
        (b"+1\r\nx\r\n", 0, Wrong::ChunkSize),
        (b"0x1\r\nx\r\n", 1, Wrong::ChunkSize),
        (b"1 \r\nx\r\n", 1, Wrong::ChunkSize),
        (b"1_0\r\nx\r\n", 1, Wrong::ChunkSize),
        (b"g\r\nx\r\n", 0, Wrong::ChunkSize),
        (b"1\nx\r\n", 1, Wrong::BareLf),
        (b"1\rx\r\n", 1, Wrong::BareCr),
        (b"10000000000000000\r\nx\r\n", 0, Wrong::ChunkSizeTooLarge),
        (
            b"00010000000000000000\r\nx\r\n",
            0,
            Wrong::ChunkSizeTooLarge,
        ),
        (b"1;\r\nx\r\n", 2, Wrong::ChunkExtension),
        (b"1;=b\r\nx\r\n", 2, Wrong::ChunkExtension),
        (b"1;a=\r\nx\r\n", 4, Wrong::ChunkExtension),
        (b"1;a=\"b\r\nx\r\n", 6, Wrong::ChunkExtension),
        (b"1;a b\r\nx\r\n", 3, Wrong::ChunkExtension),
        (b"1;a\nx\r\n", 3, Wrong::BareLf),
        (b"1\r\nxy\r\n", 4, Wrong::ChunkEnd),
        (b"1\r\nx\n0\r\n\r\n", 4, Wrong::ChunkEnd),
        (b"1\r\nx\r0\r\n\r\n", 4, Wrong::ChunkEnd),
        (b"1\r\nx0\r\n\r\n", 4, Wrong::ChunkEnd),
        (b"0\r\nX : y\r\n\r\n", 4, Wrong::SpaceBeforeColon),
        (b"0\r\n\n", 3, Wrong::BareLf),
        (
            b"0\r\nX: y\r\nContent-Length: 5\r\n\r\n",
            9,
            Wrong::TrailerName,
        ),
    ];
    for (bytes, at, wrong) in bad {
        let fault = Fault::new(at, wrong);
        assert_eq!(decode(bytes), Err(fault), "{}", bytes.escape_ascii());
    }
}

#[test]
fn limits_of_chunks() {
    let line = |size: usize| format!("1;{}\r\n", "a".repeat(size - 4)).into_bytes();
    assert!(matches!(
        size_line(&line(MAX_CHUNK_LINE)),
        Ok(Parsed::Done { .. })
    ));
    let fault = Fault::new(MAX_CHUNK_LINE, Wrong::ChunkExtensionTooLong);
    assert_eq!(size_line(&line(MAX_CHUNK_LINE + 1)), Err(fault));

    let chunk = b"1;aaaaaaaaa\r\nx\r\n";
    let fits = MAX_CHUNK_EXTENSIONS / 10;
    let bytes = chunk.repeat(fits + 1);
    let mut content = Vec::new();
    let end = read_all(&mut Decoder::new(), &bytes, &mut content, &mut 0);
    let fault = Fault::new(fits * chunk.len(), Wrong::ChunkExtensionTooLong);
    assert_eq!(end, Err(fault));
    assert_eq!(content.len(), fits);

    let trailers = |size: usize| {
        let value = "v".repeat(size - "X: \r\n\r\n".len());
        format!("0\r\nX: {value}\r\n\r\n").into_bytes()
    };
    let read = |bytes: &[u8]| answer(Decoder::new().next(bytes));
    assert!(matches!(
        read(&trailers(MAX_TRAILERS)),
        Ok(Parsed::Done { .. })
    ));
    let fault = Fault::new(3 + MAX_TRAILERS, Wrong::HeadTooLarge);
    assert_eq!(read(&trailers(MAX_TRAILERS + 1)), Err(fault));
}

#[test]
fn what_is_written_in_chunks_is_read_again() {
    let mut bytes = Vec::new();
    write_chunk(&mut bytes, b"three tacos");
    write_chunk(&mut bytes, b"");
    write_chunk(&mut bytes, &[b'x'; 26]);
    write_end(&mut bytes);
    assert!(bytes.starts_with(b"b\r\nthree tacos\r\n1a\r\nxxx"));
    let value = format!("three tacos{} []", "x".repeat(26));
    let used = bytes.len();
    assert_eq!(decode(&bytes), Ok(Parsed::Done { value, used }));
}
