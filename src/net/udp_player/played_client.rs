//! The client's side, played at a server: one question after the other, each with its answers awaited.

use std::collections::BTreeMap;
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use super::lossy_network::{Fate, LossyNetwork, lossy_script};
use super::{Arrived, connected_to, receive};
use crate::limits;
use crate::net::idle_timeout_by_cpu_time::{self, CpuSample};
use crate::net::player::{Played, Player, Stopped};
use crate::net::{IdleTimer, Recorder, SocketError, Weather};
use crate::wire::{Chunk, Conn, Element, Entry, Event, Gap, Piece, Transcript, Who, match_all};

/// Plays the client's side of `script` at the server at `addr`, through the network of the player's weather.
pub(in crate::net) fn play(
    player: &Player,
    script: &Transcript,
    addr: SocketAddr,
    look: CpuSample,
) -> Played {
    if player.weather != Weather::Lossy {
        return call(player, script, addr, look);
    }
    let lossy = lossy_script(script, &mut LossyNetwork::new(player.seed));
    let played = call(player, &lossy, addr, look);
    Played {
        expected: Some(lossy),
        ..played
    }
}

/// What `script` says of the network is done.
fn call(player: &Player, script: &Transcript, addr: SocketAddr, look: CpuSample) -> Played {
    let mut call = Call {
        player,
        addr,
        look,
        recorder: player.recorder.clone().unwrap_or_default(),
        sockets: BTreeMap::new(),
        held: None,
        until: Instant::now() + player.whole,
        stopped: None,
    };
    for (at, entry) in script.entries().iter().enumerate() {
        call.step(entry, Fate::of(script.fate_at(at)));
        if call.stopped.is_some() {
            break;
        }
    }
    call.finish()
}

struct Call<'a> {
    player: &'a Player,
    addr: SocketAddr,
    look: CpuSample<'a>,
    recorder: Recorder,
    sockets: BTreeMap<Conn, UdpSocket>,
    /// A datagram that the next one overtakes.
    held: Option<(Conn, Vec<u8>)>,
    until: Instant,
    stopped: Option<Stopped>,
}

impl Call<'_> {
    fn step(&mut self, entry: &Entry, fate: Fate) {
        match entry {
            Entry::Chunk(chunk) if chunk.who == Who::Client => self.say(chunk, fate),
            Entry::Chunk(chunk) => self.hear(chunk),
            Entry::Event {
                who: Who::Client,
                conn,
                event: Event::Timeout(time),
            } => self.hear_nothing(*conn, *time),
            Entry::Event { who, conn, event } if event.is_fate() => {
                self.recorder.event(*conn, *who, *event);
            }
            Entry::Gap(Gap::Between(least, _)) => {
                idle_timeout_by_cpu_time::pause(*least, self.look)
            }
            _ => {}
        }
    }

    fn say(&mut self, chunk: &Chunk, fate: Fate) {
        let (conn, bytes) = (chunk.conn, chunk.exact());
        if let Err(error) = self.open(conn) {
            self.recorder.event(conn, Who::Server, Event::Refuse);
            self.stopped = Some(Stopped::NotOpened(error));
            return;
        }
        self.recorder.datagram(conn, Who::Client, &bytes);
        match fate {
            Fate::Drop => {}
            Fate::Swap => self.held = Some((conn, bytes)),
            Fate::Deliver | Fate::Double => {
                self.send(conn, &bytes);
                if fate == Fate::Double {
                    self.send(conn, &bytes);
                }
                if let Some((conn, bytes)) = self.held.take() {
                    self.send(conn, &bytes);
                }
            }
        }
    }

    fn open(&mut self, conn: Conn) -> Result<(), SocketError> {
        if !self.sockets.contains_key(&conn) {
            let addr = self.addr;
            let failed = |error| SocketError::new(addr, Duration::ZERO, &error);
            self.sockets
                .insert(conn, connected_to(addr).map_err(failed)?);
        }
        Ok(())
    }

    /// An error here is the news of an earlier datagram; the next wait reports it again or hears the answer.
    fn send(&self, conn: Conn, bytes: &[u8]) {
        if let Some(socket) = self.sockets.get(&conn) {
            let _ = socket.send(bytes);
        }
    }

    /// Waits for one datagram of the server.
    fn hear(&mut self, expected: &Chunk) {
        let conn = expected.conn;
        let Some(socket) = self.sockets.get(&conn) else {
            return;
        };
        let begun = Instant::now();
        let mut silence = IdleTimer::new(self.player.silence, self.player.early);
        loop {
            let left = self.until.saturating_duration_since(Instant::now());
            let wait = silence.next().saturating_sub(begun.elapsed()).min(left);
            match receive(socket, wait) {
                Arrived::Datagram(bytes, _) => {
                    self.recorder.datagram(conn, Who::Server, &bytes);
                    if !fits(expected, &bytes) {
                        // What is wrong should be seen whole.
                        self.stopped = Some(Stopped::Wrong(conn));
                    }
                    return;
                }
                Arrived::Refused => {
                    self.recorder.event(conn, Who::Server, Event::Refuse);
                    self.stopped = Some(Stopped::Wrong(conn));
                    return;
                }
                Arrived::Nothing if Instant::now() >= self.until => {
                    self.stopped = Some(Stopped::TooLong);
                    return;
                }
                Arrived::Nothing if !silence.counts(begun.elapsed(), self.look) => {}
                Arrived::Nothing => {
                    let waited = Event::Timeout(self.player.silence);
                    self.recorder.event(conn, Who::Client, waited);
                    self.stopped = Some(Stopped::IdleTimer(conn));
                    return;
                }
            }
        }
    }

    /// Waits for a while, and records the wait when nothing came.
    fn hear_nothing(&mut self, conn: Conn, time: Duration) {
        let Some(socket) = self.sockets.get(&conn) else {
            return;
        };
        match receive(socket, time) {
            Arrived::Datagram(bytes, _) => self.recorder.datagram(conn, Who::Server, &bytes),
            Arrived::Refused => self.recorder.event(conn, Who::Server, Event::Refuse),
            Arrived::Nothing => self.recorder.event(conn, Who::Client, Event::Timeout(time)),
        }
    }

    /// Hears what comes unasked.
    fn finish(self) -> Played {
        if !matches!(self.stopped, Some(Stopped::IdleTimer(_))) {
            for (conn, socket) in &self.sockets {
                for _ in 0..limits::EXTRA_DATAGRAMS {
                    match receive(socket, limits::EXTRA_BYTES_WAIT) {
                        Arrived::Datagram(bytes, _) => {
                            self.recorder.datagram(*conn, Who::Server, &bytes);
                        }
                        _ => break,
                    }
                }
            }
        }
        Played {
            got: self.recorder.transcript_of_datagrams(),
            expected: None,
            strangers: Vec::new(),
            ends: BTreeMap::new(),
            failed_writes: Vec::new(),
            stopped: self.stopped,
        }
    }
}

/// Whether a datagram is what the chunk says.
pub(super) fn fits(expected: &Chunk, bytes: &[u8]) -> bool {
    let elements: Vec<Element> = expected.pieces.iter().filter_map(Piece::element).collect();
    match_all(&elements, bytes).miss.is_none()
}
