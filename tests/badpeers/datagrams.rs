//! Wrong programs of datagrams: one side of a transcript, said again without a look at what comes.

use std::collections::HashMap;
use std::io::{self, Error};
use std::net::{SocketAddr, UdpSocket};

use wirelab::course::catalogue::{Lab, Side};
use wirelab::wire::{Entry, Transcript, Who};

fn transcript(file: &str) -> io::Result<Transcript> {
    Transcript::parse_bytes(&std::fs::read(file)?).map_err(Error::other)
}

/// What the client says in each of a transcript's exchanges, and what the server answers.
pub fn exchanges(transcript: &Transcript) -> Vec<(Vec<u8>, Vec<Vec<u8>>)> {
    let mut exchanges: Vec<(Vec<u8>, Vec<Vec<u8>>)> = Vec::new();
    for entry in transcript.entries() {
        let Entry::Chunk(chunk) = entry else { continue };
        match (chunk.who, exchanges.last_mut()) {
            (Who::Client, _) => exchanges.push((chunk.exact(), Vec::new())),
            (Who::Server, Some((_, answers))) => answers.push(chunk.exact()),
            (Who::Server, None) => {}
        }
    }
    exchanges
}

/// Gives each client the answers of the first exchange, of the second, and so on, whatever it asks.
pub fn replay_server(addr: &str, file: &str) -> io::Result<()> {
    let exchanges = exchanges(&transcript(file)?);
    let socket = bound(addr)?;
    let mut clients: HashMap<SocketAddr, usize> = HashMap::new();
    loop {
        let (_, client) = socket.recv_from(&mut [0; 65_535])?;
        let next = clients.entry(client).or_default();
        for answer in exchanges.get(*next).iter().flat_map(|(_, answers)| answers) {
            socket.send_to(answer, client)?;
        }
        *next += 1;
    }
}

/// Says one datagram after the other. Where an answer stands between them, it waits for some datagram.
pub fn replay_client(addr: &str, file: &str) -> io::Result<()> {
    let transcript = transcript(file)?;
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.connect(addr)?;
    for (question, answers) in exchanges(&transcript) {
        socket.send(&question)?;
        for _ in answers {
            socket.recv(&mut [0; 65_535])?;
        }
    }
    if let Some(text) = transcript.heading("prints") {
        println!("{text}");
    }
    Ok(())
}

/// Answers each question of the lab's snapshots as it stands there; others not, or as the nearest.
pub fn by_heart(addr: &str, lab: &Lab, nearest: bool) -> io::Result<()> {
    let mut known = Vec::new();
    for script in lab.scripts_for(Side::Server) {
        known.extend(exchanges(
            &Transcript::parse(script.text()).unwrap_or_default(),
        ));
    }
    let socket = bound(addr)?;
    let mut buffer = [0; 65_535];
    let common = |a: &[u8], b: &[u8]| a.iter().zip(b).take_while(|(a, b)| a == b).count();
    loop {
        let (length, client) = socket.recv_from(&mut buffer)?;
        let heard = &buffer[..length];
        let exact = known.iter().find(|(question, _)| question == heard);
        let near = known.iter().filter(|_| nearest);
        let near = near.max_by_key(|(question, _)| common(question, heard));
        for answer in exact.or(near).iter().flat_map(|(_, answers)| answers) {
            socket.send_to(answer, client)?;
        }
    }
}

fn bound(addr: &str) -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind(addr)?;
    println!("listening on {}", socket.local_addr()?);
    Ok(socket)
}
