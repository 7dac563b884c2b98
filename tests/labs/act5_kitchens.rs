//! Lab 29: kitchens that are killed, or told to stop, behind real balancers and behind the lab's own, while clients ask.

mod street;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

use crate::support::peers::ask;
use crate::support::{Server, bin, have, listens};
use street::{Kitchen, Street};
use wirelab::net::{Port, free_port};

/// A balancer of another house; it ends with the value.
struct Front(Child);

impl Drop for Front {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn port() -> Port {
    free_port(Ipv4Addr::LOCALHOST.into()).expect("a port")
}

fn at(port: &Port) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port.number))
}

/// The lab's own configuration with other ports, in a folder of its own.
fn configuration(
    file: &str,
    name: &str,
    ports: &[(&str, SocketAddr)],
    change: impl Fn(String) -> String,
) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("kitchens-{name}"));
    std::fs::create_dir_all(&folder).expect("a folder");
    let lab = format!(
        "{}/labs/29-many-kitchens/{file}",
        env!("CARGO_MANIFEST_DIR")
    );
    let mut text = std::fs::read_to_string(lab).expect("a configuration");
    for (shown, real) in ports {
        assert!(text.contains(shown), "{file} does not name {shown}");
        text = text.replace(shown, &real.to_string());
    }
    let path = folder.join(file);
    std::fs::write(&path, change(text)).expect("a file");
    path
}

/// HAProxy with the lab's configuration; `None` where it is not installed.
fn haproxy(name: &str) -> Option<(Front, Street, Port)> {
    have(&["haproxy"]).then_some(())?;
    let (front, ports) = (port(), [port(), port()]);
    let places = [
        ("127.0.0.1:8129", at(&front)),
        ("127.0.0.1:9229", at(&ports[0])),
        ("127.0.0.1:9329", at(&ports[1])),
    ];
    let file = configuration("haproxy.cfg", name, &places, |text| text);
    let mut command = Command::new("haproxy");
    command
        .arg("-db")
        .arg("-f")
        .arg(file)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let running = Front(command.spawn().expect("haproxy starts"));
    // It does not say when it listens; a connection that is taken is the event.
    assert!(listens(at(&front)), "haproxy does not start");
    let street = Street::new(at(&front), ports, true);
    Some((running, street, front))
}

/// How often the kitchens are killed.
fn kills() -> usize {
    match std::env::var_os("WIRELAB_LONG") {
        Some(_) => 50,
        None => 5,
    }
}

#[test]
fn kitchens_are_killed_behind_haproxy() {
    let Some((_running, street, _port)) = haproxy("killed") else {
        return;
    };
    street
        .disturb(kills(), Kitchen::kill)
        .check("HAProxy", kills());
}

#[test]
fn kitchens_are_killed_behind_nginx() {
    if !have(&["nginx"]) {
        return;
    }
    let (front, ports) = (port(), [port(), port()]);
    let places = [
        ("127.0.0.1:8229", at(&front)),
        ("127.0.0.1:9029", at(&ports[0])),
        ("127.0.0.1:9129", at(&ports[1])),
    ];
    let file = configuration("nginx.conf", "nginx", &places, |text| {
        let kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        let folders: String = kinds
            .iter()
            .map(|it| format!("{it}_temp_path {it};\n"))
            .collect();
        let text = text.replace("http {\n", &format!("http {{\n{folders}"));
        format!("daemon off; master_process off; pid pid; error_log error.log;\n{text}")
    });
    let mut command = Command::new("nginx");
    command.arg("-p").arg(file.parent().expect("its folder"));
    command.args(["-c", "nginx.conf", "-e", "error.log"]);
    let _running = Front(command.spawn().expect("nginx starts"));
    assert!(listens(at(&front)), "nginx does not start");
    let street = Street::new(at(&front), ports, false);
    street
        .disturb(kills(), Kitchen::kill)
        .check("nginx", kills());
}

#[test]
fn kitchens_are_killed_behind_the_labs_own_balancer() {
    let ports = [port(), port()];
    let mut command = Command::new(bin("lab29-server"));
    command
        .arg("127.0.0.1:0")
        .args(ports.iter().map(|port| at(port).to_string()));
    let server = Server::start_with(&mut command);
    let street = Street::new(server.addr, ports, false);
    street
        .disturb(kills(), Kitchen::kill)
        .check("lab29-server", kills());
    // Nobody is there any more.
    let answer = ask(
        server.addr,
        b"GET / HTTP/1.1\r\nHost: tacos.example\r\n\r\n",
    );
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(answer.ends_with("\r\n\r\nno server is ready\n"), "{answer}");
}

/// A kitchen that is told to stop loses nothing, not even a POST.
#[test]
fn kitchens_stop_behind_haproxy_and_nobody_notices() {
    let Some((_running, street, _port)) = haproxy("stopped") else {
        return;
    };
    let log = Mutex::new(Vec::new());
    let book = street.disturb(4, |kitchen| {
        let lines = kitchen.stop();
        log.lock()
            .expect("no panic at the log")
            .extend(lines.iter().cloned());
        lines
    });
    book.check("HAProxy, stopped", 4);
    let failed = book.sent - book.taken.len();
    assert_eq!(failed, 0, "POSTs that were not answered");
    let log = log.lock().expect("no panic at the log");
    assert_eq!(
        log.iter().filter(|line| *line == "stopped").count(),
        4,
        "{log:?}"
    );
}
