//! Mistakes of every program that passes HTTP on: it keeps lines that were for one connection, waits for a body that
//! does not come, and says something else to its client than what happened behind it.
//!
//! Rule: what happened behind the program is read from the recording of all legs. A cause names it.

use super::exchanges_on_both_legs::{answered, first_wrong};
use super::{Cause, Evidence, Row, shown};
use crate::check::lenient_http_reader::message;
use crate::wire::{Conn, DifferenceKind, Entry, Who};
use std::net::{Ipv4Addr, Ipv6Addr};

/// Asked before all others: what a program prints about a server behind it is not the cause.
pub(super) const TABLE: &[Row] = &[
    ("W137", hop_by_hop),
    ("W140", waits_for_a_body),
    ("W131", half_is_passed_on),
    ("W139", nobody_listens),
    ("W139", other_answer),
];

/// The names in `Connection`, in small letters, that are lines of the message.
fn named_lines(bytes: &[u8]) -> Vec<String> {
    let said = message(bytes);
    let names = said.elements("Connection").into_iter();
    let names = names.map(|name| name.to_ascii_lowercase());
    names.filter(|name| said.field(name).is_some()).collect()
}

/// The first of these lines that a message has, and should not have.
fn kept(names: &[String], passed: &[u8], due: &[u8]) -> Option<String> {
    let (passed, due) = (message(passed), message(due));
    let mut names = names.iter();
    let name = names.find(|name| passed.field(name).is_some() && due.field(name).is_none())?;
    Some(name.clone())
}

/// A line that `Connection` names was passed on.
fn hop_by_hop(evidence: &Evidence) -> Option<Cause> {
    let (now, earlier) = first_wrong(evidence)?;
    let request = [now.http().head, b"\r\n"].concat();
    let names = named_lines(&request);
    let to_server = now.pairs().find_map(|(asked, due)| {
        let (passed, due) = (now.behind(asked, Who::Client), now.due(due, Who::Client));
        kept(&names, &passed, &due)
    });
    if let Some(name) = to_server {
        return hop_cause(&name, "the client's request", "the server");
    }
    // An answer from a store may keep them as well.
    let all = earlier.iter().chain([&now]);
    let heard = all.flat_map(|exchange| {
        exchange
            .asked
            .iter()
            .map(|conn| now.behind(*conn, Who::Server))
    });
    let names: Vec<String> = heard.flat_map(|answer| named_lines(&answer)).collect();
    let name = kept(&names, &now.answer, &now.wanted)?;
    hop_cause(&name, "the server's answer", "the client")
}

fn hop_cause(name: &str, message: &str, whom: &str) -> Option<Cause> {
    Cause::likely(format!(
        "the line `Connection` in {message} contains the name `{name}`, but you passed the line `{name}` on to \
         {whom}. If `Connection` names a line, this line is for one connection only. In the names of lines, upper and \
         lower case mean the same."
    ))
}

/// The answer to HEAD has a length and no body.
fn waits_for_a_body(evidence: &Evidence) -> Option<Cause> {
    let (now, _) = first_wrong(evidence)?;
    let conn = *now.asked.first()?;
    let heard = now.behind(conn, Who::Server);
    let length = message(&heard).length().filter(|length| *length > 0)?;
    let head = now.method() == b"HEAD" && !now.is_cut(conn);
    let lost = message(&now.answer).status() != message(&heard).status();
    (head && lost && now.answer != now.wanted).then_some(())?;
    Cause::likely(format!(
        "the server's answer to `{}` has `Content-Length: {length}` and no body. The client's request {}. The answer \
         to HEAD ends with its empty line, so wait for no body. Its Content-Length is the length of the body that GET \
         would get.",
        shown(now.http().first_line()),
        answered(message(&now.answer).status())
    ))
}

/// The only server hung up, and the client gets what came until then.
fn half_is_passed_on(evidence: &Evidence) -> Option<Cause> {
    let (now, _) = first_wrong(evidence)?;
    let conn = *now.asked.last()?;
    let (half, due) = (now.behind(conn, Who::Server), message(&now.wanted).status());
    let lost = now.is_cut(conn) && due == Some(502) && now.asked.len() == now.should_ask.len();
    let got = message(&now.answer).status();
    (lost && got != due && got.is_none_or(|status| status < 400)).then_some(())?;
    let line = shown(now.http().first_line());
    Cause::likely(match got {
        Some(status) => format!(
            "the server closed after {} bytes of its answer to `{line}`, but the client got {status}. The server's \
             answer is not complete: it ends in its head, or its body is shorter than its `Content-Length`. Send 502, \
             and do not store the answer.",
            half.len()
        ),
        None => format!(
            "the server closed in the middle of its answer to `{line}`. The client got no answer at all, but it must \
             get 502."
        ),
    })
}

