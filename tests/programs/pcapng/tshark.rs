//! What tshark says of the export. Where it is not installed each test says so and passes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use wirelab::wire::{PcapngOptions, Transcript, Who, pcapng};

use super::random;
use crate::dice::Dice;
use crate::support::have;

/// What tshark prints about the file.
fn tshark(file: &Path, arguments: &[&str]) -> String {
    let mut tshark = Command::new("tshark");
    let output = tshark.arg("-r").arg(file).args(arguments).output();
    let output = output.expect("tshark starts");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Every checksum good, no analysis flag, nothing malformed. The bytes are random: tshark must not
/// take them for HTTP.
fn nothing_is_wrong(file: &Path) {
    let arguments = "-o tcp.check_checksum:TRUE -o ip.check_checksum:TRUE \
        -d tcp.port==8080,data -T fields \
        -e frame.number -e tcp.checksum.status -e ip.checksum.status -e ip.version \
        -e tcp.analysis.flags -e _ws.malformed";
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    let table = tshark(file, &arguments);
    assert!(table.lines().count() > 100, "{table}");
    for line in table.lines() {
        let (_, verdict) = line.split_once('\t').unwrap();
        let good = ["1\t1\t4\t\t", "1\t\t6\t\t", "1\t\t\t\t"].contains(&verdict);
        assert!(good, "{line:?} in {}", file.display());
    }
}

/// What the client and the server sent.
type Stream = [Vec<u8>; 2];

/// Every stream of the file, sorted.
fn streams(file: &Path, count: usize) -> Vec<Stream> {
    let taps: Vec<String> = (0..count).map(|n| format!("follow,tcp,raw,{n}")).collect();
    let mut arguments = vec!["-q"];
    for tap in &taps {
        arguments.extend(["-z", tap]);
    }
    let printed = tshark(file, &arguments);
    let mut streams = vec![Stream::default(); count];
    let mut stream = 0;
    for line in printed.lines() {
        if let Some(number) = line.strip_prefix("Filter: tcp.stream eq ") {
            stream = number.parse().unwrap();
        } else if let Some(hex) = line.strip_prefix('\t') {
            streams[stream][1].extend(bytes_of_hex(hex));
        } else if line.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            streams[stream][0].extend(bytes_of_hex(line));
        }
    }
    streams.sort();
    streams
}

fn bytes_of_hex(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks(2);
    let byte = |pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    pairs.map(byte).collect()
}

fn said(t: &Transcript) -> Vec<Stream> {
    let conns = t.connections().into_iter();
    let mut said: Vec<Stream> = conns
        .map(|conn| [Who::Client, Who::Server].map(|who| t.bytes_of(conn, who)))
        .collect();
    said.sort();
    said
}

fn agrees(name: &str, options: &PcapngOptions) {
    if !have(&["tshark"]) {
        return;
    }
    let t = random::transcript(&mut Dice::new(), 24);
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&file, pcapng(&t, options).unwrap()).unwrap();
    nothing_is_wrong(&file);
    let streams = streams(&file, t.connections().len());
    assert!(streams == said(&t), "other bytes in {}", file.display());
}

#[test]
fn tshark_agrees_with_random_conversations_over_ipv4() {
    agrees("random-ipv4.pcapng", &PcapngOptions::default());
}

#[test]
fn tshark_agrees_with_random_conversations_over_ipv6() {
    let options = PcapngOptions {
        client: "::1".parse().unwrap(),
        server: "[::1]:8080".parse().unwrap(),
        ..PcapngOptions::default()
    };
    agrees("random-ipv6.pcapng", &options);
}

#[test]
fn tshark_agrees_with_random_conversations_in_small_segments() {
    let options = PcapngOptions {
        segment: 1460,
        ..PcapngOptions::default()
    };
    agrees("random-cut.pcapng", &options);
}

