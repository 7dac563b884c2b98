//! `tap --udp`: datagrams are relayed, recorded and written to each file.

use std::fs;
use std::net::{SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::peers::DEADLINE;
use crate::support::{Server, bin, have, soon};
use wirelab::limits;
use wirelab::net::free_datagram_port;
use wirelab::wire::{Transcript, Who};

fn folder(test: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("tap-udp-{test}"));
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

/// A server that sends each datagram back, as long as the test runs.
fn echo() -> SocketAddr {
    let server = UdpSocket::bind("127.0.0.1:0").unwrap();
    let addr = server.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut buffer = [0; 2048];
        while let Ok((length, from)) = server.recv_from(&mut buffer) {
            let _ = server.send_to(&buffer[..length], from);
        }
    });
    addr
}

fn tap(folder: &Path, upstream: SocketAddr, words: &[&str]) -> Server {
    let mut command = Command::new(bin("wirelab"));
    command.args(["tap", "127.0.0.1:0", &upstream.to_string(), "--udp"]);
    Server::start_with(command.args(words).current_dir(folder))
}

fn client(addr: SocketAddr) -> UdpSocket {
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.connect(addr).unwrap();
    client.set_read_timeout(Some(DEADLINE)).unwrap();
    client
}

fn ask(client: &UdpSocket, words: &str) -> String {
    let mut buffer = [0; 2048];
    client.send(words.as_bytes()).unwrap();
    let count = client.recv(&mut buffer).unwrap();
    String::from_utf8(buffer[..count].to_vec()).unwrap()
}

fn saved(folder: &Path) -> Transcript {
    Transcript::parse(&fs::read_to_string(folder.join("F.wire")).unwrap()).unwrap()
}

#[test]
fn datagrams_are_relayed_and_every_file_has_them() {
    let folder = folder("files");
    let words = ["--save", "F.wire", "--pcapng", "F.pcapng", "--svg", "F.svg"];
    let tap = tap(&folder, echo(), &words);
    let (one, two) = (client(tap.addr), client(tap.addr));
    for (client, words) in [(&one, "3 tacos\n"), (&two, "a flan\n"), (&one, "token=x\n")] {
        assert_eq!(ask(client, words), words);
    }
    // Killed: the files are complete at every moment.
    drop(tap);
    let saved = saved(&folder);
    assert!(saved.has_datagrams());
    assert_eq!(
        saved.heading("client"),
        Some(one.local_addr().unwrap().to_string().as_str())
    );
    let text = saved.render();
    assert!(text.ends_with("~ end\n"), "{text}");
    assert!(text.contains("C2> a flan\\n\n") && text.contains("S2> a flan\\n\n"));
    assert!(text.contains("C> token=\\{masked 1 bytes}\\n\n"), "{text}");
    let picture = fs::read_to_string(folder.join("F.svg")).unwrap();
    assert!(picture.contains("a flan") && picture.ends_with("</svg>\n"));
    if have(&["tshark"]) {
        let mut tshark = Command::new("tshark");
        tshark.args(["-r", "F.pcapng", "-Tfields", "-e", "udp.payload"]);
        let read = tshark.current_dir(&folder).output().unwrap();
        let payloads = String::from_utf8(read.stdout).unwrap();
        let flan = "6120666c616e0a";
        assert_eq!(payloads.matches(flan).count(), 2, "{payloads}");
        assert_eq!(payloads.lines().count(), 6, "{payloads}");
    }
}

/// A resolver asks each question from a port of its own.
#[test]
fn more_clients_come_than_there_are_places_for() {
    let folder = folder("many");
    let tap = tap(&folder, echo(), &["--save", "F.wire"]);
    let clients = limits::DATAGRAM_CLIENTS + 10;
    // All stay open: a port that is given back may be the next client's.
    let sockets: Vec<UdpSocket> = (0..clients).map(|_| client(tap.addr)).collect();
    for (number, socket) in (1..).zip(&sockets) {
        let words = format!("{number} tacos\n");
        assert_eq!(ask(socket, &words), words);
    }
    let saved = saved(&folder);
    assert_eq!(saved.connections().len(), clients);
    let last = saved.bytes_of(clients as u32, Who::Server);
    assert_eq!(last, format!("{clients} tacos\n").as_bytes());
}

#[test]
fn a_server_that_receives_nothing_is_recorded() {
    let folder = folder("nobody");
    let nobody = free_datagram_port([127, 0, 0, 1].into()).unwrap();
    let upstream = SocketAddr::from(([127, 0, 0, 1], nobody.number));
    let tap = tap(&folder, upstream, &["--save", "F.wire"]);
    client(tap.addr).send(b"3 tacos\n").unwrap();
    let file = folder.join("F.wire");
    assert!(soon(|| {
        let text = fs::read_to_string(&file).unwrap_or_default();
        text.contains("S refuse\n")
    }));
}

#[test]
fn what_needs_connections_is_refused() {
    for words in [&["--latency", "80ms"][..], &["--connections", "1"]] {
        let mut command = Command::new(bin("wirelab"));
        command.args(["tap", "127.0.0.1:0", "127.0.0.1:1", "--udp"]);
        let output = command.args(words).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(
            said.contains(&format!("{} needs connections", words[0])),
            "{said}"
        );
    }
}
