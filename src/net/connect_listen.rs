//! Opens sockets: listeners and connections. An error is a value with the address, the reason, and what to do
//! about it.

use std::fmt;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use socket2::{Domain, Protocol, SockRef, Socket, Type};

/// Why a socket could not be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// EADDRINUSE: another socket listens on this address.
    InUse,
    /// EACCES: a port below 1024, and this user may not.
    Privileged,
    /// EADDRNOTAVAIL: no interface of this machine has this address.
    NotOurs,
    /// ECONNREFUSED: a machine answered, and nobody listens on that port.
    Refused,
    /// ETIMEDOUT, or our own deadline: nothing came back.
    Silent(Duration),
    /// ENETUNREACH, EHOSTUNREACH: no way leads there.
    Unreachable,
    /// EMFILE, ENFILE: this process or machine has no file descriptor left.
    NoDescriptors,
    /// Anything else, in the system's words.
    Other(String),
}

/// A socket that could not be opened, and what to do about it (see `Display`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SocketError {
    /// Where it should have listened or called.
    pub addr: SocketAddr,
    /// Why it did not.
    pub cause: Cause,
    /// The system's error, as Rust sorts it.
    pub kind: ErrorKind,
    /// The system's error number (errno(3)), if it came from the system.
    pub errno: Option<i32>,
}

impl fmt::Display for SocketError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let addr = self.addr;
        let port = addr.port();
        match &self.cause {
            Cause::InUse => write!(
                f,
                "{addr} is in use: another program listens there; stop it, or choose another port \
                 (port 0 asks the system for a free one)"
            ),
            Cause::Privileged => write!(
                f,
                "{addr}: only the administrator may listen on a port below 1024; choose a higher \
                 one, such as 8080"
            ),
            Cause::NotOurs => write!(
                f,
                "{addr}: this machine does not have that address; use 127.0.0.1:{port} for clients on this machine, \
                 0.0.0.0:{port} for all its addresses"
            ),
            Cause::Refused => write!(
                f,
                "{addr} refused the connection: nobody listens there; start the server, or check \
                 the port"
            ),
            Cause::Silent(waited) => write!(
                f,
                "{addr} did not answer within {} ms: the machine is off or too busy, or a firewall drops the packets",
                waited.as_millis()
            ),
            Cause::Unreachable => write!(
                f,
                "{addr} cannot be reached from here: check the address and the network"
            ),
            Cause::NoDescriptors => write!(
                f,
                "{addr}: no file descriptor is left for a socket; close something, or raise \
                 `ulimit -n`"
            ),
            Cause::Other(words) => write!(f, "{addr}: {words}"),
        }
    }
}

impl std::error::Error for SocketError {}

impl SocketError {
    /// Whether nothing came back at all, as opposed to a refusal.
    pub fn is_silence(&self) -> bool {
        matches!(self.cause, Cause::Silent(_))
    }

    pub(super) fn new(addr: SocketAddr, deadline: Duration, error: &io::Error) -> SocketError {
        let errno = error.raw_os_error();
        let cause = match error.kind() {
            ErrorKind::AddrInUse => Cause::InUse,
            ErrorKind::PermissionDenied => Cause::Privileged,
            ErrorKind::AddrNotAvailable => Cause::NotOurs,
            ErrorKind::ConnectionRefused => Cause::Refused,
            ErrorKind::TimedOut | ErrorKind::WouldBlock => Cause::Silent(deadline),
            ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => Cause::Unreachable,
            _ if no_descriptors(error) => Cause::NoDescriptors,
            _ => Cause::Other(error.to_string()),
        };
        let kind = error.kind();
        SocketError {
            addr,
            cause,
            kind,
            errno,
        }
    }
}

/// Whether the process (EMFILE, 24) or the machine (ENFILE, 23) has no descriptor left; Windows says
/// WSAEMFILE (10024). Rust's `ErrorKind` has no name for them.
pub(crate) fn no_descriptors(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(23 | 24 | 10_024))
}

/// How many files and connections this process may have open at a time (`ulimit -n`; getrlimit(2)). Where
/// the system does not tell it: 256, the least that a desktop system has.
pub fn descriptor_limit() -> usize {
    let table = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = table
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().next());
    soft.map_or(256, |soft| soft.parse().unwrap_or(usize::MAX))
}

/// A socket that listens, for those who keep it and hand it on.
pub type Listener = TcpListener;

/// Listens on `addr`; port 0 lets the system choose one. `backlog` is how many finished handshakes
/// may wait for `accept` (listen(2)); Linux lets one more in than it says.
///
/// SO_REUSEADDR lets a server come back at once, while its old connections are in TIME_WAIT (RFC
/// 9293 section 3.6.1); two listeners on one port it allows on Windows only, so there it is not set.
/// An IPv6 socket takes IPv6 alone, so `[::]` and `0.0.0.0` can stand side by side.
pub fn listen(addr: SocketAddr, backlog: u32) -> Result<TcpListener, SocketError> {
    let listener = bind(addr)?;
    let begun = begin_to_listen(&listener, backlog);
    begun.map_err(|error| SocketError::new(addr, Duration::ZERO, &error))?;
    Ok(listener)
}

