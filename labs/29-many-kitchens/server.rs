//! Lab 29 · Many kitchens · a load balancer: clients use one address, and several servers share the work. balancer.rs
//! chooses the server, read.rs, message.rs and passed_on.rs read and change a message, and proxy_line.rs reads the
//! PROXY line.
//!
//!     cargo run --bin lab29-server [LISTEN [SERVER … [proxy]]]
//!
//! Without: 127.0.0.1:8029, 127.0.0.1:9029, 127.0.0.1:9129. With the word `proxy`, each connection must begin with a
//! PROXY line.

mod balancer;
mod message;
mod passed_on;
mod proxy_line;
mod read;

use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, Shutdown, SocketAddr, TcpStream};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::time::Duration;

use balancer::{Balancer, PATIENCE, no};
use wirelab::net;

/// Serves one connection with one request.
fn serve(mut client: &TcpStream, peer: IpAddr, balancer: &Balancer) -> io::Result<()> {
    client.set_read_timeout(Some(PATIENCE))?;
    client.set_write_timeout(Some(PATIENCE))?;
    let bytes = match balancer.answer(client, peer) {
        Ok(answer) => answer,
        Err(error) => match error.kind() {
            ErrorKind::InvalidData => no(400, "Bad Request", &error.to_string()),
            ErrorKind::Unsupported => no(411, "Length Required", "say a Content-Length"),
            _ => return Err(error),
        },
    };
    client.write_all(&bytes)?;
    client.shutdown(Shutdown::Write)?;
    client.set_read_timeout(Some(Duration::from_secs(1)))?;
    let _ = io::copy(&mut client.take(65_536), &mut io::sink()); // so that no reset destroys the answer (lab 5)
    Ok(())
}

fn main() -> ExitCode {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    let proxy = words.last().is_some_and(|word| word == "proxy");
    words.truncate(words.len() - usize::from(proxy));
    let default = ["127.0.0.1:8029", "127.0.0.1:9029", "127.0.0.1:9129"];
    match words.len() {
        0 => words.extend(default.map(String::from)),
        1 => words.extend(default[1..].iter().map(ToString::to_string)),
        _ => {}
    }
    let addresses: Result<Vec<SocketAddr>, _> =
        words.iter().map(|word| net::address(word)).collect();
    let addresses = match addresses {
        Ok(addresses) => addresses,
        Err(error) => {
            eprintln!("lab29-server: {error}");
            return ExitCode::from(2);
        }
    };
    let servers = addresses[1..]
        .iter()
        .map(|addr| (*addr, AtomicBool::new(true)));
    let balancer = Balancer {
        servers: servers.collect(),
        next: AtomicUsize::new(0),
        proxy,
    };
    let serve = move |client: net::AcceptedClient| {
        if let Err(error) = serve(client.stream, client.peer.ip(), &balancer) {
            eprintln!("client {}: {error}", client.number);
        }
    };
    let serving = net::listen(addresses[0], 128)
        .map_err(|error| error.to_string())
        .and_then(|listener| {
            println!(
                "listening on {}",
                listener.local_addr().unwrap_or(addresses[0])
            );
            net::serve(listener, 100, serve).map_err(|error| error.to_string())
        });
    match serving {
        Ok(serving) => serving.wait(),
        Err(error) => {
            eprintln!("lab29-server: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
