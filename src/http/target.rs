//! The target of a request: its four forms, the `Host` rule, and the names of files that a path stands for.
//!
//! ```text
//! request-target = origin-form / absolute-form / authority-form / asterisk-form  ; RFC 9112 3.2
//! origin-form    = absolute-path [ "?" query ]                                   ; RFC 9112 3.2.1
//! absolute-form  = absolute-URI                                                  ; RFC 9112 3.2.2
//! authority-form = uri-host ":" port                                             ; RFC 9112 3.2.3
//! asterisk-form  = "*"                                                           ; RFC 9112 3.2.4
//! Host           = uri-host [ ":" port ]                                         ; RFC 9110 7.2
//! ```
//!
//! Rule 1: the form of a target is judged together with the method.
//! Rule 2: a path is first cut at each `/`, and then each segment is percent-decoded once. A decoded segment is
//! never cut or decoded again.

use core::net::Ipv6Addr;

use super::fault::Wrong;
use super::grammar::{PCHAR, QUERY, SUB_DELIM, UNRESERVED, hex_value, is};
use super::{Fault, Fields, RequestHead, Version};

/// The target of a request, by its form. Everything in it is still percent-encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target<'a> {
    /// `/menu?day=mon`
    Origin {
        /// Begins with `/`.
        path: &'a [u8],
        /// What stands after the first `?`.
        query: Option<&'a [u8]>,
    },
    /// `http://tacos.example/menu`; a server takes it, too (RFC 9112 section 3.2.2).
    Absolute {
        /// Host and port; this one counts, not the `Host` field.
        authority: Authority<'a>,
        /// Empty or begins with `/`.
        path: &'a [u8],
        /// What stands after the first `?`.
        query: Option<&'a [u8]>,
    },
    /// `tacos.example:443`, for CONNECT.
    Authority(Authority<'a>),
    /// `*`, for OPTIONS: the server as a whole.
    Asterisk,
}

/// A host and a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Authority<'a> {
    /// A name, an IPv4 address, or an IPv6 address in square brackets.
    pub host: &'a [u8],
    /// The port, if one is written.
    pub port: Option<u16>,
}

/// Which server a request is for, and what it asks for there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked<'a> {
    /// The target by its form.
    pub target: Target<'a>,
    /// From the target if it is a whole URL, else from `Host`; `None` in HTTP/1.0 without `Host`.
    pub authority: Option<Authority<'a>>,
}

/// Judges the target and the `Host` field of a request together (RFC 9112 sections 3.2 and 3.3).
pub fn asked<'a>(head: &RequestHead<'a>) -> Result<Asked<'a>, Fault> {
    let target = form(head.method, head.target).map_err(|fault| fault.moved(head.target_at))?;
    let host = host_field(head.version, head.fields, head.target_at)?;
    let authority = match target {
        Target::Absolute { authority, .. } | Target::Authority(authority) => Some(authority),
        Target::Origin { .. } | Target::Asterisk => host,
    };
    Ok(Asked { target, authority })
}

/// The form of a target. Offsets in the fault count from the target's first byte.
pub fn form<'a>(method: &[u8], target: &'a [u8]) -> Result<Target<'a>, Fault> {
    match (method, target) {
        (b"CONNECT", _) => match authority(target) {
            Ok(Authority { port: None, .. }) | Err(_) => Err(Fault::new(0, Wrong::ConnectForm)),
            Ok(authority) => Ok(Target::Authority(authority)),
        },
        (b"OPTIONS", b"*") => Ok(Target::Asterisk),
        (_, b"*") => Err(Fault::new(0, Wrong::AsteriskForm)),
        (_, [b'/', ..]) => {
            let (path, query) = path_and_query(target)?;
            Ok(Target::Origin { path, query })
        }
        _ => absolute(target),
    }
}

