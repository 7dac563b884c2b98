//! Decides which requests are allowed: the live lab starts programs, so no other site and no other machine may
//! use it.
//!
//! Rule 1: a request whose `Host` is not a loopback name with our own port gets 421. So an attacker's host name
//! that DNS resolves to 127.0.0.1 is refused (DNS rebinding).
//! Rule 2: a POST needs an `Origin` that is the address of our own page, and the token that our own pages
//! contain. A page of another site can send a form here, but it cannot send these two.
//! Rule 3: each start makes a new token. Reading an event stream needs the token, too.
//! Rule 4: no page loads anything from another host, and no page contains an inline script.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use crate::files::{self, Response};
use crate::http::target::Target;
use crate::http::write;
use crate::server::Request;

/// What may be called ours.
pub struct Gate {
    /// Stands in every page that we send, and comes back with every form.
    pub token: String,
    hosts: [String; 3],
}

impl Gate {
    /// For a server on this port of the loopback addresses.
    pub fn new(port: u16) -> Gate {
        Gate {
            token: token(),
            hosts: ["127.0.0.1", "[::1]", "localhost"].map(|host| format!("{host}:{port}")),
        }
    }

    /// The answer to a request that must not go on; `None` when it may.
    pub fn refusal(&self, request: &Request<'_>) -> Option<Response> {
        let host = request.head.fields.only("host").unwrap_or_default();
        let ours = self.hosts.iter().any(|ours| ours.as_bytes() == host);
        let plain = matches!(request.asked.target, Target::Origin { .. });
        if !ours || !plain {
            let sentence =
                "This server answers for 127.0.0.1, [::1] and localhost, with its own port.";
            return Some(error(421, sentence));
        }
        if request.head.method != b"POST" {
            return None;
        }
        let origin = request.head.fields.only("origin").unwrap_or_default();
        match origin.strip_prefix(b"http://") {
            Some(origin) if origin == host => None,
            _ => Some(error(
                403,
                "Only the pages of this course may send forms here.",
            )),
        }
    }

    /// Whether this is our token. Every byte is compared, so the time reveals nothing.
    pub fn is_token(&self, text: &str) -> bool {
        let ours = self.token.as_bytes();
        let pairs = ours.iter().zip(text.as_bytes());
        let differences = pairs.fold(0, |all, (one, other)| all | (one ^ other));
        text.len() == ours.len() && differences == 0
    }
}

/// 32 hex digits that nobody can guess: std seeds its hash tables from the system's randomness, and its hash
/// does not tell the seed.
fn token() -> String {
    let number = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", number(), number())
}

/// The fields of every answer: what it is, and that the browser must not guess or load anything else.
pub fn fields(media: &str) -> Vec<u8> {
    let mut fields = Vec::new();
    write::field(&mut fields, "Content-Type", media.as_bytes());
    protect(&mut fields);
    fields
}

/// The answer to a method that no page has.
pub fn refused_method(request: &Request<'_>) -> Option<Response> {
    let mut refused = files::refused_method(request.head.method)?;
    protect(&mut refused.fields);
    Some(refused)
}

/// A refusal or an error in one sentence, protected like the pages.
pub fn error(status: u16, sentence: &str) -> Response {
    let mut response = Response::error(status, sentence);
    protect(&mut response.fields);
    response
}

/// The fields that keep other sites out of a page.
pub fn protect(fields: &mut Vec<u8>) {
    let policy = b"default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
    write::field(fields, "Content-Security-Policy", policy);
    write::field(fields, "X-Content-Type-Options", b"nosniff");
    write::field(fields, "Referrer-Policy", b"no-referrer");
    write::field(fields, "Cross-Origin-Resource-Policy", b"same-origin");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_new_each_time_and_only_itself() {
        let (one, two) = (Gate::new(80), Gate::new(80));
        assert_ne!(one.token, two.token);
        assert_eq!(one.token.len(), 32);
        assert!(one.is_token(&one.token) && !one.is_token(&two.token));
        assert!(!one.is_token("") && !one.is_token(&one.token[1..]));
    }
}