/// Lets a bound socket listen.
pub fn begin_to_listen(bound: &TcpListener, backlog: u32) -> io::Result<()> {
    SockRef::from(bound).listen(i32::try_from(backlog).unwrap_or(i32::MAX))
}

/// The same as [`listen`] without listening: a client is refused until [`begin_to_listen`].
pub fn bind(addr: SocketAddr) -> Result<TcpListener, SocketError> {
    let binding = || -> io::Result<TcpListener> {
        let socket = Socket::new(Domain::for_address(addr), Type::STREAM, Some(Protocol::TCP))?;
        if cfg!(unix) {
            socket.set_reuse_address(true)?;
        }
        if addr.is_ipv6() {
            socket.set_only_v6(true)?;
        }
        socket.bind(&addr.into())?;
        Ok(socket.into())
    };
    binding().map_err(|error| SocketError::new(addr, Duration::ZERO, &error))
}

/// A port that is bound, and on which nobody listens: a client is refused (RFC 9293 section 3.10.7.1), and no
/// other program can bind it as long as this value lives.
#[derive(Debug)]
pub struct Closed {
    /// Where to call in vain.
    pub addr: SocketAddr,
    _bound: Socket,
}

impl Closed {
    /// Takes `addr`; port 0 lets the system choose one.
    pub fn at(addr: SocketAddr) -> Result<Closed, SocketError> {
        let taking = || -> io::Result<Closed> {
            let socket = Socket::new(Domain::for_address(addr), Type::STREAM, Some(Protocol::TCP))?;
            socket.bind(&addr.into())?;
            let local = socket.local_addr()?.as_socket();
            Ok(Closed {
                addr: local.ok_or(ErrorKind::AddrNotAvailable)?,
                _bound: socket,
            })
        };
        taking().map_err(|error| SocketError::new(addr, Duration::ZERO, &error))
    }
}

/// Connects to `addr` within `deadline`, which every later read and write has, too. Small writes
/// leave at once (TCP_NODELAY).
///
/// A call to a free port of our own machine can meet itself, when the system picks that very port
/// for the caller; that is nobody listening, and is reported so.
pub fn call(addr: SocketAddr, deadline: Duration) -> Result<TcpStream, SocketError> {
    call_with(addr, deadline, None)
}

/// [`call`] with a receive buffer of about `receive` bytes (SO_RCVBUF, socket(7)). It must be set
/// before connecting, for the window that the SYN announces.
pub(super) fn call_with(
    addr: SocketAddr,
    deadline: Duration,
    receive: Option<usize>,
) -> Result<TcpStream, SocketError> {
    let calling = || -> io::Result<TcpStream> {
        let socket = Socket::new(Domain::for_address(addr), Type::STREAM, Some(Protocol::TCP))?;
        if let Some(bytes) = receive {
            socket.set_recv_buffer_size(bytes)?;
        }
        socket.connect_timeout(&addr.into(), deadline)?;
        let stream = TcpStream::from(socket);
        if stream.local_addr()? == stream.peer_addr()? {
            return Err(ErrorKind::ConnectionRefused.into());
        }
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(deadline))?;
        stream.set_write_timeout(Some(deadline))?;
        Ok(stream)
    };
    calling().map_err(|error| SocketError::new(addr, deadline, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_port_refuses_every_call_and_is_nobody_elses() {
        let closed = Closed::at(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        for _ in 0..3 {
            let error = call(closed.addr, Duration::from_secs(5)).unwrap_err();
            assert_eq!(error.cause, Cause::Refused);
        }
        assert_eq!(listen(closed.addr, 1).unwrap_err().cause, Cause::InUse);
    }

    /// A test as root, or where every port is free to all, cannot provoke these.
    #[test]
    fn errors_of_the_system_become_causes() {
        let addr = SocketAddr::from(([127, 0, 0, 1], 80));
        let cases = [
            (13, Cause::Privileged),
            (24, Cause::NoDescriptors),
            (23, Cause::NoDescriptors),
            (101, Cause::Unreachable),
            (113, Cause::Unreachable),
            (110, Cause::Silent(Duration::from_secs(2))),
        ];
        if cfg!(target_os = "linux") {
            for (errno, cause) in cases {
                let error = io::Error::from_raw_os_error(errno);
                let got = SocketError::new(addr, Duration::from_secs(2), &error);
                assert_eq!((got.cause, got.errno), (cause, Some(errno)));
            }
        }
    }
}
