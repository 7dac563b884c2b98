//! Which fault breaks the rule of which case.
//!
//! Rule: a fault is what a server does that does not know the rule, told as what it takes for what; what
//! comes of that, the right server behind it says (see [`super::careless`]). The first line that names a
//! case is its; a name may end in `*`.

use super::careless::Does::{self, *};

type RecordedStream = (&'static str, &'static [Does]);

/// The fault of a case, and the number of its line.
pub fn of(name: &str) -> Option<(usize, &'static [Does])> {
    let fits = |pattern: &str| match pattern.strip_suffix('*') {
        Some(begin) => name.starts_with(begin),
        None => name == pattern,
    };
    let at = FAULTS
        .iter()
        .position(|(patterns, _)| patterns.split_whitespace().any(fits))?;
    Some((at, FAULTS[at].1))
}

/// How many lines there are.
pub fn count() -> usize {
    FAULTS.len()
}

const PASSWD: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Length: 32\r\n\r\nroot:x:0:0:root:/root:/bin/bash\n";
const TUNNEL: &[u8] = b"HTTP/1.1 200 Connected\r\n\r\n";
const SWITCH: &[u8] =
    b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: taco/1\r\n\r\n";
const REFUSES_AND_GOES_ON: &[u8] =
    b"HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
const NOT_MODIFIED: &[u8] = b"HTTP/1.1 304 Not Modified\r\n\r\n";
const LATE: &str = "Fri, 01 Jan 2094 08:49:37 GMT";
const EARLY: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

