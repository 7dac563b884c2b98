//! The pages of the codes that `endings` finds.

use super::{Language, Page, Rule};

pub(super) static RST_UNREAD: Page = Page {
    code: "W24",
    slug: "rst-unread",
    title: "it hangs up while bytes wait unread, and the kernel sends a reset",
    text: &[
        "Closing a connection normally sends FIN: I have said everything. But if bytes of the other side lie unread \
         at that moment, or arrive afterwards, the kernel sends RST: something was lost.",
        "A reset that arrives may throw away what the other side has received and not yet read, your answer \
         included. Whether that happens is a matter of microseconds, so such a server works on one day and fails \
         on another.",
    ],
    rule: Some(Rule {
        quote: "the reset packet might erase the client's unacknowledged input buffers before they can be read",
        rfc: 9112,
        section: "9.6",
    }),
    advice: "read the whole request first; to refuse one half-way, shut down writing, read on to the end, then close",
    languages: &[],
};

pub(super) static READ_TO_EOF: Page = Page {
    code: "W19",
    slug: "read-to-eof",
    title: "it reads to the end of a stream that does not end",
    text: &[
        "End of file on a connection means: the other side has hung up. A client that waits for an answer has not. A \
         server that reads to the end before it answers waits for the client, which waits for the server.",
        "The same holds for a client that reads an answer to the end while the server keeps the connection open for \
         the next request.",
        "With `nc -N` or a browser that gives up, the answer comes after all, and the mistake is hard to believe.",
    ],
    rule: Some(Rule {
        quote: "Request messages are never close-delimited because they are always explicitly framed by length or \
                transfer coding",
        rfc: 9112,
        section: "6.3",
    }),
    advice: "stop reading where the message ends: at the empty line, and then after as many bytes as its length says",
    languages: &[
        (
            Language::Rust,
            "(`read_to_end`, `read_to_string` and a loop over `lines()` read to the end.)",
        ),
        (
            Language::Python,
            "(`read()` without a number and a loop over `makefile()` read to the end.)",
        ),
        (
            Language::Node,
            "(The event 'end' comes when the other side hangs up.)",
        ),
        (Language::Go, "(`io.ReadAll` reads to the end.)"),
    ],
};

pub(super) static FULL_CLOSE: Page = Page {
    code: "W35",
    slug: "full-close",
    title: "it closed the whole connection where half of it was meant",
    text: &[
        "A connection is two pipes, and each side ends its own. Shutting down the writing direction sends FIN and \
         leaves the other pipe open: I am done talking, and still listening.",
        "Closing the socket ends both. Bytes that arrive afterwards are answered with RST.",
    ],
    rule: Some(Rule {
        quote: "CLOSE is an operation meaning \"I have no more data to send.\"",
        rfc: 9293,
        section: "3.6",
    }),
    advice: "shut down writing, read the answer to its end, and only then close",
    languages: &[
        (
            Language::Rust,
            "(`shutdown(Shutdown::Write)`; dropping the stream closes it.)",
        ),
        (
            Language::Python,
            "(`shutdown(SHUT_WR)`; `close` ends both.)",
        ),
        (
            Language::Node,
            "(`end()` is the half-close; `destroy()` ends both.)",
        ),
        (
            Language::Go,
            "(`CloseWrite` of a TCPConn; `Close` ends both.)",
        ),
    ],
};

pub(super) static NO_HALF_CLOSE: Page = Page {
    code: "W39",
    slug: "no-half-close",
    title: "it never said that this was all",
    text: &[
        "When the number of orders is not announced, the only way to say \"that is all\" is to end one's own direction \
         of the connection. Until then the other side has to expect more, and will not answer.",
        "This is not the end of the connection: the answer comes on the other direction.",
    ],
    rule: Some(Rule {
        quote: "CLOSE is an operation meaning \"I have no more data to send.\"",
        rfc: 9293,
        section: "3.6",
    }),
    advice: "shut down the writing direction behind your last byte, then read",
    languages: &[
        (Language::Rust, "(`shutdown(Shutdown::Write)` does it.)"),
        (Language::Python, "(`shutdown(SHUT_WR)` does it.)"),
        (Language::Node, "(`end()` does it.)"),
        (Language::Go, "(`CloseWrite` of a TCPConn does it.)"),
    ],
};

pub(super) static STAYS_OPEN: Page = Page {
    code: "W40",
    slug: "stays-open",
    title: "the answer is complete, and nobody hangs up",
    text: &[
        "Where the end of a message is the end of the connection, the one who sends it has to hang up. As long as the \
         connection stays open, a reader must expect more, and waits.",
        "Often another part of the program still holds the connection: a second handle, a thread, a list.",
    ],
    rule: None,
    advice: "close the connection behind the answer",
    languages: &[
        (
            Language::Rust,
            "(A stream closes when its last clone is dropped.)",
        ),
        (
            Language::Python,
            "(A socket stays open while a `makefile` of it is open.)",
        ),
    ],
};

pub(super) static CLOSES_EARLY: Page = Page {
    code: "W42",
    slug: "closes-early",
    title: "it hangs up although the conversation goes on",
    text: &[
        "One connection may carry many questions and answers. A server that hangs up behind the first answer forces its \
         client to connect again, and what the client had already sent is lost.",
    ],
    rule: Some(Rule {
        quote: "HTTP implementations SHOULD support persistent connections.",
        rfc: 9112,
        section: "9.3",
    }),
    advice: "put the reading and answering into a loop that ends when the client has hung up",
    languages: &[],
};
