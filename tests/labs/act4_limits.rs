//! Lab 20: what runs into a limit, in the words of the README and beyond them.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::support::Server;

/// The answer is twenty megabytes, and this client takes a hundred bytes of it. The server must let go of
/// it, and serve the next at once, however many such clients there are.
#[test]
fn lab20_clients_who_do_not_read_are_left_and_keep_nobody_waiting() {
    let mut server = Server::start("lab20-server");
    let mut deaf: Vec<TcpStream> = (0..8).map(|_| ask(&server, "/all")).collect();
    for client in &mut deaf {
        client
            .read_exact(&mut [0; 100])
            .expect("the beginning of the answer");
    }
    let begun = Instant::now();
    let mut answer = String::new();
    ask(&server, "/")
        .read_to_string(&mut answer)
        .expect("an answer");
    assert!(answer.ends_with("\r\n\r\nthree tacos\n"), "{answer}");
    // Far less than the two seconds that the deaf have; generous for a busy machine.
    assert!(
        begun.elapsed() < Duration::from_millis(1_500),
        "{:?}",
        begun.elapsed()
    );

    // This one eats a bite a millisecond, for longer than the server allows: there is always some
    // progress. There is an end before the end.
    let client = deaf.first_mut().expect("one of them");
    let mut eaten = 0;
    while begun.elapsed() < Duration::from_millis(2_500) {
        let bite = client.read(&mut [0; 1_000]);
        eaten += bite.expect("the next bytes of the answer");
        // The client's pace; nothing is waited for.
        std::thread::park_timeout(Duration::from_millis(1));
    }
    let mut piece = vec![0; 1 << 20];
    while let Ok(n @ 1..) = client.read(&mut piece) {
        eaten += n;
    }
    assert!(
        eaten < 20_000_000,
        "all of it came, after {:?}",
        begun.elapsed()
    );
    assert!(server.runs());
}

fn ask(server: &Server, path: &str) -> TcpStream {
    let mut client = TcpStream::connect(server.addr).expect("the server listens");
    let request = format!("GET {path} HTTP/1.1\r\nHost: tacos.example\r\n\r\n");
    client
        .write_all(request.as_bytes())
        .expect("the request is sent");
    client
        .set_read_timeout(Some(Duration::from_secs(20)))
        .expect("a deadline");
    client
}
