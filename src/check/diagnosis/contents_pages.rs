//! The pages of the codes that `contents` finds.

use super::{Language, Page, Rule};

pub(super) static BYTE_ORDER: Page = Page {
    code: "W43",
    slug: "byte-order",
    title: "a number stands with its smallest part first",
    text: &[
        "A number of several bytes can be written with its biggest part first or with its smallest. Both sides must do \
         the same. On the net the biggest comes first, which is called network byte order, or big endian.",
        "Most processors keep the smallest part first in memory. Whoever sends a number as it lies there sends it the \
         wrong way round.",
    ],
    rule: None,
    advice: "turn the number into bytes with the call that names the order",
    languages: &[
        (
            Language::Rust,
            "(`to_be_bytes`, not `to_le_bytes` or `to_ne_bytes`.)",
        ),
        (
            Language::Python,
            "(`to_bytes(4, 'big')` or `struct.pack('>I', …)`.)",
        ),
        (Language::Node, "(`writeUInt32BE`.)"),
        (Language::Go, "(`binary.BigEndian`.)"),
    ],
};

pub(super) static PREFIX_LETTERS: Page = Page {
    code: "W44",
    slug: "prefix-letters",
    title: "the length in front counts letters, not bytes",
    text: &[
        "A length in front of a name says how many bytes follow. The letter ñ is one letter and two bytes. Who counts \
         letters announces too few; the reader stops in the middle and takes the rest for the next length.",
    ],
    rule: None,
    advice: "turn the name into bytes first, then take the length of the bytes",
    languages: &[
        (
            Language::Rust,
            "(`chars().count()` counts letters, `len()` counts bytes.)",
        ),
        (
            Language::Python,
            "(`len` of a str counts letters, `len` of bytes counts bytes.)",
        ),
    ],
};

pub(super) static ANY_LENGTH: Page = Page {
    code: "W45",
    slug: "any-length",
    title: "it believes any length that a stranger announces",
    text: &[
        "A length field of four bytes can say 4,294,967,295. It costs the sender nothing to write it. A receiver that \
         reserves so much memory may be ended by the system, and one that waits for so many bytes waits for ever.",
        "Every length that comes from outside is held against a limit of one's own before anything is done with it.",
    ],
    rule: None,
    advice: "choose the longest message that you want to accept, and refuse what is announced as longer",
    languages: &[],
};

pub(super) static ONE_WORD: Page = Page {
    code: "W46",
    slug: "one-word",
    title: "different failures get the same name",
    text: &[
        "A connection can fail in different ways: the other machine says at once that nobody listens; nothing comes back at \
         all; the door opens and nobody speaks. The system tells them apart by the call that fails and by the kind of \
         the error.",
        "Whoever turns all of them into one word takes from the reader what he needs to know: start the server, check the \
         address, or wait.",
    ],
    rule: None,
    advice: "look at the kind of the error, and at the call that returned it",
    languages: &[(
        Language::Rust,
        "(`error.kind()`, not the text of the error.)",
    )],
};

pub(super) static NO_PATIENCE: Page = Page {
    code: "W47",
    slug: "no-patience",
    title: "it waits for ever for somebody who says nothing",
    text: &[
        "A connection that stands says only that the other machine's system has answered. The program behind it may be busy, \
         stuck, or not interested. A read without a time limit then never returns.",
    ],
    rule: None,
    advice: "give every read and every connect a time limit",
    languages: &[
        (
            Language::Rust,
            "(`set_read_timeout`; `connect_timeout` limits the connect alone.)",
        ),
        (Language::Python, "(`settimeout` holds for both.)"),
        (
            Language::Go,
            "(`SetDeadline`; the Dialer's Timeout limits the connect alone.)",
        ),
        (
            Language::Node,
            "(`setTimeout` of a socket only tells you; closing it is your part.)",
        ),
    ],
};

pub(super) static TEXT_ONLY: Page = Page {
    code: "W48",
    slug: "text-only",
    title: "a file is read as text, and most files are no text",
    text: &[
        "A picture, a sound, a program: their bytes follow no rule of UTF-8. A call that reads a file as text fails at the first \
         byte that does not fit, and nothing is sent.",
        "A server has no need to know what is in a file. It reads bytes and sends bytes.",
    ],
    rule: None,
    advice: "open and read the file as bytes",
    languages: &[
        (
            Language::Rust,
            "(`read_to_string` wants text; `fs::read` does not.)",
        ),
        (
            Language::Python,
            "(`open(path)` reads text; `open(path, 'rb')` reads bytes.)",
        ),
        (
            Language::Node,
            "(With an encoding `readFile` gives text; without one it gives bytes.)",
        ),
    ],
};

