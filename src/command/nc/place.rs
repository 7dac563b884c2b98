//! Whom `nc` talks to: a lab's server, an address, a Unix socket, datagrams; as a client, or as the server of
//! one client.

use super::remark;
use crate::command::{Args, NotStarted, Screen, WrongUse, lab_number};
use anyhow::{Context, Result};
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use wirelab::course::catalogue::Lab;
use wirelab::course::run_lab;
use wirelab::limits;
use wirelab::net::player::{End, FailedWrite};
use wirelab::net::{self, Cause, Recorder, Session, SimpleSession};
use wirelab::plural::count_of;

/// What was asked for.
pub struct Place {
    kind: Kind,
    /// `-l`
    pub listens: bool,
}

enum Kind {
    Lab(&'static Lab),
    Tcp(SocketAddr),
    Udp(SocketAddr),
    Unix(PathBuf),
}

/// A conversation of any kind.
pub enum Talk {
    Tcp(Session),
    Simple(SimpleSession, Kept),
}

/// Whether lines are kept apart.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    Lines,
    Bytes,
}

impl Talk {
    /// Says all of `bytes`; each line is a datagram of its own where there are datagrams.
    pub fn say(&self, bytes: &[u8]) -> Result<(), FailedWrite> {
        match self {
            Talk::Tcp(session) => session.say(bytes),
            Talk::Simple(session, Kept::Bytes) => session.say(bytes),
            Talk::Simple(session, Kept::Lines) => bytes
                .split_inclusive(|byte| *byte == b'\n')
                .try_for_each(|line| match line.len() > limits::DATAGRAM_PAYLOAD {
                    true => Err(FailedWrite {
                        conn: 1,
                        kind: ErrorKind::FileTooLarge,
                        after: 0,
                    }),
                    false => session.say(line),
                }),
        }
    }

    /// How many of these bytes are whole lines, if lines are kept apart; otherwise all of them, and also if
    /// there is no whole line.
    pub fn whole_lines(&self, bytes: &[u8]) -> usize {
        let end = match self {
            Talk::Simple(_, Kept::Lines) => bytes.iter().rposition(|byte| *byte == b'\n'),
            _ => None,
        };
        end.map_or(bytes.len(), |lf| lf + 1)
    }

    /// Why the last bytes were not said.
    pub fn not_said(&self, error: &FailedWrite) -> String {
        match self {
            Talk::Simple(_, Kept::Lines) if error.kind == ErrorKind::ConnectionRefused => {
                "nobody receives datagrams at that address: nothing more is sent".to_string()
            }
            Talk::Simple(_, Kept::Lines) if error.kind == ErrorKind::FileTooLarge => format!(
                "a line was not sent, and nothing after it: a datagram has at most {}",
                count_of(limits::DATAGRAM_PAYLOAD, "byte")
            ),
            Talk::Simple(_, Kept::Lines) => format!(
                "a line was not sent, and nothing after it: the system refused it ({})",
                error.kind
            ),
            _ => format!("the other side took only {} of our bytes", error.after),
        }
    }

    /// Whether each line is a datagram: one that is not sent is lost.
    pub fn has_datagrams(&self) -> bool {
        matches!(self, Talk::Simple(_, Kept::Lines))
    }

    /// Says nothing more. A stream is heard to its end, which the other side makes; datagrams have none.
    pub fn give_up(&self) {
        if let Talk::Simple(session, Kept::Lines) = self {
            session.fin();
        }
    }

    /// Says that this was all.
    pub fn fin(&self) {
        match self {
            Talk::Tcp(session) => session.fin(),
            Talk::Simple(session, _) => session.fin(),
        }
    }

    /// Waits until the other side has ended, and says how.
    pub fn wait_end(&self) -> End {
        match self {
            Talk::Tcp(session) => session.wait_end(),
            Talk::Simple(session, _) => session.hear(),
        }
    }
}

impl Place {
    /// As the words of the command say it.
    pub fn asked(args: &Args) -> Result<Place> {
        let (listens, udp) = (args.has("-l"), args.has("--udp"));
        if args.has("-U") {
            if udp {
                return Err(WrongUse(
                    "-U is for streams, and --udp is for datagrams: use only one of them"
                        .to_string(),
                )
                .into());
            }
            let path = args.place(0).unwrap_or_default();
            let kind = Kind::Unix(PathBuf::from(path));
            return Ok(Place { kind, listens });
        }
        let word = args.text(0)?.unwrap_or_default();
        let kind = match lab_number(word) {
            Some(_) if listens => {
                let message = format!("-l needs host:port, not the lab `{word}`");
                return Err(WrongUse(message).into());
            }
            Some(_) => {
                let lab = crate::command::lab::lab_at(args, 0)?;
                if udp && !lab.has_datagrams() {
                    let message = format!("lab {word} speaks TCP: leave --udp out");
                    return Err(WrongUse(message).into());
                }
                Kind::Lab(lab)
            }
            None => {
                let addr = match listens || udp {
                    true => net::address(word),
                    false => net::server_address(word),
                };
                let addr = addr.map_err(|error| WrongUse(error.to_string()))?;
                match udp {
                    true => Kind::Udp(addr),
                    false => Kind::Tcp(addr),
                }
            }
        };
        Ok(Place { kind, listens })
    }

