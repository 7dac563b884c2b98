//! The event stream on the wire: its bytes, how it is resumed, and clients that read slowly, or not, or go.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::mpsc;
use std::thread;

use wirelab::files::Response;
use wirelab::http::target::Target;
use wirelab::net::{self, PoolLimits, Recorder};
use wirelab::server::events::EventLog;
use wirelab::server::{Answer, Request, Server, Timeouts};
use wirelab::wire::{Transcript, compare};

use crate::support::soon;

/// A server in this process: `GET /events` streams the log, `POST /echo` answers with its body.
fn serve(log: &EventLog, recorder: Option<Recorder>) -> SocketAddr {
    let log = log.clone();
    let server = Server {
        handler: Box::new(move |request: &Request<'_>| match request.asked.target {
            Target::Origin { path: b"/echo", .. } => Answer::ToBody {
                most: 5,
                then: Box::new(|body| Response::new(200, Vec::new(), body.to_vec())),
            },
            _ => {
                let last = request.head.fields.get("last-event-id");
                let last = last.and_then(|id| std::str::from_utf8(id).ok());
                let (fields, reader) = (Vec::new(), log.reader(last));
                Answer::Events { fields, reader }
            }
        }),
        recorder,
        now: Some(784_111_777),
        patience: Timeouts::default(),
        log: Box::new(|_| {}),
    };
    let listener = net::listen((Ipv4Addr::LOCALHOST, 0).into(), 128).unwrap();
    let addr = listener.local_addr().unwrap();
    let accept = move |it| server.serve(it);
    thread::spawn(move || net::pool(&listener, PoolLimits::default(), accept, |_| {}));
    addr
}

