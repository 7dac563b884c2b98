//! Programs with one named flaw each, for the tests of the check: `badpeer FLAW [ADDR] [FILE]`.
//!
//! A flaw of bytes is a transcript that is replayed (`replay-server`, `replay-client`); a flaw of
//! behaviour is a few lines below. ADDR is where to listen or call, else `WIRELAB_ADDR`.

mod by_heart;
mod datagrams;
mod middle;

use std::io::{self, BufRead, BufReader, BufWriter, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::Duration;

use wirelab::check::script_variants::filled;
use wirelab::limits;
use wirelab::net::player::Player;
use wirelab::net::{Weather, listen};
use wirelab::wire::{Entry, Event, Transcript, Who};

/// What lab 9's server should say.
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n\
    Content-Length: 12\r\nConnection: close\r\n\r\nthree tacos\n";

/// A server that serves one client after the other; what it returns goes to stderr.
type Serve = fn(&TcpStream) -> io::Result<()>;

const SERVERS: &[(&str, Serve)] = &[
    ("echo", echo),
    ("dies-of-a-request", |client| {
        head(client)?;
        std::process::exit(7)
    }),
    ("good", good),
    ("single-read", single_read),
    ("never-reads", |mut client| client.write_all(ANSWER)),
    ("read-to-eof", read_to_eof),
    ("whole-buffer", whole_buffer),
    ("short-write", short_write),
    ("lost-in-buffer", lost_in_buffer),
    ("loses-the-rest", loses_the_rest),
    ("not-flushed", not_flushed),
    ("died-on-empty", died_on_empty),
    ("died-on-reset", died_on_reset),
    ("would-block", would_block),
    ("leaks", leaks),
    ("endless", endless),
    ("one-byte-a-second", one_byte_a_second),
    ("tls", |mut client| {
        client.write_all(&[0x15, 3, 3, 0, 2, 2, 10])
    }),
    ("resets-at-once", |client| reset(client, 0)),
    ("resets-in-the-head", |client| reset(client, 20)),
    ("resets-in-the-body", |client| {
        reset(client, ANSWER.len() - 4)
    }),
    ("closes-at-once", |_| Ok(())),
    ("closes-in-the-head", |client| cut(client, 20)),
    ("closes-in-the-body", |client| cut(client, ANSWER.len() - 4)),
    ("says-nothing", |mut client| {
        client.read_to_end(&mut Vec::new()).map(|_| ())
    }),
];

type Run = fn(&str, &str) -> io::Result<()>;

/// Everything that is no plain server: the address and the last word of the command line.
const OTHERS: &[(&str, Run)] = &[
    ("replay-server", replay_server),
    ("replay-client", replay_client),
    ("replay-datagram-server", datagrams::replay_server),
    ("replay-datagram-client", datagrams::replay_client),
    ("by-heart-server", by_heart::server),
    ("by-heart-nearest", by_heart::nearest_server),
    ("by-heart-client", by_heart::client),
    ("middle", middle::serve),
    ("client-not-flushed", client_not_flushed),
    ("client-read-to-eof", client_read_to_eof),
    ("client-calls-elsewhere", |_, _| {
        TcpStream::connect("127.0.0.1:1").map(|_| ())
    }),
    ("client-dies", |addr, _| {
        let _server = TcpStream::connect(addr)?;
        panic!("the order is lost")
    }),
    ("address-syntax", |_, _| {
        TcpStream::connect("localhost").map(|_| ())
    }),
    ("listens-elsewhere", |_, other| serve_on(other, echo)),
    ("never-listens", |_, _| wait_for_ever()),
];

fn main() -> io::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let flaw = args.first().map_or("", String::as_str);
    let told = std::env::var("WIRELAB_ADDR").unwrap_or("127.0.0.1:0".to_string());
    let addr = args.get(1).unwrap_or(&told);
    let last = args.last().map_or("", String::as_str);
    if let Some((_, serve)) = SERVERS.iter().find(|(name, _)| *name == flaw) {
        return serve_on(addr, *serve);
    }
    let Some((_, run)) = OTHERS.iter().find(|(name, _)| *name == flaw) else {
        eprintln!("badpeer: there is no flaw {flaw:?}");
        std::process::exit(2);
    };
    run(addr, last)
}

fn serve_on(addr: &str, serve: Serve) -> io::Result<()> {
    let listener = TcpListener::bind(addr)?;
    println!("listening on {}", listener.local_addr()?);
    for client in listener.incoming() {
        if let Err(error) = serve(&client?) {
            eprintln!("a client left: {error}");
        }
    }
    Ok(())
}