    /// The address of the server, where there is one.
    pub fn addr(&self) -> Option<SocketAddr> {
        match self.kind {
            Kind::Lab(lab) => Some(SocketAddr::from((Ipv4Addr::LOCALHOST, lab.port()))),
            Kind::Tcp(addr) | Kind::Udp(addr) => Some(addr),
            Kind::Unix(_) => None,
        }
    }

    /// Whether each line is a datagram.
    pub fn has_datagrams(&self) -> bool {
        match self.kind {
            Kind::Lab(lab) => lab.has_datagrams(),
            Kind::Udp(_) => true,
            Kind::Tcp(_) | Kind::Unix(_) => false,
        }
    }

    /// Calls the server, or waits for a client; a lab's own server is started when nobody listens at its
    /// address.
    pub fn open(
        &self,
        recorder: &Recorder,
        screen: &mut Screen,
    ) -> Result<(Talk, Option<run_lab::Server>)> {
        let mut waits = |place: String| {
            let _ = remark(&format!("waiting for a client at {place}"), screen);
        };
        let talk = match &self.kind {
            Kind::Lab(lab) if lab.has_datagrams() => return open_lab_of_datagrams(lab, recorder),
            Kind::Lab(lab) => return open_lab(lab, recorder),
            Kind::Tcp(addr) if self.listens => {
                let listener = net::listen(*addr, limits::BACKLOG)?;
                waits(listener.local_addr().unwrap_or(*addr).to_string());
                Talk::Tcp(Session::accept(&listener, recorder)?)
            }
            Kind::Tcp(addr) => Talk::Tcp(Session::open(*addr, recorder)?),
            Kind::Udp(addr) => {
                let session = match self.listens {
                    true => {
                        SimpleSession::accept_udp(*addr, recorder, |addr| waits(addr.to_string()))
                    }
                    false => SimpleSession::open_udp(*addr, recorder),
                };
                Talk::Simple(session?, Kept::Lines)
            }
            #[cfg(unix)]
            Kind::Unix(path) => {
                let name = path.display().to_string();
                let session = match self.listens {
                    true => SimpleSession::accept_unix(path, recorder, || waits(name.clone())),
                    false => SimpleSession::open_unix(path, recorder),
                };
                let session = session.with_context(|| match self.listens {
                    true => format!("{name}: no socket can be made there"),
                    false => format!("{name}: no server can be reached there"),
                })?;
                Talk::Simple(session, Kept::Bytes)
            }
            #[cfg(not(unix))]
            Kind::Unix(path) => anyhow::bail!("{}: no Unix sockets here", path.display()),
        };
        Ok((talk, None))
    }
}

/// Calls a lab's server, and starts it if need be.
fn open_lab(lab: &Lab, recorder: &Recorder) -> Result<(Talk, Option<run_lab::Server>)> {
    let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, lab.port()));
    let error = match Session::open(addr, recorder) {
        Ok(session) => return Ok((Talk::Tcp(session), None)),
        Err(error) => error,
    };
    if error.cause != Cause::Refused {
        return Err(error.into());
    }
    let server = start_server(lab, addr)?;
    Ok((Talk::Tcp(Session::open(addr, recorder)?), Some(server)))
}

/// The same for a lab whose datagrams need no connection: the kernel's table says whether anybody receives them.
fn open_lab_of_datagrams(
    lab: &Lab,
    recorder: &Recorder,
) -> Result<(Talk, Option<run_lab::Server>)> {
    let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, lab.port()));
    let server = match net::receives(addr) {
        Some(true) => None,
        Some(false) | None => Some(start_server(lab, addr)?),
    };
    let session = SimpleSession::open_udp(addr, recorder)?;
    Ok((Talk::Simple(session, Kept::Lines), server))
}

/// Starts the lab's own server at its address.
fn start_server(lab: &Lab, addr: SocketAddr) -> Result<run_lab::Server> {
    let server = run_lab::serve(lab, addr).map_err(|error| NotStarted(error.to_string()));
    server.with_context(|| format!("lab {}", lab.number))
}