fn call(addr: SocketAddr, more: &str) -> TcpStream {
    let mut stream = TcpStream::connect(addr).unwrap();
    let request = format!("GET /events HTTP/1.1\r\nHost: a\r\n{more}\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    stream
}

/// The data of the events that come next, as many as wanted.
fn events(stream: &mut impl BufRead, wanted: usize) -> Vec<String> {
    let mut found = Vec::new();
    let mut line = String::new();
    while found.len() < wanted {
        line.clear();
        assert_ne!(stream.read_line(&mut line).unwrap(), 0, "{found:?}");
        found.extend(line.trim_end().strip_prefix("data: ").map(str::to_string));
    }
    found
}

const WHOLE: &str = r"@wire 1
C connect
C> GET /events HTTP/1.1\r\n
C> Host: a\r\n
C> Last-Event-ID: p1.1\r\n
C> Connection: close\r\n
C> \r\n
S> HTTP/1.1 200 OK\r\n
S> Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n
S> Connection: close\r\n
S> Content-Type: text/event-stream\r\n
S> Transfer-Encoding: chunked\r\n
S> \r\n
S> 31\r\n
S> retry: 500\n
S> \n
S> id: p1.2\n
S> event: row\n
S> data: a\n
S> data: b\n
S> \n
S> \r\n
S> 0\r\n
S> \r\n
S fin
C fin
";

#[test]
fn the_stream_byte_by_byte() {
    let log = EventLog::new("p1", 10_000);
    log.push("row", "before".to_string());
    log.push("row", "a\nb".to_string());
    log.close();
    let recorder = Recorder::new();
    let addr = serve(&log, Some(recorder.clone()));
    let mut stream = call(addr, "Last-Event-ID: p1.1\r\nConnection: close\r\n");
    let mut heard = Vec::new();
    stream.read_to_end(&mut heard).unwrap();
    drop(stream);
    let expected = Transcript::parse(WHOLE).unwrap();
    assert!(
        soon(|| compare(&expected, &recorder.transcript()).is_none()),
        "{}",
        recorder.transcript().render()
    );
}

#[test]
fn a_client_of_http_1_0_gets_the_stream_without_chunks() {
    let log = EventLog::new("p1", 10_000);
    log.push("row", "a".to_string());
    log.close();
    let addr = serve(&log, None);
    let mut stream = TcpStream::connect(addr).unwrap();
    stream.write_all(b"GET /events HTTP/1.0\r\n\r\n").unwrap();
    let mut heard = String::new();
    stream.read_to_string(&mut heard).unwrap();
    let (head, body) = heard.split_once("\r\n\r\n").unwrap();
    assert!(!head.contains("Transfer-Encoding"), "{head}");
    assert_eq!(body, "retry: 500\n\nid: p1.1\nevent: row\ndata: a\n\n");
}

#[test]
fn the_connection_goes_on_after_a_stream_that_ended_and_head_has_no_events() {
    let log = EventLog::new("p1", 10_000);
    log.push("row", "a".to_string());
    log.close();
    let addr = serve(&log, None);
    let mut stream = TcpStream::connect(addr).unwrap();
    let head = "HEAD /events HTTP/1.1\r\nHost: a\r\n\r\n";
    let post = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\ntacos";
    let long = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nburger";
    let get = "GET /events HTTP/1.1\r\nHost: a\r\n\r\n";
    let all = [head, get, post, long].concat();
    for byte in all.as_bytes() {
        stream.write_all(&[*byte]).unwrap();
    }
    let mut heard = String::new();
    stream.read_to_string(&mut heard).unwrap();
    let answers: Vec<&str> = heard.split("HTTP/1.1 ").skip(1).collect();
    assert_eq!(answers.len(), 4, "{heard}");
    assert!(answers[0].ends_with("chunked\r\n\r\n"), "{heard}");
    assert!(answers[1].ends_with("\r\n0\r\n\r\n"), "{heard}");
    assert!(answers[2].ends_with("\r\n\r\ntacos"), "{heard}");
    assert!(answers[3].starts_with("413 "), "{heard}");
}

#[test]
fn whoever_waits_for_100_is_told_that_there_is_none() {
    let addr = serve(&EventLog::new("p1", 100), None);
    let mut stream = TcpStream::connect(addr).unwrap();
    let post =
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";
    stream.write_all(post.as_bytes()).unwrap();
    let mut heard = String::new();
    stream.read_to_string(&mut heard).unwrap();
    assert!(heard.starts_with("HTTP/1.1 417 "), "{heard}");
}

#[test]
fn events_come_as_they_are_added_and_a_client_that_comes_back_misses_none() {
    let log = EventLog::new("p1", 1_000_000);
    let addr = serve(&log, None);
    let mut stream = BufReader::new(call(addr, ""));
    for word in ["one", "two"] {
        log.push("row", word.to_string());
        assert_eq!(events(&mut stream, 1), [word]);
    }
    drop(stream);
    assert!(
        soon(|| log.unread_for().is_some()),
        "a client that hung up is gone"
    );
    log.push("row", "three".to_string());
    // One byte at a time: how the reader reads makes no difference.
    let stream = call(addr, "Last-Event-ID: p1.2\r\n");
    let mut stream = BufReader::with_capacity(1, stream);
    assert_eq!(events(&mut stream, 1), ["three"]);
}

/// Events of 8,000 bytes each. Set `WIRELAB_LONG` to add as many as 20 seconds of the design have.
fn many() -> usize {
    match std::env::var_os("WIRELAB_LONG") {
        Some(_) => 20_000,
        None => 2_000,
    }
}

#[test]
fn a_reader_that_stops_loses_its_stream_and_nobody_else_does() {
    const MOST: usize = 4_000_000;
    let log = EventLog::new("p1", MOST);
    let addr = serve(&log, None);
    let stuck = call(addr, "");
    let mut awake = BufReader::new(call(addr, ""));
    // A reader gets what is added after its request was read.
    assert!(soon(|| log.readers() == 2), "both requests are read");
    // The reader that reads is never so far behind that the log forgets an event it has not read, and what
    // it has not read fits into the buffers of the system: a write to it waits for nobody.
    let (added, read) = mpsc::sync_channel(8);
    let writer = thread::spawn({
        let log = log.clone();
        move || {
            for number in 0..many() {
                log.push("row", format!("{number:08000}"));
                added.send(()).expect("somebody reads");
            }
        }
    });
    for number in 0..many() {
        let row = events(&mut awake, 1);
        assert!(row == [format!("{number:08000}")], "row {number}: {row:?}");
        read.recv().expect("the writer goes on");
    }
    writer.join().unwrap();
    drop(awake);
    // What fits into the buffers of the system it gets; then nothing more, and not for ever.
    assert!(soon(|| log.unread_for().is_some()), "it still has a thread");
    assert!(log.kept().len() < MOST / 8_000);
    drop(stuck);
}