/// Nobody listens behind the program, and the client is not told so.
fn nobody_listens(evidence: &Evidence) -> Option<Cause> {
    let (now, _) = first_wrong(evidence)?;
    let middle = now.middle;
    let listens = middle.script.entries().iter().any(|entry| match entry {
        Entry::Chunk(chunk) => middle.legs.back_of(chunk.conn).is_some(),
        _ => false,
    });
    let (due, got) = (
        message(&now.wanted).status()?,
        message(&now.answer).status(),
    );
    (!listens && due >= 500 && got != Some(due)).then_some(())?;
    Cause::likely(format!(
        "the request `{}` {}. No server listens at the address to which your program connects, so the connect fails. \
         Your program must not end because of this failure. It must answer the client with {due}.",
        shown(now.http().first_line()),
        answered(got)
    ))
}

/// The server's answer was whole, and the client gets another status; or the program's own answer is another one.
fn other_answer(evidence: &Evidence) -> Option<Cause> {
    let (now, _) = first_wrong(evidence)?;
    let ended = evidence.difference()?.what == DifferenceKind::Bytes;
    let (due, got) = (
        message(&now.wanted).status()?,
        message(&now.answer).status()?,
    );
    (ended && due != got && (got >= 500 || due >= 500)).then_some(())?;
    let line = shown(now.http().first_line());
    let whole = |conn: &&Conn| {
        let said = now.behind(**conn, Who::Server);
        message(&said).status() == Some(due) && !now.is_cut(**conn)
    };
    if now.asked.iter().any(|conn| whole(&conn)) {
        return Cause::likely(format!(
            "a server answered `{line}` with {due}, and this answer was complete. But you sent {got} to the client. \
             Pass on a complete answer with every status."
        ));
    }
    (got >= 500 && now.asked.len() == now.should_ask.len()).then_some(())?;
    let text = match (now.asked.last(), due) {
        (Some(_), 500..) => format!(
            "you answered `{line}` with {got}, but {due} was expected. A server got the request, but sent no \
             complete answer to it."
        ),
        (None, 500..) => format!(
            "you answered `{line}` with {got}, but {due} was expected. No server was asked for this request. The \
             status 502 says that a server was asked and sent no complete answer."
        ),
        _ => return None,
    };
    Cause::likely(text)
}

/// Why a connection without a correct PROXY line is refused.
pub(super) const NEEDS_PROXY_LINE: &str = "With the word `proxy` each connection must begin with a correct PROXY \
                                           line. Otherwise a client could connect to you without the proxy.";

/// Which word of a PROXY line is wrong, where one is.
pub(super) fn proxy_fault(request: &[u8]) -> Option<String> {
    let line = request.strip_prefix(b"PROXY ")?;
    let end = line.windows(2).position(|two| two == b"\r\n")?;
    let text = std::str::from_utf8(line.get(..end)?).ok()?;
    let words: Vec<&str> = text.split(' ').collect();
    let [family, addresses @ .., from, to] = &words[..] else {
        return None;
    };
    let right = |address: &&&str| match *family {
        "TCP4" => address.parse::<Ipv4Addr>().is_ok(),
        _ => address.parse::<Ipv6Addr>().is_ok(),
    };
    if !matches!(*family, "TCP4" | "TCP6") {
        return Some(format!(
            "`{family}` is not a family of addresses. The family is TCP4, TCP6 or UNKNOWN."
        ));
    }
    if addresses.len() != 2 {
        return Some(
            "After the family come two addresses and two ports, with one space between two words."
                .to_string(),
        );
    }
    if let Some(bad) = addresses.iter().find(|address| !right(address)) {
        let kind = if *family == "TCP4" { "IPv4" } else { "IPv6" };
        return Some(format!(
            "After {family} each address must be an {kind} address, but `{bad}` is not an {kind} address."
        ));
    }
    let is_port = |port: &&&str| {
        port.parse::<u16>()
            .is_ok_and(|number| number.to_string() == **port)
    };
    let bad = [from, to].into_iter().find(|port| !is_port(port))?;
    Some(format!(
        "A port is a number from 0 to 65535 without zeros in front, but `{bad}` is not such a number."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wrong_word_of_a_proxy_line_is_named() {
        let fault = |line: &str| proxy_fault(format!("PROXY {line}\r\nGET /").as_bytes());
        assert_eq!(fault("TCP4 192.0.2.7 203.0.113.1 51000 80"), None);
        let text = fault("TCP4 192.0.2.7 203.0.113.1 51000 080").unwrap();
        assert!(text.contains("`080`"), "{text}");
        let text = fault("TCP6 192.0.2.7 203.0.113.1 51000 80").unwrap();
        assert!(text.contains("IPv6 address, but `192.0.2.7`"), "{text}");
        assert!(
            fault("UDP4 192.0.2.7 203.0.113.1 51000 80")
                .unwrap()
                .contains("not a family")
        );
        assert!(
            fault("TCP4 192.0.2.7 51000 80")
                .unwrap()
                .contains("two addresses")
        );
    }
}
