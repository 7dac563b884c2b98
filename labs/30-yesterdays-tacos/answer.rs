//! Lab 30 · Yesterday's tacos · the answer to one request: a stored answer, or an answer of the server.

use std::io::{self, ErrorKind, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::PATIENCE;
use crate::cache::{Cache, Stored};
use crate::message::Message;
use crate::read;
use crate::rules::{age, directive, is_usable, may_store, question};

/// The bytes of the answer to one request.
pub fn answer(request: &Message, cache: &Mutex<Cache>, upstream: &SocketAddr) -> Vec<u8> {
    let lock = || cache.lock().unwrap_or_else(PoisonError::into_inner);
    let stored = lock().find(request).filter(|_| request.method() == "GET");
    if let Some(stored) = stored
        .as_ref()
        .filter(|stored| is_usable(stored, request, now()))
    {
        return from_cache(stored, request);
    }
    if directive(request, "only-if-cached").is_some() {
        return no(
            504,
            "Gateway Timeout",
            "nothing fresh is stored, and you asked for no more",
        );
    }
    // If the request has a condition of its own, the client gets the server's answer.
    let conditional = ["if-none-match", "if-modified-since", "range"];
    let asks = conditional.iter().any(|name| request.get(name).is_some());
    let question = stored
        .as_ref()
        .filter(|_| !asks)
        .map_or(String::new(), question);
    let answer = match ask(request, &question, upstream) {
        Ok(answer) => answer,
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
            return no(504, "Gateway Timeout", "the server does not answer");
        }
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
            return no(
                502,
                "Bad Gateway",
                "the server hung up in the middle of its answer",
            );
        }
        Err(error) => return no(502, "Bad Gateway", &format!("the server's answer: {error}")),
    };
    match stored {
        Some(mut stored) if answer.status() == 304 && !question.is_empty() => {
            stored.refresh(&answer, now());
            lock().put(request, stored.clone());
            return from_cache(&stored, request);
        }
        _ if may_store(request, &answer) => {
            lock().put(request, Stored::new(request, answer.clone(), now()));
        }
        _ => {}
    }
    let changes = !matches!(request.method(), "GET" | "HEAD" | "OPTIONS" | "TRACE");
    if changes && answer.status() < 400 {
        lock().forget(request);
    }
    answer.to_bytes("")
}

/// Sends one request to the server, and reads the answer.
fn ask(request: &Message, question: &str, upstream: &SocketAddr) -> io::Result<Message> {
    let mut server = TcpStream::connect_timeout(upstream, PATIENCE)?;
    server.set_read_timeout(Some(PATIENCE))?;
    server.write_all(&request.to_bytes(&format!("{question}Via: 1.1 cache\r\n")))?;
    let answer = read::message(&server, Some(request.method()))?;
    let answer = answer.ok_or(io::Error::from(ErrorKind::UnexpectedEof))?;
    Ok(answer.without_connection())
}

/// A stored answer with its age; a 304 without the body if the client has the body already (section 4.3.2).
fn from_cache(stored: &Stored, request: &Message) -> Vec<u8> {
    let age = age(&stored.answer, stored.at, now());
    let mut answer = stored.answer.clone();
    answer
        .fields
        .retain(|(name, _)| !name.eq_ignore_ascii_case("age"));
    let tag = answer.get("etag").map(str::to_string);
    if tag.is_some_and(|tag| {
        request
            .list("if-none-match")
            .any(|one| one == tag || one == "*")
    }) {
        answer.start = "HTTP/1.1 304 Not Modified".to_string();
        let about_body = |name: &str| name.to_ascii_lowercase().starts_with("content-");
        answer.fields.retain(|(name, _)| !about_body(name));
        answer.body.clear();
    }
    answer.to_bytes(&format!("Age: {age}\r\n"))
}

pub fn no(status: u16, reason: &str, why: &str) -> Vec<u8> {
    let length = why.len() + 1;
    format!(
        "HTTP/1.1 {status} {reason}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{why}\n"
    )
    .into_bytes()
}

fn now() -> i64 {
    let told = std::env::var("WIRELAB_NOW").ok();
    let real = || {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |time| time.as_secs() as i64)
    };
    told.and_then(|text| text.parse().ok()).unwrap_or_else(real)
}
