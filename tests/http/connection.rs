//! The table of steps, and conversations that follow it or do not.

use wirelab::http::framing::Body;
use wirelab::http::sans_io_connection::{Connection, PeerEvent};
use wirelab::http::state::{CloseReason, NotNow, Role, State, Transition, table};
use wirelab::http::{Fault, Parsed, Wrong};

#[test]
fn the_header_of_the_file_shows_the_table() {
    let source = include_str!("../../src/http/state.rs");
    let shown: String = source
        .lines()
        .skip_while(|line| *line != "//! ```text")
        .skip(1)
        .take_while(|line| *line != "//! ```")
        .map(|line| format!("{}\n", line.trim_start_matches("//! ")))
        .collect();
    assert_eq!(shown, table());
}

/// Everything that the connection makes of these bytes, until it wants more or pauses.
fn told(connection: &mut Connection, bytes: &[u8], ended: bool) -> (Vec<String>, usize) {
    let mut told = Vec::new();
    let mut at = 0;
    loop {
        let (text, used, last) = match connection.receive(&bytes[at..], ended) {
            Err(fault) => (
                format!("fault {:?} at {}", fault.wrong, at + fault.at),
                0,
                true,
            ),
            Ok(Parsed::NeedMore) => ("more".to_string(), 0, true),
            Ok(Parsed::Done { value, used }) => match value {
                PeerEvent::Request { head, body, .. } => {
                    let target = head.target.escape_ascii();
                    (
                        format!("{} {target} {body:?}", head.method.escape_ascii()),
                        used,
                        false,
                    )
                }
                PeerEvent::Response { head, body } => {
                    (format!("{} {body:?}", head.status), used, false)
                }
                PeerEvent::Data(data) => (format!("data {}", data.escape_ascii()), used, false),
                PeerEvent::End(trailers) => (format!("end {trailers:?}"), used, false),
                PeerEvent::Closed => ("closed".to_string(), used, true),
                PeerEvent::Paused => ("paused".to_string(), used, true),
            },
        };
        told.push(text);
        at += used;
        if last {
            return (told, at);
        }
    }
}

const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";

#[test]
fn pipelined_requests_wait_for_the_answer_before_them() {
    let mut server = Connection::server();
    let bytes = [
        GET,
        b"POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET",
    ]
    .concat();
    let (first, at) = told(&mut server, &bytes, false);
    assert_eq!(first, ["GET / None", "end []", "paused"]);
    assert_eq!(at, GET.len());
    assert_eq!(server.respond(Body::Length(2), false), Ok(None));
    server.data().unwrap();
    server.end().unwrap();
    let (second, more) = told(&mut server, &bytes[at..], false);
    assert_eq!(
        second,
        ["POST /b Length(3)", "data abc", "end []", "paused"]
    );
    assert_eq!(&bytes[at + more..], b"GET");
    server.respond(Body::Length(0), false).unwrap();
    server.end().unwrap();
    assert_eq!(told(&mut server, b"GET", false).0, ["more"]);
    assert_eq!(
        told(&mut server, b"GET", true).0,
        ["fault EndedInside at 3"]
    );
    let reason = CloseReason::Fault(Fault::new(3, Wrong::EndedInside));
    assert_eq!(server.steps().closes, Some(reason));
}

