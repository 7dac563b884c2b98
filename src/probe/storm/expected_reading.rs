//! Parses random bytes by RFC 9112, with our own parser: whole requests, an incomplete request, or something
//! else.

use crate::http::Parsed;
use crate::http::framing::Body;
use crate::http::sans_io_connection::{Connection, PeerEvent};

/// What stands in some bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The method of each request, in order; of a faulty one what stands in its place.
    pub methods: Vec<String>,
    /// How it goes on after the whole ones.
    pub then: Behind,
}

/// How bytes go on after the whole requests in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behind {
    /// Nothing: the next request may come.
    Nothing,
    /// The last request is the last: it says close.
    Last,
    /// A request that has not come whole.
    Part,
    /// Something that is no request.
    Fault,
    /// The body of a request with an expectation, and what is behind it: a server may answer before it reads the
    /// body, or close (RFC 9110 section 10.1.1).
    Expectation,
}

/// Reads `bytes` as a server does.
pub fn expected(bytes: &[u8]) -> Expected {
    let mut methods = Vec::new();
    let mut at = 0;
    loop {
        if bytes[at..].is_empty() {
            return Expected {
                methods,
                then: Behind::Nothing,
            };
        }
        let mut server = Connection::server();
        let (method, end) = one(&mut server, &bytes[at..]);
        if let Some(method) = method {
            methods.push(method);
        }
        match end {
            Ok(used) if server.steps().closes.is_none() => at += used,
            Ok(_) => {
                return Expected {
                    methods,
                    then: Behind::Last,
                };
            }
            Err(then) => return Expected { methods, then },
        }
    }
}

/// One request: its method, as far as it is there, and where it ends.
fn one(server: &mut Connection, bytes: &[u8]) -> (Option<String>, Result<usize, Behind>) {
    let mut used = 0;
    let mut method = None;
    loop {
        let event = match server.receive(&bytes[used..], false) {
            Ok(Parsed::Done { value, used: more }) => {
                used += more;
                value
            }
            Ok(Parsed::NeedMore) => {
                return (method.or_else(|| first_word(bytes)), Err(Behind::Part));
            }
            Err(_) => {
                return (method.or_else(|| first_word(bytes)), Err(Behind::Fault));
            }
        };
        match event {
            PeerEvent::Request { head, body, .. } => {
                method = Some(String::from_utf8_lossy(head.method).into_owned());
                let has_body = !matches!(body, Body::None | Body::Length(0));
                if head.fields.get("expect").is_some() && has_body {
                    return (method, Err(Behind::Expectation));
                }
            }
            PeerEvent::End(_) => return (method, Ok(used)),
            _ => {}
        }
    }
}

/// What stands where a method should, after empty lines and before a space.
fn first_word(bytes: &[u8]) -> Option<String> {
    let line = bytes.trim_ascii_start();
    let end = line.iter().take(40).position(|byte| *byte == b' ')?;
    Some(String::from_utf8_lossy(&line[..end]).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_as_requests() {
        let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        let post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
        let methods = |text: &str| {
            let Expected { methods, then } = expected(text.as_bytes());
            (methods.join(" "), then)
        };
        let whole = |text: &str| (text.to_string(), Behind::Nothing);
        assert_eq!(methods(&[get, post, get].concat()), whole("GET POST GET"));
        assert_eq!(methods(""), whole(""));
        let (all, then) = methods(&[get, &post[..post.len() - 1]].concat());
        assert_eq!((&all[..], then), ("GET POST", Behind::Part));
        let (all, then) = methods("HEAD / HTTP/1.1\r\nHost : a\r\n\r\n");
        assert_eq!((&all[..], then), ("HEAD", Behind::Fault));
        let expects = |length: &str, body: &str| {
            let head = format!(
                "POST / HTTP/1.1\r\nHost: a\r\nExpect:\r\nContent-Length: {length}\r\n\r\n"
            );
            methods(&[&head, body, get].concat())
        };
        assert_eq!(expects("0", ""), whole("POST GET"));
        let (all, then) = expects("3", "abc");
        assert_eq!((&all[..], then), ("POST", Behind::Expectation));
        let (_, then) = methods("GET / HTTP/1.0\r\n\r\nmore");
        assert_eq!(then, Behind::Last);
    }
}
