//! `--server CMD`: a server that a command starts itself, and starts again when the server ends.
//!
//! Rule: the server ends when its value is dropped. Its output is kept, and is shown only if the server cannot
//! be started.

use super::{NotStarted, WrongUse};
use anyhow::Result;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Mutex;
use wirelab::check::program::{CommandLine, Contract, Program};
use wirelab::locks::lock;
use wirelab::{limits, net};

/// The server.
pub struct ServerCommand {
    line: CommandLine,
    contract: Contract,
    program: Mutex<Option<Program>>,
    /// Held so that no other program gets the port.
    _port: Option<net::Port>,
}

impl ServerCommand {
    /// Starts it, and waits until it listens at `addr`, or at a free port of 127.0.0.1. In the command
    /// `{addr}`, `{host}` and `{port}` are replaced.
    pub fn start(text: &str, addr: Option<SocketAddr>) -> Result<ServerCommand> {
        let line = CommandLine::parse(text);
        let line = line.map_err(|error| WrongUse(format!("--server: {error}")))?;
        let (addr, port) = match addr {
            Some(addr) => (addr, None),
            None => {
                let ip = IpAddr::V4(Ipv4Addr::LOCALHOST);
                let port = net::free_port(ip)?;
                (SocketAddr::new(ip, port.number), Some(port))
            }
        };
        if net::accepts(addr, true) {
            let text = format!("another program listens at {addr} already: name another address");
            return Err(WrongUse(text).into());
        }
        let server = ServerCommand {
            line,
            contract: Contract::at(addr),
            program: Mutex::new(None),
            _port: port,
        };
        server.restart().map_err(NotStarted)?;
        Ok(server)
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.contract.addr
    }

    /// Starts it again, if it has ended or does not listen any more. `Err`: why it cannot be started.
    pub fn restart(&self) -> Result<(), String> {
        let mut place = lock(&self.program);
        let runs = place
            .as_mut()
            .is_some_and(|program| program.ending().is_none());
        if runs && net::accepts(self.addr(), true) {
            return Ok(());
        }
        if let Some(mut old) = place.take() {
            old.end();
        }
        let started = Program::start(&self.line, &self.contract);
        let mut program = started.map_err(|error| error.to_string())?;
        let ready = program.wait_ready(self.addr(), limits::IO_DEADLINE);
        if ready.is_err() {
            let said = program.stderr().text();
            let last = said
                .lines()
                .last()
                .unwrap_or("it printed nothing")
                .to_string();
            let (name, addr) = (self.line.program(), self.addr());
            return Err(format!("{name} does not listen at {addr}: {last}"));
        }
        *place = Some(program);
        Ok(())
    }
}