fn wait_for_ever() -> io::Result<()> {
    loop {
        std::thread::park();
    }
}

/// Everything up to the empty line.
fn head(mut client: &TcpStream) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let mut piece = [0; 1024];
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        match client.read(&mut piece)? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            n => head.extend_from_slice(&piece[..n]),
        }
    }
    Ok(head)
}

/// No flaw: sends back what comes.
fn echo(mut client: &TcpStream) -> io::Result<()> {
    let mut buffer = [0; 1024];
    loop {
        match client.read(&mut buffer)? {
            0 => return Ok(()),
            n => client.write_all(&buffer[..n])?,
        }
    }
}

/// No flaw: lab 9's answer.
fn good(mut client: &TcpStream) -> io::Result<()> {
    head(client)?;
    client.write_all(ANSWER)
}

fn single_read(mut client: &TcpStream) -> io::Result<()> {
    if client.read(&mut [0; 1024])? > 0 {
        client.write_all(ANSWER)?;
    }
    Ok(())
}

fn read_to_eof(mut client: &TcpStream) -> io::Result<()> {
    client.read_to_end(&mut Vec::new())?;
    client.write_all(ANSWER)
}

fn whole_buffer(mut client: &TcpStream) -> io::Result<()> {
    let mut buffer = [0; 512];
    if client.read(&mut buffer)? > 0 {
        client.write_all(&buffer)?;
    }
    Ok(())
}

/// Sends as much of a long answer as one write took once.
fn short_write(mut client: &TcpStream) -> io::Result<()> {
    BufReader::new(client).read_line(&mut String::new())?;
    client.write_all(&b"taco\n".repeat(20_000)[..65_483])
}

/// Reads the head through a buffer and the body past it.
fn lost_in_buffer(mut client: &TcpStream) -> io::Result<()> {
    let mut reader = BufReader::new(client);
    let mut line = String::new();
    while line != "\r\n" {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
    }
    drop(reader);
    client.read_exact(&mut [0; 5])?;
    client.write_all(b"HTTP/1.1 204 No Content\r\n\r\n")
}

/// Confirms each order; a new reader for each, which takes what has come and drops what it does not need.
fn loses_the_rest(mut client: &TcpStream) -> io::Result<()> {
    let mut order = Vec::new();
    while BufReader::new(client).read_until(b'\n', &mut order)? > 0 {
        client.write_all(&[order.trim_ascii(), b", coming up\n"].concat())?;
        order.clear();
    }
    Ok(())
}

/// Shouts each line back, at the end or when the buffer is full.
fn not_flushed(client: &TcpStream) -> io::Result<()> {
    let mut answers = BufWriter::new(client);
    for line in BufReader::new(client).lines() {
        writeln!(answers, "{}", line?.to_uppercase())?;
    }
    answers.flush()
}

fn died_on_empty(mut client: &TcpStream) -> io::Result<()> {
    let lines = BufReader::new(client).lines();
    lines.map_while(Result::ok).next().expect("a request line");
    client.write_all(ANSWER)
}

fn died_on_reset(mut client: &TcpStream) -> io::Result<()> {
    match head(client) {
        Err(error) if error.kind() == ErrorKind::ConnectionReset => panic!("{error}"),
        Err(error) => Err(error),
        Ok(_) => client.write_all(ANSWER),
    }
}

fn would_block(mut client: &TcpStream) -> io::Result<()> {
    client.set_read_timeout(Some(Duration::from_millis(3)))?;
    head(client)?;
    client.write_all(ANSWER)
}

/// Keeps a second handle of every client.
fn leaks(client: &TcpStream) -> io::Result<()> {
    std::mem::forget(std::fs::File::open("/dev/null"));
    good(client)
}

fn endless(mut client: &TcpStream) -> io::Result<()> {
    head(client)?;
    client.write_all(ANSWER)?;
    loop {
        client.write_all(&[b'!'; 4096])?;
    }
}

fn one_byte_a_second(mut client: &TcpStream) -> io::Result<()> {
    head(client)?;
    for byte in ANSWER {
        client.write_all(&[*byte])?;
        std::thread::park_timeout(Duration::from_secs(1));
    }
    Ok(())
}

