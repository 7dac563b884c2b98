//! Finds free ports, and checks whether a program listens on a port.
//!
//! Rule: the check must not connect. A connection would be the server's first client, and a server that serves
//! only one client would end. So the kernel is asked (on Linux; see `sock_diag`), or its table is read
//! (`/proc/net/tcp`, proc(5)). A connection is made only on systems without such a table.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

/// Ports that are handed out: below the range that systems use for outgoing connections (32768 on
/// Linux, 49152 elsewhere), so that no client of another program can take one in between.
const FIRST_PORT: u32 = 12_000;
const PORTS: u32 = 20_000;

/// A port that no other caller of this function gets while this value lives.
///
/// The port itself stays free for the program that is to listen there. What is held is the UDP port of
/// the same number, which is another thing to the system and nobody's in our range: a token that goes
/// back by itself, however we end.
#[derive(Debug)]
pub struct Port {
    /// Its number.
    pub number: u16,
    _token: UdpSocket,
}

/// A port on `ip` where nobody listens, for a program that is about to be started. Each call, of this
/// process or another, begins its search elsewhere.
pub fn free_port(ip: IpAddr) -> io::Result<Port> {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    let calls = CALLS.fetch_add(1, Ordering::Relaxed);
    let clock = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let nanos = clock.map_or(0, |since| since.subsec_nanos());
    // 7,919 is prime: the calls of one process walk through all the ports.
    let mix = nanos / 1_000
        + std::process::id().wrapping_mul(31) % PORTS
        + calls.wrapping_mul(7_919) % PORTS;
    let mut last = io::Error::from(io::ErrorKind::AddrInUse);
    for step in 0..200 {
        let number = (FIRST_PORT + (mix + step * 101) % PORTS) as u16;
        match UdpSocket::bind((ip, number)) {
            Ok(_token) if is_free(ip, number) => return Ok(Port { number, _token }),
            Ok(_) => {}
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Ports for servers of datagrams, which may listen for connections on the same number: below the others,
/// so that nobody's token is among them. The token of each is as far above it.
const FIRST_DATAGRAM_PORT: u32 = 10_000;
const DATAGRAM_PORTS: u32 = 1_000;

/// A port on `ip` that no socket has, neither for datagrams nor for connections, for a program that is about
/// to be started. It stays free; what is held is a port that nobody else uses.
pub fn free_datagram_port(ip: IpAddr) -> io::Result<Port> {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    let calls = CALLS.fetch_add(1, Ordering::Relaxed);
    let mix = std::process::id().wrapping_mul(31) + calls.wrapping_mul(7);
    let mut last = io::Error::from(io::ErrorKind::AddrInUse);
    for step in 0..DATAGRAM_PORTS {
        let number = FIRST_DATAGRAM_PORT + mix.wrapping_add(step) % DATAGRAM_PORTS;
        let token = UdpSocket::bind((ip, (number + DATAGRAM_PORTS) as u16));
        let number = number as u16;
        match token {
            Ok(_token) if is_free(ip, number) && receivers(number).is_none_or(|r| r.is_empty()) => {
                return Ok(Port { number, _token });
            }
            Ok(_) => {}
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Whether a datagram that is sent to `addr` finds a socket, by the kernel's table; `None` where there is
/// no such table.
pub fn receives(addr: SocketAddr) -> Option<bool> {
    let receivers = receivers(addr.port())?;
    Some(receivers.iter().any(|bound| serves(bound.ip(), addr.ip())))
}

/// The UDP sockets that have this port.
fn receivers(port: u16) -> Option<Vec<SocketAddr>> {
    let table = |path: &str| {
        let lines = BufReader::new(File::open(path).ok()?).lines();
        let lines = lines.skip(1).map_while(Result::ok);
        let local = |line: String| table_address(line.split_ascii_whitespace().nth(1)?);
        Some(lines.filter_map(local).collect::<Vec<SocketAddr>>())
    };
    let mut all = table("/proc/self/net/udp")?;
    all.extend(table("/proc/self/net/udp6").unwrap_or_default());
    all.retain(|addr| addr.port() == port);
    Some(all)
}

/// Whether nobody listens there. Where there is a table we do not try to listen ourselves: a program that
/// another thread starts just then has all our sockets until its `exec`, and would listen in our place.
fn is_free(ip: IpAddr, port: u16) -> bool {
    match listeners(port) {
        Some(listeners) => listeners.is_empty(),
        None => TcpListener::bind((ip, port)).is_ok(),
    }
}

/// Who listens on `port`, by what the kernel answers or by its table; `None` where there is neither.
pub fn listeners(port: u16) -> Option<Vec<SocketAddr>> {
    #[cfg(target_os = "linux")]
    if let Some(all) = super::sock_diag::listeners(port) {
        return Some(all);
    }
    by_table(port)
}

/// The same by the table alone.
fn by_table(port: u16) -> Option<Vec<SocketAddr>> {
    let mut all = in_table("/proc/self/net/tcp")?;
    if ipv6_in_use() {
        all.extend(in_table("/proc/self/net/tcp6").unwrap_or_default());
    }
    all.retain(|addr| addr.port() == port);
    Some(all)
}

/// The listeners of one table. They stand first in it, connections after them
/// (Documentation/networking/proc_net_tcp.rst), and each line is made when it is asked for: on a machine
/// with much memory the kernel looks through some 100,000 places for connections, which takes
/// milliseconds. So we ask line by line and stop at the first connection.
fn in_table(path: &str) -> Option<Vec<SocketAddr>> {
    const LINE: usize = 150;
    let lines = BufReader::with_capacity(LINE, File::open(path).ok()?).lines();
    let lines = lines.skip(1).map_while(Result::ok);
    Some(lines.map_while(|line| listening(&line)).collect())
}

/// Whether any TCP socket of this machine is an IPv6 one, as `sockstat6` counts them (proc(5)). Without
/// one, the search for a first line of `tcp6` would go through all of those places.
fn ipv6_in_use() -> bool {
    let counts = std::fs::read_to_string("/proc/self/net/sockstat6");
    !counts.is_ok_and(|counts| counts.lines().any(|line| line == "TCP6: inuse 0"))
}

/// The local address of a line of the table, if it is a listening socket (state `0A`).
fn listening(line: &str) -> Option<SocketAddr> {
    let mut fields = line.split_ascii_whitespace();
    let local = fields.nth(1)?;
    if fields.nth(1)? != "0A" {
        return None;
    }
    table_address(local)
}

/// An address as the table writes it.
pub(super) fn table_address(text: &str) -> Option<SocketAddr> {
    let (ip, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    // Each group of 8 digits is one 32-bit word in the machine's own byte order.
    let mut bytes = Vec::new();
    for at in (0..ip.len()).step_by(8) {
        let word = u32::from_str_radix(ip.get(at..at + 8)?, 16).ok()?;
        bytes.extend_from_slice(&word.to_ne_bytes());
    }
    let ip = match <[u8; 4]>::try_from(&bytes[..]) {
        Ok(v4) => IpAddr::V4(Ipv4Addr::from(v4)),
        Err(_) => IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::try_from(&bytes[..]).ok()?)),
    };
    Some(SocketAddr::new(ip, port))
}

/// Whether a client that connects to `addr` finds a listener. Reads the table where there is one and
/// `by_table` is true; otherwise connects, and closes again.
pub fn accepts(addr: SocketAddr, by_table: bool) -> bool {
    match by_table.then(|| listeners(addr.port())).flatten() {
        Some(listeners) => listeners.iter().any(|l| serves(l.ip(), addr.ip())),
        None => TcpStream::connect_timeout(&addr, Duration::from_secs(1)).is_ok(),
    }
}

/// Who listens on the port of `addr`, but not for a client that calls `addr`; empty where there is no table.
pub fn listeners_beside(addr: SocketAddr) -> Vec<SocketAddr> {
    let mut beside = listeners(addr.port()).unwrap_or_default();
    beside.retain(|listener| !serves(listener.ip(), addr.ip()));
    beside
}

/// Whether a socket bound to `bound` accepts what is sent to `called`. A socket bound to `::` takes
/// IPv4 too, unless it was told not to; the table does not say.
fn serves(bound: IpAddr, called: IpAddr) -> bool {
    let mapped = |ip: IpAddr| match ip {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(ip, IpAddr::V4),
        IpAddr::V4(_) => ip,
    };
    let (bound, called) = (mapped(bound), mapped(called));
    bound == called
        || bound == IpAddr::V6(Ipv6Addr::UNSPECIFIED)
        || (bound.is_unspecified() && called.is_ipv4())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_free_port_is_free_and_nobody_elses_while_it_is_held() {
        let ip = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let ports: Vec<Port> = (0..100).map(|_| free_port(ip).unwrap()).collect();
        let numbers: BTreeSet<u16> = ports.iter().map(|port| port.number).collect();
        assert_eq!(numbers.len(), ports.len());
        for port in &ports {
            assert!((12_000..32_000).contains(&port.number));
            assert!(TcpListener::bind((ip, port.number)).is_ok());
            assert!(UdpSocket::bind((ip, port.number)).is_err());
        }
    }

    #[test]
    fn a_socket_for_datagrams_is_seen_and_its_port_is_nobody_elses() {
        let ip = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let ports: Vec<Port> = (0..50).map(|_| free_datagram_port(ip).unwrap()).collect();
        let numbers: BTreeSet<u16> = ports.iter().map(|port| port.number).collect();
        assert_eq!(numbers.len(), ports.len());
        let addr = SocketAddr::new(ip, ports[0].number);
        assert_ne!(receives(addr), Some(true));
        let socket = UdpSocket::bind(addr).unwrap();
        let both = TcpListener::bind(addr).unwrap();
        assert_ne!(receives(addr), Some(false));
        drop((socket, both));
        assert_ne!(receives(addr), Some(true));
    }

    #[test]
    fn a_listener_is_seen_and_so_is_its_end() {
        for ip in ["127.0.0.1", "::1", "0.0.0.0", "::"] {
            let ip: IpAddr = ip.parse().unwrap();
            let Ok(port) = free_port(ip) else {
                continue; // a machine without IPv6
            };
            let listener = TcpListener::bind((ip, port.number)).unwrap();
            let mut addr = listener.local_addr().unwrap();
            if ip.is_unspecified() {
                addr.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
            }
            assert!(accepts(addr, true), "{ip}");
            assert!(accepts(addr, false), "{ip}");
            if let Some(mut table) = by_table(port.number) {
                table.sort();
                let mut asked = listeners(port.number).unwrap();
                asked.sort();
                assert_eq!(table, asked);
            }
            drop(listener);
            assert!(!accepts(addr, true), "{ip}");
            assert!(!accepts(addr, false), "{ip}");
        }
    }

    /// It is told as a place where a program listens instead: the place that was asked for is none.
    #[cfg(target_os = "linux")]
    #[test]
    fn the_address_that_was_asked_for_is_not_beside_itself() {
        let port = free_port([127, 0, 0, 1].into()).unwrap();
        let at = |ip: &str| SocketAddr::new(ip.parse().unwrap(), port.number);
        let _listener = TcpListener::bind(at("127.0.0.1")).unwrap();
        assert_eq!(listeners_beside(at("127.0.0.1")), []);
        assert_eq!(listeners_beside(at("::ffff:127.0.0.1")), []);
        assert_eq!(listeners_beside(at("127.0.0.2")), [at("127.0.0.1")]);
    }

    #[test]
    fn only_a_socket_bound_there_serves_an_address() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        assert!(!serves(ip("::1"), ip("127.0.0.1")));
        assert!(!serves(ip("127.0.0.1"), ip("::1")));
        assert!(!serves(ip("0.0.0.0"), ip("::1")));
        assert!(serves(ip("::ffff:127.0.0.1"), ip("127.0.0.1")));
    }
}