#[test]
fn who_keeps_the_connection_and_who_does_not() {
    let cases = [
        ("HTTP/1.1", "", None, None),
        (
            "HTTP/1.1",
            "Connection: close\r\n",
            Some("close"),
            Some(CloseReason::ClientSaidClose),
        ),
        (
            "HTTP/1.1",
            "Connection: x, CLOSE\r\n",
            Some("close"),
            Some(CloseReason::ClientSaidClose),
        ),
        (
            "HTTP/1.1",
            "Connection: x\r\nConnection: close\r\n",
            Some("close"),
            Some(CloseReason::ClientSaidClose),
        ),
        (
            "HTTP/1.1",
            "Connection: keep-alive, close\r\n",
            Some("close"),
            Some(CloseReason::ClientSaidClose),
        ),
        ("HTTP/1.1", "Connection: closed\r\n", None, None),
        ("HTTP/1.0", "", Some("close"), Some(CloseReason::OldVersion)),
        (
            "HTTP/1.0",
            "Connection: Keep-Alive\r\n",
            Some("keep-alive"),
            None,
        ),
        (
            "HTTP/1.1",
            "Connection: upgrade\r\nUpgrade: websocket\r\n",
            None,
            None,
        ),
    ];
    for (version, field, expected, reason) in cases {
        let mut server = Connection::server();
        let bytes = format!("GET / {version}\r\nHost: a\r\n{field}\r\n");
        told(&mut server, bytes.as_bytes(), false);
        assert_eq!(
            server.respond(Body::Length(0), false),
            Ok(expected),
            "{version} {field}"
        );
        server.end().unwrap();
        assert_eq!(server.steps().closes, reason);
        let after = told(&mut server, GET, false).0;
        let expected = if reason.is_some() {
            "paused"
        } else {
            "GET / None"
        };
        assert_eq!(after[0], expected, "{version} {field}");
    }
}

#[test]
fn a_server_may_decide_to_close() {
    let mut server = Connection::server();
    told(&mut server, GET, false);
    assert_eq!(server.respond(Body::Length(0), true), Ok(Some("close")));
    server.end().unwrap();
    assert_eq!(server.steps().server, State::Closing);
    assert_eq!(server.steps().closes, Some(CloseReason::ServerSaidClose));
    let mut server = Connection::server();
    told(&mut server, GET, false);
    assert_eq!(server.respond(Body::UntilClose, false), Ok(Some("close")));
    let mut server = Connection::server();
    assert_eq!(told(&mut server, b"", true).0, ["closed"]);
    assert_eq!(server.steps().closes, Some(CloseReason::HungUp));
}

#[test]
fn a_client_that_hung_up_behind_its_request_still_gets_its_answer() {
    let mut server = Connection::server();
    let (first, _) = told(&mut server, GET, true);
    assert_eq!(first, ["GET / None", "end []", "paused"]);
    assert_eq!(server.respond(Body::Length(0), false), Ok(None));
    server.end().unwrap();
    assert_eq!(told(&mut server, b"", true).0, ["closed"]);
}

#[test]
fn one_hundred_continue() {
    let post = |version: &str, fields: &str| {
        let mut server = Connection::server();
        let bytes = format!("POST / {version}\r\nHost: a\r\nExpect: 100-Continue\r\n{fields}\r\n");
        told(&mut server, bytes.as_bytes(), false);
        server
    };
    let mut server = post("HTTP/1.1", "Content-Length: 1\r\n");
    assert!(server.expects_continue());
    server.inform().unwrap();
    assert!(!server.expects_continue());
    assert_eq!(
        told(&mut server, b"x", false).0,
        ["data x", "end []", "paused"]
    );
    assert_eq!(server.respond(Body::Length(0), false), Ok(None));

    let mut server = post("HTTP/1.1", "Transfer-Encoding: chunked\r\n");
    assert_eq!(server.respond(Body::Length(0), false), Ok(Some("close")));
    assert_eq!(server.steps().closes, Some(CloseReason::BodyNotAwaited));

    assert!(!post("HTTP/1.0", "Content-Length: 1\r\n").expects_continue());
    assert!(!post("HTTP/1.1", "").expects_continue());
    assert!(!post("HTTP/1.1", "Content-Length: 0\r\n").expects_continue());
}

#[test]
fn steps_that_are_not_in_the_table() {
    let mut server = Connection::server();
    let not_now = |state, step| {
        let side = Role::Server;
        Err(NotNow { side, state, step })
    };
    assert_eq!(
        server.inform(),
        not_now(State::Idle, Transition::Informational)
    );
    assert_eq!(server.data(), not_now(State::Idle, Transition::Data));
    assert_eq!(server.end(), not_now(State::Idle, Transition::End));
    told(&mut server, GET, false);
    assert_eq!(server.data(), not_now(State::Owes, Transition::Data));
    server.respond(Body::Length(0), false).unwrap();
    assert_eq!(
        server.inform(),
        not_now(State::Body, Transition::Informational)
    );
    let twice = server.respond(Body::Length(0), false).map(|_| ());
    assert_eq!(twice, not_now(State::Body, Transition::Response));
}