/// A recording knows the port of its server, so tshark knows the protocol without a flag.
#[test]
fn tshark_knows_the_protocol_by_the_port() {
    if !have(&["tshark"]) {
        return;
    }
    // A ClientHello without extensions (RFC 8446 section 4.1.2).
    let random = " 5a".repeat(32);
    let hello = format!("Cx 16 03 01 00 2d 01 00 00 29 03 03{random} 00 00 02 13 01 01 00\n");
    let talks = [
        (
            "6379",
            "RESP",
            "C> *1\\r\\n\nC> $4\\r\\n\nC> PING\\r\\n\nS> +PONG\\r\\n\n",
        ),
        (
            "25",
            "SMTP",
            "S> 220 tacos.example ESMTP\\r\\n\nC> EHLO a.example\\r\\n\nS> 250 tacos.example\\r\\n\n",
        ),
        ("443", "TLS", hello.as_str()),
    ];
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    for (port, protocol, talk) in talks {
        let text = format!(
            "@wire 1\n@at 2026-11-23T08:49:37.5Z\n@client 127.0.0.1:49152\n@server 127.0.0.1:{port}\n\
             C connect\n{talk}S fin\nC fin\n"
        );
        let recording = folder.join(format!("protocol-{port}.wire"));
        let packets = folder.join(format!("protocol-{port}.pcapng"));
        fs::write(&recording, text).unwrap();
        let mut show = Command::new(crate::support::bin("wirelab"));
        show.arg("show")
            .arg(&recording)
            .arg("--pcapng")
            .arg(&packets);
        assert!(show.status().unwrap().success());
        let known = Command::new("tshark").args(["-G", "protocols"]).output();
        let known = String::from_utf8_lossy(&known.unwrap().stdout).into_owned();
        let is_known = |line: &str| line.split('\t').any(|word| word == protocol);
        if !known.lines().any(is_known) {
            crate::support::skip(&format!("this tshark does not know {protocol}"));
            continue;
        }
        let fields = [
            "-T",
            "fields",
            "-e",
            "_ws.col.Protocol",
            "-e",
            "frame.time_epoch",
        ];
        let seen = tshark(&packets, &fields);
        let found = seen
            .lines()
            .any(|line| line.split('\t').next() == Some(protocol));
        let found = found || protocol == "TLS" && seen.lines().any(|line| line.starts_with("TLS"));
        assert!(found, "{protocol}: {seen}");
        // 2026-11-23T08:49:37.5Z
        assert!(seen.contains("\t1795423777.5"), "{seen}");
    }
}

/// Datagrams, too: checksums good, and what a DNS client and server say is dissected because of the port.
#[test]
fn tshark_dissects_datagrams() {
    if !have(&["tshark"]) {
        return;
    }
    // RFC 1035 section 4.1: header, question; then the same with one answer, whose name is a pointer.
    let question = "7f 31 01 00 00 01 00 00 00 00 00 00 05 74 61 63 6f 73 07 65 78 61 6d 70 6c 65 00 00 01 00 01";
    let answer = question.replace("01 00 00 01 00 00 00", "85 00 00 01 00 01 00")
        + " c0 0c 00 01 00 01 00 00 0e 10 00 04 7f 00 00 01";
    for server in ["127.0.0.1:53", "[::1]:53"] {
        let text = format!(
            "@transport udp\n@server {server}\nCx {question}\nC drop\n~ 50ms\nCx {question}\n\
             Sx {answer}\nS double\n~ end\n"
        );
        let t = Transcript::parse(&text).expect("a transcript");
        let name = format!("dns-{}.pcapng", server.len());
        let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::write(&file, pcapng(&t, &PcapngOptions::of(&t)).unwrap()).unwrap();
        let fields = "-o udp.check_checksum:TRUE -T fields -e udp.checksum.status -e dns.qry.name \
            -e dns.a -e _ws.malformed";
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let (asked, said) = ("1\ttacos.example\t\t\n", "1\ttacos.example\t127.0.0.1\t\n");
        assert_eq!(tshark(&file, &fields), [asked, asked, said, said].concat());
    }
}
