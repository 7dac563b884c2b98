//! Asks the Linux kernel about the TCP sockets of this machine (sock_diag(7)).
//!
//! Rule 1: the kernel answers in microseconds, where reading the table `/proc/net/tcp` takes milliseconds: the
//! table goes through all places for connections, and most of them are empty.
//! Rule 2: `None` means that the kernel does not answer: a sandbox, or a kernel without this. Then the caller reads
//! the table.

use std::io::Read;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};

/// `AF_NETLINK` and `NETLINK_SOCK_DIAG` of the kernel's headers.
const NETLINK: (i32, i32) = (16, 4);
/// `AF_INET`, `AF_INET6` and `IPPROTO_TCP`.
const INET: (u8, u8, u8) = (2, 10, 6);
/// `SOCK_DIAG_BY_FAMILY`: the kind of a question, and of an answer about one socket.
pub(super) const BY_FAMILY: u16 = 20;
/// `NLMSG_DONE`: nothing follows.
const DONE: u16 = 3;
/// `NLM_F_REQUEST`, and the same with `NLM_F_DUMP`: about all sockets that fit.
const ONE: u16 = 1;
const ALL: u16 = 0x301;
/// `TCP_LISTEN`, as a bit.
const LISTENING: u32 = 1 << 10;
/// `INET_DIAG_INFO`: a `struct tcp_info` comes along.
pub(super) const INFO: u16 = 2;
/// The length of `struct nlmsghdr`, which begins each message.
pub(super) const HEAD: usize = 16;
/// Where the port and the address of the socket stand in an answer.
const PORT: usize = HEAD + 4;
const ADDRESS: usize = HEAD + 8;
/// One read takes one datagram: as many messages as the kernel puts into a page.
const DATAGRAM: usize = 8192;
/// More datagrams than the listeners of one port can fill: a thousand of them fit into some ten.
const DATAGRAMS: usize = 100;

/// A socket to the kernel.
pub(super) fn kernel() -> Option<Socket> {
    let protocol = Some(Protocol::from(NETLINK.1));
    let socket = Socket::new(Domain::from(NETLINK.0), Type::DGRAM, protocol).ok()?;
    socket
        .set_read_timeout(Some(Duration::from_millis(20)))
        .ok()?;
    Some(socket)
}

/// The question for the socket with these two ends, with its `tcp_info`.
pub(super) fn about(local: SocketAddr, remote: SocketAddr) -> Vec<u8> {
    question(ONE, 1 << (INFO - 1), u32::MAX, [local, remote])
}

/// Who listens on `port`.
pub(super) fn listeners(port: u16) -> Option<Vec<SocketAddr>> {
    let any = [
        IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    ];
    let [v4, v6] = any.map(|ip| listeners_of(SocketAddr::new(ip, port)));
    let mut all = v4?;
    // A machine may have no IPv6.
    all.extend(v6.unwrap_or_default());
    Some(all)
}

/// Those of one family.
fn listeners_of(any: SocketAddr) -> Option<Vec<SocketAddr>> {
    let mut kernel = kernel()?;
    let remote = SocketAddr::new(any.ip(), 0);
    kernel
        .send(&question(ALL, 0, LISTENING, [any, remote]))
        .ok()?;
    let mut all = Vec::new();
    let mut datagram = [0; DATAGRAM];
    for _ in 0..DATAGRAMS {
        let length = kernel.read(&mut datagram).ok()?;
        if read_listeners(datagram.get(..length)?, &mut all)? {
            all.retain(|addr| addr.port() == any.port());
            return Some(all);
        }
    }
    None
}

/// Reads a datagram of answers, and says whether it was the last; `None` for an error.
fn read_listeners(mut datagram: &[u8], all: &mut Vec<SocketAddr>) -> Option<bool> {
    while !datagram.is_empty() {
        let length = u32::from_ne_bytes(datagram.get(..4)?.try_into().ok()?) as usize;
        let message = datagram.get(..length.max(HEAD))?;
        match kind(message)? {
            DONE => return Some(true),
            BY_FAMILY => all.push(own_end(message)?),
            _ => return None,
        }
        datagram = datagram
            .get(message.len().next_multiple_of(4)..)
            .unwrap_or_default();
    }
    Some(false)
}

