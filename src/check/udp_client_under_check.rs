//! A client of datagrams under check: the server is played for as long as the client runs, because a
//! client whose last answer was lost asks once more.

use std::time::{Duration, Instant};

use super::play_program::Done;
use super::{CheckError, Plan};
use crate::check::script_variants::filled;
use crate::limits;
use crate::net::{DatagramServer, DatagramSocket, IdleTimer, LossyNetwork, Weather};
use crate::wire::Transcript;

impl Plan {
    /// Starts the client, and plays the server until the client has ended, is silent, or is wrong.
    pub(super) fn answer_datagrams(
        &self,
        script: &Transcript,
        weather: Weather,
        silence: Duration,
    ) -> Result<Done, CheckError> {
        let socket = DatagramSocket::anywhere().map_err(CheckError::Socket)?;
        let addr = socket.addr;
        let filled = filled(script, addr);
        let lossy = weather == Weather::Lossy;
        let network = lossy.then(|| LossyNetwork::new(self.network_seed));
        let mut server =
            DatagramServer::new(&filled, &socket, network).map_err(CheckError::Play)?;
        let mut program = self.start_client(addr, script)?;
        // It counts from the first datagram on: a runtime may need seconds to start on a busy machine.
        let mut until: Option<Instant> = None;
        let mut idle = IdleTimer::new(self.start_deadline, false);
        let mut counted = server.last();
        let silent = loop {
            // What a client said before it ended is heard.
            let ended = program.ending().is_some();
            let heard = server.serve(limits::CLIENT_POLL);
            if server.last() != counted {
                (counted, idle) = (server.last(), IdleTimer::new(silence, false));
                until.get_or_insert(counted + limits::CHECK_DATAGRAMS.max(silence * 2));
            }
            let over = until.is_some_and(|until| Instant::now() >= until);
            if heard && !over {
                continue;
            }
            if ended || server.is_wrong() || over {
                break None;
            }
            let lasted = counted.elapsed();
            if lasted >= idle.next() && idle.counts(lasted, || program.activity()) {
                break (!server.is_done()).then_some(lasted);
            }
        };
        let seen = program.activity().is_some();
        let connected = server.has_heard();
        let patience = match silent {
            // It has been waited for.
            Some(_) => limits::POLL_INTERVAL,
            None => limits::CHECK_EXIT,
        };
        let process = self.ended(program, addr, script, patience, connected);
        let silent = silent.map(|_| silence);
        let still_runs = process.ending.is_none() && server.is_done() && !server.is_wrong();
        let done = Done::of(filled, server.finish(silent), process);
        Ok(Done {
            silent: done.silent || still_runs,
            still_runs,
            seen,
            ..done
        })
    }
}
