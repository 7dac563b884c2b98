//! The pages of the codes that `process` finds.

use super::{Language, Page};

pub(super) static REFUSED: Page = Page {
    code: "W25",
    slug: "refused",
    title: "nobody listens where the other side calls",
    text: &[
        "\"Connection refused\" is an answer: the machine is there, and no program listens on that port of that \
         address. Either the server does not run, or it listens on another port, or on another address of the same \
         machine.",
        "`localhost` stands for two addresses, 127.0.0.1 and ::1. A server that listens on one of them is not found \
         on the other. Some programs try ::1 first.",
    ],
    rule: None,
    advice: "use the address from WIRELAB_ADDR or {addr}, and print the one that you really use",
    languages: &[(
        Language::Node,
        "(Since version 17, node takes the addresses of `localhost` in the system's order, often ::1 first.)",
    )],
};

pub(super) static ADDR_IN_USE: Page = Page {
    code: "W26",
    slug: "addr-in-use",
    title: "the port is taken",
    text: &[
        "Two programs cannot listen on the same port of the same address. Most often the other one is an older copy \
         of the same program, in another terminal or in the background.",
        "On Unix a server without the option SO_REUSEADDR meets this also for a minute after its own end, while old \
         connections are in the state TIME_WAIT. Rust, Go and Node set the option; in C and Python it is yours to set.",
    ],
    rule: None,
    advice: "stop the old copy; in a check take the address that the check gives you",
    languages: &[(
        Language::Python,
        "(A plain socket lacks SO_REUSEADDR; `socket.create_server` sets it.)",
    )],
};

pub(super) static DIED_ON_EMPTY: Page = Page {
    code: "W27",
    slug: "died-on-empty",
    title: "a client that says nothing ends the server",
    text: &[
        "Connections without a single byte are common. Browsers open spare ones, and port scanners and health checks \
         connect and leave. The first read then gives end of file.",
        "A server that expects a first line, and treats its absence as a fault of the program, ends there, and \
         everybody else is left without an answer.",
    ],
    rule: None,
    advice: "treat \"no bytes at all\" as a client that left, and go on to the next",
    languages: &[
        (Language::Rust, "(`lines().next().unwrap()` panics here.)"),
        (
            Language::Python,
            "(`recv` gave b'', and an index into its parts raises an error.)",
        ),
    ],
};

pub(super) static ONE_AT_A_TIME: Page = Page {
    code: "W28",
    slug: "one-at-a-time",
    title: "one silent client keeps everybody waiting",
    text: &[
        "A loop that accepts a connection and serves it to its end does nothing else in the meantime. While one \
         client is silent, all others wait in the kernel's queue.",
        "There are two remedies, and a good server has both: serve each connection in a thread of its own, and give \
         every wait a limit.",
    ],
    rule: None,
    advice: "connect with nc, type nothing, and ask with curl in a second terminal",
    languages: &[],
};

pub(super) static WOULD_BLOCK: Page = Page {
    code: "W29",
    slug: "would-block",
    title: "a read timeout is taken for an error of the connection",
    text: &[
        "When a read with a timeout gets no bytes in time, the system reports it under the name of another thing: \
         \"resource temporarily unavailable\" on Unix, \"timed out\" on Windows.",
        "It means: nothing came yet. Whether that ends the conversation is your decision, and not an error.",
    ],
    rule: None,
    advice: "look for both names, and decide what silence means to your program",
    languages: &[(
        Language::Rust,
        "(ErrorKind::WouldBlock on Unix, ErrorKind::TimedOut on Windows.)",
    )],
};

pub(super) static ADDRESS_SYNTAX: Page = Page {
    code: "W30",
    slug: "address-syntax",
    title: "this is no address to connect to or to listen on",
    text: &[
        "A socket wants a host and a port: 127.0.0.1:8009. A URL is something else. http:// names the protocol \
         that is spoken later, and the path says what is asked for then; neither is part of the address.",
        "Without a port Rust says \"invalid socket address\", with a path behind it \"invalid port value\".",
    ],
    rule: None,
    advice: "print the text that you pass as an address, in quotes",
    languages: &[],
};

pub(super) static DIED_ON_RESET: Page = Page {
    code: "W41",
    slug: "died-on-reset",
    title: "a client that breaks off ends the server",
    text: &[
        "A client may vanish at any byte: a tab is closed, a phone leaves the network. The server's next read or \
         write on that connection fails with \"connection reset by peer\" or \"broken pipe\".",
        "That is the end of one connection. A server that lets the error end the whole program serves nobody any \
         more.",
    ],
    rule: None,
    advice: "handle an error of a connection where that connection is served, and accept the next",
    languages: &[
        (
            Language::Rust,
            "(`unwrap` or `?` in the accept loop does it.)",
        ),
        (
            Language::Python,
            "(ConnectionResetError and BrokenPipeError end the program where nothing catches them.)",
        ),
        (
            Language::Node,
            "(A socket without an 'error' listener ends the process.)",
        ),
    ],
};
