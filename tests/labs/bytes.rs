//! What the labs' own programs say equals the snapshots: each pair talks through the tap, and where a
//! script is for one side alone, the player speaks the other.
//!
//! The headings (`@title`, `@arg` …) are the author's and stand in the snapshot; every line below them
//! is what was really said. A new snapshot: write a file with the headings alone (for one side alone:
//! with the whole conversation), then `INSTA_UPDATE=always cargo test --test labs`, and read what it says.

use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::support::{Server, bin, side_by_side};
use wirelab::check::{Behind, ends_in_one_order};
use wirelab::course::catalogue::{self, Lab, Script, Side};
use wirelab::net::player::Player;
use wirelab::net::{DatagramServer, DatagramSocket, DatagramTap, Recorder, Tap, Weather, listen};
use wirelab::wire::{Difference, Entry, Event, Gap, Transcript, Who, compare};

/// Nothing here takes more than some milliseconds; this long is a failure, on any machine.
const DEADLINE: Duration = Duration::from_secs(30);

/// What the lab's programs say equals its snapshots.
pub fn equal_the_snapshots(lab: &Lab) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let scripts = lab
        .scripts
        .iter()
        .filter(|script| begins_with_connect(script));
    let talks = side_by_side(scripts.collect(), |script| {
        let (said, addr) = match (script.checks_server, script.checks_client) {
            (true, true) => pair(lab, script),
            (true, false) => server_alone(lab, script),
            (false, true) => client_alone(lab, script),
            (false, false) => panic!("{}: nobody is checked with it", script.name),
        };
        (script, said, addr)
    });
    for (script, said, addr) in talks {
        let expected = parse(script.text(), script);
        if expected
            .entries()
            .iter()
            .any(|entry| matches!(entry, Entry::Gap(Gap::Between(..))))
            || expected.has_masks()
        {
            // It demands times, or has holes: then what was said need only agree.
            assert_eq!(difference(&expected, &said), None, "{}", script.name);
            continue;
        }
        // What two connections do at the same time has no order; each of them has.
        if expected.connections().len() > 1 && difference(&placed(&expected, addr), &said).is_none()
        {
            continue;
        }
        let mut said = said.without_times();
        said.headings = expected.headings;
        let text = Script::home(&said.render(), addr);
        // Where the player has the last word it says none: its silence is no part of the lab.
        let text = match said.has_datagrams() {
            true => text.as_str(),
            false => text.trim_end_matches("~ end\n"),
        };
        settings.bind(|| insta::assert_snapshot!(script.name, text));
    }
}

/// Where `said` is not what is expected. A program in the middle and the server behind it end their connection at
/// about the same time: the order of these two ends is free.
fn difference(expected: &Transcript, said: &Transcript) -> Option<Difference> {
    match expected.legs() {
        Some(_) => compare(&ends_in_one_order(expected), &ends_in_one_order(said)),
        None => compare(expected, said),
    }
}

/// The script as it is played at `addr`.
fn placed(script: &Transcript, addr: SocketAddr) -> Transcript {
    let text = script.render().replace("{addr}", &addr.to_string());
    let text = text.replace("{port}", &addr.port().to_string());
    Transcript::parse(&text).expect("an address is plain text")
}

/// A door at which nobody answers (lab 6) records nothing; tests/check/main.rs knocks there.
fn begins_with_connect(script: &Script) -> bool {
    let script = parse(script.text(), script);
    if script.has_datagrams() {
        return true;
    }
    let first = script.entries().first().cloned();
    matches!(
        first,
        Some(Entry::Event {
            event: Event::Connect,
            ..
        })
    )
}

