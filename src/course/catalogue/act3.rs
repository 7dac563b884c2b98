//! Act III, the URL bar and the place: labs 12 to 15. Rules: see the module above.

use super::{Built, Difficulty, Lab, Script, Standard, Weather};

const URI: u16 = 3986;
const SEMANTICS: u16 = 9110;
const HTTP11: u16 = 9112;

pub static LABS: [Lab; 4] = [
    Lab {
        number: 12,
        slug: "12-url-bar",
        title: "The URL bar",
        sentence: "what the browser does between Enter and `connect`",
        minutes: 25,
        difficulty: Difficulty::Steady,
        act: 3,
        rfc: &[
            Standard {
                rfc: URI,
                sections: &["3"],
            },
            Standard {
                rfc: SEMANTICS,
                sections: &["4.2.1", "7.2"],
            },
            Standard {
                rfc: HTTP11,
                sections: &["3.2.1"],
            },
        ],
        needs: &[8, 11],
        hints: [
            "A URL has two kinds of parts: some tell the client where to connect, others are for the \
             server. In each of the twelve URLs, underline the parts that the server should see.",
            "Cut from the outside: first the fragment, from the # on, which never leaves the client; then \
             the scheme up to ://; then the host and port up to the next / or ?. The rest goes into the \
             request line.",
            "An empty path is sent as /. Port 80 is the default and is left out of Host, any other port \
             is in it. An IPv6 address stands in square brackets, so look for the port's colon after the \
             ]. Refuse a user name before an @.",
        ],
        built: Some(Built {
            readme: include_str!("../../../labs/12-url-bar/README.md"),
            server: true,
            client: true,
            start_server: None,
            start_client: Some(include_str!("../../../labs/12-url-bar/start-client.rs")),
            scripts: &[
                // Not ghost: the server has one waiter, and each ghost would keep him for his whole patience.
                Script {
                    name: "lab12-url-bar",
                    snapshot: include_str!("../../../snapshots/lab12-url-bar.snap"),
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
                // One URL each. The twelfth is refused: no connection comes of it, so there is nothing to play.
                Script {
                    name: "lab12-url-bar-bare",
                    snapshot: include_str!("../../../snapshots/lab12-url-bar-bare.snap"),
                    checks_server: true,
                    checks_client: true,
                    weathers: &[Weather::Calm],
                },
                Script {
                    name: "lab12-url-bar-bare-query",
                    snapshot: include_str!("../../../snapshots/lab12-url-bar-bare-query.snap"),
                    checks_server: true,
                    checks_client: true,
                    weathers: &[Weather::Calm],
                },
                Script {
                    name: "lab12-url-bar-port",
                    snapshot: include_str!("../../../snapshots/lab12-url-bar-port.snap"),
                    checks_server: true,
                    checks_client: true,
                    weathers: &[Weather::Calm],
                },
                Script {
                    name: "lab12-url-bar-port-80",
                    snapshot: include_str!("../../../snapshots/lab12-url-bar-port-80.snap"),
                    checks_server: true,
                    checks_client: true,
                    weathers: &[Weather::Calm],
                },
                Script {
                    name: "lab12-url-bar-port-empty",
                    snapshot: include_str!("../../../snapshots/lab12-url-bar-port-empty.snap"),
                    checks_server: true,
                    checks_client: true,
                    weathers: &[Weather::Calm],
                },
                Script {
                    name: "lab12-url-bar-ipv6",
                    snapshot: include_str!("../../../snapshots/lab12-url-bar-ipv6.snap"),
                    checks_server: true,
                    checks_client: true,
                    weathers: &[Weather::Calm],
                },
                Script {
                    name: "lab12-url-bar-ipv6-bare",
                    snapshot: include_str!("../../../snapshots/lab12-url-bar-ipv6-bare.snap"),
                    checks_server: true,
                    checks_client: true,
                    weathers: &[Weather::Calm],
                },
                Script {
                    name: "lab12-url-bar-case",
                    snapshot: include_str!("../../../snapshots/lab12-url-bar-case.snap"),
                    checks_server: true,
                    checks_client: true,
                    weathers: &[Weather::Calm],
                },
                Script {
                    name: "lab12-url-bar-fragment",
                    snapshot: include_str!("../../../snapshots/lab12-url-bar-fragment.snap"),
                    checks_server: true,
                    checks_client: true,
                    weathers: &[Weather::Calm],
                },
                Script {
                    name: "lab12-url-bar-marks",
                    snapshot: include_str!("../../../snapshots/lab12-url-bar-marks.snap"),
                    checks_server: true,
                    checks_client: true,
                    weathers: &[Weather::Calm],
                },
            ],
        }),
    },
    Lab {
        number: 13,
        slug: "13-anywhere",
        title: "A server may live anywhere",
        sentence: "names become several addresses, and a server chooses where to listen",
        minutes: 20,
        difficulty: Difficulty::Steady,
        act: 3,
        rfc: &[
            Standard {
                rfc: 8305,
                sections: &["5"],
            },
            Standard {
                rfc: SEMANTICS,
                sections: &["4.3.2"],
            },
            Standard {
                rfc: 9293,
                sections: &["3.9.1"],
            },
        ],
        needs: &[6, 12],
        hints: [
            "Print every address that the name gives you, not only the first. Which of them does your \
             client try, and what does it do when that one does not answer?",
            "Try the addresses in order, each with a deadline of its own. A refusal comes at once. A \
             machine that is switched off costs you the whole deadline, so keep it short while there are \
             other addresses.",
            "Report a failure only when the last address has failed, and then name all of them with their \
             reasons. The Host line has the name from the URL, whichever address answered.",
        ],
        built: Some(Built {
            readme: include_str!("../../../labs/13-anywhere/README.md"),
            server: true,
            client: true,
            start_server: None,
            start_client: Some(include_str!("../../../labs/13-anywhere/start-client.rs")),
            scripts: &[
                // Not ghost: the server has one waiter, and each ghost would keep him for his whole patience.
                Script {
                    name: "lab13-anywhere",
                    snapshot: include_str!("../../../snapshots/lab13-anywhere.snap"),
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
                    name: "lab13-anywhere-nachos",
                    snapshot: include_str!("../../../snapshots/lab13-anywhere-nachos.snap"),
                    checks_server: true,
                    checks_client: true,
                    weathers: &[Weather::Calm, Weather::Dribble],
                },
                Script {
                    name: "lab13-anywhere-two-dead",
                    snapshot: include_str!("../../../snapshots/lab13-anywhere-two-dead.snap"),
                    checks_server: true,
                    checks_client: true,
                    weathers: &[Weather::Calm, Weather::Dribble],
                },
            ],
        }),
    },
    Lab {
        number: 14,
        slug: "14-we-moved",
        title: "We moved",
        sentence: "301/302/308 and where to go next",
        minutes: 20,
        difficulty: Difficulty::Steady,
        act: 3,
        rfc: &[
            Standard {
                rfc: SEMANTICS,
                sections: &["10.2.2", "15.4"],
            },
            Standard {
                rfc: URI,
                sections: &["5.2"],
            },
        ],
        needs: &[12, 13],
        hints: [
            "Read the Location line of each answer. Is it a whole URL, or only a part that you must \
             combine with the URL of the request?",
            "A reference such as /new or ../menu is resolved against the URL of the request that it \
             answers, not against the first one. With another host or port, the connection and the Host \
             line change too.",
            "Count the redirects and give up after five: two of them can point at each other. 307 and 308 \
             keep the method. After 303 the next request is a GET; after 301 and 302 it is a GET, too.",
        ],
        built: Some(Built {
            readme: include_str!("../../../labs/14-we-moved/README.md"),
            server: true,
            client: true,
            start_server: None,
            start_client: Some(include_str!("../../../labs/14-we-moved/start-client.rs")),
            scripts: &[
                Script {
                    name: "lab14-we-moved",
                    snapshot: include_str!("../../../snapshots/lab14-we-moved.snap"),
                    checks_server: true,
                    checks_client: true,
                    weathers: &[Weather::Calm, Weather::Dribble, Weather::Slow],
                },
                Script {
                    name: "lab14-we-moved-order",
                    snapshot: include_str!("../../../snapshots/lab14-we-moved-order.snap"),
                    checks_server: true,
                    checks_client: true,
                    weathers: &[Weather::Calm, Weather::Dribble],
                },
                Script {
                    name: "lab14-we-moved-round",
                    snapshot: include_str!("../../../snapshots/lab14-we-moved-round.snap"),
                    checks_server: true,
                    checks_client: true,
                    weathers: &[Weather::Calm],
                },
            ],
        }),
    },
    Lab {
        number: 15,
        slug: "15-wiretap",
        title: "The wiretap",
        sentence: "put yourself between a real browser and a server and read",
        minutes: 30,
        difficulty: Difficulty::Steep,
        act: 3,
        rfc: &[
            Standard {
                rfc: SEMANTICS,
                sections: &["3.7", "7.6"],
            },
            Standard {
                rfc: HTTP11,
                sections: &["3.2.2"],
            },
        ],
        needs: &[4, 9, 12],
        hints: [
            "A relay has two directions, and either can be silent for long. Can one loop that reads from \
             one side and then from the other serve both?",
            "One thread for each direction: read what is there, write it to the other side, print it, and \
             read again. Do not wait for the end of one side before you write to the other.",
            "When one side ends its direction, end the same direction towards the other side and leave \
             the opposite one open (lab 4). Both threads are done when both directions have ended. \
             Print CR and LF as two visible things.",
        ],
        built: Some(Built {
            readme: include_str!("../../../labs/15-wiretap/README.md"),
            server: true,
            client: true,
            start_server: Some(include_str!("../../../labs/15-wiretap/start-server.rs")),
            start_client: None,
            scripts: &[
                Script {
                    name: "lab15-wiretap",
                    snapshot: include_str!("../../../snapshots/lab15-wiretap.snap"),
                    checks_server: true,
                    checks_client: true,
                    weathers: &[Weather::Calm, Weather::Dribble],
                },
                Script {
                    name: "lab15-wiretap-turns",
                    snapshot: include_str!("../../../snapshots/lab15-wiretap-turns.snap"),
                    checks_server: true,
                    checks_client: false,
                    weathers: &[Weather::Calm, Weather::Dribble],
                },
            ],
        }),
    },
];