/// `absolute-URI` with the scheme `http`; the name of a scheme has no case (RFC 3986 section 3.1).
fn absolute(target: &[u8]) -> Result<Target<'_>, Fault> {
    let Some(colon) = target.iter().position(|&b| b == b':') else {
        return Err(Fault::new(0, Wrong::TargetForm));
    };
    let (scheme, rest) = target.split_at(colon);
    let after = colon + 3;
    if !rest.starts_with(b"://") {
        let wrong = match authority(target) {
            Ok(_) => Wrong::AuthorityForm,
            Err(_) => Wrong::TargetForm,
        };
        return Err(Fault::new(0, wrong));
    }
    if scheme.eq_ignore_ascii_case(b"https") {
        return Err(Fault::new(0, Wrong::SecureScheme));
    }
    if !scheme.eq_ignore_ascii_case(b"http") {
        return Err(Fault::new(0, Wrong::OtherScheme));
    }
    let rest = &rest[3..];
    let end = rest.iter().position(|b| matches!(b, b'/' | b'?'));
    let (text, rest) = rest.split_at(end.unwrap_or(rest.len()));
    let authority = authority(text).map_err(|fault| fault.moved(after))?;
    let moved = after + text.len();
    let (path, query) = path_and_query(rest).map_err(|fault| fault.moved(moved))?;
    Ok(Target::Absolute {
        authority,
        path,
        query,
    })
}

/// Cuts at the first `?` and checks both halves.
fn path_and_query(text: &[u8]) -> Result<(&[u8], Option<&[u8]>), Fault> {
    let mark = text.iter().position(|&b| b == b'?');
    let (path, query) = match mark {
        None => (text, None),
        Some(at) => (&text[..at], Some(&text[at + 1..])),
    };
    let slash_or = |b: u8| b == b'/' || is(b, PCHAR);
    check(path, slash_or)?;
    if let (Some(at), Some(query)) = (mark, query) {
        check(query, |b| is(b, QUERY)).map_err(|fault| fault.moved(at + 1))?;
    }
    Ok((path, query))
}

/// Every byte allowed, and two hex digits after each `%`.
fn check(text: &[u8], allowed: impl Fn(u8) -> bool) -> Result<(), Fault> {
    for (at, &b) in text.iter().enumerate() {
        if !allowed(b) {
            return Err(Fault::new(at, Wrong::TargetByte));
        }
        if b == b'%' && percent(text, at).is_none() {
            return Err(Fault::new(at, Wrong::Percent));
        }
    }
    Ok(())
}

/// The byte that `%XX` at this offset stands for (RFC 3986 section 2.1).
fn percent(text: &[u8], at: usize) -> Option<u8> {
    let high = hex_value(*text.get(at + 1)?)?;
    let low = hex_value(*text.get(at + 2)?)?;
    Some(high << 4 | low)
}

/// The `Host` rule of RFC 9112 section 3.2: in HTTP/1.1 exactly one, and a valid one; HTTP/1.0 may
/// go without. A missing field is blamed on `missing_at`.
pub fn host_field<'a>(
    version: Version,
    fields: Fields<'a>,
    missing_at: usize,
) -> Result<Option<Authority<'a>>, Fault> {
    let mut all = fields.all("host");
    let Some(host) = all.next() else {
        return match version {
            Version::Http10 => Ok(None),
            Version::Http11 => Err(Fault::new(missing_at, Wrong::NoHost)),
        };
    };
    if let Some(second) = all.next() {
        return Err(Fault::new(second.name_at, Wrong::TwoHosts));
    }
    authority(host.value)
        .map(Some)
        .map_err(|fault| fault.moved(host.value_at))
}

/// `uri-host [ ":" port ]`.
///
/// Stricter than the grammar in one point: an empty host is refused, because the `http` scheme has
/// none (RFC 9110 section 4.2.1). An empty port, as in `host:`, is none (RFC 3986 section 3.2.3).
pub fn authority(text: &[u8]) -> Result<Authority<'_>, Fault> {
    if text.is_empty() {
        return Err(Fault::new(0, Wrong::EmptyHost));
    }
    if let Some(at) = text.iter().position(|&b| b == b'@') {
        return Err(Fault::new(at, Wrong::Userinfo));
    }
    let end = match text {
        [b'[', ..] => match text.iter().position(|&b| b == b']') {
            Some(at) if is_ip_literal(&text[1..at]) => at + 1,
            _ => return Err(Fault::new(0, Wrong::BadHost)),
        },
        _ => reg_name(text)?,
    };
    let (host, port) = text.split_at(end);
    if host.is_empty() {
        return Err(Fault::new(0, Wrong::EmptyHost));
    }
    match port {
        [] | [b':'] => Ok(Authority { host, port: None }),
        [b':', digits @ ..] => match super::grammar::decimal(digits) {
            Some(Some(number)) if number <= u64::from(u16::MAX) => {
                let port = Some(number as u16);
                Ok(Authority { host, port })
            }
            _ => Err(Fault::new(end + 1, Wrong::BadHost)),
        },
        _ => Err(Fault::new(end, Wrong::BadHost)),
    }
}

