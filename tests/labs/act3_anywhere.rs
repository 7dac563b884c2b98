//! Lab 13's client finds the address that lives, whatever the others do; its server listens where it is
//! told, by IPv4, by IPv6, and by both.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::support::peers::closed;
use crate::support::{Server, bin, skip};
use socket2::{Domain, Socket, Type};

fn client(words: &[&str]) -> Output {
    let mut command = Command::new(bin("lab13-client"));
    let output = command.args(words).stdin(Stdio::null()).output();
    output.expect("the client starts")
}

/// A socket that has this address and does not listen; `None` if another one has it.
fn hold(addr: SocketAddr) -> Option<Socket> {
    let socket = Socket::new(Domain::for_address(addr), Type::STREAM, None).expect("a socket");
    socket.bind(&addr.into()).is_ok().then_some(socket)
}

/// A full queue: the kernel leaves further calls without an answer. All of it ends with the value.
struct Silent {
    addr: SocketAddr,
    _listener: Socket,
    _clients: Vec<TcpStream>,
}

fn silent() -> Silent {
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    listener.bind(&any.into()).expect("a port");
    listener.listen(0).expect("a queue");
    let addr = listener.local_addr().expect("an address");
    let addr = addr.as_socket().expect("an IPv4 address");
    let patience = Duration::from_millis(200);
    let mut clients = Vec::new();
    while let Ok(client) = TcpStream::connect_timeout(&addr, patience) {
        clients.push(client);
        assert!(clients.len() < 64, "this queue never fills");
    }
    Silent {
        addr,
        _listener: listener,
        _clients: clients,
    }
}

#[test]
fn lab13_a_silent_first_address_costs_a_moment_and_not_a_minute() {
    let server = Server::start("lab13-server");
    let silent = silent();
    let words = [
        "http://tacos.example/",
        &silent.addr.to_string(),
        &server.addr.to_string(),
    ];
    let started = Instant::now();
    let output = client(&words);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.ends_with("three tacos, from 127.0.0.1\n"), "{said}");
    assert!(
        started.elapsed() < Duration::from_secs(4),
        "{:?}",
        started.elapsed()
    );
    let log = String::from_utf8_lossy(&output.stderr);
    assert_eq!(log.lines().count(), 2, "{log}");
}

#[test]
fn lab13_when_all_addresses_are_dead_all_are_named() {
    let (one, two) = (closed(), closed());
    let (one, two) = (one.addr.to_string(), two.addr.to_string());
    let output = client(&["http://tacos.example/", &one, &two]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    let last = said.lines().last().unwrap_or_default();
    assert_eq!(
        last,
        format!("lab13-client: tacos.example: nobody answers at {one}, {two}")
    );
}

#[test]
fn lab13_wrong_words_are_refused() {
    let cases = [
        (&["tacos"][..], "a URL begins with http://"),
        (&["http://a/", "tacos"], "tacos is no address"),
        (&["https://a/"], "TLS"),
        (
            &["http://no-such-name.invalid/"],
            "no phone book has no-such-name.invalid",
        ),
    ];
    for (words, word) in cases {
        let output = client(words);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(
            said.starts_with("lab13-client: ") && said.contains(word),
            "{said}"
        );
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

#[test]
fn lab13_a_server_is_found_where_it_listens_and_nowhere_else() {
    let here = [
        IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(Ipv6Addr::LOCALHOST),
    ];
    if TcpListener::bind("[::1]:0").is_err() {
        skip("this machine has no ::1");
        return;
    }
    let places = [
        ("127.0.0.1:0", [true, false]),
        ("[::1]:0", [false, true]),
        ("0.0.0.0:0", [true, false]),
        ("[::]:0", [true, true]),
    ];
    for (place, found) in places {
        // Where it must not be found nobody else may listen: we hold that port, or take another one.
        let (server, _held) = (0..100)
            .find_map(|_| {
                let server = Server::start_with(Command::new(bin("lab13-server")).arg(place));
                let elsewhere = here.iter().zip(found).filter(|(_, found)| !found);
                let held: Option<Vec<Socket>> = elsewhere
                    .map(|(ip, _)| hold(SocketAddr::from((*ip, server.addr.port()))))
                    .collect();
                Some((server, held?))
            })
            .expect("a port that is free at both addresses");
        for (ip, found) in here.iter().zip(found) {
            let addr = SocketAddr::from((*ip, server.addr.port())).to_string();
            let output = client(&["http://nachos.example/", &addr]);
            assert_eq!(output.status.success(), found, "{place} called at {addr}");
            let said = String::from_utf8_lossy(&output.stdout);
            let body = format!("a plate of nachos, from {ip}\n");
            assert!(!found || said.ends_with(&body), "{said}");
        }
    }
}
