//! The number of bytes that a peer on this machine has not read yet: its receive queue.
//!
//! Rule 1: on Linux the kernel answers for one socket in microseconds (sock_diag(7)). If it does not answer,
//! the table `/proc/net/tcp` is read. That takes milliseconds on a machine with many connections.
//! Rule 2: `None` means unknown: another system, another machine, or another network namespace.
//! Rule 3: bytes on their way to the queue count as not read, too.

use std::net::{SocketAddr, TcpStream};

#[cfg(target_os = "linux")]
pub(super) use linux::PeerQueue;

#[cfg(not(target_os = "linux"))]
pub(super) struct PeerQueue;

#[cfg(not(target_os = "linux"))]
impl PeerQueue {
    pub(super) fn of(_stream: &TcpStream) -> Option<PeerQueue> {
        None
    }

    pub(super) fn has_unread(&self, _sent: u64) -> Option<bool> {
        None
    }
}

/// The two ends of a connection, the peer's first.
fn ends(stream: &TcpStream) -> Option<(SocketAddr, SocketAddr)> {
    let ends = (stream.peer_addr().ok()?, stream.local_addr().ok()?);
    Some((canonical(ends.0), canonical(ends.1)))
}

/// An IPv4 address in the form of IPv6 is the IPv4 address.
fn canonical(addr: SocketAddr) -> SocketAddr {
    SocketAddr::new(addr.ip().to_canonical(), addr.port())
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs::File;
    use std::io::{BufRead, BufReader, Read};
    use std::net::{SocketAddr, TcpStream};

    use socket2::Socket;

    use crate::net::ports;
    use crate::net::sock_diag::{self, BY_FAMILY, HEAD, INFO, kernel};

    /// Where things stand: `idiag_rqueue` in an answer, its attributes, `tcpi_bytes_received` in a `tcp_info`.
    const QUEUE: usize = HEAD + 56;
    const ATTRIBUTES: usize = HEAD + 72;
    const RECEIVED: usize = 128;

    /// The peer's socket, and how to ask for it.
    pub(crate) struct PeerQueue {
        peer: SocketAddr,
        us: SocketAddr,
        kernel: Option<Socket>,
    }

    impl PeerQueue {
        /// Errors: `None` when the connection has ended, or is to another machine.
        pub(crate) fn of(stream: &TcpStream) -> Option<PeerQueue> {
            let (peer, us) = super::ends(stream)?;
            // A connection to one of our own addresses has that address on both ends, but for loopback.
            let here = peer.ip() == us.ip() || peer.ip().is_loopback();
            here.then(|| PeerQueue {
                peer,
                us,
                kernel: kernel(),
            })
        }

        /// Whether the peer has not read all of the first `sent` bytes of this direction.
        pub(crate) fn has_unread(&self, sent: u64) -> Option<bool> {
            if let Some((queue, received)) = self.ask() {
                return Some(queue > 0 || received < sent);
            }
            let queue = self.table()?;
            Some(queue > 0)
        }

        /// The bytes in the peer's queue, and how many have arrived there in all.
        fn ask(&self) -> Option<(u32, u64)> {
            let mut kernel = self.kernel.as_ref()?;
            kernel.send(&sock_diag::about(self.peer, self.us)).ok()?;
            let mut answer = [0; 2048];
            let length = kernel.read(&mut answer).ok()?;
            answer_of(answer.get(..length)?)
        }

        /// The same queue by the table; `None` when the socket is not in it.
        fn table(&self) -> Option<u32> {
            // A socket for both families stands in the second one, even with a peer of the first.
            ["/proc/self/net/tcp", "/proc/self/net/tcp6"]
                .iter()
                .find_map(|path| {
                    let lines = BufReader::new(File::open(path).ok()?).lines();
                    lines
                        .map_while(Result::ok)
                        .find_map(|line| self.queue_in(&line))
                })
        }

        /// The receive queue of a line of the table, if it is that of the peer's socket.
        fn queue_in(&self, line: &str) -> Option<u32> {
            let mut fields = line.split_ascii_whitespace().skip(1);
            let ends = [fields.next()?, fields.next()?]
                .map(|end| ports::table_address(end).map(super::canonical));
            let (_, queue) = fields.nth(1)?.split_once(':')?;
            let ours = ends == [Some(self.peer), Some(self.us)];
            ours.then(|| u32::from_str_radix(queue, 16).ok())?
        }
    }

    fn answer_of(answer: &[u8]) -> Option<(u32, u64)> {
        if sock_diag::kind(answer)? != BY_FAMILY {
            return None;
        }
        let queue = u32::from_ne_bytes(answer.get(QUEUE..QUEUE + 4)?.try_into().ok()?);
        let mut rest = answer.get(ATTRIBUTES..)?;
        while let Some(head) = rest.get(..4) {
            let length = usize::from(u16::from_ne_bytes([head[0], head[1]])).max(4);
            if u16::from_ne_bytes([head[2], head[3]]) == INFO {
                let received = rest.get(4 + RECEIVED..4 + RECEIVED + 8)?;
                return Some((queue, u64::from_ne_bytes(received.try_into().ok()?)));
            }
            rest = rest.get(length.next_multiple_of(4)..)?;
        }
        None
    }

    #[cfg(test)]
    mod tests {
        use std::io::Write;
        use std::net::TcpListener;

        use super::*;

        #[test]
        fn a_queue_is_seen_to_fill_and_to_empty() {
            for ip in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
                let Ok(listener) = TcpListener::bind((ip, 0)) else {
                    continue; // a machine without IPv6
                };
                let mut ours = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
                let mut queue = PeerQueue::of(&ours).unwrap();
                let by_kernel = queue.ask().is_some();
                ours.write_all(b"tacos").unwrap();
                let looks = [queue.kernel.take(), None];
                let (mut peer, _) = listener.accept().unwrap();
                peer.peek(&mut [0]).unwrap();
                for kernel in looks {
                    queue.kernel = kernel;
                    assert_eq!(queue.has_unread(5), Some(true), "{ip} {by_kernel}");
                }
                peer.read_exact(&mut [0; 5]).unwrap();
                assert_eq!(queue.has_unread(5), Some(false), "{ip} {by_kernel}");
                queue.kernel = kernel();
                assert_eq!(queue.has_unread(5), Some(false), "{ip} {by_kernel}");
                if by_kernel {
                    assert_eq!(queue.has_unread(6), Some(true), "one byte is on its way");
                }
            }
        }

        #[test]
        fn any_answer_is_survived() {
            let whole: Vec<u8> = (0..400_u32).map(|n| (n * 7 % 256) as u8).collect();
            for length in 0..whole.len() {
                let mut answer = whole[..length].to_vec();
                answer_of(&answer);
                if length > 6 {
                    answer[4..6].copy_from_slice(&BY_FAMILY.to_ne_bytes());
                    answer_of(&answer);
                }
            }
        }
    }
}
