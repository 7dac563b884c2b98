//! `cargo lab nc`: what is typed goes out as it should, what comes is shown, and it ends by itself.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use crate::support::peers::closed;
use crate::support::{bin, skip};
use socket2::SockRef;
use wirelab::limits;
use wirelab::net::{Serving, listen, serve};
use wirelab::wire::Transcript;

fn free_listener() -> TcpListener {
    listen(SocketAddr::from(([127, 0, 0, 1], 0)), limits::BACKLOG).unwrap()
}

/// A server that reads all that a client says, and answers how many bytes that were.
fn counter() -> Serving {
    let serving = serve(free_listener(), 10, |client| {
        let mut stream = client.stream;
        let mut said = Vec::new();
        stream.read_to_end(&mut said).unwrap();
        // In one write: what comes in two is shown in two.
        let answer = format!("{} bytes\n", said.len());
        stream.write_all(answer.as_bytes()).unwrap();
    });
    serving.unwrap()
}

/// `wirelab nc ADDR WORDS` with `typed` on its standard input.
fn nc(addr: &str, words: &[&str], typed: &[u8]) -> Output {
    let mut command = Command::new(bin("wirelab"));
    command.arg("nc").arg(addr).args(words);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut running = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = running.stdin.take().unwrap();
    let typed = typed.to_vec();
    // It may end before it has taken everything.
    let typing = std::thread::spawn(move || drop(stdin.write_all(&typed)));
    let output = running.wait_with_output().unwrap();
    typing.join().unwrap();
    output
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn lines_are_sent_as_typed_or_with_crlf() {
    let server = counter();
    let addr = server.address().to_string();
    let plain = nc(&addr, &[], b"3 tacos\nand\r\na \\ pi\xc3\xb1a");
    let expected = "\
C connect
C> 3 tacos\\n
C> and\\r\\n
C> a \\\\ pi\\xc3\\xb1a
C fin
S> 22 bytes\\n
S fin
";
    assert_eq!(stdout(&plain), expected);
    assert!(plain.status.success());
    let crlf = nc(&addr, &["--crlf"], b"3 tacos\nand\r\n\nend");
    let expected = "\
C connect
C> 3 tacos\\r\\n
C> and\\r\\n
C> \\r\\n
C> end
C fin
S> 19 bytes\\n
S fin
";
    assert_eq!(stdout(&crlf), expected);
}

#[test]
fn the_saved_transcript_is_what_was_shown() {
    let server = counter();
    let file = std::env::temp_dir().join(format!("wirelab-nc-{}.wire", std::process::id()));
    let path = file.to_str().unwrap();
    let shown = nc(
        &server.address().to_string(),
        &["--save", path],
        b"3 tacos\n",
    );
    let saved = std::fs::read_to_string(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    assert!(saved.starts_with("@wire 1\n@seen-by client\n"), "{saved}");
    let mut saved = Transcript::parse(&saved).unwrap().without_times();
    saved.headings.clear();
    assert_eq!(saved.render(), stdout(&shown));
}

/// Nothing more is typed, and standard input stays open; it must end all the same.
#[test]
fn it_ends_when_the_server_hangs_up() {
    for (how, end) in [("fin", "S fin\nC fin\n"), ("rst", "S rst\n")] {
        let server = serve(free_listener(), 10, move |client| {
            let mut stream = client.stream;
            stream.write_all(b"closed\n").unwrap();
            if how == "rst" {
                stream.read_exact(&mut [0]).unwrap();
                let socket = SockRef::from(stream);
                socket.set_linger(Some(Duration::ZERO)).unwrap();
            }
        });
        let server = server.unwrap();
        let mut command = Command::new(bin("wirelab"));
        command.arg("nc").arg(server.address().to_string());
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut running = command.spawn().unwrap();
        let mut stdin = running.stdin.take().unwrap();
        if how == "rst" {
            stdin.write_all(b"\n").unwrap();
        }
        let mut shown = String::new();
        let mut stdout = running.stdout.take().unwrap();
        stdout.read_to_string(&mut shown).unwrap();
        assert!(running.wait().unwrap().success());
        drop(stdin);
        assert!(shown.contains("S> closed\\n\n"), "{shown}");
        assert!(shown.ends_with(end), "{shown}");
    }
}

#[test]
fn what_goes_wrong_is_said() {
    let nobody = closed();
    let nobody = nobody.addr.to_string();
    let cases = [
        (
            &nobody[..],
            &[][..],
            1,
            "refused the connection: nobody listens there",
        ),
        (
            "http://localhost/",
            &[],
            2,
            "an address is host:port, without http://",
        ),
        ("99", &[], 2, "there is no lab `99`"),
        (
            "127.0.0.1:1",
            &["--save", "/no/such/folder/F.wire"],
            1,
            "F.wire: cannot be written",
        ),
    ];
    for (addr, words, code, message) in cases {
        let output = nc(addr, words, b"");
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{addr}: {said}");
        assert!(
            said.starts_with("wirelab: ") && said.contains(message),
            "{said}"
        );
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

#[test]
fn a_megabyte_and_raw_bytes_go_through() {
    let server = counter();
    let addr = server.address().to_string();
    let typed = b"taco\n".repeat(200_000);
    assert!(stdout(&nc(&addr, &[], &typed)).ends_with("S> 1000000 bytes\\n\nS fin\n"));
    let raw: Vec<u8> = (0..=255).cycle().take(1024).collect();
    assert!(stdout(&nc(&addr, &[], &raw)).ends_with("S> 1024 bytes\\n\nS fin\n"));
}

/// The lab's own server listens at its own port: if nobody does, it is started, and ended again.
#[test]
fn a_labs_server_is_started_when_it_is_not_there() {
    // Another program may have the port; it is not ours to end.
    if TcpListener::bind("127.0.0.1:8001").is_err() {
        return skip("port 8001 is taken");
    }
    let output = nc("1", &[], b"3 tacos\n");
    let shown = stdout(&output);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        shown.contains("S> 3 tacos, coming up\\n\n"),
        "{shown}{said}"
    );
}

/// The same for a lab that speaks UDP.
#[test]
fn a_labs_server_of_datagrams_is_started_when_it_is_not_there() {
    if std::net::UdpSocket::bind("127.0.0.1:8025").is_err() {
        return skip("UDP port 8025 is taken");
    }
    let output = nc("25", &[], b"1 tacos\n");
    let shown = stdout(&output);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        shown.contains("nobody listened") && shown.contains("S> ack 1 tacos\\n\n"),
        "{shown}{said}"
    );
}

/// `nc` as a server: the running program, and where it waits.
fn waiting(
    words: &[&str],
) -> (
    std::process::Child,
    std::io::BufReader<std::process::ChildStdout>,
    String,
) {
    let mut command = Command::new(bin("wirelab"));
    command.arg("nc").args(words);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut running = command.spawn().unwrap();
    let mut stdout = std::io::BufReader::new(running.stdout.take().unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut stdout, &mut line).unwrap();
    let place = line.trim_end().strip_prefix("# waiting for a client at ");
    let place = place.unwrap_or_else(|| panic!("{line}")).to_string();
    (running, stdout, place)
}

#[test]
fn as_a_server_it_takes_one_client() {
    let (mut running, mut stdout, place) = waiting(&["-l", "127.0.0.1:0"]);
    let mut client = std::net::TcpStream::connect(&place).unwrap();
    client.write_all(b"3 tacos\n").unwrap();
    let mut shown = String::new();
    while !shown.contains("tacos") {
        std::io::BufRead::read_line(&mut stdout, &mut shown).unwrap();
    }
    let mut stdin = running.stdin.take().unwrap();
    stdin.write_all(b"coming up\n").unwrap();
    drop(stdin);
    let mut heard = String::new();
    client.read_to_string(&mut heard).unwrap();
    assert_eq!(heard, "coming up\n");
    drop(client);
    stdout.read_to_string(&mut shown).unwrap();
    assert!(running.wait().unwrap().success());
    assert_eq!(
        shown,
        "C connect\nC> 3 tacos\\n\nS> coming up\\n\nS fin\nC fin\n"
    );
}

/// A client that has said all may still hear: what standard input has is sent to its end.
#[test]
fn as_a_server_it_sends_all_of_its_input_to_a_client_that_has_ended_its_side() {
    let (mut running, mut stdout, place) = waiting(&["-l", "127.0.0.1:0"]);
    let mut client = std::net::TcpStream::connect(&place).unwrap();
    client.shutdown(std::net::Shutdown::Write).unwrap();
    let mut shown = String::new();
    while !shown.contains("C fin") {
        std::io::BufRead::read_line(&mut stdout, &mut shown).unwrap();
    }
    let mut stdin = running.stdin.take().unwrap();
    let reader = std::thread::spawn(move || stdout.read_to_string(&mut shown));
    let hearing = std::thread::spawn(move || {
        let mut heard = Vec::new();
        client.read_to_end(&mut heard).map(|_| heard)
    });
    let all = b"0123456789\n".repeat(100_000);
    stdin.write_all(&all).unwrap();
    drop(stdin);
    assert!(hearing.join().unwrap().unwrap() == all);
    reader.join().unwrap().unwrap();
    assert!(running.wait().unwrap().success());
}

#[test]
#[cfg(unix)]
fn a_unix_socket_has_two_sides() {
    let folder = std::env::temp_dir().join(format!("wirelab-nc-unix-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("kitchen").to_str().unwrap().to_string();
    let (mut server, mut said, place) = waiting(&["-l", "-U", &path]);
    assert_eq!(place, path);
    let client = nc(&path, &["-U"], b"3 tacos\n");
    // The server's input stays open: it ends because the client has.
    let expected = "C connect\nC> 3 tacos\\n\nC fin\n";
    let mut shown = String::new();
    said.read_to_string(&mut shown).unwrap();
    assert!(server.wait().unwrap().success());
    assert!(shown.starts_with(expected), "{shown}");
    assert!(stdout(&client).starts_with(expected), "{client:?}");
    // The name is gone, so that the next one can have it.
    assert!(!std::path::Path::new(&path).exists());
    let missing = nc(&path, &["-U"], b"");
    let said = String::from_utf8(missing.stderr).unwrap();
    assert_eq!(missing.status.code(), Some(1), "{said}");
    assert!(
        said.contains("kitchen: no server can be reached there"),
        "{said}"
    );
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn each_line_is_a_datagram() {
    let server = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let addr = server.local_addr().unwrap().to_string();
    let answering = std::thread::spawn(move || {
        let mut buffer = [0; 100];
        let mut heard = Vec::new();
        for _ in 0..3 {
            let (count, from) = server.recv_from(&mut buffer).unwrap();
            heard.push(String::from_utf8(buffer[..count].to_vec()).unwrap());
            server
                .send_to(format!("{count} bytes\n").as_bytes(), from)
                .unwrap();
        }
        heard
    });
    let mut command = Command::new(bin("wirelab"));
    command.args(["nc", &addr, "--udp"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut running = command.spawn().unwrap();
    let mut stdin = running.stdin.take().unwrap();
    stdin.write_all(b"3 tacos\na flan\nend").unwrap();
    assert_eq!(answering.join().unwrap(), ["3 tacos\n", "a flan\n", "end"]);
    let mut stdout = std::io::BufReader::new(running.stdout.take().unwrap());
    let mut shown = String::new();
    // The input stays open until all answers are here, so that no silence ends it before.
    while shown.matches("S> ").count() < 3 {
        std::io::BufRead::read_line(&mut stdout, &mut shown).unwrap();
    }
    drop(stdin);
    stdout.read_to_string(&mut shown).unwrap();
    assert!(running.wait().unwrap().success());
    for line in [
        "C> 3 tacos\\n",
        "C> end",
        "S> 8 bytes\\n",
        "S> 7 bytes\\n",
        "S> 3 bytes\\n",
    ] {
        assert!(shown.lines().any(|it| it == line), "{line}: {shown}");
    }
}

#[test]
fn the_first_datagram_says_who_the_client_is() {
    let (mut running, mut stdout, place) = waiting(&["-l", "--udp", "127.0.0.1:0"]);
    let client = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    client.connect(&place).unwrap();
    client.send(b"3 tacos\n").unwrap();
    let mut shown = String::new();
    while !shown.contains("tacos") {
        std::io::BufRead::read_line(&mut stdout, &mut shown).unwrap();
    }
    let mut stdin = running.stdin.take().unwrap();
    stdin.write_all(b"coming up\n").unwrap();
    let mut buffer = [0; 100];
    let count = client.recv(&mut buffer).unwrap();
    assert_eq!(&buffer[..count], b"coming up\n");
    drop(stdin);
    stdout.read_to_string(&mut shown).unwrap();
    assert!(running.wait().unwrap().success());
    assert_eq!(shown, "C> 3 tacos\\n\nS> coming up\\n\n");
}

/// A server that sends each datagram back, until it has had this many.
fn echo_of_datagrams(count: usize) -> (String, std::thread::JoinHandle<()>) {
    let server = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let addr = server.local_addr().unwrap().to_string();
    let answering = std::thread::spawn(move || {
        let mut buffer = [0; 65_536];
        for _ in 0..count {
            let (length, from) = server.recv_from(&mut buffer).unwrap();
            server.send_to(&buffer[..length], from).unwrap();
        }
    });
    (addr, answering)
}

/// What `nc` saves of datagrams can be shown, and played from both sides.
#[test]
fn saved_datagrams_are_shown_and_played() {
    let (addr, answering) = echo_of_datagrams(4);
    let folder = std::env::temp_dir().join(format!("wirelab-nc-udp-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("F.wire");
    let mut command = Command::new(bin("wirelab"));
    command.args(["nc", &addr, "--udp", "--save"]).arg(&file);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut running = command.spawn().unwrap();
    let mut stdin = running.stdin.take().unwrap();
    let mut stdout = std::io::BufReader::new(running.stdout.take().unwrap());
    let mut shown = String::new();
    for (asked, answers) in [("3 tacos\n", 1), ("a flan\n", 2)] {
        stdin.write_all(asked.as_bytes()).unwrap();
        while shown.matches("S> ").count() < answers {
            std::io::BufRead::read_line(&mut stdout, &mut shown).unwrap();
        }
    }
    drop(stdin);
    stdout.read_to_string(&mut shown).unwrap();
    assert!(running.wait().unwrap().success());
    let saved = std::fs::read_to_string(&file).unwrap();
    assert!(
        saved.starts_with("@wire 1\n@seen-by client\n@transport udp\n"),
        "{saved}"
    );
    assert!(saved.ends_with("~ end\n"), "{saved}");
    let run = |words: &[&str]| {
        let mut command = Command::new(bin("wirelab"));
        let output = command.args(words).current_dir(&folder).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).to_string();
        assert!(output.status.success(), "{words:?}: {said}");
        self::stdout(&output)
    };
    let printed = run(&["show", "F.wire"]);
    assert!(printed.contains("@transport udp") && printed.contains("S> a flan\\n\n"));
    let verdict = run(&["play", "F.wire", &addr]);
    assert!(verdict.starts_with("PASS"), "{verdict}");
    answering.join().unwrap();
    play_to_a_client(&folder);
    let _ = std::fs::remove_dir_all(folder);
}

/// `play --listen` answers each datagram of a client as it was recorded.
fn play_to_a_client(folder: &std::path::Path) {
    let mut command = Command::new(bin("wirelab"));
    command.args(["play", "F.wire", "--listen", "127.0.0.1:0"]);
    command.current_dir(folder).stdout(Stdio::piped());
    let mut playing = command.spawn().unwrap();
    let mut stdout = std::io::BufReader::new(playing.stdout.take().unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut stdout, &mut line).unwrap();
    let addr = line.trim_end().strip_prefix("listening on ").unwrap();
    let client = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    client.connect(addr).unwrap();
    let mut buffer = [0; 100];
    for words in ["3 tacos\n", "a flan\n"] {
        client.send(words.as_bytes()).unwrap();
        let count = client.recv(&mut buffer).unwrap();
        assert_eq!(&buffer[..count], words.as_bytes());
    }
    let mut verdict = String::new();
    stdout.read_to_string(&mut verdict).unwrap();
    assert!(playing.wait().unwrap().success(), "{verdict}");
    assert!(verdict.starts_with("PASS"), "{verdict}");
}

/// Nobody receives at the port: it is said, and it ends, whether a send or a read gets the news.
#[test]
fn datagrams_that_nobody_receives_end_it() {
    let port = wirelab::net::free_datagram_port([127, 0, 0, 1].into()).unwrap();
    let addr = format!("127.0.0.1:{}", port.number);
    let lines = "3 tacos\n".repeat(200);
    let output = nc(&addr, &["--udp"], lines.as_bytes());
    let shown = stdout(&output);
    assert!(shown.contains("S refuse\n"), "{shown}");
    assert_eq!(output.status.code(), Some(1));
}

/// A line may lie across two reads of the input, and is one datagram all the same.
#[test]
fn long_input_is_cut_between_lines() {
    let line = format!("{}\n", "taco ".repeat(200));
    let (addr, answering) = echo_of_datagrams(120);
    let output = nc(
        &addr,
        &["--udp", "--save", "-"],
        line.repeat(120).as_bytes(),
    );
    let saved = Transcript::parse(&stdout(&output)).unwrap();
    let mut asked = 0;
    for entry in saved.entries() {
        if let wirelab::wire::Entry::Chunk(chunk) = entry {
            assert_eq!(chunk.exact(), line.as_bytes());
            asked += usize::from(chunk.who == wirelab::wire::Who::Client);
        }
    }
    assert_eq!(asked, 120);
    drop(answering);
}

#[test]
fn a_line_that_is_too_long_for_a_datagram_is_said() {
    let (addr, _) = echo_of_datagrams(0);
    let long = "x".repeat(65_508);
    let output = nc(&addr, &["--udp"], long.as_bytes());
    let shown = stdout(&output);
    let why = "# a line was not sent, and nothing after it: a datagram has at most 65507 bytes\n";
    assert!(shown.contains(why), "{shown}");
    assert_eq!(output.status.code(), Some(1));
}
