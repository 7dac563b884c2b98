//! The pages of the codes that `served` finds.

use super::{Language, Page, Rule};

pub(super) static OUTSIDE: Page = Page {
    code: "W55",
    slug: "outside",
    title: "it gives away a file from outside of its folder",
    text: &[
        "A path in a request is what a stranger says. Two dots lead up, %2e%2e are two dots, a link leads anywhere, and \
         a name may hide a slash. Whoever joins such a text to a folder and opens it serves the whole machine.",
        "Cut the path at its slashes, decode each piece once, follow the dots, and only then build the path. Then ask the \
         file system where it really leads, and compare that with the folder, name by name.",
    ],
    rule: Some(Rule {
        quote: "Implementations must not percent-encode or decode the same string more than once",
        rfc: 3986,
        section: "2.4",
    }),
    advice: "write down what the path of this request is after each step of your function",
    languages: &[
        (
            Language::Rust,
            "(`join` with an absolute path replaces the folder; `Path::starts_with` compares names, `str::starts_with` text.)",
        ),
        (
            Language::Python,
            "(`os.path.join` with an absolute path replaces the folder; `os.path.commonpath` compares names.)",
        ),
    ],
};

pub(super) static NOT_DECODED: Page = Page {
    code: "W56",
    slug: "not-decoded",
    title: "the percent signs of a path were not decoded",
    text: &[
        "A path in a request is made of few characters. Every other byte of a name is written as a percent sign and two \
         hexadecimal digits, and even those that need not be may be written so: %6D is m.",
    ],
    rule: Some(Rule {
        quote: "A percent-encoded octet is encoded as a character triplet",
        rfc: 3986,
        section: "2.1",
    }),
    advice: "decode each piece of the path, after it was cut at the slashes, and once",
    languages: &[],
};

pub(super) static MISSING_FIELD: Page = Page {
    code: "W57",
    slug: "missing-field",
    title: "a header line is missing in an answer",
    text: &[
        "The body is for people, the head is for programs. Each header line answers a question that a client would \
         otherwise have to guess at.",
        "An answer that says no needs them as much as one that says yes.",
    ],
    rule: None,
    advice: "write one function that makes every answer, the errors too, and give it the header lines",
    languages: &[],
};

pub(super) static LOCAL_DATE: Page = Page {
    code: "W58",
    slug: "local-date",
    title: "the Date is not the one that it should be",
    text: &[
        "A date in a header line is in GMT wherever the server stands, has English names wherever it was bought, and is \
         always 29 bytes long.",
        "So that its bytes can be checked, the second to use as now stands in WIRELAB_NOW when a check runs: seconds since \
         the beginning of 1970. Without it, take the clock of the system.",
    ],
    rule: Some(Rule {
        quote: "An HTTP-date value represents time as an instance of Coordinated Universal Time (UTC).",
        rfc: 9110,
        section: "5.6.7",
    }),
    advice: "count from the second in WIRELAB_NOW, without any time zone",
    languages: &[
        (
            Language::Python,
            "(`email.utils.formatdate(now, usegmt=True)` writes it.)",
        ),
        (Language::Node, "(`toUTCString()` of a Date writes it.)"),
        (
            Language::Go,
            "(`http.TimeFormat` is its layout, for a time in UTC.)",
        ),
    ],
};

pub(super) static IGNORES_CLOSE: Page = Page {
    code: "W59",
    slug: "ignores-close",
    title: "it was told to hang up after this answer, and stays",
    text: &[
        "A connection goes on after an answer unless somebody says otherwise. A client says so with Connection: close, and \
         a client of HTTP/1.0 by saying nothing. Then the server says close, too, and hangs up.",
        "Such a client may be waiting for exactly that: in HTTP/1.0 the end of the connection was the end of the answer.",
    ],
    rule: Some(Rule {
        quote: "A server that receives a \"close\" connection option MUST initiate closure of the connection",
        rfc: 9112,
        section: "9.6",
    }),
    advice: "decide before each answer whether it is the last one, and write that decision into its head",
    languages: &[],
};

pub(super) static NO_LIMIT: Page = Page {
    code: "W60",
    slug: "no-limit",
    title: "the house is full, and one more client is let in",
    text: &[
        "Every client inside costs a thread, a descriptor, memory. A server that lets in everybody serves nobody in the \
         end, and the system decides how it ends.",
        "So the number of those who are served has a limit, the number of those who wait has a limit, and who comes then \
         hears at once that it is full: 503, and with Retry-After when to come again.",
    ],
    rule: Some(Rule {
        quote: "the server is currently unable to handle the request due to a temporary overload",
        rfc: 9110,
        section: "15.6.4",
    }),
    advice: "give the queue a limit, and let the one who accepts say no when it is reached",
    languages: &[
        (
            Language::Rust,
            "(`mpsc::channel` has no limit; `mpsc::sync_channel` has one, and `try_send` says when it is reached.)",
        ),
        (
            Language::Python,
            "(`queue.Queue()` has no limit; `Queue(24)` has one.)",
        ),
    ],
};

pub(super) static NO_ANSWER: Page = Page {
    code: "W61",
    slug: "no-answer",
    title: "it hangs up on a whole request without a word",
    text: &[
        "A client that gets the end of the connection and not one byte cannot know what happened: did the request arrive, \
         was it carried out, is the server gone?",
        "Mostly something failed while the request was looked at, and took the connection with it, and often the thread, \
         too. Catch it at the edge of the job, say 500, and go on with the next client.",
    ],
    rule: Some(Rule {
        quote: "the server encountered an unexpected condition that prevented it from fulfilling the request",
        rfc: 9110,
        section: "15.6.1",
    }),
    advice: "look at the terminal of your program for what failed, and let no failure of one request be silent",
    languages: &[],
};
