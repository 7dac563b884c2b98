//! The Host line of a client: another host or another port than its URL has.

use super::{Cause, Evidence, shown};
use crate::check::Side;
use crate::check::lenient_http_reader::{field, find, message};
use crate::wire::Who;

/// A client names another host or another port than its URL.
pub(super) fn other_host(evidence: &Evidence) -> Option<Cause> {
    let is_host = |line| field(line).filter(|(name, _)| name.eq_ignore_ascii_case(b"Host"));
    let (_, have) = is_host(evidence.line())?;
    let (_, wanted) = is_host(evidence.wanted_line())?;
    (evidence.side() == Side::Client && have != wanted).then_some(())?;
    let why = if let Some(why) = in_brackets(have, wanted) {
        why
    } else if have
        .strip_prefix(wanted)
        .is_some_and(|port| port.starts_with(b":"))
    {
        match have.ends_with(b":80") {
            _ if have.strip_suffix(b":") == Some(wanted) => {
                "Host has a colon only before a port. If the URL has no port, or an empty port, leave out the colon, \
                 too"
            }
            true => "80 is the default port, and Host does not contain it",
            false => {
                "Host has the port of the URL, which may differ from the port to which you connected"
            }
        }
    } else if find(have, wanted) == Some(0) {
        "Host contains only the host and the port of the URL, and no later part"
    } else if find(wanted, have) == Some(0) {
        "Host must contain the port of the URL if it is not 80"
    } else if sent_before(evidence, have) {
        "your host is the host of an earlier request. If a Location contains a host, the next request uses this \
         host. Otherwise the next request uses the host of the last request"
    } else if is_address(have) {
        "Host must be the host of the URL, which may differ from the address of the connection"
    } else {
        "Host must be the host of the URL, and also its port if the port is not 80"
    };
    Cause::likely(format!(
        "your Host line has the value `{}`, but `{}` was expected: {why}.",
        shown(have),
        shown(wanted)
    ))
}

/// What is wrong about the host, where it is an IPv6 address in brackets.
fn in_brackets(have: &[u8], wanted: &[u8]) -> Option<&'static str> {
    let wanted = std::str::from_utf8(wanted).ok()?;
    let have = std::str::from_utf8(have).ok()?;
    let inside = wanted.strip_prefix('[')?.split(']').next()?;
    if have.contains(inside) && !have.contains(&format!("[{inside}]")) {
        return Some("Host must contain an IPv6 address with its brackets");
    }
    let begun = have.trim_end_matches(':');
    if have.starts_with('[') && have.ends_with("]:80") && wanted == have.trim_end_matches(":80") {
        return Some(
            "80 is the default port, and Host does not contain it. An IPv6 address contains colons. Look for the \
             port only after the `]`",
        );
    }
    let cut = !have.contains(']') && wanted.starts_with(begun) && begun.len() <= inside.len();
    cut.then_some("an IPv6 address contains colons. Only a colon after its `]` begins a port")
}

/// Whether a value of Host is an address in digits.
fn is_address(host: &[u8]) -> bool {
    let host = std::str::from_utf8(host).unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.parse::<std::net::SocketAddr>().is_ok() || bare.parse::<std::net::IpAddr>().is_ok()
}

/// Whether an earlier request had this host.
fn sent_before(evidence: &Evidence, host: &[u8]) -> bool {
    let earlier = (1..evidence.conn()).map(|conn| evidence.got.bytes_of(conn, Who::Client));
    let mut hosts = earlier.map(|request| message(&request).field("Host") == Some(host));
    hosts.any(|same| same)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_and_colons_of_an_address_are_told_from_a_port() {
        let about = |have: &str, wanted: &str| in_brackets(have.as_bytes(), wanted.as_bytes());
        assert!(about("::1", "[::1]").unwrap().contains("brackets"));
        assert!(
            about("::1:8080", "[::1]:8080")
                .unwrap()
                .contains("brackets")
        );
        assert!(about("[", "[::1]:8080").unwrap().contains("colons"));
        assert!(about("[:", "[::1]").unwrap().contains("colons"));
        for (have, wanted) in [("[::1]", "[::1]:8080"), ("a", "tacos.example")] {
            assert_eq!(about(have, wanted), None, "{have}");
        }
        assert!(
            is_address(b"127.0.0.1:80") && is_address(b"[::1]") && !is_address(b"tacos.example")
        );
    }
}
