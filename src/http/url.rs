//! URLs, and how a reference, such as a link on a page, is resolved (RFC 3986).
//!
//! ```text
//! URI-reference = URI / relative-ref
//! URI           = scheme ":" hier-part [ "?" query ] [ "#" fragment ]
//! scheme        = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." )
//! ```
//!
//! Rule 1: splitting a reference (section 3, appendix B) never fails. Only [`Web`], the URL of a server to
//! connect to, can be refused.
//! Rule 2: a missing component and an empty one are different: `http://a?` has an empty query, and
//! keeps its question mark (section 5.3).

use super::target;

/// A URI reference taken apart; every part as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts<'a> {
    /// What stands before the first `:`, if it is a scheme.
    pub scheme: Option<&'a str>,
    /// What stands after `//`.
    pub authority: Option<&'a str>,
    /// May be empty.
    pub path: &'a str,
    /// What stands after `?`.
    pub query: Option<&'a str>,
    /// What stands after `#`; it never leaves the browser (RFC 9110 section 7.1).
    pub fragment: Option<&'a str>,
}

/// Takes a reference apart, as the regular expression in RFC 3986 appendix B does.
pub fn split(text: &str) -> Parts<'_> {
    let (text, fragment) = cut(text, '#');
    let (text, query) = cut(text, '?');
    let (scheme, rest) = match text.split_once(':') {
        Some((scheme, rest)) if is_scheme(scheme) => (Some(scheme), rest),
        _ => (None, text),
    };
    let (authority, path) = match rest.strip_prefix("//") {
        Some(rest) => {
            let end = rest.find('/').unwrap_or(rest.len());
            (Some(&rest[..end]), &rest[end..])
        }
        None => (None, rest),
    };
    Parts {
        scheme,
        authority,
        path,
        query,
        fragment,
    }
}

fn cut(text: &str, mark: char) -> (&str, Option<&str>) {
    match text.split_once(mark) {
        Some((before, behind)) => (before, Some(behind)),
        None => (text, None),
    }
}

fn is_scheme(text: &str) -> bool {
    let mut bytes = text.bytes();
    let first = bytes.next().is_some_and(|b| b.is_ascii_alphabetic());
    first && bytes.all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
}

impl Parts<'_> {
    /// Puts the parts together again (section 5.3).
    fn join(&self) -> String {
        let mut text = String::new();
        if let Some(scheme) = self.scheme {
            text.push_str(scheme);
            text.push(':');
        }
        if let Some(authority) = self.authority {
            text.push_str("//");
            text.push_str(authority);
        } else if self.path.starts_with("//") {
            // Without this, the path would be read as an authority (section 3.3).
            text.push_str("/.");
        }
        text.push_str(self.path);
        if let Some(query) = self.query {
            text.push('?');
            text.push_str(query);
        }
        if let Some(fragment) = self.fragment {
            text.push('#');
            text.push_str(fragment);
        }
        text
    }
}

/// What `reference` means on the page at `base` (section 5.2.2, the strict way). `base` is a URL with
/// a scheme.
pub fn resolve(base: &str, reference: &str) -> String {
    let base = split(base);
    let reference = split(reference);
    let path;
    let mut whole = reference;
    if reference.scheme.is_some() || reference.authority.is_some() {
        path = remove_dot_segments(reference.path);
        whole.scheme = reference.scheme.or(base.scheme);
    } else {
        whole.scheme = base.scheme;
        whole.authority = base.authority;
        path = match reference.path {
            "" => base.path.to_string(),
            absolute if absolute.starts_with('/') => remove_dot_segments(absolute),
            relative => remove_dot_segments(&merge(base, relative)),
        };
        if reference.path.is_empty() {
            whole.query = reference.query.or(base.query);
        }
    }
    whole.path = &path;
    whole.join()
}

