//! A conversation of datagrams: the same casts, with a relay or a player that has no connections.

use std::thread;

use super::{Show, Shown};
use crate::course::run_lab::{LabRunError, Origin, Server};
use crate::net::{DatagramServer, DatagramSocket, DatagramTap};
use crate::wire::{Entry, Transcript, Who};

impl Show<'_> {
    /// The lab's two programs, with a relay of datagrams between them.
    pub(super) fn pair_of_datagrams(&self, server: &Server) -> Result<Shown, LabRunError> {
        let tap = DatagramTap::start(server.addr, self.recorder.clone());
        let tap = tap.map_err(|error| LabRunError::Thread(error.to_string()))?;
        let shown = self.run_client(tap.address())?;
        drop(tap);
        Ok(Shown {
            server_noted: server.noted(),
            ..shown
        })
    }

    /// The lab's server, and the player as its client. The player's own recording is shown: what the network did is
    /// in no relay's.
    pub(super) fn played_datagrams(&self, server: &Server) -> Result<Shown, LabRunError> {
        let player = self.player(server.addr, Who::Client)?;
        let played = player.call(server.addr);
        self.record(&played.got);
        Ok(Shown {
            server_noted: server.noted(),
            ..Shown::from(Origin::Programs)
        })
    }

    /// Adds what a player of datagrams has recorded itself.
    fn record(&self, got: &Transcript) {
        for entry in got.entries() {
            match entry {
                Entry::Chunk(chunk) => {
                    let (conn, who) = (chunk.conn, chunk.who);
                    self.recorder.datagram(conn, who, &chunk.exact());
                }
                Entry::Event { who, conn, event } => self.recorder.event(*conn, *who, *event),
                _ => {}
            }
        }
    }

    /// The lab's client, and the player as its server of datagrams.
    pub(super) fn client_of_datagrams(&self) -> Result<Shown, LabRunError> {
        let script = self.transcript();
        let socket = DatagramSocket::anywhere().map_err(LabRunError::Socket)?;
        let server = DatagramServer::new(&script, &socket, None);
        let mut server = server.map_err(|error| LabRunError::Thread(error.to_string()))?;
        let shown = thread::scope(|scope| {
            let client = scope.spawn(|| self.run_client(socket.addr));
            server.serve_until(|| client.is_finished());
            client.join()
        });
        self.record(&server.finish(None).got);
        shown.unwrap_or(Err(LabRunError::NoPair))
    }
}