pub(super) static ADDS_NEWLINE: Page = Page {
    code: "W49",
    slug: "adds-newline",
    title: "a line end is sent behind a file that does not have it",
    text: &[
        "Calls that print a line put a line end behind whatever they are given. A file that is sent that way is one or two \
         bytes longer than the original.",
        "In a text nobody sees it. A picture or an archive with a byte too many may be broken, and its checksum always is.",
    ],
    rule: None,
    advice: "send the bytes with the call that adds nothing",
    languages: &[
        (
            Language::Rust,
            "(`writeln!` adds a newline, `write_all` does not.)",
        ),
        (
            Language::Python,
            "(`print` adds a newline, `sendall` does not.)",
        ),
        (
            Language::Go,
            "(`Fprintln` adds a newline, `Write` does not.)",
        ),
    ],
};

pub(super) static LINE_ENDS: Page = Page {
    code: "W50",
    slug: "line-ends",
    title: "line ends inside a file are translated",
    text: &[
        "HTTP's own lines end in \\r\\n. What stands in a file is not HTTP's business: it is sent as it is, with \\n where the \
         file has \\n.",
        "Reading a file line by line and sending each line with \\r\\n changes it. In a picture every byte 0a is hit.",
    ],
    rule: None,
    advice: "read the file as bytes, in one piece or in blocks, not in lines",
    languages: &[(
        Language::Python,
        "(A file that is opened as text translates line ends.)",
    )],
};

pub(super) static CUT_AT_COLON: Page = Page {
    code: "W51",
    slug: "cut-at-colon",
    title: "the value of a field ends at its first colon",
    text: &[
        "A field line is a name, a colon, and a value, and the value may hold colons of its own: times, addresses, URLs. \
         Cutting the line at every colon and taking the second part loses the rest.",
    ],
    rule: Some(Rule {
        quote: "Each field line consists of a case-insensitive field name followed by a colon (\":\")",
        rfc: 9112,
        section: "5",
    }),
    advice: "cut the line once, at its first colon",
    languages: &[
        (
            Language::Rust,
            "(`split_once` cuts once, `split` cuts at each.)",
        ),
        (
            Language::Python,
            "(`partition(':')` or `split(':', 1)` cuts once.)",
        ),
        (Language::Go, "(`strings.Cut` cuts once.)"),
        (
            Language::Node,
            "(`split(':', 2)` cuts at each and throws the rest away.)",
        ),
    ],
};

pub(super) static LAST_WINS: Page = Page {
    code: "W52",
    slug: "last-wins",
    title: "the second line of a name replaces the first",
    text: &[
        "A field may come in several lines. Together they are one list, in the order in which they came: two lines are worth \
         the same as one line with a comma.",
        "A table with one value for each name forgets the first when the second comes.",
    ],
    rule: Some(Rule {
        quote: "When a field name is repeated within a section, its combined field value consists of the list of \
                corresponding field line values",
        rfc: 9110,
        section: "5.2",
    }),
    advice: "keep a list of lines, or join the values with a comma",
    languages: &[],
};

pub(super) static OUTER_SPACES: Page = Page {
    code: "W53",
    slug: "outer-spaces",
    title: "white space around a value is taken for a part of it",
    text: &[
        "Between the colon and the value, and behind the value, there may be spaces and tabs, or none. They are decoration. A \
         reader cuts them off at both ends and keeps those inside.",
    ],
    rule: Some(Rule {
        quote: "The field line value does not include that leading or trailing whitespace",
        rfc: 9112,
        section: "5.1",
    }),
    advice: "cut spaces and tabs off both ends of the value",
    languages: &[],
};

pub(super) static NOT_REFUSED: Page = Page {
    code: "W54",
    slug: "not-refused",
    title: "a faulty request was served where it must be refused",
    text: &[
        "It is friendly to make something of a message that breaks the rules. But on the way there may be several programs, and \
         each would make something else of it. An attacker looks for exactly that difference.",
        "So the rules name the faults after which a server has to answer 400 and close.",
    ],
    rule: None,
    advice: "compare the request in the transcript with the lab's list of what is refused",
    languages: &[],
};

pub(super) static OTHER_HOST: Page = Page {
    code: "W62",
    slug: "other-host",
    title: "Host names another site, or another port, than the URL",
    text: &[
        "One machine can have many names. The server knows from Host which of its sites is meant, so the line holds the          host of the URL, not the address that was called.",
        "The port belongs to it when it is not 80. Port 80 is what everybody assumes, and browsers leave it out.",
    ],
    rule: Some(Rule {
        quote: "The \"Host\" header field in a request provides the host and port information from the target URI",
        rfc: 9110,
        section: "7.2",
    }),
    advice: "take host and port of the URL apart, and put the port back only if it is not 80",
    languages: &[],
};

pub(super) static OTHER_BODY: Page = Page {
    code: "W63",
    slug: "other-body",
    title: "the length fits, and the body is another one",
    text: &[
        "The head fits its body: Content-Length is the number of bytes that follow. But other bytes were expected, and so          the first difference between the two answers lies in the length already.",
        "Look at the body first. When it is right, the length will be, too.",
    ],
    rule: None,
    advice: "compare the bodies of the two transcripts line by line",
    languages: &[],
};
