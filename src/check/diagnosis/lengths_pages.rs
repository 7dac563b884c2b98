//! The pages of the codes that `lengths` finds.

use super::{Language, Page, Rule};

const fn rfc9112(section: &'static str, quote: &'static str) -> Option<Rule> {
    Some(Rule {
        quote,
        rfc: 9112,
        section,
    })
}

pub(super) static CL_CHARS: Page = Page {
    code: "W10",
    slug: "cl-chars",
    title: "Content-Length counts letters, not bytes",
    text: &[
        "Content-Length is a number of bytes. The letter ñ is one letter and two bytes, a taco is one letter \
         and four bytes. As long as a body is plain ASCII the two numbers agree, and the mistake sleeps.",
        "When the number is too small, the other side stops before the end, and on a connection that stays open it \
         takes the rest for the next message.",
    ],
    rule: rfc9112(
        "6.2",
        "a Content-Length header field (…) can provide the anticipated size, as a decimal number of octets",
    ),
    advice: "turn the body into bytes first, then take the length of the bytes",
    languages: &[
        (
            Language::Rust,
            "(`chars().count()` counts letters, `len()` counts bytes.)",
        ),
        (
            Language::Python,
            "(`len` of a str counts letters, `len` of bytes counts bytes.)",
        ),
        (
            Language::Node,
            "(`length` of a text is no number of bytes; `Buffer.byteLength` is.)",
        ),
        (
            Language::Go,
            "(`utf8.RuneCountInString` counts letters, `len` counts bytes.)",
        ),
    ],
};

pub(super) static CL_NEWLINE: Page = Page {
    code: "W11",
    slug: "cl-newline",
    title: "Content-Length is off by the newline at the end of the body",
    text: &[
        "The body is every byte behind the empty line, and a newline at its end is one of them (\\r\\n is two). It \
         is often forgotten in the sum, or counted and then not sent.",
        "One too few, and the last byte is left lying on the connection. One too many, and the other side waits \
         for a byte that never comes.",
    ],
    rule: rfc9112(
        "6.3",
        "its decimal value defines the expected message body length in octets",
    ),
    advice: "let the program take the length of the very bytes that it sends",
    languages: &[],
};

pub(super) static NO_LENGTH: Page = Page {
    code: "W12",
    slug: "no-length",
    title: "a body without a length, on a connection that stays open",
    text: &[
        "There are three ways to say where the body of an answer ends: Content-Length, chunks, or hanging up. \
         This answer used none of them.",
        "The client shows nothing, or it shows the body and goes on waiting. curl seems to hang.",
    ],
    rule: rfc9112(
        "6.3",
        "the message body length is determined by the number of octets received prior to the server closing \
         the connection",
    ),
    advice: "send Content-Length; or send `Connection: close`, and close behind the body",
    languages: &[],
};

pub(super) static EXTRA_CRLF: Page = Page {
    code: "W13",
    slug: "extra-crlf",
    title: "a line end behind the body that does not belong to it",
    text: &[
        "The body ends where its announced length is used up. A \\r\\n behind it belongs to nobody. If the \
         connection is closed at once, nobody notices. If it stays open, the next message begins with it.",
    ],
    rule: rfc9112(
        "2.2",
        "An HTTP/1.1 user agent MUST NOT preface or follow a request with an extra CRLF.",
    ),
    advice: "send nothing behind the body; if the line end is part of it, count it",
    languages: &[
        (
            Language::Rust,
            "(`println!` and `writeln!` add a line end.)",
        ),
        (Language::Go, "(`Fprintln` adds a line end.)"),
    ],
};

pub(super) static HEADER_IN_BODY: Page = Page {
    code: "W14",
    slug: "header-in-body",
    title: "a header line came after the empty line",
    text: &[
        "The first empty line ends the head. If one piece of a program ends its line with \\r\\n, and the next \
         begins with \\r\\n, there is an empty line between them that nobody meant, and all that follows is body.",
    ],
    rule: rfc9112(
        "2.1",
        "an empty line indicating the end of the header section",
    ),
    advice: "end every header line in exactly one \\r\\n, and send the empty line at one place only",
    languages: &[],
};

pub(super) static BODY_NOT_ALLOWED: Page = Page {
    code: "W15",
    slug: "body-not-allowed",
    title: "a body where none is allowed",
    text: &[
        "Some answers end at the empty line, whatever their head says: every answer to HEAD, and those with status \
         1xx, 204 or 304. A Content-Length in the answer to HEAD tells how long the body would have been.",
        "Bytes that come all the same are read as the beginning of the next answer.",
    ],
    rule: rfc9112(
        "6.3",
        "is always terminated by the first empty line after the header fields",
    ),
    advice: "send the same head, and stop behind its empty line",
    languages: &[],
};

pub(super) static CHUNKED: Page = Page {
    code: "W16",
    slug: "chunked",
    title: "chunks whose size is wrong, or that never end",
    text: &[
        "A chunk is its size in hexadecimal digits, \\r\\n, so many bytes, \\r\\n. The size counts neither itself nor \
         the line ends. Sixteen bytes are announced as 10.",
        "Behind the last chunk comes one of size 0, and then an empty line. Without it the message is not over.",
    ],
    rule: rfc9112(
        "7.1",
        "The chunk-size field is a string of hex digits indicating the size of the chunk-data in octets.",
    ),
    advice: "write out one chunk by hand and count its bytes",
    languages: &[],
};

pub(super) static CL_AND_TE: Page = Page {
    code: "W17",
    slug: "cl-and-te",
    title: "two lengths for one body",
    text: &[
        "Content-Length and Transfer-Encoding: chunked are two answers to one question. A program that believes the \
         first and one that believes the second see different messages; request smuggling lives on that.",
    ],
    rule: rfc9112(
        "6.2",
        "A sender MUST NOT send a Content-Length header field in any message that contains a Transfer-Encoding \
         header field.",
    ),
    advice: "send one of the two",
    languages: &[],
};
