//! Captures that tcpdump made of other programs: our bytes are those of tshark's `follow`.
//!
//! Rule: a capture is read when it has everything, which shows in it: each connection has ended on both sides.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::support::{have, side_by_side, skip, soon};
use wirelab::import::import;
use wirelab::net::{Port, free_port, listeners};
use wirelab::wire::{Conn, Event, Transcript, Who};

/// A conversation between two programs that are not ours.
struct Pair {
    name: &'static str,
    tools: &'static [&'static str],
    /// A shell command that serves at `$PORT`; the folder has files.
    server: &'static str,
    /// A shell command that talks to it.
    client: &'static str,
    connections: usize,
}

const PAIRS: [Pair; 10] = [
    Pair {
        name: "curl-python",
        tools: &["curl", "python3"],
        server: "exec python3 -m http.server --bind 127.0.0.1 $PORT",
        client: "curl -s -o out http://127.0.0.1:$PORT/large.bin",
        connections: 1,
    },
    Pair {
        name: "wget-php",
        tools: &["wget", "php"],
        server: "exec php -S 127.0.0.1:$PORT",
        client: "wget -q -O out --post-data='dish=taco&count=3' http://127.0.0.1:$PORT/page.php",
        connections: 1,
    },
    Pair {
        name: "redis",
        tools: &["redis-server", "redis-cli"],
        server: "exec redis-server --port $PORT --bind 127.0.0.1 --save '' --appendonly no",
        client: "printf 'SET dish taco\\nGET dish\\nLPUSH list a b c\\nLRANGE list 0 -1\\n' | redis-cli -p $PORT",
        connections: 1,
    },
    Pair {
        name: "node-chunks",
        tools: &["node", "curl"],
        server: "exec node -e 'require(`http`).createServer((q, s) => { for (let i = 0; i < 50; i++) \
            s.write(`taco ${i}\\n`.repeat(99)); s.end() }).listen(process.argv[1], `127.0.0.1`)' $PORT",
        client: "curl -s -o out http://127.0.0.1:$PORT/a http://127.0.0.1:$PORT/b",
        connections: 1,
    },
    Pair {
        name: "upload",
        tools: &["node", "curl"],
        server: "exec node -e 'require(`http`).createServer((q, s) => { let n = 0; q.on(`data`, d => n += d.length); \
            q.on(`end`, () => s.end(`${n} bytes`)) }).listen(process.argv[1], `127.0.0.1`)' $PORT",
        client: "curl -s -o out -H Expect: -T large.bin http://127.0.0.1:$PORT/upload",
        connections: 1,
    },
    Pair {
        name: "tls",
        tools: &["openssl"],
        server: "exec openssl s_server -quiet -nocert -psk 1a2b3c -accept 127.0.0.1:$PORT -www",
        client: "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | openssl s_client -quiet -psk 1a2b3c \
            -connect 127.0.0.1:$PORT 2> /dev/null",
        connections: 1,
    },
    Pair {
        name: "socat-half-close",
        tools: &["socat"],
        server: "exec socat -t 20 TCP-LISTEN:$PORT,bind=127.0.0.1,reuseaddr,fork EXEC:cat",
        client: "socat -t 20 - TCP:127.0.0.1:$PORT < large.bin > out",
        connections: 1,
    },
    Pair {
        name: "python-sockets",
        tools: &["python3"],
        server: "exec python3 -c 'import socketserver as s, sys\nclass H(s.StreamRequestHandler):\n def handle(self):\n  \
            for line in self.rfile: self.wfile.write(line[::-1])\ns.TCPServer.allow_reuse_address = True\n\
            s.ThreadingTCPServer((\"127.0.0.1\", int(sys.argv[1])), H).serve_forever()' $PORT",
        client: "python3 -c 'import socket, sys\nfor n in range(3):\n c = socket.create_connection((\"127.0.0.1\", \
            int(sys.argv[1])))\n for i in range(40): c.sendall(b\"%d taco %d\\n\" % (n, i)); c.recv(9)\n \
            c.shutdown(1)\n while c.recv(99): pass\n c.close()' $PORT",
        connections: 3,
    },
    Pair {
        name: "reset",
        tools: &["python3", "socat"],
        server: "exec socat -t 20 TCP-LISTEN:$PORT,bind=127.0.0.1,reuseaddr,fork EXEC:cat",
        client: "python3 -c 'import socket, struct, sys\nc = socket.create_connection((\"127.0.0.1\", int(sys.argv[1])))\n\
            c.sendall(b\"3 tacos\\n\"); c.recv(8)\nc.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, \
            struct.pack(\"ii\", 1, 0)); c.close()' $PORT",
        connections: 1,
    },
    Pair {
        name: "keep-alive",
        tools: &["nginx", "wget"],
        server: "printf 'user root; daemon off; pid nginx.pid; error_log stderr; events {} http { access_log off; \
            client_body_temp_path t; proxy_temp_path t; fastcgi_temp_path t; uwsgi_temp_path t; scgi_temp_path t; \
            server { listen 127.0.0.1:%s; root .; } }' $PORT > nginx.conf; chmod 755 .; exec nginx -p $PWD -c nginx.conf",
        client: "wget -q -O out http://127.0.0.1:$PORT/page.php http://127.0.0.1:$PORT/large.bin; true",
        connections: 1,
    },
];

