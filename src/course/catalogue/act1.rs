//! Act I, the order: labs 1 to 6, TCP alone. Rules: see the module above.

use super::{Built, Difficulty, Lab, Script, Standard, Weather};

const TCP: u16 = 9293;

pub static LABS: [Lab; 6] = [
    Lab {
        number: 1,
        slug: "01-three-tacos",
        title: "Three tacos",
        sentence: "a client connects and asks, a server waits and answers",
        minutes: 10,
        difficulty: Difficulty::Gentle,
        act: 1,
        rfc: &[Standard {
            rfc: TCP,
            sections: &["2.2", "3.5"],
        }],
        needs: &[],
        hints: [
            "Which of the two programs knows what `0 tacos` means? Say in words, for each program, what \
             changes when the answer is a refusal and what stays as it was.",
            "The order is a line of bytes. Compare it before you answer, and choose between two answers. \
             There must be one answer on the connection, never both.",
            "`? how many` is followed by a newline, \\n, like every other line of this lab, and then the \
             server closes. Look at the last line that your program sends with \
             `printf '0 tacos\\n' | nc 127.0.0.1 8001 | od -c`.",
        ],
        built: Some(Built {
            readme: include_str!("../../../labs/01-three-tacos/README.md"),
            server: true,
            client: true,
            start_server: Some(include_str!("../../../labs/01-three-tacos/start-server.rs")),
            start_client: Some(include_str!("../../../labs/01-three-tacos/start-client.rs")),
            scripts: &[
                Script {
                    name: "lab01-three-tacos",
                    snapshot: include_str!("../../../snapshots/lab01-three-tacos.snap"),
                    checks_server: true,
                    checks_client: true,
                    weathers: &[
                        Weather::Calm,
                        Weather::Dribble,
                        Weather::Slow,
                        Weather::Rude,
                        Weather::Ghost,
                    ],
                },
                Script {
                    name: "lab01-three-tacos-none",
                    snapshot: include_str!("../../../snapshots/lab01-three-tacos-none.snap"),
                    checks_server: true,
                    checks_client: true,
                    weathers: &[Weather::Calm, Weather::Dribble],
                },
            ],
        }),
    },
    Lab {
        number: 2,
        slug: "02-order-in-crumbs",
        title: "The order arrives in crumbs",
        sentence: "TCP carries bytes, not messages",
        minutes: 20,
        difficulty: Difficulty::Steady,
        act: 1,
        rfc: &[Standard {
            rfc: TCP,
            sections: &["2.2", "3.8"],
        }],
        needs: &[1],
        hints: [
            "How many bytes did one read give you? Who decided that number? Print the number that `read` \
             returns before you do anything with the bytes.",
            "You need a Vec<u8> that lives longer than one order. Read into it until it holds a \\n; how \
             often you had to read does not matter.",
            "The bytes after the \\n are the beginning of the next order. Take only the first line out of \
             the Vec, keep the rest in it, and look for a \\n in that rest before you read again. Turn \
             bytes into text only when the line is complete.",
        ],
        built: Some(Built {
            readme: include_str!("../../../labs/02-order-in-crumbs/README.md"),
            server: true,
            client: true,
            start_server: Some(include_str!(
                "../../../labs/02-order-in-crumbs/start-server.rs"
            )),
            start_client: None,
            scripts: &[Script {
                name: "lab02-order-in-crumbs",
                snapshot: include_str!("../../../snapshots/lab02-order-in-crumbs.snap"),
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
        number: 3,
        slug: "03-where-orders-end",
        title: "Where does an order end?",
        sentence: "delimiter, length prefix, or closing: three framings, one menu",
        minutes: 25,
        difficulty: Difficulty::Steady,
        act: 1,
        rfc: &[
            Standard {
                rfc: 862,
                sections: &[],
            },
            Standard {
                rfc: 9112,
                sections: &["6.3"],
            },
        ],
        needs: &[2],
        hints: [
            "A dish name with a \\n in it cannot end at the first \\n. What can the receiver know before \
             the first byte of the name arrives?",
            "The number in front has a fixed size, and both sides agree in which order its bytes stand. \
             The most significant byte first is called network byte order.",
            "The number counts bytes, not letters: the length of the bytes that you send, not of the \
             text that you see. Read the number whole, compare it with your limit, then read exactly \
             that many bytes; each of the two can arrive in crumbs.",
        ],
        built: Some(Built {
            readme: include_str!("../../../labs/03-where-orders-end/README.md"),
            server: true,
            client: true,
            start_server: Some(include_str!(
                "../../../labs/03-where-orders-end/start-server.rs"
            )),
            start_client: None,
            scripts: &[
                Script {
                    name: "lab03-where-orders-end",
                    snapshot: include_str!("../../../snapshots/lab03-where-orders-end.snap"),
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
                    name: "lab03-where-orders-end-line",
                    snapshot: include_str!("../../../snapshots/lab03-where-orders-end-line.snap"),
                    checks_server: true,
                    checks_client: true,
                    weathers: &[Weather::Calm, Weather::Dribble],
                },
                Script {
                    name: "lab03-where-orders-end-closing",
                    snapshot: include_str!(
                        "../../../snapshots/lab03-where-orders-end-closing.snap"
                    ),
                    checks_server: true,
                    checks_client: true,
                    weathers: &[Weather::Calm, Weather::Dribble],
                },
                // No client of ours promises four gigabytes: here the check plays the guest.
                Script {
                    name: "lab03-where-orders-end-huge",
                    snapshot: include_str!("../../../snapshots/lab03-where-orders-end-huge.snap"),
                    checks_server: true,
                    checks_client: false,
                    weathers: &[Weather::Calm, Weather::Dribble],
                },
            ],
        }),
    },
    Lab {
        number: 4,
        slug: "04-thats-all-thanks",
        title: "\"That's all, thanks\"",
        sentence: "half-close: I am done talking but still listening",
        minutes: 15,
        difficulty: Difficulty::Gentle,
        act: 1,
        rfc: &[Standard {
            rfc: TCP,
            sections: &["3.6", "3.6.1"],
        }],
        needs: &[2, 3],
        hints: [
            "The server sends the bill when it knows that no more orders come. The number of orders is \
             not known before. So what tells the server that it has all of them?",
            "A connection has two directions. Each side can end its own and leave the other one open: \
             look for the method of TcpStream that takes a direction.",
            "End your sending direction after the last order. Then read until the end of the other \
             direction, where read returns 0. If you drop the stream before that, both directions end, \
             and your client cannot receive the bill.",
        ],
        built: Some(Built {
            readme: include_str!("../../../labs/04-thats-all-thanks/README.md"),
            server: true,
            client: true,
            start_server: None,
            start_client: Some(include_str!(
                "../../../labs/04-thats-all-thanks/start-client.rs"
            )),
            scripts: &[
                Script {
                    name: "lab04-thats-all-thanks",
                    snapshot: include_str!("../../../snapshots/lab04-thats-all-thanks.snap"),
                    checks_server: true,
                    checks_client: true,
                    weathers: &[
                        Weather::Calm,
                        Weather::Dribble,
                        Weather::Slow,
                        Weather::Rude,
                    ],
                },
                Script {
                    name: "lab04-thats-all-thanks-party",
                    snapshot: include_str!("../../../snapshots/lab04-thats-all-thanks-party.snap"),
                    checks_server: true,
                    checks_client: true,
                    weathers: &[Weather::Calm, Weather::Dribble],
                },
            ],
        }),
    },
    Lab {
        number: 5,
        slug: "05-hanging-up",
        title: "Hanging up",
        sentence: "FIN and RST look the same until you look",
        minutes: 20,
        difficulty: Difficulty::Steady,
        act: 1,
        rfc: &[
            Standard {
                rfc: TCP,
                sections: &["3.5.2", "3.6.1"],
            },
            Standard {
                rfc: 9112,
                sections: &["9.6"],
            },
        ],
        needs: &[4],
        hints: [
            "Run the client against the server and read the last line of the ladder: is it `S fin` or \
             `S rst`? What had the server not done with the bytes of the order when it closed?",
            "If a program closes a connection while received bytes are unread, the kernel sends a reset \
             instead of a FIN. A reset may destroy an answer that is already on its way.",
            "Read the order to its end before you answer and close. A client that leaves early is normal. \
             A read or a write that fails must end that one conversation, with a line in the log. It must \
             not end the server.",
        ],
        built: Some(Built {
            readme: include_str!("../../../labs/05-hanging-up/README.md"),
            server: true,
            client: true,
            start_server: Some(include_str!("../../../labs/05-hanging-up/start-server.rs")),
            start_client: None,
            scripts: &[
                Script {
                    name: "lab05-hanging-up",
                    snapshot: include_str!("../../../snapshots/lab05-hanging-up.snap"),
                    checks_server: true,
                    checks_client: true,
                    weathers: &[
                        Weather::Calm,
                        Weather::Dribble,
                        Weather::Slow,
                        Weather::Rude,
                    ],
                },
                // A server that resets its guests is no server of ours: here the check plays it.
                Script {
                    name: "lab05-hanging-up-reset",
                    snapshot: include_str!("../../../snapshots/lab05-hanging-up-reset.snap"),
                    checks_server: false,
                    checks_client: true,
                    weathers: &[Weather::Calm, Weather::Dribble],
                },
                Script {
                    name: "lab05-hanging-up-rude",
                    snapshot: include_str!("../../../snapshots/lab05-hanging-up-rude.snap"),
                    checks_server: true,
                    checks_client: true,
                    weathers: &[Weather::Calm],
                },
            ],
        }),
    },
    Lab {
        number: 6,
        slug: "06-nobody-home",
        title: "Nobody home",
        sentence: "refused, silent, busy, and \"address in use\" are four different things",
        minutes: 25,
        difficulty: Difficulty::Steady,
        act: 1,
        rfc: &[Standard {
            rfc: TCP,
            sections: &["3.5", "3.5.2", "3.6.1", "3.8.3"],
        }],
        needs: &[5],
        hints: [
            "For each of the four addresses: which system call fails, after how long, and with which \
             error? Print the error's kind before you name it.",
            "A refusal is an answer, and it comes at once. Silence is no answer, and it lasts until a \
             deadline ends it. The system's deadline is minutes, so set your own: connect with a timeout.",
            "`open` and `busy` both connect: the difference shows in what comes after, a greeting or \
             none. Decide by the error's kind and by where it happened, not by its text: the \
             text differs between systems.",
        ],
        built: Some(Built {
            readme: include_str!("../../../labs/06-nobody-home/README.md"),
            server: true,
            client: true,
            start_server: None,
            start_client: Some(include_str!("../../../labs/06-nobody-home/start-client.rs")),
            // No bad weather: the subject is what happens before the first byte.
            scripts: &[
                Script {
                    name: "lab06-nobody-home",
                    snapshot: include_str!("../../../snapshots/lab06-nobody-home.snap"),
                    checks_server: true,
                    checks_client: true,
                    weathers: &[Weather::Calm],
                },
                // What no server of ours says: here the check makes the door.
                Script {
                    name: "lab06-nobody-home-closed",
                    snapshot: include_str!("../../../snapshots/lab06-nobody-home-closed.snap"),
                    checks_server: false,
                    checks_client: true,
                    weathers: &[Weather::Calm],
                },
                Script {
                    name: "lab06-nobody-home-busy",
                    snapshot: include_str!("../../../snapshots/lab06-nobody-home-busy.snap"),
                    checks_server: false,
                    checks_client: true,
                    weathers: &[Weather::Calm],
                },
                Script {
                    name: "lab06-nobody-home-silent",
                    snapshot: include_str!("../../../snapshots/lab06-nobody-home-silent.snap"),
                    checks_server: false,
                    checks_client: true,
                    weathers: &[Weather::Calm],
                },
            ],
        }),
    },
];
