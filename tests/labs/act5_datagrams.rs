//! Lab 25: orders over UDP in networks that lose them, and what a server gets that is no order.

use std::net::UdpSocket;
use std::time::Duration;

use super::support::{Server, bin, side_by_side};
use wirelab::check::{Plan, Subject, report};
use wirelab::course::catalogue::{Side, Weather};
use wirelab::course::plan_exercise_check;

/// The check of lab 25's own program in the lossy network of one seed; how long it took, or what is wrong.
fn lossy(side: Side, seed: u64) -> Result<Duration, String> {
    let lab = super::lab(25);
    let own = Subject::Own(bin(&lab.program("lab", side)));
    let plan =
        plan_exercise_check::plan_of(lab, side, own, Some(Weather::Lossy), 1).expect("a plan");
    let plan = Plan {
        network_seed: seed,
        then: None,
        ..plan
    };
    let report = plan.run().expect("a check");
    let slowest = report.runs.iter().map(|run| run.took).max();
    match report.passed() {
        true => Ok(slowest.unwrap_or_default()),
        false => Err(format!("seed {seed}: {}", report::text(&report, &[]))),
    }
}

fn wrong(seeds: std::ops::RangeInclusive<u64>, most: Duration) -> Vec<String> {
    let sides = [Side::Server, Side::Client];
    let all = seeds.flat_map(|seed| sides.map(|side| (side, seed)));
    let results = side_by_side(all.collect(), |(side, seed)| (seed, lossy(side, seed)));
    let wrong = results
        .into_iter()
        .filter_map(|(seed, result)| match result {
            Ok(took) => (took > most).then(|| format!("seed {seed}: {took:?}")),
            Err(text) => Some(text),
        });
    wrong.collect()
}

#[test]
fn lab25_delivers_each_order_once_and_in_order() {
    let wrong = wrong(1..=4, Duration::MAX);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
#[ignore = "200 networks on both sides take minutes, and each is timed: for an idle machine"]
fn lab25_delivers_each_order_within_three_seconds_with_seeds_1_to_200() {
    let wrong = wrong(1..=200, Duration::from_secs(3));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn lab25_answers_what_is_no_order_and_serves_the_next_client() {
    let server = Server::start("lab25-server");
    let ask = |datagrams: &[&[u8]]| {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
        socket.connect(server.addr).expect("an address");
        let deadline = Some(Duration::from_secs(30));
        socket.set_read_timeout(deadline).expect("a deadline");
        let mut answer = [0; 65_535];
        let mut last = String::new();
        for datagram in datagrams {
            socket.send(datagram).expect("it is sent");
            let length = socket.recv(&mut answer).expect("an answer");
            last = String::from_utf8_lossy(&answer[..length]).into_owned();
        }
        last
    };
    let long = vec![b'x'; 9_000];
    for strange in [
        &b""[..],
        b"\n",
        b"1\n",
        b"1 \n",
        b"1 tacos",
        b"one tacos\n",
        b"-1 tacos\n",
        b"99999999999999999999999 tacos\n",
        b"1 two words\n",
        b"1 \xff\xfe\n",
        &long,
    ] {
        assert_eq!(ask(&[strange]), "ack 0\n", "{:?}", strange.get(..30));
    }
    assert_eq!(ask(&[b"1 flan\n", b"", b"2 flan\n"]), "ack 2 flan flan\n");
}
