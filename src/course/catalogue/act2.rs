//! Act II, the file: labs 7 to 11, HTTP written by hand. Rules: see the module above.

use super::{Built, Difficulty, Lab, Script, Standard, Weather};

const SEMANTICS: u16 = 9110;
const HTTP11: u16 = 9112;

pub static LABS: [Lab; 5] = [
    Lab {
        number: 7,
        slug: "07-bring-me-that-file",
        title: "Bring me that file",
        sentence: "the 1991 web: one line in, the file out, hang up",
        minutes: 15,
        difficulty: Difficulty::Gentle,
        act: 2,
        rfc: &[Standard {
            rfc: 1945,
            sections: &["4.1"],
        }],
        needs: &[2, 4],
        hints: [
            "Fetch the picture and compare it with the original: `cmp` names the first byte that \
             differs. What kind of function gave you the file's content, one for text or one for bytes?",
            "A file is bytes. Read it as bytes, send it as bytes, and add nothing before or after. Not \
             even a newline at the end, however much the menu seems to need one.",
            "Three steps: read one line up to \\n, take the path out of it, send the bytes of that file \
             and close. Closing is what says `this was all`: this protocol has no length.",
        ],
        built: Some(Built {
            readme: include_str!("../../../labs/07-bring-me-that-file/README.md"),
            server: true,
            client: true,
            start_server: Some(include_str!(
                "../../../labs/07-bring-me-that-file/start-server.rs"
            )),
            start_client: None,
            scripts: &[
                // Not ghost: the server has one waiter, and each ghost would keep him for his whole patience.
                Script {
                    name: "lab07-bring-me-that-file",
                    snapshot: include_str!("../../../snapshots/lab07-bring-me-that-file.snap"),
                    checks_server: true,
                    checks_client: true,
                    weathers: &[
                        Weather::Calm,
                        Weather::Dribble,
                        Weather::Glue,
                        Weather::Slow,
                        Weather::Rude,
                    ],
                },
                Script {
                    name: "lab07-bring-me-that-file-picture",
                    snapshot: include_str!(
                        "../../../snapshots/lab07-bring-me-that-file-picture.snap"
                    ),
                    checks_server: true,
                    checks_client: true,
                    weathers: &[Weather::Calm, Weather::Dribble],
                },
                Script {
                    name: "lab07-bring-me-that-file-none",
                    snapshot: include_str!("../../../snapshots/lab07-bring-me-that-file-none.snap"),
                    checks_server: true,
                    checks_client: true,
                    weathers: &[Weather::Calm, Weather::Dribble],
                },
                Script {
                    name: "lab07-bring-me-that-file-outside",
                    snapshot: include_str!(
                        "../../../snapshots/lab07-bring-me-that-file-outside.snap"
                    ),
                    checks_server: true,
                    checks_client: true,
                    weathers: &[Weather::Calm, Weather::Dribble],
                },
            ],
        }),
    },
    Lab {
        number: 8,
        slug: "08-proper-request",
        title: "A proper request",
        sentence: "method, target, version, `Host`, empty line",
        minutes: 15,
        difficulty: Difficulty::Gentle,
        act: 2,
        rfc: &[Standard {
            rfc: HTTP11,
            sections: &["2.1", "3", "3.2"],
        }],
        needs: &[7],
        hints: [
            "Read the answer of the server: its reason names the first byte that is wrong. Which byte \
             did it expect there?",
            "Each line ends in two bytes, CR and LF: \\r\\n. The head ends with an empty line, so the \
             last four bytes of the request are \\r\\n\\r\\n.",
            "The request line is METHOD, one space, target, one space, version. HTTP/1.1 requires a Host \
             line, too. Compare what you send with `cargo lab 8`, one wire line at a time.",
        ],
        built: Some(Built {
            readme: include_str!("../../../labs/08-proper-request/README.md"),
            server: true,
            client: true,
            start_server: None,
            start_client: Some(include_str!(
                "../../../labs/08-proper-request/start-client.rs"
            )),
            scripts: &[
                // Not ghost: the server has one waiter, and each ghost would keep him for his whole patience.
                Script {
                    name: "lab08-proper-request",
                    snapshot: include_str!("../../../snapshots/lab08-proper-request.snap"),
                    checks_server: true,
                    checks_client: true,
                    weathers: &[
                        Weather::Calm,
                        Weather::Dribble,
                        Weather::Glue,
                        Weather::Slow,
                        Weather::Rude,
                    ],
                },
                // The server answers at the first wrong byte, so in crumbs the answer would overtake the rest of
                // the request. And no client of ours asks like that: here the check plays the guest.
                Script {
                    name: "lab08-proper-request-lf-only",
                    snapshot: include_str!("../../../snapshots/lab08-proper-request-lf-only.snap"),
                    checks_server: true,
                    checks_client: false,
                    weathers: &[Weather::Calm],
                },
                Script {
                    name: "lab08-proper-request-no-host",
                    snapshot: include_str!("../../../snapshots/lab08-proper-request-no-host.snap"),
                    checks_server: true,
                    checks_client: false,
                    weathers: &[Weather::Calm],
                },
                Script {
                    name: "lab08-proper-request-old",
                    snapshot: include_str!("../../../snapshots/lab08-proper-request-old.snap"),
                    checks_server: true,
                    checks_client: false,
                    weathers: &[Weather::Calm],
                },
            ],
        }),
    },
    Lab {
        number: 9,
        slug: "09-smallest-answer",
        title: "The smallest answer",
        sentence: "what a browser will believe",
        minutes: 15,
        difficulty: Difficulty::Gentle,
        act: 2,
        rfc: &[
            Standard {
                rfc: HTTP11,
                sections: &["4", "6.2"],
            },
            Standard {
                rfc: SEMANTICS,
                sections: &["15.3.1"],
            },
        ],
        needs: &[7, 8],
        hints: [
            "An answer has the same shape as a request: a first line, header lines, an empty line, a \
             body. Which of these parts does your answer have? Does each line of its head end in \\r\\n?",
            "Content-Length is the number of bytes after the empty line. A newline at the end counts, \
             too. Count the bytes of the body that you send, and nothing of the head.",
            "Read the request up to its empty line before you answer, also when it comes in crumbs. A \
             server that closes with unread bytes sends a reset, and the browser may never see the \
             answer (lab 5).",
        ],
        built: Some(Built {
            readme: include_str!("../../../labs/09-smallest-answer/README.md"),
            server: true,
            client: true,
            start_server: Some(include_str!(
                "../../../labs/09-smallest-answer/start-server.rs"
            )),
            start_client: None,
            scripts: &[Script {
                name: "lab09-smallest-answer",
                snapshot: include_str!("../../../snapshots/lab09-smallest-answer.snap"),
                checks_server: true,
                checks_client: true,
                weathers: &[
                    Weather::Calm,
                    Weather::Dribble,
                    Weather::Glue,
                    Weather::Slow,
                    Weather::Rude,
                    Weather::Ghost,
                ],
            }],
        }),
    },
    Lab {
        number: 10,
        slug: "10-headers",
        title: "Headers",
        sentence: "names without case, values without outer spaces, order that may matter",
        minutes: 25,
        difficulty: Difficulty::Steady,
        act: 2,
        rfc: &[
            Standard {
                rfc: HTTP11,
                sections: &["2.2", "5", "5.1", "5.2"],
            },
            Standard {
                rfc: SEMANTICS,
                sections: &["5.1", "5.2", "5.3", "5.4", "5.5", "5.6.1"],
            },
        ],
        needs: &[9],
        hints: [
            "Take one header line and say where its name ends and where its value begins. What does your \
             parser do with `Host: tacos.example:8010`, which has two colons?",
            "The first colon ends the name. Spaces and tabs around the value do not belong to it; inside \
             the value they do. Names are compared without case; values are kept as they came.",
            "Answer 400 to a line that begins with a space, to a space before the colon, and to a CR \
             without its LF. A name that comes twice keeps both values, in their order: the second does \
             not replace the first.",
        ],
        built: Some(Built {
            readme: include_str!("../../../labs/10-headers/README.md"),
            server: true,
            client: true,
            start_server: Some(include_str!("../../../labs/10-headers/start-server.rs")),
            start_client: None,
            scripts: &[
                // Not ghost: the server has one waiter, and each ghost would keep him for his whole patience.
                Script {
                    name: "lab10-headers",
                    snapshot: include_str!("../../../snapshots/lab10-headers.snap"),
                    checks_server: true,
                    checks_client: true,
                    weathers: &[
                        Weather::Calm,
                        Weather::Dribble,
                        Weather::Glue,
                        Weather::Slow,
                        Weather::Rude,
                    ],
                },
                // One rule each, in the order in which the parser looks. No client of ours breaks them: the check
                // plays the guest.
                Script {
                    name: "lab10-headers-lf",
                    snapshot: include_str!("../../../snapshots/lab10-headers-lf.snap"),
                    checks_server: true,
                    checks_client: false,
                    weathers: &[Weather::Calm],
                },
                Script {
                    name: "lab10-headers-bare-cr",
                    snapshot: include_str!("../../../snapshots/lab10-headers-bare-cr.snap"),
                    checks_server: true,
                    checks_client: false,
                    weathers: &[Weather::Calm],
                },
                Script {
                    name: "lab10-headers-folded",
                    snapshot: include_str!("../../../snapshots/lab10-headers-folded.snap"),
                    checks_server: true,
                    checks_client: false,
                    weathers: &[Weather::Calm, Weather::Dribble],
                },
                Script {
                    name: "lab10-headers-no-colon",
                    snapshot: include_str!("../../../snapshots/lab10-headers-no-colon.snap"),
                    checks_server: true,
                    checks_client: false,
                    weathers: &[Weather::Calm],
                },
                Script {
                    name: "lab10-headers-space-before-colon",
                    snapshot: include_str!(
                        "../../../snapshots/lab10-headers-space-before-colon.snap"
                    ),
                    checks_server: true,
                    checks_client: false,
                    weathers: &[Weather::Calm],
                },
                Script {
                    name: "lab10-headers-bad-name",
                    snapshot: include_str!("../../../snapshots/lab10-headers-bad-name.snap"),
                    checks_server: true,
                    checks_client: false,
                    weathers: &[Weather::Calm],
                },
                Script {
                    name: "lab10-headers-nul",
                    snapshot: include_str!("../../../snapshots/lab10-headers-nul.snap"),
                    checks_server: true,
                    checks_client: false,
                    weathers: &[Weather::Calm],
                },
                Script {
                    name: "lab10-headers-two-hosts",
                    snapshot: include_str!("../../../snapshots/lab10-headers-two-hosts.snap"),
                    checks_server: true,
                    checks_client: false,
                    weathers: &[Weather::Calm],
                },
            ],
        }),
    },
    Lab {
        number: 11,
        slug: "11-bytes-not-letters",
        title: "Bytes, not letters",
        sentence: "`Content-Length` counts bytes; a taco emoji is four",
        minutes: 15,
        difficulty: Difficulty::Gentle,
        act: 2,
        rfc: &[
            Standard {
                rfc: HTTP11,
                sections: &["6.2", "6.3", "8"],
            },
            Standard {
                rfc: SEMANTICS,
                sections: &["8.6"],
            },
        ],
        needs: &[9, 10],
        hints: [
            "How many letters has `jalape\u{f1}o`, and how many bytes? `printf 'jalape\u{f1}o' | wc -c` counts \
             them. Which of the two numbers does your program send?",
            "The server's number is the length of the bytes that it writes after the empty line. The \
             client reads that many bytes. Only then it looks whether the connection ends or more bytes \
             come.",
            "A client must tell three cases apart: as many bytes as announced, fewer bytes because the \
             connection ended early, and more bytes. The last two are errors. Say how many bytes were \
             missing or too many.",
        ],
        built: Some(Built {
            readme: include_str!("../../../labs/11-bytes-not-letters/README.md"),
            server: true,
            client: true,
            start_server: Some(include_str!(
                "../../../labs/11-bytes-not-letters/start-server.rs"
            )),
            start_client: Some(include_str!(
                "../../../labs/11-bytes-not-letters/start-client.rs"
            )),
            scripts: &[
                // Not ghost: the server has one waiter, and each ghost would keep him for his whole patience.
                Script {
                    name: "lab11-bytes-not-letters",
                    snapshot: include_str!("../../../snapshots/lab11-bytes-not-letters.snap"),
                    checks_server: true,
                    checks_client: true,
                    weathers: &[
                        Weather::Calm,
                        Weather::Dribble,
                        Weather::Glue,
                        Weather::Slow,
                        Weather::Rude,
                    ],
                },
                Script {
                    name: "lab11-bytes-not-letters-plain",
                    snapshot: include_str!("../../../snapshots/lab11-bytes-not-letters-plain.snap"),
                    checks_server: true,
                    checks_client: true,
                    weathers: &[Weather::Calm, Weather::Dribble],
                },
                Script {
                    name: "lab11-bytes-not-letters-negative",
                    snapshot: include_str!(
                        "../../../snapshots/lab11-bytes-not-letters-negative.snap"
                    ),
                    checks_server: true,
                    checks_client: false,
                    weathers: &[Weather::Calm, Weather::Dribble],
                },
                Script {
                    name: "lab11-bytes-not-letters-huge",
                    snapshot: include_str!("../../../snapshots/lab11-bytes-not-letters-huge.snap"),
                    checks_server: true,
                    checks_client: false,
                    weathers: &[Weather::Calm, Weather::Dribble],
                },
            ],
        }),
    },
];