/// A reference as real servers send it, in the letters that one may have (section 2.1): a space, a control
/// and every byte beyond ASCII become `%HH`.
pub fn encoded(reference: &[u8]) -> String {
    let mut text = String::new();
    for byte in reference {
        match byte {
            0x21..=0x7e
                if !matches!(
                    byte,
                    b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}'
                ) =>
            {
                text.push(char::from(*byte));
            }
            byte => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

/// Puts a relative path in the place of the last segment of the base's path (section 5.2.3).
fn merge(base: Parts<'_>, relative: &str) -> String {
    if base.authority.is_some() && base.path.is_empty() {
        return format!("/{relative}");
    }
    let folder = base.path.rfind('/').map_or(0, |slash| slash + 1);
    format!("{}{relative}", &base.path[..folder])
}

/// Follows `.` and `..` (section 5.2.4); `..` above the root stays at the root.
pub fn remove_dot_segments(path: &str) -> String {
    let absolute = path.starts_with('/');
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.strip_prefix('/').unwrap_or(path).split('/').peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." {
                    kept.pop();
                }
                if last {
                    kept.push("");
                }
            }
            _ => kept.push(segment),
        }
    }
    let root = if absolute { "/" } else { "" };
    format!("{root}{}", kept.join("/"))
}

/// An `http` URL, as far as a client needs it to connect and to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Web {
    /// Whom to connect to: a name or an address, an IPv6 address without its brackets.
    pub host: String,
    /// Where to connect; 80 when the URL says nothing (RFC 9110 section 4.2.1).
    pub port: u16,
    /// What to write in `Host`: as in the URL, without port 80.
    pub authority: String,
    /// What to write in the request line: path and query, at least `/`.
    pub target: String,
}

/// Why a URL cannot be asked for here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadUrl {
    /// It does not begin with a scheme and `//`.
    NoScheme,
    /// `https`: the same text inside TLS, which is not here.
    Secure,
    /// Another scheme than `http`.
    OtherScheme,
    /// `user:password@`: refused, because it is a favourite trick to hide the real host
    /// (RFC 9110 section 4.2.4).
    Userinfo,
    /// The host is empty or no host, or the port is no number up to 65535.
    Host,
    /// A byte that must be percent-encoded, at this offset of the URL.
    Byte(usize),
}

impl std::fmt::Display for BadUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = match self {
            BadUrl::NoScheme => "a URL begins with http://",
            BadUrl::Secure => "https is the same text inside TLS, and wirelab has no TLS",
            BadUrl::OtherScheme => "only http URLs can be fetched",
            BadUrl::Userinfo => "a user name in a URL is refused; the text before @ is not a host",
            BadUrl::Host => "the host or the port of this URL is not valid",
            BadUrl::Byte(at) => {
                return write!(f, "byte {at} of the URL must be percent-encoded");
            }
        };
        f.write_str(text)
    }
}

impl std::error::Error for BadUrl {}

impl Web {
    /// Reads a URL such as `http://tacos.example:8080/menu?day=mon#top`.
    pub fn parse(url: &str) -> Result<Web, BadUrl> {
        let parts = split(url);
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
            return Err(BadUrl::NoScheme);
        };
        if scheme.eq_ignore_ascii_case("https") {
            return Err(BadUrl::Secure);
        }
        if !scheme.eq_ignore_ascii_case("http") {
            return Err(BadUrl::OtherScheme);
        }
        if authority.contains('@') {
            return Err(BadUrl::Userinfo);
        }
        let read = target::authority(authority.as_bytes()).map_err(|_| BadUrl::Host)?;
        let end = url.find('#').unwrap_or(url.len());
        let start = scheme.len() + "://".len() + authority.len();
        let written = &url[start..end];
        let slash = if written.starts_with('/') { "" } else { "/" };
        let text = format!("{slash}{written}");
        if let Err(fault) = target::form(b"GET", text.as_bytes()) {
            return Err(BadUrl::Byte(start + fault.at - slash.len()));
        }
        let written = String::from_utf8_lossy(read.host).into_owned();
        let port = read.port.unwrap_or(80);
        Ok(Web {
            host: written.trim_matches(['[', ']']).to_string(),
            port,
            authority: match port {
                80 => written,
                other => format!("{written}:{other}"),
            },
            target: text,
        })
    }
}
