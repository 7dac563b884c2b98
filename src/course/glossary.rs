//! One sentence, and the place in a standard, for each word on the wire: status codes, field names, methods,
//! events and escapes. The web pages show the sentence on hover, and `cargo lab explain Host` prints it.
//!
//! Rule: each word is explained here once, and in no other file.

/// What kind of word it is. The same word may be of two kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `404`
    Status,
    /// `Host`; compared without case.
    Field,
    /// `GET`
    Method,
    /// `fin`
    Event,
    /// `\r\n`
    Escape,
    /// `HTTP/1.1`
    Version,
}

/// A word and its sentence.
#[derive(Clone, Copy, Debug)]
pub struct Term {
    /// What kind of word it is.
    pub kind: Kind,
    /// The word as it is written.
    pub word: &'static str,
    /// One sentence.
    pub says: &'static str,
    /// `RFC 9112 section 3.2`, or another source.
    pub source: &'static str,
}

const fn term(kind: Kind, word: &'static str, says: &'static str, source: &'static str) -> Term {
    Term {
        kind,
        word,
        says,
        source,
    }
}

use Kind::{Escape, Event, Field, Method, Status, Version};

/// All of them, by kind.
#[rustfmt::skip]
pub const TERMS: &[Term] = &[
    term(Status, "100", "Continue: send the body, I have read the head.", "RFC 9110 section 15.2.1"),
    term(Status, "101", "Switching Protocols: from the next byte on this connection speaks another protocol.", "RFC 9110 section 15.2.2"),
    term(Status, "200", "OK: the request succeeded, and its result follows.", "RFC 9110 section 15.3.1"),
    term(Status, "201", "Created: the request made a new resource; Location says where.", "RFC 9110 section 15.3.2"),
    term(Status, "202", "Accepted: the server will carry out the request later.", "RFC 9110 section 15.3.3"),
    term(Status, "204", "No Content: the request succeeded, and the answer has no body.", "RFC 9110 section 15.3.5"),
    term(Status, "206", "Partial Content: the part that you asked for; Content-Range says which.", "RFC 9110 section 15.3.7"),
    term(Status, "301", "Moved Permanently: the resource has a new address, for good.", "RFC 9110 section 15.4.2"),
    term(Status, "302", "Found: for now the resource is at another address.", "RFC 9110 section 15.4.3"),
    term(Status, "303", "See Other: the result is at another address; fetch it with GET.", "RFC 9110 section 15.4.4"),
    term(Status, "304", "Not Modified: the client's copy is still right, so no body follows.", "RFC 9110 section 15.4.5"),
    term(Status, "307", "Temporary Redirect: repeat the same request, method and body too, at another address.", "RFC 9110 section 15.4.8"),
    term(Status, "308", "Permanent Redirect: as 307, for good.", "RFC 9110 section 15.4.9"),
    term(Status, "400", "Bad Request: the server cannot read this as a request.", "RFC 9110 section 15.5.1"),
    term(Status, "401", "Unauthorized: say who you are first; WWW-Authenticate says how.", "RFC 9110 section 15.5.2"),
    term(Status, "403", "Forbidden: the server understood the request and refuses it.", "RFC 9110 section 15.5.4"),
    term(Status, "404", "Not Found: there is nothing at this path, or the server does not say whether there is.", "RFC 9110 section 15.5.5"),
    term(Status, "405", "Method Not Allowed: the path exists, but not for this method; Allow lists those that work.", "RFC 9110 section 15.5.6"),
    term(Status, "406", "Not Acceptable: the server has no version that the client accepts.", "RFC 9110 section 15.5.7"),
    term(Status, "408", "Request Timeout: the whole request did not come in time.", "RFC 9110 section 15.5.9"),
    term(Status, "409", "Conflict: the request does not fit the present state of the resource.", "RFC 9110 section 15.5.10"),
    term(Status, "411", "Length Required: the server wants a Content-Length.", "RFC 9110 section 15.5.12"),
    term(Status, "412", "Precondition Failed: an If- condition of the request is not true.", "RFC 9110 section 15.5.13"),
    term(Status, "413", "Content Too Large: the body is longer than the server takes.", "RFC 9110 section 15.5.14"),
    term(Status, "414", "URI Too Long: the target is longer than the server reads.", "RFC 9110 section 15.5.15"),
    term(Status, "415", "Unsupported Media Type: the server does not take bodies of this type.", "RFC 9110 section 15.5.16"),
    term(Status, "416", "Range Not Satisfiable: the resource has no byte in the range that was asked for.", "RFC 9110 section 15.5.17"),
    term(Status, "417", "Expectation Failed: the server cannot do what Expect demands.", "RFC 9110 section 15.5.18"),
    term(Status, "421", "Misdirected Request: this server is not responsible for the host in the request.", "RFC 9110 section 15.5.20"),
    term(Status, "426", "Upgrade Required: the server wants another protocol first.", "RFC 9110 section 15.5.22"),
    term(Status, "429", "Too Many Requests: the client asks too often; Retry-After says when to come back.", "RFC 6585 section 4"),
    term(Status, "431", "Request Header Fields Too Large: the head is longer than the server reads.", "RFC 6585 section 5"),
    term(Status, "500", "Internal Server Error: the server failed; the request may be right.", "RFC 9110 section 15.6.1"),
    term(Status, "501", "Not Implemented: the server does not know this method.", "RFC 9110 section 15.6.2"),
    term(Status, "502", "Bad Gateway: the server behind this one gave an answer that cannot be used.", "RFC 9110 section 15.6.3"),
    term(Status, "503", "Service Unavailable: too busy or in repair; Retry-After may say until when.", "RFC 9110 section 15.6.4"),
    term(Status, "504", "Gateway Timeout: the server behind this one did not answer in time.", "RFC 9110 section 15.6.5"),
    term(Status, "505", "HTTP Version Not Supported: the server does not speak this major version.", "RFC 9110 section 15.6.6"),

    term(Method, "GET", "Send me the resource at this path, and change nothing.", "RFC 9110 section 9.3.1"),
    term(Method, "HEAD", "As GET, but send the head alone.", "RFC 9110 section 9.3.2"),
    term(Method, "POST", "Do with this body what the resource does with bodies.", "RFC 9110 section 9.3.3"),
    term(Method, "PUT", "Store this body at this path, and replace the old content.", "RFC 9110 section 9.3.4"),
    term(Method, "DELETE", "Remove the resource at this path.", "RFC 9110 section 9.3.5"),
    term(Method, "CONNECT", "Ask a proxy for a tunnel: after 200 the proxy passes on all bytes and interprets none.", "RFC 9110 section 9.3.6"),
    term(Method, "OPTIONS", "Say which methods work here.", "RFC 9110 section 9.3.7"),
    term(Method, "TRACE", "Send my request back as you received it.", "RFC 9110 section 9.3.8"),
    term(Method, "PATCH", "Change the resource as this body describes.", "RFC 5789 section 2"),

    term(Field, "Accept", "Which media types the client takes, and which it prefers.", "RFC 9110 section 12.5.1"),
    term(Field, "Accept-Encoding", "Which compressed forms the client can unpack.", "RFC 9110 section 12.5.3"),
    term(Field, "Accept-Language", "Which languages the reader understands.", "RFC 9110 section 12.5.4"),
    term(Field, "Accept-Ranges", "The server answers requests for parts of this resource.", "RFC 9110 section 14.3"),
    term(Field, "Age", "For how many seconds a cache has had this answer.", "RFC 9111 section 5.1"),
    term(Field, "Allow", "The methods that work on this resource.", "RFC 9110 section 10.2.1"),
    term(Field, "Authorization", "Who the client is, and the proof of it.", "RFC 9110 section 11.6.2"),
    term(Field, "Cache-Control", "Who may keep this answer, and for how long.", "RFC 9111 section 5.2"),
    term(Field, "Connection", "Options for this connection only: close means that no further request follows.", "RFC 9110 section 7.6.1"),
    term(Field, "Content-Encoding", "How the body was compressed.", "RFC 9110 section 8.4"),
    term(Field, "Content-Length", "How many bytes the body has; letters may be several bytes.", "RFC 9110 section 8.6"),
    term(Field, "Content-Range", "Which bytes of the whole follow, and how many the whole has.", "RFC 9110 section 14.4"),
    term(Field, "Content-Type", "What the body is, and for text in which character set.", "RFC 9110 section 8.3"),
    term(Field, "Cookie", "The values that this server asked the client to store, sent back.", "RFC 6265 section 4.2"),
    term(Field, "Date", "When the answer was made, in universal time.", "RFC 9110 section 6.6.1"),
    term(Field, "ETag", "A name of this version of the resource: equal tags are equal versions.", "RFC 9110 section 8.8.3"),
    term(Field, "Expect", "100-continue: the client sends the body only after an answer 100.", "RFC 9110 section 10.1.1"),
    term(Field, "Expires", "Until when a cache may use this answer.", "RFC 9111 section 5.3"),
    term(Field, "Host", "Which site is meant: several sites may be at one address, so HTTP/1.1 requires it.", "RFC 9110 section 7.2"),
    term(Field, "If-Match", "Carry out the request only if the resource has one of these tags.", "RFC 9110 section 13.1.1"),
    term(Field, "If-Modified-Since", "Send it only if it changed after this date.", "RFC 9110 section 13.1.3"),
    term(Field, "If-None-Match", "Send it only if its tag is none of these; the client has those versions.", "RFC 9110 section 13.1.2"),
    term(Field, "If-Range", "Send the part only if the resource is still this version; otherwise send the whole.", "RFC 9110 section 13.1.5"),
    term(Field, "If-Unmodified-Since", "Carry out the request only if the resource has not changed after this date.", "RFC 9110 section 13.1.4"),
    term(Field, "Keep-Alive", "How long and for how many requests the server keeps the connection; a hint.", "RFC 2068 section 19.7.1.1"),
    term(Field, "Last-Modified", "When the resource was last changed.", "RFC 9110 section 8.8.2"),
    term(Field, "Location", "The URL of the next request, or of the new resource.", "RFC 9110 section 10.2.2"),
    term(Field, "Origin", "Which site's page caused this request; with it a server can refuse other sites.", "RFC 6454 section 7"),
    term(Field, "Range", "Send only these bytes of the resource.", "RFC 9110 section 14.2"),
    term(Field, "Referer", "The page with the link to this URL; the name of this field has been misspelled since 1996.", "RFC 9110 section 10.1.3"),
    term(Field, "Retry-After", "When to try again, in seconds or as a date.", "RFC 9110 section 10.2.3"),
    term(Field, "Server", "The name of the server's program.", "RFC 9110 section 10.2.4"),
    term(Field, "Set-Cookie", "Remember this, and send it back in Cookie.", "RFC 6265 section 4.1"),
    term(Field, "TE", "Which transfer codings the client takes, and whether it takes trailers.", "RFC 9110 section 10.1.4"),
    term(Field, "Trailer", "Which fields follow after the last chunk.", "RFC 9110 section 6.6.2"),
    term(Field, "Transfer-Encoding", "chunked: the body comes in pieces, each with its length in front.", "RFC 9112 section 6.1"),
    term(Field, "Upgrade", "Which other protocol the sender would like to speak on this connection.", "RFC 9110 section 7.8"),
    term(Field, "User-Agent", "The name of the client's program; it often contains the names of other programs.", "RFC 9110 section 10.1.5"),
    term(Field, "Vary", "Which fields of the request decided which version was sent.", "RFC 9110 section 12.5.5"),
    term(Field, "Via", "Which proxies the message has passed.", "RFC 9110 section 7.6.3"),
    term(Field, "WWW-Authenticate", "How the client can prove who it is.", "RFC 9110 section 11.6.1"),

    term(Event, "connect", "The connection is open: SYN, SYN and ACK, ACK. Now both sides may send bytes.", "RFC 9293 section 3.5"),
    term(Event, "fin", "FIN: this side will send no more bytes; it still reads.", "RFC 9293 section 3.6"),
    term(Event, "rst", "RST: the connection is broken off in both directions, and bytes may be lost.", "RFC 9293 section 3.5.3"),
    term(Event, "refuse", "Nobody listens at this port: the system answers the SYN with RST.", "RFC 9293 section 3.5.2"),
    term(Event, "drop", "The network lost the datagram before this line; nobody is told.", "RFC 768, and RFC 791 section 1.2"),
    term(Event, "double", "The network delivered the datagram before this line twice.", "RFC 768"),
    term(Event, "swap", "The network delivered the datagram before this line after the next one.", "RFC 768"),
    term(Event, "timeout", "This side waited this long, and nothing came.", "the transcript notation of this course"),

    term(Escape, r"\r\n", "CR LF, bytes 13 and 10: the end of a line in HTTP.", "RFC 9112 section 2.1"),
    term(Escape, r"\n", "LF, byte 10: a newline. In an HTTP head it needs a CR before it.", "RFC 9112 section 2.2"),
    term(Escape, r"\r", "CR, byte 13: carriage return. In an HTTP head it must not stand alone.", "RFC 9112 section 2.2"),
    term(Escape, r"\t", "TAB, byte 9.", "RFC 9110 section 5.6.3"),
    term(Escape, r"\x", "One byte, as two hex digits.", "the transcript notation of this course"),

    term(Version, "HTTP/1.1", "The version that the sender speaks; 1.1 keeps connections open unless one side sends \
                               close.", "RFC 9112 section 2.3"),
    term(Version, "HTTP/1.0", "The version of 1996: the connection closes after one answer unless both sides agree otherwise.", "RFC 9112 section 9.3"),
];