/// The lab's client and server with a tap between them; what was said, and where.
fn pair(lab: &Lab, script: &Script) -> (Transcript, SocketAddr) {
    let expected = parse(script.text(), script);
    let recorder = recorder(&expected);
    if expected.has_datagrams() {
        return pair_of_datagrams(lab, script, recorder);
    }
    let addr = std::thread::scope(|scope| {
        let (mut server, _ports) = start_server(lab, script, &recorder, scope);
        let tap = Tap::start(any_port(), server.addr, recorder.clone()).expect("a tap");
        let addr = tap.address();
        let argument = expected
            .heading("arg")
            .filter(|_| expected.legs().is_none());
        let client = start_client(lab, addr, argument);
        let log = client
            .wait_with_output()
            .expect("the client can be waited for");
        let log = String::from_utf8_lossy(&log.stderr);
        let connections = expected.front().connections().len().max(1) as u64;
        let ended = tap.wait_ended(connections, DEADLINE);
        assert!(ended, "{}: not all ended: {log}", script.name);
        assert!(server.runs(), "{}: the server is gone", script.name);
        addr
    });
    (recorder.transcript(), addr)
}

/// A recorder for both sides of a program in the middle: clients get the numbers of the front leg.
fn recorder(script: &Transcript) -> Recorder {
    let recorder = Recorder::new();
    let all = script.connections().into_iter().max().unwrap_or(0);
    recorder.number(&script.front().connections(), all + 1);
    recorder
}

/// The same with datagrams between them, which nobody ends: the client has ended when all is said.
fn pair_of_datagrams(lab: &Lab, script: &Script, recorder: Recorder) -> (Transcript, SocketAddr) {
    let expected = parse(script.text(), script);
    let addr = std::thread::scope(|scope| {
        let (server, _ports) = start_server(lab, script, &recorder, scope);
        let tap = DatagramTap::start(server.addr, recorder.clone()).expect("a tap");
        let client = start_client(lab, tap.address(), expected.heading("arg"));
        let log = client.wait_with_output();
        let log = log.expect("the client can be waited for");
        let fails = expected.heading("exit") == Some("failure");
        assert_eq!(log.status.success(), !fails, "{}: {log:?}", script.name);
        tap.address()
    });
    let said = recorder.transcript_of_datagrams();
    (once(&said, &expected), addr)
}

/// A client on a busy machine may have repeated what was answered late: each datagram once, if the
/// expected conversation has it once.
fn once(said: &Transcript, expected: &Transcript) -> Transcript {
    let chunks = |transcript: &Transcript| {
        let entries = transcript.entries().iter();
        let chunks = entries.filter_map(|entry| match entry {
            Entry::Chunk(chunk) => Some((chunk.who, chunk.exact())),
            _ => None,
        });
        chunks.collect::<Vec<_>>()
    };
    let mut left = chunks(expected);
    let mut once = Transcript::new();
    once.headings = said.headings.clone();
    let mut seen = Vec::new();
    for chunk in chunks(said) {
        // A datagram may be expected again after the next question: before that question it is a repetition.
        let due = match chunk.0 {
            Who::Client => left.iter().position(|wanted| wanted.0 == Who::Client),
            Who::Server => left
                .iter()
                .take_while(|wanted| wanted.0 == Who::Server)
                .position(|wanted| *wanted == chunk),
        };
        if let Some(at) = due.filter(|at| left.get(*at) == Some(&chunk)) {
            left.remove(at);
        } else if seen.contains(&chunk) {
            continue;
        }
        once.push_datagram(1, chunk.0, &chunk.1);
        seen.push(chunk);
    }
    once.push_gap(Gap::End);
    once
}

/// The lab's server, and the player as its client.
fn server_alone(lab: &Lab, script: &Script) -> (Transcript, SocketAddr) {
    let recorder = recorder(&parse(script.text(), script));
    let addr = std::thread::scope(|scope| {
        let (mut server, mut behind) = start_server(lab, script, &recorder, scope);
        let front = parse(&script.at(server.addr), script).front();
        let mut player = player(&front, Who::Client);
        player.before_call = behind.as_mut().map(Behind::before_call);
        player.recorder = Some(recorder.clone());
        player.call(server.addr);
        assert!(server.runs(), "{}: the server is gone", script.name);
        server.addr
    });
    match parse(script.text(), script).has_datagrams() {
        true => (recorder.transcript_of_datagrams(), addr),
        false => (recorder.transcript(), addr),
    }
}