fn reset(mut client: &TcpStream, after: usize) -> io::Result<()> {
    head(client)?;
    client.write_all(&ANSWER[..after])?;
    socket2::SockRef::from(client).set_linger(Some(Duration::ZERO))
}

fn cut(mut client: &TcpStream, after: usize) -> io::Result<()> {
    head(client)?;
    client.write_all(&ANSWER[..after])
}

/// Asks through a buffer that nobody empties, and waits for the answer.
fn client_not_flushed(addr: &str, _: &str) -> io::Result<()> {
    let server = TcpStream::connect(addr)?;
    let mut question = BufWriter::new(&server);
    question.write_all(b"GET / HTTP/1.1\r\nHost: tacos.example\r\nConnection: close\r\n\r\n")?;
    (&server).read_to_end(&mut Vec::new())?;
    Ok(())
}

/// Reads until the server hangs up, though the answer says how long it is.
fn client_read_to_eof(addr: &str, _: &str) -> io::Result<()> {
    let mut server = TcpStream::connect(addr)?;
    server.write_all(b"GET / HTTP/1.1\r\nHost: tacos.example\r\n\r\n")?;
    server.read_to_end(&mut Vec::new())?;
    server.shutdown(Shutdown::Write)
}

/// A transcript in which the other side's waiting has become a long one of ours: the flaw is that we
/// wait.
fn replayed(file: &str, me: Who, addr: &str) -> Transcript {
    let bytes = std::fs::read(file).expect("the transcript can be read");
    let script = Transcript::parse_bytes(&bytes).expect("it is a transcript");
    let script = filled(&script, addr.parse().expect("an address"));
    let mut replayed = Transcript::new();
    replayed.headings.clone_from(&script.headings);
    for entry in script.entries() {
        match entry {
            Entry::Chunk(chunk) => replayed.push_bytes(chunk.conn, chunk.who, &chunk.exact()),
            Entry::Event {
                who,
                conn,
                event: Event::Timeout(_),
            } if *who != me => {
                replayed.push_event(*conn, me, Event::Timeout(Duration::from_secs(10)));
            }
            Entry::Event { who, conn, event } => replayed.push_event(*conn, *who, *event),
            Entry::Gap(gap) => replayed.push_gap(*gap),
            Entry::Note(_) | Entry::Blank => {}
        }
    }
    replayed
}

fn replay_server(addr: &str, file: &str) -> io::Result<()> {
    let script = replayed(file, Who::Server, addr);
    let mut player = Player::new(&script, Who::Server, Weather::Calm).expect("no masks");
    // The next client is one for the next replay, and not one too many for this.
    player.one_more = false;
    if matches!(
        script.entries(),
        [Entry::Event {
            event: Event::Refuse,
            ..
        }]
    ) {
        return serve_on(addr, died_on_reset);
    }
    let listener = listen(addr.parse().expect("an address"), limits::BACKLOG).expect("a free port");
    if waits_for_ever(&script) {
        for client in listener.incoming() {
            std::mem::forget(client);
        }
    }
    loop {
        player.answer(&listener);
    }
}

fn replay_client(addr: &str, file: &str) -> io::Result<()> {
    let script = replayed(file, Who::Client, addr);
    if full_close(&script) {
        let mut server = TcpStream::connect(addr)?;
        return server.write_all(&script.bytes_of(1, Who::Client));
    }
    if !script.bytes_of(1, Who::Client).is_empty() || script.entries().len() > 1 {
        let player = Player::new(&script, Who::Client, Weather::Calm).expect("no masks");
        player.call(addr.parse().expect("an address"));
    }
    if let Some(prints) = script.heading("prints") {
        println!("{}", prints.replace("{addr}", addr));
    }
    Ok(())
}

/// Says nothing, whatever comes, a FIN included.
fn waits_for_ever(script: &Transcript) -> bool {
    let waits = |entry: &Entry| {
        matches!(
            entry,
            Entry::Event {
                who: Who::Server,
                event: Event::Timeout(_),
                ..
            }
        )
    };
    script.bytes_of(1, Who::Server).is_empty() && script.entries().iter().any(waits)
}

/// A FIN, and later a reset: so it looks when both directions are closed at once, and the answer meets a
/// closed door.
fn full_close(script: &Transcript) -> bool {
    let ours = |wanted: Event| {
        let is = |entry: &Entry| matches!(entry, Entry::Event { who: Who::Client, event, .. } if *event == wanted);
        script.entries().iter().any(is)
    };
    ours(Event::Fin) && ours(Event::Rst)
}
