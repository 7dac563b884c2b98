//! The pages of the codes that `bodies` finds.

use super::{Language, Page, Rule};

pub(super) static NO_CONTINUE: Page = Page {
    code: "W67",
    slug: "no-continue",
    title: "the client waits for 100 (Continue), and the server for the body",
    text: &[
        "A client with a heavy body may send the head first, with Expect: 100-continue, and wait for a word. A server \
         that wants the body says 100 (Continue); one that does not says at once what is wrong.",
        "A server that knows nothing of this waits for the body, and the client for the server. Most clients \
         lose their patience after a second and send the body anyway; that second is lost with each upload.",
    ],
    rule: Some(Rule {
        quote: "The origin server MUST NOT wait for the content before sending the 100 (Continue) response.",
        rfc: 9110,
        section: "10.1.1",
    }),
    advice: "say 100 behind the head, when you have decided to take the body and before you read it",
    languages: &[],
};

pub(super) static BODY_LEFT: Page = Page {
    code: "W68",
    slug: "body-left",
    title: "the body of a request is taken for the next request",
    text: &[
        "A body belongs to its request, also when nobody wants it: because the name is wrong, because the method takes none, \
         because the answer is no. Its bytes stand on the connection all the same, and behind them the next request.",
        "Left there, they are read as a request. With luck that gives a 400. Without luck the body holds a whole request that \
         somebody has chosen with care.",
    ],
    rule: Some(Rule {
        quote: "A server MUST read the entire request message body or close the connection after sending its response",
        rfc: 9112,
        section: "9.3",
    }),
    advice: "read as many bytes as were announced before you look for the next request, or hang up",
    languages: &[],
};

pub(super) static LINE_BODY: Page = Page {
    code: "W69",
    slug: "line-body",
    title: "a body is read line by line, and the last line has no end",
    text: &[
        "A head is made of lines. A body is made of bytes, as many as its length says, and the last of them may be \
         anything. Who asks for a line waits for a line end that will never come.",
        "A text file that an editor saved ends in one, so this works for a long time, and then somebody sends a picture.",
    ],
    rule: Some(Rule {
        quote: "its decimal value defines the expected message body length in octets",
        rfc: 9112,
        section: "6.3",
    }),
    advice: "behind the empty line, count bytes and forget about lines",
    languages: &[
        (
            Language::Rust,
            "(`read_exact` or `take(length)` on the same reader, not `read_line`.)",
        ),
        (Language::Python, "(`read(length)`, not `readline()`.)"),
    ],
};

pub(super) static CHUNKS_READ: Page = Page {
    code: "W70",
    slug: "chunks-read",
    title: "a body in chunks is read wrongly",
    text: &[
        "Each chunk is a size in hexadecimal digits, \\r\\n, so many bytes, and \\r\\n. Behind the size may stand an extension. \
         A chunk of size 0 ends the data, trailer lines may follow, and an empty line ends the body.",
        "Every one of these parts can be cut in two between two reads, and the data may look like any of them. So the bytes \
         of the data are counted, and the two bytes behind them are compared.",
    ],
    rule: Some(Rule {
        quote: "The chunk-size field is a string of hex digits indicating the size of the chunk-data in octets",
        rfc: 9112,
        section: "7.1",
    }),
    advice: "write down which part comes next, and let each read move that on by as much as it brought",
    languages: &[],
};

pub(super) static DATE_BEFORE_TAG: Page = Page {
    code: "W71",
    slug: "date-before-tag",
    title: "the date decides, although there is a tag to compare",
    text: &[
        "A client that has a copy can ask in two ways whether it is still good: by its tag (If-None-Match) and by its date \
         (If-Modified-Since). It often sends both, for servers that know only one of them.",
        "A date counts in seconds, and two changes in one second have the same. So the tag is asked first, and where it is \
         there, the date is not asked at all.",
    ],
    rule: Some(Rule {
        quote: "A recipient MUST ignore If-Modified-Since if the request contains an If-None-Match header field",
        rfc: 9110,
        section: "13.1.3",
    }),
    advice: "look at If-Modified-Since only in the branch without an If-None-Match",
    languages: &[],
};

pub(super) static SUFFIX_RANGE: Page = Page {
    code: "W72",
    slug: "suffix-range",
    title: "a range that counts from the end is read from the beginning",
    text: &[
        "bytes=5- means from byte 5 to the end. bytes=-5 means the last five bytes, wherever they begin; players and \
         archivers ask so, because much of what they need to know stands at the end of a file.",
        "If the file is shorter than that, all of it is meant.",
    ],
    rule: Some(Rule {
        quote: "the last N bytes (N > 0) of the selected representation using a suffix-range",
        rfc: 9110,
        section: "14.1.2",
    }),
    advice: "see which of the two numbers is missing before you turn them into places",
    languages: &[],
};

pub(super) static RANGE_END: Page = Page {
    code: "W73",
    slug: "range-end",
    title: "a part is one byte too short or too long",
    text: &[
        "A range names its first byte and its last, and counts from 0. 0-10 are eleven bytes. Most languages cut with an end \
         that is not included, and there 0..10 are ten.",
        "A client that puts parts together gets a file with a hole in it, or with a byte twice, and no error.",
    ],
    rule: Some(Rule {
        quote: "the byte positions specified are inclusive",
        rfc: 9110,
        section: "14.1.2",
    }),
    advice: "the length of a part is its last byte minus its first, plus one",
    languages: &[
        (Language::Rust, "(`first..=last`, or `first..last + 1`.)"),
        (Language::Python, "(`data[first:last + 1]`.)"),
    ],
};

pub(super) static SENDS_ALL: Page = Page {
    code: "W74",
    slug: "sends-all",
    title: "everything is sent to one who has it, or who wants a part",
    text: &[
        "A client that has a copy says so with If-None-Match or If-Modified-Since, and one that has the first half asks for the \
         second with Range. Answered with 200 and all of it, it gets along, and every byte goes over the wire again.",
        "With 304 nothing is sent but the head, with 206 the part, and 416 says that there is no such part.",
    ],
    rule: Some(Rule {
        quote: "there is no need for the server to transfer a representation of the target resource",
        rfc: 9110,
        section: "15.4.5",
    }),
    advice: "look at these fields before you decide what to send",
    languages: &[],
};
