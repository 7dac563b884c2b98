//! The pages of the codes that `bytes` finds.

use super::{Language, Page, Rule};

const fn rfc9112(section: &'static str, quote: &'static str) -> Option<Rule> {
    Some(Rule {
        quote,
        rfc: 9112,
        section,
    })
}

pub(super) static LF_ONLY: Page = Page {
    code: "W01",
    slug: "lf-only",
    title: "lines end in \\n where HTTP wants \\r\\n",
    text: &[
        "Every line of an HTTP head ends in two bytes, 0d 0a, written \\r\\n: carriage return, line feed. \
         Almost everything that writes lines for people writes only the second one: print functions, \
         echo, the Enter key in nc.",
        "Many servers and browsers accept the single byte, so a program can live for years with this. Then it \
         meets a strict one, which answers 400 or waits for ever for the end of the head.",
        "In nc, the option -C makes Enter send both bytes. telnet sends both by itself.",
    ],
    rule: rfc9112(
        "2.2",
        "the line terminator for the start-line and fields is the sequence CRLF",
    ),
    advice: "end each line of the head in \\r\\n; the body keeps its own line ends",
    languages: &[
        (Language::Rust, "(`println!` and `writeln!` add \\n alone.)"),
        (
            Language::Python,
            "(`print` and a triple-quoted text have \\n alone.)",
        ),
        (
            Language::Node,
            "(A template text over several lines has \\n alone.)",
        ),
        (
            Language::Go,
            "(`Fprintln` and a text in backquotes have \\n alone.)",
        ),
    ],
};

pub(super) static NO_BLANK_LINE: Page = Page {
    code: "W02",
    slug: "no-blank-line",
    title: "the head never ends: its empty line is missing",
    text: &[
        "A head has no length. It ends where an empty line stands: \\r\\n directly behind the \\r\\n of the line \
         before, so that the four bytes 0d 0a 0d 0a follow each other.",
        "Without it the other side waits for more header lines. If a body follows at once, its first words are \
         read as a header line.",
    ],
    rule: rfc9112(
        "2.1",
        "an empty line indicating the end of the header section",
    ),
    advice: "send \\r\\n once more after the last header line",
    languages: &[],
};

pub(super) static LITERAL_ESCAPES: Page = Page {
    code: "W03",
    slug: "literal-escapes",
    title: "the escapes themselves are sent, as backslashes and letters",
    text: &[
        "\\r\\n in a source file is a way to write two bytes. Somebody has to translate it: the compiler, or \
         printf. Where nobody does, four characters go over the wire: 5c 72 5c 6e. In a transcript they show \
         as \\\\r\\\\n, with two backslashes each.",
        "It happens with echo '…' in many shells, with raw text in Rust (r\"…\") and Python (r'…'), with \
         backquotes in Go, and with text that is read from a file.",
    ],
    rule: None,
    advice: "in a shell take printf in place of echo; in a program take a text that is not raw",
    languages: &[
        (Language::Rust, "(In r\"…\" a backslash is a backslash.)"),
        (Language::Python, "(In r'…' a backslash is a backslash.)"),
        (
            Language::Go,
            "(Between backquotes a backslash is a backslash.)",
        ),
        (
            Language::Node,
            "(In String.raw a backslash is a backslash.)",
        ),
    ],
};

pub(super) static INDENTED: Page = Page {
    code: "W04",
    slug: "indented",
    title: "header lines begin with spaces",
    text: &[
        "A text that is laid out over several lines of source looks tidy there, and brings its indentation \
         along. On the wire each line then begins with spaces or tabs.",
        "A line that begins with a space used to mean: this belongs to the line above (folding). Today \
         a server answers 400 to it, or takes it for a part of the value above.",
    ],
    rule: rfc9112(
        "2.2",
        "A sender MUST NOT send whitespace between the start-line and the first header field.",
    ),
    advice: "write each line of the head as a text of its own, without indentation inside it",
    languages: &[
        (
            Language::Rust,
            "(A backslash at the end of a source line swallows the indentation of the next.)",
        ),
        (
            Language::Python,
            "(A triple-quoted text keeps its indentation.)",
        ),
    ],
};

pub(super) static LF_CR: Page = Page {
    code: "W05",
    slug: "lf-cr",
    title: "CR and LF are swapped",
    text: &[
        "A line ends in 0d 0a: first the carriage return, then the line feed, in the order in which a \
         typewriter did it. \\n\\r looks much alike, and most programs read it as a line end followed by a stray \
         \\r in front of the next line.",
    ],
    rule: rfc9112(
        "2.2",
        "the line terminator for the start-line and fields is the sequence CRLF",
    ),
    advice: "write \\r\\n",
    languages: &[],
};

