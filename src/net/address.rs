//! Turns `host:port`, as a person types it, into socket addresses.
//!
//! Rule: names are resolved only here. All addresses of a name are kept, in the order of the system
//! (getaddrinfo(3)).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs, UdpSocket};

use super::ports;

/// Why a text is no address, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressError {
    /// What was typed.
    pub text: String,
    /// One sentence: what is wrong, and what to write.
    pub advice: String,
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", shown(&self.text), self.advice)
    }
}

impl std::error::Error for AddressError {}

/// Every address of `host:port`; at least one. `host` is a name, an IPv4 address, or an IPv6 address in
/// brackets. Errors: no port, a port over 65535, a URL, a name without an address.
pub fn addresses(text: &str) -> Result<Vec<SocketAddr>, AddressError> {
    let wrong = |advice: String| {
        let text = text.to_string();
        Err(AddressError { text, advice })
    };
    if let Some((scheme, rest)) = text.split_once("://") {
        let host = rest.split('/').next().unwrap_or_default();
        let host = if host.is_empty() { "127.0.0.1" } else { host };
        let example = if port_of(host).is_some() {
            host.to_string()
        } else {
            format!("{host}:80")
        };
        return wrong(format!(
            "an address is host:port, without {scheme}://; write {example}"
        ));
    }
    if let Ok(one) = text.parse::<SocketAddr>() {
        return Ok(vec![one]);
    }
    if text.parse::<u16>().is_ok() {
        return wrong(format!("the host is missing; write 127.0.0.1:{text}"));
    }
    let Some((host, port)) = text.rsplit_once(':') else {
        return wrong(format!("the port is missing; write {}:8001", shown(text)));
    };
    if host.contains(':') && !host.starts_with('[') {
        return wrong("an IPv6 address needs brackets; write [::1]:8001".to_string());
    }
    if port.parse::<u16>().is_err() {
        return wrong("a port is a number from 0 to 65535; write 127.0.0.1:8001".to_string());
    }
    if host.is_empty() {
        return wrong(format!("the host is missing; write 127.0.0.1:{port}"));
    }
    match text.to_socket_addrs() {
        Ok(found) => {
            let found: Vec<SocketAddr> = found.collect();
            if found.is_empty() {
                return wrong(format!("the name {} has no address", shown(host)));
            }
            Ok(found)
        }
        Err(_) => wrong(format!(
            "this name has no address; for this machine write 127.0.0.1:{port}"
        )),
    }
}

/// The first address of `host:port`, an IPv4 one if there is any: a server of this course listens
/// on 127.0.0.1, and `localhost` is often `[::1]` first. Errors as [`addresses`].
pub fn address(text: &str) -> Result<SocketAddr, AddressError> {
    let all = addresses(text)?;
    Ok(preferred(&all))
}

/// The address of a server that is to be called: as [`address`], but if nobody listens there and somebody does at
/// another loopback address of the same name, that one. Many servers listen at `localhost` on `[::1]` alone.
pub fn server_address(text: &str) -> Result<SocketAddr, AddressError> {
    let all = addresses(text)?;
    Ok(listening(&all, |addr| ports::accepts(addr, true)))
}

fn preferred(all: &[SocketAddr]) -> SocketAddr {
    let v4 = all.iter().copied().find(SocketAddr::is_ipv4);
    v4.unwrap_or(all[0])
}

fn listening(all: &[SocketAddr], accepts: impl Fn(SocketAddr) -> bool) -> SocketAddr {
    let preferred = preferred(all);
    let is_loopback = |addr: &SocketAddr| addr.ip().is_loopback();
    if all.len() == 1 || !all.iter().all(is_loopback) || accepts(preferred) {
        return preferred;
    }
    let other = all.iter().copied().find(|addr| accepts(*addr));
    other.unwrap_or(preferred)
}

fn port_of(host: &str) -> Option<u16> {
    host.rsplit_once(':')?.1.parse().ok()
}

/// At most 60 characters, and no control characters: it goes to a terminal.
fn shown(text: &str) -> String {
    let mut shown: String = text.escape_debug().take(60).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}
/// The addresses of this machine from which it would call the network: what other devices may call. A
/// machine without a network has none.
pub fn own_addresses() -> Vec<IpAddr> {
    // Addresses for documentation (RFC 5737, RFC 3849): a UDP socket that is connected to one sends nothing,
    // and says from where it would.
    let probes: [(IpAddr, IpAddr); 2] = [
        (
            Ipv4Addr::UNSPECIFIED.into(),
            Ipv4Addr::new(192, 0, 2, 1).into(),
        ),
        (
            Ipv6Addr::UNSPECIFIED.into(),
            Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into(),
        ),
    ];
    let own = probes.into_iter().filter_map(|(any, far)| {
        let socket = UdpSocket::bind((any, 0)).ok()?;
        socket.connect((far, 9)).ok()?;
        Some(socket.local_addr().ok()?.ip())
    });
    own.filter(|ip| !ip.is_loopback() && !ip.is_unspecified())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_means_the_loopback_address_where_somebody_listens() {
        let addr = |text: &str| text.parse::<SocketAddr>().unwrap();
        let (v4, v6) = (addr("127.0.0.1:3000"), addr("[::1]:3000"));
        let far = addr("[2001:db8::1]:3000");
        for (all, listens, expected) in [
            (&[v6, v4][..], &[v6, v4][..], v4),
            (&[v6, v4], &[v6], v6),
            (&[v4, v6], &[v6], v6),
            (&[v4, v6], &[], v4),
            (&[v6], &[], v6),
            // Nobody looks for listeners of other machines.
            (&[far, v4], &[far], v4),
        ] {
            let found = listening(all, |addr| listens.contains(&addr));
            assert_eq!(found, expected, "{all:?} {listens:?}");
        }
    }

    #[test]
    fn a_port_alone_gets_a_host() {
        let error = addresses("18080").unwrap_err();
        assert_eq!(error.advice, "the host is missing; write 127.0.0.1:18080");
    }
}
