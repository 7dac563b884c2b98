//! Programs that know a lab's snapshots by heart and no protocol: `badpeer by-heart-server ADDR LAB`,
//! `by-heart-nearest ADDR LAB` and `by-heart-client ADDR LAB`.
//!
//! A server looks up what it hears among all questions of all snapshots, and says the answer that stands
//! there. To a question that stands nowhere it says nothing; the nearest one takes it for the question that
//! begins most like it. A client looks up its argument, and prints what the snapshot's server says.

use std::io::{self, Error, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use super::datagrams;
use wirelab::course::catalogue::{self, Lab, Side};
use wirelab::net::Weather;
use wirelab::net::player::Player;
use wirelab::wire::{Entry, Event, Transcript, Who, compare_side};

/// A question, and what comes after it.
#[derive(Default)]
struct Turn {
    question: Vec<u8>,
    answer: Vec<u8>,
    /// Whether the server hangs up then, before the client does.
    ends: bool,
    /// Whether the client hung up before any answer.
    left: bool,
}

/// A server that says nothing to a question it does not know.
pub fn server(addr: &str, number: &str) -> io::Result<()> {
    serve(addr, number, false)
}

/// A server that takes an unknown question for the nearest that it knows.
pub fn nearest_server(addr: &str, number: &str) -> io::Result<()> {
    serve(addr, number, true)
}

fn serve(addr: &str, number: &str, nearest: bool) -> io::Result<()> {
    if lab(number)?.has_datagrams() {
        return datagrams::by_heart(addr, lab(number)?, nearest);
    }
    let mut turns = Vec::new();
    for script in lab(number)?.scripts_for(Side::Server) {
        let transcript = Transcript::parse(script.text()).unwrap_or_default();
        for conn in transcript.connections() {
            turns.extend(turns_of(&transcript, conn));
        }
    }
    let turns = Arc::new(turns);
    let listener = TcpListener::bind(addr)?;
    println!("listening on {}", listener.local_addr()?);
    for client in listener.incoming() {
        let (client, turns) = (client?, Arc::clone(&turns));
        std::thread::spawn(move || converse(&client, &turns, nearest));
    }
    Ok(())
}

fn lab(number: &str) -> io::Result<&'static Lab> {
    let lab = number.parse().ok().and_then(catalogue::lab);
    lab.ok_or_else(|| Error::other(format!("there is no lab {number}")))
}

fn turns_of(transcript: &Transcript, wanted: u32) -> Vec<Turn> {
    let mut turns = vec![Turn::default()];
    let mut client_ended = false;
    for entry in transcript.entries() {
        let last = turns.len() - 1;
        match entry {
            Entry::Chunk(chunk) if chunk.conn == wanted && chunk.who == Who::Server => {
                turns[last].answer.extend(chunk.exact());
            }
            Entry::Chunk(chunk) if chunk.conn == wanted => {
                if !turns[last].answer.is_empty() {
                    turns.push(Turn::default());
                }
                let last = turns.len() - 1;
                turns[last].question.extend(chunk.exact());
            }
            Entry::Event {
                conn,
                who: Who::Server,
                event: Event::Fin,
            } if *conn == wanted => turns[last].ends = !client_ended,
            Entry::Event {
                conn,
                who: Who::Client,
                event: Event::Fin,
            } if *conn == wanted => {
                client_ended = true;
                turns[last].left = turns[last].answer.is_empty();
            }
            _ => {}
        }
    }
    // A question that nobody waits for is no question: it may be the beginning of another one.
    turns.retain(|turn| !(turn.question.is_empty() || turn.left && turn.answer.is_empty()));
    turns
}

fn converse(mut client: &TcpStream, turns: &[Turn], nearest: bool) -> io::Result<()> {
    let mut heard = Vec::new();
    let mut piece = [0; 65_536];
    loop {
        let known = turns
            .iter()
            .filter(|turn| heard.starts_with(&turn.question));
        let known = known.max_by_key(|turn| turn.question.len());
        let hopeless = !turns.iter().any(|turn| turn.question.starts_with(&heard));
        let guess = turns
            .iter()
            .filter(|_| nearest && hopeless)
            .max_by_key(|turn| common(&turn.question, &heard));
        if let Some(turn) = known.or(guess) {
            client.write_all(&turn.answer)?;
            let used = turn.question.len().min(heard.len());
            heard.drain(..if known.is_some() { used } else { heard.len() });
            if turn.ends {
                client.shutdown(Shutdown::Write)?;
                while client.read(&mut piece)? > 0 {}
                return Ok(());
            }
            if !heard.is_empty() {
                continue;
            }
        }
        match client.read(&mut piece)? {
            0 => return Ok(()),
            count => heard.extend_from_slice(&piece[..count]),
        }
    }
}

/// How many bytes two texts have in common at their beginnings.
fn common(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

/// A client that plays the snapshot with its argument, or with the nearest one.
pub fn client(addr: &str, number: &str) -> io::Result<()> {
    let told = std::env::var("WIRELAB_ARG").unwrap_or_default();
    let place = addr.parse().map_err(Error::other)?;
    let scripts: Vec<Transcript> = lab(number)?
        .scripts_for(Side::Client)
        .filter_map(|script| Transcript::parse(&script.at(place)).ok())
        .collect();
    let arg = |script: &Transcript| script.heading("arg").unwrap_or_default().to_string();
    let nearness = |script: &Transcript| {
        let arg = arg(script);
        (arg == told, common(arg.as_bytes(), told.as_bytes()))
    };
    let best = scripts.iter().map(nearness).max().unwrap_or_default();
    let mut candidates = scripts.iter().filter(|script| nearness(script) == best);
    let first = candidates.clone().next();
    let first = first.ok_or_else(|| Error::other("no snapshot for a client"))?;
    let mut player = Player::new(first, Who::Client, Weather::Calm).map_err(Error::other)?;
    player.silence = Duration::from_secs(2);
    let got = player.call(place).got;
    let agrees = |script: &&Transcript| compare_side(script, &got, Who::Server).is_none();
    let known = candidates.find(agrees);
    let known = known.ok_or_else(|| Error::other("this stands in no snapshot"))?;
    match known.heading("prints") {
        Some(text) => println!("{}", text.replace("{addr}", addr)),
        None => io::stdout().write_all(&known.bytes_of(1, Who::Server))?,
    }
    match known.heading("exit") {
        Some("failure") => Err(Error::other("this conversation fails")),
        _ => Ok(()),
    }
}