pub(super) static NO_HOST: Page = Page {
    code: "W06",
    slug: "no-host",
    title: "a request of version 1.1 without Host",
    text: &[
        "One machine can hold many sites. The address of the connection does not say which one is meant, so \
         every HTTP/1.1 request has to say it in a Host line, also to a server on your own machine.",
        "A server must answer 400 when the line is missing, and most do.",
    ],
    rule: rfc9112(
        "3.2",
        "A client MUST send a Host header field (…) in all HTTP/1.1 request messages.",
    ),
    advice: "put `Host: ` and the name from the URL right behind the request line",
    languages: &[],
};

pub(super) static STATUS_LINE: Page = Page {
    code: "W07",
    slug: "status-line",
    title: "the first line of the answer is no status line",
    text: &[
        "The first line of an answer has a fixed form: version, one space, three digits, one space, and a reason \
         that may be empty. HTTP/1.1 200 OK. Programs read the digits by their place.",
        "Common slips: no version in front, HTTP/1.1 without its space, two spaces, the number as a word, and no \
         space behind the number when there is no reason.",
    ],
    rule: rfc9112(
        "4",
        "status-line = HTTP-version SP status-code SP [ reason-phrase ]",
    ),
    advice: "compare your first line with `HTTP/1.1 200 OK` character by character",
    languages: &[],
};

pub(super) static REQUEST_LINE: Page = Page {
    code: "W08",
    slug: "request-line",
    title: "the first line of the request is no request line",
    text: &[
        "The first line of a request has three words with one space between them: GET /menu.txt HTTP/1.1. Upper \
         and lower case matter: get is another method than GET, and http/1.1 is no version.",
        "The target in the middle holds no space; a space in a name is written %20.",
    ],
    rule: rfc9112(
        "3",
        "A request-line begins with a method token, followed by a single space (SP), the request-target, and \
         another single space (SP)",
    ),
    advice: "compare your first line with `GET / HTTP/1.1` character by character",
    languages: &[],
};

pub(super) static SPACE_COLON: Page = Page {
    code: "W09",
    slug: "space-colon",
    title: "a space stands between a header's name and its colon",
    text: &[
        "`Content-Length : 5` looks harmless. But some programs then see a field called Content-Length, and \
         others a field called `Content-Length ` with a space, which they do not know. When two such programs stand \
         behind each other, they disagree on where a message ends, and an attacker can hide a request in the gap.",
        "That is why a server must refuse such a line with 400.",
    ],
    rule: rfc9112(
        "5.1",
        "No whitespace is allowed between the field name and colon.",
    ),
    advice: "put the colon directly behind the name, and one space behind the colon",
    languages: &[],
};

pub(super) static NO_NEWLINE: Page = Page {
    code: "W31",
    slug: "no-newline",
    title: "the newline at the end of a line is missing",
    text: &[
        "Two programs that talk in lines have agreed that \\n ends a line. Without it a reader has to go on \
         waiting: the rest of the line may still be on its way.",
        "On a terminal the missing byte is hard to see. `| od -c` behind a command shows it.",
    ],
    rule: None,
    advice: "look at the last bytes that you send, and put \\n behind them",
    languages: &[(
        Language::Python,
        "(`input` and `rstrip` take the newline off; `sendall` does not put it back.)",
    )],
};

pub(super) static BYTE_ORDER_MARK: Page = Page {
    code: "W36",
    slug: "byte-order-mark",
    title: "an invisible mark stands before the first word",
    text: &[
        "Some editors begin a file of UTF-8 text with three bytes, ef bb bf, that no screen shows. Where \
         such a file is sent as it is, the first word of the message is no longer what it seems: a server looks \
         for GET and finds another method.",
    ],
    rule: None,
    advice: "save the file as UTF-8 without a byte order mark, or cut the three bytes off",
    languages: &[],
};

pub(super) static NO_CLOSE_FIELD: Page = Page {
    code: "W37",
    slug: "no-close-field",
    title: "it hangs up without having said so",
    text: &[
        "In HTTP/1.1 a connection stays open for the next message unless somebody says otherwise. A server that \
         closes after its answer has to announce it in that answer, and a client in its request.",
        "Without the line the other side may already have sent its next request, and finds out too late.",
    ],
    rule: rfc9112(
        "9.6",
        "A sender SHOULD send a Connection header field (…) containing the \"close\" connection option when it \
         intends to close a connection.",
    ),
    advice: "add the line `Connection: close` to the head",
    languages: &[],
};

pub(super) static LETTER_CASE: Page = Page {
    code: "W38",
    slug: "letter-case",
    title: "only upper and lower case differ",
    text: &[
        "The name of a header field may be written in any case, and a good reader of HTTP does not mind. Methods, \
         versions, most values and everything outside HTTP are other bytes in another case.",
        "The check compares bytes, so write them as the transcript has them.",
    ],
    rule: rfc9112(
        "5",
        "Each field line consists of a case-insensitive field name followed by a colon (\":\")",
    ),
    advice: "copy the line from the transcript",
    languages: &[],
};
