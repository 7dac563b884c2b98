//! Lab 26: dig asks its server over UDP and TCP, tshark reads what was said, and messages that lie.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::process::{Command, Stdio};
use std::thread;

use super::dice::Dice;
use super::support::peers::{DEADLINE, ask, client, printed, run, started_wrongly};
use super::support::{Server, bin, have};
use wirelab::net::{DatagramTap, Recorder, Tap};
use wirelab::wire::{PcapngOptions, Transcript, pcapng};

/// A question for this name, as labels, of the type A.
fn question(id: u16, name: &[u8]) -> Vec<u8> {
    let header = [&id.to_be_bytes()[..], &[1, 0, 0, 1, 0, 0, 0, 0, 0, 0]].concat();
    [&header, name, &[0, 1, 0, 1]].concat()
}

const TACOS: &[u8] = b"\x05tacos\x07example\0";

fn socket(server: SocketAddr) -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    socket.connect(server).expect("an address");
    socket.set_read_timeout(Some(DEADLINE)).expect("a deadline");
    socket
}

fn receive(socket: &UdpSocket) -> Vec<u8> {
    let mut answer = vec![0; 65_535];
    let length = socket.recv(&mut answer).expect("an answer");
    answer.truncate(length);
    answer
}

#[test]
fn a_program_that_is_started_wrongly_says_one_thing_and_ends() {
    started_wrongly(&["26"]);
    let taken = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let taken = taken.local_addr().expect("an address").to_string();
    let output = run("lab26-server", &[&taken]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.starts_with(&format!("lab26-server: {taken} ")),
        "{said}"
    );
    assert_eq!((output.status.code(), said.lines().count()), (Some(1), 1));
}

/// What dig prints, its comments included, without empty lines.
fn dig(server: SocketAddr, words: &str) -> String {
    let mut dig = Command::new("dig");
    dig.args(["@127.0.0.1", "-p", &server.port().to_string()]);
    let dig = dig.args(words.split(' ')).output().expect("dig starts");
    assert!(dig.status.success(), "{words}: {dig:?}");
    String::from_utf8(dig.stdout).expect("text")
}

#[test]
fn dig_gets_its_answers_over_udp_and_tcp() {
    if !have(&["dig"]) {
        return;
    }
    let server = Server::start("lab26-server");
    let site6 = "2001:db8::7\n";
    for way in ["+notcp", "+tcp"] {
        let short = |words: &str| dig(server.addr, &format!("{way} +short {words}"));
        assert_eq!(short("tacos.example"), "192.0.2.7\n", "{way}");
        assert_eq!(short("TACOS.example AAAA"), site6, "{way}");
        let alias = ["tacos.example.\n", site6].concat();
        assert_eq!(short("www.tacos.example AAAA"), alias, "{way}");
        assert_eq!(short("party.tacos.example").lines().count(), 32, "{way}");
        assert_eq!(short("tacos.example MX"), "", "{way}");
        for (words, status) in [
            ("tacos.example", "NOERROR"),
            ("salsa.tacos.example", "NXDOMAIN"),
            ("nachos.example", "REFUSED"),
            ("+opcode=notify tacos.example", "NOTIMP"),
            ("-c CH tacos.example", "REFUSED"),
        ] {
            let said = dig(server.addr, &format!("{way} {words}"));
            assert!(
                said.contains(&format!("status: {status},")),
                "{way} {words}: {said}"
            );
            assert!(
                !said.contains("malformed") && !said.contains("mismatch"),
                "{said}"
            );
        }
    }
    let cut = dig(server.addr, "party.tacos.example");
    assert!(cut.contains(";; Truncated, retrying in TCP mode."), "{cut}");
    assert!(
        cut.contains("(TCP)") && cut.contains("MSG SIZE  rcvd: 549"),
        "{cut}"
    );
    // Five questions in one connection.
    let all = "+tcp +keepopen +short tacos.example www.tacos.example party.tacos.example tacos.example AAAA x.tacos.example";
    assert_eq!(dig(server.addr, all).lines().count(), 1 + 2 + 32 + 1);
}