/// A child that ends with the value.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn shell(folder: &Path, port: u16, line: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", line]).env("PORT", port.to_string());
    command.current_dir(folder).stdin(Stdio::null());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// tcpdump of this port on the loopback, which captures from now on; `None`: it may not.
fn tcpdump(file: &Path, port: u16) -> Option<Running> {
    let filter = format!("tcp port {port}");
    let mut command = Command::new("tcpdump");
    command.args([
        "-i",
        "lo",
        "-U",
        "--immediate-mode",
        "-B",
        "16384",
        "-w",
        "-",
    ]);
    command.arg(filter).stdin(Stdio::null());
    command.stdout(File::create(file).expect("a file"));
    let mut child = command.stderr(Stdio::piped()).spawn().expect("it starts");
    let said = BufReader::new(child.stderr.take().expect("a pipe"));
    let running = Running(child);
    let mut lines = said.lines().map_while(Result::ok);
    let begun = lines.any(|line| line.contains("listening on lo"));
    begun.then(|| {
        // Its last words go nowhere.
        std::thread::spawn(move || lines.for_each(drop));
        running
    })
}

/// How many connections have ended on both sides.
fn ended(transcript: &Transcript) -> usize {
    let over = |conn: &Conn| {
        let fin = |who| transcript.has_event(|by, on, it| (by, on, it) == (who, *conn, Event::Fin));
        transcript.has_event(|_, on, it| (on, it) == (*conn, Event::Rst))
            || fin(Who::Client) && fin(Who::Server)
    };
    let all = transcript.connections();
    all.iter().filter(|conn| over(conn)).count()
}

/// What tshark says the client and the server of each stream have sent, in the order of the streams.
fn followed(file: &Path, streams: usize, server: u16) -> Vec<[Vec<u8>; 2]> {
    let follow = |stream: usize| {
        let mut tshark = Command::new("tshark");
        tshark.arg("-r").arg(file).arg("-q");
        let follow = format!("follow,tcp,raw,{stream}");
        let output = tshark.args(["-z", &follow]).output();
        let text = output.expect("tshark runs").stdout;
        let text = String::from_utf8_lossy(&text).into_owned();
        let node = text.lines().find_map(|line| line.strip_prefix("Node 0: "));
        // Which of the two comes first is tshark's choice.
        let server_is_first = node.is_some_and(|node| node.ends_with(&format!(":{server}")));
        let lines = text.lines().skip_while(|line| !line.starts_with("Node 1:"));
        let lines = lines.skip(1).take_while(|line| !line.starts_with("==="));
        let mut sides = [Vec::new(), Vec::new()];
        for line in lines {
            let side = usize::from(line.starts_with('\t') != server_is_first);
            let digits = line.trim().as_bytes().chunks(2);
            let byte = |two: &[u8]| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok();
            sides[side].extend(digits.map(|two| byte(two).expect("hex")));
        }
        sides
    };
    (0..streams).map(follow).collect()
}

fn compare(pair: &Pair, folder: &Path, held: &Port) {
    let (name, port) = (pair.name, held.number);
    let mut server = shell(folder, port, pair.server);
    let _server = Running(server.spawn().expect("a shell"));
    // Without a call: what is left of one would be in the capture.
    let listens = || listeners(port).is_some_and(|found| !found.is_empty());
    assert!(soon(listens), "{name}: the server does not listen");
    let file = folder.join("F.pcap");
    let Some(_capturing) = tcpdump(&file, port) else {
        return skip("tcpdump may not capture");
    };
    let client = shell(folder, port, pair.client).status().expect("a shell");
    assert!(client.success(), "{name}: {client}");
    let mut seen = Transcript::new();
    let is_whole = || {
        let read = import(&fs::read(&file).expect("the capture"));
        seen = read.and_then(Result::ok).unwrap_or_default();
        ended(&seen) == pair.connections
    };
    assert!(soon(is_whole), "{name}: no end in the capture");
    let theirs = followed(&file, pair.connections, port);
    assert_eq!(theirs.len(), pair.connections, "{name}");
    for (conn, theirs) in (1..).zip(theirs) {
        let ours = [Who::Client, Who::Server].map(|who| seen.bytes_of(conn, who));
        let lengths = |sides: &[Vec<u8>; 2]| sides.each_ref().map(Vec::len);
        assert_eq!(
            lengths(&ours),
            lengths(&theirs),
            "{name}, connection {conn}"
        );
        assert!(ours == theirs, "{name}, connection {conn}: other bytes");
        assert!(!ours[0].is_empty() && !ours[1].is_empty(), "{name}");
    }
}

#[test]
fn ten_captures_have_the_bytes_that_tshark_finds() {
    if !have(&["tcpdump", "tshark"]) {
        return;
    }
    let root = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("captures");
    let _ = fs::remove_dir_all(&root);
    let pairs: Vec<&Pair> = PAIRS.iter().filter(|pair| have(pair.tools)).collect();
    side_by_side(pairs, |pair| {
        let folder = root.join(pair.name);
        fs::create_dir_all(folder.join("t")).expect("a folder");
        let mut dice = crate::dice::Dice::new();
        let bytes: Vec<u8> = (0..400_000).map(|_| dice.byte()).collect();
        fs::write(folder.join("large.bin"), bytes).expect("a file");
        fs::write(folder.join("page.php"), "<p>3 tacos</p>\n").expect("a file");
        let held = free_port(Ipv4Addr::LOCALHOST.into()).expect("a port");
        compare(pair, &folder, &held);
    });
}
