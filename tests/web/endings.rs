//! How things end: programs that flood, hang or die, pages that disappear, ports that are taken, and `Ctrl-C`.

use std::process::Command;

use crate::support::{Server, WIRELAB, soon};
use crate::visitor::{children, page, post, start, status, token};

#[test]
#[cfg(target_os = "linux")]
fn a_page_that_disappears_during_a_run_leaves_nothing_behind() {
    let server = start();
    let threads =
        || std::fs::read_dir(format!("/proc/{}/task", server.id())).map_or(0, Iterator::count);
    let token = token(&server);
    let before = threads();
    let (stream, number) = page(&server, &token);
    // A connection that says nothing: the lab's server waits for five seconds.
    let body = format!("token={token}&page={number}&say=3");
    assert_eq!(
        status(&post(
            &server,
            "/labs/02-order-in-crumbs/say",
            &body,
            |head| head
        )),
        "204"
    );
    // A run that takes its time: the client waits for servers that do not answer.
    let body =
        format!("token={token}&page={number}&conversation=lab20-slow-and-greedy&weather=calm");
    assert_eq!(
        status(&post(
            &server,
            "/labs/20-slow-and-greedy/run",
            &body,
            |head| head
        )),
        "204"
    );
    assert!(soon(|| children(&server).len() >= 2), "nothing was started");
    drop(stream);
    assert!(
        soon(|| children(&server).is_empty()),
        "{:?}",
        children(&server)
    );
    assert!(
        soon(|| threads() <= before + 1),
        "{} threads, {before} before",
        threads()
    );
}

#[test]
fn a_taken_port_is_named_and_the_next_one_is_used() {
    let first = start();
    let port = first.addr.port().to_string();
    let output = Command::new(WIRELAB)
        .args(["web", "--port", &port])
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains(&port), "{said}");
    let one = Server::start_with(Command::new(WIRELAB).arg("web"));
    let two = Server::start_with(Command::new(WIRELAB).arg("web"));
    assert!(
        two.addr.port() != one.addr.port(),
        "{} {}",
        one.addr,
        two.addr
    );
}
