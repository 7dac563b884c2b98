//! curl and wget, where they are installed.

use std::fs;
use std::process::Command;

use super::client::{folder, server};
use crate::support::{browser, have, listens};

#[test]
fn curl_resumes_and_asks_again() {
    if !have(&["curl"]) {
        return;
    }
    let root = folder("curl");
    let bytes: Vec<u8> = (0..300_000u32).map(|n| (n * 7 % 251) as u8).collect();
    fs::write(root.join("big.bin"), &bytes).unwrap();
    let server = server(&root, &["--quiet"]);
    let url = format!("http://{}/big.bin", server.addr);
    let half = root.join("../curl-half.bin");
    fs::write(&half, &bytes[..100_000]).unwrap();
    let curl = |options: &[&str]| {
        let done = Command::new("curl")
            .args(["-sS", "--max-time", "20", "-w", "%{http_code}"])
            .args(options)
            .arg(&url)
            .output()
            .unwrap();
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
        String::from_utf8_lossy(&done.stdout).into_owned()
    };
    let half_name = half.to_str().unwrap();
    assert_eq!(curl(&["-C", "-", "-o", half_name]), "206");
    assert_eq!(fs::read(&half).unwrap(), bytes);
    let tag = root.join("../curl-tag.txt");
    let tag = tag.to_str().unwrap();
    assert_eq!(curl(&["--etag-save", tag, "-o", half_name]), "200");
    assert_eq!(curl(&["--etag-compare", tag, "-o", half_name]), "304");
    // An upload that waits for 100 (Continue), which never comes.
    assert_eq!(
        curl(&[
            "-T",
            half_name,
            "-H",
            "Expect: 100-continue",
            "-o",
            half_name
        ]),
        "405"
    );
}

#[test]
fn wget_continues() {
    if !have(&["wget"]) {
        return;
    }
    let root = folder("wget");
    let bytes: Vec<u8> = (0..300_000u32).map(|n| (n * 7 % 251) as u8).collect();
    fs::write(root.join("big.bin"), &bytes).unwrap();
    let server = server(&root, &["--quiet"]);
    let down = root.join("../wget-down");
    fs::create_dir_all(&down).unwrap();
    fs::write(down.join("big.bin"), &bytes[..123_456]).unwrap();
    let done = Command::new("wget")
        .args(["-q", "-c", "--timeout=20", "--tries=1"])
        .arg(format!("http://{}/big.bin", server.addr))
        .current_dir(&down)
        .status()
        .unwrap();
    assert!(done.success());
    assert_eq!(fs::read(down.join("big.bin")).unwrap(), bytes);
}

#[test]
fn a_browser_shows_a_folder_and_follows_its_links() {
    if !have(&["chromium"]) {
        return;
    }
    let root = folder("browser");
    fs::write(root.join("plain/ñ <b>.txt"), "found it").unwrap();
    let server = server(&root, &["--quiet"]);
    let dump = |target: &str| browser::dom(&format!("http://{}{target}", server.addr));
    let page = dump("/plain");
    assert!(page.contains("ñ &lt;b&gt;.txt</a>"), "{page}");
    assert!(dump("/plain/%C3%B1%20%3Cb%3E.txt").contains("found it"));
    assert!(dump("/menu/").contains("tacos"));
}

#[test]
fn nginx_in_front_of_it() {
    if !have(&["nginx"]) {
        return;
    }
    let root = folder("nginx");
    let server = server(&root, &["--quiet"]);
    let own = root.join("../nginx-own");
    fs::create_dir_all(&own).unwrap();
    let own = own.canonicalize().unwrap();
    let held = wirelab::net::free_port(std::net::Ipv4Addr::LOCALHOST.into()).unwrap();
    let port = held.number;
    let paths: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .iter()
        .map(|name| format!("{name}_temp_path {}/{name};", own.display()))
        .collect();
    let text = format!(
        "daemon off; master_process off; pid {0}/pid; error_log {0}/error.log; events {{}}\n\
         http {{ access_log off; {paths} upstream u {{ server {1}; keepalive 4; }}\n\
         server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://u;\n\
         proxy_http_version 1.1; proxy_set_header Connection ''; }} }} }}\n",
        own.display(),
        server.addr,
    );
    fs::write(own.join("nginx.conf"), text).unwrap();
    let mut nginx = Command::new("nginx")
        .args([
            "-p",
            own.to_str().unwrap(),
            "-c",
            "nginx.conf",
            "-e",
            "error.log",
        ])
        .spawn()
        .unwrap();
    let front = std::net::SocketAddr::from(([127, 0, 0, 1], port));
    // nginx does not say when it listens; a connection that is taken is the event.
    assert!(
        listens(front),
        "nginx does not start: {:?}",
        nginx.try_wait()
    );
    for _ in 0..20 {
        let answer = super::client::ask(front, "GET", "/tacos.txt", "");
        assert_eq!((answer.status, answer.text()), (200, "three tacos\n"));
    }
    let tag = super::client::ask(front, "GET", "/tacos.txt", "")
        .field("etag")
        .unwrap()
        .to_string();
    let same = format!("If-None-Match: {tag}\r\n");
    assert_eq!(
        super::client::ask(front, "GET", "/tacos.txt", &same).status,
        304
    );
    let bite = super::client::ask(front, "GET", "/tacos.txt", "Range: bytes=6-10\r\n");
    assert_eq!((bite.status, bite.text()), (206, "tacos"));
    assert_eq!(
        super::client::ask(front, "POST", "/", "Content-Length: 0\r\n").status,
        405
    );
    nginx.kill().unwrap();
    nginx.wait().unwrap();
}
