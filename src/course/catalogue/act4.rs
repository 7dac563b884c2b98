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
            "Two requests arrive in one read. You answer the first one. Where are the bytes of the second \
             one then?",
            "Make a loop: take one request out of the bytes that you have, answer it, decide whether to \
             go on. Keep the buffer outside of the loop. Look into the buffer before you read from the \
             socket.",
            "An HTTP/1.1 connection stays open unless one side says Connection: close. An HTTP/1.0 \
             connection closes unless both sides agree to keep it. On a connection that stays open every \
             answer needs its length, a 404 too. Without it the client waits for ever.",
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
            "Open five connections that send nothing. Then ask for a page on a sixth one. Which of your \
             threads could answer it?",
            "A thread must survive its client. An error may end one connection only, so catch a panic at \
             the edge of the job. Limit the number of threads, and limit the number of clients that wait.",
            "If the queue is full, the thread that accepts answers 503 with Retry-After at once; that is \
             cheap. To stop, close the sending end of the queue, let the threads finish, and join them. \
             Give every wait for a client a deadline.",
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
            "A client that sends one byte a second never makes a single read wait long. What else could \
             you measure?",
            "Fix the time at which the whole head must have come. Before each read, compute how much time \
             remains. Count bytes as well: the request line and the whole head have limits of their own, \
             and each limit has its own status.",
            "First answer 408, 414 or 431. Then shut down your sending side, read and discard for a short \
             while what still comes, and close. If you close with unread bytes, a reset may destroy your \
             answer (lab 5).",
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
            "Where does the body of a request begin, and where does it end? Which part of your program \
             takes it off the connection when nobody wants it?",
            "The head says the length. Read exactly that many bytes: first those that you have already, \
             then the rest from the socket. A client that sent Expect: 100-continue waits for your answer \
             before it sends the body.",
            "Refuse before you read: 411 without a length, 413 if it is too large. After a refusal the \
             body may still come, so discard it up to a limit, or close. Write a body to a temporary file \
             and rename that at the end. Then no client ever sees half an upload.",
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
            "Write down the bytes of one chunk, and name each part. Which parts can be split between two \
             reads? All of them can.",
            "Make the decoder a machine that takes bytes and says how many it used. Its states are: the \
             size line, the data, the line end after the data, the trailers, done. A size is hexadecimal, \
             in small or capital letters.",
            "Compare the two bytes after the data with \\r\\n; do not skip them. After size 0 come \
             trailer lines and an empty line. Refuse Content-Length together with Transfer-Encoding: if \
             two readers disagree about the end, a request can be smuggled.",
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
            "What does the client have already, and in which header line does it say so? Answer that \
             question before you send the file.",
            "The order of the questions is fixed: If-None-Match first, If-Modified-Since only without it, \
             Range last. An answer 304 has no body, whatever its header lines say.",
            "Both ends of a range count: 0-0 is one byte. -5 means the last five bytes, and 5- means from \
             byte 5 to the end. If a range begins past the end of the file, answer 416. Its Content-Range \
             says bytes */ and the length of the file.",
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
            "Draw the way of one request from the socket to the socket. Write the number of a lab at each \
             step. Which step has no number yet?",
            "Keep three parts apart: bytes to request, request and folder to answer, answer to bytes. The \
             middle part needs no socket, so you can try it without one.",
            "Check the steps of the README one after the other, and repair the first one that fails. When \
             all pass, run cargo lab check 24. Then start the storm, and read your log while it runs.",
        ],
        built: Some(act4_built::LAB_24),
    },
];
