//! All faults that a message can have, as one table.
//!
//! Rule: a fault has its place (an offset into the bytes that the parser got), a plain sentence, the section of
//! the RFC, and the status that a server should answer. After a fault nobody knows where the next message
//! begins, so the connection must end (RFC 9112 section 2.2).
//!
//! Faults of a response have the status 502, which a gateway would send to its own client.

use std::fmt;

/// What is wrong, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Offset of the first byte that is wrong, from the first byte given to the parser.
    pub at: usize,
    /// What is wrong.
    pub wrong: Wrong,
}

/// One row of the table of [`Wrong::rule`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The status that a server should answer.
    pub status: u16,
    /// The section that is broken, such as `RFC 9112 5.1`.
    pub section: &'static str,
    /// What is wrong, as a sentence without a full stop.
    pub sentence: &'static str,
}

/// Each thing that can be wrong with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the sentence in `rule` says what each one is")]
pub enum Wrong {
    // The start line.
    TlsHello,
    EmptyLines,
    BareCr,
    BareLf,
    Method,
    MethodTooLong,
    SpaceInRequestLine,
    TargetByte,
    TargetTooLong,
    NoVersion,
    Version,
    VersionUnknown,
    AfterVersion,
    StatusCode,
    StatusLineTooLong,
    ReasonByte,
    // The header section.
    SpaceBeforeFields,
    Folded,
    NoName,
    NameByte,
    NoColon,
    SpaceBeforeColon,
    ValueByte,
    TooManyFields,
    HeadTooLarge,
    // The target and the host.
    TargetForm,
    AsteriskForm,
    ConnectForm,
    AuthorityForm,
    OtherScheme,
    SecureScheme,
    Userinfo,
    Percent,
    NoHost,
    TwoHosts,
    EmptyHost,
    BadHost,
    // Where the body ends.
    LengthAndChunked,
    TwoLengths,
    BadLength,
    HugeLength,
    CodingInOldVersion,
    UnknownCoding,
    BadCoding,
    ChunkedParameter,
    ChunkedTwice,
    ChunkedNotLast,
    // Chunks.
    ChunkSize,
    ChunkSizeTooLarge,
    ChunkExtension,
    ChunkExtensionTooLong,
    ChunkEnd,
    TrailerName,
    // The connection.
    EndedInside,
    NotExpected,
}

impl Fault {
    /// A fault at this offset.
    pub fn new(at: usize, wrong: Wrong) -> Fault {
        Fault { at, wrong }
    }

    /// The same fault seen from a place that lies `by` bytes earlier.
    pub fn moved(self, by: usize) -> Fault {
        Fault::new(self.at + by, self.wrong)
    }

    /// The status that a server should answer.
    pub fn status(self) -> u16 {
        self.wrong.rule().status
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Rule {
            section, sentence, ..
        } = self.wrong.rule();
        write!(f, "byte {}: {sentence} ({section})", self.at)
    }
}

impl std::error::Error for Fault {}

impl Wrong {
    /// Whether a body in chunks is written wrongly.
    pub fn is_about_chunks(self) -> bool {
        use Wrong::{
            ChunkEnd, ChunkExtension, ChunkExtensionTooLong, ChunkSize, ChunkSizeTooLarge,
        };
        matches!(
            self,
            ChunkEnd | ChunkExtension | ChunkExtensionTooLong | ChunkSize | ChunkSizeTooLarge
        )
    }

    /// The status, the section and the sentence.
    pub fn rule(self) -> Rule {
        let (status, section, sentence) = self.row();
        Rule {
            status,
            section,
            sentence,
        }
    }