/// `reg-name = *( unreserved / pct-encoded / sub-delims )` (RFC 3986 section 3.2.2): its length.
/// Every IPv4 address is also a reg-name.
fn reg_name(text: &[u8]) -> Result<usize, Fault> {
    let end = text.iter().position(|&b| b == b':').unwrap_or(text.len());
    for (at, &b) in text[..end].iter().enumerate() {
        let fine = match b {
            b'%' => percent(&text[..end], at).is_some(),
            _ => is(b, UNRESERVED | SUB_DELIM),
        };
        if !fine {
            return Err(Fault::new(at, Wrong::BadHost));
        }
    }
    Ok(end)
}

/// `IP-literal = "[" ( IPv6address / IPvFuture ) "]"`, without the brackets.
/// `IPvFuture = "v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" )`; no such address exists yet.
fn is_ip_literal(text: &[u8]) -> bool {
    if let [b'v' | b'V', rest @ ..] = text {
        let dot = rest.iter().position(|&b| b == b'.').unwrap_or(0);
        let (version, address) = rest.split_at(dot);
        let fine = |b: &u8| *b == b':' || is(*b, UNRESERVED | SUB_DELIM);
        return dot > 0
            && version.iter().all(u8::is_ascii_hexdigit)
            && address.len() > 1
            && address.iter().all(fine);
    }
    let text = std::str::from_utf8(text).unwrap_or_default();
    text.parse::<Ipv6Addr>().is_ok()
}

/// Why a path names nothing that a server could look for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadPath {
    /// A `%` without two hex digits.
    Percent,
    /// `%00`: no file name holds it, and C strings end there.
    Nul,
    /// `%2F`: a slash inside a name. Who takes it for a separator has decoded too early.
    Slash,
}

/// The names on a path, decoded, with the dot segments followed: `/a/./b/../c%20d` is `a`, `c d`.
///
/// `..` above the root stays at the root (RFC 3986 section 5.2.4); `%2e%2e` is `..`, because `.` is
/// unreserved and so both mean the same (RFC 3986 section 6.2.2.2). Empty segments (`//`) are dropped.
/// Whether the path ends in a slash, and so means a folder, is the second part of the answer.
pub fn names(path: &[u8]) -> Result<(Vec<Vec<u8>>, bool), BadPath> {
    let mut names: Vec<Vec<u8>> = Vec::new();
    let mut folder = true;
    for segment in path.split(|&b| b == b'/') {
        let name = decode(segment)?;
        folder = matches!(name.as_slice(), b"" | b"." | b"..");
        match name.as_slice() {
            b"" | b"." => {}
            b".." => {
                names.pop();
            }
            other if other.contains(&0) => return Err(BadPath::Nul),
            other if other.contains(&b'/') => return Err(BadPath::Slash),
            _ => names.push(name),
        }
    }
    Ok((names, folder))
}

/// Percent-decodes once.
pub fn decode(text: &[u8]) -> Result<Vec<u8>, BadPath> {
    let mut plain = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&b) = text.get(at) {
        if b == b'%' {
            plain.push(percent(text, at).ok_or(BadPath::Percent)?);
            at += 3;
        } else {
            plain.push(b);
            at += 1;
        }
    }
    Ok(plain)
}

/// Replaces each `%` and two hex digits by the byte that they name (RFC 3986 section 2.1). A `%` without two digits
/// stays as it is, so any text can be decoded.
pub fn decode_lenient(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&b) = text.get(at) {
        let encoded = percent(text, at).filter(|_| b == b'%');
        plain.push(encoded.unwrap_or(b));
        at += if encoded.is_some() { 3 } else { 1 };
    }
    plain
}

/// Decodes a name or a value of a form (WHATWG URL section 5.1): `+` is a space, the rest as in [`decode_lenient`].
pub fn decode_form(text: &[u8]) -> Vec<u8> {
    let space = |&b: &u8| if b == b'+' { b' ' } else { b };
    let spaced: Vec<u8> = text.iter().map(space).collect();
    decode_lenient(&spaced)
}

/// Percent-encodes one name for use as a path segment: every byte but the unreserved ones.
pub fn encode(name: &[u8]) -> String {
    let mut text = String::with_capacity(name.len());
    for &b in name {
        if is(b, UNRESERVED) {
            text.push(char::from(b));
        } else {
            text.push_str(&format!("%{b:02X}"));
        }
    }
    text
}