/// What kind of a message this is.
pub(super) fn kind(message: &[u8]) -> Option<u16> {
    Some(u16::from_ne_bytes(message.get(4..6)?.try_into().ok()?))
}

/// The local address of the socket that an answer is about.
fn own_end(message: &[u8]) -> Option<SocketAddr> {
    let port = u16::from_be_bytes(message.get(PORT..PORT + 2)?.try_into().ok()?);
    let ip = message.get(ADDRESS..ADDRESS + 16)?;
    let ip = match *message.get(HEAD)? == INET.0 {
        true => IpAddr::from(<[u8; 4]>::try_from(ip.get(..4)?).ok()?),
        false => IpAddr::from(<[u8; 16]>::try_from(ip).ok()?),
    };
    Some(SocketAddr::new(ip, port))
}

/// `struct nlmsghdr` and `struct inet_diag_req_v2`.
fn question(flags: u16, extra: u8, states: u32, ends: [SocketAddr; 2]) -> Vec<u8> {
    let [local, _] = ends;
    let family = if local.is_ipv4() { INET.0 } else { INET.1 };
    let mut body = vec![family, INET.2, extra, 0];
    body.extend(states.to_ne_bytes());
    for end in ends {
        body.extend(end.port().to_be_bytes());
    }
    for end in ends {
        let mut bytes = match end.ip() {
            IpAddr::V4(ip) => ip.octets().to_vec(),
            IpAddr::V6(ip) => ip.octets().to_vec(),
        };
        bytes.resize(16, 0);
        body.extend(bytes);
    }
    body.extend(0_u32.to_ne_bytes()); // on any interface
    body.extend([0xff; 8]); // and whatever its cookie
    let mut message = Vec::new();
    message.extend(((HEAD + body.len()) as u32).to_ne_bytes());
    message.extend(BY_FAMILY.to_ne_bytes());
    message.extend(flags.to_ne_bytes());
    message.extend([0; 8]);
    message.extend(body);
    message
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;
    use crate::net::free_port;

    #[test]
    fn all_listeners_of_a_port_are_told_and_no_others() {
        for ips in [&["127.0.0.1", "127.0.0.2"][..], &["::1"]] {
            let Ok(port) = free_port(ips[0].parse().unwrap()) else {
                continue; // a machine without IPv6
            };
            let Some(before) = listeners(port.number) else {
                return; // a kernel that does not answer: the table is read, see `ports`
            };
            assert_eq!(before, []);
            let at = |ip: &&str| SocketAddr::new(ip.parse().unwrap(), port.number);
            let open: Vec<_> = ips
                .iter()
                .map(|ip| TcpListener::bind(at(ip)).unwrap())
                .collect();
            let mut told = listeners(port.number).unwrap();
            told.sort();
            assert_eq!(told, ips.iter().map(at).collect::<Vec<_>>());
            drop(open);
            // A connection is no listener.
            assert_eq!(listeners(port.number), Some(vec![]));
        }
    }

    #[test]
    fn any_answer_is_survived() {
        let whole: Vec<u8> = (0..400_u32).map(|n| (n * 7 % 256) as u8).collect();
        for length in 0..whole.len() {
            for (first, kind) in [(0, BY_FAMILY), (72, BY_FAMILY), (16, DONE), (u32::MAX, 2)] {
                let mut answer = whole[..length].to_vec();
                if length > 6 {
                    answer[..4].copy_from_slice(&first.to_ne_bytes());
                    answer[4..6].copy_from_slice(&kind.to_ne_bytes());
                }
                read_listeners(&answer, &mut Vec::new());
            }
        }
        assert_eq!(read_listeners(&[], &mut Vec::new()), Some(false));
    }
}
