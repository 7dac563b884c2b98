//! The pages of the codes that `streams` finds.

use super::{Language, Page, Rule};

const STREAM: Option<Rule> = Some(Rule {
    quote: "TCP provides a reliable, in-order, byte-stream service to applications.",
    rfc: 9293,
    section: "2.2",
});

pub(super) static SINGLE_READ: Page = Page {
    code: "W18",
    slug: "single-read",
    title: "one read is taken for one message",
    text: &[
        "TCP carries a stream of bytes. Where one write ended and the next began is not part of it. A read gives what has \
         arrived by now: a byte, half a message, or two messages and a half.",
        "On one machine, with short messages, one read nearly always gives one message. The program passes its tests, and \
         fails for the first user with a slow line.",
    ],
    rule: STREAM,
    advice: "collect what you read until the end of a message is in it, and keep what stands behind that end",
    languages: &[
        (
            Language::Rust,
            "(`read` may fill one byte of the buffer; it says how many.)",
        ),
        (
            Language::Python,
            "(`recv(1024)` gives at most 1024 bytes, and often fewer.)",
        ),
        (Language::Node, "(One 'data' event is one read.)"),
        (Language::Go, "(`Read` may return one byte.)"),
    ],
};

pub(super) static NOT_FLUSHED: Page = Page {
    code: "W20",
    slug: "not-flushed",
    title: "the bytes lie in a buffer and are not sent",
    text: &[
        "A buffered writer collects small writes and sends them together when it is full or closed. In a conversation \
         that is too late: the other side waits for bytes that have never left the program.",
    ],
    rule: None,
    advice: "flush behind every message",
    languages: &[
        (
            Language::Rust,
            "(`BufWriter` and `LineWriter` need a `flush`; a TcpStream alone does not.)",
        ),
        (
            Language::Python,
            "(What `makefile('w')` returns needs a `flush`; a socket alone does not.)",
        ),
        (Language::Go, "(A `bufio.Writer` needs a `Flush`.)"),
    ],
};

pub(super) static LOST_IN_BUFFER: Page = Page {
    code: "W21",
    slug: "lost-in-buffer",
    title: "the body was in the buffer of a reader that was left behind",
    text: &[
        "A buffered reader takes from the connection as much as is there, not only the line that you asked for. What it \
         took too much lies in its buffer. Whoever then reads from the connection itself, or makes a second reader, \
         does not find it there and waits.",
        "It works whenever head and body happen to arrive one after the other.",
    ],
    rule: STREAM,
    advice: "keep one buffered reader for the whole connection, and read the body from it, too",
    languages: &[
        (
            Language::Rust,
            "(Reading from the TcpStream beside a `BufReader` of it does this.)",
        ),
        (
            Language::Python,
            "(`recv` beside a `makefile` of the same socket does this.)",
        ),
        (
            Language::Go,
            "(Reading from the Conn beside a `bufio.Reader` of it does this.)",
        ),
    ],
};

pub(super) static WHOLE_BUFFER: Page = Page {
    code: "W22",
    slug: "whole-buffer",
    title: "the whole buffer is sent, not what is in it",
    text: &[
        "A buffer has room for a certain number of bytes, and a read fills a part of it. The rest still holds what was \
         there before: zeros, or pieces of an earlier message, perhaps of another client.",
    ],
    rule: None,
    advice: "send as many bytes of the buffer as the read returned",
    languages: &[
        (
            Language::Rust,
            "(`&buffer[..n]`, where n is what `read` returned.)",
        ),
        (
            Language::Go,
            "(`buffer[:n]`, where n is what `Read` returned.)",
        ),
        (Language::Node, "(`Buffer.alloc` is full of zeros.)"),
    ],
};

pub(super) static SHORT_WRITE: Page = Page {
    code: "W23",
    slug: "short-write",
    title: "one write took a part, and the rest was never sent",
    text: &[
        "A write hands bytes to the kernel, which has room for so many. It returns how many it took. A short answer fits \
         at once; a long one does not, least of all when the other side reads slowly.",
    ],
    rule: STREAM,
    advice: "go on writing until every byte was taken, or use the call that does",
    languages: &[
        (Language::Rust, "(`write_all` goes on, `write` does not.)"),
        (Language::Python, "(`sendall` goes on, `send` does not.)"),
        (
            Language::Node,
            "(Wait for 'drain', and call `end`, not `destroy`.)",
        ),
    ],
};

pub(super) static ANSWERS_TWICE: Page = Page {
    code: "W32",
    slug: "answers-twice",
    title: "one question got two answers",
    text: &[
        "Both ways through the program were taken: the refusal was sent, and then the usual answer after it. Or what was \
         asked once was answered once a line.",
        "On a connection that stays open, the client takes the second answer for the answer to its next question, and \
         everything is off by one from then on.",
    ],
    rule: None,
    advice: "follow your program from the first answer on, and see what runs after it",
    languages: &[],
};

pub(super) static LOSES_THE_REST: Page = Page {
    code: "W33",
    slug: "loses-the-rest",
    title: "what arrived behind the first message is thrown away",
    text: &[
        "When two messages arrive in one piece, one read brings both. A program that takes the first and begins the next \
         read with an empty buffer has lost the second, and waits for it for ever.",
    ],
    rule: STREAM,
    advice: "keep what stands behind the end of a message; look there for the next one before you read again",
    languages: &[
        (
            Language::Rust,
            "(A new buffer or `BufReader` for each message loses it.)",
        ),
        (
            Language::Python,
            "(A new `makefile` for each message loses it.)",
        ),
    ],
};

pub(super) static CUT_LETTER: Page = Page {
    code: "W34",
    slug: "cut-letter",
    title: "bytes were taken for text, and letters were lost",
    text: &[
        "A letter like ñ is two bytes in UTF-8, a taco four. TCP may deliver the first of them now and the \
         others later. Whoever turns each piece into text at once finds half a letter at its end, and puts \
         the replacement sign U+FFFD there: ef bf bd. The true bytes are gone.",
        "The same happens to files that are no text at all, such as pictures: they must never become text on \
         their way.",
    ],
    rule: None,
    advice: "keep bytes as bytes, and turn them into text only when a whole line is there",
    languages: &[
        (
            Language::Rust,
            "(`String::from_utf8_lossy` on each piece does it.)",
        ),
        (
            Language::Python,
            "(`decode(errors='replace')` on each piece does it.)",
        ),
        (
            Language::Node,
            "(`setEncoding` or `toString` on each piece does it.)",
        ),
    ],
};