/// The lab's own client finds the way to TCP by itself, and says what went wrong.
#[test]
fn the_client_prints_one_line() {
    let server = Server::start("lab26-server");
    let addr = server.addr.to_string();
    let both = "192.0.2.7 2001:db8:0:0:0:0:0:7\n";
    for (words, line, code) in [
        ("tacos.example", both, 0),
        ("TACOS.example. tcp", both, 0),
        ("www.tacos.example udp 65535", both, 0),
        ("party.tacos.example udp", "truncated\n", 1),
        ("salsa.tacos.example", "no such name\n", 1),
        ("salsa.example tcp", "error 5\n", 1),
    ] {
        let words: Vec<&str> = [&addr[..]].into_iter().chain(words.split(' ')).collect();
        let output = run("lab26-client", &words);
        assert_eq!(
            (&printed(&output)[..], output.status.code()),
            (line, Some(code)),
            "{words:?}"
        );
    }
    let party = printed(&run("lab26-client", &[&addr, "party.tacos.example"]));
    assert_eq!(party.split_whitespace().count(), 32, "{party}");
    let long = vec!["x".repeat(60); 5].join(".");
    for words in [
        ["", "udp", "1"],
        ["a..b", "udp", "1"],
        [&long, "tcp", "1"],
        ["a", "http", "1"],
        ["a", "udp", "65536"],
    ] {
        let words = [&[&addr[..]][..], &words].concat();
        let output = run("lab26-client", &words);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(
            (output.status.code(), said.lines().count()),
            (Some(2), 1),
            "{words:?}: {said}"
        );
    }
}

/// Each cut and many changed questions: an answer with the same ID, or none, and then the right one for the next
/// client. Each message has one line in the log.
#[test]
fn no_message_is_too_strange() {
    let mut command = Command::new(bin("lab26-server"));
    let (server, mut log) = Server::start_logged(command.arg("127.0.0.1:0"));
    let said = thread::spawn(move || {
        let mut said = String::new();
        log.read_to_string(&mut said).expect("text");
        said
    });
    let (ours, mut dice) = (socket(server.addr), Dice::new());
    let good = question(0x1a2b, TACOS);
    let mut strange: Vec<Vec<u8>> = (0..good.len()).map(|cut| good[..cut].to_vec()).collect();
    for _ in 0..500 {
        let mut message = good.clone();
        for _ in 0..1 + dice.below(4) {
            let at = dice.below(message.len());
            message[at] = dice.byte();
        }
        // No ID of the right questions below.
        message[0] &= 0x7f;
        strange.push(message);
    }
    strange.push(vec![0x7f; 60_000]);
    strange.push(question(1, &[0xc0; 1_000]));
    let count = strange.len();
    for (number, message) in strange.into_iter().enumerate() {
        // What comes before the answer to this question is the answer to the message before.
        let id = 0x8000 + number as u16;
        ours.send(&message).expect("it is sent");
        ours.send(&question(id, TACOS)).expect("it is sent");
        let mut last = receive(&ours);
        if last[..2] != id.to_be_bytes() {
            assert_eq!(last[..2], message[..2], "{message:?}");
            last = receive(&ours);
        }
        assert!(last.starts_with(&id.to_be_bytes()) && last.ends_with(&[192, 0, 2, 7]));
    }
    drop(server);
    let said = said.join().expect("the log");
    let lines = said.lines().filter(|line| line.contains(" udp: ")).count();
    assert_eq!(
        (lines, said.contains("panicked")),
        (2 * count, false),
        "{said}"
    );
}

#[test]
fn names_are_compared_by_their_labels() {
    let server = Server::start_with(Command::new(bin("lab26-server")).arg("127.0.0.1:0"));
    let ours = socket(server.addr);
    let names: [(&[u8], u8); 4] = [
        (b"\x03www\x05tacos\x07example\0", 0),
        (b"\x04nope\x05tacos\x07example\0", 3),
        // A label of the letters `tacos.example`, and one whose last bytes are those of the zone's labels.
        (b"\x0dtacos.example\0", 5),
        (b"\x0fx\x05tacos\x07example\0", 5),
    ];
    for (name, code) in names {
        ours.send(&question(7, name)).expect("it is sent");
        let answer = receive(&ours);
        // The code is the last four bits of byte 3 (RFC 1035 4.1.1).
        assert_eq!(answer[3] & 0x0f, code, "{}", name.escape_ascii());
    }
}

