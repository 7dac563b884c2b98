//! The tap keeps what happened: bytes, order, half-closes, resets, refusals.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Barrier, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::support::peers::{DEADLINE, closed, free_listener};
use crate::support::soon;
use socket2::SockRef;
use wirelab::limits;
use wirelab::net::{ObservationKind, Recorder, Tap, call, serve};
use wirelab::wire::{Entry, Event, Gap, Piece, Transcript, Who};

/// A server that serves one connection, in the background.
fn server(serve: impl FnOnce(TcpStream) + Send + 'static) -> (SocketAddr, JoinHandle<()>) {
    let listener = free_listener();
    let addr = listener.local_addr().unwrap();
    let running = thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        serve(stream);
    });
    (addr, running)
}

fn tapped(upstream: SocketAddr) -> (Tap, Recorder) {
    let recorder = Recorder::new();
    let tap = Tap::start(free_listener(), upstream, recorder.clone()).unwrap();
    (tap, recorder)
}

fn reset(stream: TcpStream) {
    let socket = SockRef::from(&stream);
    socket.set_linger(Some(Duration::ZERO)).unwrap();
}

/// One line a step; what one side says without interruption is one step; times are left out.
fn steps(transcript: &Transcript) -> Vec<String> {
    let mut steps: Vec<(String, String)> = Vec::new();
    for entry in transcript.entries() {
        match entry {
            Entry::Chunk(chunk) => {
                let who = format!("{}{}>", chunk.who.letter(), chunk.conn);
                let mut text = String::new();
                for piece in &chunk.pieces {
                    if let Piece::Bytes(bytes) = piece {
                        text.push_str(&bytes.escape_ascii().to_string());
                    }
                }
                match steps.last_mut() {
                    Some((last, said)) if *last == who => said.push_str(&text),
                    _ => steps.push((who, text)),
                }
            }
            Entry::Event { who, conn, event } => {
                let what = match event {
                    Event::Connect => "connect",
                    Event::Refuse => "refuse",
                    Event::Fin => "fin",
                    Event::Rst => "rst",
                    Event::Timeout(_) => "timeout",
                    _ => "a fate of a datagram",
                };
                steps.push((format!("{}{conn}", who.letter()), what.to_string()));
            }
            _ => {}
        }
    }
    let lines = steps.into_iter();
    lines.map(|(who, what)| format!("{who} {what}")).collect()
}

fn read_to_end(mut stream: &TcpStream) -> std::io::Result<Vec<u8>> {
    let mut all = Vec::new();
    stream.read_to_end(&mut all).map(|_| all)
}

#[test]
fn an_exchange_is_recorded_in_order() {
    let (upstream, running) = server(|mut stream| {
        let mut order = [0; 8];
        stream.read_exact(&mut order).unwrap();
        stream.write_all(b"3 tacos, coming up\n").unwrap();
    });
    let (tap, recorder) = tapped(upstream);
    let mut client = call(tap.address(), DEADLINE).unwrap();
    client.write_all(b"3 tacos\n").unwrap();
    assert_eq!(read_to_end(&client).unwrap(), b"3 tacos, coming up\n");
    drop(client);
    assert!(tap.wait_ended(1, DEADLINE));
    running.join().unwrap();
    let expected = [
        "C1 connect",
        "C1> 3 tacos\\n",
        "S1> 3 tacos, coming up\\n",
        "S1 fin",
        "C1 fin",
    ];
    assert_eq!(steps(&recorder.transcript()), expected);
}

#[test]
fn a_half_close_of_the_client_leaves_the_answer_a_way() {
    let (upstream, running) = server(|mut stream| {
        let order = read_to_end(&stream).unwrap();
        let answer = format!("{} bytes\n", order.len());
        stream.write_all(answer.as_bytes()).unwrap();
    });
    let (tap, recorder) = tapped(upstream);
    let mut client = call(tap.address(), DEADLINE).unwrap();
    client.write_all(b"taco").unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    assert_eq!(read_to_end(&client).unwrap(), b"4 bytes\n");
    drop(client);
    assert!(tap.wait_ended(1, DEADLINE));
    running.join().unwrap();
    let expected = [
        "C1 connect",
        "C1> taco",
        "C1 fin",
        "S1> 4 bytes\\n",
        "S1 fin",
    ];
    assert_eq!(steps(&recorder.transcript()), expected);
}

