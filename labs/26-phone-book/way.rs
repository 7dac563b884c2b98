//! Lab 26 · The phone book · the client sends a question and gets its answer: over UDP, or over TCP after their
//! lengths.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use super::answer::answers;

const WAIT: Duration = Duration::from_millis(100); // for an answer over UDP; after this time we send the question again
const MOST_TRIES: u32 = 50; // after five seconds without an answer we give up
const PATIENCE: Duration = Duration::from_secs(5);

pub enum Way {
    Udp(UdpSocket),
    Tcp(TcpStream),
}

impl Way {
    pub fn open(addr: SocketAddr, tcp: bool) -> io::Result<Way> {
        if tcp {
            let stream = TcpStream::connect_timeout(&addr, PATIENCE)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            return Ok(Way::Tcp(stream));
        }
        let any = ["0.0.0.0:0", "[::]:0"][usize::from(addr.is_ipv6())];
        let socket = UdpSocket::bind(any)?;
        socket.connect(addr)?; // sends nothing: from now on the socket gets only datagrams from this address
        socket.set_read_timeout(Some(WAIT))?;
        Ok(Way::Udp(socket))
    }

    /// Sends a question, and waits for the message that answers it. Ignores all other messages.
    pub fn ask(&mut self, query: &[u8]) -> io::Result<Vec<u8>> {
        let mut message = vec![0; 65_535];
        match self {
            Way::Udp(socket) => {
                for _ in 0..MOST_TRIES {
                    socket.send(query)?;
                    let sent = Instant::now();
                    while sent.elapsed() < WAIT {
                        match socket.recv(&mut message) {
                            Ok(length) if answers(&message[..length], query) => {
                                message.truncate(length);
                                return Ok(message);
                            }
                            Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
                                return Err(error);
                            }
                            _ => {}
                        }
                    }
                }
                Err(ErrorKind::TimedOut.into())
            }
            Way::Tcp(stream) => {
                stream.write_all(&[&(query.len() as u16).to_be_bytes()[..], query].concat())?;
                loop {
                    let mut length = [0; 2];
                    stream.read_exact(&mut length)?;
                    message.resize(usize::from(u16::from_be_bytes(length)), 0);
                    stream.read_exact(&mut message)?;
                    if answers(&message, query) {
                        return Ok(message);
                    }
                }
            }
        }
    }
}
