//! Lab 26 · The phone book · the client: it asks for the addresses of a name, first A and then AAAA, and prints the
//! addresses. name.rs writes and reads names, answer.rs reads answers, and way.rs sends the questions.
//!
//!     cargo run --bin lab26-client [ADDR [NAME [udp|tcp [ID]]]]
//!     without: 127.0.0.1:8026, tacos.example, UDP and then TCP if the answer is too long, a random ID

mod answer;
mod name;
mod way;

use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::process::ExitCode;

use way::Way;

const A: u16 = 1;
const AAAA: u16 = 28;

/// Sends both questions, one after the other. Ok: the addresses to print. Err: the words to print.
fn resolve(way: &mut Way, name: &[u8], id: u16) -> io::Result<Result<String, String>> {
    let mut found = Vec::new();
    for (id, kind) in [(id, A), (id.wrapping_add(1), AAAA)] {
        // 01 00: RD is 1. Then: one question, no records.
        let header = [0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0];
        let query = [
            &id.to_be_bytes()[..],
            &header,
            name,
            &kind.to_be_bytes(),
            &[0, 1],
        ]
        .concat();
        let message = way.ask(&query)?;
        match answer::addresses(&message, &query) {
            Ok(addresses) => found.extend(addresses),
            Err(why) => return Ok(Err(why)),
        }
    }
    Ok(if found.is_empty() {
        Err("no address".to_string())
    } else {
        Ok(found.join(" "))
    })
}

fn run(words: &[String]) -> Result<Result<String, String>, (u8, String)> {
    let word = |at: usize| words.get(at).map(String::as_str);
    let addr = word(0).unwrap_or("127.0.0.1:8026");
    let place = wirelab::net::address(addr).map_err(|error| (2, error.to_string()))?;
    let wrong = |what: &str| {
        (
            2,
            format!("{what}: write ADDR NAME, then udp or tcp, then an ID up to 65535"),
        )
    };
    let name = word(1).unwrap_or("tacos.example");
    let name =
        name::write(name).ok_or_else(|| wrong("the name is too long, or has an empty part"))?;
    let tcp = word(2).map(|way| {
        if way == "tcp" || way == "udp" {
            Ok(way == "tcp")
        } else {
            Err(wrong(way))
        }
    });
    let tcp = tcp.transpose()?;
    // A random ID: an attacker could guess the next number of a counter, and send a false answer.
    let chosen = RandomState::new().build_hasher().finish() as u16;
    let id = word(3).map_or(Ok(chosen), |id| id.parse().map_err(|_| wrong(id)))?;
    let said = |error: io::Error| (1, format!("{addr} does not answer: {error}"));
    let ask = |tcp| {
        Way::open(place, tcp)
            .and_then(|mut way| resolve(&mut way, &name, id))
            .map_err(said)
    };
    let told = ask(tcp.unwrap_or(false))?;
    if tcp.is_none() && told == Err("truncated".to_string()) {
        ask(true)
    } else {
        Ok(told)
    }
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match run(&words) {
        Ok(Ok(addresses)) => {
            println!("{addresses}");
            ExitCode::SUCCESS
        }
        Ok(Err(why)) => {
            println!("{why}");
            ExitCode::FAILURE
        }
        Err((code, why)) => {
            eprintln!("lab26-client: {why}");
            ExitCode::from(code)
        }
    }
}