#[test]
fn a_half_close_of_the_server_leaves_the_client_its_way() {
    let (upstream, running) = server(|mut stream| {
        stream.write_all(b"menu\n").unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        assert_eq!(read_to_end(&stream).unwrap(), b"thanks\n");
    });
    let (tap, recorder) = tapped(upstream);
    let mut client = call(tap.address(), DEADLINE).unwrap();
    assert_eq!(read_to_end(&client).unwrap(), b"menu\n");
    client.write_all(b"thanks\n").unwrap();
    drop(client);
    assert!(tap.wait_ended(1, DEADLINE));
    running.join().unwrap();
    let expected = [
        "C1 connect",
        "S1> menu\\n",
        "S1 fin",
        "C1> thanks\\n",
        "C1 fin",
    ];
    assert_eq!(steps(&recorder.transcript()), expected);
}

#[test]
fn a_reset_of_the_server_reaches_the_client_as_a_reset() {
    let (upstream, running) = server(|mut stream| {
        let mut order = [0; 8];
        stream.read_exact(&mut order).unwrap();
        stream.write_all(b"3 ta").unwrap();
        reset(stream);
    });
    let (tap, recorder) = tapped(upstream);
    let mut client = call(tap.address(), DEADLINE).unwrap();
    client.write_all(b"3 tacos\n").unwrap();
    let error = read_to_end(&client).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert!(tap.wait_ended(1, DEADLINE));
    running.join().unwrap();
    let expected = ["C1 connect", "C1> 3 tacos\\n", "S1> 3 ta", "S1 rst"];
    assert_eq!(steps(&recorder.transcript()), expected);
}

#[test]
fn a_reset_of_the_client_reaches_the_server_as_a_reset() {
    let (upstream, running) = server(|mut stream| {
        let mut order = [0; 4];
        stream.read_exact(&mut order).unwrap();
        let error = read_to_end(&stream).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    });
    let (tap, recorder) = tapped(upstream);
    let mut client = call(tap.address(), DEADLINE).unwrap();
    client.write_all(b"3 ta").unwrap();
    reset(client);
    assert!(tap.wait_ended(1, DEADLINE));
    running.join().unwrap();
    let expected = ["C1 connect", "C1> 3 ta", "C1 rst"];
    assert_eq!(steps(&recorder.transcript()), expected);
}

/// The tap meets the reset in a write, while the other direction may not have read everything yet.
#[test]
fn a_reset_that_a_write_meets_is_recorded_once_and_loses_no_byte() {
    let (upstream, running) =
        server(|mut stream| while stream.write_all(&[b'x'; 100_000]).is_ok() {});
    let (tap, recorder) = tapped(upstream);
    let mut client = call(tap.address(), DEADLINE).unwrap();
    client.read_exact(&mut [0; 1000]).unwrap();
    client.write_all(b"enough\n").unwrap();
    reset(client);
    assert!(tap.wait_ended(1, DEADLINE));
    running.join().unwrap();
    let transcript = recorder.transcript();
    assert_eq!(transcript.bytes_of(1, Who::Client), b"enough\n");
    let got = steps(&transcript);
    let ends = got
        .iter()
        .filter(|step| step.ends_with(" rst") || step.ends_with(" fin"));
    assert_eq!(ends.collect::<Vec<_>>(), ["C1 rst"]);
    assert_eq!(got.last().unwrap(), "C1 rst");
}

#[test]
fn a_refused_upstream_resets_the_client() {
    let nobody = closed();
    let (tap, recorder) = tapped(nobody.addr);
    // The reset may come before the caller has looked at its new connection.
    if let Ok(client) = call(tap.address(), DEADLINE) {
        let error = read_to_end(&client).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    }
    assert!(tap.wait_ended(1, DEADLINE));
    assert_eq!(steps(&recorder.transcript()), ["S1 refuse"]);
}

