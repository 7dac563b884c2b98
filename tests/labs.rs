//! Each lab's own client and server talk through the tap, and what the tap saw equals the snapshot.
//!
//! The headings (`@title`, `@arg` …) are the author's and stand in the snapshot; every line below them
//! is what was really said. A new snapshot: write a file with the headings alone, then
//! `INSTA_UPDATE=always cargo test --test labs`, and read what it says.

mod support;

use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::time::Duration;

use support::{Server, bin};
use wirelab::course::catalogue::{self, Lab, Script, Side};
use wirelab::net::{Recorder, Tap, listen};
use wirelab::wire::Transcript;

/// Nothing here takes more than some milliseconds; this long is a failure, on any machine.
const DEADLINE: Duration = Duration::from_secs(30);

#[test]
fn what_each_pair_says_equals_its_snapshot() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for lab in catalogue::labs() {
        let Some(built) = lab.built else { continue };
        for script in built
            .scripts
            .iter()
            .filter(|script| spoken_by_the_pair(script))
        {
            let said = record(lab, script).render();
            settings.bind(|| insta::assert_snapshot!(script.name, said));
        }
    }
}

/// A script that both programs of the lab are checked with is one that they can speak together.
fn spoken_by_the_pair(script: &Script) -> bool {
    script.checks_server && script.checks_client
}

/// Runs the lab's client against its server with a tap between them; what was said, without times.
fn record(lab: &Lab, script: &Script) -> Transcript {
    let expected = Transcript::parse(script.text())
        .unwrap_or_else(|error| panic!("snapshots/{}.snap:{error}", script.name));
    let connections = expected.connections().len().max(1) as u64;

    let mut server = Server::start(&lab.program("lab", Side::Server));
    let recorder = Recorder::new();
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    let listener = listen(any_port, 16).expect("a free port");
    let tap = Tap::start(listener, server.addr, recorder.clone()).expect("a tap");

    let mut client = Command::new(bin(&lab.program("lab", Side::Client)));
    let client = client.args(arguments(tap.address(), expected.heading("arg")));
    let output = client
        .stdin(Stdio::null())
        .output()
        .expect("the client starts");
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(
        tap.wait_ended(connections, DEADLINE),
        "{}: not all ended: {log}",
        script.name
    );
    assert!(server.runs(), "{}: the server is gone", script.name);

    let mut said = recorder.transcript().without_times();
    said.headings = expected.headings;
    said
}

/// The contract: the address and then the words of the argument; an argument that has the address in
/// it stands alone.
fn arguments(addr: SocketAddr, argument: Option<&str>) -> Vec<String> {
    match argument {
        Some(text) if text.contains("{addr}") => vec![text.replace("{addr}", &addr.to_string())],
        Some(text) => {
            let words = text.split_whitespace().map(str::to_string);
            std::iter::once(addr.to_string()).chain(words).collect()
        }
        None => vec![addr.to_string()],
    }
}