/// Over TCP a message that lies, or stops in the middle, costs its own connection at most.
#[test]
fn no_stream_is_too_strange() {
    let mut server = Server::start("lab26-server");
    let framed = |message: &[u8]| [&(message.len() as u16).to_be_bytes()[..], message].concat();
    let good = framed(&question(7, TACOS));
    let answered = |bytes: &[u8]| {
        let answer = ask(server.addr, bytes);
        let right = answer.get(..4) == Some(&[0, 47, 0, 7]) && answer.ends_with(&[192, 0, 2, 7]);
        (right, answer)
    };
    for cut in 0..good.len() {
        assert_eq!(answered(&good[..cut]).1, b"", "cut at {cut}");
    }
    let circle = framed(&question(8, b"\xc0\x0c"));
    let refused = b"\0\x0c\0\x08\x81\x01\0\0\0\0\0\0\0\0";
    let (right, answer) = answered(&[&circle[..], &good].concat());
    assert!(right || answer.starts_with(refused), "{answer:?}");
    assert_eq!(
        answer.len(),
        refused.len() + 2 + 47,
        "the next question has its answer"
    );
    for nothing in [&b"\0\0"[..], b"\0\x04taco", &[0xff; 70_000]] {
        assert_eq!(answered(nothing).1, b"");
    }
    assert!(answered(&good).0);
    assert!(server.runs());
}

/// A client that says half a message does not keep others from their answers.
#[test]
fn a_silent_client_stops_nobody() {
    let server = Server::start("lab26-server");
    let good = [&[0, 31][..], &question(7, TACOS)].concat();
    let mut silent: Vec<TcpStream> = (0..20).map(|_| client(server.addr)).collect();
    for stream in &mut silent {
        stream.write_all(&good[..10]).expect("it is taken");
    }
    assert_eq!(ask(server.addr, &good).len(), 49);
    for stream in &mut silent {
        stream.write_all(&good[10..]).expect("it is taken");
        let mut answer = [0; 49];
        stream.read_exact(&mut answer).expect("an answer");
        assert!(answer.ends_with(&[192, 0, 2, 7]));
    }
}

/// What tshark says about a recording of the lab's two programs.
fn dissected(name: &str, said: &Transcript) -> String {
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    // By this port tshark knows the protocol.
    let mut said = said.clone();
    said.push_heading("server", "127.0.0.1:53");
    let bytes = pcapng(&said, &PcapngOptions::of(&said)).expect("a capture");
    std::fs::write(&file, bytes).expect("a file");
    let mut tshark = Command::new("tshark");
    tshark.arg("-r").arg(&file).stdin(Stdio::null());
    tshark.args(["-Y", "dns", "-T", "fields", "-E", "separator=;"]);
    for field in [
        "dns.id",
        "dns.qry.name",
        "dns.a",
        "dns.aaaa",
        "_ws.malformed",
    ] {
        tshark.args(["-e", field]);
    }
    let output = tshark.output().expect("tshark starts");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn tshark_dissects_what_the_programs_say() {
    if !have(&["tshark"]) {
        return;
    }
    let server = Server::start("lab26-server");
    let told = "0x1a2b;tacos.example;;;\n0x1a2b;tacos.example;192.0.2.7;;\n\
                0x1a2c;tacos.example;;;\n0x1a2c;tacos.example;;2001:db8::7;\n";
    let recorder = Recorder::new();
    let tap = DatagramTap::start(server.addr, recorder.clone()).expect("a tap");
    let ask = |addr: SocketAddr, way| {
        let words = [&addr.to_string()[..], "tacos.example", way, "6699"];
        assert!(run("lab26-client", &words).status.success());
    };
    ask(tap.address(), "udp");
    drop(tap);
    let said = recorder.transcript_of_datagrams();
    // On a busy machine the client may have asked again.
    let lines = dissected("names-udp.pcapng", &said);
    for line in lines.lines() {
        assert!(told.contains(&format!("{line}\n")), "{lines}");
    }
    for line in told.lines() {
        assert!(lines.contains(&format!("{line}\n")), "{lines}");
    }
    let recorder = Recorder::new();
    let listener = super::support::peers::free_listener();
    let tap = Tap::start(listener, server.addr, recorder.clone()).expect("a tap");
    ask(tap.address(), "tcp");
    assert!(tap.wait_ended(1, DEADLINE));
    assert_eq!(dissected("names-tcp.pcapng", &recorder.transcript()), told);
}
