//! Lab 12 · The URL bar · cutting a URL into its parts (RFC 3986 section 3).
//!
//!     http://tacos.example:8012/menu?dish=taco#salsa
//!     scheme authority          path  query    fragment

use std::net::Ipv6Addr;

/// The parts of a URL.
pub struct Url {
    pub host: String,     // where to connect; also the value of Host
    pub port: u16,        // 80 if the URL has no port
    pub target: String,   // path and query: for the request line
    pub fragment: String, // where to look on the page; the client does not send it
}

/// Cuts off the fragment, which begins at the first #, then the scheme, then the authority.
pub fn split(url: &str) -> Result<Url, String> {
    let (rest, fragment) = url.split_once('#').unwrap_or((url, ""));
    let (scheme, rest) = rest.split_once("://").unwrap_or(("", rest));
    match &scheme.to_ascii_lowercase()[..] {
        "http" => {}
        "https" => return Err(ENVELOPE.to_string()),
        _ => return Err("a URL begins with http:// here".to_string()),
    }
    // The authority ends where the path or the query begins.
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, target) = rest.split_at(end);
    if authority.contains('@') {
        return Err("refused: the host stands after the @, not before it".to_string());
    }
    // An IPv6 address contains colons and stands in brackets: [::1]:8080
    let colon = authority
        .rfind(':')
        .filter(|at| !authority[*at..].contains(']'));
    let (host, port) = authority.split_at(colon.unwrap_or(authority.len()));
    let port = match port.trim_start_matches(':') {
        "" => 80,
        digits => digits.parse().map_err(|_| format!("{digits} is no port"))?,
    };
    if !is_host(host) {
        return Err(format!("\"{host}\" is no host"));
    }
    if let Some(bad) = target.chars().find(|c| !c.is_ascii_graphic()) {
        return Err(format!("{bad:?} is written with % in a URL (lab 16)"));
    }
    let slash = if target.starts_with('/') { "" } else { "/" };
    Ok(Url {
        host: host.to_ascii_lowercase(),
        port,
        target: format!("{slash}{target}"),
        fragment: fragment.to_string(),
    })
}

const ENVELOPE: &str = "https is the same text inside TLS, a sealed envelope, and this lab \
    stops at the envelope: write http:// for a server of the course";

/// An IPv6 address in brackets, or a name, or an IPv4 address.
fn is_host(host: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    let inner = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    inner.map_or(!host.is_empty() && host.chars().all(plain), |inner| {
        inner.parse::<Ipv6Addr>().is_ok()
    })
}
