//! Redirects, and names with several addresses.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs};

use crate::support::skip;
use wirelab::net::Closed;

use super::server::{AcceptedClient, Server, answer, complained, fetched};

fn moved(status: &str, to: &str) -> AcceptedClient {
    let fields = format!("Location: {to}\r\nContent-Length: 4\r\n");
    answer(status, &fields, "gone")
}

fn here() -> AcceptedClient {
    answer("200 OK", "Content-Length: 4\r\n", "here")
}

#[test]
fn every_redirect_is_followed_with_get() {
    for status in [
        "301 Moved",
        "302 Found",
        "303 See Other",
        "307 Temporary",
        "308 Permanent",
    ] {
        let server = Server::new(vec![moved(status, "../b?x=1#y"), here()]);
        assert_eq!(fetched(&[&server.url("/folder/a?z")]), b"here");
        assert_eq!(server.asked_for(), "/folder/a?z");
        assert_eq!(server.asked_for(), "/b?x=1");
    }
}

#[test]
fn a_journey_to_another_server_says_its_host() {
    let there = Server::new(vec![here()]);
    let start = Server::new(vec![moved("302 Found", &there.url("/new"))]);
    assert_eq!(fetched(&[&start.url("/")]), b"here");
    let asked = there.asked();
    assert!(
        asked.contains(&format!("\r\nHost: {}\r\n", there.addr)),
        "{asked}"
    );
}

#[test]
fn places_that_point_at_each_other_are_left() {
    let clients = (0..11).map(|hop| moved("302 Found", if hop % 2 == 0 { "/b" } else { "/a" }));
    let server = Server::new(clients.collect());
    let said = complained(&[&server.url("/a")], 1);
    assert!(
        said.ends_with("perhaps the URLs redirect to each other"),
        "{said}"
    );
    for hop in 0..11 {
        assert_eq!(server.asked_for(), if hop % 2 == 0 { "/a" } else { "/b" });
    }
}

#[test]
fn a_journey_that_cannot_go_on_says_from_where_to_where() {
    let server = Server::new(vec![moved("301 Moved", "https://tacos.example/")]);
    let url = server.url("/");
    let expected = format!(
        "wirelab: {url} redirects to https://tacos.example/: https is the same text inside TLS, and \
         wirelab has no TLS; use http://, or use curl"
    );
    assert_eq!(complained(&[&url], 1), expected);
}

/// Real servers send spaces and letters as they are (RFC 3986 section 2.1 wants them encoded).
#[test]
fn a_place_with_raw_letters_is_encoded_and_followed() {
    let there = || answer("200 OK", "Content-Length: 0\r\n", "");
    let server = Server::new(vec![moved("301 Moved", "/pi\u{f1}ata y flan"), there()]);
    assert_eq!(fetched(&[&server.url("/")]), b"");
    server.asked();
    assert_eq!(server.asked_for(), "/pi%C3%B1ata%20y%20flan");
}

#[test]
fn a_redirect_to_nowhere_is_an_answer_as_any_other() {
    let server = Server::new(vec![answer("302 Found", "Content-Length: 0\r\n", "")]);
    let said = complained(&[&server.url("/")], 1);
    assert!(
        said.ends_with("the server answers HTTP/1.1 302 Found"),
        "{said}"
    );
}

#[test]
fn an_ipv6_address_stands_in_brackets() {
    let Ok(server) = Server::at("[::1]:0", vec![here()]) else {
        skip("this machine has no ::1");
        return;
    };
    assert_eq!(fetched(&[&server.url("/")]), b"here");
    let asked = server.asked();
    assert!(
        asked.contains(&format!("\r\nHost: [::1]:{}\r\n", server.addr.port())),
        "{asked}"
    );
}

#[test]
fn the_next_address_of_a_name_is_tried() {
    let found = ("localhost", 80)
        .to_socket_addrs()
        .map(Iterator::collect::<Vec<_>>);
    let found = found.unwrap_or_default();
    let first = found.first().map(|addr| addr.ip());
    let Some(last) = found
        .iter()
        .map(|addr| addr.ip())
        .find(|ip| Some(*ip) != first)
    else {
        skip("localhost has one address here");
        return;
    };
    // The same port at each other address of the name, held, so that nobody listens there.
    let others = found.iter().map(|addr| addr.ip()).filter(|ip| *ip != last);
    let others: Vec<IpAddr> = others.collect();
    let closed_at = |port| {
        let closed = others
            .iter()
            .map(|ip| Closed::at(SocketAddr::new(*ip, port)));
        closed.collect::<Result<Vec<_>, _>>().ok()
    };
    let served = (0..100).find_map(|_| {
        let server = Server::at(&format!("{}:0", bracketed(last)), vec![here()]).ok()?;
        Some((closed_at(server.addr.port())?, server))
    });
    let (_closed, server) = served.expect("a port that is free at all addresses");
    let port = server.addr.port();
    assert_eq!(fetched(&[&format!("http://localhost:{port}/")]), b"here");
    let nowhere = (0..100).find_map(|_| {
        let last = Closed::at(SocketAddr::new(last, 0)).ok()?;
        Some((closed_at(last.addr.port())?, last))
    });
    let (_others, nowhere) = nowhere.expect("a port that is free at all addresses");
    let port = nowhere.addr.port();
    let said = complained(&[&format!("http://localhost:{port}/")], 1);
    assert!(said.contains("nobody answers: "), "{said}");
    assert_eq!(said.matches(" refused").count(), found.len(), "{said}");
}

fn bracketed(ip: std::net::IpAddr) -> String {
    match ip {
        std::net::IpAddr::V4(ip) => ip.to_string(),
        std::net::IpAddr::V6(ip) => format!("[{ip}]"),
    }
}