/// A client that hangs up and calls again leaves a recording in that order, however late the tap's
/// threads come to read it; the same when it breaks off instead.
#[test]
fn one_call_after_the_other_is_recorded_so() {
    let patient = serve(free_listener(), 300, |client| {
        let _ = read_to_end(client.stream);
    });
    let patient = patient.unwrap();
    for how in ["fin", "rst"] {
        let (tap, recorder) = tapped(patient.address());
        for _ in 0..50 {
            let mut client = call(tap.address(), DEADLINE).unwrap();
            client.write_all(b"3 tacos\n").unwrap();
            if how == "rst" {
                reset(client);
            }
        }
        assert!(tap.wait_ended(50, DEADLINE));
        let all = steps(&recorder.transcript());
        let clients: Vec<&String> = all.iter().filter(|step| step.starts_with('C')).collect();
        let mut expected = Vec::new();
        for conn in 1..=50 {
            expected.push(format!("C{conn} connect"));
            expected.push(format!("C{conn}> 3 tacos\\n"));
            expected.push(format!("C{conn} {how}"));
        }
        assert_eq!(clients, expected.iter().collect::<Vec<_>>());
    }
    assert!(patient.stop());
}

#[test]
fn two_hundred_connections_at_once_stay_apart() {
    let listener = free_listener();
    let upstream = listener.local_addr().unwrap();
    let echo = serve(listener, 300, |client| {
        let mut stream = client.stream;
        let all = read_to_end(stream).unwrap();
        stream.write_all(&all).unwrap();
    });
    let (tap, recorder) = tapped(upstream);
    let all_connected = Barrier::new(200);
    thread::scope(|scope| {
        for number in 0..200 {
            let (tap, all_connected) = (&tap, &all_connected);
            scope.spawn(move || {
                let mut client = call(tap.address(), DEADLINE).unwrap();
                all_connected.wait();
                let said = format!("client {number}");
                client.write_all(said.as_bytes()).unwrap();
                client.shutdown(Shutdown::Write).unwrap();
                assert_eq!(read_to_end(&client).unwrap(), said.as_bytes());
            });
        }
    });
    assert!(tap.wait_ended(200, DEADLINE));
    let transcript = recorder.transcript();
    let mut said = Vec::new();
    for conn in transcript.connections() {
        let order = transcript.bytes_of(conn, Who::Client);
        assert_eq!(order, transcript.bytes_of(conn, Who::Server));
        said.push(String::from_utf8(order).unwrap());
    }
    said.sort();
    let mut expected: Vec<String> = (0..200).map(|number| format!("client {number}")).collect();
    expected.sort();
    assert_eq!(said, expected);
    assert!(echo.unwrap().stop());
}

/// 256 MiB one way; a recorder with a sink keeps nothing, and no step is longer than one read.
#[test]
fn a_long_one_way_flow_needs_no_memory() {
    const BYTES: usize = 256 << 20;
    let (upstream, running) = server(|mut stream| {
        let block = vec![7; 1 << 20];
        for _ in 0..BYTES / block.len() {
            stream.write_all(&block).unwrap();
        }
    });
    let seen = Arc::new(Mutex::new((0, 0)));
    let counting = Arc::clone(&seen);
    let recorder = Recorder::into_sink(move |step| {
        if let ObservationKind::Bytes(bytes) = step.what {
            let mut seen = counting.lock().unwrap();
            seen.0 += bytes.len();
            seen.1 = seen.1.max(bytes.len());
        }
    });
    let tap = Tap::start(free_listener(), upstream, recorder).unwrap();
    let mut client = call(tap.address(), DEADLINE).unwrap();
    let (mut buffer, sevens) = (vec![0; 1 << 16], vec![7; 1 << 16]);
    let mut got = 0;
    loop {
        let count = client.read(&mut buffer).unwrap();
        if count == 0 {
            break;
        }
        assert!(buffer[..count] == sevens[..count]);
        got += count;
    }
    assert_eq!(got, BYTES);
    running.join().unwrap();
    let (bytes, longest) = *seen.lock().unwrap();
    assert_eq!(bytes, BYTES);
    assert!(longest <= limits::TAP_CHUNK);
}

/// Stopping ends a tap whose connections are still open, and the transcript says that it did.
#[test]
fn a_stopped_tap_says_that_the_connection_was_open() {
    let (upstream, running) = server(|stream| {
        let _ = read_to_end(&stream);
    });
    let (tap, recorder) = tapped(upstream);
    let mut client = call(tap.address(), DEADLINE).unwrap();
    client.write_all(b"3 ta").unwrap();
    assert!(soon(|| !recorder
        .transcript()
        .bytes_of(1, Who::Client)
        .is_empty()));
    tap.stop();
    running.join().unwrap();
    let transcript = recorder.transcript();
    assert_eq!(steps(&transcript), ["C1 connect", "C1> 3 ta"]);
    assert_eq!(transcript.entries().last(), Some(&Entry::Gap(Gap::End)));
}