    /// The table itself.
    #[rustfmt::skip]
    fn row(self) -> (u16, &'static str, &'static str) {
        use Wrong::*;
        match self {
            TlsHello => (400, "RFC 9112 9.7", "these bytes are the beginning of TLS; this server speaks plain HTTP"),
            EmptyLines => (400, "RFC 9112 2.2", "there are too many empty lines before the request line"),
            BareCr => (400, "RFC 9112 2.2", "this CR has no LF after it"),
            BareLf => (400, "RFC 9112 2.2", "a line ends in LF alone; lines end in CR LF"),
            Method => (400, "RFC 9112 3.1", "this byte must not be in a method"),
            MethodTooLong => (501, "RFC 9112 3", "no method that we know is this long"),
            SpaceInRequestLine => (400, "RFC 9112 3", "method, target and version are separated by exactly one space"),
            TargetByte => (400, "RFC 9112 3.2", "this byte must not be in a target; percent-encode it"),
            TargetTooLong => (414, "RFC 9112 3", "the request line is too long"),
            NoVersion => (400, "RFC 9112 3", "the request line ends without a version"),
            Version => (400, "RFC 9112 2.3", "a version is written HTTP/1.1, with these capitals"),
            VersionUnknown => (505, "RFC 9110 15.6.6", "we speak HTTP/1.0 and HTTP/1.1"),
            AfterVersion => (400, "RFC 9112 3", "the line must end after the version"),
            StatusCode => (502, "RFC 9112 4", "a status line is version, space, three digits from 100 on, space, reason"),
            StatusLineTooLong => (502, "RFC 9112 4", "the status line is too long"),
            ReasonByte => (502, "RFC 9112 4", "this byte must not be in a reason phrase"),
            SpaceBeforeFields => (400, "RFC 9112 2.2", "there is white space between the start line and the first field"),
            Folded => (400, "RFC 9112 5.2", "a field line begins with white space; folded lines are obsolete"),
            NoName => (400, "RFC 9112 5.1", "a field line begins with a colon; the name is missing"),
            NameByte => (400, "RFC 9110 5.1", "this byte must not be in a field name"),
            NoColon => (400, "RFC 9112 5", "a field line has no colon"),
            SpaceBeforeColon => (400, "RFC 9112 5.1", "there is white space in a field name or before its colon"),
            ValueByte => (400, "RFC 9110 5.5", "there is a control character in a field value"),
            TooManyFields => (431, "RFC 6585 5", "there are too many fields"),
            HeadTooLarge => (431, "RFC 6585 5", "the header section is too large"),
            TargetForm => (400, "RFC 9112 3.2", "a target is a path that begins with /, or a whole http URL"),
            AsteriskForm => (400, "RFC 9112 3.2.4", "the target * belongs to OPTIONS alone"),
            ConnectForm => (400, "RFC 9112 3.2.3", "CONNECT takes a host, a colon and a port, and nothing else"),
            AuthorityForm => (400, "RFC 9112 3.2.3", "a host and a port alone are a target for CONNECT only"),
            OtherScheme => (400, "RFC 9110 7.1", "the URL's scheme is not http"),
            SecureScheme => (421, "RFC 9110 7.4", "an https resource was asked for on a connection that is not secured"),
            Userinfo => (400, "RFC 9110 4.2.4", "a user name in a URL is refused"),
            Percent => (400, "RFC 3986 2.1", "a percent sign needs two hex digits after it"),
            NoHost => (400, "RFC 9112 3.2", "an HTTP/1.1 request needs a Host field"),
            TwoHosts => (400, "RFC 9112 3.2", "there is more than one Host field"),
            EmptyHost => (400, "RFC 9110 4.2.1", "an http URL needs a host, and this one is empty"),
            BadHost => (400, "RFC 9112 3.2", "this is no host with an optional port"),
            LengthAndChunked => (400, "RFC 9112 6.3", "Content-Length and Transfer-Encoding contradict each other"),
            TwoLengths => (400, "RFC 9112 6.3", "there is more than one Content-Length"),
            BadLength => (400, "RFC 9110 8.6", "a Content-Length is decimal digits and nothing else"),
            HugeLength => (413, "RFC 9110 8.6", "this Content-Length is larger than we can count"),
            CodingInOldVersion => (400, "RFC 9112 6.1", "HTTP/1.0 has no Transfer-Encoding"),
            UnknownCoding => (501, "RFC 9112 6.1", "chunked is the only transfer coding that we know"),
            BadCoding => (400, "RFC 9112 7", "this is no transfer coding"),
            ChunkedParameter => (400, "RFC 9112 7.1", "chunked takes no parameters"),
            ChunkedTwice => (400, "RFC 9112 6.1", "chunked is applied more than once"),
            ChunkedNotLast => (400, "RFC 9112 6.3", "the last transfer coding of a request must be chunked"),
            ChunkSize => (400, "RFC 9112 7.1", "a chunk begins with its size in hex digits"),
            ChunkSizeTooLarge => (413, "RFC 9112 7.1", "this chunk size is larger than we can count"),
            ChunkExtension => (400, "RFC 9112 7.1.1", "a chunk extension is ;name or ;name=value"),
            ChunkExtensionTooLong => (413, "RFC 9112 7.1.1", "the chunk extensions are too long"),
            ChunkEnd => (400, "RFC 9112 7.1", "the data of a chunk must be followed by CR LF"),
            TrailerName => (400, "RFC 9110 6.5.1", "this field must not be in a trailer section"),
            EndedInside => (400, "RFC 9112 8", "the connection ended in the middle of a message"),
            NotExpected => (400, "RFC 9112 9.2", "bytes came when it was not this side's turn to speak"),
        }
    }
}
