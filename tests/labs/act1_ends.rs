//! What labs 5 and 6 say of connections, a hundred times of a hundred: resets made on purpose, a full
//! backlog, a port in use by a program and by a memory. Nothing here depends on who is faster.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use crate::support::peers::{ask, client, complaint, printed, run};
use crate::support::{Server, bin};

#[test]
fn lab05_a_server_that_answers_without_reading_resets_100_of_100_clients() {
    let server = Server::start("start05-server");
    let visits = run("lab05-client", &[&server.addr.to_string(), "100"]);
    assert_eq!(printed(&visits), "100 visits: 0 FIN, 100 RST\n");
    assert_eq!(visits.status.code(), Some(1));
}

#[test]
fn lab05_a_server_that_hears_its_clients_out_resets_none_of_100() {
    let server = Server::start("lab05-server");
    let visits = run("lab05-client", &[&server.addr.to_string(), "100"]);
    assert_eq!(printed(&visits), "100 visits: 100 FIN, 0 RST\n");
    assert_eq!(visits.status.code(), Some(0));
}

/// Four kinds of leaving: before a word, in mid-order, after the order, and after the answer.
#[test]
fn lab05_rude_clients_end_their_own_conversation_alone() {
    let mut server = Server::start("lab05-server");
    let words = ["", "3 ta", "3 tacos\n", "3 tacos\nand salsa\n"];
    for word in words.repeat(25) {
        let mut rude = client(server.addr);
        rude.write_all(word.as_bytes()).expect("it listens");
        let linger = socket2::SockRef::from(&rude).set_linger(Some(Duration::ZERO));
        linger.expect("SO_LINGER");
    }
    let polite = run("lab05-client", &[&server.addr.to_string()]);
    assert_eq!(
        printed(&polite),
        "3 tacos, coming up\nthe server hung up: FIN\n"
    );
    assert!(server.runs());
}

#[test]
fn lab05_a_server_that_unwraps_is_ended_by_one_rude_client() {
    let server = Server::start("start05-server");
    let addr = server.addr.to_string();
    assert_eq!(
        printed(&run("lab05-client", &[&addr, "rude"])),
        "we broke off: RST\n"
    );
    // It ends at some moment after the reset; a connection that it still took ends with it.
    while let Ok(mut last) = TcpStream::connect(&addr) {
        let _ = last.read(&mut [0]);
    }
}

/// The order that is refused is longer than what the server reads, and the refusal arrives all the same.
#[test]
fn lab05_a_refusal_is_not_destroyed_by_what_was_left_unread() {
    let server = Server::start("lab05-server");
    let endless = vec![b'x'; 100_000];
    assert_eq!(ask(server.addr, &endless), b"? your order has no end\n");
}

/// Linux lets one more onto the bench than `listen` says, and drops the knock of whoever comes then.
#[cfg(target_os = "linux")]
#[test]
fn lab06_a_full_backlog_is_busy_twice_and_then_silent() {
    let server = Server::start("lab06-server");
    let addr = server.addr.to_string();
    let sits = client(server.addr);
    let mut greeting = [0; 8];
    (&sits).read_exact(&mut greeting).expect("a greeting");
    assert_eq!(&greeting, b"come in\n");

    // Exactly what the README shows.
    let mut session = String::new();
    for word in ["busy", "busy", "no answer"] {
        let knock = run("lab06-client", &[&addr]);
        assert_eq!(printed(&knock), format!("{addr} {word}\n"));
        session += "$ cargo run -q --bin lab06-client\n";
        session += &printed(&knock).replace(&addr, "127.0.0.1:8006");
    }
    let readme = include_str!("../../labs/06-nobody-home/README.md");
    assert!(readme.contains(&session), "the README shows no\n{session}");

    // The client leaves; whoever comes next gets in as soon as the waiter has looked at the bench.
    drop(sits);
    let next = client(server.addr);
    (&next).read_exact(&mut greeting).expect("a greeting");
    drop(next);
    assert_eq!(
        printed(&run("lab06-client", &[&addr])),
        format!("{addr} open\n")
    );
}

#[test]
fn lab06_a_port_is_in_use_by_another_program() {
    let server = Server::start("lab06-server");
    let addr = server.addr.to_string();
    let second = run("lab06-server", &[&addr]);
    assert_eq!(second.status.code(), Some(1));
    assert_eq!(printed(&second), "");
    let why = complaint("lab06-server", &second);
    assert!(
        why.contains("in use: another program listens there"),
        "{why}"
    );
}

/// A server that is ended while a client still sits there has hung up first: its port is remembered.
/// On an address of its own, so that no other test is given the port in the meantime.
#[cfg(target_os = "linux")]
#[test]
fn lab06_a_port_is_in_use_by_a_memory_and_so_reuseaddr_gets_it_back() {
    let server = Server::start_with(Command::new(bin("lab06-server")).arg("127.0.6.1:0"));
    let addr = server.addr.to_string();
    let sits = client(server.addr);
    (&sits).read_exact(&mut [0; 8]).expect("a greeting");
    drop(server);
    let end = (&sits).read(&mut [0]).expect("a FIN, not a reset");
    assert_eq!(end, 0);
    drop(sits);

    let forgetful = run("lab06-server", &[&addr, "forgetful"]);
    assert_eq!(forgetful.status.code(), Some(1));
    let why = complaint("lab06-server", &forgetful);
    assert!(why.contains("in use, but nobody listens there"), "{why}");

    let back = Server::start_with(Command::new(bin("lab06-server")).arg(&addr));
    assert_eq!(back.addr.to_string(), addr);
}