/// The lab's client, and the player as its server of datagrams.
fn client_of_datagrams(lab: &Lab, script: &Script) -> (Transcript, SocketAddr) {
    let expected = parse(script.text(), script);
    let socket = DatagramSocket::anywhere().expect("a socket");
    let mut server = DatagramServer::new(&expected, &socket, None).expect("no masks");
    let mut client = start_client(lab, socket.addr, expected.heading("arg"));
    let begun = Instant::now();
    server.serve_until(|| {
        assert!(begun.elapsed() < DEADLINE, "{}: it goes on", script.name);
        let ended = client.try_wait().expect("the client can be waited for");
        ended.is_some()
    });
    (once(&server.finish(None).got, &expected), socket.addr)
}

/// The lab's client, and the player as its server.
fn client_alone(lab: &Lab, script: &Script) -> (Transcript, SocketAddr) {
    if parse(script.text(), script).has_datagrams() {
        return client_of_datagrams(lab, script);
    }
    let listener = any_port();
    let addr = listener.local_addr().expect("an address");
    let expected = parse(&script.at(addr), script);
    let argument = parse(script.text(), script);
    let mut client = start_client(lab, addr, argument.heading("arg"));
    let played = player(&expected, Who::Server).answer(&listener);
    client.wait().expect("the client can be waited for");
    (played.got, addr)
}

/// Starts the lab's server. When the script says so, it stands before other servers: each is a player, which
/// waits in a thread of its own for the program to come.
fn start_server<'scope>(
    lab: &Lab,
    script: &Script,
    recorder: &Recorder,
    scope: &'scope std::thread::Scope<'scope, '_>,
) -> (Server, Option<Behind>) {
    let expected = parse(script.text(), script);
    let mut ports = None;
    let mut command = Command::new(bin(&lab.program("lab", Side::Server)));
    command.arg("127.0.0.1:0");
    command.env("WIRELAB_NOW", catalogue::NOW.to_string());
    let files = format!("labs/{}/files", lab.slug);
    if std::path::Path::new(&files).is_dir() {
        command.env("WIRELAB_ROOT", files);
    }
    if let Some(legs) = expected.legs() {
        let mut behind = Behind::of(&expected, &legs).expect("free ports");
        command.args(behind.arg.split_whitespace());
        for (listener, leg) in std::mem::take(&mut behind.listeners)
            .into_iter()
            .zip(legs.backs)
        {
            let mut player = player(&expected.of_connections(&leg.connections), Who::Server);
            player.recorder = Some(recorder.clone());
            scope.spawn(move || player.answer(&listener));
        }
        ports = Some(behind);
    }
    (Server::start_with(&mut command), ports)
}

fn start_client(lab: &Lab, addr: SocketAddr, argument: Option<&str>) -> Child {
    let mut client = Command::new(bin(&lab.program("lab", Side::Client)));
    client.args(arguments(addr, argument)).stdin(Stdio::null());
    client.stdout(Stdio::null()).stderr(Stdio::piped());
    client.spawn().expect("the client starts")
}

fn player(expected: &Transcript, me: Who) -> Player {
    let mut player = Player::new(expected, me, Weather::Calm).expect("a script without masks");
    (player.silence, player.client, player.whole) = (DEADLINE, DEADLINE, DEADLINE);
    player
}

fn any_port() -> TcpListener {
    listen(SocketAddr::from(([127, 0, 0, 1], 0)), 16).expect("a free port")
}

fn parse(text: &str, script: &Script) -> Transcript {
    let parsed = Transcript::parse(text);
    parsed.unwrap_or_else(|error| panic!("snapshots/{}.snap:{error}", script.name))
}

/// The contract: the words of the argument, after the address when it is not among them.
fn arguments(addr: SocketAddr, argument: Option<&str>) -> Vec<String> {
    let mut words: Vec<&str> = argument.unwrap_or_default().split_whitespace().collect();
    if !words.iter().any(|word| word.contains("{addr}")) {
        words.insert(0, "{addr}");
    }
    let addr = addr.to_string();
    words
        .iter()
        .map(|word| word.replace("{addr}", &addr))
        .collect()
}