#[rustfmt::skip]
const FAULTS: &[RecordedStream] = &[
    // 9112: sequences with pauses.
    ("nothing-later-behind-close body-after-close", &[Overlooks("Connection")]),
    ("pause-before-last-byte-of-head pause-in-method", &[Waits]),
    ("empty-line-in-a-pause", &[Hears(b"\r\n\r\n\r\nGET", b"\r\n\r\n \r\nGET")]),
    ("pause-before-last-byte-of-body body-after-* body-in-three-steps", &[Overlooks("Content-Length")]),
    ("chunks-after-response both-then-the-rest-later pause-in-chunk-size pause-before-last-line-end-of-chunks \
      pause-before-trailer", &[Overlooks("Transfer-Encoding")]),
    ("pipeline-half-then-the-rest", &[Forgets]),
    ("pipeline-later-behind-bad-request", &[Answers(REFUSES_AND_GOES_ON)]),

    // 9112 2.1 and 2.2: lines.
    ("plain-get", &[Hears(b" HTTP/1.1\r\n", b" HTTP/1.1\r\n\r\n")]),
    ("no-fields major-version-* nul-hides-close", &[Refuses(500)]),
    ("many-fields", &[Refuses(431)]),
    ("response-as-request garbage-text garbage-bytes garbage-json utf-16 mail-greeting ssh-greeting one-word", &[Gets]),
    ("cut-in-every-line crlf-before-request", &[Refuses(400)]),
    ("lf-hides-length", &[Hears(b"b\nContent-Length: 5\r\n", b"b\r\n")]),
    ("lf-* two-crlf-before-request", &[Waits]),
    ("bare-cr-in-method", &[Hears(b"\r", b""), Hears(b"\n", b"\r\n")]),
    ("bare-cr-in-target", &[Hears(b"/a\rb", b"/")]),
    ("bare-cr-in-version", &[Hears(b"1\r.1", b"1.1")]),
    ("bare-cr-as-line-end", &[Hears(b"\rHost", b"\r\nHost")]),
    ("bare-cr-in-name", &[Hears(b"X-\rA", b"X-A")]),
    ("bare-cr-in-value", &[Refuses(500)]),
    ("bare-cr-before-crlf", &[Waits]),
    ("bare-cr-in-host", &[Hears(b"\rx", b"")]),
    ("bare-cr-hides-length bare-cr-hides-chunked", &[Hears(b"b\r", b"b\r\n"), Hears(b"\n\n", b"\n")]),
    ("crlf-behind-body", &[Hears(b"hello\r\n", b"hello!\r\n\r\n")]),
    ("spaced-host-alone spaced-length spaced-chunked", &[Hears(b"\r\n ", b"\r\n")]),
    ("space-before-first-field tab-before-first-field two-spaced-lines only-space-line", &[Refuses(505)]),
    ("garbage-nul", &[Hears(b"\0GET", b"GET")]),
    ("byte-order-mark", &[Hears(b"\xef\xbb\xbf", b"")]),
    ("four-words", &[Hears(b" x HTTP", b" HTTP")]),
    ("version-space-inside", &[Hears(b"HTTP/ 1", b"HTTP/1")]),
    ("version-*", &[AnyVersion]),
    ("no-version", &[Hears(b"GET /\r\n", b"GET / HTTP/1.1\r\n")]),
    ("no-version-no-fields", &[Hears(b"GET /\r\n\r\n", b"GET / HTTP/1.0\r\n\r\n")]),

    // 9112 3: the request line, the target, and Host.
    ("two-spaces-before-target tab-before-target vt-before-target", &[Refuses(404)]),
    ("two-spaces-before-version tab-before-version ff-before-version space-behind-version", &[Refuses(505)]),
    ("space-before-method", &[Refuses(404)]),
    ("no-space-before-target", &[Hears(b"GET/", b"GET /")]),
    ("no-space-before-version", &[Hears(b"/HTTP/", b"/ HTTP/")]),
    ("nbsp-before-target", &[Hears(b"\xa0", b" ")]),
    ("line-of-8000", &[Refuses(414)]),
    ("line-of-70000 line-of-a-million long-method", &[Refuses(400)]),
    ("method-of-all-token-bytes", &[Refuses(400)]),
    ("unknown-method-nothing-there", &[Refuses(400)]),
    ("method-* unknown-method-*", &[AnyMethod]),
    ("space-in-target", &[Hears(b"/a b", b"/a")]),
    ("fragment-in-target", &[Hears(b"#top", b"")]),
    ("percent-in-query", &[Target("/")]),
    ("target-without-slash", &[Target("/index.html")]),
    ("target-query-alone", &[Target("/?a=b")]),
    ("target-with-* percent-*", &[Target("/nothing-of-that-name")]),
    ("no-host no-host-absolute", &[Imagines("Host: a")]),
    ("two-hosts-*", &[Once("Host")]),
    ("host-with-* absolute-bad-host", &[Takes("Host", "a")]),
    ("host-empty", &[Refuses(500)]),
    ("host-*", &[Refuses(400)]),
    ("query*", &[Hears(b"?", b"%3F")]),
    ("two-slashes path-marks path-percent absolute-no-path absolute-no-path-query", &[Refuses(400)]),
    ("absolute-other-host", &[Refuses(421)]),
    ("absolute-no-slashes absolute-bad-port authority-get url-without-host", &[Target("/")]),
    ("absolute*", &[Target("/http://")]),
    ("connect-*", &[Answers(TUNNEL)]),
    ("options-asterisk options-server-by-url", &[Refuses(404)]),
    ("get-asterisk head-asterisk", &[Target("/")]),
    ("options-asterisk-more", &[Target("*")]),
    ("user-in-url", &[Hears(b"user@", b"")]),
    ("https-on-http", &[Hears(b"https://", b"http://")]),
    ("other-scheme", &[Hears(b"gopher://", b"http://")]),

    // 9112 4: the status line.
    ("status-line-of-200", &[Says("200 OK", "200")]),
    ("status-line-of-404", &[Says(" 404 ", " 0404 ")]),
    ("status-line-of-400", &[Says("1.1 400", "1.1400")]),
    ("status-line-of-501", &[Says("HTTP/1.1 501", "ICY 501")]),
    ("status-line-to-head", &[Says("\r\nDate", "\nDate")]),

    // 9112 5: fields.
    ("no-colon", &[Overlooks("X-A\r")]),
    ("no-colon-words trailer-without-colon", &[Overlooks("three tacos")]),
    ("no-name", &[Overlooks(":")]),
    ("name-with-*", &[Overlooks("X")]),
    ("name-of-all-token-bytes", &[Refuses(400)]),
    ("name-host-small", &[Overlooks("host")]),
    ("name-host-capitals", &[Overlooks("HOST")]),
    ("name-length-small", &[Overlooks("content-length")]),
    ("name-chunked-capitals", &[Overlooks("TRANSFER")]),
    ("name-connection-small", &[Overlooks("cONNECTION")]),
    ("space-before-colon* trailer-space-before-colon", &[Hears(b" :", b":")]),
    ("tab-before-colon", &[Hears(b"\t:", b":")]),
    ("value-of-connection-with-tabs", &[Overlooks("Connection")]),
    ("value-of-length-with-tabs", &[Overlooks("Content-Length")]),
    ("value-with-nul value-with-control value-with-delete", &[Refuses(500)]),
    ("value-of-8000", &[Refuses(431)]),
    ("value-of-a-* name-of-a-* two-thousand-fields", &[Refuses(500)]),
    ("value-*", &[Refuses(400)]),
    ("folded-host", &[Refuses(404)]),
    ("folded-length", &[Hears(b"Content-Length:\r\n 5", b"Content-Length: 0")]),
    ("folded-coding", &[Hears(b"chun\r\n ked", b"chunked")]),
    ("folded-smuggle", &[Hears(b"b\r\n Content", b"b\r\nContent")]),
    ("folded-*", &[Hears(b"\r\n ", b"\r\n\r\n "), Hears(b"\r\n\t", b"\r\n\r\n\t")]),

    // 9112 6: where a body ends.
    ("body-short-by-one", &[MissesTheEnd]),
    ("body-of-* unread-body-* no-framing-length", &[Overlooks("Content-Length")]),
    ("both-smuggle-behind-chunks", &[Overlooks("Content-Length")]),
    ("both-*", &[Overlooks("Transfer-Encoding")]),
    ("identity-before-chunked", &[Hears(b"identity, ", b"")]),
    ("identity-behind-chunked", &[Hears(b", identity", b"")]),
    ("unknown-coding", &[Hears(b"taco, ", b"")]),
    ("coding-in-1-0", &[Hears(b"/ HTTP/1.0", b"/ HTTP/1.1")]),
    ("no-coding-to-1-0", &[Answers(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]),
    ("chunked-twice", &[Hears(b"chunked, chunked", b"chunked")]),
    ("chunked-twice-two-lines", &[Once("Transfer-Encoding")]),
    ("chunked-not-last* looks-chunked-*", &[Takes("Transfer-Encoding", "chunked")]),
    ("chunked* coding-empty coding-empty-and-length coding-comma coding-and-length-in-1-0 identity-coding", &[Overlooks("Transfer-Encoding")]),
    ("underscore-is-no-dash", &[Hears(b"Transfer_", b"Transfer-")]),
    ("underscore-length", &[Hears(b"Content_", b"Content-")]),
    ("length-zero length-zero-get no-framing-no-body", &[Waits]),
    ("length-leading-zeros", &[Hears(b"0005", b"0")]),
    ("length-looks-octal", &[Hears(b"010", b"8")]),
    ("length-in-pieces", &[Hears(b": 10\r", b": 5\r")]),
    ("length-of-nul", &[Hears(b": 4\r", b": 0\r")]),
    ("length-two-lines-different length-two-lines-smuggle", &[Once("Content-Length")]),
    ("length-two-lines-alike length-list-alike", &[Overlooks("Content-Length")]),
    ("length-with-200", &[Omits("Content-Length"), HangsUp]),
    ("length-to-head length-with-304 length-with-204", &[Gives("Content-Length", "0")]),
    ("length-*", &[Takes("Content-Length", "5")]),
    ("no-framing-smuggle", &[Forgets]),

    // 9112 7: chunks.
    ("chunk-size-small-hex", &[Hears(b"1e\r\n", b"1\r\n")]),
    ("chunk-size-capital-hex", &[Hears(b"1E\r\n", b"1\r\n")]),
    ("chunk-size-leading-zeros", &[Hears(b"0005\r\n", b"0\r\n")]),
    ("chunk-size-many-zeros chunks-*", &[Overlooks("Transfer-Encoding")]),
    ("chunk-data-looks-like-end", &[Hears(b"5\r\n0\r\n\r\n", b"0\r\n\r\n")]),
    ("chunk-size-empty", &[Hears(b"\r\n\r\n\r\nhello", b"\r\n\r\n5\r\nhello")]),
    ("chunk-size-lf chunk-end-lf extension-lf", &[Waits]),
    ("chunk-longer-than-size", &[Size("6")]),
    ("chunk-size-* chunk-shorter-than-size", &[Size("5")]),
    ("chunk-end-missing", &[Hears(b"hello0", b"hello\r\n0")]),
    ("chunk-end-other-bytes", &[Hears(b"helloxx", b"hello\r\n")]),
    ("chunk-end-cr-only", &[Hears(b"hello\rx", b"hello\r\n")]),
    ("chunk-smuggle-two-bytes", &[Hears(b"abxx", b"ab\r\n")]),
    ("extension-name extension-value extension-quoted extension-bad-white-space extension-looks-like-size", &[Refuses(400)]),
    ("extension-lf-smuggle", &[Hears(b"2;a\nxx\r\n", b"2\r\n")]),
    ("extension-*", &[Size("5")]),
    ("trailer-length trailer-coding", &[Waits]),
    ("trailer-name-byte", &[Overlooks("X(")]),
    ("trailer-nul", &[Hears(b"0\r\nX-A: b\0", b"0\r\n\r\nX-A: b")]),
    ("trailer-host", &[Hears(b"0\r\nHost", b"0\r\n\r\nHost")]),
    ("trailer*", &[Hears(b"0\r\nX-A: b\r\n", b"0\r\n\r\nX-A: b\r\n")]),

    // 9112 8 and 9: incomplete messages, and who closes when.
    ("ends-in-method ends-in-target ends-in-version ends-behind-request-line ends-in-name ends-in-value \
      ends-in-last-line-end ends-before-empty-line", &[Gets]),
    ("ends-*", &[MissesTheEnd]),
    ("persists* idle-for-a-moment", &[Imagines("Connection: close")]),
    ("old-version-closes", &[Imagines("Connection: keep-alive")]),
    ("old-version-keep-alive", &[Says("Connection: keep-alive", "Connection: close")]),
    ("old-version-*", &[Takes("Connection", "keep-alive")]),
    ("messages-have-a-length", &[Omits("Content-Length"), HangsUp]),
    ("pipeline-behind-body", &[Overlooks("Content-Length")]),
    ("pipeline-behind-chunks", &[Overlooks("Transfer-Encoding")]),
    ("pipeline-behind-bad-request", &[Answers(REFUSES_AND_GOES_ON)]),
    ("pipeline-*", &[Forgets]),
    ("close-is-said*", &[Says("Connection: close\r\n", "")]),
    ("close* nothing-behind-close*", &[Overlooks("Connection")]),
    ("half-closed-* answer-survives-*", &[Leaves]),
    ("tls-hello", &[Waits]),
    ("http2-preface", &[Gets]),

    // 9110 2 to 9: what a server says.
    ("higher-minor-version highest-minor-version", &[Refuses(505)]),
    ("answers-*", &[Says("HTTP/1.1 200", "HTTP/1.0 200"), HangsUp]),
    ("date-* range-has-date", &[Omits("Date")]),
    ("upgrade-http2", &[Answers(b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\n\r\n")]),
    ("upgrade-*", &[Answers(SWITCH)]),
    ("type-with-200 head-says-type", &[Omits("Content-Type")]),
    ("etag-grammar", &[Gives("ETag", "tacos")]),
    ("modified-grammar", &[Gives("Last-Modified", "1994-11-06 08:49:37")]),
    ("validator-with-200", &[Omits("ETag"), Omits("Last-Modified")]),
    ("get", &[Refuses(501)]),
    ("head", &[Answers(b"HTTP/1.1 501 Not Implemented\r\nContent-Length: 3\r\n\r\n")]),
    ("head-says-etag 304-says-etag range-says-etag", &[Omits("ETag")]),
    ("head-says-modified", &[Omits("Last-Modified")]),
    ("head-with-a-length-of-its-own", &[Waits]),
    ("head-* 204-brings-nothing 304-brings-nothing", &[Brings("three tacos\n")]),
    ("allow-lists-get", &[Gives("Allow", "POST")]),
    ("options allow-with-*", &[Omits("Allow")]),
    ("trace-*", &[Answers(b"HTTP/1.1 200 OK\r\nContent-Length: 19\r\n\r\nCookie: three-tacos")]),

    // 9110 10 to 17: expectations, preferences, paths.
    ("expect-is-answered-first", &[Overlooks("Expect")]),
    ("expect-continue-1-0", &[Invites]),
    ("te-trailers", &[Refuses(501)]),
    ("expect-nothing-to-come", &[Waits]),
    ("expect-something-else", &[Refuses(400)]),
    ("expect-*", &[Overlooks("Expect"), Overlooks("Content-Length")]),
    ("coding-identity-refused", &[Refuses(500)]),
    ("coding-*", &[Gives("Content-Encoding", "gzip")]),
    ("accept-nothing-there", &[Refuses(415)]),
    ("accept-broken", &[Refuses(500)]),
    ("nothing-there path-nul", &[Target("/")]),
    ("nothing-there-explained", &[Answers(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")]),
    ("bad-request-explained", &[Answers(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")]),
    ("path-*", &[Answers(PASSWD)]),

    // 9110 13: conditions.
    ("if-match if-match-any if-match-list if-match-two-lines", &[Takes("If-Match", "\"no\"")]),
    ("if-match-nothing-there", &[Refuses(412)]),
    ("if-match-* match-before-none-match unmodified-since-and-tag", &[Overlooks("If-Match")]),
    ("if-none-match-no-tag", &[Refuses(500)]),
    ("if-none-match-other", &[Takes("If-None-Match", "*")]),
    ("if-none-match-nothing-there modified-since-post", &[Answers(NOT_MODIFIED)]),
    ("if-none-match* modified-since-and-tag modified-since-1994-and-tag match-then-none-match range-not-modified",
        &[Overlooks("If-None-Match")]),
    ("modified-since-later", &[Refuses(400)]),
    ("modified-since-then modified-since-head", &[Overlooks("If-Modified-Since")]),
    ("modified-since-*", &[Takes("If-Modified-Since", LATE)]),
    ("unmodified-since-then unmodified-since-later unmodified-since-no-date", &[Takes("If-Unmodified-Since", EARLY)]),
    ("unmodified-since-1994*", &[Overlooks("If-Unmodified-Since")]),
    ("304-says-location-and-vary", &[Gives("Cache-Control", "no-store")]),

    // 9110 14: parts.
    ("range-second-and-third", &[Takes("Range", "bytes=1-1")]),
    ("range-last-byte", &[Takes("Range", "bytes=0-1")]),
    ("range-past-the-end range-long-suffix range-two-one-outside range-nothing-there range-empty-elements", &[Refuses(416)]),
    ("range-first-byte range-to-the-end range-unit-capitals range-outside range-suffix-zero", &[Overlooks("Range")]),
    ("range-overlapping range-many-tiny", &[Refuses(500)]),
    ("range-head", &[Answers(b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-0/9\r\nContent-Length: 1\r\n\r\n")]),
    ("range-length", &[Gives("Content-Length", "1")]),
    ("range-*", &[Takes("Range", "bytes=0-0")]),
    ("if-range-tag", &[Takes("If-Range", "\"no\"")]),
    ("if-range-*", &[Overlooks("If-Range")]),
];
