//! Listening, calling and serving: what goes wrong is said, and no client ends the loop.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use wirelab::limits;
use wirelab::net::{
    Cause, Closed, DeadlineReader, Port, address, addresses, call, free_port, listen, serve,
};

/// Longer than anything here takes; reached only when a test fails.
const DEADLINE: Duration = Duration::from_secs(30);

fn on_loopback(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

fn free_listener() -> TcpListener {
    listen(on_loopback(0), limits::BACKLOG).unwrap()
}

/// A port that no other test is given while the value lives, also after its listener is gone.
fn held_port() -> Port {
    free_port([127, 0, 0, 1].into()).unwrap()
}

#[test]
fn a_port_in_use_says_so() {
    let holder = free_listener();
    let taken = holder.local_addr().unwrap();
    let error = listen(taken, limits::BACKLOG).unwrap_err();
    assert_eq!(
        (&error.cause, error.kind),
        (&Cause::InUse, ErrorKind::AddrInUse)
    );
    assert!(error.errno.is_some());
    assert!(
        error
            .to_string()
            .starts_with(&format!("{taken} is in use: "))
    );
}

#[test]
fn a_port_is_free_again_as_soon_as_its_server_is_gone() {
    let port = held_port();
    let addr = on_loopback(port.number);
    let listener = listen(addr, limits::BACKLOG).unwrap();
    let caller = call(addr, DEADLINE).unwrap();
    // The server hangs up first, so that its side goes through TIME_WAIT.
    let (accepted, _) = listener.accept().unwrap();
    drop(accepted);
    drop(listener);
    assert_eq!((&caller).read(&mut [0]).unwrap(), 0);
    drop(caller);
    assert!(listen(addr, limits::BACKLOG).is_ok());
}

#[test]
fn an_address_of_another_machine_says_so() {
    // 192.0.2.0/24 is for documentation (RFC 5737): nobody has it.
    let error = listen(SocketAddr::from(([192, 0, 2, 1], 0)), 1).unwrap_err();
    assert_eq!(error.cause, Cause::NotOurs);
}

#[test]
fn a_privileged_port_is_listened_on_or_explained() {
    match listen(on_loopback(81), 1) {
        Ok(listener) => assert_eq!(listener.local_addr().unwrap().port(), 81),
        Err(error) => assert!(
            matches!(error.cause, Cause::Privileged | Cause::InUse),
            "{error}"
        ),
    }
}

#[test]
fn ipv6_and_ipv4_stand_side_by_side() {
    let Ok(six) = listen("[::]:0".parse().unwrap(), 1) else {
        return; // A machine without IPv6.
    };
    let port = six.local_addr().unwrap().port();
    assert!(listen(SocketAddr::from(([0, 0, 0, 0], port)), 1).is_ok());
}

#[test]
fn nobody_there_is_refused() {
    let nobody = Closed::at(on_loopback(0)).unwrap();
    let error = call(nobody.addr, DEADLINE).unwrap_err();
    assert_eq!(
        (error.cause, error.kind),
        (Cause::Refused, ErrorKind::ConnectionRefused)
    );
}

/// Linux drops a SYN when the backlog is full, so the caller hears nothing.
#[test]
#[cfg(target_os = "linux")]
fn a_full_backlog_is_silent() {
    let listener = listen(on_loopback(0), 0).unwrap();
    let addr = listener.local_addr().unwrap();
    let short = Duration::from_millis(50);
    let mut waiting = Vec::new();
    let error = loop {
        match call(addr, short) {
            Ok(stream) => waiting.push(stream),
            Err(error) => break error,
        }
    };
    assert_eq!(error.cause, Cause::Silent(short));
    assert!(waiting.len() <= 2);
}

#[test]
fn what_is_no_address_says_what_to_write() {
    let cases = [
        (
            "127.0.0.1",
            "127.0.0.1: the port is missing; write 127.0.0.1:8001",
        ),
        (
            "http://localhost:80/",
            "an address is host:port, without http://; write localhost:80",
        ),
        ("http://localhost/a", "write localhost:80"),
        ("127.0.0.1:99999", "a port is a number from 0 to 65535"),
        ("127.0.0.1:", "a port is a number from 0 to 65535"),
        ("::1:80", "an IPv6 address needs brackets"),
        (":80", "the host is missing; write 127.0.0.1:80"),
        ("", "the port is missing"),
    ];
    for (text, expected) in cases {
        let error = addresses(text).unwrap_err().to_string();
        assert!(error.contains(expected), "{text:?}: {error}");
    }
    let long = "\u{1b}[2J".repeat(1000);
    let error = addresses(&long).unwrap_err().to_string();
    assert!(!error.contains('\u{1b}'));
}

#[test]
fn addresses_are_read() {
    assert_eq!(address("127.0.0.1:80").unwrap(), on_loopback(80));
    assert_eq!(address("localhost:80").unwrap(), on_loopback(80));
    assert_eq!(address("[::1]:80").unwrap(), "[::1]:80".parse().unwrap());
}

/// One order, one answer.
fn ask(addr: SocketAddr, order: &[u8]) -> Vec<u8> {
    let mut stream = call(addr, DEADLINE).unwrap();
    stream.write_all(order).unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    answer
}

#[test]
fn a_panic_ends_one_connection_and_no_more() {
    let serving = serve(free_listener(), 4, |client| {
        let mut stream = client.stream;
        let mut order = [0];
        stream.read_exact(&mut order).unwrap();
        assert_ne!(order, *b"!", "this panic belongs to the test");
        stream.write_all(b"ok").unwrap();
    });
    let serving = serving.unwrap();
    for _ in 0..10 {
        assert_eq!(ask(serving.address(), b"!"), b"");
        assert_eq!(ask(serving.address(), b"3"), b"ok");
    }
    assert!(serving.stop());
}

#[test]
fn at_the_cap_a_client_waits_until_another_leaves() {
    let (arrived, arrivals) = mpsc::channel();
    let serving = serve(free_listener(), 1, move |client| {
        arrived.send(client.number).unwrap();
        let mut stream = client.stream;
        let _ = stream.read(&mut [0]);
    });
    let serving = serving.unwrap();
    let first = call(serving.address(), DEADLINE).unwrap();
    assert_eq!(arrivals.recv_timeout(DEADLINE), Ok(0));
    let _second = call(serving.address(), DEADLINE).unwrap();
    assert!(arrivals.try_recv().is_err());
    drop(first);
    assert_eq!(arrivals.recv_timeout(DEADLINE), Ok(1));
    assert!(serving.stop());
}

#[test]
fn stopping_frees_the_port_and_hangs_up() {
    let port = held_port();
    let listener = listen(on_loopback(port.number), limits::BACKLOG).unwrap();
    let serving = serve(listener, 4, |client| {
        let mut stream = client.stream;
        stream.write_all(b"hello").unwrap();
        let _ = stream.read(&mut [0]);
    });
    let serving = serving.unwrap();
    let addr = serving.address();
    let mut client = call(addr, DEADLINE).unwrap();
    client.read_exact(&mut [0; 5]).unwrap();
    assert!(serving.stop());
    assert_eq!(client.read(&mut [0]).unwrap(), 0);
    assert!(TcpStream::connect(addr).is_err());
    assert!(listen(addr, 1).is_ok());
}

#[test]
fn a_byte_now_and_then_buys_no_time() {
    let listener = free_listener();
    let addr = listener.local_addr().unwrap();
    // Answers each byte with another, for as long as the other side goes on.
    let dribbling = std::thread::spawn(move || {
        let mut stream = TcpStream::connect(addr).unwrap();
        while stream.write_all(b"a").is_ok() && stream.read_exact(&mut [0]).is_ok() {}
    });
    let (stream, _) = listener.accept().unwrap();
    let whole = Duration::from_millis(200);
    let begun = Instant::now();
    let mut reader = DeadlineReader::new(&stream, Duration::from_secs(20), whole);
    for round in 1..=2 {
        let error = loop {
            match reader.read(&mut [0]) {
                Ok(count) => assert_eq!(count, 1),
                Err(error) => break error,
            }
            (&stream).write_all(b"b").unwrap();
            assert!(begun.elapsed() < Duration::from_secs(10), "it never ends");
        };
        assert_eq!(error.kind(), ErrorKind::WouldBlock);
        assert!(begun.elapsed() >= whole * round);
        reader.begin(whole);
    }
    drop(stream);
    dribbling.join().unwrap();
}