/// The term of this kind and word.
pub fn find(kind: Kind, word: &str) -> Option<&'static Term> {
    let same = |term: &&Term| match kind {
        Field => term.word.eq_ignore_ascii_case(word),
        _ => term.word == word,
    };
    TERMS.iter().filter(|term| term.kind == kind).find(same)
}

/// The term with this word, of any kind; letter case does not count.
pub fn any(word: &str) -> Option<&'static Term> {
    let mut terms = TERMS.iter();
    terms.find(|term| term.word.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_stands_once_and_says_one_sentence_with_its_source() {
        assert!(TERMS.len() >= 80, "{}", TERMS.len());
        for (at, term) in TERMS.iter().enumerate() {
            let twice = TERMS[..at]
                .iter()
                .any(|other| other.kind == term.kind && other.word.eq_ignore_ascii_case(term.word));
            assert!(!twice, "{}", term.word);
            assert!(
                term.says.ends_with('.') && term.says.len() <= 100,
                "{}",
                term.word
            );
            assert!(term.source.starts_with("RFC ") || term.kind == Event || term.kind == Escape);
        }
        for status in 100..600u16 {
            let reason = crate::http::write::reason(status);
            if let Some(term) = find(Status, &status.to_string()) {
                assert!(
                    reason.is_empty() || term.says.starts_with(reason),
                    "{status}"
                );
            }
        }
    }
}