#[test]
fn faults_end_the_conversation() {
    let mut server = Connection::server();
    let bad = b"GET / HTTP/1.1\r\n\r\n";
    assert_eq!(told(&mut server, bad, false).0, ["fault NoHost at 4"]);
    // The answer can still be sent, and says that the connection ends.
    assert_eq!(server.respond(Body::Length(0), false), Ok(Some("close")));
    let mut server = Connection::server();
    let chunked = b"PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxy";
    let (parts, _) = told(&mut server, chunked, false);
    assert_eq!(parts, ["PUT / Chunked", "data x", "fault ChunkEnd at 59"]);
    assert_eq!(server.respond(Body::Length(0), false), Ok(Some("close")));
}

fn client(method: &str) -> Connection {
    let mut client = Connection::client();
    client.request(method.as_bytes(), false).unwrap();
    client.end().unwrap();
    client
}

#[test]
fn what_a_client_hears() {
    let cases: [(&str, &str, bool, &[&str]); 11] = [
        (
            "GET",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
            false,
            &["200 Length(2)", "data hi", "end []", "more"],
        ),
        (
            "GET",
            "HTTP/1.1 200 OK\r\n\r\nhi",
            true,
            &["200 UntilClose", "data hi", "end []", "paused"],
        ),
        (
            "GET",
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi",
            true,
            &["200 Length(3)", "data hi", "fault EndedInside at 40"],
        ),
        (
            "HEAD",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n",
            false,
            &["200 None", "end []", "more"],
        ),
        (
            "GET",
            "HTTP/1.1 204 \r\n\r\n",
            false,
            &["204 None", "end []", "more"],
        ),
        (
            "GET",
            "HTTP/1.1 304 \r\nContent-Length: 2\r\n\r\n",
            false,
            &["304 None", "end []", "more"],
        ),
        (
            "GET",
            "HTTP/1.1 100 \r\n\r\nHTTP/1.1 103 \r\n\r\nHTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n",
            false,
            &["100 None", "103 None", "200 Length(0)", "end []", "more"],
        ),
        (
            "GET",
            "HTTP/1.1 101 \r\n\r\n",
            false,
            &["fault NotExpected at 0"],
        ),
        (
            "GET",
            "HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nA: b\r\n\r\n",
            false,
            &["200 Chunked", "data hi", "end [A: b]", "more"],
        ),
        (
            "GET",
            "HTTP/1.1 204 \r\n\r\nX",
            false,
            &["204 None", "end []", "fault NotExpected at 17"],
        ),
        (
            "GET",
            "HTTP/1.0 200 \r\nContent-Length: 0\r\n\r\n",
            true,
            &["200 Length(0)", "end []", "paused"],
        ),
    ];
    for (method, bytes, ended, expected) in cases {
        let found = told(&mut client(method), bytes.as_bytes(), ended).0;
        assert_eq!(found, expected, "{bytes:?}");
    }
}

#[test]
fn a_split_conversation_means_what_a_whole_one_means() {
    let bytes = b"POST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\nNEXT";
    for cut in 0..bytes.len() {
        let mut server = Connection::server();
        let (mut parts, used) = told(&mut server, &bytes[..cut], false);
        let (rest, more) = told(&mut server, &bytes[used..], false);
        parts.pop();
        parts.extend(rest);
        let data: String = parts
            .iter()
            .filter_map(|part| part.strip_prefix("data "))
            .collect();
        assert_eq!(data, "abcde", "cut at {cut}");
        parts.retain(|part| !part.starts_with("data ") && part != "paused");
        assert_eq!(parts, ["POST /b Chunked", "end []"], "cut at {cut}");
        assert_eq!(&bytes[used + more..], b"NEXT");
    }
}
