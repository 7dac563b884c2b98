//! One connection to a server: carries out the learner's acts until the connection ends, and says how it ended.

use std::net::SocketAddr;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::acts::{Act, Delivery};
use crate::limits;
use crate::net::player::End;
use crate::net::{Recorder, Session};

/// Talks to a server until it is over, and says in a sentence how it ended, or why no connection came about.
/// `datagrams`: over UDP. `tell` hears what was said when then nothing has happened for a moment.
pub fn talk(
    (addr, datagrams): (SocketAddr, bool),
    recorder: &Recorder,
    acts: &Receiver<(Vec<Act>, Delivery)>,
    tell: &dyn Fn(&[u8]),
) -> Result<String, String> {
    let session = match datagrams {
        true => Session::open_datagrams(addr, recorder),
        false => Session::open(addr, recorder),
    };
    let mut session =
        session.map_err(|error| format!("The connection could not be made: {error}."))?;
    let ended = |end: &str| Ok(end.to_string());
    let mut said = Vec::new();
    let mut since = Instant::now();
    let mut told = false;
    loop {
        match acts.recv_timeout(limits::DISPLAY_BATCH) {
            Ok((acts, delivery)) => {
                match perform(session, &acts, delivery, &mut said) {
                    Ok(open) => session = open,
                    Err(end) => return Ok(end),
                }
                (since, told) = (Instant::now(), false);
            }
            Err(RecvTimeoutError::Disconnected) => {
                return ended("You closed the connection.");
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        match session.wait_end_for(Duration::ZERO) {
            End::Fin => {
                session.fin();
                return ended("The server has ended its side (FIN), so we have ended ours.");
            }
            End::Rst => return ended("The server broke the connection off (RST)."),
            End::Open => {}
        }
        if !told && since.elapsed() > limits::SETTLE_TIMEOUT {
            tell(&said);
            told = true;
        }
        if since.elapsed() > limits::web::SESSION {
            return ended("Nothing was sent for two minutes, so we closed the connection.");
        }
    }
}

/// Does these things one after the other; gives the session back, or says how it ended.
fn perform(
    session: Session,
    acts: &[Act],
    delivery: Delivery,
    said: &mut Vec<u8>,
) -> Result<Session, String> {
    for act in acts {
        match act {
            Act::Say(bytes) => {
                let cut = delivery.cut(bytes.len());
                said.extend_from_slice(bytes);
                if let Err(failed) = session.say_cut(bytes, cut, limits::IO_DEADLINE) {
                    if session.wait_end_for(limits::SETTLE_TIMEOUT) == End::Rst {
                        return Err("The server broke the connection off (RST).".to_string());
                    }
                    let after = failed.after;
                    return Err(format!("The server took only {after} of our bytes."));
                }
            }
            Act::Pause(time) => thread::sleep(*time),
            Act::Fin => session.fin(),
            Act::Rst => {
                session.reset();
                return Err("You broke the connection off (RST).".to_string());
            }
        }
    }
    Ok(session)
}
