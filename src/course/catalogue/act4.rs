//! Act IV, the restaurant: labs 16 to 24, a complete static server. Rules: see the module above.

use super::{Difficulty, Lab, Standard, act4_built};

const URI: u16 = 3986;
const SEMANTICS: u16 = 9110;
const HTTP11: u16 = 9112;

pub static LABS: [Lab; 9] = [
    Lab {
        number: 16,
        slug: "16-only-those-files",
        title: "Any file, but only those files",
        sentence: "a path from a stranger is not a path",
        minutes: 25,
        difficulty: Difficulty::Steady,
        act: 4,
        rfc: &[
            Standard {
                rfc: URI,
                sections: &["2.1", "5.2.4"],
            },
            Standard {
                rfc: SEMANTICS,
                sections: &["17.3"],
            },
        ],
        needs: &[7, 12],
        hints: [
            "Write down what /%2e%2e/secret becomes at each step of your function. After which step do \
             you see the two dots?",
            "Cut at the slashes, decode each piece once, resolve the dots, then build the path. A check \
             before the decoding sees nothing. A second decoding makes the check useless.",
            "Refuse what cannot be a name: a % without two hex digits, a NUL byte, a slash that was \
             encoded. Ask the file system where a symbolic link really leads. Compare paths name by name, \
             not as text.",
        ],
        built: Some(act4_built::LAB_16),
    },
    Lab {
        number: 17,
        slug: "17-saying-what-it-is",
        title: "Saying what it is",
        sentence: "type, length, date, and the polite no",
        minutes: 25,
        difficulty: Difficulty::Steady,
        act: 4,
        rfc: &[Standard {
            rfc: SEMANTICS,
            sections: &[
                "6.6.1", "8.3", "9.3.2", "10.2.1", "15.5.5", "15.5.6", "15.6.2", "15.6.6",
            ],
        }],
        needs: &[10, 16],
        hints: [
            "Send the same request once with GET and once with HEAD and lay the two answers side by \
             side. What must be equal, and what must be missing?",
            "An error is an answer like any other: it has a length and, except after HEAD, a body. 405 \
             names the allowed methods in Allow. 501 is for a method that your server does not know.",
            "Date is in GMT, not in local time. It always has 29 bytes, with English names of days and \
             months. When a check runs, WIRELAB_NOW has the second that you must use.",
        ],
        built: Some(act4_built::LAB_17),
    },
    Lab {
        number: 18,
        slug: "18-keep-the-table",
        title: "Keep the table",
        sentence: "many requests, one connection, and who closes it",
        minutes: 25,
        difficulty: Difficulty::Steep,
        act: 4,
        rfc: &[
            Standard {
                rfc: HTTP11,
                sections: &["9.3", "9.3.2", "9.6"],
            },
            Standard {
                rfc: SEMANTICS,
                sections: &["7.6.1"],
            },
        ],
        needs: &[2, 11, 17],
        hints: [
            "Two requests arrive in one read. After you have answered the first, where are the bytes of \
             the second?",
            "The loop is: take one request out of what you have, answer it, decide whether to go on. The \
             buffer lives outside of the loop, and is asked before the socket is.",
            "HTTP/1.1 goes on unless one side says Connection: close; HTTP/1.0 ends unless both agree to \
             go on. On a connection that goes on every answer needs its length, a 404 too, or the client \
             waits for ever.",
        ],
        built: Some(act4_built::LAB_18),
    },
    Lab {
        number: 19,
        slug: "19-many-tables",
        title: "Many tables",
        sentence: "one slow guest must not stop the rest, one bad guest must not kill the waiter",
        minutes: 30,
        difficulty: Difficulty::Steep,
        act: 4,
        rfc: &[
            Standard {
                rfc: HTTP11,
                sections: &["9.4"],
            },
            Standard {
                rfc: SEMANTICS,
                sections: &["10.2.3", "15.6.4"],
            },
        ],
        needs: &[5, 18],
        hints: [
            "Open five connections that say nothing, then ask for a page on a sixth. Which of your \
             threads could answer it?",
            "A worker must survive its guest: every error of one connection ends that connection only, \
             and a panic is caught at the edge of the job. The number of workers is fixed, and so is the \
             number of jobs that wait.",
            "When the queue is full, the thread that accepts answers 503 with Retry-After at once, which \
             costs little. To stop, close the sending end of the queue, let the workers finish, and join \
             them; nobody may wait for a guest without a deadline.",
        ],
        built: Some(act4_built::LAB_19),
    },
    Lab {
        number: 20,
        slug: "20-slow-and-greedy",
        title: "Slow eaters, greedy eaters",
        sentence: "every wait needs a limit and every buffer too",
        minutes: 30,
        difficulty: Difficulty::Steep,
        act: 4,
        rfc: &[
            Standard {
                rfc: HTTP11,
                sections: &["9.5"],
            },
            Standard {
                rfc: SEMANTICS,
                sections: &["5.4", "15.5.9", "15.5.15"],
            },
            Standard {
                rfc: 6585,
                sections: &["5"],
            },
        ],
        needs: &[5, 19],
        hints: [
            "A client that sends one byte a second never makes a single read wait for long. What else \
             could you measure?",
            "Fix the time at which the whole head must be there, and before each read compute what is \
             left of it. Count bytes as well: the request line and the header section have limits of \
             their own, and each has its own status.",
            "Say why before you hang up: 408, 414, 431. Then end your direction, read and throw away \
             what still comes for a short while, and close; unread bytes would turn your last words \
             into a reset (lab 5).",
        ],
        // The subject is time itself: any weather but a calm one would change it.
        built: Some(act4_built::LAB_20),
    },
    Lab {
        number: 21,
        slug: "21-bring-your-own",
        title: "Bring your own food",
        sentence: "uploads: the body belongs to the request",
        minutes: 30,
        difficulty: Difficulty::Steep,
        act: 4,
        rfc: &[Standard {
            rfc: SEMANTICS,
            sections: &[
                "9.3.3", "9.3.4", "10.1.1", "15.2.1", "15.3.2", "15.5.12", "15.5.14",
            ],
        }],
        needs: &[11, 18, 20],
        hints: [
            "Where does the body of a request begin, where does it end, and who has to take it off the \
             connection when your handler does not want it?",
            "The length comes from the head; read exactly that many bytes, first from what you already \
             have, then from the socket. A client that sent Expect: 100-continue waits for your word \
             before the body.",
            "Refuse before reading: 411 without a length, 413 with too great a one. After a refusal the \
             unread body is still coming: read it away within limits or close. Write to a temporary \
             file and rename it at the end, so that half an upload is never seen.",
        ],
        built: Some(act4_built::LAB_21),
    },
    Lab {
        number: 22,
        slug: "22-keeps-coming",
        title: "The order that keeps coming",
        sentence: "chunked, and the full rule of where a body ends",
        minutes: 35,
        difficulty: Difficulty::Steep,
        act: 4,
        rfc: &[Standard {
            rfc: HTTP11,
            sections: &["6.1", "6.3", "7.1", "7.1.1", "7.1.2", "7.1.3", "11.2"],
        }],
        needs: &[3, 18, 21],
        hints: [
            "Write down the bytes of one chunk and name each part. Which parts can be split between two \
             reads? All of them can.",
            "Make the decoder a machine that is given bytes and says how many it used: it is in the \
             size, in its line end, in the data, behind the data, in the trailer, or done. Sizes are \
             hexadecimal, in either case.",
            "The two bytes behind the data must be \\r\\n: compare them, do not skip them. Size 0 ends \
             the data, then come trailer lines and an empty line. Content-Length together with \
             Transfer-Encoding is refused: two readers that disagree are how requests are smuggled.",
        ],
        built: Some(act4_built::LAB_22),
    },
    Lab {
        number: 23,
        slug: "23-not-again",
        title: "Not again, and only a bite",
        sentence: "304 and 206",
        minutes: 35,
        difficulty: Difficulty::Steep,
        act: 4,
        rfc: &[Standard {
            rfc: SEMANTICS,
            sections: &[
                "8.8", "13.1.2", "13.1.3", "13.2.2", "14.1.2", "14.4", "15.3.7", "15.4.5",
                "15.5.17",
            ],
        }],
        needs: &[17, 18],
        hints: [
            "What does the client have already, and with which words does it say so? Answer that \
             question before you open the file.",
            "The order of the questions is fixed: If-None-Match first, and only without it \
             If-Modified-Since; a range is looked at last. 304 has no body, whatever its header lines say.",
            "Both ends of a range count: 0-0 is one byte. -5 means the last five bytes, 5- means from \
             byte 5 to the end. A range that begins behind the end is 416, and Content-Range then says \
             bytes */ and the length.",
        ],
        built: Some(act4_built::LAB_23),
    },
    Lab {
        number: 24,
        slug: "24-whole-restaurant",
        title: "The whole restaurant",
        sentence: "your server serves this course",
        minutes: 90,
        difficulty: Difficulty::Steep,
        act: 4,
        rfc: &[
            Standard {
                rfc: SEMANTICS,
                sections: &[],
            },
            Standard {
                rfc: HTTP11,
                sections: &[],
            },
        ],
        needs: &[8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23],
        hints: [
            "Draw the way of one request from the socket to the socket, and write the number of a lab at \
             each step. Which step has no number yet?",
            "Keep the parts apart: bytes to request, request and folder to response, response to bytes. \
             The middle part needs no socket, so you can try it without one.",
            "Run the checks of the labs 8 to 23 against your server one after the other and mend the \
             first that fails. When all pass, start the storm with its seed and read your log while \
             it blows.",
        ],
        built: Some(act4_built::LAB_24),
    },
];
