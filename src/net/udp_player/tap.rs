//! A recording relay for datagrams: between any client and one server.
//!
//! Rule 1: a datagram is recorded before it is sent on. Rule 2: each client address is a conversation of its
//! own, with a socket of its own towards the server. There are at most [`limits::DATAGRAM_CLIENTS`]: a further one
//! takes the place of the one that has been silent for the longest time.

use std::collections::HashMap;
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use super::{Arrived, DatagramSocket, connected_to, receive, socket_for};
use crate::limits;
use crate::net::Recorder;
use crate::wire::{Conn, Event, Who};

/// A tap at work; it ends with the value.
pub struct DatagramTap {
    addr: SocketAddr,
    stop: Arc<AtomicBool>,
    relay: Option<JoinHandle<()>>,
}

impl DatagramTap {
    /// Listens anywhere on this machine for the server at `upstream`. Errors: no socket, no thread.
    pub fn start(upstream: SocketAddr, recorder: Recorder) -> io::Result<DatagramTap> {
        DatagramTap::over(socket_for(upstream)?, upstream, recorder)
    }

    /// The same at a socket that is there already. Errors: no thread.
    pub fn start_at(
        front: DatagramSocket,
        upstream: SocketAddr,
        recorder: Recorder,
    ) -> io::Result<DatagramTap> {
        DatagramTap::over(front.socket, upstream, recorder)
    }

    fn over(front: UdpSocket, upstream: SocketAddr, recorder: Recorder) -> io::Result<DatagramTap> {
        let front = Arc::new(front);
        let addr = front.local_addr()?;
        let stop = Arc::new(AtomicBool::new(false));
        let relay = Relay {
            front,
            upstream,
            recorder,
            stop: Arc::clone(&stop),
            clients: HashMap::new(),
        };
        let relay = thread::Builder::new().spawn(move || relay.run())?;
        Ok(DatagramTap {
            addr,
            stop,
            relay: Some(relay),
        })
    }

    /// Where clients send to.
    pub fn address(&self) -> SocketAddr {
        self.addr
    }
}

impl Drop for DatagramTap {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(relay) = self.relay.take() {
            let _ = relay.join();
        }
    }
}

struct Relay {
    front: Arc<UdpSocket>,
    upstream: SocketAddr,
    recorder: Recorder,
    stop: Arc<AtomicBool>,
    clients: HashMap<SocketAddr, Client>,
}

/// The conversation of one client address.
struct Client {
    conn: Conn,
    /// The socket towards the server.
    back: Arc<UdpSocket>,
    /// When it sent its last datagram.
    last: Instant,
    /// Whether its answers are relayed no longer.
    forgotten: Arc<AtomicBool>,
    answers: JoinHandle<()>,
}

impl Relay {
    fn run(mut self) {
        while !self.stop.load(Ordering::Relaxed) {
            let Arrived::Datagram(bytes, client) = receive(&self.front, limits::STOP_POLL) else {
                continue;
            };
            if let Some((conn, back)) = self.client(client) {
                self.recorder.datagram(conn, Who::Client, &bytes);
                let _ = back.send(&bytes);
            }
        }
        // All at once: each thread takes up to a `STOP_POLL` to see it.
        for client in self.clients.values() {
            client.forgotten.store(true, Ordering::Relaxed);
        }
        for client in self.clients.into_values() {
            let _ = client.answers.join();
        }
    }

    fn client(&mut self, client: SocketAddr) -> Option<(Conn, Arc<UdpSocket>)> {
        if let Some(known) = self.clients.get_mut(&client) {
            known.last = Instant::now();
            return Some((known.conn, Arc::clone(&known.back)));
        }
        if self.clients.len() >= limits::DATAGRAM_CLIENTS {
            self.forget_one();
        }
        let back = Arc::new(connected_to(self.upstream).ok()?);
        let conn = self.recorder.connection_from(client);
        let (forgotten, answers) = self.relay_answers(conn, client, &back).ok()?;
        let new = Client {
            conn,
            back: Arc::clone(&back),
            last: Instant::now(),
            forgotten,
            answers,
        };
        self.clients.insert(client, new);
        Some((conn, back))
    }

    /// The client that has sent nothing for the longest time makes room. Its thread ends on its own.
    fn forget_one(&mut self) {
        let oldest = self.clients.iter().min_by_key(|(_, client)| client.last);
        let oldest = oldest.map(|(addr, _)| *addr);
        if let Some(client) = oldest.and_then(|addr| self.clients.remove(&addr)) {
            client.forgotten.store(true, Ordering::Relaxed);
        }
    }

    /// A thread for what the server says to this client.
    fn relay_answers(
        &self,
        conn: Conn,
        client: SocketAddr,
        back: &Arc<UdpSocket>,
    ) -> io::Result<(Arc<AtomicBool>, JoinHandle<()>)> {
        let forgotten = Arc::new(AtomicBool::new(false));
        let (over, front, back) = (
            Arc::clone(&forgotten),
            Arc::clone(&self.front),
            Arc::clone(back),
        );
        let recorder = self.recorder.clone();
        let answers = thread::Builder::new().spawn(move || {
            while !over.load(Ordering::Relaxed) {
                match receive(&back, limits::STOP_POLL) {
                    Arrived::Datagram(bytes, _) => {
                        recorder.datagram(conn, Who::Server, &bytes);
                        let _ = front.send_to(&bytes, client);
                    }
                    Arrived::Refused => recorder.event(conn, Who::Server, Event::Refuse),
                    Arrived::Nothing => {}
                }
            }
        })?;
        Ok((forgotten, answers))
    }
}
