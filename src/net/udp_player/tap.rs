//! A recording relay for datagrams: between any client and one server.
//!
//! Rule 1: a datagram is recorded before it is sent on. Rule 2: each client address is a conversation of its
//! own, with a socket of its own towards the server; there are at most [`limits::DATAGRAM_CLIENTS`].

use std::collections::HashMap;
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use super::{Arrived, connected_to, receive, socket_for};
use crate::limits;
use crate::net::Recorder;
use crate::wire::{Conn, Who};

/// A tap at work; it ends with the value.
pub struct DatagramTap {
    addr: SocketAddr,
    stop: Arc<AtomicBool>,
    relay: Option<JoinHandle<()>>,
}

impl DatagramTap {
    /// Listens anywhere on this machine for the server at `upstream`. Errors: no socket, no thread.
    pub fn start(upstream: SocketAddr, recorder: Recorder) -> io::Result<DatagramTap> {
        let front = Arc::new(socket_for(upstream)?);
        let addr = front.local_addr()?;
        let stop = Arc::new(AtomicBool::new(false));
        let relay = Relay {
            front,
            upstream,
            recorder,
            stop: Arc::clone(&stop),
            clients: HashMap::new(),
            answers: Vec::new(),
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
    /// The socket towards the server, and the conversation, of each client.
    clients: HashMap<SocketAddr, (Conn, Arc<UdpSocket>)>,
    answers: Vec<JoinHandle<()>>,
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
        for answers in self.answers.drain(..) {
            let _ = answers.join();
        }
    }

    fn client(&mut self, client: SocketAddr) -> Option<(Conn, Arc<UdpSocket>)> {
        if let Some(known) = self.clients.get(&client) {
            return Some(known.clone());
        }
        if self.clients.len() >= limits::DATAGRAM_CLIENTS {
            return None;
        }
        let back = Arc::new(connected_to(self.upstream).ok()?);
        let conn = self.recorder.connection();
        let known = (conn, Arc::clone(&back));
        self.clients.insert(client, known.clone());
        let (front, stop) = (Arc::clone(&self.front), Arc::clone(&self.stop));
        let recorder = self.recorder.clone();
        let answers = thread::Builder::new().spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                if let Arrived::Datagram(bytes, _) = receive(&back, limits::STOP_POLL) {
                    recorder.datagram(conn, Who::Server, &bytes);
                    let _ = front.send_to(&bytes, client);
                }
            }
        });
        self.answers.push(answers.ok()?);
        Some(known)
    }
}
