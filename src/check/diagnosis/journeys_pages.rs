//! The pages of the codes that `journeys` finds.

use super::{Language, Page, Rule};

pub(super) static ENDLESS_CIRCLE: Page = Page {
    code: "W64",
    slug: "endless-circle",
    title: "redirects are followed without end",
    text: &[
        "A redirect can lead to a place that redirects again, and two places can point at each other. Nobody says so \
         beforehand. A client that follows every sign walks in a circle until somebody ends it.",
    ],
    rule: Some(Rule {
        quote: "A client SHOULD detect and intervene in cyclical redirections",
        rfc: 9110,
        section: "15.4",
    }),
    advice: "count the hops, and give up with a message after a handful",
    languages: &[],
};

pub(super) static STAYS_AT_THE_SIGN: Page = Page {
    code: "W65",
    slug: "stays-at-the-sign",
    title: "a redirect is not followed",
    text: &[
        "An answer 301, 302, 303, 307 or 308 with a Location says: what you want is there. The place may be a whole URL, or \
         only a part of one, such as /menu/ or ../tacos.txt. A part is completed from the URL of the request.",
    ],
    rule: Some(Rule {
        quote: "The field value consists of a single URI-reference.",
        rfc: 9110,
        section: "10.2.2",
    }),
    advice: "resolve the Location against the URL that you asked for, and ask there",
    languages: &[],
};

pub(super) static FIN_UNHEARD: Page = Page {
    code: "W66",
    slug: "fin-unheard",
    title: "the other side has hung up, and it goes on waiting",
    text: &[
        "When the other side ends its direction, the next read returns 0 bytes (end of file), and so does every read after \
         it. That is news, and for some conversations it is the news that everybody waits for.",
        "A relay has two connections, and the end of a direction on the one has to become the end of that direction on the \
         other. Bytes alone are not the whole conversation.",
    ],
    rule: Some(Rule {
        quote: "CLOSE is an operation meaning \"I have no more data to send.\"",
        rfc: 9293,
        section: "3.6",
    }),
    advice: "treat a read of 0 bytes as \"they are done\"; in a relay, shut down writing on the other side then",
    languages: &[
        (Language::Rust, "(`read` returns `Ok(0)`.)"),
        (Language::Python, "(`recv` returns b''.)"),
        (
            Language::Node,
            "(The event is 'end'; `allowHalfOpen` keeps the other direction.)",
        ),
        (Language::Go, "(`Read` returns io.EOF.)"),
    ],
};
